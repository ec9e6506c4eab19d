//! Saving, submitting, watching and exporting.

use bbsetup_setup::Problem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ProblemJson, UploadEventJson, UploadJson, ValidateJson, ValidatedFileJson};

/// `bbsetup.save/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SaveJson {
    /// Always `bbsetup.save/1`.
    pub schema: String,
    /// The workspace ID.
    pub profile: String,
    /// The slots that were saved.
    pub saved: Vec<String>,
    /// The keychain's name.
    pub store: String,
}

/// `api` or `assisted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RouteJson {
    /// One CSV row through BalkanID's API.
    Api,
    /// BalkanID's form, filled in by hand.
    Assisted,
}

/// What would be written to BalkanID, shown before it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlanJson {
    /// The route that the program takes, and why in `reason`.
    pub route: RouteJson,
    /// Why this route.
    pub reason: String,
    /// The tenant's name, where BalkanID told it.
    pub tenant: Option<String>,
    /// The integration that would be updated; nothing where one would be created.
    pub updates: Option<String>,
    /// The row to be written, column by column, secrets masked; empty on the assisted route.
    pub row: Vec<CellJson>,
    /// The fields of BalkanID's form, in its order and words; for the assisted route.
    pub form: Vec<FormFieldJson>,
    /// Where the names of the secret keys come from.
    pub keys: KeysJson,
    /// The integrations one of which may be meant; a person has to choose before anything is
    /// written. Empty where there is no doubt.
    pub candidates: Vec<CandidateJson>,
    /// What the API does not carry, and where to set it by hand.
    pub by_hand: Vec<String>,
    /// The files that were looked through; nothing where the extraction type has none, or they are
    /// not fit.
    pub files: Option<ValidateJson>,
    /// What goes to BalkanID's team; of a manual upload.
    pub hand_over: Option<HandOverJson>,
    /// What stands in the way of the API route.
    pub problems: Vec<ProblemJson>,
}

/// What goes to BalkanID's team, and in which words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HandOverJson {
    /// The team's address.
    pub to: String,
    /// The subject of the e-mail.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The files to attach.
    pub files: Vec<ValidatedFileJson>,
}

/// One column of the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CellJson {
    /// The column's name.
    pub column: String,
    /// Its value, secrets masked.
    pub value: String,
}

/// Where the names of Bitbucket's secret keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeysJson {
    /// From a Bitbucket row that the tenant has.
    FromTenant,
    /// Typed by the admin, who confirms them.
    ToConfirm,
    /// Not known; the assisted route needs none.
    NotNeeded,
}

/// The names of the keys under which BalkanID keeps Bitbucket's credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeyNamesJson {
    /// Of the workspace access token.
    pub access_token: String,
    /// Of the API URL.
    pub api_url: String,
    /// Of the workspace.
    pub workspace: String,
    /// Of the account's e-mail.
    pub account_username: String,
    /// Of the account's API token.
    pub account_app_password: String,
}

/// One field of BalkanID's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FormFieldJson {
    /// The field's name for the copy command, such as `workspace_token`.
    pub field: String,
    /// The label on the form.
    pub label: String,
    /// Another label that BalkanID's pages use for it.
    pub also_called: Option<String>,
    /// The value; secrets as `•••• 1111`.
    pub value: String,
    /// Whether it is a secret: the copy leaves the clipboard after 30 s.
    pub secret: bool,
}

/// `bbsetup.submit/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SubmitJson {
    /// Always `bbsetup.submit/1`.
    pub schema: String,
    /// The route taken.
    pub route: RouteJson,
    /// The integration's ID at BalkanID.
    pub integration_id: Option<String>,
    /// The ID that BalkanID gave to the sync.
    pub correlation_id: Option<String>,
    /// Whether an integration was created (true) or updated (false).
    pub created: bool,
    /// What was found at BalkanID before anything was written; nothing where it was not asked.
    pub found: Option<FoundJson>,
    /// What BalkanID shows otherwise than asked.
    pub differences: Vec<DifferenceJson>,
    /// The files that were sent; of an automated upload.
    pub upload: Option<UploadJson>,
    /// What could not be done or is worth knowing.
    pub problems: Vec<ProblemJson>,
}

impl SubmitJson {
    /// A submission by a route, of which nothing is known yet.
    pub fn of(route: RouteJson) -> Self {
        Self {
            schema: "bbsetup.submit/1".to_owned(),
            route,
            integration_id: None,
            correlation_id: None,
            created: false,
            found: None,
            differences: Vec::new(),
            upload: None,
            problems: Vec::new(),
        }
    }

    /// The same with one more problem.
    pub(crate) fn with(mut self, problem: Problem) -> Self {
        self.problems.push(problem.into());
        self
    }
}

/// How far a submission came that was begun and has not been seen to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UnderWayJson {
    /// The row may or may not have arrived at BalkanID.
    Sending,
    /// The integration is at BalkanID; its sync or its files are not.
    Written,
    /// BalkanID accepted the sync or the files, and has not said how that ended.
    Watching,
}

/// What a submission found at BalkanID before it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FoundJson {
    /// No integration of this workspace.
    Nothing,
    /// The integration of this workspace.
    Integration,
    /// The integration of an earlier submission that was cut off before it could be remembered.
    CutOff,
}

/// An integration among which a person has to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CandidateJson {
    /// BalkanID's ID.
    pub id: String,
    /// Its description.
    pub description: String,
    /// BalkanID's status in words.
    pub words: String,
    /// The Primary Application owner.
    pub primary_owner: String,
}

/// What a person confirmed or chose before a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ConfirmedJson {
    /// The names of the keys, where the tenant shows none.
    pub keys: Option<KeyNamesJson>,
    /// The integration that is meant, by its ID, or `new`; nothing where there is no doubt.
    pub integration: Option<String>,
}

/// A value that BalkanID shows otherwise than asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DifferenceJson {
    /// The field, in BalkanID's words.
    pub field: String,
    /// What was asked.
    pub asked: String,
    /// What BalkanID shows.
    pub shown: String,
}

/// `bbsetup.status/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StatusJson {
    /// Always `bbsetup.status/1`.
    pub schema: String,
    /// What BalkanID says of the integration.
    pub state: StateJson,
    /// In the words of BalkanID's page, such as `Connected / Data available`.
    pub words: String,
    /// BalkanID's message, as it stands.
    pub message: Option<String>,
    /// When it last ran, as BalkanID writes it.
    pub last_run: Option<String>,
    /// The integration's ID.
    pub integration_id: Option<String>,
    /// When this was seen, RFC 3339 in UTC.
    pub seen_at: String,
}

/// The state of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StateJson {
    /// Connected / Data available.
    Connected,
    /// A sync is under way.
    Running,
    /// BalkanID reports an error.
    Error,
    /// Created, and never run.
    Inactive,
    /// Something else.
    Unknown,
}

/// What the window receives while a submission runs and is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SubmitEventJson {
    /// A stage began: `keychain`, `upload`, `find`, `sync` or `watch`.
    Stage {
        /// Its name.
        stage: String,
        /// What is being waited for.
        text: String,
    },
    /// A stage is done.
    StageDone {
        /// Its name.
        stage: String,
        /// What was seen.
        text: String,
    },
    /// The files are looked through or sent.
    Upload {
        /// What is told of it.
        upload: UploadEventJson,
    },
    /// The submission is through; watching goes on.
    Submitted {
        /// What was done.
        submission: SubmitJson,
    },
    /// BalkanID's status, each time it is read.
    Status {
        /// The status.
        status: StatusJson,
    },
    /// The end: connected, an error, the time limit, or stopped.
    Ended {
        /// What is wrong, if anything.
        problems: Vec<ProblemJson>,
    },
}

/// The formats of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormatJson {
    /// JSON without secrets.
    Json,
    /// TOML without secrets.
    Toml,
    /// Environment variables without secrets.
    Env,
    /// Everything, encrypted to a passphrase; `age -d` opens it.
    Age,
    /// The evidence report as Markdown.
    EvidenceMarkdown,
    /// The evidence report as one HTML file.
    EvidenceHtml,
    /// A calendar file that reminds of the tokens' ends.
    Reminder,
}

/// `bbsetup.export/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExportJson {
    /// Always `bbsetup.export/1`.
    pub schema: String,
    /// The file that was written.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Whether it holds secrets, which only the encrypted form does.
    pub holds_secrets: bool,
}
