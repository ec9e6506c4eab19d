//! The files of an upload, as a part of a submission.

use std::ops::ControlFlow;
use std::path::Path;

use bbsetup_setup::{Extraction, Problem};
use tokio_util::sync::CancellationToken;

use super::Submission;
use crate::commands::upload::{UploadRequest, unfit, upload};
use crate::commands::validate::{FirstErrors, broken_off, files_of, validate};
use crate::json::{
    HandOverJson, SubmitEventJson, SubmitJson, UploadEventJson, ValidateEventJson, ValidateJson,
};
use crate::services::Services;

/// Where BalkanID's form says that its team is to be contacted; the address stands on its pages.
const TEAM: &str = "support@balkan.id";

impl Submission {
    /// The folder of the files, where the extraction type has any.
    pub(super) fn folder(&self) -> Option<&Path> {
        match &self.setup.extraction {
            Extraction::ManualUpload { folder } | Extraction::AutomatedUpload { folder } => {
                Some(folder)
            }
            Extraction::Direct { .. } | Extraction::Scim { .. } => None,
        }
    }

    /// Looks through the files, whole; nothing where there are none to look through.
    ///
    /// # Errors
    /// They cannot be read, or `files_unfit` with the first rows that are wrong.
    pub(super) async fn look_through(&self) -> Result<Option<ValidateJson>, Problem> {
        let Some(folder) = self.folder() else {
            return Ok(None);
        };
        let paths = vec![folder.to_owned()];
        let looked = tokio::task::spawn_blocking(move || {
            let files = files_of(&paths)?;
            let mut first_errors = FirstErrors::default();
            let looked = validate(&paths, &mut |event| {
                if let ValidateEventJson::Problem { problem } = event {
                    first_errors.note(&problem);
                }
                ControlFlow::Continue(())
            })?;
            match unfit(&looked, &files, first_errors) {
                None => Ok(looked),
                Some(problem) => Err(problem),
            }
        })
        .await
        .unwrap_or_else(|error| Err(broken_off(&error)));
        looked
            .map(Some)
            .map_err(|problem| problem.on_field("files"))
    }

    /// What goes to BalkanID's team, and in which words.
    pub(super) fn hand_over(&self, files: &ValidateJson, tenant: Option<&str>) -> HandOverJson {
        let workspace = &self.setup.workspace;
        let of_tenant = tenant.map_or_else(
            || "our tenant".to_owned(),
            |tenant| format!("the tenant {tenant}"),
        );
        let mut lines = vec![format!(
            "Attached are the entities and entity relations of the Bitbucket workspace {workspace}, for the Bitbucket integration of {of_tenant}, extraction type Manual file upload:"
        )];
        lines.extend(files.files.iter().map(|file| {
            let name = Path::new(&file.file)
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let rows = match file.rows {
                1 => "1 row".to_owned(),
                rows => format!("{rows} rows"),
            };
            format!(
                "- {}: {rows}, {} bytes",
                name.unwrap_or_default(),
                file.bytes
            )
        }));
        HandOverJson {
            to: TEAM.to_owned(),
            subject: format!("Manual file upload: Bitbucket workspace {workspace}"),
            text: lines.join("\n"),
            files: files.files.clone(),
        }
    }

    /// Sends the files for an integration, entities before relations.
    pub(super) async fn send_files(
        &self,
        services: &Services,
        folder: &Path,
        mut submitted: SubmitJson,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> SubmitJson {
        let request = UploadRequest {
            folder: folder.to_owned(),
            integration: submitted.integration_id.clone(),
            unchecked: false,
            again: false,
        };
        let told = |event: UploadEventJson| events(SubmitEventJson::Upload { upload: event });
        match upload(services, &self.inputs, &request, &told, stop).await {
            Ok(sent) => {
                submitted.problems.extend(sent.problems.iter().cloned());
                submitted.upload = Some(sent);
            }
            Err(problems) => {
                submitted
                    .problems
                    .extend(problems.into_iter().map(Into::into));
            }
        }
        submitted
    }
}
