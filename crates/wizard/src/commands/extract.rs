//! Reading a workspace into BalkanID's CSV files.

mod output;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bbsetup_bitbucket::{Credential, Given, Target};
use bbsetup_extract::{
    Begun, Budget, Ended, Event, Identity, Mode, Outcome, Plan, Progress, Store, StoreError, read,
};
use bbsetup_http::Limits;
use bbsetup_setup::{CredentialSlot, Problem, ProblemCode, WorkspaceId};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub(crate) use output::incomplete_reading;

use crate::files::{make_folder, not_written};
use crate::inputs::{Inputs, Place};
use crate::json::{
    EntityCountsJson, ExtractEventJson, ExtractJson, GapJson, ProblemJson, ReadingPlaceJson,
    ReadingProgressJson, ReadingStateJson, RelationCountsJson,
};
use crate::services::Services;

/// The checkpoint's name in the folder.
const CHECKPOINT: &str = "checkpoint.sqlite";
/// The most requests at once, where nothing else is asked for.
pub const IN_FLIGHT: usize = 8;

/// What is asked of a reading.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The folder to write into; it is made where it is not there.
    pub folder: PathBuf,
    /// What is read of who may do what.
    pub mode: Mode,
    /// The most requests at once.
    pub in_flight: usize,
    /// How many requests may be made.
    pub budget: Budget,
    /// The longest wait for a rate limit; longer ones stop the reading.
    pub max_wait: Duration,
    /// Whether to write a second copy for spreadsheets.
    pub spreadsheet_safe: bool,
    /// Whether to begin anew where an earlier reading stopped half-way.
    pub afresh: bool,
    /// Whether to write over files that are of no reading.
    pub force: bool,
}

/// What is told while a workspace is read.
pub type Events = Arc<dyn Fn(ExtractEventJson) + Send + Sync>;

/// Reads a workspace into `entities.csv`, `entity_relations.csv` and `manifest.json` of a folder, going
/// on where an earlier run stopped. The files are written once everything was asked.
///
/// Whatever stops it is among the `problems` of what it gives.
pub async fn extract(
    services: &Services,
    inputs: &Inputs,
    reading: &Reading,
    events: Events,
    stop: &CancellationToken,
) -> ExtractJson {
    let started = Instant::now();
    let mut extract = match Source::prepare(services, inputs).await {
        Ok(source) => {
            let (services, reading) = (services.clone(), reading.clone());
            let (told, stop) = (events.clone(), stop.clone());
            let workspace = source.target.workspace.clone();
            let folder = reading.folder.clone();
            let mode = reading.mode;
            // It writes to the disk between answers, and so has a thread of its own.
            let on_a_thread = tokio::task::spawn_blocking(move || {
                on_this_thread(&services, &source, &reading, &told, &stop)
            });
            on_a_thread.await.unwrap_or_else(|error| {
                let problem = Problem::new(
                    ProblemCode::DefectOfThisTool,
                    format!("The reading broke off: {error}."),
                );
                nothing(&workspace.to_string(), &folder, mode, vec![problem])
            })
        }
        Err(problems) => {
            let typed = inputs.draft.workspace.clone().unwrap_or_default();
            let workspace = inputs
                .place()
                .map_or(typed, |place| place.workspace.to_string());
            nothing(&workspace, &reading.folder, reading.mode, problems)
        }
    };
    extract.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    events(ExtractEventJson::Finished {
        extract: Box::new(extract.clone()),
    });
    extract
}

/// Where a workspace is read, and by whom.
pub(super) struct Source {
    pub(super) target: Target,
    pub(super) credentials: Vec<Credential>,
    /// What is wrong with a credential that another stands in for.
    pub(super) warnings: Vec<Problem>,
}

impl Source {
    pub(super) async fn prepare(
        services: &Services,
        inputs: &Inputs,
    ) -> Result<Self, Vec<Problem>> {
        let Place { workspace, api_url } = inputs.place()?;
        // Repeats and waits are the reading's own: it knows what else there is to ask.
        let limits = Limits {
            retries: 0,
            retry_budget: 0,
            max_wait: Duration::ZERO,
            ..services.limits
        };
        let client = services
            .client_within(limits)
            .map_err(|problem| vec![problem])?;
        let mut credentials = Vec::new();
        let mut missing = Vec::new();
        for slot in CredentialSlot::ALL {
            match inputs.given(slot, &workspace, &services.vault).await {
                Given::Credential(credential) => credentials.push(credential),
                Given::Nothing(_, problem) => missing.push(problem),
            }
        }
        if credentials.is_empty() {
            return Err(missing);
        }
        // One of the two is enough to begin; that it is not there tells itself where it is needed.
        missing.retain(|problem| problem.code != ProblemCode::ValueMissing);
        let clock = services.clock.clone();
        Ok(Self {
            target: Target {
                client,
                api_url,
                workspace,
                expiries: inputs.draft.expiries(),
                clock: Arc::new(move || clock().as_second()),
            },
            credentials,
            warnings: missing.into_iter().map(Problem::as_warning).collect(),
        })
    }
}

fn on_this_thread(
    services: &Services,
    source: &Source,
    reading: &Reading,
    events: &Events,
    stop: &CancellationToken,
) -> ExtractJson {
    let workspace = source.target.workspace.to_string();
    let failed =
        |problem: Problem| nothing(&workspace, &reading.folder, reading.mode, vec![problem]);
    let (mut store, begun) = match open(services, source, reading) {
        Ok(opened) => opened,
        Err(problem) => return failed(problem),
    };
    events(ExtractEventJson::Started {
        resumed: begun.resumed,
        began_at: moment(begun.began_at),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return failed(Problem::new(
                ProblemCode::DefectOfThisTool,
                format!("The reading could not be started: {error}."),
            ));
        }
    };
    let plan = Plan {
        target: &source.target,
        credentials: &source.credentials,
        in_flight: reading.in_flight,
        budget: reading.budget,
        max_wait: reading.max_wait,
    };
    let began = Instant::now();
    let mut tell = |event: Event| {
        events(match event {
            Event::Progress(progress) => ExtractEventJson::Progress {
                progress: progress_json(&progress, began.elapsed()),
            },
            Event::Waiting {
                until,
                wait,
                reason,
            } => ExtractEventJson::Waiting {
                until: moment(until),
                seconds: wait.as_secs(),
                reason,
            },
        });
    };
    let outcome = runtime.block_on(read(&plan, &mut store, &mut tell, stop));
    if matches!(outcome.ended, Ended::Read) {
        events(ExtractEventJson::Writing);
    }
    let extract = ended(source, reading, &mut store, begun, outcome);
    if !extract.resumable && extract.files.is_empty() {
        // Nothing was read that could be gone on with.
        drop(store);
        let _nothing_lost = std::fs::remove_file(reading.folder.join(CHECKPOINT));
    }
    extract
}

fn open(
    services: &Services,
    source: &Source,
    reading: &Reading,
) -> Result<(Store, Begun), Problem> {
    let folder = &reading.folder;
    make_folder(folder)?;
    let path = folder.join(CHECKPOINT);
    if !reading.force && !path.exists() {
        output::refuse_foreign(folder)?;
    }
    let identity = Identity {
        workspace: source.target.workspace.to_string(),
        api: source.target.api_url.to_string(),
        mode: reading.mode,
    };
    let not_kept = |error: StoreError| not_kept(&path, &error);
    let mut store = Store::open(&path).map_err(not_kept)?;
    let begun = store
        .begin(&identity, reading.afresh, services.now().as_second())
        .map_err(not_kept)?;
    Ok((store, begun))
}

/// The document of a run that has ended, with its files where everything was asked.
fn ended(
    source: &Source,
    reading: &Reading,
    store: &mut Store,
    begun: Begun,
    outcome: Outcome,
) -> ExtractJson {
    let workspace = &source.target.workspace;
    let mut extract = nothing(
        &workspace.to_string(),
        &reading.folder,
        reading.mode,
        source.warnings.clone(),
    );
    let Outcome {
        ended,
        retries,
        waited,
        refused,
    } = outcome;
    extract.resumed = begun.resumed;
    extract.began_at = moment(begun.began_at);
    extract.requests = u64::from(source.target.client.sent());
    extract.retries = retries;
    // To the nearest, since a wait of a second is begun while others are still under way.
    extract.waited_seconds = (waited + Duration::from_millis(500)).as_secs();
    if matches!(ended, Ended::Read) {
        let refused = refused.into_iter().map(Problem::as_warning);
        extract.problems.extend(refused.map(ProblemJson::from));
        extract
            .problems
            .extend(empty(store, workspace).map(ProblemJson::from));
    }
    let path = reading.folder.join(CHECKPOINT);
    let written = counted(store, &mut extract)
        .map_err(|error| not_kept(&path, &error))
        .and_then(|()| match ended {
            Ended::Read => output::write(reading, store, &mut extract),
            Ended::Stopped(problem) => Err(*problem),
            Ended::NotKept(error) => Err(not_kept(&path, &error)),
        });
    if let Err(problem) = written {
        extract.complete = false;
        extract.resumable = extract.entities.workspace > 0;
        extract.problems.push(problem.into());
    }
    extract
}

/// The warning that everything was read, and that it was nothing.
fn empty(store: &Store, workspace: &WorkspaceId) -> Option<Problem> {
    let is_empty = store.entities().is_ok_and(|counts| counts.repository == 0);
    is_empty.then(|| {
        Problem::new(
            ProblemCode::EmptyResult,
            format!("Bitbucket shows no repository in {workspace}."),
        )
        .as_warning()
    })
}

/// Takes over what the checkpoint holds.
fn counted(store: &Store, extract: &mut ExtractJson) -> Result<(), StoreError> {
    extract.entities = store.entities()?.into();
    extract.relations = store.relations()?.into();
    extract.gaps = store.gaps()?.into_iter().map(GapJson::from).collect();
    extract.vanished = store.vanished()?;
    Ok(())
}

/// A document of a run that has read nothing.
pub(crate) fn nothing(
    workspace: &str,
    folder: &Path,
    mode: Mode,
    problems: Vec<Problem>,
) -> ExtractJson {
    ExtractJson {
        schema: "bbsetup.extract/1".to_owned(),
        workspace: workspace.to_owned(),
        folder: folder.display().to_string(),
        mode: mode.into(),
        complete: false,
        entities: EntityCountsJson::default(),
        relations: RelationCountsJson::default(),
        requests: 0,
        retries: 0,
        waited_seconds: 0,
        resumed: false,
        began_at: String::new(),
        elapsed_ms: 0,
        gaps: Vec::new(),
        vanished: Vec::new(),
        files: Vec::new(),
        resumable: false,
        problems: problems.into_iter().map(ProblemJson::from).collect(),
    }
}

fn progress_json(progress: &Progress, elapsed: Duration) -> ReadingProgressJson {
    let Progress {
        stages,
        requests,
        requests_left,
        retries,
        in_flight,
        hourly_limit,
        hourly_left,
    } = progress;
    ReadingProgressJson {
        stages: stages.iter().copied().map(Into::into).collect(),
        requests: *requests,
        requests_left: *requests_left,
        retries: *retries,
        in_flight: *in_flight,
        hourly_limit: *hourly_limit,
        hourly_left: *hourly_left,
        seconds_left: seconds_left(progress, elapsed),
    }
}

/// How long what is left takes: at the speed so far where it fits into the hour, else at the limit's.
fn seconds_left(progress: &Progress, elapsed: Duration) -> Option<u64> {
    /// Fewer requests than these tell of no speed.
    const TELLING: u64 = 10;
    let left = progress.requests_left;
    match (progress.hourly_limit, progress.hourly_left) {
        (Some(limit), Some(hourly_left)) if left > u64::from(hourly_left) => {
            Some((left * 3600).div_ceil(u64::from(limit.max(1))))
        }
        _ if progress.requests < TELLING => None,
        _ => {
            let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            Some((left.saturating_mul(elapsed) / progress.requests).div_ceil(1000))
        }
    }
}

/// The problem of a checkpoint that cannot be used.
pub(super) fn not_kept(path: &Path, error: &StoreError) -> Problem {
    let shown = path.display();
    let code = match error {
        StoreError::Full(_) | StoreError::Taken | StoreError::Failed(_) => {
            ProblemCode::FileNotWritten
        }
        StoreError::Damaged(_) => ProblemCode::FileNotRead,
        StoreError::OtherReading(_) => ProblemCode::FileExists,
    };
    if let StoreError::Failed(source) = error
        && let Some(error) = source.downcast_ref::<std::io::Error>()
    {
        return not_written(path, error);
    }
    let problem = match error {
        StoreError::Taken => Problem::new(code, format!("{shown} cannot be used: {error}."))
            .with_hints(vec![
                "Let the other one end, or close it; then do this again.".to_owned(),
            ]),
        StoreError::OtherReading(_) => Problem::new(code, format!("{shown} was left as it is: {error}."))
            .with_hints(vec![
                "Choose another folder, or begin anew in this one (in the terminal: --afresh); what it holds of the other is then lost.".to_owned(),
            ]),
        StoreError::Damaged(_) => Problem::new(code, format!("{shown} cannot be used: {error}."))
            .with_hints(vec![
                "It is damaged, or of another version of this program. Delete it, and the workspace is read from the beginning.".to_owned(),
            ]),
        StoreError::Full(_) | StoreError::Failed(_) => {
            Problem::new(code, format!("{shown} could not be written: {error}."))
        }
    };
    problem.with_causes(error).on_field("out")
}

/// A moment in UTC.
pub(super) fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// The folder that is offered for a workspace.
pub(crate) fn offered_folder(services: &Services, workspace: &WorkspaceId) -> PathBuf {
    // A uuid's braces are trouble in a shell.
    let name = workspace.as_str().replace(['{', '}'], "");
    services.home.join("readings").join(name)
}

/// What a folder holds of a reading of a workspace.
pub(crate) fn reading_in(
    workspace: &WorkspaceId,
    folder: &Path,
) -> Result<ReadingPlaceJson, Problem> {
    let path = checkpoint(folder);
    let look = Store::look(&path).map_err(|error| not_kept(&path, &error))?;
    let look = look.filter(|look| look.identity.workspace == workspace.as_str());
    Ok(ReadingPlaceJson {
        workspace: workspace.to_string(),
        folder: folder.display().to_string(),
        state: match &look {
            None => ReadingStateJson::Nothing,
            Some(look) if look.ended => ReadingStateJson::Done,
            Some(_) => ReadingStateJson::Unfinished,
        },
        mode: look.as_ref().map(|look| look.identity.mode.into()),
        began_at: look.map(|look| moment(look.began_at)),
    })
}

/// The checkpoint's path in a folder.
pub(super) fn checkpoint(folder: &Path) -> PathBuf {
    folder.join(CHECKPOINT)
}
