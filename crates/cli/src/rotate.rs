//! `bbsetup rotate`.

use bbsetup_setup::{CredentialSlot, Problem, ProblemCode, SecretSlot};
use bbsetup_wizard::Run;
use bbsetup_wizard::commands::rotate::{self, Replacement, Rotated};
use bbsetup_wizard::inputs::missing_secret;
use bbsetup_wizard::json::ProblemJson;

use crate::arguments::{RotateArguments, SlotChoice};
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::{exit, report, terminal};

pub(crate) async fn run(context: &Context, arguments: &RotateArguments) -> exit::Code {
    let workspace = match context.inputs.place() {
        Ok(place) => place.workspace.to_string(),
        Err(problems) => return report::print_failure(context.json, &problems),
    };
    let slots: Vec<CredentialSlot> = arguments.slot.iter().copied().map(slot).collect();
    if arguments.undo || arguments.drop_previous {
        return put_back_or_drop(context, &workspace, &slots, arguments.undo).await;
    }
    match replace(context, &workspace, slots).await {
        Ok(rotated) => tell(context, &workspace, rotated),
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

pub(crate) fn slot(choice: SlotChoice) -> CredentialSlot {
    match choice {
        SlotChoice::WorkspaceToken => CredentialSlot::WorkspaceToken,
        SlotChoice::Account => CredentialSlot::Account,
    }
}

async fn replace(
    context: &Context,
    workspace: &str,
    mut slots: Vec<CredentialSlot>,
) -> Result<Rotated, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let given = &context.inputs.secrets;
    if slots.is_empty() {
        slots = CredentialSlot::ALL
            .into_iter()
            .filter(|slot| given.contains_key(&SecretSlot::from(*slot)))
            .collect();
    }
    if slots.is_empty() {
        return Err(one(Problem::new(
            ProblemCode::ValueMissing,
            "Which token is to be replaced is not said.",
        )
        .on_field("slot")
        .with_hints(vec![
            "Give --slot workspace_token or --slot account, or set the variable of the new one."
                .to_owned(),
        ])));
    }
    let mut replacements = Vec::new();
    for slot in slots {
        let secret_slot = SecretSlot::from(slot);
        let asked = || {
            context
                .interactive
                .then(|| terminal::hidden(&format!("New {}", slot.noun())))
                .flatten()
        };
        let pasted = given.get(&secret_slot).cloned().or_else(asked);
        replacements.push(Replacement {
            slot,
            pasted: pasted.ok_or_else(|| one(missing_secret(secret_slot)))?,
            // What is not given is not that of the old token.
            expires: context.expires_given(slot),
        });
    }
    let bar = progress(context);
    let stop = stopped_by_ctrl_c();
    let account = context.inputs.draft.account.as_deref();
    let events = |event| show(&bar, event);
    let rotated = rotate::rotate(
        &context.services,
        workspace,
        account,
        &replacements,
        &events,
        &stop,
    )
    .await;
    bar.finish_and_clear();
    rotated
}

fn tell(context: &Context, workspace: &str, rotated: Rotated) -> exit::Code {
    let Rotated { json, problems } = rotated;
    let told_by_report = |problem: &ProblemJson| {
        let report = json.report.as_ref();
        report.is_some_and(|report| report.problems.contains(problem))
    };
    let (told, untold): (Vec<ProblemJson>, Vec<ProblemJson>) =
        json.problems.iter().cloned().partition(told_by_report);
    if context.json {
        report::print_json(&json);
    } else if let Some(found) = &json.report {
        report::print_table(found, &mut std::io::stdout().lock());
    }
    report::print_problems(&untold);
    if !json.replaced {
        let where_it_stands = if told.is_empty() {
            ""
        } else {
            ", as told above"
        };
        eprintln!(
            "\nNothing was replaced: something speaks against the new token{where_it_stands}."
        );
        return exit::of_problems(&problems);
    }
    eprintln!("\nThe set-up of {workspace} has the new token.");
    for slot in json
        .slots
        .iter()
        .filter(|slot| json.profile.kept_previous.contains(slot))
    {
        eprintln!(
            "The old one is kept in the keychain: bbsetup rotate --workspace {workspace} --slot {slot} --undo puts it back, --drop-previous deletes it. It works until it is revoked where it was made."
        );
    }
    if !json.profile.outdated_at_balkanid.is_empty() {
        eprintln!("BalkanID still has the old one. Next: bbsetup submit --workspace {workspace}");
    }
    exit::DONE
}

async fn put_back_or_drop(
    context: &Context,
    workspace: &str,
    slots: &[CredentialSlot],
    undo: bool,
) -> exit::Code {
    let services = &context.services;
    let run = Run::new(services.clone());
    let all = match slots.is_empty() {
        true => kept(&run, workspace),
        false => slots.to_vec(),
    };
    if all.is_empty() {
        let problem = Problem::new(
            ProblemCode::ValueMissing,
            format!("No replaced token of {workspace} is kept."),
        );
        return report::print_failure(context.json, &[problem]);
    }
    for slot in &all {
        let done = match undo {
            true => rotate::undo(services, workspace, *slot).await,
            false => rotate::drop_previous(services, workspace, *slot).await,
        };
        if let Err(problem) = done {
            return report::print_failure(context.json, &[problem]);
        }
    }
    match context.json {
        true => match rotate::as_it_stands(services, workspace, &all, undo) {
            Ok(document) => report::print_json(&document),
            Err(problem) => return report::print_failure(true, &[problem]),
        },
        false if undo => {
            println!("The old token is back. Check it: bbsetup check --workspace {workspace}");
        }
        false => println!("No replaced token of {workspace} is kept any more."),
    }
    exit::DONE
}

fn kept(run: &Run, workspace: &str) -> Vec<CredentialSlot> {
    run.home()
        .profiles
        .into_iter()
        .filter(|profile| profile.workspace == workspace)
        .flat_map(|profile| profile.kept_previous)
        .filter_map(|slot| CredentialSlot::named(&slot))
        .collect()
}
