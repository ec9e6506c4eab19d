//! From a refusal, or from no answer at all, to an outcome and a problem in words.

use bbsetup_http::Error as HttpError;
use bbsetup_setup::problem::{Place, Retry};
use bbsetup_setup::report::CredentialKind;
use bbsetup_setup::requirement::{BALKANID_PAGE, requirement};
use bbsetup_setup::{
    CheckId, CheckName, CredentialSlot, Outcome, Problem, ProblemCode, Scope, TokenShape,
    Vocabulary, WorkspaceId, scope,
};

use crate::reply::{Form, Refusal, Seen};

/// What is known around an answer when it is judged.
pub(crate) struct Circumstances<'a> {
    pub(crate) id: CheckId,
    pub(crate) workspace: &'a WorkspaceId,
    pub(crate) host: &'a str,
    pub(crate) shape: TokenShape,
    pub(crate) seen: &'a Seen,
    /// Whether the same credential was accepted elsewhere.
    pub(crate) signed_in: bool,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) now: i64,
}

impl Circumstances<'_> {
    fn vocabulary(&self) -> Vocabulary {
        match self.seen.kind {
            Some(CredentialKind::ApiToken) => Vocabulary::ApiToken,
            Some(_) => Vocabulary::Classic,
            None => match self.id.slot {
                CredentialSlot::WorkspaceToken => Vocabulary::Classic,
                CredentialSlot::Account => Vocabulary::ApiToken,
            },
        }
    }

    fn subject(&self) -> String {
        format!("The {}", self.id.slot.noun())
    }
}

/// What BalkanID cannot do without a check, to follow "BalkanID cannot".
fn what_it_blocks(name: CheckName) -> &'static str {
    match name {
        CheckName::Identity => "tell whose credential this is",
        CheckName::Workspace => "find the workspace",
        CheckName::Membership => "tell whether the account administers the workspace",
        CheckName::Members => "read who belongs to the workspace",
        CheckName::Projects => "read the workspace's projects",
        CheckName::Repositories => "read the workspace's repositories",
        CheckName::ProjectPermissions => "read who may do what in a project",
        CheckName::RepositoryPermissions => "read who may do what in a repository",
        CheckName::Groups => "read the workspace's groups",
    }
}

/// Judges a refusal.
pub(crate) fn of_refusal(refusal: &Refusal, around: &Circumstances<'_>) -> (Outcome, Problem) {
    let (outcome, problem) = match refusal {
        Refusal::SignIn => sign_in(around),
        Refusal::ScopeMissing { required, granted } => (
            Outcome::Missing,
            scope_missing(required, granted.as_deref(), around),
        ),
        Refusal::WrongKind => wrong_kind_here(around),
        Refusal::NetworkPolicy { message } => (Outcome::Unknown, policy(message, around)),
        Refusal::Deactivated { message } => (Outcome::Missing, deactivated(message, around)),
        Refusal::Forbidden {
            form: Form::Other, ..
        } if !around.signed_in => elsewhere("a gateway that forbids the address", around),
        Refusal::Forbidden { message, .. } => forbidden(message, around),
        Refusal::NotFound { form }
            if around.id.name == CheckName::Identity
                || (*form == Form::Other && !around.signed_in) =>
        {
            elsewhere("a server that does not know the address", around)
        }
        Refusal::NotFound { .. } => (Outcome::Missing, not_found(around)),
        Refusal::Removed => (
            Outcome::Unknown,
            Problem::new(
                ProblemCode::EndpointRemoved,
                format!(
                    "Bitbucket has removed the call that this check makes ({}).",
                    requirement(around.id.name).path
                ),
            ),
        ),
        Refusal::RateLimited { retry_after } => {
            let retry = retry_after.map_or(Retry::Now, |wait| {
                Retry::At(
                    around
                        .now
                        .saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)),
                )
            });
            let message = match retry_after {
                Some(wait) => format!("Bitbucket's rate limit is reached; it asks to wait {}.", span(wait.as_secs())),
                None => "Bitbucket's rate limit is reached; it does not say for how long. Limits are counted by the hour.".to_owned(),
            };
            (
                Outcome::Unknown,
                Problem::new(ProblemCode::RateLimited, message).with_retry(retry),
            )
        }
        Refusal::ServerError { status } => (Outcome::Unknown, server_error(around.host, *status)),
        Refusal::Proxy => (Outcome::Unknown, proxy(around.host)),
        Refusal::NotBitbucket { looks_like } => elsewhere(looks_like, around),
        Refusal::Unreadable { status, why } => (Outcome::Unknown, unreadable(*status, why, around)),
    };
    (outcome, problem.on_check(around.id))
}

/// A fault of the server's own.
pub(crate) fn server_error(host: &str, status: u16) -> Problem {
    Problem::new(
        ProblemCode::ServerError,
        format!("{host} answered with a fault of its own (status {status})."),
    )
}

/// A proxy that wants to know who asks.
pub(crate) fn proxy(host: &str) -> Problem {
    Problem::new(
        ProblemCode::ProxyRefused,
        format!("A proxy on the way to {host} asks for a sign-in of its own."),
    )
}

/// Something else at the API URL.
pub(crate) fn not_bitbucket(host: &str, looks_like: &str) -> Problem {
    Problem::new(
        ProblemCode::NotBitbucket,
        format!("What answered at {host} is not Bitbucket's API but {looks_like}."),
    )
}

fn elsewhere(looks_like: &str, around: &Circumstances<'_>) -> (Outcome, Problem) {
    (Outcome::Unknown, not_bitbucket(around.host, looks_like))
}

/// A policy of the workspace, named where the refusal names it.
fn policy(message: &str, around: &Circumstances<'_>) -> Problem {
    let workspace = around.workspace;
    let lower = message.to_lowercase();
    let is_two_step = lower.contains("two-step") || lower.contains("two step");
    let is_address = lower.contains("ip address") || lower.contains("list");
    let (what, hints): (String, &[&str]) = match (is_two_step, is_address) {
        (true, _) => (
            format!("The workspace {workspace} requires two-step verification."),
            &[
                "Turn on two-step verification for the account that made the token: Atlassian account settings > Security > Two-step verification.",
                "Or an administrator lifts the requirement: Workspace settings > Security > Access controls.",
            ],
        ),
        (false, true) => (
            format!(
                "The workspace {workspace} allows certain IP addresses alone, and this network's is none of them."
            ),
            &[
                "An administrator adds it: Workspace settings > Security > Access controls > allowed IP addresses.",
                "BalkanID asks from addresses of its own, which have to be on that list too; support@balkan.id can name them.",
            ],
        ),
        (false, false) => (
            format!("A policy of the workspace {workspace} refuses requests from here."),
            &[
                "An administrator can look at Workspace settings > Security > Access controls: allowed IP addresses and required two-step verification.",
            ],
        ),
    };
    Problem::new(
        ProblemCode::NetworkPolicy,
        format!("{what} Bitbucket says: “{message}”"),
    )
    .with_hints(hints.iter().map(|hint| (*hint).to_owned()).collect())
}

fn deactivated(message: &str, around: &Circumstances<'_>) -> Problem {
    Problem::new(
        ProblemCode::WorkspaceDeactivated,
        format!(
            "The workspace {} is switched off, so that nobody can read it. Bitbucket says: “{message}”",
            around.workspace
        ),
    )
}

/// Judges JSON without the fields that are looked for.
pub(crate) fn without_fields(status: Option<u16>, around: &Circumstances<'_>) -> Problem {
    unreadable(
        status.unwrap_or_default(),
        "it has not the fields that Bitbucket documents",
        around,
    )
}

/// Judges an answer that came and fits no known shape.
pub(crate) fn unreadable(status: u16, why: &str, around: &Circumstances<'_>) -> Problem {
    Problem::new(
        ProblemCode::UnreadableReply,
        format!(
            "The answer of {} (status {status}) cannot be read: {why}.",
            around.host
        ),
    )
    .on_check(around.id)
}

/// Judges a request that got no answer.
pub(crate) fn of_transport(error: &HttpError, id: CheckId) -> (Outcome, Problem) {
    let problem = Problem::new(bbsetup_http::problem_code(error), format!("{error}."))
        .with_causes(error)
        .on_check(id);
    (Outcome::Unknown, problem)
}

/// A Data Center server at the API URL.
pub(crate) fn data_center(host: &str, version: &str) -> Problem {
    Problem::new(
        ProblemCode::DataCenterFound,
        format!(
            "{host} is a Bitbucket Data Center server (version {version}), not Bitbucket Cloud."
        ),
    )
    .on_field("api-url")
}

/// A credential of another kind than its slot takes, by Bitbucket's own word.
pub(crate) fn other_kind(kind: CredentialKind, around: &Circumstances<'_>) -> (Outcome, Problem) {
    let (needed, why) = match around.id.slot {
        CredentialSlot::WorkspaceToken => (
            "a workspace access token",
            "No other kind can be given the permission Account: Read.",
        ),
        CredentialSlot::Account => (
            "an API token of the account",
            "Access tokens belong to no account, and Bitbucket's v1 API wants one.",
        ),
    };
    let problem = Problem::new(
        ProblemCode::WrongCredentialKind,
        format!(
            "Bitbucket says that this is {}; here {needed} is needed. {why}",
            kind.noun()
        ),
    )
    .with_hints(vec![make_hint(around.id.slot)])
    .mended_at(around.id.slot.page())
    .on_check(around.id);
    (Outcome::Missing, problem)
}

/// How a credential of the right kind is made.
pub(crate) fn make_hint(slot: CredentialSlot) -> String {
    match slot {
        CredentialSlot::WorkspaceToken => "Make a workspace access token: Workspace settings > Security > Access tokens > Create access token. A project's or a repository's own settings make other kinds.",
        CredentialSlot::Account => "Make an API token: Atlassian account settings > Security > Create and manage API tokens > Create API token with scopes, app Bitbucket.",
    }
    .to_owned()
}

fn sign_in(around: &Circumstances<'_>) -> (Outcome, Problem) {
    if around.signed_in {
        let problem = Problem::new(
            ProblemCode::SignInRefused,
            format!(
                "{} is accepted elsewhere and refused by this one call.",
                around.subject()
            ),
        )
        .with_hints(vec![
            "Check again; if it stays so, make a new token with all listed permissions.".to_owned(),
        ])
        .mended_at(around.id.slot.page());
        return (Outcome::Unknown, problem);
    }
    if around.shape.speaks_against(around.id.slot) {
        let found = around.shape.noun().unwrap_or("another kind of token");
        let problem = Problem::new(
            ProblemCode::WrongCredentialKind,
            format!(
                "Bitbucket refuses this as the {}, and by its first letters it is {found}.",
                around.id.slot.noun()
            ),
        )
        .with_hints(vec![make_hint(around.id.slot)])
        .mended_at(around.id.slot.page());
        return (Outcome::Missing, problem);
    }
    // Told as it comes; `sign_in::narrow` weighs it once everything else is known.
    let problem = Problem::new(
        ProblemCode::SignInRefused,
        format!("Bitbucket refuses the {}.", around.id.slot.noun()),
    )
    .mended_at(around.id.slot.page());
    (Outcome::Missing, problem)
}

/// A check that was not asked since other answers show which scopes it lacks.
pub(crate) fn lacks(scopes: &[Scope], around: &Circumstances<'_>) -> Problem {
    scope_missing(scopes, None, around).on_check(around.id)
}

fn scope_missing(
    required: &[Scope],
    granted: Option<&[Scope]>,
    around: &Circumstances<'_>,
) -> Problem {
    let vocabulary = around.vocabulary();
    let granted = granted
        .or(around.seen.scopes.as_deref())
        .unwrap_or_default();
    let in_own_words = required
        .iter()
        .all(|scope| scope.vocabulary() == vocabulary && !scope.allows_change());
    // A live answer outranks the table, unless it speaks the other vocabulary or asks for a right
    // to change where reading is all that is done.
    let wanted = match in_own_words && !required.is_empty() {
        true => required.to_vec(),
        false => requirement(around.id.name).scopes(vocabulary),
    };
    let lacking: Vec<Scope> = wanted
        .iter()
        .filter(|scope| !scope::covers(granted, scope))
        .cloned()
        .collect();
    let lacking = if lacking.is_empty() { wanted } else { lacking };
    let named: Vec<String> = lacking.iter().map(name_of_scope).collect();
    let mut problem = Problem::new(
        ProblemCode::ScopeMissing,
        format!(
            "{} lacks {}; without it BalkanID cannot {}.",
            around.subject(),
            named.join(" and "),
            what_it_blocks(around.id.name)
        ),
    )
    .mended_at(around.id.slot.page());
    let asked_by_the_warning_alone = matches!(
        (around.id.slot, around.id.name),
        (
            CredentialSlot::WorkspaceToken,
            CheckName::ProjectPermissions | CheckName::RepositoryPermissions
        )
    );
    if asked_by_the_warning_alone {
        problem.hints.push(format!(
            "BalkanID's page contradicts itself here: its warning box asks for Projects: Admin and Repositories: Admin, its numbered steps list Read alone ({BALKANID_PAGE})."
        ));
    }
    let ticks: Vec<&str> = lacking.iter().map(Scope::tick).collect();
    problem
        .hints
        .insert(0, format!("To tick: {}.", ticks.join(", ")));
    problem.with_scopes(lacking)
}

fn name_of_scope(scope: &Scope) -> String {
    match scope.form_label() {
        Some(label) => format!("the permission {label} ({scope})"),
        None => format!("the scope {scope}"),
    }
}

fn wrong_kind_here(around: &Circumstances<'_>) -> (Outcome, Problem) {
    let reads_permissions = matches!(
        around.id.name,
        CheckName::ProjectPermissions | CheckName::RepositoryPermissions
    );
    if around.id.slot == CredentialSlot::WorkspaceToken && reads_permissions {
        let problem = Problem::new(
            ProblemCode::WrongCredentialKind,
            "Bitbucket does not let an access token read permissions, whatever its scopes: a limit of Bitbucket and no mistake of yours.",
        )
        .with_hints(vec![
            "Nothing to change on this token. The account's API token has to be able to read the same.".to_owned(),
        ])
        .mended_at(Place::AtlassianApiTokens);
        return (Outcome::Unknown, problem);
    }
    match around.seen.kind {
        Some(kind) if kind.fits(around.id.slot) == Some(false) => other_kind(kind, around),
        _ => {
            let problem = Problem::new(
                ProblemCode::WrongCredentialKind,
                format!("Bitbucket does not accept this kind of credential here; without it BalkanID cannot {}.", what_it_blocks(around.id.name)),
            )
            .with_hints(vec![make_hint(around.id.slot)])
            .mended_at(around.id.slot.page());
            (Outcome::Missing, problem)
        }
    }
}

fn forbidden(message: &str, around: &Circumstances<'_>) -> (Outcome, Problem) {
    let line = requirement(around.id.name);
    if around.id.name == CheckName::Workspace {
        return (Outcome::Missing, not_found(around));
    }
    // The scopes that came with the refusal tell more than its words: where one is lacking, no
    // role would help.
    if let Some(granted) = &around.seen.scopes {
        let lacking = line
            .scopes(around.vocabulary())
            .iter()
            .any(|scope| !scope::covers(granted, scope));
        let speaks_of_a_role = message.to_lowercase().contains("admin");
        if lacking && !speaks_of_a_role {
            return (Outcome::Missing, scope_missing(&[], Some(granted), around));
        }
    }
    let said = match message.is_empty() {
        true => String::new(),
        false => format!(" Bitbucket says: “{message}”"),
    };
    let problem = match line.role {
        Some(role) => Problem::new(
            ProblemCode::RoleMissing,
            format!(
                "The permission is there, the role is not: the holder of the {} is not {}, so BalkanID cannot {}.{said}",
                around.id.slot.noun(),
                role.noun(),
                what_it_blocks(around.id.name)
            ),
        ),
        None => Problem::new(
            ProblemCode::RoleMissing,
            format!(
                "Bitbucket forbids this to the holder of the {}, so BalkanID cannot {}.{said}",
                around.id.slot.noun(),
                what_it_blocks(around.id.name)
            ),
        ),
    };
    (Outcome::Missing, problem)
}

fn not_found(around: &Circumstances<'_>) -> Problem {
    Problem::new(
        ProblemCode::WorkspaceNotFoundOrHidden,
        format!(
            "Bitbucket shows no workspace {} to the {}: either the ID is another, or the credential has no access to it. Bitbucket's answer is the same for both.",
            around.workspace,
            around.id.slot.noun()
        ),
    )
    .on_field("workspace")
}

/// The account belongs to other workspaces, and not to this one.
pub(crate) fn not_listed(others: &[String], around: &Circumstances<'_>) -> (Outcome, Problem) {
    let mut problem = not_found(around).on_check(around.id);
    if !others.is_empty() {
        problem
            .hints
            .insert(0, format!("The account belongs to: {}.", others.join(", ")));
    }
    (Outcome::Missing, problem)
}

/// The account is a member without being an administrator.
pub(crate) fn not_administrator(around: &Circumstances<'_>) -> (Outcome, Problem) {
    let problem = Problem::new(
        ProblemCode::RoleMissing,
        format!("The account is a member of {} and no administrator of it; BalkanID cannot read groups and permissions with it.", around.workspace),
    )
    .on_check(around.id);
    (Outcome::Missing, problem)
}

/// A workspace that calls itself otherwise than it was asked for.
pub(crate) fn other_workspace(found: &str, around: &Circumstances<'_>) -> (Outcome, Problem) {
    let problem = Problem::new(
        ProblemCode::WorkspaceMismatch,
        format!(
            "Asked for the workspace {}, Bitbucket answered with {found}.",
            around.workspace
        ),
    )
    .on_field("workspace")
    .on_check(around.id);
    (Outcome::Missing, problem)
}

/// A credential that cannot see a workspace which the other credential can.
pub(crate) fn of_another_workspace(id: CheckId, workspace: &WorkspaceId) -> Problem {
    Problem::new(
        ProblemCode::WorkspaceMismatch,
        format!(
            "The workspace {workspace} is there, as the other credential shows, but the {} cannot see it: it belongs to another workspace.",
            id.slot.noun()
        ),
    )
    .on_check(id)
}

/// A part of a workspace that the credential cannot see, although it sees the workspace.
pub(crate) fn hidden_in_it(id: CheckId, workspace: &WorkspaceId) -> Problem {
    Problem::new(
        ProblemCode::WorkspaceNotFoundOrHidden,
        format!(
            "The {} sees the workspace {workspace}; what this check asks for Bitbucket does not find or does not show to it (status 404), so BalkanID cannot {}.",
            id.slot.noun(),
            what_it_blocks(id.name)
        ),
    )
    .with_hints(vec![
        "Check again: it may just have been deleted or renamed.".to_owned(),
        "If it stays so, the holder of the credential has no access to it; an administrator of the workspace can give it.".to_owned(),
    ])
    .on_check(id)
}

/// A list that came and is empty.
pub(crate) fn empty(around: &Circumstances<'_>) -> (Outcome, Problem) {
    let what = match around.id.name {
        CheckName::Members => "members",
        CheckName::Projects => "projects",
        CheckName::Repositories => "repositories",
        CheckName::Groups => "groups",
        CheckName::Identity
        | CheckName::Workspace
        | CheckName::Membership
        | CheckName::ProjectPermissions
        | CheckName::RepositoryPermissions => "entries",
    };
    let problem = Problem::new(
        ProblemCode::EmptyResult,
        format!("Bitbucket allows the {} to ask and shows it no {what} in {}; an empty answer proves nothing.", around.id.slot.noun(), around.workspace),
    )
    .on_check(around.id);
    (Outcome::NotTestable, problem)
}

/// Scopes beyond what any check needs.
pub(crate) fn excess(slot: CredentialSlot, scopes: &[Scope]) -> Problem {
    let each: Vec<String> = scopes
        .iter()
        .map(|scope| format!("{scope} ({})", scope.would_allow()))
        .collect();
    Problem::new(
        ProblemCode::ExcessScope,
        format!(
            "The {} can do more than BalkanID needs: {}.",
            slot.noun(),
            each.join(", ")
        ),
    )
    .with_scopes(scopes.to_vec())
    .on_slot(slot)
    .mended_at(slot.page())
}

/// A check that was stopped before its answer.
pub(crate) fn cancelled(id: CheckId) -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The check was stopped before Bitbucket answered.",
    )
    .on_check(id)
}

fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
