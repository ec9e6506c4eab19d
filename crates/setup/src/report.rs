//! What the checks of both credentials mean together.

mod minimal;

use crate::check::{CheckId, CheckName, CheckResult, Evidence, Outcome};
use crate::problem::{Problem, ProblemCode, Severity};
use crate::{ApiUrl, CredentialSlot, Scope, WorkspaceId, requirement};

/// The kind of a credential, as `x-credential-type` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// A workspace access token.
    WorkspaceAccessToken,
    /// A project access token.
    ProjectAccessToken,
    /// A repository access token.
    RepositoryAccessToken,
    /// An Atlassian API token.
    ApiToken,
    /// An app password, told by its shape alone since nothing is sent with one.
    AppPassword,
    /// An OAuth consumer's token.
    OAuth2,
    /// Bitbucket did not say.
    Unknown,
}

impl CredentialKind {
    /// Reads the value of an `x-credential-type` header.
    pub fn from_header(value: &str) -> Self {
        match value.trim().to_ascii_lowercase().as_str() {
            "workspace_access_token" => Self::WorkspaceAccessToken,
            "project_access_token" => Self::ProjectAccessToken,
            "repo_access_token" | "repository_access_token" => Self::RepositoryAccessToken,
            "api_token" => Self::ApiToken,
            "app_password" | "apppassword" => Self::AppPassword,
            "oauth2" => Self::OAuth2,
            _ => Self::Unknown,
        }
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WorkspaceAccessToken => "workspace_access_token",
            Self::ProjectAccessToken => "project_access_token",
            Self::RepositoryAccessToken => "repo_access_token",
            Self::ApiToken => "api_token",
            Self::AppPassword => "app_password",
            Self::OAuth2 => "oauth2",
            Self::Unknown => "unknown",
        }
    }

    /// What a sentence calls it, with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::WorkspaceAccessToken => "a workspace access token",
            Self::ProjectAccessToken => "a project access token",
            Self::RepositoryAccessToken => "a repository access token",
            Self::ApiToken => "an API token",
            Self::AppPassword => "an app password",
            Self::OAuth2 => "an OAuth consumer's token",
            Self::Unknown => "a credential of unknown kind",
        }
    }

    /// Whether a slot can be filled with this kind; `None` where the kind is not known.
    pub fn fits(self, slot: CredentialSlot) -> Option<bool> {
        match (self, slot) {
            (Self::Unknown, _) => None,
            (Self::WorkspaceAccessToken, CredentialSlot::WorkspaceToken)
            | (Self::ApiToken, CredentialSlot::Account) => Some(true),
            _ => Some(false),
        }
    }
}

/// What Bitbucket's answers tell of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSeen {
    /// The slot it is in.
    pub slot: CredentialSlot,
    /// Its kind.
    pub kind: CredentialKind,
    /// Its scopes, sorted; `None` where no answer told, which is not the same as none.
    pub scopes: Option<Vec<Scope>>,
    /// The scopes beyond what any check needs.
    pub excess_scopes: Vec<Scope>,
    /// The uuid of the account that holds it, where Bitbucket told it.
    pub account: Option<String>,
}

/// What one check found by itself, before the other credential is taken into account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check this is.
    pub id: CheckId,
    /// The scopes that it needs, in the vocabulary of its credential.
    pub needs: Vec<Scope>,
    /// What was found.
    pub outcome: Outcome,
    /// The ground of the outcome.
    pub evidence: Option<Evidence>,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// Why it was skipped, or what else explains the outcome.
    pub reason: Option<String>,
}

/// The two names under which Bitbucket knows a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceNames {
    /// The slug, which an administrator can change.
    pub slug: String,
    /// The uuid in braces, which stays.
    pub uuid: String,
}

/// The answer to "will it work?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every required check is granted and nothing stands in the way.
    Ready,
    /// Something is known to be wrong.
    NotReady,
    /// Nothing is known to be wrong, but something required could not be told.
    Undetermined,
}

impl Verdict {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not_ready",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Everything that the checks found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The workspace that was looked at.
    pub workspace: WorkspaceId,
    /// Both names of the workspace, where Bitbucket told them.
    pub names: Option<WorkspaceNames>,
    /// The API that was asked.
    pub api_url: ApiUrl,
    /// The answer.
    pub verdict: Verdict,
    /// What is known of each credential.
    pub credentials: Vec<CredentialSeen>,
    /// Every check, in the contract's order.
    pub checks: Vec<CheckResult>,
    /// Everything that is wrong or worth knowing.
    pub problems: Vec<Problem>,
    /// Requests put on the wire, repeats included.
    pub requests: u32,
}

impl Report {
    /// Weighs what each check found against what the others found.
    ///
    /// `general` holds the problems that belong to no single check, such as scopes beyond need.
    pub fn settle(
        workspace: WorkspaceId,
        api_url: ApiUrl,
        credentials: Vec<CredentialSeen>,
        findings: Vec<Finding>,
        general: Vec<Problem>,
        requests: u32,
    ) -> Self {
        let outcome_of = |slot, name| {
            findings
                .iter()
                .find(|finding| finding.id == CheckId::new(slot, name))
                .map(|finding| finding.outcome)
        };
        let granted = |slot, name| outcome_of(slot, name) == Some(Outcome::Granted);
        let mut stood_in = Vec::new();
        let mut checks = Vec::new();
        let mut problems = Vec::new();
        for finding in &findings {
            let CheckId { slot, name } = finding.id;
            let required = is_required(slot, name, granted(CredentialSlot::WorkspaceToken, name));
            let stands_in = is_platform_limit(finding) && granted(CredentialSlot::Account, name);
            if stands_in {
                stood_in.push(finding.id);
            }
            if let Some(problem) = &finding.problem {
                let problem = problem.clone().on_check(finding.id);
                let only_a_warning = stands_in || !required;
                problems.push(if only_a_warning {
                    problem.as_warning()
                } else {
                    problem
                });
            }
            let held = credentials
                .iter()
                .find(|seen| seen.slot == slot)
                .and_then(|seen| seen.scopes.as_deref());
            let found_out = held
                .filter(|_| finding.outcome == Outcome::Granted)
                .and_then(|held| requirement::found_out(finding.id, held));
            checks.push(CheckResult {
                id: finding.id,
                needs: finding.needs.clone(),
                outcome: finding.outcome,
                required,
                evidence: finding.evidence.clone(),
                problem: finding.problem.as_ref().map(|problem| problem.code),
                reason: finding.reason.clone().or(found_out),
            });
        }
        problems.extend(general);
        let verdict = verdict(&checks, &stood_in, &problems);
        Self {
            workspace,
            names: None,
            api_url,
            verdict,
            credentials,
            checks,
            problems,
            requests,
        }
    }

    /// The check with an ID, where the report has it.
    pub fn check(&self, id: CheckId) -> Option<&CheckResult> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// The problems that keep the verdict from "ready".
    pub fn blocking_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| {
            problem.severity == Severity::Error
                || problem
                    .check
                    .and_then(|id| self.check(id))
                    .is_some_and(|check| {
                        check.required && matches!(check.outcome, Outcome::NotTestable)
                    })
        })
    }
}

/// Whether a check is required, given whether the workspace token grants the check of this name.
fn is_required(slot: CredentialSlot, name: CheckName, granted_to_workspace_token: bool) -> bool {
    match (slot, name) {
        (CredentialSlot::WorkspaceToken, _) => true,
        // BalkanID uses this pair for the v1 API, whatever the workspace token can do.
        (
            CredentialSlot::Account,
            CheckName::Identity | CheckName::Membership | CheckName::Groups,
        ) => true,
        (CredentialSlot::Account, _) => !granted_to_workspace_token,
    }
}

/// Bitbucket refuses permission reads to access tokens as such: a limit of the platform and no
/// mistake of the person.
fn is_platform_limit(finding: &Finding) -> bool {
    finding.id.slot == CredentialSlot::WorkspaceToken
        && matches!(
            finding.id.name,
            CheckName::ProjectPermissions | CheckName::RepositoryPermissions
        )
        && finding.outcome == Outcome::Unknown
        && finding
            .problem
            .as_ref()
            .is_some_and(|problem| problem.code == ProblemCode::WrongCredentialKind)
}

fn verdict(checks: &[CheckResult], stood_in: &[CheckId], problems: &[Problem]) -> Verdict {
    let required = || checks.iter().filter(|check| check.required);
    let known_wrong = required().any(|check| check.outcome == Outcome::Missing)
        || problems.iter().any(|problem| {
            problem.check.is_none()
                && problem.severity == Severity::Error
                && !is_could_not_tell(problem.code)
        });
    if known_wrong {
        return Verdict::NotReady;
    }
    let all_granted = !checks.is_empty()
        && required()
            .all(|check| check.outcome == Outcome::Granted || stood_in.contains(&check.id));
    let none_in_the_way = problems
        .iter()
        .all(|problem| problem.severity == Severity::Warning);
    if all_granted && none_in_the_way {
        Verdict::Ready
    } else {
        Verdict::Undetermined
    }
}

/// Whether a code says that something could not be told, rather than what is wrong.
pub fn is_could_not_tell(code: ProblemCode) -> bool {
    match code {
        ProblemCode::RateLimited
        | ProblemCode::Unreachable
        | ProblemCode::TimedOut
        | ProblemCode::TlsUntrusted
        | ProblemCode::ProxyRefused
        | ProblemCode::NotBitbucket
        | ProblemCode::NotScim
        | ProblemCode::ServerError
        | ProblemCode::UnreadableReply
        | ProblemCode::OffOriginLink
        | ProblemCode::RedirectRefused
        | ProblemCode::EmptyResult
        | ProblemCode::EndpointRemoved
        | ProblemCode::Cancelled
        | ProblemCode::ValueMissing
        | ProblemCode::VaultUnavailable
        | ProblemCode::VaultLocked
        | ProblemCode::ChecksumDiffers
        | ProblemCode::DefectOfThisTool => true,
        ProblemCode::AppPasswordRemoved
        | ProblemCode::EmailExpected
        | ProblemCode::SignInRefused
        | ProblemCode::ScopeMissing
        | ProblemCode::WrongCredentialKind
        | ProblemCode::RoleMissing
        | ProblemCode::NetworkPolicy
        | ProblemCode::VaultTooLong
        | ProblemCode::DataCenterFound
        | ProblemCode::WorkspaceNotFoundOrHidden
        | ProblemCode::WorkspaceMismatch
        | ProblemCode::WorkspaceDeactivated
        | ProblemCode::SecretInArguments
        | ProblemCode::AccountMismatch
        | ProblemCode::AlreadySetUp
        | ProblemCode::ExcessScope
        | ProblemCode::ExpiresSoon
        | ProblemCode::AddressNotAllowed
        | ProblemCode::BalkanIdKeyRefused
        | ProblemCode::BalkanIdNotFound
        | ProblemCode::BalkanIdRefused
        | ProblemCode::BalkanIdBlocked
        | ProblemCode::BalkanIdEmptyReply
        | ProblemCode::BalkanIdOtherHost
        | ProblemCode::StepUpRequired
        | ProblemCode::ScimRefused
        | ProblemCode::ScimOutdated
        | ProblemCode::ScimPaging
        | ProblemCode::ScimMembersCut
        | ProblemCode::ScimAttributeMissing
        | ProblemCode::ScimDeparture
        | ProblemCode::ValueUnreadable
        | ProblemCode::WrongField
        | ProblemCode::FileExists
        | ProblemCode::FileNotWritten
        | ProblemCode::FileNotRead
        | ProblemCode::FilesUnfit
        | ProblemCode::FileChanged
        | ProblemCode::SyncFailed
        | ProblemCode::DesktopRefused
        | ProblemCode::ClockDiffers => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: CredentialSlot = CredentialSlot::WorkspaceToken;
    const ACCOUNT: CredentialSlot = CredentialSlot::Account;

    fn finding(id: CheckId, outcome: Outcome, code: Option<ProblemCode>) -> Finding {
        Finding {
            id,
            needs: Vec::new(),
            outcome,
            evidence: None,
            problem: code.map(|code| Problem::new(code, "what happened")),
            reason: None,
        }
    }

    fn report(changes: &[(CheckId, Outcome, Option<ProblemCode>)]) -> Report {
        let findings = CheckId::all()
            .into_iter()
            .map(
                |id| match changes.iter().find(|(changed, _, _)| *changed == id) {
                    Some((id, outcome, code)) => finding(*id, *outcome, *code),
                    None => finding(id, Outcome::Granted, None),
                },
            )
            .collect();
        Report::settle(
            WorkspaceId::parse("acme").expect("an ID"),
            ApiUrl::bitbucket_cloud(),
            Vec::new(),
            findings,
            Vec::new(),
            15,
        )
    }

    #[test]
    fn all_granted_is_ready() {
        assert_eq!(report(&[]).verdict, Verdict::Ready);
    }

    #[test]
    fn an_accounts_gap_beside_a_granted_token_is_a_warning() {
        let gap = CheckId::new(ACCOUNT, CheckName::Projects);
        let report = report(&[(gap, Outcome::Missing, Some(ProblemCode::ScopeMissing))]);
        assert_eq!(report.verdict, Verdict::Ready);
        assert_eq!(report.problems[0].severity, Severity::Warning);
        assert_eq!(report.check(gap).map(|check| check.required), Some(false));
    }

    #[test]
    fn an_accounts_gap_beside_a_tokens_gap_is_an_error() {
        let report = report(&[
            (
                CheckId::new(TOKEN, CheckName::Projects),
                Outcome::Unknown,
                Some(ProblemCode::ServerError),
            ),
            (
                CheckId::new(ACCOUNT, CheckName::Projects),
                Outcome::Missing,
                Some(ProblemCode::ScopeMissing),
            ),
        ]);
        assert_eq!(report.verdict, Verdict::NotReady);
        assert!(
            report
                .problems
                .iter()
                .all(|problem| problem.severity == Severity::Error)
        );
    }

    #[test]
    fn groups_are_always_required_of_the_account() {
        let groups = CheckId::new(ACCOUNT, CheckName::Groups);
        let report = report(&[(groups, Outcome::Missing, Some(ProblemCode::RoleMissing))]);
        assert_eq!(report.verdict, Verdict::NotReady);
    }

    #[test]
    fn the_platforms_limit_is_forgiven_where_the_account_stands_in() {
        let limit = CheckId::new(TOKEN, CheckName::ProjectPermissions);
        let refused = (
            limit,
            Outcome::Unknown,
            Some(ProblemCode::WrongCredentialKind),
        );
        let forgiven = report(&[refused]);
        assert_eq!(forgiven.verdict, Verdict::Ready);
        assert_eq!(forgiven.problems[0].severity, Severity::Warning);

        let account = CheckId::new(ACCOUNT, CheckName::ProjectPermissions);
        let not_forgiven = report(&[
            refused,
            (account, Outcome::Unknown, Some(ProblemCode::ServerError)),
        ]);
        assert_eq!(not_forgiven.verdict, Verdict::Undetermined);
    }

    #[test]
    fn a_missing_permission_of_the_token_is_not_made_good_by_the_account() {
        let report = report(&[(
            CheckId::new(TOKEN, CheckName::ProjectPermissions),
            Outcome::Missing,
            Some(ProblemCode::ScopeMissing),
        )]);
        assert_eq!(report.verdict, Verdict::NotReady);
    }

    #[test]
    fn nothing_to_look_at_is_not_ready_and_not_wrong() {
        let report = report(&[(
            CheckId::new(TOKEN, CheckName::Repositories),
            Outcome::NotTestable,
            Some(ProblemCode::EmptyResult),
        )]);
        assert_eq!(report.verdict, Verdict::Undetermined);
        assert_eq!(report.problems[0].severity, Severity::Warning);
        assert_eq!(report.blocking_problems().count(), 1);
    }

    #[test]
    fn could_not_tell_is_never_no() {
        for code in [
            ProblemCode::Unreachable,
            ProblemCode::TimedOut,
            ProblemCode::ServerError,
        ] {
            let changes: Vec<_> = CheckId::all()
                .into_iter()
                .map(|id| (id, Outcome::Unknown, Some(code)))
                .collect();
            assert_eq!(report(&changes).verdict, Verdict::Undetermined, "{code}");
        }
    }
}
