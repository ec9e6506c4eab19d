//! Where a set-up stands, in the words of the step list and of "Check your answers".

use bbsetup_setup::{Day, ExtractionType, Owner, ProblemCode, SecretSlot, Step};

use super::State;
use super::typed::{problems_of, workspace_of};
use crate::json::{
    AnswerLineJson, AnswersJson, HeldJson, ProgressJson, RouteJson, SecretJson, StateJson,
    StepJson, StepStateJson, VerdictJson,
};

/// Where the set-up stands.
pub(super) fn of(state: &State, today: Day) -> ProgressJson {
    let extraction = state.draft.extraction;
    let counted = |is_counted: &dyn Fn(Step) -> bool| {
        let steps = Step::ALL.into_iter().filter(|step| *step != Step::Done);
        let number = steps.filter(|step| is_counted(*step)).count();
        u32::try_from(number).unwrap_or_default()
    };
    let steps = Step::ALL
        .into_iter()
        .filter(|step| *step != Step::Done)
        .map(|step| StepJson {
            step: step.as_str().to_owned(),
            number: counted(&|other| other <= step && other.is_needed(extraction)).max(1),
            title: step.title().to_owned(),
            state: step_state(state, step, today),
        })
        .collect();
    ProgressJson {
        draft: state.draft.clone().into(),
        secrets: SecretSlot::ALL
            .into_iter()
            .map(|slot| secret(state, slot))
            .collect(),
        current: state
            .current
            .unwrap_or(Step::ServiceAccount)
            .as_str()
            .to_owned(),
        steps,
        counted: counted(&|step| step.is_needed(extraction)),
        workspace: workspace_of(&state.draft).map(|workspace| workspace.to_string()),
    }
}

fn secret(state: &State, slot: SecretSlot) -> SecretJson {
    let mut json = SecretJson::absent(slot);
    if let Some(held) = state.held.get(&slot) {
        json.held = HeldJson::InMemory;
        json.last_four = held.secret.last_four();
        json.since = Some(held.since.to_string());
    } else if state.in_keychain.contains(&slot) {
        json.held = HeldJson::InKeychain;
    }
    json
}

pub(super) fn has(state: &State, slot: SecretSlot) -> bool {
    state.held.contains_key(&slot) || state.in_keychain.contains(&slot)
}

/// A step's state: completed, with a problem, not started, or not to be started yet.
fn step_state(state: &State, step: Step, today: Day) -> StepStateJson {
    if !step.is_needed(state.draft.extraction) {
        return StepStateJson::NotNeeded;
    }
    let typed = match step {
        Step::ServiceAccount => state.draft.service_account_confirmed,
        Step::Workspace => state.draft.workspace.is_some(),
        Step::ApiUrl => state.draft.api_url.is_some() || reached(state, Step::WorkspaceToken),
        Step::WorkspaceToken => has(state, SecretSlot::WorkspaceToken),
        Step::Account => state.draft.account.is_some() || has(state, SecretSlot::Account),
        Step::BalkanId => state.draft.primary_owner.is_some(),
        Step::Report => state.report.is_some(),
        Step::Answers => reached(state, Step::Submit),
        Step::Submit => state.submitted.is_some(),
        Step::Done => false,
    };
    if !typed {
        return match can_start(state, step) {
            true => StepStateJson::NotStarted,
            false => StepStateJson::CannotStart,
        };
    }
    let has_problem = match step {
        Step::Report => state
            .report
            .as_ref()
            .is_some_and(|checked| checked.json.verdict != VerdictJson::Ready),
        Step::Account => {
            !problems_of(step, &state.draft, today).is_empty() || !has(state, SecretSlot::Account)
        }
        Step::Submit => {
            let by_api = state
                .submitted
                .as_ref()
                .is_some_and(|submitted| submitted.route == RouteJson::Api);
            by_api
                && state
                    .status
                    .as_ref()
                    .is_none_or(|status| status.state != StateJson::Connected)
        }
        _ => !problems_of(step, &state.draft, today).is_empty(),
    };
    match has_problem {
        true => StepStateJson::Problem,
        false => StepStateJson::Completed,
    }
}

fn reached(state: &State, step: Step) -> bool {
    state.current.is_some_and(|current| current >= step)
}

/// Whether a step has what it needs from those before it.
fn can_start(state: &State, step: Step) -> bool {
    let workspace = workspace_of(&state.draft).is_some();
    let credentials = state
        .draft
        .extraction
        .secrets()
        .iter()
        .all(|slot| has(state, *slot));
    match step {
        Step::ServiceAccount | Step::Workspace | Step::ApiUrl | Step::BalkanId => true,
        Step::WorkspaceToken | Step::Account => workspace,
        Step::Report => workspace && credentials,
        Step::Answers | Step::Submit | Step::Done => {
            workspace && credentials && state.draft.primary_owner.is_some()
        }
    }
}

/// The page "Check your answers".
pub(super) fn answers(state: &State) -> AnswersJson {
    let draft = &state.draft;
    let line = |label: &str, value: Option<&str>, step: Step| AnswerLineJson {
        label: label.to_owned(),
        value: value
            .filter(|value| !value.is_empty())
            .unwrap_or("–")
            .to_owned(),
        step: step.as_str().to_owned(),
    };
    let masked = |slot: SecretSlot, step: Step| {
        let SecretJson {
            label,
            held,
            last_four,
            ..
        } = secret(state, slot);
        let value = match (held, last_four) {
            (HeldJson::Absent, _) => "–".to_owned(),
            (HeldJson::InMemory, Some(four)) => format!("•••• {four}"),
            (HeldJson::InMemory, None) => "••••".to_owned(),
            (HeldJson::InKeychain, _) => "•••• in the keychain".to_owned(),
        };
        AnswerLineJson {
            label,
            value,
            step: step.as_str().to_owned(),
        }
    };
    let workspace = workspace_of(draft).map(|workspace| workspace.to_string());
    let owners = draft.secondary_owners.join(", ");
    let mut lines = vec![line(
        "Workspace",
        workspace.as_deref().or(draft.workspace.as_deref()),
        Step::Workspace,
    )];
    if draft.extraction.needs_bitbucket() {
        let api_url = bbsetup_setup::draft::read_api_url(draft.api_url.as_deref())
            .ok()
            .map(|url| url.to_string());
        lines.extend([
            line(
                "Bitbucket API URL",
                api_url.as_deref().or(draft.api_url.as_deref()),
                Step::ApiUrl,
            ),
            masked(SecretSlot::WorkspaceToken, Step::WorkspaceToken),
            line(
                "Workspace token expires",
                draft.workspace_token_expires.as_deref(),
                Step::WorkspaceToken,
            ),
            line("Account e-mail", draft.account.as_deref(), Step::Account),
            masked(SecretSlot::Account, Step::Account),
            line(
                "Account API token expires",
                draft.account_token_expires.as_deref(),
                Step::Account,
            ),
        ]);
    }
    let of_balkanid = |label: &str, value: Option<&str>| line(label, value, Step::BalkanId);
    lines.extend([
        of_balkanid("Primary Application owner", draft.primary_owner.as_deref()),
        of_balkanid("Secondary Application Owner(s)", Some(&owners)),
        of_balkanid("Description", draft.description.as_deref()),
        of_balkanid("Extraction Type", Some(draft.extraction.label())),
    ]);
    match draft.extraction {
        ExtractionType::Direct => {}
        ExtractionType::Scim => lines.extend([
            of_balkanid("SCIM base URL", draft.scim_url.as_deref()),
            of_balkanid("SCIM user name", draft.scim_user.as_deref()),
            masked(SecretSlot::ScimToken, Step::BalkanId),
        ]),
        ExtractionType::ManualUpload | ExtractionType::AutomatedUpload => {
            lines.push(of_balkanid(
                "Folder of the CSV files",
                draft.files.as_deref(),
            ));
        }
    }
    let optional = draft.optional_in_words();
    if !optional.is_empty() {
        lines.push(of_balkanid("Optional Configuration", Some(&optional)));
    }
    lines.extend([
        masked(SecretSlot::BalkanIdKeyId, Step::BalkanId),
        masked(SecretSlot::BalkanIdKeySecret, Step::BalkanId),
        of_balkanid("BalkanID Public API", draft.balkanid_public_url.as_deref()),
    ]);
    let mut problems = draft
        .clone()
        .finish(Owner::Required)
        .err()
        .unwrap_or_default();
    for slot in draft.extraction.secrets() {
        if !has(state, *slot) {
            problems.push(crate::inputs::missing_secret(*slot));
        }
    }
    // One half of a key is of no use.
    let halves = [SecretSlot::BalkanIdKeyId, SecretSlot::BalkanIdKeySecret];
    let (there, missing): (Vec<_>, Vec<_>) = halves.into_iter().partition(|slot| has(state, *slot));
    if let ([_], [missing]) = (there.as_slice(), missing.as_slice()) {
        problems.push(
            bbsetup_setup::Problem::new(
                ProblemCode::ValueMissing,
                "One half of BalkanID's API key is there and the other is not.",
            )
            .on_field(crate::inputs::field(*missing)),
        );
    }
    AnswersJson {
        lines,
        problems: problems.into_iter().map(Into::into).collect(),
    }
}
