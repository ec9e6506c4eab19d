//! What is kept of a submission.

use bbsetup_setup::{CredentialSlot, Problem};
use bbsetup_vault::Entry;

use super::Submission;
use crate::home::{Home, SavedProfile};
use crate::services::Services;

impl Submission {
    /// Remembers the integration, and which of the tokens BalkanID now has.
    pub(super) async fn remember(
        &self,
        services: &Services,
        integration_id: &str,
        last_run_before: &str,
    ) -> Result<(), Problem> {
        let given = self.given(services).await?;
        self.finish(services, &given, |profile| {
            profile.integration_id = Some(integration_id.to_owned());
            profile.last_run_before = Some(last_run_before.to_owned());
        })
    }

    /// Remembers that BalkanID's form was filled in, where nothing can be asked of BalkanID.
    pub(super) async fn remember_by_hand(&self, services: &Services) -> Result<(), Problem> {
        let given = self.given(services).await?;
        self.finish(services, &given, |profile| profile.given_by_hand = true)
    }

    fn finish(
        &self,
        services: &Services,
        given: &[CredentialSlot],
        change: impl FnOnce(&mut SavedProfile),
    ) -> Result<(), Problem> {
        let draft = self.draft.clone().into();
        Home::new(&services.home).finish_profile(&self.setup.workspace, draft, |profile| {
            for slot in given {
                profile.outdated_at_balkanid.remove(slot.as_str());
            }
            change(profile);
        })
    }

    /// The slots whose token is still the one that BalkanID was given: another may have taken its
    /// place meanwhile.
    async fn given(&self, services: &Services) -> Result<Vec<CredentialSlot>, Problem> {
        let mut given = Vec::new();
        for slot in CredentialSlot::ALL {
            let sent = match slot {
                CredentialSlot::WorkspaceToken => &self.values.workspace_token,
                CredentialSlot::Account => &self.values.api_token,
            };
            let entry = Entry::new(self.setup.workspace.as_str(), slot.into());
            let held = services.vault.read(&entry).await?;
            if held.as_ref().is_none_or(|held| held == sent) {
                given.push(slot);
            }
        }
        Ok(given)
    }
}
