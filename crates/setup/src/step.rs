//! The ten steps of a set-up, in the order in which each has what it needs.

use crate::ExtractionType;

/// One step. The last, [`Step::Done`], asks nothing and is not counted in "Step 4 of 9".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A separate account for BalkanID.
    ServiceAccount,
    /// The workspace ID.
    Workspace,
    /// The API URL.
    ApiUrl,
    /// The workspace access token.
    WorkspaceToken,
    /// The account's e-mail and API token.
    Account,
    /// The report on every permission.
    Report,
    /// What BalkanID needs.
    BalkanId,
    /// Check your answers.
    Answers,
    /// Save and submit.
    Submit,
    /// Done.
    Done,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 10] = [
        Self::ServiceAccount,
        Self::Workspace,
        Self::ApiUrl,
        Self::WorkspaceToken,
        Self::Account,
        Self::Report,
        Self::BalkanId,
        Self::Answers,
        Self::Submit,
        Self::Done,
    ];

    /// The name in JSON and in saved progress.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceAccount => "service_account",
            Self::Workspace => "workspace",
            Self::ApiUrl => "api_url",
            Self::WorkspaceToken => "workspace_token",
            Self::Account => "account",
            Self::Report => "report",
            Self::BalkanId => "balkanid",
            Self::Answers => "answers",
            Self::Submit => "submit",
            Self::Done => "done",
        }
    }

    /// The step with a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// Whether a set-up of an extraction type asks for it: without Bitbucket's credentials at
    /// BalkanID there is nothing to make and to check in Bitbucket.
    pub fn is_needed(self, extraction: ExtractionType) -> bool {
        match self {
            Self::ServiceAccount
            | Self::ApiUrl
            | Self::WorkspaceToken
            | Self::Account
            | Self::Report => extraction.needs_bitbucket(),
            Self::Workspace | Self::BalkanId | Self::Answers | Self::Submit | Self::Done => true,
        }
    }

    /// Its number, from 1.
    pub fn number(self) -> usize {
        Self::ALL
            .iter()
            .position(|step| *step == self)
            .map_or(1, |index| index + 1)
    }

    /// The page's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::ServiceAccount => "Service account",
            Self::Workspace => "Workspace ID",
            Self::ApiUrl => "API URL",
            Self::WorkspaceToken => "Workspace access token",
            Self::Account => "Account e-mail and API token",
            Self::Report => "Permission report",
            Self::BalkanId => "BalkanID",
            Self::Answers => "Check your answers",
            Self::Submit => "Save and submit",
            Self::Done => "Done",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back_to_their_steps() {
        for (index, step) in Step::ALL.into_iter().enumerate() {
            assert_eq!(Step::named(step.as_str()), Some(step));
            assert_eq!(step.number(), index + 1);
        }
        assert_eq!(Step::named("nowhere"), None);
        let direct = |step: &Step| step.is_needed(ExtractionType::Direct);
        let asking = Step::ALL.into_iter().filter(|step| *step != Step::Done);
        assert_eq!(asking.filter(direct).count(), 9);
    }
}
