//! `bbsetup.scim/1`.

use bbsetup_scim::{Check, Finding, Report, Told};
use serde::Serialize;
use ts_rs::TS;

use super::{CheckResultJson, ProblemJson, VerdictJson};

/// The document that `scim --json` prints: the report on a SCIM server, shaped like the one on
/// Bitbucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ScimJson {
    /// Always `bbsetup.scim/1`.
    pub schema: String,
    /// The base address that was asked; empty where it could not be read.
    pub scim_url: String,
    /// Will it work?
    pub verdict: VerdictJson,
    /// Every check; its slot is `scim`.
    pub checks: Vec<CheckResultJson>,
    /// Everything that is wrong or worth knowing.
    pub problems: Vec<ProblemJson>,
    /// How many users the server says that it has.
    #[ts(type = "number | null")]
    pub users: Option<u64>,
    /// How many groups the server says that it has.
    #[ts(type = "number | null")]
    pub groups: Option<u64>,
    /// Requests put on the wire, repeats included.
    pub requests: u32,
    /// When the check ended, RFC 3339 in UTC.
    pub checked_at: String,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub elapsed_ms: u64,
}

/// The slot of every check of a SCIM server.
const SLOT: &str = "scim";

impl ScimJson {
    /// Makes the document of a report.
    pub fn new(report: Report, checked_at: jiff::Timestamp, elapsed_ms: u64) -> Self {
        let Report {
            url,
            verdict,
            checks,
            problems,
            users,
            groups,
            requests,
        } = report;
        Self {
            schema: "bbsetup.scim/1".to_owned(),
            scim_url: url.to_string(),
            verdict: verdict.into(),
            checks: checks.into_iter().map(Into::into).collect(),
            problems: problems.into_iter().map(Into::into).collect(),
            users,
            groups,
            requests,
            checked_at: checked_at.to_string(),
            elapsed_ms,
        }
    }

    /// The document where a value could not be read and nothing was asked.
    pub(crate) fn not_asked(
        scim_url: Option<String>,
        problem: ProblemJson,
        checked_at: jiff::Timestamp,
    ) -> Self {
        let checks = Check::ALL.map(|check| {
            CheckResultJson::from(Finding {
                check,
                outcome: bbsetup_setup::Outcome::Skipped,
                required: check.is_required(),
                evidence: None,
                problem: None,
                reason: Some("A value that it needs cannot be read.".to_owned()),
            })
        });
        Self {
            schema: "bbsetup.scim/1".to_owned(),
            scim_url: scim_url.unwrap_or_default(),
            verdict: VerdictJson::NotReady,
            checks: checks.to_vec(),
            problems: vec![problem],
            users: None,
            groups: None,
            requests: 0,
            checked_at: checked_at.to_string(),
            elapsed_ms: 0,
        }
    }
}

impl From<Finding> for CheckResultJson {
    fn from(finding: Finding) -> Self {
        let Finding {
            check,
            outcome,
            required,
            evidence,
            problem,
            reason,
        } = finding;
        Self {
            id: check.to_string(),
            slot: SLOT.to_owned(),
            title: check.title().to_owned(),
            needs: Vec::new(),
            outcome: outcome.into(),
            required,
            evidence: evidence.map(Into::into),
            problem: problem.map(|problem| problem.code.as_str().to_owned()),
            reason,
        }
    }
}

impl From<Told> for ProblemJson {
    fn from(told: Told) -> Self {
        let Told { check, problem } = told;
        Self {
            slot: Some(SLOT.to_owned()),
            check: Some(check.to_string()),
            ..Self::from(problem)
        }
    }
}
