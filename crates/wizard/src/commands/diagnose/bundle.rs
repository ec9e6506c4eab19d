//! The zip: what is in it, shown as it is, and written whole or not at all.

use std::io::{Cursor, Write};
use std::path::Path;

use bbsetup_setup::{Problem, ProblemCode};
use jiff::Timestamp;
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Diagnosis, text};
use crate::commands::export::written;
use crate::files::Existing;
use crate::home::{SavedProfile, SavedProgress};
use crate::json::{BundleFileJson, SavedBundleJson};

/// The files of a zip.
#[derive(Clone, Debug)]
pub struct Bundle(Vec<BundleFileJson>);

/// `profiles.json`: what was typed, and the last verdicts.
#[derive(Serialize)]
struct Profiles<'a> {
    unfinished: Option<&'a SavedProgress>,
    profiles: &'a [SavedProfile],
}

/// The zip's name unless the person says otherwise.
pub fn suggested_name(now: Timestamp) -> String {
    // The day alone: a time has colons, which some systems keep out of names.
    let day: String = now.to_string().chars().take(10).collect();
    format!("bitbucket-setup-diagnosis-{day}.zip")
}

pub(super) fn of(diagnosis: &Diagnosis, with_emails: bool) -> Result<Bundle, Problem> {
    let redaction = diagnosis.redaction(with_emails);
    let seen = diagnosis.json(with_emails);
    let profiles = Profiles {
        unfinished: diagnosis.unfinished.as_ref(),
        profiles: &diagnosis.profiles,
    };
    let file = |name: &str, text: String| BundleFileJson {
        name: name.to_owned(),
        text,
    };
    Ok(Bundle(vec![
        file("report.txt", text(&seen)),
        file("report.json", in_json(&seen)?),
        file("log.txt", redaction.text(&diagnosis.log)),
        file("profiles.json", redaction.text(&in_json(&profiles)?)),
    ]))
}

impl Bundle {
    /// The files, in order: exactly what the zip holds.
    pub fn files(&self) -> &[BundleFileJson] {
        &self.0
    }

    /// Writes the zip.
    ///
    /// # Errors
    /// `file_exists`, `file_not_written`.
    pub fn save(&self, path: &Path, existing: Existing) -> Result<SavedBundleJson, Problem> {
        let bytes = self.zip().map_err(|error| defect(&error))?;
        let saved = written(path, &bytes, existing, false)?;
        Ok(SavedBundleJson {
            file: saved.file,
            sha256: saved.sha256,
        })
    }

    fn zip(&self) -> zip::result::ZipResult<Vec<u8>> {
        // No time of day: the same content makes the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for BundleFileJson { name, text } in &self.0 {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(text.as_bytes())?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

fn in_json(document: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string_pretty(document)
        .map(|text| text + "\n")
        .map_err(|error| defect(&error))
}

fn defect(error: &dyn std::error::Error) -> Problem {
    Problem::new(
        ProblemCode::DefectOfThisTool,
        format!("The zip could not be put together: {error}."),
    )
}
