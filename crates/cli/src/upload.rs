//! `bbsetup upload`.

use bbsetup_setup::{Problem, SecretSlot};
use bbsetup_wizard::commands::upload::{UploadRequest, upload};
use bbsetup_wizard::json::{UploadEventJson, UploadJson, UploadStateJson, UploadedFileJson};
use indicatif::ProgressBar;

use crate::arguments::UploadArguments;
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::report::progress_bar;
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
    let bar = progress_bar(
        context,
        "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}",
    );
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
