//! What a run leaves behind: exports and evidence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{Problem, ProblemCode, Secret, SecretSlot};

use super::Run;
use crate::commands::evidence::{self, About};
use crate::commands::export::{self, Configuration, Sealed};
use crate::commands::{profiles, reminder};
use crate::files::Existing;
use crate::inputs::Inputs;
use crate::json::{CheckJson, ExportFormatJson, ExportJson};

/// What a record is of: the set-up under way, or a finished one.
struct Subject {
    inputs: Inputs,
    integration_id: Option<String>,
    report: Option<CheckJson>,
}

impl Run {
    /// Where an export goes unless the person says otherwise, in `folder`; of a finished set-up
    /// where a workspace is named.
    pub fn suggested_path(
        &self,
        workspace: Option<&str>,
        format: ExportFormatJson,
        folder: &Path,
    ) -> PathBuf {
        let typed = workspace
            .map(str::to_owned)
            .or_else(|| self.state().draft.workspace.clone());
        let workspace = read_workspace(typed.as_deref()).map_or_else(
            |_| "bitbucket".to_owned(),
            |workspace| workspace.as_str().trim_matches(['{', '}']).to_owned(),
        );
        let name = match format {
            ExportFormatJson::Json => "setup.json",
            ExportFormatJson::Toml => "setup.toml",
            ExportFormatJson::Env => "setup.env",
            ExportFormatJson::Age => "setup.age",
            ExportFormatJson::EvidenceMarkdown => "evidence.md",
            ExportFormatJson::EvidenceHtml => "evidence.html",
            ExportFormatJson::Reminder => "reminder.ics",
        };
        folder.join(format!("balkanid-{workspace}-{name}"))
    }

    /// Writes an export or an evidence report; of a finished set-up where a workspace is named,
    /// without touching the one that is under way.
    ///
    /// # Errors
    /// What is missing, or why the file was not written.
    pub async fn export(
        &self,
        workspace: Option<&str>,
        format: ExportFormatJson,
        path: &Path,
        existing: Existing,
        passphrase: Option<Secret>,
    ) -> Result<ExportJson, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let Subject {
            inputs,
            integration_id,
            report,
        } = match workspace {
            Some(workspace) => self.finished(workspace)?,
            None => Subject {
                inputs: self.inputs(),
                integration_id: self.integration_id(),
                report: self
                    .state()
                    .report
                    .as_ref()
                    .map(|checked| checked.json.clone()),
            },
        };
        let about = || About {
            version: self.services.version.to_owned(),
            account: inputs.draft.account.clone().unwrap_or_default(),
            integration_id: integration_id.clone(),
        };
        let no_report = || {
            one(Problem::new(
                ProblemCode::ValueMissing,
                "There is no permission report to write down yet.",
            )
            .with_hints(vec!["Check the permissions first.".to_owned()]))
        };
        match format {
            ExportFormatJson::EvidenceMarkdown => {
                let text = evidence::markdown(&report.ok_or_else(no_report)?, &about());
                export::written(path, text.as_bytes(), existing, false).map_err(one)
            }
            ExportFormatJson::EvidenceHtml => {
                let text = evidence::html(&report.ok_or_else(no_report)?, &about());
                export::written(path, text.as_bytes(), existing, false).map_err(one)
            }
            ExportFormatJson::Reminder => {
                let workspace = inputs.place()?.workspace;
                let text = reminder::calendar(
                    &self.services,
                    workspace.as_str(),
                    &inputs.draft.expiries(),
                )
                .map_err(one)?;
                export::written(path, text.as_bytes(), existing, false).map_err(one)
            }
            ExportFormatJson::Json | ExportFormatJson::Toml | ExportFormatJson::Env => {
                let configuration =
                    Configuration::of(&inputs.draft.clone().into(), integration_id)?;
                export::export(&configuration, format, None, path, existing).map_err(one)
            }
            ExportFormatJson::Age => {
                let configuration =
                    Configuration::of(&inputs.draft.clone().into(), integration_id)?;
                let passphrase = passphrase.ok_or_else(|| one(export::no_passphrase()))?;
                let sealed = Sealed {
                    secrets: self.all_secrets(&inputs).await.map_err(one)?,
                    passphrase,
                };
                export::export(&configuration, format, Some(&sealed), path, existing).map_err(one)
            }
        }
    }

    fn finished(&self, workspace: &str) -> Result<Subject, Vec<Problem>> {
        let (id, profile) =
            profiles::saved(&self.services, workspace).map_err(|problem| vec![problem])?;
        Ok(Subject {
            inputs: Inputs {
                draft: profile.draft.into(),
                secrets: BTreeMap::new(),
            },
            integration_id: profile.integration_id,
            report: self.state().profile_reports.get(&id).cloned(),
        })
    }

    async fn all_secrets(&self, inputs: &Inputs) -> Result<BTreeMap<SecretSlot, Secret>, Problem> {
        let services = self.services();
        let workspace = read_workspace(inputs.draft.workspace.as_deref())?;
        let mut secrets = BTreeMap::new();
        for slot in SecretSlot::ALL {
            if let Some(secret) = inputs.secret(slot, &workspace, &services.vault).await? {
                secrets.insert(slot, secret);
            }
        }
        Ok(secrets)
    }

    pub(super) fn integration_id(&self) -> Option<String> {
        let state = self.state();
        let submitted = state
            .submitted
            .as_ref()
            .and_then(|submitted| submitted.integration_id.clone());
        submitted.or_else(|| {
            let workspace = read_workspace(state.draft.workspace.as_deref()).ok()?;
            self.home_folder()
                .profile(&workspace)
                .ok()
                .flatten()?
                .integration_id
        })
    }
}
