//! `bbsetup evidence`.

use bbsetup_setup::{CredentialSlot, Problem, ProblemCode, SecretSlot};
use bbsetup_wizard::commands;
use bbsetup_wizard::commands::evidence::{About, html, markdown};
use bbsetup_wizard::files::{Existing, write_whole};
use bbsetup_wizard::home::Home;

use crate::arguments::EvidenceArguments;
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &EvidenceArguments) -> exit::Code {
    let extension = arguments
        .out
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    let write: fn(&_, &_) -> String = match extension {
        "md" => markdown,
        "html" => html,
        _ => {
            let problem = Problem::new(
                ProblemCode::ValueUnreadable,
                "The file's name has to end in .md or .html.",
            )
            .on_field("out");
            return report::print_failure(context.json, &[problem]);
        }
    };
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
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
    let Some(found) = &checked.report else {
        return report::print_failure(context.json, &checked.problems);
    };
    let profile = Home::new(&context.services.home)
        .profile(&found.workspace)
        .ok()
        .flatten();
    let about = About {
        version: context.services.version.to_owned(),
        account: inputs.draft.account.clone().unwrap_or_default(),
        integration_id: profile.and_then(|profile| profile.integration_id),
    };
    let existing = if arguments.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    if let Err(problem) = write_whole(
        &arguments.out,
        write(&checked.json, &about).as_bytes(),
        existing,
    ) {
        return report::print_failure(context.json, &[problem]);
    }
    match context.json {
        true => report::print_json(&checked.json),
        false => println!("Wrote {}", arguments.out.display()),
    }
    exit::of_report(found)
}
