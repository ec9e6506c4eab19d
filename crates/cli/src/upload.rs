//! `bbsetup upload`.

use std::time::Duration;

use bbsetup_setup::{Problem, SecretSlot};
use bbsetup_wizard::commands::upload::{UploadRequest, upload};
use bbsetup_wizard::json::{UploadEventJson, UploadJson, UploadStateJson, UploadedFileJson};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::arguments::UploadArguments;
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::{exit, report, validate};

pub(crate) async fn run(context: &Context, arguments: &UploadArguments) -> exit::Code {
    match send(context, arguments).await {
        Ok(upload) => {
            report::print_problems(&upload.problems);
            match context.json {
                true => report::print_json(&upload),
                false => print(&upload),
            }
            exit::of_upload(&upload.problems, &upload)
        }
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

async fn send(context: &Context, arguments: &UploadArguments) -> Result<UploadJson, Vec<Problem>> {
    let inputs = context.inputs_asked(&[SecretSlot::BalkanIdKeyId, SecretSlot::BalkanIdKeySecret]);
    let request = UploadRequest {
        folder: arguments.folder.clone(),
        integration: arguments.integration.clone(),
        unchecked: arguments.unchecked,
        again: arguments.again,
    };
    let bar = bar(context);
    let ended = upload(
        &context.services,
        &inputs,
        &request,
        &|event| show(&bar, event),
        &stopped_by_ctrl_c(),
    )
    .await;
    bar.finish_and_clear();
    ended
}

fn bar(context: &Context) -> ProgressBar {
    let target = match context.progress {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn show(bar: &ProgressBar, event: UploadEventJson) {
    let say = |line: String| bar.suspend(|| eprintln!("{line}"));
    match event {
        UploadEventJson::Stage { text, .. } => say(format!("… {text}")),
        UploadEventJson::StageDone { text, .. } => say(format!("✓ {text}")),
        UploadEventJson::Finding { problem } => say(validate::line(&problem)),
        UploadEventJson::Sent { name, bytes, of } => {
            bar.set_message(name);
            bar.set_length(of);
            bar.set_position(bytes);
        }
        UploadEventJson::Again { problem, .. } => say(format!(
            "! {} Another address is asked for.",
            problem.message
        )),
        UploadEventJson::Ended { .. } => {}
    }
}

fn print(upload: &UploadJson) {
    if let Some(tenant) = &upload.tenant {
        println!("Tenant: {tenant}");
    }
    for file in &upload.files {
        println!("{}", line(file));
    }
    for note in &upload.notes {
        println!("? {note}");
    }
}

/// Where a file stands, on one line.
pub(crate) fn line(file: &UploadedFileJson) -> String {
    let state = match file.state {
        UploadStateJson::Done => "sent",
        UploadStateJson::AlreadyDone => "sent by an earlier run, and the same since",
        UploadStateJson::Failed => "not confirmed to be there as a whole",
        UploadStateJson::NotSent => "not sent",
    };
    format!("{:24} {} bytes  {state}", file.name, file.bytes)
}
