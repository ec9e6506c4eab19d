//! The commands that the window may call: take, call, convert. No decision is made here.
//!
//! The same list stands in `build.rs`, which makes a permission of each, and in
//! `ui/src/ipc/index.ts`, which calls them.

use std::path::Path;
use std::sync::Arc;

use bbsetup_setup::{CredentialSlot, Problem, ProblemCode, Secret, SecretSlot, Step};
use bbsetup_wizard::Run;
use bbsetup_wizard::commands::rotate::Replacement;
use bbsetup_wizard::commands::watch::{Notice, Patience};
use bbsetup_wizard::files::Existing;
use bbsetup_wizard::json::{
    AccessJson, AllChecksJson, AnswersJson, BundleJson, CheckEventJson, CheckJson, ConfirmedJson,
    DiagnoseJson, DraftJson, EstimateJson, ExportFormatJson, ExportJson, ExtractEventJson,
    ExtractJson, GuideJson, HomeJson, KeychainJson, PlanJson, ProblemJson, ProfileCheckEventJson,
    ProgressJson, ReadingJson, ReadingModeJson, ReadingPlaceJson, RotateJson, RouteJson, SaveJson,
    SavedBundleJson, ScimJson, StatusJson, StepAnswerJson, SubmitEventJson, SubmitJson,
    ValidateEventJson, ValidateJson,
};
use serde::Serialize;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_notification::NotificationExt;
use tokio_util::sync::CancellationToken;

use crate::clipboard::Clipboard;
use crate::progress::{KeychainWatch, UnderWay};
use crate::services;

/// What a command gives back; failures are always a list.
type Answer<T> = Result<T, Vec<ProblemJson>>;

/// Everything that the commands work with.
pub(crate) struct Door {
    pub(crate) run: Run,
    pub(crate) under_way: UnderWay,
    /// A reading takes hours; a check on another page does not stop it.
    pub(crate) reading: UnderWay,
    pub(crate) keychain: KeychainWatch,
    pub(crate) clipboard: Clipboard,
}

#[tauri::command]
pub(crate) fn home(door: State<'_, Door>) -> HomeJson {
    door.run.home()
}

#[tauri::command]
pub(crate) fn watch_keychain(door: State<'_, Door>, events: Channel<()>) {
    door.keychain.tell(events);
}

#[tauri::command]
pub(crate) async fn probe_keychain(door: State<'_, Door>) -> Answer<KeychainJson> {
    Ok(door.run.probe_keychain().await)
}

#[tauri::command]
pub(crate) fn use_memory_only(door: State<'_, Door>) -> KeychainJson {
    door.run.use_memory_only()
}

#[tauri::command]
pub(crate) fn begin(door: State<'_, Door>, workspace: Option<&str>) -> Answer<ProgressJson> {
    one(door.run.begin(workspace))
}

#[tauri::command]
pub(crate) fn resume(door: State<'_, Door>) -> Answer<ProgressJson> {
    one(door.run.resume())
}

#[tauri::command]
pub(crate) fn progress(door: State<'_, Door>) -> ProgressJson {
    door.run.progress()
}

#[tauri::command]
pub(crate) fn discard(door: State<'_, Door>) -> Answer<HomeJson> {
    one(door.run.discard())
}

#[tauri::command]
pub(crate) fn guide(door: State<'_, Door>, step: &str) -> Answer<GuideJson> {
    Ok(door.run.guide(known(step, Step::named)?))
}

#[tauri::command]
pub(crate) async fn answer(
    door: State<'_, Door>,
    step: String,
    draft: DraftJson,
) -> Answer<StepAnswerJson> {
    let step = known(&step, Step::named)?;
    Ok(door.run.answer_and_look(step, draft).await)
}

#[tauri::command]
pub(crate) fn keep(door: State<'_, Door>, step: &str, draft: DraftJson) -> Answer<StepAnswerJson> {
    Ok(door.run.keep_typed(known(step, Step::named)?, draft))
}

#[tauri::command]
pub(crate) fn hold_secret(
    door: State<'_, Door>,
    slot: &str,
    secret: String,
) -> Answer<StepAnswerJson> {
    let secret = Secret::new(secret);
    Ok(door
        .run
        .hold_secret(known(slot, SecretSlot::named)?, &secret))
}

#[tauri::command]
pub(crate) fn drop_secret(door: State<'_, Door>, slot: &str) -> Answer<ProgressJson> {
    Ok(door.run.drop_secret(known(slot, SecretSlot::named)?))
}

#[tauri::command]
pub(crate) async fn check(
    door: State<'_, Door>,
    slots: Vec<String>,
    events: Channel<CheckEventJson>,
) -> Answer<CheckJson> {
    let slots = slots
        .iter()
        .map(|slot| known(slot, CredentialSlot::named))
        .collect::<Answer<Vec<_>>>()?;
    let stop = door.under_way.begin();
    let checked = door.run.check(&slots, &told(events), &stop).await;
    Ok(checked.json)
}

#[tauri::command]
pub(crate) async fn check_scim(
    door: State<'_, Door>,
    events: Channel<CheckEventJson>,
) -> Answer<ScimJson> {
    let stop = door.under_way.begin();
    Ok(door.run.check_scim(&told(events), &stop).await.json)
}

#[tauri::command]
pub(crate) async fn look_through_files(
    door: State<'_, Door>,
    events: Channel<ValidateEventJson>,
) -> Answer<ValidateJson> {
    let stop = door.under_way.begin();
    one(door.run.look_through_files(&told(events), &stop).await)
}

#[tauri::command]
pub(crate) fn cancel(door: State<'_, Door>) {
    door.under_way.stop();
}

#[tauri::command]
pub(crate) fn answers(door: State<'_, Door>) -> AnswersJson {
    door.run.answers()
}

#[tauri::command]
pub(crate) async fn save(door: State<'_, Door>) -> Answer<SaveJson> {
    all(door.run.save().await)
}

#[tauri::command]
pub(crate) async fn plan(door: State<'_, Door>, confirmed: ConfirmedJson) -> Answer<PlanJson> {
    all(door.run.plan(&confirmed).await)
}

#[tauri::command]
pub(crate) async fn submit(
    app: AppHandle,
    door: State<'_, Door>,
    route: RouteJson,
    confirmed: ConfirmedJson,
    events: Channel<SubmitEventJson>,
) -> Answer<SubmitJson> {
    let stop = door.under_way.begin();
    let patience = Patience::default();
    let submitted = door
        .run
        .submit(route, &confirmed, patience, &told(events), &stop)
        .await;
    notify(&app, door.run.notice());
    all(submitted)
}

/// Tells somebody who looks at something else. A desktop that shows no notices loses nothing: the
/// window shows the same.
fn notify(app: &AppHandle, notice: Option<Notice>) {
    if let Some(Notice { title, body }) = notice {
        let _shown = app.notification().builder().title(title).body(body).show();
    }
}

#[tauri::command]
pub(crate) async fn copy_field(door: State<'_, Door>, field: String) -> Answer<()> {
    let (value, is_secret) = all(door.run.form_value(&field).await)?;
    one(match is_secret {
        true => door.clipboard.copy_secret(value),
        false => door.clipboard.copy(value.expose()),
    })
}

#[tauri::command]
pub(crate) fn copy_text(door: State<'_, Door>, text: &str) -> Answer<()> {
    one(door.clipboard.copy(text))
}

#[tauri::command]
pub(crate) fn suggested_path(
    door: State<'_, Door>,
    workspace: Option<&str>,
    format: ExportFormatJson,
) -> String {
    let path = door
        .run
        .suggested_path(workspace, format, &services::documents());
    path.display().to_string()
}

#[tauri::command]
pub(crate) async fn export(
    door: State<'_, Door>,
    workspace: Option<String>,
    format: ExportFormatJson,
    path: String,
    overwrite: bool,
    passphrase: Option<String>,
) -> Answer<ExportJson> {
    let existing = match overwrite {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let passphrase = passphrase.map(Secret::new);
    all(door
        .run
        .export(
            workspace.as_deref(),
            format,
            Path::new(path.trim()),
            existing,
            passphrase,
        )
        .await)
}

#[tauri::command]
pub(crate) fn open_link(door: State<'_, Door>, url: &str) -> Answer<()> {
    let page = one(door.run.page(url))?;
    one(opener::open_browser(page.as_str()).map_err(|error| {
        Problem::new(
            ProblemCode::DesktopRefused,
            format!("No browser opened {page}."),
        )
        .with_causes(&error)
    }))
}

#[tauri::command]
pub(crate) async fn forget(door: State<'_, Door>, workspace: String) -> Answer<HomeJson> {
    one(door.run.forget(&workspace).await)
}

#[tauri::command]
pub(crate) async fn check_profile(
    door: State<'_, Door>,
    workspace: String,
    events: Channel<CheckEventJson>,
) -> Answer<CheckJson> {
    let stop = door.under_way.begin();
    all(door
        .run
        .check_profile(&workspace, &told(events), &stop)
        .await)
}

#[tauri::command]
pub(crate) async fn check_all(
    door: State<'_, Door>,
    events: Channel<ProfileCheckEventJson>,
) -> Answer<AllChecksJson> {
    let stop = door.under_way.begin();
    Ok(door.run.check_all(&told(events), &stop).await)
}

#[tauri::command]
pub(crate) async fn rotate(
    door: State<'_, Door>,
    workspace: String,
    slot: String,
    secret: String,
    expires: Option<String>,
    events: Channel<CheckEventJson>,
) -> Answer<RotateJson> {
    let replacement = Replacement {
        slot: known(&slot, CredentialSlot::named)?,
        pasted: Secret::new(secret),
        expires,
    };
    let stop = door.under_way.begin();
    let rotated = door
        .run
        .rotate(&workspace, replacement, &told(events), &stop)
        .await;
    all(rotated.map(|rotated| rotated.json))
}

#[tauri::command]
pub(crate) async fn undo_rotation(
    door: State<'_, Door>,
    workspace: String,
    slot: String,
) -> Answer<HomeJson> {
    let slot = known(&slot, CredentialSlot::named)?;
    one(door.run.undo_rotation(&workspace, slot).await)
}

#[tauri::command]
pub(crate) async fn drop_previous(
    door: State<'_, Door>,
    workspace: String,
    slot: String,
) -> Answer<HomeJson> {
    let slot = known(&slot, CredentialSlot::named)?;
    one(door.run.drop_previous(&workspace, slot).await)
}

#[tauri::command]
pub(crate) fn set_expiry(
    door: State<'_, Door>,
    workspace: &str,
    slot: &str,
    expires: Option<&str>,
) -> Answer<HomeJson> {
    let slot = known(slot, CredentialSlot::named)?;
    one(door.run.set_expiry(workspace, slot, expires))
}

#[tauri::command]
pub(crate) async fn status(door: State<'_, Door>, workspace: String) -> Answer<StatusJson> {
    all(door.run.status(&workspace).await)
}

#[tauri::command]
pub(crate) async fn watch_on(
    app: AppHandle,
    door: State<'_, Door>,
    workspace: String,
    events: Channel<SubmitEventJson>,
) -> Answer<StatusJson> {
    // Nobody stops it: it ends by itself, and goes on at the next start.
    let stop = CancellationToken::new();
    let watched = door
        .run
        .watch_on(&workspace, Patience::default(), &told(events), &stop)
        .await;
    let ended = watched.as_ref().map_err(Vec::as_slice);
    notify(&app, Notice::of(&workspace, ended));
    all(watched)
}

#[tauri::command]
pub(crate) async fn diagnose(door: State<'_, Door>) -> Answer<DiagnoseJson> {
    Ok(door.run.diagnose(services::surroundings()).await)
}

#[tauri::command]
pub(crate) fn diagnose_bundle(door: State<'_, Door>, with_emails: bool) -> Answer<BundleJson> {
    one(door.run.bundle(with_emails, &services::documents()))
}

#[tauri::command]
pub(crate) fn diagnose_save(
    door: State<'_, Door>,
    path: &str,
    with_emails: bool,
    overwrite: bool,
) -> Answer<SavedBundleJson> {
    let existing = match overwrite {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    one(door
        .run
        .save_bundle(with_emails, Path::new(path.trim()), existing))
}

#[tauri::command]
pub(crate) async fn reading_place(
    door: State<'_, Door>,
    profile: Option<String>,
    folder: Option<String>,
) -> Answer<ReadingPlaceJson> {
    all(door
        .run
        .reading_place(profile.as_deref(), folder.as_deref())
        .await)
}

#[tauri::command]
pub(crate) async fn estimate(
    door: State<'_, Door>,
    profile: Option<String>,
    mode: ReadingModeJson,
) -> Answer<EstimateJson> {
    let stop = door.reading.begin();
    Ok(door.run.estimate(profile.as_deref(), mode, &stop).await)
}

#[tauri::command]
pub(crate) async fn extract(
    door: State<'_, Door>,
    profile: Option<String>,
    reading: ReadingJson,
    events: Channel<ExtractEventJson>,
) -> Answer<ExtractJson> {
    let stop = door.reading.begin();
    let events = Arc::new(told(events));
    Ok(door
        .run
        .extract(profile.as_deref(), &reading, events, &stop)
        .await)
}

#[tauri::command]
pub(crate) fn stop_reading(door: State<'_, Door>) {
    door.reading.stop();
}

#[tauri::command]
pub(crate) async fn access(door: State<'_, Door>, folder: String) -> Answer<AccessJson> {
    one(door.run.access(&folder).await)
}

/// Hands events on to the page; one that has gone needs none.
fn told<T: Serialize + Send + Sync>(events: Channel<T>) -> impl Fn(T) + Send + Sync {
    move |event| drop(events.send(event))
}

/// The step or slot of a name that the window sent.
fn known<T>(name: &str, named: impl Fn(&str) -> Option<T>) -> Answer<T> {
    one(named(name).ok_or_else(|| {
        Problem::new(
            ProblemCode::DefectOfThisTool,
            "The window asked for something that the program does not know.",
        )
    }))
}

fn one<T>(result: Result<T, Problem>) -> Answer<T> {
    result.map_err(|problem| vec![problem.into()])
}

fn all<T>(result: Result<T, Vec<Problem>>) -> Answer<T> {
    result.map_err(|problems| problems.into_iter().map(Into::into).collect())
}
