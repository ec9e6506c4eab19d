//! A problem as scripts and the window read it.

use bbsetup_setup::problem::{Place, Retry};
use bbsetup_setup::{Problem, Severity, words};
use serde::Serialize;
use ts_rs::TS;

/// One entry of `problems`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ProblemJson {
    /// The code, such as `scope_missing`.
    pub code: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// `workspace_token`, `account`, or nothing.
    pub slot: Option<String>,
    /// The check's ID, such as `workspace_token/repositories`.
    pub check: Option<String>,
    /// Whether it stands in the way.
    pub severity: SeverityJson,
    /// What happened.
    pub message: String,
    /// What was seen that bears on it, a sentence each.
    pub seen: Vec<String>,
    /// What to do, most useful first.
    pub hints: Vec<String>,
    /// What lies beneath, outermost first.
    pub causes: Vec<String>,
    /// The scopes concerned, in the credential's own vocabulary.
    pub scopes: Vec<String>,
    /// The input that it is about, by its flag's name without dashes.
    pub field: Option<String>,
    /// Where it is mended.
    pub place: PlaceJson,
    /// When to try again.
    pub retry: RetryJson,
    /// The time from which trying again makes sense, RFC 3339 in UTC; with `retry` = `at` alone.
    pub retry_at: Option<String>,
}

/// `error` or `warning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SeverityJson {
    /// The set-up is not ready with it.
    Error,
    /// Worth knowing.
    Warning,
}

/// When trying again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RetryJson {
    /// At once.
    Now,
    /// After the person changed something.
    AfterChange,
    /// From `retry_at` on.
    At,
}

/// The place where a problem is mended; the window groups mends by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the domain's Place has a sentence on each")]
pub enum PlaceJson {
    WorkspaceSettings,
    WorkspaceAccessTokens,
    AtlassianApiTokens,
    WorkspaceUserGroups,
    WorkspaceAccessControls,
    ThisProgram,
    Network,
    Keychain,
    BalkanidApiKeys,
    BalkanidIntegrations,
    Wait,
}

impl From<Place> for PlaceJson {
    fn from(place: Place) -> Self {
        match place {
            Place::WorkspaceSettings => Self::WorkspaceSettings,
            Place::WorkspaceAccessTokens => Self::WorkspaceAccessTokens,
            Place::AtlassianApiTokens => Self::AtlassianApiTokens,
            Place::WorkspaceUserGroups => Self::WorkspaceUserGroups,
            Place::WorkspaceAccessControls => Self::WorkspaceAccessControls,
            Place::ThisProgram => Self::ThisProgram,
            Place::Network => Self::Network,
            Place::Keychain => Self::Keychain,
            Place::BalkanIdApiKeys => Self::BalkanidApiKeys,
            Place::BalkanIdIntegrations => Self::BalkanidIntegrations,
            Place::Wait => Self::Wait,
        }
    }
}

impl ProblemJson {
    /// Whether it stands in the way; a warning does not.
    pub fn is_error(&self) -> bool {
        self.severity == SeverityJson::Error
    }
}

impl From<Problem> for ProblemJson {
    fn from(problem: Problem) -> Self {
        let Problem {
            code,
            slot,
            check,
            severity,
            message,
            seen,
            hints,
            causes,
            scopes,
            field,
            place,
            retry,
        } = problem;
        let (retry, retry_at) = match retry {
            Retry::Now => (RetryJson::Now, None),
            Retry::AfterChange => (RetryJson::AfterChange, None),
            Retry::At(seconds) => (
                RetryJson::At,
                jiff::Timestamp::from_second(seconds)
                    .ok()
                    .map(|at| at.to_string()),
            ),
        };
        Self {
            code: code.as_str().to_owned(),
            title: words::of(code).title.to_owned(),
            slot: slot.map(|slot| slot.as_str().to_owned()),
            check: check.map(|check| check.to_string()),
            severity: match severity {
                Severity::Error => SeverityJson::Error,
                Severity::Warning => SeverityJson::Warning,
            },
            message,
            seen,
            hints,
            causes,
            scopes: scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            field: field.map(str::to_owned),
            place: place.into(),
            retry,
            retry_at,
        }
    }
}
