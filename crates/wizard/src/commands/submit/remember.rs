//! What is kept of a submission.

use std::collections::BTreeSet;

use bbsetup_setup::{CredentialSlot, Problem};
use bbsetup_vault::Entry;

use super::{Credentials, Submission};
use crate::home::{Home, SavedProfile, SavedSubmission};
use crate::json::{DraftJson, UnderWayJson};
use crate::services::Services;

impl Submission {
    /// Notes that something is about to be sent, and what was there before, so that a later run can
    /// tell what came of it if this one does not live to see it. Gives back what was noted before.
    pub(super) fn note(
        &self,
        services: &Services,
        known: &BTreeSet<String>,
    ) -> Result<Option<SavedSubmission>, Problem> {
        let begun = SavedSubmission {
            stage: UnderWayJson::Sending,
            known: known.clone(),
            at: services.now().to_string(),
        };
        let draft = self.inputs.draft.clone().into();
        let mut before = None;
        Home::new(&services.home).finish_profile(&self.setup.workspace, draft, |profile| {
            before.clone_from(&profile.submission);
            // An earlier one that was cut off knows better what was there before it.
            let known = match profile.submission.take() {
                Some(earlier) if earlier.stage == UnderWayJson::Sending => earlier.known,
                Some(_) | None => begun.known.clone(),
            };
            profile.submission = Some(SavedSubmission { known, ..begun });
        })?;
        Ok(before)
    }

    /// Takes a note back: nothing was sent, or nothing is left to be seen.
    pub(super) fn take_back(
        &self,
        services: &Services,
        before: Option<SavedSubmission>,
    ) -> Result<(), Problem> {
        Home::new(&services.home)
            .change_profile(&self.setup.workspace, |profile| profile.submission = before)
            .map(drop)
    }

    /// Notes that BalkanID accepted the sync, whose end is watched for, here or at the next start.
    pub(super) fn is_watched(&self, services: &Services) -> Result<(), Problem> {
        Home::new(&services.home)
            .change_profile(&self.setup.workspace, |profile| {
                // Without an ID there is nothing that could be watched.
                if profile.integration_id.is_some() {
                    profile.submission = Some(SavedSubmission {
                        stage: UnderWayJson::Watching,
                        known: BTreeSet::new(),
                        at: services.now().to_string(),
                    });
                }
            })
            .map(drop)
    }

    /// Remembers the integration, and which of the tokens BalkanID now has.
    pub(super) async fn remember(
        &self,
        services: &Services,
        integration_id: &str,
        last_run_before: &str,
    ) -> Result<(), Problem> {
        // That the keychain does not answer must not lose the ID.
        let (given, unread) = match self.given(services).await {
            Ok(given) => (given, None),
            Err(problem) => (Vec::new(), Some(problem.as_warning())),
        };
        self.finish(services, &given, |profile| {
            profile.integration_id = Some(integration_id.to_owned());
            if let Some(begun) = &mut profile.submission {
                begun.stage = UnderWayJson::Written;
            }
            profile.last_run_before = Some(last_run_before.to_owned());
        })?;
        match unread {
            Some(problem) => Err(problem),
            None => Ok(()),
        }
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
        let draft: DraftJson = self.inputs.draft.clone().into();
        let submitted = draft.clone();
        Home::new(&services.home).finish_profile(&self.setup.workspace, draft, |profile| {
            // What BalkanID was given is what the set-up is from now on; a day that was not said
            // again stays.
            let before = std::mem::replace(&mut profile.draft, submitted);
            for slot in CredentialSlot::ALL {
                if profile.draft.expires(slot).is_none() {
                    let day = before.expires(slot).map(str::to_owned);
                    profile.draft.set_expires(slot, day);
                }
            }
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
        let Credentials::Direct(values) = &self.credentials else {
            return Ok(given);
        };
        for slot in CredentialSlot::ALL {
            let sent = match slot {
                CredentialSlot::WorkspaceToken => &values.workspace_token,
                CredentialSlot::Account => &values.api_token,
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
