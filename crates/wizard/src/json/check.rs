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
        let Report {
            workspace,
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
            credentials: credentials.into_iter().map(Into::into).collect(),
            checks: checks.into_iter().map(Into::into).collect(),
            problems: problems.into_iter().map(Into::into).collect(),
            requests,
            checked_at: checked_at.to_string(),
            elapsed_ms,
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

impl From<CredentialSeen> for CredentialJson {
    fn from(seen: CredentialSeen) -> Self {
        let CredentialSeen {
            slot,
            kind,
            scopes,
            excess_scopes,
        } = seen;
        Self {
            slot: slot.as_str().to_owned(),
            kind: kind.as_str().to_owned(),
            scopes_known: scopes.is_some(),
            scopes: names(&scopes.unwrap_or_default()),
            excess_scopes: names(&excess_scopes),
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
