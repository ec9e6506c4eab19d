//! `bbsetup check`.

use bbsetup_setup::{CredentialSlot, SecretSlot};
use bbsetup_wizard::commands::check::Checked;
use bbsetup_wizard::json::{CheckEventJson, ProfileCheckEventJson};
use bbsetup_wizard::{Inputs, commands};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::arguments::CheckArguments;
use crate::context::Context;
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &CheckArguments) -> exit::Code {
    match arguments.all {
        true => check_all(context).await,
        false => check_one(context).await,
    }
}

async fn check_one(context: &Context) -> exit::Code {
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
    let stop = stopped_by_ctrl_c();
    let progress = progress(context);
    let mut checked = commands::check::check(
        &context.services,
        &inputs,
        &CredentialSlot::ALL,
        &|event| show(&progress, event),
        &stop,
    )
    .await;
    progress.finish_and_clear();
    remember(context, &inputs, &mut checked, &stop);
    report::print_check(context, &checked.json);
    match &checked.report {
        Some(report) => exit::of_report(report),
        None => exit::of_problems(&checked.problems),
    }
}

/// Keeps the verdict of a finished set-up that was checked as it is saved; what was checked with other
/// values or secrets says nothing of it.
fn remember(context: &Context, inputs: &Inputs, checked: &mut Checked, stop: &CancellationToken) {
    let services = &context.services;
    let Some(workspace) = checked
        .report
        .as_ref()
        .map(|report| report.workspace.clone())
    else {
        return;
    };
    let Ok((_, profile)) = commands::profiles::saved(services, workspace.as_str()) else {
        return;
    };
    let saved = commands::profiles::inputs_of(services, &profile);
    let is_given = |slot: &CredentialSlot| inputs.secrets.contains_key(&SecretSlot::from(*slot));
    let is_as_saved = !CredentialSlot::ALL.iter().any(is_given)
        && saved.draft.account == inputs.draft.account
        && saved.place().ok().map(|place| place.api_url)
            == inputs.place().ok().map(|place| place.api_url);
    if is_as_saved && let Err(problem) = commands::profiles::remember(services, checked, stop) {
        report::print_problems(&[problem.as_warning().into()]);
    }
}

async fn check_all(context: &Context) -> exit::Code {
    let stop = stopped_by_ctrl_c();
    let progress = progress(context);
    let (checked, mut problems) = commands::profiles::check_all(
        &context.services,
        &|ProfileCheckEventJson { event, .. }| show(&progress, event),
        &stop,
    )
    .await;
    progress.finish_and_clear();
    problems.extend(context.unreadable.iter().cloned());
    let codes: Vec<exit::Code> = checked
        .iter()
        .map(|checked| match &checked.report {
            Some(report) => exit::of_report(report),
            None => exit::of_problems(&checked.problems),
        })
        .chain(
            problems
                .iter()
                .map(|problem| exit::of_problem(problem.code)),
        )
        .collect();
    let all = commands::profiles::all_checks(checked, problems);
    if context.json {
        report::print_json(&all);
    } else if all.reports.is_empty() && all.problems.is_empty() {
        println!("No set-up has been finished yet. Begin with: bbsetup setup");
    } else {
        report::print_all(&all, &mut std::io::stdout().lock());
    }
    report::print_problems(&all.problems);
    exit::of_several(&codes)
}

/// A token that Ctrl+C cancels: the check then ends at once with what it has.
pub(crate) fn stopped_by_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            token.cancel();
        }
    });
    stop
}

/// A line of progress on standard error, where it is a terminal.
pub(crate) fn progress(context: &Context) -> ProgressBar {
    if !context.progress {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// Moves the line of progress on.
pub(crate) fn show(progress: &ProgressBar, event: CheckEventJson) {
    match event {
        CheckEventJson::Started { checks } => {
            progress.inc_length(u64::try_from(checks.len()).unwrap_or_default())
        }
        CheckEventJson::Settled { check, .. } => {
            progress.inc(1);
            progress.set_message(check.id.clone());
        }
        CheckEventJson::Waiting { seconds } => {
            progress.set_message(format!("waiting {seconds} s for the rate limit"))
        }
        CheckEventJson::Finished { .. } => {}
    }
}
