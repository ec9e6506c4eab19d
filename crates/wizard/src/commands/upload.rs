//! Sending entities and relations through BalkanID's bulk API.
//!
//! The files are summed up and looked through, the key is tried, the integration is found; then each
//! file is sent, entities before relations. What was sent is noted beside the files, so that a later
//! run goes on with what is missing. Nothing is called done but what the storage has taken.

mod noted;
mod target;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bbsetup_balkanid::files::FileKind;
use bbsetup_balkanid::{BalkanId, Fingerprint, NotSent, Outgoing, Sending};
use bbsetup_setup::{Problem, ProblemCode, Severity};
use tokio_util::sync::CancellationToken;

use self::noted::Noted;
use self::target::Target;
use crate::commands::validate::{FirstErrors, files_of, not_read, validate};
use crate::inputs::Inputs;
use crate::json::{
    FindingJson, UploadEventJson, UploadJson, UploadStateJson, UploadedFileJson, ValidateEventJson,
    ValidateJson,
};
use crate::services::Services;

/// What is to be sent, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRequest {
    /// The folder of `entities.csv` and `entity_relations.csv`; one of them may be missing.
    pub folder: PathBuf,
    /// The integration's ID, where it is not to be found among the tenant's.
    pub integration: Option<String>,
    /// Whether files with problems are sent too.
    pub unchecked: bool,
    /// Whether what an earlier run sent is sent again.
    pub again: bool,
}

/// What is told on the way.
type Events<'a> = &'a (dyn Fn(UploadEventJson) + Send + Sync);

/// Sends the files of a folder.
///
/// What stood in the way of sending is in the document's `problems`, with where each file stands.
///
/// # Errors
/// What kept it from being tried at all: no such folder, no key, a value that cannot be read.
pub async fn upload(
    services: &Services,
    inputs: &Inputs,
    request: &UploadRequest,
    events: Events<'_>,
    stop: &CancellationToken,
) -> Result<UploadJson, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let files = files_in(&request.folder).map_err(one)?;
    let target = Target::prepare(services, inputs, request.integration.as_deref()).await?;
    let mut run = Run {
        request,
        events,
        stop,
        document: UploadJson {
            schema: "bbsetup.upload/1".to_owned(),
            tenant: None,
            app_id: None,
            integration_id: None,
            files: files.iter().map(unsent).collect(),
            notes: Vec::new(),
            problems: Vec::new(),
        },
    };
    if let Err(problem) = run.go(services, &target, &files).await {
        run.document.problems.push(problem.into());
    }
    Ok(run.document)
}

/// Whether something was sent, by this run or an earlier one, and something is missing.
pub fn is_half_way(upload: &UploadJson) -> bool {
    let is_there = |file: &UploadedFileJson| match file.state {
        UploadStateJson::Done | UploadStateJson::AlreadyDone => true,
        UploadStateJson::Failed | UploadStateJson::NotSent => false,
    };
    upload.files.iter().any(is_there) && !upload.files.iter().all(is_there)
}

/// A file of the folder.
struct Found {
    kind: FileKind,
    path: PathBuf,
}

fn files_in(folder: &Path) -> Result<Vec<Found>, Problem> {
    if folder.is_file() {
        return Err(Problem::new(
            ProblemCode::FileNotRead,
            format!(
                "{} is a file, and the folder is asked for.",
                folder.display()
            ),
        )
        .on_field("dir"));
    }
    let there = files_of(&[folder.to_path_buf()])?;
    Ok(FileKind::ALL
        .into_iter()
        .map(|kind| Found {
            kind,
            path: folder.join(kind.file_name()),
        })
        .filter(|found| there.contains(&found.path))
        .collect())
}

fn unsent(found: &Found) -> UploadedFileJson {
    UploadedFileJson {
        name: found.kind.file_name().to_owned(),
        bytes: found.path.metadata().map_or(0, |file| file.len()),
        sha256: None,
        state: UploadStateJson::NotSent,
        attempts: 0,
    }
}

/// One run, with what is to be told of it.
struct Run<'a> {
    request: &'a UploadRequest,
    events: Events<'a>,
    stop: &'a CancellationToken,
    document: UploadJson,
}

impl Run<'_> {
    async fn go(
        &mut self,
        services: &Services,
        target: &Target,
        files: &[Found],
    ) -> Result<(), Problem> {
        let outgoing = self.read(files).await?;
        self.look_through(files).await?;
        self.begin("key", "Trying the API key");
        let destination = self.unless_stopped(target.find(services)).await??;
        let named = destination
            .tenant
            .as_deref()
            .unwrap_or("a tenant without a name");
        self.end(
            "key",
            &format!(
                "The key is {named}'s; Bitbucket's app ID is {}.",
                destination.app_id
            ),
        );
        self.document.tenant.clone_from(&destination.tenant);
        self.document.app_id = Some(destination.app_id.clone());
        self.document
            .integration_id
            .clone_from(&destination.integration);
        self.document.notes.extend(destination.note.clone());
        let place = target.place(&destination);
        let mut noted = match self.request.again {
            true => Noted::nothing(place),
            false => Noted::read(&self.request.folder, place, &mut self.document.notes),
        };
        let mut before_it_was_sent = false;
        for (at, file) in outgoing.iter().enumerate() {
            let name = file.kind.file_name();
            // Relations are looked up among the last entities, so that they follow upon new ones.
            if !before_it_was_sent && noted.holds(name, &file.fingerprint.sha256) {
                self.document.files[at].state = UploadStateJson::AlreadyDone;
                continue;
            }
            before_it_was_sent = true;
            self.send(&target.balkanid, at, file).await?;
            let kept = noted.add(
                &self.request.folder,
                name,
                &file.fingerprint.sha256,
                services.now(),
            );
            if let Err(problem) = kept {
                self.document.problems.push(problem.as_warning().into());
            }
        }
        self.document.notes.push("BalkanID publishes no way to ask what became of an upload: the storage has the files, and BalkanID reads them in its own time.".to_owned());
        Ok(())
    }

    /// Sums every file up.
    async fn read(&mut self, files: &[Found]) -> Result<Vec<Outgoing>, Problem> {
        let mut outgoing = Vec::new();
        for (at, found) in files.iter().enumerate() {
            let path = found.path.clone();
            let summed = tokio::task::spawn_blocking(move || {
                Fingerprint::of(&path).map_err(|error| not_read(&path, &error))
            });
            let fingerprint = self.unless_stopped(summed).await?.map_err(defect)??;
            let shown = &mut self.document.files[at];
            shown.bytes = fingerprint.bytes;
            shown.sha256 = Some(fingerprint.sha256.clone());
            outgoing.push(Outgoing {
                path: found.path.clone(),
                kind: found.kind,
                fingerprint,
            });
        }
        Ok(outgoing)
    }

    /// Looks through the files; those with errors are sent only where that was asked for.
    async fn look_through(&mut self, files: &[Found]) -> Result<(), Problem> {
        self.begin("validate", "Looking through the files");
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let named = paths.clone();
        let (sender, mut told) = tokio::sync::mpsc::channel::<FindingJson>(256);
        let looking = tokio::task::spawn_blocking(move || {
            validate(&paths, &mut |event| match event {
                ValidateEventJson::Problem { problem } => match sender.blocking_send(problem) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
                ValidateEventJson::Progress { .. } | ValidateEventJson::Ended { .. } => {
                    match sender.is_closed() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    }
                }
            })
        });
        let mut first_errors = FirstErrors::default();
        loop {
            let finding = tokio::select! {
                finding = told.recv() => finding,
                () = self.stop.cancelled() => return Err(stopped()),
            };
            let Some(finding) = finding else { break };
            first_errors.note(&finding);
            (self.events)(UploadEventJson::Finding { problem: finding });
        }
        let looked = looking.await.map_err(defect)??;
        self.document.notes.extend(looked.notes.iter().cloned());
        let unfit = unfit(&looked, &named, first_errors);
        match (unfit, self.request.unchecked) {
            (None, _) => {
                self.end(
                    "validate",
                    &format!("{} rows, nothing in the way.", looked.rows),
                );
                Ok(())
            }
            (Some(problem), true) => {
                self.document.problems.push(problem.as_warning().into());
                Ok(())
            }
            (Some(mut problem), false) => {
                problem.message.push_str(" Nothing was sent.");
                Err(problem)
            }
        }
    }

    /// Sends one file.
    async fn send(
        &mut self,
        balkanid: &BalkanId,
        at: usize,
        file: &Outgoing,
    ) -> Result<(), Problem> {
        let (stage, text) = match file.kind {
            FileKind::Entities => ("entities", "Sending the entities"),
            FileKind::Relations => ("relations", "Sending the entity relations"),
        };
        self.begin(stage, text);
        let name = file.kind.file_name();
        let attempts = std::sync::atomic::AtomicU32::new(0);
        let tell = |sending: Sending<'_>| match sending {
            Sending::Attempt(number) => {
                attempts.store(number, std::sync::atomic::Ordering::Relaxed)
            }
            Sending::Sent(bytes) => (self.events)(UploadEventJson::Sent {
                name: name.to_owned(),
                bytes,
                of: file.fingerprint.bytes,
            }),
            Sending::Again(problem) => (self.events)(UploadEventJson::Again {
                name: name.to_owned(),
                problem: problem.clone().into(),
            }),
        };
        let integration = self.document.integration_id.clone();
        let sent = self
            .unless_stopped(balkanid.send_file(file, integration.as_deref(), &tell))
            .await;
        let shown = &mut self.document.files[at];
        shown.attempts = attempts.load(std::sync::atomic::Ordering::Relaxed);
        // Until the storage has said so.
        shown.state = UploadStateJson::Failed;
        sent?.map_err(|NotSent { problem }| problem)?;
        shown.state = UploadStateJson::Done;
        self.end(stage, &format!("The storage took {name} as a whole."));
        Ok(())
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Problem> {
        tokio::select! {
            done = work => Ok(done),
            () = self.stop.cancelled() => Err(stopped()),
        }
    }

    fn begin(&self, stage: &str, text: &str) {
        (self.events)(UploadEventJson::Stage {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }

    fn end(&self, stage: &str, text: &str) {
        (self.events)(UploadEventJson::StageDone {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }
}

/// Why the files are not fit to be sent, if they are not.
///
/// `files` are those of a folder, each of a name that says its kind.
pub(super) fn unfit(
    looked: &ValidateJson,
    files: &[PathBuf],
    first_errors: FirstErrors,
) -> Option<Problem> {
    let mixed_up: BTreeMap<&str, &str> = looked
        .files
        .iter()
        .zip(files)
        .filter_map(|(looked, path)| {
            let kind = looked.kind.as_deref()?;
            let named = FileKind::ALL
                .into_iter()
                .find(|named| path.ends_with(named.file_name()))?;
            (kind != named.as_str()).then_some((named.file_name(), kind))
        })
        .collect();
    let message = match (mixed_up.first_key_value(), looked.errors) {
        (Some((name, kind)), _) => format!("{name} holds {kind}, by its header."),
        (None, 0) => return None,
        (None, 1) => "The files have 1 error.".to_owned(),
        (None, errors) => format!("The files have {errors} errors."),
    };
    let mut problem = Problem::new(ProblemCode::FilesUnfit, message);
    problem.severity = Severity::Error;
    problem.seen = first_errors.lines();
    Some(problem)
}

fn stopped() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "It was stopped before everything was sent.",
    )
    .with_hints(vec![
        "Give the same command again: it goes on with what is missing.".to_owned(),
    ])
}

fn defect(error: tokio::task::JoinError) -> Problem {
    Problem::new(
        ProblemCode::DefectOfThisTool,
        format!("The files could not be read: {error}."),
    )
}
