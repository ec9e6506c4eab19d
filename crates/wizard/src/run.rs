//! One person at one set-up: what was answered, which secrets are held, where it stands.
//!
//! The window and `bbsetup setup` both go through this, so that both doors ask, keep and tell the
//! same. What was typed is kept after every answer; a secret is kept in this process alone until it
//! is saved to the keychain.

mod look;
mod progress;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bbsetup_setup::draft::{
    read_account, read_api_url, read_balkanid_public_url, read_balkanid_url, read_owner,
    read_primary_owner, read_workspace,
};
use bbsetup_setup::{
    CredentialSlot, Draft, Owner, Problem, ProblemCode, Report, Secret, SecretSlot, Step,
    WorkspaceId, guide,
};
use bbsetup_vault::{Vault, VaultKind};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::commands::evidence::{self, About};
use crate::commands::export::{self, Configuration, Sealed};
use crate::commands::submit::Submission;
use crate::commands::watch::{Patience, Tenant};
use crate::commands::{check, forget, save};
use crate::files::Existing;
use crate::home::{Home, SavedProfile, SavedProgress};
use crate::inputs::{Inputs, missing_secret, read_secret};
use crate::json::{
    AnswersJson, CheckEventJson, CheckJson, DraftJson, ExportFormatJson, ExportJson, GuideJson,
    HomeJson, KeyNamesJson, KeychainJson, PlanJson, ProblemJson, ProfileJson, ProgressJson,
    RouteJson, SaveJson, SeverityJson, StatusJson, StepAnswerJson, SubmitEventJson, SubmitJson,
    VerdictJson,
};
use crate::practice::Practice;
use crate::services::Services;

/// One person at one set-up.
pub struct Run {
    services: Services,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    draft: Draft,
    held: BTreeMap<SecretSlot, Held>,
    in_keychain: BTreeSet<SecretSlot>,
    current: Option<Step>,
    memory: Option<Vault>,
    proved: bool,
    report: Option<(CheckJson, Option<Report>)>,
    submitted: Option<SubmitJson>,
    status: Option<StatusJson>,
}

/// A secret that was pasted.
struct Held {
    secret: Secret,
    since: Timestamp,
}

impl Run {
    /// A run in which nothing has been answered yet.
    pub fn new(services: Services) -> Self {
        Self {
            services,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn home_folder(&self) -> Home {
        Home::new(&self.services.home)
    }

    /// The world, with the vault that the person chose.
    pub fn services(&self) -> Services {
        let mut services = self.services.clone();
        if let Some(memory) = &self.state().memory {
            services.vault = memory.clone();
        }
        services
    }

    /// What the door opens with.
    pub fn home(&self) -> HomeJson {
        let home = self.home_folder();
        let (profiles, mut problems) = home.profiles();
        let unfinished = home.progress().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        HomeJson {
            version: self.services.version.to_owned(),
            practice: self.services.practice.as_ref().map(Practice::json),
            keychain: self.keychain(None),
            unfinished: unfinished.map(|saved| {
                let mut state = State {
                    draft: saved.draft.into(),
                    ..State::default()
                };
                state.current = Step::named(&saved.current);
                progress::of(&state)
            }),
            profiles: profiles.into_iter().map(profile_card).collect(),
            home_folder: home.folder().display().to_string(),
            problems: problems.into_iter().map(Into::into).collect(),
        }
    }

    fn keychain(&self, problem: Option<Problem>) -> KeychainJson {
        let services = self.services();
        let state = self.state();
        KeychainJson {
            store: services.vault.store_name().to_owned(),
            proved: state.proved,
            memory_only: services.vault.kind() == VaultKind::Memory,
            problem: problem.map(Into::into),
        }
    }

    /// Proves the keychain by a write, a read and a delete.
    pub async fn probe_keychain(&self) -> KeychainJson {
        let problem = self
            .services()
            .vault
            .probe()
            .await
            .err()
            .map(|error| error.problem());
        self.state().proved = problem.is_none();
        self.keychain(problem)
    }

    /// Goes on without a keychain: for this process only.
    pub fn use_memory_only(&self) -> KeychainJson {
        {
            let mut state = self.state();
            state.memory = Some(Vault::memory());
            state.proved = true;
        }
        self.keychain(None)
    }

    /// Begins a set-up, or opens a finished one to be changed.
    ///
    /// # Errors
    /// The profile cannot be read.
    pub fn begin(&self, workspace: Option<&str>) -> Result<ProgressJson, Problem> {
        let profile = match workspace {
            Some(workspace) => self
                .home_folder()
                .profile(&read_workspace(Some(workspace))?)?,
            None => None,
        };
        let mut state = self.state();
        let (memory, proved) = (state.memory.take(), state.proved);
        *state = State {
            memory,
            proved,
            ..State::default()
        };
        match profile {
            Some(profile) => {
                state.in_keychain = saved_slots(&profile);
                state.draft = profile.draft.into();
            }
            None => {
                let practice = self.services.practice.as_ref();
                state.draft = practice.map(Practice::draft).unwrap_or_default();
            }
        }
        state.current = Some(Step::ServiceAccount);
        Ok(progress::of(&state))
    }

    /// Goes on with the set-up that was begun in an earlier run, or in this one.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn resume(&self) -> Result<ProgressJson, Problem> {
        let mut state = self.state();
        if state.current.is_none() {
            let saved = self.home_folder().progress()?.ok_or_else(|| {
                Problem::new(
                    ProblemCode::ValueMissing,
                    "There is no unfinished set-up to go on with.",
                )
            })?;
            state.current = Step::named(&saved.current);
            state.draft = saved.draft.into();
            let known = read_workspace(state.draft.workspace.as_deref())
                .ok()
                .and_then(|workspace| self.home_folder().profile(&workspace).ok().flatten());
            state.in_keychain = known
                .map(|profile| saved_slots(&profile))
                .unwrap_or_default();
        }
        Ok(progress::of(&state))
    }

    /// Forgets the set-up that was begun; what stands in the keychain stays.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn discard(&self) -> Result<HomeJson, Problem> {
        self.home_folder().drop_progress()?;
        {
            let mut state = self.state();
            let (memory, proved) = (state.memory.take(), state.proved);
            *state = State {
                memory,
                proved,
                ..State::default()
            };
        }
        Ok(self.home())
    }

    /// Where the set-up stands.
    pub fn progress(&self) -> ProgressJson {
        progress::of(&self.state())
    }

    /// What a step says.
    pub fn guide(&self, step: Step) -> GuideJson {
        let workspace = read_workspace(self.state().draft.workspace.as_deref()).ok();
        let pages = self.services.pages(workspace.as_ref());
        guide::guide(step, workspace.as_ref(), &pages).into()
    }

    /// A page that may be opened in the person's own browser.
    ///
    /// # Errors
    /// `address_not_allowed`: it is on none of the hosts whose pages the guides name.
    pub fn page(&self, address: &str) -> Result<String, Problem> {
        let practice = self.services.practice.as_ref();
        guide::page(address, practice.map(|practice| &practice.bitbucket))
            .map(Into::into)
            .ok_or_else(|| {
                Problem::new(
                    ProblemCode::AddressNotAllowed,
                    "This page is none of those that the program opens.",
                )
            })
    }

    /// Takes the answer to a step: what was typed is kept, also where it cannot be read.
    pub fn answer(&self, step: Step, draft: DraftJson) -> StepAnswerJson {
        let draft = Draft::from(without_secrets(draft));
        let mut problems = problems_of(step, &draft);
        let mut state = self.state();
        let before = read_workspace(state.draft.workspace.as_deref()).ok();
        let now = read_workspace(draft.workspace.as_deref()).ok();
        if before != now {
            // Another workspace has other secrets in the keychain.
            let profile =
                now.and_then(|workspace| self.home_folder().profile(&workspace).ok().flatten());
            state.in_keychain = profile
                .map(|profile| saved_slots(&profile))
                .unwrap_or_default();
            state.report = None;
        }
        state.draft = draft;
        if problems.is_empty() {
            state.current = next_step(step);
        } else {
            state.current = Some(step);
        }
        problems.extend(self.keep(&state).err());
        StepAnswerJson {
            progress: progress::of(&state),
            problems: problems.into_iter().map(Into::into).collect(),
            seen: None,
        }
    }

    /// Takes the answer to a step, and looks at what it names: says what was seen.
    pub async fn answer_and_look(&self, step: Step, draft: DraftJson) -> StepAnswerJson {
        let mut answer = self.answer(step, draft);
        let stands_in_the_way = |problem: &ProblemJson| problem.severity == SeverityJson::Error;
        if answer.problems.iter().any(stands_in_the_way) {
            return answer;
        }
        match look::at(step, &self.services, &self.inputs()).await {
            Ok(seen) => answer.seen = seen,
            Err(problem) => {
                let problem = ProblemJson::from(problem);
                if stands_in_the_way(&problem) {
                    self.state().current = Some(step);
                    answer.progress = self.progress();
                }
                answer.problems.push(problem);
            }
        }
        answer
    }

    /// Takes a pasted secret into this process.
    pub fn hold_secret(&self, slot: SecretSlot, pasted: &Secret) -> StepAnswerJson {
        let read = read_secret(slot, pasted);
        let mut state = self.state();
        let problems = match read {
            Ok(secret) => {
                state.held.insert(
                    slot,
                    Held {
                        secret,
                        since: self.services.now(),
                    },
                );
                state.report = None;
                Vec::new()
            }
            Err(problem) => vec![problem],
        };
        StepAnswerJson {
            progress: progress::of(&state),
            problems: problems.into_iter().map(Into::into).collect(),
            seen: None,
        }
    }

    /// Drops a secret that was pasted; what stands in the keychain stays.
    pub fn drop_secret(&self, slot: SecretSlot) -> ProgressJson {
        let mut state = self.state();
        state.held.remove(&slot);
        progress::of(&state)
    }

    /// The values and secrets so far.
    pub fn inputs(&self) -> Inputs {
        let state = self.state();
        Inputs {
            draft: state.draft.clone(),
            secrets: state
                .held
                .iter()
                .map(|(slot, held)| (*slot, held.secret.clone()))
                .collect(),
        }
    }

    /// Checks the given slots; a check of both is remembered as the report.
    pub async fn check(
        &self,
        slots: &[CredentialSlot],
        events: &(dyn Fn(CheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> check::Checked {
        let checked = check::check(&self.services(), &self.inputs(), slots, events, stop).await;
        if slots.len() == CredentialSlot::ALL.len() {
            self.state().report = Some((checked.json.clone(), checked.report.clone()));
        }
        checked
    }

    /// The page "Check your answers".
    pub fn answers(&self) -> AnswersJson {
        progress::answers(&self.state())
    }

    /// Saves the secrets to the keychain.
    ///
    /// # Errors
    /// What is wrong with the values or with the keychain.
    pub async fn save(&self) -> Result<SaveJson, Vec<Problem>> {
        let report = self
            .state()
            .report
            .as_ref()
            .and_then(|(_, report)| report.clone());
        let saved = save::save(&self.services(), &self.inputs(), report.as_ref()).await?;
        let mut state = self.state();
        let slots: Vec<SecretSlot> = state.held.keys().copied().collect();
        if state.memory.is_none() {
            state.in_keychain.extend(slots);
        }
        Ok(saved)
    }

    /// What would be written to BalkanID.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn plan(&self, keys: Option<&KeyNamesJson>) -> Result<PlanJson, Vec<Problem>> {
        let services = self.services();
        let submission = Submission::prepare(&services, &self.inputs(), Owner::Required).await?;
        Ok(submission.plan(&services, keys).await)
    }

    /// Saves, submits by the given route, and watches until the sync ends.
    ///
    /// On the assisted route nothing is written; the status is watched where there is a key.
    pub async fn submit(
        &self,
        route: RouteJson,
        keys: Option<&KeyNamesJson>,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<SubmitJson, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        events(SubmitEventJson::Stage {
            stage: "keychain".to_owned(),
            text: "Saving the secrets to the keychain".to_owned(),
        });
        let saved = self.save().await?;
        events(SubmitEventJson::StageDone {
            stage: "keychain".to_owned(),
            text: format!(
                "{} saved to {}.",
                count(saved.saved.len(), "secret"),
                saved.store
            ),
        });
        let services = self.services();
        let submission = Submission::prepare(&services, &self.inputs(), Owner::Required).await?;
        let submitted = match route {
            RouteJson::Api => submission
                .submit(&services, keys, patience, events)
                .await
                .map_err(one)?,
            RouteJson::Assisted => assisted(),
        };
        self.state().submitted = Some(submitted.clone());
        if route == RouteJson::Api && submitted.correlation_id.is_some() {
            events(SubmitEventJson::Stage {
                stage: "watch".to_owned(),
                text: "Waiting for BalkanID to read Bitbucket".to_owned(),
            });
            let status = match submission.tenant() {
                Some(tenant) => tenant
                    .watch(&services, patience, events, stop)
                    .await
                    .map_err(one)?,
                None => return Ok(submitted),
            };
            events(SubmitEventJson::StageDone {
                stage: "watch".to_owned(),
                text: status.words.clone(),
            });
            self.state().status = Some(status);
        }
        self.home_folder().drop_progress().map_err(one)?;
        self.state().current = Some(Step::Done);
        Ok(submitted)
    }

    /// The value of a field of BalkanID's form, for the clipboard, and whether it is a secret.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub async fn form_value(&self, field: &str) -> Result<(Secret, bool), Vec<Problem>> {
        let submission =
            Submission::prepare(&self.services(), &self.inputs(), Owner::Required).await?;
        submission.form_value(field).ok_or_else(|| {
            vec![Problem::new(
                ProblemCode::DefectOfThisTool,
                "There is no such field to copy.",
            )]
        })
    }

    /// Where an export goes unless the person says otherwise, in `folder`.
    pub fn suggested_path(&self, format: ExportFormatJson, folder: &Path) -> PathBuf {
        let workspace = read_workspace(self.state().draft.workspace.as_deref()).map_or_else(
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
        };
        folder.join(format!("balkanid-{workspace}-{name}"))
    }

    /// Writes an export or an evidence report.
    ///
    /// # Errors
    /// What is missing, or why the file was not written.
    pub async fn export(
        &self,
        format: ExportFormatJson,
        path: &Path,
        existing: Existing,
        passphrase: Option<Secret>,
    ) -> Result<ExportJson, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let inputs = self.inputs();
        let integration_id = self.integration_id();
        let report = self.state().report.as_ref().map(|(json, _)| json.clone());
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

    fn integration_id(&self) -> Option<String> {
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

    /// BalkanID's status of a profile, now.
    ///
    /// # Errors
    /// What is missing, or what BalkanID refused.
    pub async fn status(&self, workspace: &str) -> Result<StatusJson, Vec<Problem>> {
        let services = self.services();
        let inputs = self.profile_inputs(workspace)?;
        let tenant = Tenant::prepare(&services, &inputs)
            .await?
            .ok_or_else(|| vec![missing_secret(SecretSlot::BalkanIdKeyId)])?;
        tenant
            .status(&services, false)
            .await
            .map_err(|problem| vec![problem])
    }

    /// Checks a profile again without touching the set-up that is under way.
    ///
    /// # Errors
    /// There is no such profile.
    pub async fn check_profile(
        &self,
        workspace: &str,
        events: &(dyn Fn(CheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<CheckJson, Vec<Problem>> {
        let inputs = self.profile_inputs(workspace)?;
        let services = self.services();
        let checked = check::check(&services, &inputs, &CredentialSlot::ALL, events, stop).await;
        let home = self.home_folder();
        if let (Some(report), Ok(id)) = (&checked.report, read_workspace(Some(workspace)))
            && let Ok(Some(mut profile)) = home.profile(&id)
        {
            profile.checked = Some(crate::home::SavedVerdict {
                verdict: report.verdict.as_str().to_owned(),
                at: services.now().to_string(),
            });
            home.keep_profile(&id, &profile)
                .map_err(|problem| vec![problem])?;
        }
        Ok(checked.json)
    }

    fn profile_inputs(&self, workspace: &str) -> Result<Inputs, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let id = read_workspace(Some(workspace)).map_err(one)?;
        let profile = self
            .home_folder()
            .profile(&id)
            .map_err(one)?
            .ok_or_else(|| {
                one(Problem::new(
                    ProblemCode::ValueMissing,
                    format!("There is no saved set-up of {id}."),
                )
                .on_field("workspace"))
            })?;
        Ok(Inputs {
            draft: profile.draft.into(),
            secrets: BTreeMap::new(),
        })
    }

    /// Forgets a profile and its secrets.
    ///
    /// # Errors
    /// The keychain does not answer, or the file cannot be removed.
    pub async fn forget(&self, workspace: &str) -> Result<HomeJson, Problem> {
        forget::forget(&self.services(), &read_workspace(Some(workspace))?).await?;
        Ok(self.home())
    }

    fn keep(&self, state: &State) -> Result<(), Problem> {
        let current = state.current.unwrap_or(Step::ServiceAccount);
        self.home_folder()
            .keep_progress(&SavedProgress::new(current, state.draft.clone().into()))
            .map_err(|problem| {
                problem.as_warning().on_field("home").with_hints(vec![
                    "The set-up can go on; it cannot be taken up again after the program ends."
                        .to_owned(),
                ])
            })
    }
}

fn assisted() -> SubmitJson {
    SubmitJson {
        schema: "bbsetup.submit/1".to_owned(),
        route: RouteJson::Assisted,
        integration_id: None,
        correlation_id: None,
        created: false,
        differences: Vec::new(),
        problems: Vec::new(),
    }
}

/// `3 secrets`, `1 secret`.
fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

fn saved_slots(profile: &SavedProfile) -> BTreeSet<SecretSlot> {
    SecretSlot::ALL
        .into_iter()
        .filter(|slot| {
            profile
                .saved_slots
                .iter()
                .any(|saved| saved == slot.as_str())
        })
        .collect()
}

fn next_step(step: Step) -> Option<Step> {
    Step::ALL.get(step.number()).copied()
}

/// A token pasted into a field for something else is neither kept nor saved.
fn without_secrets(mut draft: DraftJson) -> DraftJson {
    let fields = [
        &mut draft.workspace,
        &mut draft.api_url,
        &mut draft.account,
        &mut draft.balkanid_url,
        &mut draft.balkanid_public_url,
        &mut draft.primary_owner,
        &mut draft.description,
    ];
    for field in fields {
        if field
            .as_deref()
            .is_some_and(bbsetup_setup::token::looks_like_token)
        {
            *field = None;
        }
    }
    draft
        .secondary_owners
        .retain(|owner| !bbsetup_setup::token::looks_like_token(owner));
    draft
}

/// What is wrong with the answer to one step.
fn problems_of(step: Step, draft: &Draft) -> Vec<Problem> {
    match step {
        Step::ServiceAccount if !draft.service_account_confirmed => vec![
            Problem::new(
                ProblemCode::ValueMissing,
                "Say that there is an account for BalkanID before going on.",
            )
            .on_field("service-account"),
        ],
        Step::Workspace => read_workspace(draft.workspace.as_deref())
            .err()
            .into_iter()
            .collect(),
        Step::ApiUrl => read_api_url(draft.api_url.as_deref())
            .err()
            .into_iter()
            .collect(),
        Step::Account => read_account(draft.account.as_deref())
            .err()
            .into_iter()
            .collect(),
        Step::BalkanId => {
            let mut problems: Vec<Problem> = Vec::new();
            problems.extend(read_primary_owner(draft.primary_owner.as_deref()).err());
            for owner in draft
                .secondary_owners
                .iter()
                .filter(|owner| !owner.trim().is_empty())
            {
                problems.extend(read_owner(owner, "secondary-owner").err());
            }
            problems.extend(read_balkanid_url(draft.balkanid_url.as_deref()).err());
            problems.extend(read_balkanid_public_url(draft.balkanid_public_url.as_deref()).err());
            problems
        }
        Step::ServiceAccount
        | Step::WorkspaceToken
        | Step::Report
        | Step::Answers
        | Step::Submit
        | Step::Done => Vec::new(),
    }
}

fn profile_card(profile: SavedProfile) -> ProfileJson {
    ProfileJson {
        account: profile.draft.account.clone().unwrap_or_default(),
        verdict: profile
            .checked
            .as_ref()
            .and_then(|checked| match checked.verdict.as_str() {
                "ready" => Some(VerdictJson::Ready),
                "not_ready" => Some(VerdictJson::NotReady),
                "undetermined" => Some(VerdictJson::Undetermined),
                _ => None,
            }),
        checked_at: profile.checked.map(|checked| checked.at),
        balkanid: None,
        integration_id: profile.integration_id,
        days_left: None,
        workspace: profile.workspace,
    }
}

/// The workspace that a draft is about, once it can be read.
fn workspace_of(draft: &Draft) -> Option<WorkspaceId> {
    read_workspace(draft.workspace.as_deref()).ok()
}
