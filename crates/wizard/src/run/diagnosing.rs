//! Looking at the surroundings, and the zip of what was seen.

use std::path::Path;

use bbsetup_setup::{Problem, ProblemCode};

use super::Run;
use crate::commands::diagnose::{self, Bundle, Diagnosis, Surroundings};
use crate::files::Existing;
use crate::inputs::Inputs;
use crate::json::{BundleJson, DiagnoseJson, SavedBundleJson};

impl Run {
    /// Looks at keychain, hosts, clock, folder and log; what was seen is remembered for the zip.
    pub async fn diagnose(&self, surroundings: Surroundings) -> DiagnoseJson {
        let Inputs { draft, secrets } = self.inputs();
        let inputs = Inputs {
            draft: self.in_practice(draft),
            secrets,
        };
        let diagnosis = diagnose::diagnose(&self.services(), &inputs, surroundings).await;
        let seen = diagnosis.json(false);
        self.state().diagnosis = Some(diagnosis);
        seen
    }

    /// What the zip of the last look holds, and where it goes unless the person says otherwise.
    ///
    /// # Errors
    /// Nothing was looked at yet.
    pub fn bundle(&self, with_emails: bool, folder: &Path) -> Result<BundleJson, Problem> {
        let name = diagnose::suggested_name(self.services.now());
        Ok(BundleJson {
            files: self.made_bundle(with_emails)?.files().to_vec(),
            suggested_path: folder.join(name).display().to_string(),
        })
    }

    /// Writes the zip of the last look.
    ///
    /// # Errors
    /// Nothing was looked at yet, or why the file was not written.
    pub fn save_bundle(
        &self,
        with_emails: bool,
        path: &Path,
        existing: Existing,
    ) -> Result<SavedBundleJson, Problem> {
        self.made_bundle(with_emails)?.save(path, existing)
    }

    fn made_bundle(&self, with_emails: bool) -> Result<Bundle, Problem> {
        let looked: Option<Diagnosis> = self.state().diagnosis.clone();
        looked
            .ok_or_else(|| {
                Problem::new(
                    ProblemCode::ValueMissing,
                    "Nothing was looked at yet, so that there is nothing to write down.",
                )
                .with_hints(vec!["Look first, then save.".to_owned()])
            })?
            .bundle(with_emails)
    }
}
