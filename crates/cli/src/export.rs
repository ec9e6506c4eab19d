//! `bbsetup export`.

use std::collections::BTreeMap;

use bbsetup_setup::{Problem, Secret, SecretSlot, WorkspaceId};
use bbsetup_wizard::commands::export::{Configuration, Sealed, export, no_passphrase, written};
use bbsetup_wizard::commands::reminder::calendar;
use bbsetup_wizard::files::Existing;
use bbsetup_wizard::home::Home;
use bbsetup_wizard::json::{ExportFormatJson, ExportJson};

use crate::arguments::{ExportArguments, ExportFormat};
use crate::context::Context;
use crate::{exit, report, terminal};

/// The passphrase's environment variable.
const PASSPHRASE: &str = "BBSETUP_EXPORT_PASSPHRASE";

pub(crate) async fn run(context: &Context, arguments: &ExportArguments) -> exit::Code {
    match write(context, arguments).await {
        Ok(exported) => {
            match context.json {
                true => report::print_json(&exported),
                false => println!("Wrote {}  sha256 {}", exported.file, exported.sha256),
            }
            exit::DONE
        }
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

async fn write(context: &Context, arguments: &ExportArguments) -> Result<ExportJson, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let workspace = context.inputs.place()?.workspace;
    let profile = Home::new(&context.services.home)
        .profile(&workspace)
        .map_err(one)?;
    let integration_id = profile.and_then(|profile| profile.integration_id);
    let configuration = Configuration::of(&context.inputs.draft.clone().into(), integration_id)?;
    let format = match arguments.format {
        ExportFormat::Json => ExportFormatJson::Json,
        ExportFormat::Toml => ExportFormatJson::Toml,
        ExportFormat::Env => ExportFormatJson::Env,
        ExportFormat::Age => ExportFormatJson::Age,
        ExportFormat::Ics => return reminder(context, arguments, &workspace),
    };
    let existing = existing(context, arguments);
    let sealed = match arguments.format {
        ExportFormat::Age => {
            let passphrase = passphrase(context).ok_or_else(|| one(no_passphrase()))?;
            let mut secrets = BTreeMap::new();
            for slot in SecretSlot::ALL {
                if let Some(secret) = context
                    .inputs
                    .secret(slot, &workspace, &context.services.vault)
                    .await
                    .map_err(one)?
                {
                    secrets.insert(slot, secret);
                }
            }
            Some(Sealed {
                secrets,
                passphrase,
            })
        }
        ExportFormat::Json | ExportFormat::Toml | ExportFormat::Env | ExportFormat::Ics => None,
    };
    export(
        &configuration,
        format,
        sealed.as_ref(),
        &arguments.out,
        existing,
    )
    .map_err(one)
}

/// Writes the calendar file.
fn reminder(
    context: &Context,
    arguments: &ExportArguments,
    workspace: &WorkspaceId,
) -> Result<ExportJson, Vec<Problem>> {
    let expiries = context.inputs.draft.expiries();
    let existing = existing(context, arguments);
    calendar(&context.services, workspace.as_str(), &expiries)
        .and_then(|text| written(&arguments.out, text.as_bytes(), existing, false))
        .map_err(|problem| vec![problem])
}

/// Whether a file that is there may be replaced; a person is asked.
fn existing(context: &Context, arguments: &ExportArguments) -> Existing {
    let asked = || {
        context.interactive
            && arguments.out.exists()
            && terminal::agreed(&format!(
                "{} is there already. Replace it?",
                arguments.out.display()
            ))
    };
    match arguments.force || asked() {
        true => Existing::Replace,
        false => Existing::Keep,
    }
}

fn passphrase(context: &Context) -> Option<Secret> {
    let given = std::env::var(PASSPHRASE).ok().map(Secret::new);
    given.or_else(|| {
        context
            .interactive
            .then(|| terminal::hidden_twice("Passphrase for the export"))
            .flatten()
    })
}
