//! Looking through CSV files, and sending them.

use bbsetup_balkanid::files::{Finding, Weight};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ProblemJson, SeverityJson};

/// One entry of `problems` of `bbsetup.validate/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FindingJson {
    /// The file, as it was given.
    pub file: String,
    /// The row as a spreadsheet shows it: the header is row 1.
    pub row: u64,
    /// The column's name; nothing where it is about the row or the file.
    pub column: Option<String>,
    /// The code, such as `source_id_duplicate`.
    pub code: String,
    /// Whether the file can be sent with it.
    pub severity: SeverityJson,
    /// What is wrong.
    pub message: String,
}

impl FindingJson {
    /// A finding, in a file of this name.
    pub fn of(finding: Finding, name: &str) -> Self {
        let Finding {
            file: _,
            row,
            column,
            code,
            message,
        } = finding;
        Self {
            file: name.to_owned(),
            row,
            column: column.map(std::borrow::Cow::into_owned),
            code: code.as_str().to_owned(),
            severity: match code.weight() {
                Weight::Error => SeverityJson::Error,
                Weight::Warning => SeverityJson::Warning,
            },
            message,
        }
    }
}

/// One file that was looked through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ValidatedFileJson {
    /// The file, as it was given.
    pub file: String,
    /// `entities` or `relations`; nothing where its header does not tell it.
    pub kind: Option<String>,
    /// Rows below the header, blank lines left out.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many problems keep it from being sent.
    pub errors: u64,
    /// How many are worth a look.
    pub warnings: u64,
}

/// `bbsetup.validate/1`; its `problems` are written one by one as they are found, before the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ValidateJson {
    /// Always `bbsetup.validate/1`.
    pub schema: String,
    /// Rows of all files, headers and blank lines left out.
    pub rows: u64,
    /// The files, entities first where a folder was given.
    pub files: Vec<ValidatedFileJson>,
    /// How many problems keep the files from being sent.
    pub errors: u64,
    /// How many are worth a look.
    pub warnings: u64,
    /// What could not be looked at, a sentence each.
    pub notes: Vec<String>,
    /// What to do now, a sentence each.
    pub next: Vec<String>,
}

/// What is told while files are looked through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ValidateEventJson {
    /// A problem.
    Problem {
        /// The problem.
        problem: FindingJson,
    },
    /// How far a file was read.
    Progress {
        /// The file, as it was given.
        file: String,
        /// The bytes read so far.
        bytes: u64,
    },
    /// The end.
    Ended {
        /// What was looked through, without the problems told before.
        validation: ValidateJson,
    },
}

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UploadStateJson {
    /// The storage took the whole of it.
    Done,
    /// An earlier run sent it, and it is the same since.
    AlreadyDone,
    /// It was tried, and the storage has not said that it has the whole of it.
    Failed,
    /// It was not tried.
    NotSent,
}

/// One file of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct UploadedFileJson {
    /// The file's name in its folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal; nothing where it was not read.
    pub sha256: Option<String>,
    /// Where it stands.
    pub state: UploadStateJson,
    /// How many addresses were asked for.
    pub attempts: u32,
}

/// `bbsetup.upload/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct UploadJson {
    /// Always `bbsetup.upload/1`.
    pub schema: String,
    /// The tenant's name, where BalkanID told it.
    pub tenant: Option<String>,
    /// The ID of the app Bitbucket, where BalkanID told it.
    pub app_id: Option<String>,
    /// The integration that the files were sent for; nothing where none was named.
    pub integration_id: Option<String>,
    /// The files, in the order in which they are sent.
    pub files: Vec<UploadedFileJson>,
    /// What is not confirmed or was left open, a sentence each.
    pub notes: Vec<String>,
    /// What stood in the way.
    pub problems: Vec<ProblemJson>,
}

/// What is told while files are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum UploadEventJson {
    /// A stage began: `validate`, `key`, `entities` or `relations`.
    Stage {
        /// Its name.
        stage: String,
        /// What is being done.
        text: String,
    },
    /// A stage is done.
    StageDone {
        /// Its name.
        stage: String,
        /// What was seen.
        text: String,
    },
    /// A problem of the files.
    Finding {
        /// The problem.
        problem: FindingJson,
    },
    /// How far a file was sent.
    Sent {
        /// The file's name.
        name: String,
        /// The bytes sent so far, from the beginning at each attempt.
        bytes: u64,
        /// The file's size in bytes.
        of: u64,
    },
    /// An attempt broke; another address is asked for.
    Again {
        /// The file's name.
        name: String,
        /// Why the attempt broke.
        problem: ProblemJson,
    },
    /// The end.
    Ended {
        /// Where every file stands.
        upload: UploadJson,
    },
}
