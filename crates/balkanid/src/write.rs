//! Writing one integration, once, and finding what was written.

use std::collections::BTreeSet;
use std::time::Duration;

use bbsetup_setup::problem::Place;
use bbsetup_setup::{Problem, ProblemCode, WorkspaceId};

use crate::BalkanId;
use crate::bulk::{self, ADDRESSES, NotTaken};
use crate::differences::of_row;
use crate::find::{Appeared, appeared, showing};
use crate::integrations::Integration;
use crate::polling::{TimeIsUp, in_words};
use crate::row::{Content, UploadRow};

/// A row that was not written, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWritten {
    /// Why.
    pub problem: Problem,
    /// Whether it may have arrived all the same.
    pub may_have_arrived: bool,
}

impl From<Problem> for NotWritten {
    /// A problem from before anything was sent.
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            may_have_arrived: false,
        }
    }
}

impl BalkanId {
    /// Writes a row.
    ///
    /// A create is refused where the list shows the workspace in a row that is not in `known`, the
    /// IDs from before the row was shown: another run, or another person, has created it since. An address that refuses or breaks is
    /// replaced by a fresh one, three in all. Where the file of a create may have arrived although
    /// its answer did not, the list is looked at before it is sent again, so that it is not created
    /// twice.
    ///
    /// # Errors
    /// As [`BalkanId::apps`]; `off_origin_link` where the address for the file is not https.
    pub async fn write(
        &self,
        row: &UploadRow<'_>,
        known: &BTreeSet<String>,
    ) -> Result<(), NotWritten> {
        let created_before = match row.existing {
            Some(_) => None,
            None => Some(self.known_before_a_create(row, known).await?),
        };
        let mut may_be_there = false;
        let file = row.expose_file();
        let mut attempt = 1;
        loop {
            let NotTaken {
                problem,
                again,
                may_have_arrived,
            } = match bulk::upload_integrations(self, &file).await {
                Ok(()) => return Ok(()),
                Err(not_taken) => not_taken,
            };
            may_be_there |= may_have_arrived;
            if let Some(known) = &created_before
                && may_have_arrived
                && self
                    .look_for_created(row.workspace, known, self.polling.lost)
                    .await
                    .map_err(|problem| NotWritten {
                        problem,
                        may_have_arrived: true,
                    })?
                    .is_some()
            {
                return Ok(());
            }
            if !again || attempt == ADDRESSES {
                return Err(NotWritten {
                    problem,
                    may_have_arrived: may_be_there,
                });
            }
            self.pause_before_resending(attempt).await;
            attempt += 1;
        }
    }

    /// The IDs that are there before a create, if none is of the workspace.
    async fn known_before_a_create(
        &self,
        row: &UploadRow<'_>,
        known: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Problem> {
        let workspace = row.workspace;
        let rows = self.integrations().await?;
        // An integration that is fed otherwise may stand beside one that reads Bitbucket.
        let reads_bitbucket = matches!(row.content, Content::Direct { .. });
        let there: Vec<&str> = showing(&rows, workspace)
            .filter(|shown| reads_bitbucket && !known.contains(&shown.id))
            .map(|row| row.id.as_str())
            .collect();
        if there.is_empty() {
            return Ok(rows.into_iter().map(|row| row.id).collect());
        }
        Err(Problem::new(
            ProblemCode::BalkanIdRefused,
            format!(
                "BalkanID has a Bitbucket integration of {workspace} by now: {}. Nothing was sent.",
                there.join(", ")
            ),
        )
        .with_hints(vec!["Submit again to update it.".to_owned()]))
    }

    /// Finds a created integration once the list shows it: one that is not among `known`, the IDs
    /// from before, and shows the workspace, or else the only new one that shows none.
    ///
    /// # Errors
    /// `timed_out` after `limit`; `balkanid_refused` where several have appeared; else as
    /// [`BalkanId::apps`].
    pub async fn find_created(
        &self,
        workspace: &WorkspaceId,
        known: &BTreeSet<String>,
        limit: Duration,
    ) -> Result<Integration, Problem> {
        let found = self.look_for_created(workspace, known, limit).await?;
        found.ok_or_else(|| {
            Problem::new(
                ProblemCode::TimedOut,
                format!(
                    "BalkanID took the row, and lists no new Bitbucket integration of {workspace} after {}.",
                    in_words(limit)
                ),
            )
            .with_hints(vec![
                "Look under Configure > Integrations before submitting again; BalkanID does not say why it leaves a row out.".to_owned(),
            ])
            .mended_at(Place::BalkanIdIntegrations)
        })
    }

    async fn look_for_created(
        &self,
        workspace: &WorkspaceId,
        known: &BTreeSet<String>,
        limit: Duration,
    ) -> Result<Option<Integration>, Problem> {
        let mut patience = self.patience(limit);
        loop {
            let rows = self.integrations().await?;
            if let Some(row) = appeared_since(&rows, known, workspace)? {
                return Ok(Some(row));
            }
            if patience.pause().await == Err(TimeIsUp) {
                return Ok(None);
            }
        }
    }

    /// Finds an updated integration once the list shows what was written, or `limit` is over.
    ///
    /// Secrets are not shown, so that an update of them alone is given `Polling::settle`: BalkanID
    /// does not say when it applies a row, and a sync started too early would use the old ones.
    ///
    /// # Errors
    /// `balkanid_refused` where it is not listed; else as [`BalkanId::apps`].
    pub async fn find_updated(
        &self,
        written: &UploadRow<'_>,
        existing: &Integration,
        limit: Duration,
    ) -> Result<Integration, Problem> {
        let change_will_show = !of_row(written, existing).is_empty();
        let mut patience = self.patience(match change_will_show {
            true => limit,
            false => limit.min(self.polling.settle),
        });
        loop {
            let row = self.integration(&existing.id).await?;
            let shows_it = change_will_show && of_row(written, &row).is_empty();
            if shows_it || patience.pause().await == Err(TimeIsUp) {
                return Ok(row);
            }
        }
    }
}

/// The integration that has appeared since `known` was listed: one that shows the workspace, or
/// else the only new one that shows none.
///
/// # Errors
/// `balkanid_refused` where several have appeared.
pub fn appeared_since(
    rows: &[Integration],
    known: &BTreeSet<String>,
    workspace: &WorkspaceId,
) -> Result<Option<Integration>, Problem> {
    match appeared(rows, known, workspace) {
        Appeared::One(row) => Ok(Some(*row)),
        Appeared::Several(ids) => Err(several_appeared(workspace, &ids)),
        Appeared::Nothing => Ok(None),
    }
}

fn several_appeared(workspace: &WorkspaceId, ids: &[String]) -> Problem {
    Problem::new(
        ProblemCode::BalkanIdRefused,
        format!(
            "Several new Bitbucket integrations that may be of {workspace} are listed: {}.",
            ids.join(", ")
        ),
    )
    .with_hints(vec![
        "Keep one of them under Configure > Integrations, then submit again to update it."
            .to_owned(),
    ])
}
