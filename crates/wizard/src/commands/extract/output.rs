//! The files of a reading.

use std::path::Path;

use bbsetup_extract::Store;
use bbsetup_extract::rows::{Cells, NotWritten, Written, write_entities, write_relations};
use bbsetup_setup::{Problem, ProblemCode};

use super::{Reading, checkpoint, not_kept};
use crate::files::{
    Existing, NotStreamed, not_written, remove_unfinished, write_streamed, write_whole,
};
use crate::json::{ExtractJson, ExtractedFileJson, ManifestJson};

const ENTITIES: &str = "entities.csv";
const RELATIONS: &str = "entity_relations.csv";
const SAFE_ENTITIES: &str = "entities.spreadsheet.csv";
const SAFE_RELATIONS: &str = "entity_relations.spreadsheet.csv";
const MANIFEST: &str = "manifest.json";

/// Writes every file of a reading of which everything was asked.
pub(super) fn write(
    reading: &Reading,
    store: &mut Store,
    extract: &mut ExtractJson,
) -> Result<(), Problem> {
    let mut copies = vec![(Cells::Exact, ENTITIES, RELATIONS)];
    if reading.spreadsheet_safe {
        copies.push((Cells::SpreadsheetSafe, SAFE_ENTITIES, SAFE_RELATIONS));
    }
    // Whatever happens now, no manifest speaks of files that it does not know, and no copy is older.
    for old in [MANIFEST, SAFE_ENTITIES, SAFE_RELATIONS] {
        take_away(&reading.folder.join(old))?;
    }
    let mut files = Vec::new();
    for (cells, entities, relations) in copies {
        files.push(file(&reading.folder, entities, |out| {
            write_entities(store, out, cells)
        })?);
        files.push(file(&reading.folder, relations, |out| {
            write_relations(store, out, cells)
        })?);
    }
    extract.complete = extract.gaps.is_empty();
    let manifest = ManifestJson {
        schema: "bbsetup.manifest/1".to_owned(),
        workspace: extract.workspace.clone(),
        mode: extract.mode,
        complete: extract.complete,
        entities: extract.entities,
        relations: extract.relations,
        gaps: extract.gaps.clone(),
        vanished: extract.vanished.clone(),
        files: files.clone(),
    };
    let path = reading.folder.join(MANIFEST);
    remove_unfinished(&path);
    let mut text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| not_written(&path, &error.into()))?;
    text.push('\n');
    write_whole(&path, text.as_bytes(), Existing::Replace)?;
    store
        .end(extract.complete)
        .map_err(|error| not_kept(&checkpoint(&reading.folder), &error))?;
    extract.files = files;
    Ok(())
}

fn file(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn std::io::Write) -> Result<Written, NotWritten>,
) -> Result<ExtractedFileJson, Problem> {
    let path = folder.join(name);
    // The checkpoint is held, so that no other reading writes here.
    remove_unfinished(&path);
    let written = write_streamed(&path, Existing::Replace, write);
    let Written { rows, sha256 } = written.map_err(|error| match error {
        NotStreamed::Here(problem) => *problem,
        NotStreamed::There(NotWritten::File(error)) => not_written(&path, &error),
        NotStreamed::There(NotWritten::Store(error)) => not_kept(&checkpoint(folder), &error),
    })?;
    Ok(ExtractedFileJson {
        name: name.to_owned(),
        sha256,
        rows,
    })
}

fn take_away(path: &Path) -> Result<(), Problem> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(not_written(path, &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Leaves files alone that no reading has written.
pub(super) fn refuse_foreign(folder: &Path) -> Result<(), Problem> {
    let is_of_a_reading = std::fs::read_to_string(folder.join(MANIFEST))
        .is_ok_and(|text| text.contains("\"bbsetup.manifest/"));
    let foreign = [ENTITIES, RELATIONS]
        .into_iter()
        .find(|name| folder.join(name).exists());
    match foreign {
        Some(name) if !is_of_a_reading => Err(Problem::new(
            ProblemCode::FileExists,
            format!(
                "{} is there already, and by all signs not from a reading; it was left as it is.",
                folder.join(name).display()
            ),
        )
        .with_hints(vec![
            "Choose another folder, or take the files away (in the terminal, --force replaces them).".to_owned(),
        ])
        .on_field("out")),
        Some(_) | None => Ok(()),
    }
}

/// What is to be said of the files of a folder by whose manifest not everything was read.
pub(crate) fn incomplete_reading(folder: &Path) -> Option<String> {
    /// A manifest is smaller.
    const LARGEST: u64 = 16 * 1024 * 1024;
    let path = folder.join(MANIFEST);
    let is_small = path.metadata().is_ok_and(|about| about.len() <= LARGEST);
    let text = std::fs::read(&path).ok().filter(|_| is_small)?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let is_ours = manifest["schema"]
        .as_str()
        .is_some_and(|schema| schema.starts_with("bbsetup.manifest/"));
    (is_ours && manifest["complete"] == false).then(|| {
        format!(
            "By {} not everything of the workspace was read into these files. Read it again into this folder before they are sent.",
            path.display()
        )
    })
}
