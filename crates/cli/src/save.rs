//! `bbsetup save`.

use bbsetup_setup::{CredentialSlot, SecretSlot};
use bbsetup_wizard::commands;

use crate::arguments::SaveArguments;
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &SaveArguments) -> exit::Code {
    // Before any secret is asked for: without a keychain there is nothing to ask for.
    if let Err(error) = context.services.vault.probe().await {
        return report::print_failure(context.json, &[error.problem()]);
    }
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
    let mut found = None;
    if !arguments.unchecked {
        let bar = progress(context);
        let stop = stopped_by_ctrl_c();
        let events = |event| show(&bar, event);
        let checked = commands::check::check(
            &context.services,
            &inputs,
            &CredentialSlot::ALL,
            &events,
            &stop,
        )
        .await;
        bar.finish_and_clear();
        let code = match &checked.report {
            Some(report) => exit::of_report(report),
            None => exit::of_problems(&checked.problems),
        };
        if code != exit::DONE {
            eprintln!(
                "Nothing was saved: the check did not end in ready. --unchecked saves without one."
            );
            report::print_problems(&checked.json.problems);
            report::print_failure_json(context.json, &checked.json.problems);
            return code;
        }
        found = Some(checked);
    }
    match commands::save::save(&context.services, &inputs, found.as_ref()).await {
        Ok(saved) if context.json => {
            report::print_json(&saved);
            exit::DONE
        }
        Ok(saved) => {
            println!("Saved to {}: {}.", saved.store, saved.saved.join(", "));
            exit::DONE
        }
        Err(problems) => report::print_failure(context.json, &problems),
    }
}
