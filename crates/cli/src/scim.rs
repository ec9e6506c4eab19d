//! `bbsetup scim`.

use bbsetup_setup::SecretSlot;
use bbsetup_setup::draft::read_scim_url;
use bbsetup_wizard::commands;
use bbsetup_wizard::commands::scim::Checked;

use crate::arguments::ScimArguments;
use crate::check::{progress, show, stopped_by_ctrl_c};
use crate::context::Context;
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &ScimArguments) -> exit::Code {
    let checked = checked(context, arguments).await;
    report::print_scim(context, &checked.json);
    match (&checked.report, &checked.problem) {
        (Some(report), _) => exit::of_scim_report(report),
        (None, problem) => exit::of_problems(problem),
    }
}

async fn checked(context: &Context, arguments: &ScimArguments) -> Checked {
    let services = &context.services;
    let mut inputs = context.inputs.clone();
    let draft = &mut inputs.draft;
    draft.scim_url = arguments.scim_url.clone().or(draft.scim_url.take());
    draft.scim_user = arguments.scim_user.clone().or(draft.scim_user.take());
    // Before a token is asked for: without an address there is nowhere to send it.
    if let Err(problem) = read_scim_url(draft.scim_url.as_deref()) {
        return commands::scim::not_asked(services, None, problem);
    }
    let inputs = context.ask(inputs, &[SecretSlot::ScimToken]);
    let bar = progress(context);
    let checked = commands::scim::check_given(
        services,
        &inputs,
        &|event| show(&bar, event),
        &stopped_by_ctrl_c(),
    )
    .await;
    bar.finish_and_clear();
    checked
}
