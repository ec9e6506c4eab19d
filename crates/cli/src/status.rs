//! `bbsetup status`.

use bbsetup_setup::{Problem, SecretSlot};
use bbsetup_wizard::commands::watch::{Patience, Tenant};
use bbsetup_wizard::inputs::missing_secret;
use bbsetup_wizard::json::{StateJson, StatusJson};

use crate::arguments::StatusArguments;
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::submit::print_event;
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &StatusArguments) -> exit::Code {
    match status(context, arguments.watch).await {
        Ok(status) => {
            match context.json {
                true => report::print_json(&status),
                false => println!("{}", status.words),
            }
            match status.state {
                StateJson::Error => exit::REFUSED,
                StateJson::Connected
                | StateJson::Running
                | StateJson::Inactive
                | StateJson::Unknown => exit::DONE,
            }
        }
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

async fn status(context: &Context, watch: bool) -> Result<StatusJson, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let services = &context.services;
    let inputs = context.inputs_asked(&[SecretSlot::BalkanIdKeyId, SecretSlot::BalkanIdKeySecret]);
    let tenant = Tenant::prepare(services, &inputs)
        .await?
        .ok_or_else(|| one(missing_secret(SecretSlot::BalkanIdKeyId)))?;
    match watch {
        true => tenant
            .watch(
                services,
                Patience::default(),
                &print_event,
                &stopped_by_ctrl_c(),
            )
            .await
            .map_err(one),
        false => tenant.status(services, false).await.map_err(one),
    }
}
