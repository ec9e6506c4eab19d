//! Finished set-ups, as a front door asks for them.

use std::collections::BTreeSet;

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{CredentialSlot, Problem, SecretSlot};
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::commands::check::Checked;
use crate::commands::rotate::{self, Replacement, Rotated};
use crate::commands::watch::{Patience, Tenant};
use crate::commands::{forget, profiles};
use crate::home::SavedProfile;
use crate::inputs::missing_secret;
use crate::json::{
    AllChecksJson, CheckEventJson, CheckJson, HomeJson, ProfileCheckEventJson, StatusJson,
    SubmitEventJson,
};

impl Run {
    /// BalkanID's status of a profile, now.
    ///
    /// # Errors
    /// What is missing, or what BalkanID refused.
    pub async fn status(&self, workspace: &str) -> Result<StatusJson, Vec<Problem>> {
        let tenant = self.tenant_of(workspace).await?;
        let status = tenant.status(&self.services(), false).await;
        status.map_err(|problem| vec![problem])
    }

    /// Goes on watching a sync that an earlier start did not see the end of.
    ///
    /// # Errors
    /// What is missing, what BalkanID refused, or how the sync ended.
    pub async fn watch_on(
        &self,
        workspace: &str,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<StatusJson, Vec<Problem>> {
        let services = self.services();
        let tenant = self.tenant_of(workspace).await?;
        let watched = tenant.watch(&services, patience, events, stop).await;
        watched.map_err(|problem| vec![problem])
    }

    async fn tenant_of(&self, workspace: &str) -> Result<Tenant, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let services = self.services();
        let (_, profile) = profiles::saved(&services, workspace).map_err(one)?;
        let inputs = profiles::inputs_of(&services, &profile);
        Tenant::prepare(&services, &inputs)
            .await?
            .ok_or_else(|| one(missing_secret(SecretSlot::BalkanIdKeyId)))
    }

    /// Checks a profile again without touching the set-up that is under way.
    ///
    /// # Errors
    /// There is no such profile.
    pub async fn check_profile(
        &self,
        workspace: &str,
        events: &(dyn Fn(CheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<CheckJson, Vec<Problem>> {
        let checked = profiles::check_one(&self.services(), workspace, events, stop)
            .await
            .map_err(|problem| vec![problem])?;
        self.keep_reports([&checked]);
        Ok(checked.json)
    }

    /// Checks every profile, some at once, within one budget of waits and repeats.
    pub async fn check_all(
        &self,
        events: &(dyn Fn(ProfileCheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> AllChecksJson {
        let (checked, problems) = profiles::check_all(&self.services(), events, stop).await;
        self.keep_reports(&checked);
        profiles::all_checks(checked, problems)
    }

    /// Keeps reports for what may be written down of them in this run.
    fn keep_reports<'a>(&self, checked: impl IntoIterator<Item = &'a Checked>) {
        let reports = &mut self.state().profile_reports;
        for Checked { json, report, .. } in checked {
            if let Some(report) = report {
                reports.insert(report.workspace.clone(), json.clone());
            }
        }
    }

    /// Replaces a token of a profile, after a check of the new one.
    ///
    /// # Errors
    /// There is no such profile, something typed cannot be read, or the keychain does not answer.
    pub async fn rotate(
        &self,
        workspace: &str,
        replacement: Replacement,
        events: &(dyn Fn(CheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<Rotated, Vec<Problem>> {
        let services = self.services();
        rotate::rotate(&services, workspace, None, &[replacement], events, stop).await
    }

    /// Puts the token back that was replaced last.
    ///
    /// # Errors
    /// None is kept, or the keychain does not answer.
    pub async fn undo_rotation(
        &self,
        workspace: &str,
        slot: CredentialSlot,
    ) -> Result<HomeJson, Problem> {
        rotate::undo(&self.services(), workspace, slot).await?;
        Ok(self.home())
    }

    /// Deletes the token that was replaced last.
    ///
    /// # Errors
    /// The keychain does not answer.
    pub async fn drop_previous(
        &self,
        workspace: &str,
        slot: CredentialSlot,
    ) -> Result<HomeJson, Problem> {
        rotate::drop_previous(&self.services(), workspace, slot).await?;
        Ok(self.home())
    }

    /// Enters the day on which a token of a profile ends.
    ///
    /// # Errors
    /// It cannot be read, cannot be right, or was not kept.
    pub fn set_expiry(
        &self,
        workspace: &str,
        slot: CredentialSlot,
        typed: Option<&str>,
    ) -> Result<HomeJson, Problem> {
        profiles::set_expiry(&self.services(), workspace, slot, typed)?;
        Ok(self.home())
    }

    /// Forgets a profile and its secrets.
    ///
    /// # Errors
    /// The keychain does not answer, or the file cannot be removed.
    pub async fn forget(&self, workspace: &str) -> Result<HomeJson, Problem> {
        forget::forget(&self.services(), &read_workspace(Some(workspace))?).await?;
        Ok(self.home())
    }
}

pub(super) fn saved_slots(profile: &SavedProfile) -> BTreeSet<SecretSlot> {
    SecretSlot::ALL
        .into_iter()
        .filter(|slot| {
            profile
                .saved_slots
                .iter()
                .any(|saved| saved == slot.as_str())
        })
        .collect()
}
