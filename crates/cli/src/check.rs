//! `bbsetup check`.

use bbsetup_setup::{CredentialSlot, SecretSlot};
use bbsetup_wizard::commands;
use bbsetup_wizard::json::CheckEventJson;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::{exit, report};

pub(crate) async fn run(context: &Context) -> exit::Code {
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
    let stop = stopped_by_ctrl_c();
    let progress = progress(context);
    let checked = commands::check::check(
        &context.services,
        &inputs,
        &CredentialSlot::ALL,
        &|event| show(&progress, event),
        &stop,
    )
    .await;
    progress.finish_and_clear();
    report::print_check(context, &checked.json);
    match &checked.report {
        Some(report) => exit::of_report(report),
        None => exit::of_problems(&checked.problems),
    }
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
            progress.set_length(u64::try_from(checks.len()).unwrap_or_default())
        }
        CheckEventJson::Settled { check, .. } => {
            progress.inc(1);
            progress.set_message(check.id.clone());
        }
        CheckEventJson::Waiting { seconds } => {
            progress.set_message(format!("waiting {seconds} s for Bitbucket's rate limit"))
        }
        CheckEventJson::Finished { .. } => {}
    }
}
