//! Writing the row, once, and finding what was written.

use std::time::Duration;

use bbsetup_balkanid::Integration;
use bbsetup_setup::Problem;

use super::Submission;
use super::before::{Before, Which};
use super::stages::Stages;
use crate::commands::watch::{Patience, Tenant};
use crate::home::Home;
use crate::json::{ConfirmedJson, RouteJson, SubmitJson};
use crate::services::Services;
use crate::turn::Turn;

/// A row that BalkanID lists.
pub(super) struct Written {
    /// What was there before it.
    pub(super) before: Before,
    /// What is told of it.
    pub(super) submitted: SubmitJson,
    /// Nobody else submits until this is dropped.
    pub(super) _turn: Turn,
}

impl Submission {
    /// Takes the turn, writes the row, finds it in the list and remembers it.
    ///
    /// It may be dropped at any moment: what it has noted by then leads the next submission.
    ///
    /// # Errors
    /// What BalkanID refused; another window or terminal was not done in time.
    pub(super) async fn write_row(
        &self,
        services: &Services,
        tenant: &Tenant,
        confirmed: &ConfirmedJson,
        patience: Patience,
        stages: Stages<'_>,
    ) -> Result<Written, Problem> {
        let balkanid = &tenant.balkanid;
        stages.begin("upload", "Sending the integration to BalkanID");
        let lock = Home::new(&services.home).submission_lock();
        let turn = Turn::within(&lock, patience.turn, || {
            stages.begin(
                "upload",
                "Waiting for another window or terminal that is submitting",
            );
        })
        .await?;
        let before = self
            .settled(services, tenant, confirmed, patience, stages)
            .await?;
        if let Which::Asked(ambiguity) = &before.ours {
            return Err(ambiguity.problem(&self.setup.workspace));
        }
        let row = self.row(&before, self.content(before.keys.as_ref().ok())?);
        let earlier = self.note(services, &before.known)?;
        if let Err(not_written) = balkanid.write(&row, &before.known).await {
            if !not_written.may_have_arrived {
                self.take_back(services, earlier)?;
            }
            return Err(not_written.problem);
        }
        stages.end("upload", "BalkanID took the row.");

        stages.begin("find", "Finding the integration in BalkanID's list");
        let found: Integration = match row.existing {
            Some(existing) => balkanid.find_updated(&row, existing, patience.find).await?,
            None => {
                balkanid
                    .find_created(row.workspace, &before.known, patience.find)
                    .await?
            }
        };
        let last_run_before = row.existing.map_or("", |existing| &existing.last_run);
        let remembered = self.remember(services, &found.id, last_run_before).await;
        stages.end("find", &format!("Found as {}.", found.id));
        let submitted = SubmitJson {
            created: row.existing.is_none(),
            found: Some(before.found),
            integration_id: Some(found.id.clone()),
            differences: self.differences(&row, &found),
            problems: remembered.err().map(Into::into).into_iter().collect(),
            ..SubmitJson::of(RouteJson::Api)
        };
        Ok(Written {
            before,
            submitted,
            _turn: turn,
        })
    }

    /// What BalkanID shows, once a row that an earlier submission may have sent has had the time to
    /// be listed.
    async fn settled(
        &self,
        services: &Services,
        tenant: &Tenant,
        confirmed: &ConfirmedJson,
        patience: Patience,
        stages: Stages<'_>,
    ) -> Result<Before, Problem> {
        let mut is_told = false;
        loop {
            let before = Before::read(self, services, tenant, confirmed).await?;
            let since = before.sent_at.map(|at| services.now().duration_since(at));
            // A clock that was set back must not make this wait for ever.
            let is_young = since.is_some_and(|since| {
                Duration::try_from(since).is_ok_and(|since| since < patience.find)
            });
            if !is_young {
                return Ok(before);
            }
            if !is_told {
                is_told = true;
                stages.begin(
                    "upload",
                    "Looking for the integration of a submission that was cut off",
                );
            }
            tokio::time::sleep(patience.between).await;
        }
    }
}
