//! `bbsetup.check/1`.

use bbsetup_setup::{
    CheckId, CheckResult, CredentialSeen, Evidence, Outcome, Report, Scope, Verdict,
};
use serde::Serialize;
use ts_rs::TS;

use super::ProblemJson;

/// The document that `check --json` prints and that the window's report shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CheckJson {
    /// Always `bbsetup.check/1`.
    pub schema: String,
    /// The workspace ID.
    pub workspace: String,
    /// The API that was asked.
    pub api_url: String,
    /// Will it work?
    pub verdict: VerdictJson,
    /// What is known of each credential.
    pub credentials: Vec<CredentialJson>,
    /// Every check.
    pub checks: Vec<CheckResultJson>,
    /// Everything that is wrong or worth knowing.
    pub problems: Vec<ProblemJson>,
    /// Requests put on the wire, repeats included.
    pub requests: u32,
    /// When the check ended, RFC 3339 in UTC.
    pub checked_at: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// When the check was made with which this one is compared, RFC 3339 in UTC; nothing where the
    /// set-up was not checked before.
    pub since: Option<String>,
    /// What changed since then.
    pub changes: Vec<ChangeJson>,
}

/// A check that was answered otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ChangeJson {
    /// The check's ID.
    pub check: String,
    /// `workspace_token` or `account`.
    pub slot: String,
    /// The row's heading.
    pub title: String,
    /// What was found before.
    pub before: OutcomeJson,
    /// What was found now.
    pub now: OutcomeJson,
}

/// `bbsetup.check_all/1`: a report for each finished set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AllChecksJson {
    /// Always `bbsetup.check_all/1`.
    pub schema: String,
    /// The reports, by workspace.
    pub reports: Vec<CheckJson>,
    /// What kept a set-up from being read or checked, or its verdict from being kept.
    pub problems: Vec<ProblemJson>,
}

/// What the window receives while all set-ups are checked: the events of each, as they come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ProfileCheckEventJson {
    /// The set-up.
    pub workspace: String,
    /// What happened to it.
    pub event: CheckEventJson,
}

/// `ready`, `not_ready` or `undetermined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VerdictJson {
    /// Everything that is required is granted.
    Ready,
    /// Something is known to be wrong.
    NotReady,
    /// Something that is required could not be told.
    Undetermined,
}

/// What is known of one credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CredentialJson {
    /// `workspace_token` or `account`.
    pub slot: String,
    /// Its kind, as Bitbucket names it; `unknown` where it did not say.
    pub kind: String,
    /// Its scopes, sorted; empty also where they are not known.
    pub scopes: Vec<String>,
    /// Whether Bitbucket told the scopes.
    pub scopes_known: bool,
    /// The scopes beyond need.
    pub excess_scopes: Vec<String>,
    /// The scopes that would be enough for this workspace; empty where that could not be told.
    pub minimal_scopes: Vec<String>,
    /// The uuid of the account that holds it, where Bitbucket told it.
    pub account: Option<String>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CheckResultJson {
    /// Such as `workspace_token/repositories`.
    pub id: String,
    /// `workspace_token` or `account`.
    pub slot: String,
    /// The row's heading, such as `Repositories`; the same for both credentials.
    pub title: String,
    /// The scopes that it needs.
    pub needs: Vec<String>,
    /// What was found.
    pub outcome: OutcomeJson,
    /// Whether BalkanID's integration stands or falls with it.
    pub required: bool,
    /// The ground of the outcome.
    pub evidence: Option<EvidenceJson>,
    /// The code of its problem.
    pub problem: Option<String>,
    /// Why it was skipped, or what else explains the outcome.
    pub reason: Option<String>,
}

/// Five outcomes, counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeJson {
    /// Can.
    Granted,
    /// Cannot.
    Missing,
    /// Could not tell.
    Unknown,
    /// Not asked.
    Skipped,
    /// Nothing to look at.
    NotTestable,
}

/// What was sent and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct EvidenceJson {
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The HTTP status; nothing where no answer came.
    pub status: Option<u16>,
    /// How many items the first page held.
    #[ts(type = "number | null")]
    pub items: Option<u64>,
    /// How many there are in all, where Bitbucket says so.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
    /// One more thing that was seen.
    pub seen: Option<String>,
}

/// What the window receives while a check runs, in this order: `started` once, `settled` a check,
/// `finished` once. A check that is stopped still finishes, with what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CheckEventJson {
    /// The checks that will be answered.
    Started {
        /// Their IDs.
        checks: Vec<String>,
    },
    /// One answer, by itself; `required` and a problem's severity are final only in `finished`.
    Settled {
        /// The answer.
        check: Box<CheckResultJson>,
        /// What is wrong with it.
        problem: Option<Box<ProblemJson>>,
    },
    /// A request waits for Bitbucket's rate limit.
    Waiting {
        /// Whole seconds.
        #[ts(type = "number")]
        seconds: u64,
    },
    /// Everything.
    Finished {
        /// The report.
        report: Box<CheckJson>,
    },
}

fn names(scopes: &[Scope]) -> Vec<String> {
    scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect()
}

impl CheckJson {
    /// Makes the document of a report.
    pub fn new(report: Report, checked_at: jiff::Timestamp, elapsed_ms: u64) -> Self {
        let minimal = |seen: &CredentialSeen| report.minimal_scopes(seen.slot).unwrap_or_default();
        let enough: Vec<Vec<Scope>> = report.credentials.iter().map(minimal).collect();
        let Report {
            workspace,
            names: _,
            api_url,
            verdict,
            credentials,
            checks,
            problems,
            requests,
        } = report;
        Self {
            schema: "bbsetup.check/1".to_owned(),
            workspace: workspace.to_string(),
            api_url: api_url.to_string(),
            verdict: verdict.into(),
            credentials: credentials
                .into_iter()
                .zip(enough)
                .map(|(seen, enough)| CredentialJson::new(seen, &enough))
                .collect(),
            checks: checks.into_iter().map(Into::into).collect(),
            problems: problems.into_iter().map(Into::into).collect(),
            requests,
            checked_at: checked_at.to_string(),
            elapsed_ms,
            since: None,
            changes: Vec::new(),
        }
    }
}

impl VerdictJson {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not_ready",
            Self::Undetermined => "undetermined",
        }
    }

    /// The verdict of a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ready, Self::NotReady, Self::Undetermined]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}

impl OutcomeJson {
    const ALL: [Self; 5] = [
        Self::Granted,
        Self::Missing,
        Self::Unknown,
        Self::Skipped,
        Self::NotTestable,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        Outcome::from(self).as_str()
    }

    /// The word that a person reads.
    pub fn word(self) -> &'static str {
        Outcome::from(self).word()
    }

    /// The outcome of a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

impl From<OutcomeJson> for Outcome {
    fn from(outcome: OutcomeJson) -> Self {
        match outcome {
            OutcomeJson::Granted => Self::Granted,
            OutcomeJson::Missing => Self::Missing,
            OutcomeJson::Unknown => Self::Unknown,
            OutcomeJson::Skipped => Self::Skipped,
            OutcomeJson::NotTestable => Self::NotTestable,
        }
    }
}

impl From<Verdict> for VerdictJson {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ready => Self::Ready,
            Verdict::NotReady => Self::NotReady,
            Verdict::Undetermined => Self::Undetermined,
        }
    }
}

impl From<Outcome> for OutcomeJson {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Granted => Self::Granted,
            Outcome::Missing => Self::Missing,
            Outcome::Unknown => Self::Unknown,
            Outcome::Skipped => Self::Skipped,
            Outcome::NotTestable => Self::NotTestable,
        }
    }
}

impl CredentialJson {
    fn new(seen: CredentialSeen, enough: &[Scope]) -> Self {
        let CredentialSeen {
            slot,
            kind,
            scopes,
            excess_scopes,
            account,
        } = seen;
        Self {
            slot: slot.as_str().to_owned(),
            kind: kind.as_str().to_owned(),
            scopes_known: scopes.is_some(),
            scopes: names(&scopes.unwrap_or_default()),
            excess_scopes: names(&excess_scopes),
            minimal_scopes: names(enough),
            account,
        }
    }
}

impl From<CheckResult> for CheckResultJson {
    fn from(result: CheckResult) -> Self {
        let CheckResult {
            id,
            needs,
            outcome,
            required,
            evidence,
            problem,
            reason,
        } = result;
        let CheckId { slot, name } = id;
        Self {
            id: id.to_string(),
            slot: slot.as_str().to_owned(),
            title: name.title().to_owned(),
            needs: names(&needs),
            outcome: outcome.into(),
            required,
            evidence: evidence.map(Into::into),
            problem: problem.map(|code| code.as_str().to_owned()),
            reason,
        }
    }
}

impl From<Evidence> for EvidenceJson {
    fn from(evidence: Evidence) -> Self {
        let Evidence {
            method,
            path,
            status,
            items,
            total,
            seen,
        } = evidence;
        Self {
            method: method.to_owned(),
            path,
            status,
            items,
            total,
            seen,
        }
    }
}
