//! The table: what each scenario has to tell, whole.

/// What a scenario tells: one line of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The scenario's name.
    pub(crate) scenario: &'static str,
    /// `ready`, `not_ready` or `undetermined`.
    pub(crate) verdict: &'static str,
    /// The exit code of `bbsetup check`.
    pub(crate) exit: i32,
    /// Every problem; no other may be told.
    pub(crate) told: &'static [Told],
}

/// A problem, or the same one in several checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// `error` or `warning`.
    pub(crate) severity: &'static str,
    /// The code.
    pub(crate) code: &'static str,
    /// Where it is mended, as in `place`.
    pub(crate) place: &'static str,
    /// Words that the hints have to hold: the button, page, scope or address that mends it.
    pub(crate) mend: &'static str,
    /// The checks that tell it; of a problem of no check, its slot or its field.
    pub(crate) at: &'static [&'static str],
}

const fn row(
    scenario: &'static str,
    verdict: &'static str,
    exit: i32,
    told: &'static [Told],
) -> Row {
    Row {
        scenario,
        verdict,
        exit,
        told,
    }
}

const fn ready(scenario: &'static str) -> Row {
    row(scenario, "ready", 0, &[])
}

const fn error(
    code: &'static str,
    place: &'static str,
    mend: &'static str,
    at: &'static [&'static str],
) -> Told {
    Told {
        severity: "error",
        code,
        place,
        mend,
        at,
    }
}

const fn warning(
    code: &'static str,
    place: &'static str,
    mend: &'static str,
    at: &'static [&'static str],
) -> Told {
    Told {
        severity: "warning",
        code,
        place,
        mend,
        at,
    }
}

const TOKEN: &str = "workspace_token/identity";
const ACCOUNT: &str = "account/identity";
/// Who it is, asked with either credential before anything else.
const BOTH: &[&str] = &[TOKEN, ACCOUNT];
/// What is asked with either credential once it is known who it is, but the permissions, which
/// wait for a list.
const THE_REST: &[&str] = &[
    "workspace_token/workspace",
    "workspace_token/members",
    "workspace_token/projects",
    "workspace_token/repositories",
    "account/membership",
    "account/members",
    "account/projects",
    "account/repositories",
    "account/groups",
];
const MEMBERS: &[&str] = &["workspace_token/members", "account/members"];
const PROJECTS: &[&str] = &["workspace_token/projects", "account/projects"];
const REPOSITORIES: &[&str] = &["workspace_token/repositories", "account/repositories"];

/// What `bbsetup check` tells in every scenario.
pub(crate) const ROWS: &[Row] = &[
    ready("ready"),
    ready("first-set-up"),
    ready("existing-integration"),
    ready("large"),
    ready("no-headers"),
    ready("rate-limited-briefly"),
    // BalkanID is asked by other commands; see below.
    ready("balkanid-waf"),
    ready("balkanid-wrong-host"),
    ready("balkanid-platform-host"),
    ready("balkanid-tenant-host"),
    ready("balkanid-refuses"),
    ready("balkanid-empty-reply"),
    ready("balkanid-step-up"),
    ready("balkanid-unavailable"),
    ready("balkanid-key-refused"),
    ready("sync-fails"),
    ready("slow-sync"),
    row(
        "missing-project-admin",
        "not_ready",
        3,
        &[
            error(
                "scope_missing",
                "workspace_access_tokens",
                "To tick: Projects: Admin.",
                &["workspace_token/project_permissions"],
            ),
            error(
                "scope_missing",
                "workspace_access_tokens",
                "To tick: Repositories: Admin.",
                &["workspace_token/repository_permissions"],
            ),
        ],
    ),
    row(
        "missing-read-scopes",
        "not_ready",
        3,
        &[
            error(
                "scope_missing",
                "workspace_access_tokens",
                "To tick: Account: Read.",
                &["workspace_token/members"],
            ),
            error(
                "scope_missing",
                "workspace_access_tokens",
                "To tick: Projects: Read.",
                &["workspace_token/projects"],
            ),
            error(
                "scope_missing",
                "workspace_access_tokens",
                "To tick: Repositories: Read.",
                &["workspace_token/repositories"],
            ),
        ],
    ),
    row(
        "identity-scope-missing",
        "not_ready",
        3,
        &[error(
            "scope_missing",
            "atlassian_api_tokens",
            "To tick: read:user:bitbucket.",
            &[ACCOUNT],
        )],
    ),
    row(
        "groups-scope-missing",
        "not_ready",
        3,
        &[error(
            "scope_missing",
            "atlassian_api_tokens",
            "To tick: read:permission:bitbucket.",
            &["account/groups"],
        )],
    ),
    row(
        "groups-want-admin-scope",
        "not_ready",
        3,
        &[error(
            "scope_missing",
            "atlassian_api_tokens",
            "To tick: admin:workspace:bitbucket.",
            &["account/groups"],
        )],
    ),
    row(
        "excess-scopes",
        "ready",
        0,
        &[
            warning(
                "excess_scope",
                "workspace_access_tokens",
                "the needed permissions alone",
                &["workspace_token"],
            ),
            warning(
                "excess_scope",
                "atlassian_api_tokens",
                "the needed permissions alone",
                &["account"],
            ),
        ],
    ),
    row(
        "expires-soon",
        "ready",
        0,
        &[warning(
            "expires_soon",
            "atlassian_api_tokens",
            "Make a new token before that day",
            &["account"],
        )],
    ),
    row(
        "username-not-email",
        "not_ready",
        3,
        &[error(
            "email_expected",
            "this_program",
            "https://id.atlassian.com/manage-profile/email",
            &[ACCOUNT],
        )],
    ),
    row(
        "app-password",
        "not_ready",
        3,
        &[error(
            "app_password_removed",
            "atlassian_api_tokens",
            "Create API token with scopes",
            &[ACCOUNT],
        )],
    ),
    row(
        "unscoped-api-token",
        "not_ready",
        4,
        &[error(
            "sign_in_refused",
            "atlassian_api_tokens",
            "scopes",
            &[ACCOUNT],
        )],
    ),
    row(
        "expired-workspace-token",
        "not_ready",
        4,
        &[error(
            "sign_in_refused",
            "workspace_access_tokens",
            "expired",
            &[TOKEN],
        )],
    ),
    row(
        "project-token-in-workspace-slot",
        "not_ready",
        3,
        &[error(
            "wrong_credential_kind",
            "workspace_access_tokens",
            "Workspace settings > Security > Access tokens",
            &[TOKEN],
        )],
    ),
    row(
        "repository-token-in-workspace-slot",
        "not_ready",
        3,
        &[error(
            "wrong_credential_kind",
            "workspace_access_tokens",
            "Workspace settings > Security > Access tokens",
            &[TOKEN],
        )],
    ),
    row(
        "swapped-tokens",
        "not_ready",
        3,
        &[
            error(
                "wrong_credential_kind",
                "workspace_access_tokens",
                "Workspace settings > Security > Access tokens",
                &[TOKEN],
            ),
            error(
                "wrong_credential_kind",
                "atlassian_api_tokens",
                "Create API token with scopes",
                &[ACCOUNT],
            ),
        ],
    ),
    row(
        "not-administrator",
        "not_ready",
        3,
        &[
            error(
                "role_missing",
                "workspace_user_groups",
                "User groups > Administrators",
                &["account/membership", "account/groups"],
            ),
            warning(
                "role_missing",
                "workspace_user_groups",
                "User groups > Administrators",
                &[
                    "account/project_permissions",
                    "account/repository_permissions",
                ],
            ),
        ],
    ),
    row(
        "not-a-member",
        "not_ready",
        3,
        &[
            error(
                "workspace_mismatch",
                "this_program",
                "a credential of this workspace",
                &["account/membership", "account/groups"],
            ),
            warning(
                "workspace_mismatch",
                "this_program",
                "a credential of this workspace",
                &[
                    "account/members",
                    "account/projects",
                    "account/repositories",
                ],
            ),
        ],
    ),
    row(
        "other-workspace-token",
        "not_ready",
        3,
        &[error(
            "workspace_mismatch",
            "this_program",
            "a credential of this workspace",
            &[
                "workspace_token/workspace",
                "workspace_token/members",
                "workspace_token/projects",
                "workspace_token/repositories",
            ],
        )],
    ),
    row(
        "workspace-not-found",
        "not_ready",
        3,
        &[error(
            "workspace_not_found_or_hidden",
            "this_program",
            "bitbucket.org/<workspace ID>/",
            THE_REST,
        )],
    ),
    row(
        "workspace-deactivated",
        "not_ready",
        3,
        &[error(
            "workspace_deactivated",
            "workspace_settings",
            "signs in at bitbucket.org",
            THE_REST,
        )],
    ),
    row(
        "empty-workspace",
        "undetermined",
        3,
        &[warning(
            "empty_result",
            "workspace_settings",
            "check that it belongs to this workspace",
            &[
                "workspace_token/projects",
                "workspace_token/repositories",
                "account/projects",
                "account/repositories",
                "account/groups",
            ],
        )],
    ),
    row(
        "nothing-visible",
        "not_ready",
        3,
        &[
            error(
                "role_missing",
                "workspace_user_groups",
                "User groups > Administrators",
                &["account/membership", "account/groups"],
            ),
            warning(
                "empty_result",
                "workspace_settings",
                "check that it belongs to this workspace",
                &["account/projects", "account/repositories"],
            ),
        ],
    ),
    row(
        "permission-mechanism-refused",
        "ready",
        0,
        &[warning(
            "wrong_credential_kind",
            "atlassian_api_tokens",
            "Nothing to change on this token",
            &[
                "workspace_token/project_permissions",
                "workspace_token/repository_permissions",
            ],
        )],
    ),
    row(
        "rate-limited",
        "undetermined",
        6,
        &[error("rate_limited", "wait", "Wait", THE_REST)],
    ),
    row(
        "data-center",
        "not_ready",
        3,
        &[error(
            "data_center_found",
            "this_program",
            "https://api.bitbucket.org",
            BOTH,
        )],
    ),
    row(
        "ip-allow-list",
        "undetermined",
        3,
        &[error(
            "network_policy",
            "workspace_access_controls",
            "Security > Access controls",
            BOTH,
        )],
    ),
    row(
        "two-step-required",
        "undetermined",
        3,
        &[error(
            "network_policy",
            "workspace_access_controls",
            "two-step verification",
            BOTH,
        )],
    ),
    row(
        "endpoint-removed",
        "undetermined",
        1,
        &[error(
            "endpoint_removed",
            "this_program",
            "a defect of this program",
            &["account/groups"],
        )],
    ),
    row(
        "server-error",
        "undetermined",
        5,
        &[
            error("server_error", "wait", "status.atlassian.com", BOTH),
            error("server_error", "wait", "status.atlassian.com", THE_REST),
        ],
    ),
    row(
        "no-answer",
        "undetermined",
        5,
        &[error("timed_out", "network", "a proxy on the way", MEMBERS)],
    ),
    row(
        "cut-answer",
        "undetermined",
        5,
        &[error(
            "unreadable_reply",
            "network",
            "a proxy may change answers",
            REPOSITORIES,
        )],
    ),
    row(
        "unreadable-answer",
        "undetermined",
        5,
        &[error(
            "unreadable_reply",
            "network",
            "a proxy may change answers",
            PROJECTS,
        )],
    ),
    row(
        "off-origin-link",
        "undetermined",
        5,
        &[error(
            "off_origin_link",
            "network",
            "The link was not followed",
            REPOSITORIES,
        )],
    ),
    row(
        "redirect",
        "undetermined",
        5,
        &[error(
            "redirect_refused",
            "network",
            "It was not followed",
            BOTH,
        )],
    ),
    row(
        "proxy-page",
        "undetermined",
        5,
        &[error(
            "not_bitbucket",
            "network",
            "a sign-in page of the network",
            BOTH,
        )],
    ),
    row(
        "proxy-asks-sign-in",
        "undetermined",
        5,
        &[error(
            "proxy_refused",
            "network",
            "the system's proxy settings",
            BOTH,
        )],
    ),
    row(
        "closed-port",
        "undetermined",
        5,
        &[error("unreachable", "network", "the address", BOTH)],
    ),
    row(
        "unknown-name",
        "undetermined",
        5,
        &[error("unreachable", "network", "the address", BOTH)],
    ),
    row(
        "untrusted-certificate",
        "undetermined",
        5,
        &[error("tls_untrusted", "network", "root certificate", BOTH)],
    ),
    row(
        "plain-http-elsewhere",
        "not_ready",
        2,
        &[error(
            "address_not_allowed",
            "this_program",
            "https://api.bitbucket.org",
            &["api-url"],
        )],
    ),
];

/// What `bbsetup submit --watch` tells in the scenarios of BalkanID's.
pub(crate) const OF_BALKANID: &[Submission] = &[
    submission(
        "balkanid-waf",
        8,
        "balkanid_blocked",
        "network",
        "another network",
    ),
    submission(
        "balkanid-platform-host",
        0,
        "balkanid_other_host",
        "this_program",
        "Change the address",
    ),
    submission(
        "balkanid-tenant-host",
        0,
        "balkanid_other_host",
        "this_program",
        "Change the address",
    ),
    submission(
        "balkanid-refuses",
        8,
        "balkanid_refused",
        "balkanid_integrations",
        "support@balkan.id",
    ),
    submission(
        "balkanid-empty-reply",
        8,
        "balkanid_empty_reply",
        "balkanid_integrations",
        "Configure > Integrations",
    ),
    submission(
        "balkanid-step-up",
        8,
        "step_up_required",
        "balkanid_integrations",
        "Sign in to BalkanID",
    ),
    submission(
        "balkanid-wrong-host",
        8,
        "balkanid_not_found",
        "this_program",
        "balkanid.app/api/public",
    ),
    submission(
        "balkanid-unavailable",
        5,
        "server_error",
        "wait",
        "Try again in some minutes",
    ),
    submission(
        "balkanid-key-refused",
        8,
        "balkanid_key_refused",
        "balkanid_api_keys",
        "profile menu > API Keys",
    ),
    submission(
        "sync-fails",
        8,
        "sync_failed",
        "balkanid_integrations",
        "permissions",
    ),
];

/// What `bbsetup scim` tells in the scenarios of SCIM servers.
pub(crate) const OF_SCIM: &[Row] = &[
    row(
        "scim-ignores-start-index",
        "not_ready",
        3,
        &[error(
            "scim_paging",
            "this_program",
            "give its maker this report",
            &["scim/users_paging", "scim/groups_paging"],
        )],
    ),
    row(
        "scim-cuts-members",
        "not_ready",
        3,
        &[error(
            "scim_members_cut",
            "this_program",
            "largest number of members",
            &["scim/group_members"],
        )],
    ),
    row(
        "scim-no-emails",
        "not_ready",
        3,
        &[error(
            "scim_attribute_missing",
            "this_program",
            "attribute mapping",
            &["scim/user_attributes"],
        )],
    ),
    row(
        "scim-wrong-token",
        "not_ready",
        4,
        &[error(
            "sign_in_refused",
            "this_program",
            "Copy the token once more",
            &["scim/sign_in"],
        )],
    ),
    row(
        "scim-refused",
        "not_ready",
        8,
        &[error(
            "scim_refused",
            "this_program",
            "right to read users and groups",
            &["scim/users", "scim/groups"],
        )],
    ),
    row(
        "scim-wrong-path",
        "undetermined",
        5,
        &[error(
            "not_scim",
            "this_program",
            "/scim/v2 asks for a sign-in",
            &["scim/sign_in"],
        )],
    ),
    row(
        "scim-not-scim",
        "undetermined",
        5,
        &[error(
            "not_scim",
            "this_program",
            "Check the base URL",
            &["scim/sign_in"],
        )],
    ),
    row(
        "scim-version-1",
        "not_ready",
        3,
        &[error(
            "scim_outdated",
            "this_program",
            "SCIM 2.0 address",
            &["scim/sign_in"],
        )],
    ),
    row(
        "scim-plain-json",
        "ready",
        0,
        &[warning(
            "scim_departure",
            "this_program",
            "give its maker this report",
            &[
                "scim/service_provider_config",
                "scim/resource_types",
                "scim/schemas",
                "scim/content_type",
                "scim/error_body",
            ],
        )],
    ),
    row(
        "scim-empty",
        "undetermined",
        3,
        &[warning(
            "empty_result",
            "this_program",
            "right to read all of them",
            &["scim/users", "scim/groups"],
        )],
    ),
];

/// The one problem that a submission ends with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submission {
    pub(crate) scenario: &'static str,
    pub(crate) exit: i32,
    pub(crate) code: &'static str,
    pub(crate) place: &'static str,
    pub(crate) mend: &'static str,
}

const fn submission(
    scenario: &'static str,
    exit: i32,
    code: &'static str,
    place: &'static str,
    mend: &'static str,
) -> Submission {
    Submission {
        scenario,
        exit,
        code,
        place,
        mend,
    }
}

/// What `bbsetup check` tells where the secrets are in a keychain that does not give them.
pub(crate) const NO_KEYCHAIN: Row = row(
    "ready",
    "undetermined",
    7,
    &[error(
        "vault_unavailable",
        "keychain",
        "GNOME Keyring",
        BOTH,
    )],
);
/// The same where the keychain is locked.
pub(crate) const LOCKED_KEYCHAIN: Row = row(
    "ready",
    "undetermined",
    7,
    &[error("vault_locked", "keychain", "Unlock", BOTH)],
);

/// Codes that no scenario meets, and why.
pub(crate) const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "vault_too_long",
        "Windows alone limits the length of a secret.",
    ),
    (
        "account_mismatch",
        "Of replacing a token; in crates/wizard/tests/profiles.rs.",
    ),
    (
        "already_set_up",
        "Of a set-up that is there; in crates/wizard/tests/run.rs.",
    ),
    ("clock_differs", "Of this machine's clock; in diagnose.rs."),
    ("value_missing", "Of what is typed; in bad_input.rs."),
    ("value_unreadable", "Of what is typed; in bad_input.rs."),
    ("wrong_field", "Of what is typed; in bad_input.rs."),
    ("secret_in_arguments", "Of what is typed; in canary.rs."),
    (
        "cancelled",
        "Of a person who stops it; in order.rs and the window's stories.",
    ),
    (
        "file_exists",
        "Of this machine's disk; in crates/wizard/tests/export.rs.",
    ),
    (
        "file_not_written",
        "Of this machine's disk; in crates/wizard/tests/export.rs.",
    ),
    ("file_not_read", "Of this machine's disk; in validate.rs."),
    ("files_unfit", "Of files that are sent; in upload.rs."),
    (
        "file_changed",
        "Of files that are sent; in crates/balkanid/tests/upload.rs.",
    ),
    ("checksum_differs", "Of files that are sent; in upload.rs."),
    ("desktop_refused", "Of this machine's desktop."),
    ("defect_of_this_tool", "Nothing that can be set up."),
];
