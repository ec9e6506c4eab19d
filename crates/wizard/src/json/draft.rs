//! The answers so far, to and from the window and the file of saved progress.

use bbsetup_setup::{CredentialSlot, Draft, ExtractionType, SecretSlot};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ProblemJson;

/// Everything typed so far, as typed. Holds no secret; also the shape of the saved progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct DraftJson {
    /// Whether the service account was said to be there.
    pub service_account_confirmed: bool,
    /// The workspace ID.
    pub workspace: Option<String>,
    /// Bitbucket's API URL; nothing means Bitbucket Cloud's.
    pub api_url: Option<String>,
    /// The account's e-mail.
    pub account: Option<String>,
    /// The day on which the workspace access token ends, such as `2027-11-20`.
    pub workspace_token_expires: Option<String>,
    /// The day on which the account's API token ends.
    pub account_token_expires: Option<String>,
    /// BalkanID's REST base; nothing means BalkanID's own.
    pub balkanid_url: Option<String>,
    /// BalkanID's Public API.
    pub balkanid_public_url: Option<String>,
    /// The Primary Application owner, an e-mail.
    pub primary_owner: Option<String>,
    /// The Secondary Application Owner(s), e-mails.
    pub secondary_owners: Vec<String>,
    /// The description.
    pub description: Option<String>,
    /// `direct`, `scim`, `manual_upload` or `automated_upload`.
    pub extraction: ExtractionJson,
}

/// The four extraction types of BalkanID's form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExtractionJson {
    /// Direct integration.
    #[default]
    Direct,
    /// SCIM integration.
    Scim,
    /// Manual file upload.
    ManualUpload,
    /// Automated upload using API.
    AutomatedUpload,
}

/// What the window may know of a secret: never more than its last four characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SecretJson {
    /// `workspace_token`, `account`, `balkanid_key_id`, `balkanid_key_secret` or `scim_token`.
    pub slot: String,
    /// What a person calls it.
    pub label: String,
    /// Where it is.
    pub held: HeldJson,
    /// Its last four characters, where showing them gives little away.
    pub last_four: Option<String>,
    /// When it was pasted or saved, RFC 3339 in UTC.
    pub since: Option<String>,
}

/// Where a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HeldJson {
    /// Nowhere: it has to be pasted.
    Absent,
    /// In this process, until it is saved or the program ends.
    InMemory,
    /// In the system's keychain.
    InKeychain,
}

/// A step's state in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepStateJson {
    /// Completed.
    Completed,
    /// There is a problem.
    Problem,
    /// Not started.
    NotStarted,
    /// Cannot start yet.
    CannotStart,
}

/// One entry of the quiet list behind "Steps".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct StepJson {
    /// Its name, such as `api_url`.
    pub step: String,
    /// From 1.
    pub number: u32,
    /// The page's heading.
    pub title: String,
    /// Its state.
    pub state: StepStateJson,
}

/// Where a set-up stands: what the window shows and every command that changes it returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ProgressJson {
    /// The answers.
    pub draft: DraftJson,
    /// The secrets, without the secrets.
    pub secrets: Vec<SecretJson>,
    /// The step to go on with.
    pub current: String,
    /// Every step with its state.
    pub steps: Vec<StepJson>,
    /// How many steps ask something: the 9 in "Step 4 of 9".
    pub counted: u32,
    /// The workspace ID once it can be read.
    pub workspace: Option<String>,
}

/// What answering a step gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct StepAnswerJson {
    /// Where the set-up stands now; what was typed is kept even when it cannot be read.
    pub progress: ProgressJson,
    /// What is wrong with the answer; empty when the step is done.
    pub problems: Vec<ProblemJson>,
    /// What was seen, in one line, such as `Workspace access token · 5 permissions seen`.
    pub seen: Option<String>,
}

/// One line of "Check your answers".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AnswerLineJson {
    /// The label, in the words of BalkanID's form where it has them.
    pub label: String,
    /// The value; secrets as `•••• 1111`.
    pub value: String,
    /// The step on which it is changed.
    pub step: String,
}

/// The page "Check your answers".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AnswersJson {
    /// The lines, in the order of the steps.
    pub lines: Vec<AnswerLineJson>,
    /// Everything that is still missing.
    pub problems: Vec<ProblemJson>,
}

impl DraftJson {
    /// What was typed for the day on which a token ends.
    pub fn expires(&self, slot: CredentialSlot) -> Option<&str> {
        match slot {
            CredentialSlot::WorkspaceToken => self.workspace_token_expires.as_deref(),
            CredentialSlot::Account => self.account_token_expires.as_deref(),
        }
    }

    /// Takes another day for it.
    pub fn set_expires(&mut self, slot: CredentialSlot, typed: Option<String>) {
        match slot {
            CredentialSlot::WorkspaceToken => self.workspace_token_expires = typed,
            CredentialSlot::Account => self.account_token_expires = typed,
        }
    }
}

impl From<Draft> for DraftJson {
    fn from(draft: Draft) -> Self {
        let Draft {
            service_account_confirmed,
            workspace,
            api_url,
            account,
            workspace_token_expires,
            account_token_expires,
            balkanid_url,
            balkanid_public_url,
            primary_owner,
            secondary_owners,
            description,
            extraction,
        } = draft;
        Self {
            service_account_confirmed,
            workspace,
            api_url,
            account,
            workspace_token_expires,
            account_token_expires,
            balkanid_url,
            balkanid_public_url,
            primary_owner,
            secondary_owners,
            description,
            extraction: extraction.into(),
        }
    }
}

impl From<DraftJson> for Draft {
    fn from(draft: DraftJson) -> Self {
        let DraftJson {
            service_account_confirmed,
            workspace,
            api_url,
            account,
            workspace_token_expires,
            account_token_expires,
            balkanid_url,
            balkanid_public_url,
            primary_owner,
            secondary_owners,
            description,
            extraction,
        } = draft;
        Self {
            service_account_confirmed,
            workspace,
            api_url,
            account,
            workspace_token_expires,
            account_token_expires,
            balkanid_url,
            balkanid_public_url,
            primary_owner,
            secondary_owners,
            description,
            extraction: extraction.into(),
        }
    }
}

impl From<ExtractionType> for ExtractionJson {
    fn from(extraction: ExtractionType) -> Self {
        match extraction {
            ExtractionType::Direct => Self::Direct,
            ExtractionType::Scim => Self::Scim,
            ExtractionType::ManualUpload => Self::ManualUpload,
            ExtractionType::AutomatedUpload => Self::AutomatedUpload,
        }
    }
}

impl From<ExtractionJson> for ExtractionType {
    fn from(extraction: ExtractionJson) -> Self {
        match extraction {
            ExtractionJson::Direct => Self::Direct,
            ExtractionJson::Scim => Self::Scim,
            ExtractionJson::ManualUpload => Self::ManualUpload,
            ExtractionJson::AutomatedUpload => Self::AutomatedUpload,
        }
    }
}

impl SecretJson {
    /// A slot with nothing in it.
    pub fn absent(slot: SecretSlot) -> Self {
        Self {
            slot: slot.as_str().to_owned(),
            label: slot.label().to_owned(),
            held: HeldJson::Absent,
            last_four: None,
            since: None,
        }
    }
}
