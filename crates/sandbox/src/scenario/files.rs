//! The scenarios that come with the program.

/// What every other file extends; not a scenario to start.
pub(super) const BASE: (&str, &str) = ("base", include_str!("../../scenarios/base.json"));

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../scenarios/", $name, ".json")))),*]
    };
}

/// Name and file, in the order in which they are shown.
pub(super) const FILES: [(&str, &str); 66] = files![
    "ready",
    "first-set-up",
    "existing-integration",
    "missing-project-admin",
    "missing-read-scopes",
    "identity-scope-missing",
    "groups-scope-missing",
    "excess-scopes",
    "expires-soon",
    "username-not-email",
    "app-password",
    "unscoped-api-token",
    "expired-workspace-token",
    "project-token-in-workspace-slot",
    "repository-token-in-workspace-slot",
    "swapped-tokens",
    "not-administrator",
    "not-a-member",
    "other-workspace-token",
    "workspace-not-found",
    "workspace-deactivated",
    "empty-workspace",
    "nothing-visible",
    "no-headers",
    "permission-mechanism-refused",
    "groups-want-admin-scope",
    "rate-limited",
    "rate-limited-briefly",
    "data-center",
    "ip-allow-list",
    "two-step-required",
    "endpoint-removed",
    "server-error",
    "no-answer",
    "cut-answer",
    "unreadable-answer",
    "off-origin-link",
    "redirect",
    "proxy-page",
    "proxy-asks-sign-in",
    "closed-port",
    "unknown-name",
    "untrusted-certificate",
    "plain-http-elsewhere",
    "balkanid-waf",
    "balkanid-wrong-host",
    "balkanid-platform-host",
    "balkanid-tenant-host",
    "balkanid-refuses",
    "balkanid-empty-reply",
    "balkanid-step-up",
    "balkanid-unavailable",
    "balkanid-key-refused",
    "sync-fails",
    "slow-sync",
    "large",
    "scim-ignores-start-index",
    "scim-cuts-members",
    "scim-no-emails",
    "scim-wrong-token",
    "scim-refused",
    "scim-wrong-path",
    "scim-not-scim",
    "scim-version-1",
    "scim-plain-json",
    "scim-empty",
];

/// Names that scenarios had before.
pub(super) const FORMER_NAMES: [(&str, &str); 5] = [
    ("update", "existing-integration"),
    ("missing-admin-scopes", "missing-project-admin"),
    ("project-token", "project-token-in-workspace-slot"),
    ("permission-reads-refused", "permission-mechanism-refused"),
    ("balkanid-blocked", "balkanid-waf"),
];
