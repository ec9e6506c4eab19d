//! Watching a sync until BalkanID says how it ended.

use std::time::Duration;

use bbsetup_setup::problem::{Place, Retry};
use bbsetup_setup::{Problem, ProblemCode};

use crate::BalkanId;
use crate::integrations::Integration;
use crate::polling::{TimeIsUp, in_words};
use crate::refusal::may_pass;
use crate::status::{State, Status};

/// How many looks in a row may fail in passing.
const FAILED_LOOKS: u32 = 5;

/// The looks of a watch that have failed in a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct FailedLooks(u32);

impl FailedLooks {
    /// A look went well.
    pub fn end(&mut self) {
        self.0 = 0;
    }

    /// A look failed: whether the watch goes on, since that may pass and has not happened too often.
    pub fn bear(&mut self, problem: &Problem) -> bool {
        self.0 += 1;
        self.0 < FAILED_LOOKS && may_pass(problem)
    }
}

impl BalkanId {
    /// One integration as it is listed now.
    ///
    /// # Errors
    /// `balkanid_refused` where it is not listed; else as [`BalkanId::apps`].
    pub async fn integration(&self, id: &str) -> Result<Integration, Problem> {
        let rows = self.integrations().await?;
        rows.into_iter()
            .find(|row| row.id == id)
            .ok_or_else(|| not_listed(id))
    }

    /// Watches the sync of an integration that was started when its Last Run was `before` (empty
    /// where it had never run), and tells `seen` each status that is read.
    ///
    /// Ends well once BalkanID says Connected / Data available of that sync. A look that fails in
    /// passing is tried again; five in a row end the watch, not the sync.
    ///
    /// # Errors
    /// `sync_failed` with BalkanID's message; `timed_out` after `limit`; else as
    /// [`BalkanId::integration`].
    pub async fn watch(
        &self,
        id: &str,
        before: &str,
        limit: Duration,
        mut seen: impl FnMut(&Status) + Send,
    ) -> Result<Status, Problem> {
        let mut patience = self.patience(limit);
        let mut failed_looks = FailedLooks::default();
        let mut last: Option<Status> = None;
        loop {
            match self.integration(id).await {
                Ok(row) => {
                    failed_looks.end();
                    let status = Status::of(&row, Some(before));
                    seen(&status);
                    match status.state {
                        State::Connected => return Ok(status),
                        State::Error => return Err(sync_failed(&status)),
                        State::Running | State::Inactive | State::Unknown => last = Some(status),
                    }
                }
                Err(problem) if failed_looks.bear(&problem) => {}
                Err(problem) => return Err(problem),
            }
            if patience.pause().await == Err(TimeIsUp) {
                return Err(not_ended(last.as_ref(), limit));
            }
        }
    }
}

fn not_listed(id: &str) -> Problem {
    // It may be back in the next list, so that a watch goes on for some looks.
    Problem::new(
        ProblemCode::BalkanIdRefused,
        format!("BalkanID does not list the integration {id}."),
    )
    .with_hints(vec![
        "Look under Configure > Integrations; it may have been deleted.".to_owned(),
    ])
    .with_retry(Retry::Now)
}

fn sync_failed(status: &Status) -> Problem {
    let said = match &status.message {
        Some(message) => format!("BalkanID says: “{message}”"),
        None => "BalkanID does not say why.".to_owned(),
    };
    Problem::new(
        ProblemCode::SyncFailed,
        format!("BalkanID's sync ended with an error. {said}"),
    )
}

fn not_ended(last: Option<&Status>, limit: Duration) -> Problem {
    let seen = match last {
        Some(status) => format!("It was last seen as: {}.", status.words()),
        None => "Its status was never read.".to_owned(),
    };
    Problem::new(
        ProblemCode::TimedOut,
        format!("The sync had not ended within {}. {seen}", in_words(limit)),
    )
    .with_hints(vec![
        "It goes on at BalkanID without this program; look at the status again later.".to_owned(),
    ])
    .mended_at(Place::Wait)
    .with_retry(Retry::Now)
}
