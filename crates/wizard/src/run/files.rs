//! Looking through the files of an upload, for a door that shows what is found as it comes.

use std::ops::ControlFlow;

use bbsetup_setup::Problem;
use bbsetup_setup::draft::read_files;
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::commands::validate::{broken_off, validate};
use crate::json::{ValidateEventJson, ValidateJson};

/// How many problems are told one by one; beyond them, the sums tell how many there are.
const TOLD: usize = 500;

impl Run {
    /// Looks through the files of the folder that was given. Of a long list of problems the first
    /// 500 are told; `errors` and `warnings` of the document count all.
    ///
    /// # Errors
    /// No folder is given, the files cannot be read, or it was stopped.
    pub async fn look_through_files(
        &self,
        events: &(dyn Fn(ValidateEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<ValidateJson, Problem> {
        let folder = read_files(self.state().draft.files.as_deref())?;
        let (sender, mut told) = tokio::sync::mpsc::channel::<ValidateEventJson>(64);
        let stop_reading = stop.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let mut problems = 0;
            validate(&[folder], &mut |event| {
                if let ValidateEventJson::Problem { .. } = event {
                    problems += 1;
                }
                let is_told =
                    problems <= TOLD || !matches!(event, ValidateEventJson::Problem { .. });
                let is_heard = !is_told || sender.blocking_send(event).is_ok();
                match is_heard && !stop_reading.is_cancelled() {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })
        });
        while let Some(event) = told.recv().await {
            events(event);
        }
        let looked = looking.await.map_err(|error| broken_off(&error))?;
        looked.map_err(|problem| problem.on_field("files"))
    }
}
