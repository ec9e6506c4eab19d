//! Saving, submitting and watching, from the answers of a run.

use bbsetup_setup::{Owner, Problem, ProblemCode, Secret, SecretSlot, Step};
use bbsetup_vault::VaultKind;
use tokio_util::sync::CancellationToken;

use super::Run;
use super::typed::workspace_of;
use crate::commands::save;
use crate::commands::submit::Submission;
use crate::commands::watch::{Notice, Patience};
use crate::json::{ConfirmedJson, PlanJson, RouteJson, SaveJson, SubmitEventJson, SubmitJson};

impl Run {
    /// Saves the secrets to the keychain.
    ///
    /// # Errors
    /// What is wrong with the values or with the keychain.
    pub async fn save(&self) -> Result<SaveJson, Vec<Problem>> {
        let checked = self.state().report.clone();
        let services = self.services();
        let saved = save::save(&services, &self.inputs(), checked.as_ref()).await?;
        if services.vault.kind() == VaultKind::Os {
            // From here on the keychain is asked for them.
            let mut state = self.state();
            // It names them too, to mask them.
            state.diagnosis = None;
            let slots: Vec<SecretSlot> = saved
                .saved
                .iter()
                .filter_map(|slot| SecretSlot::named(slot))
                .collect();
            state.held.retain(|slot, _| !slots.contains(slot));
            state.in_keychain.extend(slots);
        }
        Ok(saved)
    }

    /// What would be written to BalkanID.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn plan(&self, confirmed: &ConfirmedJson) -> Result<PlanJson, Vec<Problem>> {
        let services = self.services();
        let submission = Submission::prepare(&services, &self.inputs(), Owner::Required).await?;
        Ok(submission.plan(&services, confirmed).await)
    }

    /// Saves, submits by the given route, and watches until the sync ends.
    ///
    /// On the assisted route BalkanID's form was saved by hand; where there is a key it is followed
    /// from there on.
    pub async fn submit(
        &self,
        route: RouteJson,
        confirmed: &ConfirmedJson,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<SubmitJson, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        events(SubmitEventJson::Stage {
            stage: "keychain".to_owned(),
            text: "Saving the secrets to the keychain".to_owned(),
        });
        let saved = self.save().await?;
        events(SubmitEventJson::StageDone {
            stage: "keychain".to_owned(),
            text: format!(
                "{} saved to {}.",
                count(saved.saved.len(), "secret"),
                saved.store
            ),
        });
        {
            let mut state = self.state();
            state.status = None;
            state.notice = None;
        }
        let services = self.services();
        let submission = Submission::prepare(&services, &self.inputs(), Owner::Required).await?;
        let submitted = match route {
            RouteJson::Api => submission
                .submit(&services, confirmed, patience, events, stop)
                .await
                .map_err(one)?,
            RouteJson::Assisted => submission.follow_form(&services, patience, events).await,
        };
        self.state().submitted = Some(submitted.clone());
        let is_under_way = submission.has_an_end(&submitted);
        if let Some(tenant) = submission.tenant().filter(|_| is_under_way) {
            events(SubmitEventJson::Stage {
                stage: "watch".to_owned(),
                text: "Waiting for BalkanID to read Bitbucket".to_owned(),
            });
            let watched = tenant.watch(&services, patience, events, stop).await;
            let watched = watched.map_err(one);
            let workspace = workspace_of(&self.state().draft);
            if let Some(workspace) = workspace {
                let ended = watched.as_ref().map_err(Vec::as_slice);
                self.state().notice = Notice::of(workspace.as_str(), ended);
            }
            let status = watched?;
            events(SubmitEventJson::StageDone {
                stage: "watch".to_owned(),
                text: status.words.clone(),
            });
            self.state().status = Some(status);
        }
        self.home_folder().drop_progress().map_err(one)?;
        self.state().current = Some(Step::Done);
        Ok(submitted)
    }

    /// How the sync of the last submission ended, for somebody who looks at something else; nothing
    /// where its end was not watched for.
    pub fn notice(&self) -> Option<Notice> {
        self.state().notice.take()
    }

    /// The value of a field of BalkanID's form, for the clipboard, and whether it is a secret.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn form_value(&self, field: &str) -> Result<(Secret, bool), Vec<Problem>> {
        let submission =
            Submission::prepare(&self.services(), &self.inputs(), Owner::Required).await?;
        submission.form_value(field).ok_or_else(|| {
            vec![Problem::new(
                ProblemCode::DefectOfThisTool,
                "There is no such field to copy.",
            )]
        })
    }
}

/// `3 secrets`, `1 secret`.
fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}
