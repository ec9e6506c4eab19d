//! Looking through BalkanID's CSV files, before anybody waits for them.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bbsetup_balkanid::files::{self, FileKind, Looked, LookedFile, NotLooked, Source, Told};
use bbsetup_setup::{Problem, ProblemCode};

use super::extract::incomplete_reading;
use crate::json::{FindingJson, SeverityJson, ValidateEventJson, ValidateJson, ValidatedFileJson};

/// The files that are meant by paths; of a folder, those of BalkanID's names in it.
///
/// # Errors
/// `file_not_read` where there is no such file, or none in a folder.
pub fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut known = BTreeSet::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| not_read(path, &error))?;
        let found: Vec<PathBuf> = match metadata.is_dir() {
            true => in_folder(path)?,
            // A pipe cannot be read twice, which repeats need.
            false if !metadata.is_file() => {
                return Err(problem(&format!("{} is no file.", path.display())));
            }
            false => vec![path.clone()],
        };
        for file in found {
            // However it is written, the same file is looked through once.
            let is_new = known.insert(file.canonicalize().unwrap_or_else(|_| file.clone()));
            if is_new {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let found: Vec<PathBuf> = FileKind::ALL
        .into_iter()
        .map(|kind| folder.join(kind.file_name()))
        .filter(|file| file.is_file())
        .collect();
    match found.is_empty() {
        false => Ok(found),
        true => {
            let [entities, relations] = FileKind::ALL.map(FileKind::file_name);
            Err(problem(&format!(
                "{} holds neither {entities} nor {relations}.",
                folder.display()
            )))
        }
    }
}

/// Looks through files and folders that belong together; problems are told as they are found.
///
/// It reads from the disk and computes, and is for a thread that may do so. `events` ends it by
/// [`ControlFlow::Break`].
///
/// # Errors
/// `file_not_read`, or `cancelled` where it was ended.
pub fn validate(
    paths: &[PathBuf],
    events: &mut dyn FnMut(ValidateEventJson) -> ControlFlow<()>,
) -> Result<ValidateJson, Problem> {
    let files = files_of(paths)?;
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let sources: Vec<&dyn Source> = files.iter().map(|file| file as &dyn Source).collect();
    let mut tell = |told: Told| {
        events(match told {
            Told::Problem(finding) => {
                let name = &names[finding.file];
                ValidateEventJson::Problem {
                    problem: FindingJson::of(finding, name),
                }
            }
            Told::Progress { file, bytes } => ValidateEventJson::Progress {
                file: names[file].clone(),
                bytes,
            },
        })
    };
    let looked = files::look(&sources, &mut tell).map_err(|stopped| match stopped {
        NotLooked::Unreadable { file, error } => not_read(&files[file], &error),
        NotLooked::Stopped => Problem::new(
            ProblemCode::Cancelled,
            "The files were not looked through to their end.",
        )
        .with_hints(vec!["Look through them again when ready.".to_owned()]),
    })?;
    let mut document = document(&looked, &names);
    let folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    document
        .notes
        .extend(folders.into_iter().filter_map(incomplete_reading));
    Ok(document)
}

/// The first errors of files, as a problem shows them.
#[derive(Default)]
pub(super) struct FirstErrors(Vec<String>);

impl FirstErrors {
    /// Takes a finding, where it is an error and there are not enough yet.
    pub(super) fn note(&mut self, finding: &FindingJson) {
        if finding.severity == SeverityJson::Error && self.0.len() < 5 {
            self.0
                .push(format!("row {}: {}", finding.row, finding.message));
        }
    }

    /// The lines.
    pub(super) fn lines(self) -> Vec<String> {
        self.0
    }
}

/// The thread that looked through the files ended before them.
pub(crate) fn broken_off(error: &tokio::task::JoinError) -> Problem {
    Problem::new(
        ProblemCode::DefectOfThisTool,
        format!("The files could not be looked through: {error}."),
    )
}

fn document(looked: &Looked, names: &[String]) -> ValidateJson {
    let sum = |of: fn(&LookedFile) -> u64| looked.files.iter().map(of).sum();
    let files: Vec<ValidatedFileJson> = looked
        .files
        .iter()
        .zip(names)
        .map(|(looked, name)| {
            let LookedFile {
                kind,
                rows,
                bytes,
                errors,
                warnings,
            } = *looked;
            ValidatedFileJson {
                file: name.clone(),
                kind: kind.map(|kind| kind.as_str().to_owned()),
                rows,
                bytes,
                errors,
                warnings,
            }
        })
        .collect();
    let errors = sum(|file| file.errors);
    ValidateJson {
        schema: "bbsetup.validate/1".to_owned(),
        rows: sum(|file| file.rows),
        errors,
        warnings: sum(|file| file.warnings),
        notes: notes(looked),
        next: next(looked, &files, errors),
        files,
    }
}

/// What could not be looked at.
fn notes(looked: &Looked) -> Vec<String> {
    let mut notes = Vec::new();
    if looked.ends_looked_for == Some(false) {
        notes.push("Whether the ends of the relations are among the entities could not be told, since there is no file of entities with them that could be read whole. BalkanID wants them to be among the last synced entities.".to_owned());
    }
    notes
}

/// What to do now. BalkanID's form says of this extraction type to contact the team:
/// <https://docs.balkan.id/getting-started/setting-up-your-tenant/application-integrations>.
fn next(looked: &Looked, files: &[ValidatedFileJson], errors: u64) -> Vec<String> {
    if errors > 0 {
        return vec!["Mend the rows that are named, then look again.".to_owned()];
    }
    let of = |kind: FileKind| {
        let is_kind = |(held, _): &(&LookedFile, &ValidatedFileJson)| held.kind == Some(kind);
        looked
            .files
            .iter()
            .zip(files)
            .find(is_kind)
            .map(|(_, file)| file.file.clone())
    };
    let (entities, relations) = (of(FileKind::Entities), of(FileKind::Relations));
    let mut next = vec![match (&entities, &relations) {
        (Some(entities), Some(relations)) => format!("Manual file upload: BalkanID's page says to contact the team for it. Send {entities} and {relations} to support@balkan.id, with your tenant's name and the app Bitbucket."),
        _ => "Manual file upload: BalkanID's page says to contact the team for it, with the entities and the entity relations. Send both to support@balkan.id, with your tenant's name and the app Bitbucket.".to_owned(),
    }];
    next.push("Automated upload using API, if you have an API key: put both into one folder, as entities.csv and entity_relations.csv, then bbsetup upload FOLDER.".to_owned());
    next
}

pub(super) fn not_read(path: &Path, error: &std::io::Error) -> Problem {
    let why = match error.kind() {
        ErrorKind::NotFound => "it is not there",
        ErrorKind::PermissionDenied => "this user may not read it",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        _ => "the system refused",
    };
    let mut problem = problem(&format!("{} could not be read: {why}.", path.display()));
    problem.causes.push(error.to_string());
    problem
}

fn problem(message: &str) -> Problem {
    Problem::new(ProblemCode::FileNotRead, message).on_field("file")
}
