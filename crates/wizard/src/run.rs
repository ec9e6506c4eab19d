//! One person at one set-up: what was answered, which secrets are held, where it stands.
//!
//! The window and `bbsetup setup` both go through this, so that both doors ask, keep and tell the
//! same. What was typed is kept after every answer; a secret is kept in this process alone until it
//! is saved to the keychain.

mod diagnosing;
mod files;
mod look;
mod profiles;
mod progress;
mod reading;
mod record;
mod submitting;
mod typed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{
    CredentialSlot, Draft, ExtractionType, Problem, ProblemCode, Secret, SecretSlot, Step,
    WorkspaceId, guide,
};
use bbsetup_vault::{Vault, VaultKind};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::commands::check::{self, Checked};
use crate::commands::diagnose::Diagnosis;
use crate::commands::scim::{self, Checked as ScimChecked};
use crate::commands::watch::Notice;
use crate::home::{Home, SavedProgress, without_tokens};
use crate::inputs::{Inputs, read_secret};
use crate::json::{
    AnswersJson, CheckEventJson, CheckJson, ChoicesJson, DraftJson, GuideJson, HomeJson,
    KeychainJson, ProblemJson, ProgressJson, StatusJson, StepAnswerJson, SubmitJson,
};
use crate::practice::Practice;
use crate::services::Services;

use self::profiles::saved_slots;
use self::typed::problems_of;

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
    report: Option<Checked>,
    submitted: Option<SubmitJson>,
    status: Option<StatusJson>,
    /// What is to be told on the desktop of the last watch.
    notice: Option<Notice>,
    /// The last report of each finished set-up that was checked in this run.
    profile_reports: BTreeMap<WorkspaceId, CheckJson>,
    /// The finished set-up that was opened to be changed.
    opened: Option<WorkspaceId>,
    /// What was last seen of the surroundings.
    diagnosis: Option<Diagnosis>,
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
                let mut state = State::default();
                self.take_up(&mut state, saved);
                progress::of(&state, self.services.today())
            }),
            profiles: profiles
                .into_iter()
                .map(|profile| crate::commands::profiles::card(&self.services, profile))
                .collect(),
            choices: ChoicesJson::all(),
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

    fn in_practice(&self, draft: Draft) -> Draft {
        match &self.services.practice {
            Some(practice) => practice.at_hand(draft),
            None => draft,
        }
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
                state.opened = WorkspaceId::parse(&profile.workspace).ok();
                state.draft = self.in_practice(profile.draft.into());
            }
            None => state.draft = self.in_practice(Draft::default()),
        }
        state.current = Some(Step::ServiceAccount);
        Ok(progress::of(&state, self.services.today()))
    }

    /// Goes on with the set-up that was begun in an earlier run, or in this one.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn resume(&self) -> Result<ProgressJson, Problem> {
        let saved = self.home_folder().progress()?;
        let mut state = self.state();
        let Some(saved) = saved else {
            // One that the disk did not take is still in this process.
            return match state.current {
                Some(_) => Ok(progress::of(&state, self.services.today())),
                None => Err(Problem::new(
                    ProblemCode::ValueMissing,
                    "There is no unfinished set-up to go on with.",
                )),
            };
        };
        self.take_up(&mut state, saved);
        Ok(progress::of(&state, self.services.today()))
    }

    /// Takes up what was kept, at the step where it was left or at the first whose secret is
    /// neither in this process nor in the keychain.
    fn take_up(&self, state: &mut State, saved: SavedProgress) {
        let draft = self.in_practice(saved.draft.into());
        if asked_about(&state.draft) != asked_about(&draft) {
            // Another set-up was looked at in between; its secrets are not this one's.
            state.held.clear();
            state.report = None;
        }
        state.in_keychain = read_workspace(draft.workspace.as_deref())
            .ok()
            .and_then(|workspace| self.home_folder().profile(&workspace).ok().flatten())
            .map(|profile| saved_slots(&profile))
            .unwrap_or_default();
        state.draft = draft;
        let left = Step::named(&saved.current).unwrap_or(Step::ServiceAccount);
        let without_secret = [
            (Step::WorkspaceToken, SecretSlot::WorkspaceToken),
            (Step::Account, SecretSlot::Account),
        ]
        .into_iter()
        .find(|(step, slot)| {
            let is_needed = step.is_needed(state.draft.extraction);
            *step < left && is_needed && !progress::has(state, *slot)
        });
        state.current = Some(without_secret.map_or(left, |(step, _)| step));
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
        progress::of(&self.state(), self.services.today())
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

    /// The step after another, of those that the extraction type needs.
    pub fn step_after(&self, step: Step) -> Option<Step> {
        next_step(step, self.state().draft.extraction)
    }

    /// Takes the answer to a step: what was typed is kept, also where it cannot be read.
    pub fn answer(&self, step: Step, draft: DraftJson) -> StepAnswerJson {
        let problems = problems_of(step, &Draft::from(draft.clone()), self.services.today());
        let current = match problems.is_empty() {
            true => next_step(step, draft.extraction.into()),
            false => Some(step),
        };
        self.take(current, draft, problems)
    }

    /// Keeps what was typed on a step so far, without asking whether it is right.
    pub fn keep_typed(&self, step: Step, draft: DraftJson) -> StepAnswerJson {
        self.take(Some(step), draft, Vec::new())
    }

    fn take(
        &self,
        current: Option<Step>,
        draft: DraftJson,
        mut problems: Vec<Problem>,
    ) -> StepAnswerJson {
        let draft = Draft::from(without_tokens(draft));
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
        }
        if asked_about(&state.draft) != asked_about(&draft) {
            state.report = None;
        }
        state.draft = draft;
        state.current = current;
        problems.extend(self.keep(&state).err());
        StepAnswerJson {
            progress: progress::of(&state, self.services.today()),
            problems: problems.into_iter().map(Into::into).collect(),
            seen: None,
        }
    }

    /// Takes the answer to a step, and looks at what it names: says what was seen.
    pub async fn answer_and_look(&self, step: Step, draft: DraftJson) -> StepAnswerJson {
        let mut answer = self.answer(step, draft);
        if answer.problems.iter().any(ProblemJson::is_error) {
            return answer;
        }
        let opened = self.state().opened.clone();
        match look::at(step, &self.services, &self.inputs(), opened.as_ref()).await {
            Ok(seen) => answer.seen = seen,
            Err(problem) => {
                let problem = ProblemJson::from(problem);
                if problem.is_error() {
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
                // The report is about Bitbucket's credentials alone.
                if matches!(slot, SecretSlot::WorkspaceToken | SecretSlot::Account) {
                    state.report = None;
                }
                Vec::new()
            }
            Err(problem) => vec![problem],
        };
        StepAnswerJson {
            progress: progress::of(&state, self.services.today()),
            problems: problems.into_iter().map(Into::into).collect(),
            seen: None,
        }
    }

    /// Drops a secret that was pasted; what stands in the keychain stays.
    pub fn drop_secret(&self, slot: SecretSlot) -> ProgressJson {
        let mut state = self.state();
        state.held.remove(&slot);
        progress::of(&state, self.services.today())
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
    ) -> Checked {
        let checked = check::check(&self.services(), &self.inputs(), slots, events, stop).await;
        if slots.len() == CredentialSlot::ALL.len() {
            self.state().report = Some(checked.clone());
        }
        checked
    }

    /// Checks the SCIM server of the answers so far.
    pub async fn check_scim(
        &self,
        events: &(dyn Fn(CheckEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> ScimChecked {
        scim::check_given(&self.services(), &self.inputs(), events, stop).await
    }

    /// The page "Check your answers".
    pub fn answers(&self) -> AnswersJson {
        progress::answers(&self.state())
    }

    fn keep(&self, state: &State) -> Result<(), Problem> {
        let current = state.current.unwrap_or(Step::ServiceAccount);
        self.home_folder()
            .keep_progress(&SavedProgress::new(current, state.draft.clone().into()))
            .map_err(|problem| {
                problem.as_warning().on_field("home").with_hints(vec![
                    "The set-up can go on as far as the last step, which needs the folder; it cannot be taken up again after the program ends.".to_owned(),
                ])
            })
    }
}

/// What a report is about; with another of these it says nothing any more.
fn asked_about(draft: &Draft) -> [Option<&str>; 3] {
    [&draft.workspace, &draft.api_url, &draft.account].map(|value| value.as_deref())
}

fn next_step(step: Step, extraction: ExtractionType) -> Option<Step> {
    Step::ALL
        .into_iter()
        .find(|next| *next > step && next.is_needed(extraction))
}
