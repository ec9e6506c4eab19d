//! The answers so far, to and from the window and the file of saved progress.

use bbsetup_setup::{CredentialSlot, Draft, ExtractionType, Provisioning, Reviewer, SecretSlot};
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
    /// The SCIM server's base address.
    pub scim_url: Option<String>,
    /// The SCIM server's user name, where it takes Basic.
    pub scim_user: Option<String>,
    /// The folder with the CSV files.
    pub files: Option<String>,
    /// Who reviews, the first first; empty leaves it to BalkanID.
    pub reviewers: Vec<ReviewerJson>,
    /// How many review, as typed.
    pub reviewer_count: Option<String>,
    /// The ways of provisioning that are on; nothing leaves them as they are.
    pub provisioning: Option<Vec<ProvisioningJson>>,
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

/// The four reviewers of BalkanID's Optional Configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReviewerJson {
    /// First Line Manager.
    FirstLineManager,
    /// Business Owner.
    BusinessOwner,
    /// Risk Manager.
    RiskManager,
    /// Application Owner.
    ApplicationOwner,
}

/// The six ways of provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProvisioningJson {
    /// Through the single sign-on.
    Sso,
    /// In the application itself.
    App,
    /// By a ticket.
    Ticket,
    /// Through SCIM.
    Scim,
    /// By a webhook.
    Webhook,
    /// By a playbook.
    Playbook,
}

/// One thing to choose, in BalkanID's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ChoiceJson {
    /// Its name in the draft, such as `manual_upload`.
    pub name: String,
    /// The words of BalkanID's page.
    pub label: String,
    /// What it means, in one sentence.
    pub meaning: String,
    /// Whether BalkanID's API carries it; what it does not is set in BalkanID by hand.
    pub by_api: bool,
}

/// What there is to choose on BalkanID's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ChoicesJson {
    /// The extraction types, in the form's order.
    pub extraction: Vec<ChoiceJson>,
    /// The reviewers, in the order of BalkanID's page.
    pub reviewers: Vec<ChoiceJson>,
    /// The ways of provisioning.
    pub provisioning: Vec<ChoiceJson>,
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
    /// Not needed for the extraction type that was chosen.
    NotNeeded,
}

/// One entry of the quiet list behind "Steps".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct StepJson {
    /// Its name, such as `api_url`.
    pub step: String,
    /// From 1, counting the steps that are needed; of one that is not, its place before the next.
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
            scim_url,
            scim_user,
            files,
            reviewers,
            reviewer_count,
            provisioning,
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
            scim_url,
            scim_user,
            files,
            reviewers: reviewers.into_iter().map(Into::into).collect(),
            reviewer_count,
            provisioning: provisioning.map(|ways| ways.into_iter().map(Into::into).collect()),
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
            scim_url,
            scim_user,
            files,
            reviewers,
            reviewer_count,
            provisioning,
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
            scim_url,
            scim_user,
            files,
            reviewers: reviewers.into_iter().map(Into::into).collect(),
            reviewer_count,
            provisioning: provisioning.map(|ways| ways.into_iter().map(Into::into).collect()),
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

impl From<Reviewer> for ReviewerJson {
    fn from(reviewer: Reviewer) -> Self {
        match reviewer {
            Reviewer::FirstLineManager => Self::FirstLineManager,
            Reviewer::BusinessOwner => Self::BusinessOwner,
            Reviewer::RiskManager => Self::RiskManager,
            Reviewer::ApplicationOwner => Self::ApplicationOwner,
        }
    }
}

impl From<ReviewerJson> for Reviewer {
    fn from(reviewer: ReviewerJson) -> Self {
        match reviewer {
            ReviewerJson::FirstLineManager => Self::FirstLineManager,
            ReviewerJson::BusinessOwner => Self::BusinessOwner,
            ReviewerJson::RiskManager => Self::RiskManager,
            ReviewerJson::ApplicationOwner => Self::ApplicationOwner,
        }
    }
}

impl From<Provisioning> for ProvisioningJson {
    fn from(way: Provisioning) -> Self {
        match way {
            Provisioning::Sso => Self::Sso,
            Provisioning::App => Self::App,
            Provisioning::Ticket => Self::Ticket,
            Provisioning::Scim => Self::Scim,
            Provisioning::Webhook => Self::Webhook,
            Provisioning::Playbook => Self::Playbook,
        }
    }
}

impl From<ProvisioningJson> for Provisioning {
    fn from(way: ProvisioningJson) -> Self {
        match way {
            ProvisioningJson::Sso => Self::Sso,
            ProvisioningJson::App => Self::App,
            ProvisioningJson::Ticket => Self::Ticket,
            ProvisioningJson::Scim => Self::Scim,
            ProvisioningJson::Webhook => Self::Webhook,
            ProvisioningJson::Playbook => Self::Playbook,
        }
    }
}

impl ChoicesJson {
    /// Everything there is to choose.
    pub fn all() -> Self {
        let choice = |name: &str, label: &str, meaning: &str, by_api| ChoiceJson {
            name: name.to_owned(),
            label: label.to_owned(),
            meaning: meaning.to_owned(),
            by_api,
        };
        Self {
            extraction: ExtractionType::ALL
                .into_iter()
                .map(|kind| {
                    // Of a SCIM server's address and token no key at BalkanID is known.
                    let by_api = kind != ExtractionType::Scim;
                    choice(kind.as_str(), kind.label(), kind.meaning(), by_api)
                })
                .collect(),
            reviewers: Reviewer::ALL
                .into_iter()
                .map(|reviewer| {
                    let by_api = reviewer.word_in_file().is_some();
                    choice(
                        reviewer.as_str(),
                        reviewer.label(),
                        reviewer.meaning(),
                        by_api,
                    )
                })
                .collect(),
            provisioning: Provisioning::ALL
                .into_iter()
                .map(|way| choice(way.as_str(), way.label(), way.meaning(), true))
                .collect(),
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
