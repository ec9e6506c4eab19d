//! `bbsetup scim`.

use bbsetup_setup::SecretSlot;
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
    // Before a token is asked for: without an address there is nowhere to send it.
    let url = match commands::scim::read_url(arguments.scim_url.as_deref()) {
        Ok(url) => url,
        Err(problem) => return commands::scim::not_asked(services, None, problem),
    };
    let inputs = context.inputs_asked(&[SecretSlot::ScimToken]);
    let user = arguments.scim_user.as_deref();
    let authentication = match commands::scim::authentication(services, &inputs, user).await {
        Ok(authentication) => authentication,
        Err(problem) => return commands::scim::not_asked(services, Some(&url), problem),
    };
    let bar = progress(context);
    let checked = commands::scim::check(
        services,
        &url,
        authentication,
        &|event| show(&bar, event),
        &stopped_by_ctrl_c(),
    )
    .await;
    bar.finish_and_clear();
    checked
}
