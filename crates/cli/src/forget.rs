//! `bbsetup forget`.

use bbsetup_wizard::commands;

use crate::arguments::ForgetArguments;
use crate::context::Context;
use crate::{exit, report, terminal};

pub(crate) async fn run(context: &Context, arguments: &ForgetArguments) -> exit::Code {
    let workspace = match context.inputs.place() {
        Ok(place) => place.workspace,
        Err(problems) => return report::print_failure(context.json, &problems),
    };
    let question = format!("Forget {workspace} and delete its secrets from the keychain?");
    if context.interactive && !arguments.yes && !terminal::agreed(&question) {
        return report::print_declined(context.json, "Nothing was forgotten.");
    }
    match commands::forget::forget(&context.services, &workspace).await {
        Ok(forgotten) if context.json => report::print_json(&forgotten),
        Ok(forgotten) if forgotten.had_profile || !forgotten.deleted.is_empty() => {
            println!(
                "Forgot {workspace}; deleted from the keychain: {}.",
                forgotten.deleted.join(", ")
            );
            println!(
                "The tokens still work: revoke them in Bitbucket and Atlassian where they are no longer needed."
            );
        }
        Ok(_) => println!("There was nothing of {workspace} to forget."),
        Err(problem) => return report::print_failure(context.json, &[problem]),
    }
    exit::DONE
}
