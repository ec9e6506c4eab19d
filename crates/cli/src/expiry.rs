//! `bbsetup expiry`.

use bbsetup_setup::expiry::Expiry;
use bbsetup_setup::{CredentialSlot, Draft, Problem};
use bbsetup_wizard::commands::profiles::{saved, set_expiry};
use bbsetup_wizard::json::ExpiryJson;
use serde::Serialize;

use crate::arguments::ExpiryArguments;
use crate::context::Context;
use crate::rotate::slot;
use crate::{exit, report};

/// `bbsetup.expiry/1`.
#[derive(Serialize)]
struct ExpiryDocument {
    schema: &'static str,
    workspace: String,
    expiries: Vec<ExpiryJson>,
}

pub(crate) fn run(context: &Context, arguments: &ExpiryArguments) -> exit::Code {
    match changed(context, arguments) {
        Ok((workspace, expiries)) => {
            tell(context, workspace, expiries);
            exit::DONE
        }
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

/// Enters and clears what was asked for; gives what stands now.
fn changed(
    context: &Context,
    arguments: &ExpiryArguments,
) -> Result<(String, Vec<Expiry>), Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let services = &context.services;
    let workspace = context.inputs.place()?.workspace.to_string();
    for given in CredentialSlot::ALL {
        if let Some(typed) = context.expires_given(given) {
            set_expiry(services, &workspace, given, Some(&typed)).map_err(one)?;
        }
    }
    for cleared in arguments.clear.iter().copied().map(slot) {
        set_expiry(services, &workspace, cleared, None).map_err(one)?;
    }
    let (_, profile) = saved(services, &workspace).map_err(one)?;
    Ok((workspace, Draft::from(profile.draft).expiries()))
}

fn tell(context: &Context, workspace: String, expiries: Vec<Expiry>) {
    let today = context.services.today();
    if context.json {
        let expiries = expiries
            .into_iter()
            .map(|expiry| ExpiryJson::new(expiry, today))
            .collect();
        return report::print_json(&ExpiryDocument {
            schema: "bbsetup.expiry/1",
            workspace,
            expiries,
        });
    }
    for slot in CredentialSlot::ALL {
        let when = expiries
            .iter()
            .find(|expiry| expiry.slot == slot)
            .map_or_else(|| "not entered".to_owned(), |expiry| expiry.when(today));
        println!("The {} of {workspace} expires: {when}", slot.noun());
    }
}
