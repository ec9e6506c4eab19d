//! Watching an integration: what BalkanID says of it, until a sync ends.

use std::time::Duration;

use bbsetup_balkanid::{
    BalkanId, FailedLooks, Integration, Ours, Polling, State, Status, ours, ours_fed,
};
use bbsetup_setup::draft::{read_balkanid_public_url, read_balkanid_url};
use bbsetup_setup::{ExtractionType, Problem, ProblemCode, SecretSlot, WorkspaceId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::home::{Home, SavedSubmission};
use crate::inputs::{Inputs, missing_secret};
use crate::json::{StateJson, StatusJson, SubmitEventJson, UnderWayJson};
use crate::services::Services;

/// How the end of a submission is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two looks at the status.
    pub between: Duration,
    /// Until a created integration has to be in BalkanID's list.
    pub find: Duration,
    /// Until the sync has to end.
    pub watch: Duration,
    /// Until another window or terminal that submits the same workspace has to be done.
    pub turn: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            between: Duration::from_secs(2),
            find: Duration::from_secs(60),
            watch: Duration::from_secs(600),
            turn: Duration::from_secs(300),
        }
    }
}

/// A tenant of BalkanID, and the workspace whose integration is meant.
pub struct Tenant {
    workspace: WorkspaceId,
    extraction: ExtractionType,
    /// The way to the tenant.
    pub(super) balkanid: BalkanId,
}

impl Tenant {
    /// Reads addresses and the API key; `None` where there is no key.
    ///
    /// # Errors
    /// What cannot be read, or the half of the key that is missing.
    pub async fn prepare(
        services: &Services,
        inputs: &Inputs,
    ) -> Result<Option<Self>, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let workspace = inputs.place()?.workspace;
        let rest = read_balkanid_url(inputs.draft.balkanid_url.as_deref()).map_err(one)?;
        let public =
            read_balkanid_public_url(inputs.draft.balkanid_public_url.as_deref()).map_err(one)?;
        let secret = async |slot| {
            inputs
                .secret(slot, &workspace, &services.vault)
                .await
                .map_err(one)
        };
        let halves = (
            secret(SecretSlot::BalkanIdKeyId).await?,
            secret(SecretSlot::BalkanIdKeySecret).await?,
        );
        match halves {
            (None, None) => Ok(None),
            (Some(_), None) => Err(one(missing_secret(SecretSlot::BalkanIdKeySecret))),
            (None, Some(_)) => Err(one(missing_secret(SecretSlot::BalkanIdKeyId))),
            (Some(key_id), Some(key_secret)) => {
                let client = services.client().map_err(one)?;
                let polling = Polling::default();
                let balkanid = BalkanId {
                    client,
                    rest,
                    public,
                    key_id,
                    key_secret,
                    polling,
                };
                Ok(Some(Self {
                    workspace,
                    extraction: inputs.draft.extraction,
                    balkanid,
                }))
            }
        }
    }

    /// The integration of this workspace: the one written before, else the one that shows the
    /// workspace, which one that is fed with files or from a SCIM server does not.
    pub(super) fn ours(&self, rows: &[Integration], remembered: Option<&str>) -> Ours {
        match self.extraction {
            ExtractionType::Direct => ours(rows, &self.workspace, remembered),
            ExtractionType::Scim
            | ExtractionType::ManualUpload
            | ExtractionType::AutomatedUpload => ours_fed(rows, &self.workspace, remembered),
        }
    }

    /// BalkanID's status now.
    ///
    /// # Errors
    /// What BalkanID refused; `balkanid_not_found` where it holds no integration of this workspace.
    pub async fn status(
        &self,
        services: &Services,
        after_sync: bool,
    ) -> Result<StatusJson, Problem> {
        let home = Home::new(&services.home);
        let profile = home.profile(&self.workspace)?;
        let rows = self.balkanid.integrations().await?;
        let remembered = profile
            .as_ref()
            .and_then(|profile| profile.integration_id.as_deref());
        let row = match self.ours(&rows, remembered) {
            Ours::One(row) => row,
            Ours::Ambiguous(ambiguity) => return Err(ambiguity.problem(&self.workspace)),
            Ours::None => {
                return Err(Problem::new(
                    ProblemCode::BalkanIdNotFound,
                    format!(
                        "BalkanID's list holds no Bitbucket integration of {}.",
                        self.workspace
                    ),
                )
                .with_hints(vec!["Submit it first.".to_owned()]));
            }
        };
        let before = profile
            .as_ref()
            .and_then(|profile| profile.last_run_before.clone())
            .filter(|_| after_sync);
        let status = status_json(&row, before.as_deref(), services);
        // For the first page of the next run. A status that could not be kept is asked for again.
        let since_the_sync = profile
            .as_ref()
            .and_then(|profile| profile.last_run_before.as_deref());
        let has_ended = matches!(
            Status::of(&row, since_the_sync).state,
            State::Connected | State::Error
        );
        let _kept = home.change_profile(&self.workspace, |profile| {
            profile.status = Some(status.clone());
            // What may not have arrived yet has not ended; nor has what was begun meanwhile.
            let is_there = |begun: &SavedSubmission| begun.stage != UnderWayJson::Sending;
            let is_the_same = profile.last_run_before.as_deref() == since_the_sync;
            if has_ended && is_the_same && profile.submission.as_ref().is_some_and(is_there) {
                profile.submission = None;
            }
        });
        Ok(status)
    }

    /// Looks at the status until the sync ends, the time is over, or it is stopped.
    ///
    /// # Errors
    /// As [`Tenant::status`]; `sync_failed`; `timed_out` without news.
    pub async fn watch(
        &self,
        services: &Services,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<StatusJson, Problem> {
        let until = Instant::now() + patience.watch;
        let mut failed_looks = FailedLooks::default();
        loop {
            let looked = tokio::select! {
                () = stop.cancelled() => return Err(stopped()),
                looked = self.status(services, true) => looked,
            };
            match looked {
                Ok(status) => {
                    failed_looks.end();
                    events(SubmitEventJson::Status {
                        status: status.clone(),
                    });
                    match status.state {
                        StateJson::Connected => return Ok(status),
                        StateJson::Error => return Err(sync_failed(&status)),
                        StateJson::Running | StateJson::Inactive | StateJson::Unknown => {}
                    }
                }
                // It says nothing of the sync.
                Err(problem) if failed_looks.bear(&problem) => {}
                Err(problem) => {
                    if problem.code == ProblemCode::BalkanIdNotFound {
                        self.is_gone(services);
                    }
                    return Err(problem);
                }
            }
            if Instant::now() >= until {
                return Err(Problem::new(
                    ProblemCode::TimedOut,
                    format!("BalkanID did not finish the sync within {} minutes. It may well go on by itself.", patience.watch.as_secs() / 60),
                )
                .with_hints(vec!["Look again later: the status stands on the first page, and bbsetup status shows it.".to_owned()]));
            }
            tokio::select! {
                () = stop.cancelled() => return Err(stopped()),
                () = tokio::time::sleep(patience.between) => {}
            }
        }
    }
}

impl Tenant {
    /// There is nothing to watch any more. Where that cannot be kept, the next start looks again.
    fn is_gone(&self, services: &Services) {
        let home = Home::new(&services.home);
        let _kept = home.change_profile(&self.workspace, |profile| profile.submission = None);
    }
}

/// How a watched sync ended, for somebody who looks at something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub body: String,
}

impl Notice {
    /// What to tell of an end; nothing where a person ended it, or nothing was watched.
    pub fn of(workspace: &str, ended: Result<&StatusJson, &[Problem]>) -> Option<Self> {
        let notice = |title: String, body: &str| Self {
            title,
            body: body.to_owned(),
        };
        match ended {
            Ok(status) => Some(notice(
                format!("BalkanID reads {workspace}"),
                &format!("{}.", status.words),
            )),
            Err(problems) => match problems.first() {
                Some(problem)
                    if matches!(
                        problem.code,
                        ProblemCode::SyncFailed | ProblemCode::TimedOut
                    ) =>
                {
                    Some(notice(
                        format!("BalkanID does not read {workspace} yet"),
                        &problem.message,
                    ))
                }
                Some(_) | None => None,
            },
        }
    }
}

fn sync_failed(status: &StatusJson) -> Problem {
    let said = status.message.as_deref().unwrap_or("no message");
    Problem::new(
        ProblemCode::SyncFailed,
        format!("BalkanID's sync ended with an error: “{said}”."),
    )
}

fn stopped() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The watching was stopped. BalkanID goes on by itself.",
    )
    .with_hints(vec!["bbsetup status shows where it stands.".to_owned()])
}

fn status_json(row: &Integration, before: Option<&str>, services: &Services) -> StatusJson {
    let status = Status::of(row, before);
    StatusJson {
        schema: "bbsetup.status/1".to_owned(),
        state: match status.state {
            State::Connected => StateJson::Connected,
            State::Running => StateJson::Running,
            State::Error => StateJson::Error,
            State::Inactive => StateJson::Inactive,
            State::Unknown => StateJson::Unknown,
        },
        words: status.words(),
        message: status.message,
        last_run: status.last_run,
        integration_id: Some(row.id.clone()),
        seen_at: services.now().to_string(),
    }
}
