//! Finished set-ups: their status, a check of one, forgetting one.

use std::collections::{BTreeMap, BTreeSet};

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{CredentialSlot, Problem, ProblemCode, SecretSlot, WorkspaceId};
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::commands::watch::Tenant;
use crate::commands::{check, forget};
use crate::home::{SavedProfile, SavedVerdict};
use crate::inputs::{Inputs, missing_secret};
use crate::json::{CheckEventJson, CheckJson, HomeJson, ProfileJson, StatusJson, VerdictJson};

impl Run {
    /// BalkanID's status of a profile, now.
    ///
    /// # Errors
    /// What is missing, or what BalkanID refused.
    pub async fn status(&self, workspace: &str) -> Result<StatusJson, Vec<Problem>> {
        let services = self.services();
        let inputs = self.profile_inputs(workspace)?;
        let tenant = Tenant::prepare(&services, &inputs)
            .await?
            .ok_or_else(|| vec![missing_secret(SecretSlot::BalkanIdKeyId)])?;
        tenant
            .status(&services, false)
            .await
            .map_err(|problem| vec![problem])
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
        let (id, profile) = self.saved_profile(workspace)?;
        let inputs = Inputs {
            draft: self.in_practice(profile.draft.into()),
            secrets: BTreeMap::new(),
        };
        let services = self.services();
        let checked = check::check(&services, &inputs, &CredentialSlot::ALL, events, stop).await;
        // A check that was stopped says nothing new.
        if let Some(report) = checked.report.as_ref().filter(|_| !stop.is_cancelled()) {
            let verdict = SavedVerdict {
                verdict: report.verdict.as_str().to_owned(),
                at: services.now().to_string(),
            };
            self.home_folder()
                .change_profile(&id, |profile| profile.checked = Some(verdict))
                .map_err(|problem| vec![problem])?;
            let reports = &mut self.state().profile_reports;
            reports.insert(id, checked.json.clone());
        }
        Ok(checked.json)
    }

    fn profile_inputs(&self, workspace: &str) -> Result<Inputs, Vec<Problem>> {
        let (_, profile) = self.saved_profile(workspace)?;
        Ok(Inputs {
            draft: self.in_practice(profile.draft.into()),
            secrets: BTreeMap::new(),
        })
    }

    pub(super) fn saved_profile(
        &self,
        workspace: &str,
    ) -> Result<(WorkspaceId, SavedProfile), Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let id = read_workspace(Some(workspace)).map_err(one)?;
        let profile = self.home_folder().profile(&id).map_err(one)?;
        let profile = profile.ok_or_else(|| {
            one(Problem::new(
                ProblemCode::ValueMissing,
                format!("There is no saved set-up of {id}."),
            )
            .on_field("workspace"))
        })?;
        Ok((id, profile))
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

pub(super) fn profile_card(profile: SavedProfile) -> ProfileJson {
    ProfileJson {
        account: profile.draft.account.clone().unwrap_or_default(),
        verdict: profile
            .checked
            .as_ref()
            .and_then(|checked| match checked.verdict.as_str() {
                "ready" => Some(VerdictJson::Ready),
                "not_ready" => Some(VerdictJson::NotReady),
                "undetermined" => Some(VerdictJson::Undetermined),
                _ => None,
            }),
        checked_at: profile.checked.map(|checked| checked.at),
        balkanid: profile.status,
        integration_id: profile.integration_id,
        days_left: None,
        workspace: profile.workspace,
    }
}
