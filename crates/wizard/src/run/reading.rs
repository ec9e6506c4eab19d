//! Reading a workspace, for a door that shows how far it is.

use std::path::PathBuf;
use std::time::Duration;

use bbsetup_extract::Budget;
use bbsetup_setup::Problem;
use bbsetup_setup::draft::read_files;
use tokio_util::sync::CancellationToken;

use super::Run;
use crate::commands::extract::{
    Events, IN_FLIGHT, Reading, extract, nothing, offered_folder, reading_in,
};
use crate::commands::{access, estimate, profiles};
use crate::inputs::Inputs;
use crate::json::{
    AccessJson, EstimateJson, ExtractJson, ReadingJson, ReadingModeJson, ReadingPlaceJson,
};
use crate::services::Services;

/// The longest wait for a rate limit where somebody looks on and can stop it: limits are counted by the
/// hour.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);

impl Run {
    /// Where a workspace is read to, and what is there: the folder that is asked about, else the one
    /// that is offered. `profile` is a finished set-up; else it is the one under way.
    ///
    /// # Errors
    /// There is no such set-up, or the folder cannot be looked into.
    pub async fn reading_place(
        &self,
        profile: Option<&str>,
        folder: Option<&str>,
    ) -> Result<ReadingPlaceJson, Vec<Problem>> {
        let (services, inputs) = self.read_by(profile)?;
        let workspace = inputs.place()?.workspace;
        let folder = match folder.map(str::trim).filter(|folder| !folder.is_empty()) {
            Some(folder) => read_folder(folder).map_err(|problem| vec![problem])?,
            None => offered_folder(&services, &workspace),
        };
        on_a_thread(move || reading_in(&workspace, &folder))
            .await
            .map_err(|problem| vec![problem])
    }

    /// What a reading would need.
    pub async fn estimate(
        &self,
        profile: Option<&str>,
        mode: ReadingModeJson,
        stop: &CancellationToken,
    ) -> EstimateJson {
        match self.read_by(profile) {
            Ok((services, inputs)) => {
                let budget = Budget::default();
                estimate::estimate(&services, &inputs, mode.into(), IN_FLIGHT, budget, stop).await
            }
            Err(problems) => estimate::nothing(String::new(), mode.into(), problems),
        }
    }

    /// Reads a workspace into a folder, or goes on with it.
    pub async fn extract(
        &self,
        profile: Option<&str>,
        reading: &ReadingJson,
        events: Events,
        stop: &CancellationToken,
    ) -> ExtractJson {
        let ReadingJson {
            folder,
            mode,
            spreadsheet_safe,
            afresh,
        } = reading;
        let prepared = read_folder(folder)
            .map_err(|problem| vec![problem])
            .and_then(|folder| Ok((folder, self.read_by(profile)?)));
        let (folder, (services, inputs)) = match prepared {
            Ok(prepared) => prepared,
            Err(problems) => return nothing("", folder.as_ref(), (*mode).into(), problems),
        };
        let reading = Reading {
            folder,
            mode: (*mode).into(),
            in_flight: IN_FLIGHT,
            budget: Budget::default(),
            max_wait: PATIENCE,
            spreadsheet_safe: *spreadsheet_safe,
            afresh: *afresh,
            force: false,
        };
        extract(&services, &inputs, &reading, events, stop).await
    }

    /// How access flows, by what a folder holds.
    ///
    /// # Errors
    /// The folder holds no reading, or one that cannot be used.
    pub async fn access(&self, folder: &str) -> Result<AccessJson, Problem> {
        let folder = read_folder(folder)?;
        on_a_thread(move || access::access(&folder)).await
    }

    /// The world and the credentials of a finished set-up, or of the one under way.
    fn read_by(&self, profile: Option<&str>) -> Result<(Services, Inputs), Vec<Problem>> {
        let services = self.services();
        match profile {
            Some(workspace) => {
                let (_, profile) =
                    profiles::saved(&services, workspace).map_err(|problem| vec![problem])?;
                let inputs = profiles::inputs_of(&services, &profile);
                Ok((services, inputs))
            }
            None => Ok((services, self.inputs())),
        }
    }
}

fn read_folder(typed: &str) -> Result<PathBuf, Problem> {
    read_files(Some(typed)).map_err(|problem| problem.on_field("out"))
}

/// Runs what waits for the disk on a thread of its own.
async fn on_a_thread<T: Send + 'static>(
    look: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(look)
        .await
        .unwrap_or_else(|error| Err(crate::commands::validate::broken_off(&error)))
}
