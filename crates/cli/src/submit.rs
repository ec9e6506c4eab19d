//! `bbsetup submit`.

use bbsetup_setup::{Owner, Problem, ProblemCode, SecretSlot};
use bbsetup_wizard::commands::submit::Submission;
use bbsetup_wizard::commands::watch::Patience;
use bbsetup_wizard::json::{
    CandidateJson, ConfirmedJson, HandOverJson, KeyNamesJson, PlanJson, ProblemJson, RouteJson,
    SubmitEventJson, SubmitJson, UploadEventJson,
};

use crate::arguments::SubmitArguments;
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::{exit, report, terminal, upload, validate};

/// BalkanID's key, which any extraction type can do without or with.
const KEY: [SecretSlot; 2] = [SecretSlot::BalkanIdKeyId, SecretSlot::BalkanIdKeySecret];

pub(crate) async fn run(context: &Context, arguments: &SubmitArguments) -> exit::Code {
    match submit(context, arguments).await {
        Ok(code) => code,
        Err(problems) => report::print_failure(context.json, &problems),
    }
}

async fn submit(
    context: &Context,
    arguments: &SubmitArguments,
) -> Result<exit::Code, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let inputs = context.inputs_with_form(&arguments.form);
    let mut slots = inputs.draft.extraction.secrets().to_vec();
    for key in KEY {
        if !slots.contains(&key) {
            slots.push(key);
        }
    }
    let inputs = context.ask(inputs, &slots);
    let confirmed = ConfirmedJson {
        keys: arguments
            .keys
            .as_deref()
            .map(read_keys)
            .transpose()
            .map_err(one)?,
        integration: arguments.integration.clone(),
    };
    let services = &context.services;
    let submission = Submission::prepare(services, &inputs, Owner::Optional).await?;
    let plan = submission.plan(services, &confirmed).await;
    print_plan(&plan);
    if plan.route == RouteJson::Assisted || exit::of_document(&plan.problems) != exit::DONE {
        return Ok(end_unwritten(context, &plan));
    }
    if context.interactive && !arguments.yes && !terminal::agreed("Write this to BalkanID?") {
        return Ok(report::print_declined(
            context.json,
            "Nothing was written to BalkanID.",
        ));
    }
    let stop = stopped_by_ctrl_c();
    let mut submitted = submission
        .submit(
            services,
            &confirmed,
            Patience::default(),
            &print_event,
            &stop,
        )
        .await
        .map_err(one)?;
    if arguments.watch
        && submission.has_an_end(&submitted)
        && let Some(tenant) = submission.tenant()
    {
        let watched = tenant
            .watch(services, Patience::default(), &print_event, &stop)
            .await;
        // What was submitted stands, however its sync ends.
        submitted
            .problems
            .extend(watched.err().map(ProblemJson::from));
    }
    report::print_problems(&submitted.problems);
    print_submitted(context, &submitted);
    Ok(match &submitted.upload {
        Some(upload) => exit::of_upload(&submitted.problems, upload),
        None => exit::of_document(&submitted.problems),
    })
}

/// The end where nothing is written by this program: by hand, or not before something is decided.
fn end_unwritten(context: &Context, plan: &PlanJson) -> exit::Code {
    for CandidateJson {
        id,
        description,
        words,
        primary_owner,
    } in &plan.candidates
    {
        eprintln!("  {id}  {description}  {words}  {primary_owner}");
    }
    report::print_problems(&plan.problems);
    if context.json {
        report::print_json(&SubmitJson {
            problems: plan.problems.clone(),
            ..SubmitJson::of(plan.route)
        });
    }
    exit::of_document(&plan.problems)
}

fn read_keys(file: &std::path::Path) -> Result<KeyNamesJson, Problem> {
    let unreadable = |why: String| {
        Problem::new(ProblemCode::ValueUnreadable, format!("{} cannot be read: {why}.", file.display())).on_field("keys").with_hints(vec![
            "It is JSON with access_token, api_url, workspace, account_username and account_app_password, each the name of a key.".to_owned(),
        ])
    };
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
}

/// Shows what would be written, secrets masked, or what to type into BalkanID's form.
pub(crate) fn print_plan(plan: &PlanJson) {
    eprintln!("{}", plan.reason);
    if let Some(tenant) = &plan.tenant {
        eprintln!("Tenant: {tenant}");
    }
    match plan.route {
        RouteJson::Api if plan.row.is_empty() => {}
        RouteJson::Api => {
            eprintln!("\nThe row to be written:");
            for cell in &plan.row {
                eprintln!("  {:32} {}", cell.column, cell.value);
            }
        }
        RouteJson::Assisted => {
            eprintln!("\nIn BalkanID: Configure > Integrations > Add Integration > Bitbucket");
            for field in &plan.form {
                eprintln!("  {:32} {}", field.label, field.value);
            }
            eprintln!("  then Next, Optional Configuration if needed, Save.");
        }
    }
    for line in &plan.by_hand {
        eprintln!("By hand: {line}");
    }
    if let Some(files) = &plan.files {
        eprintln!("Files: {} rows, nothing in the way.", files.rows);
    }
    if let Some(HandOverJson {
        to,
        subject,
        text,
        files,
    }) = &plan.hand_over
    {
        eprintln!("\nSend an e-mail to {to}:\n  {subject}");
        for line in text.lines() {
            eprintln!("  {line}");
        }
        for file in files {
            eprintln!("  attach {}", file.file);
        }
    }
}

/// Tells a stage of a submission.
pub(crate) fn print_event(event: SubmitEventJson) {
    match event {
        SubmitEventJson::Stage { text, .. } => eprintln!("… {text}"),
        SubmitEventJson::StageDone { text, .. } => eprintln!("✓ {text}"),
        SubmitEventJson::Status { status } => eprintln!("  {}", status.words),
        SubmitEventJson::Upload { upload } => print_upload(upload),
        SubmitEventJson::Submitted { .. } | SubmitEventJson::Ended { .. } => {}
    }
}

/// Tells a stage of an upload within a submission; bytes alone are no line's worth.
fn print_upload(event: UploadEventJson) {
    match event {
        UploadEventJson::Stage { text, .. } => eprintln!("… {text}"),
        UploadEventJson::StageDone { text, .. } => eprintln!("✓ {text}"),
        UploadEventJson::Finding { problem } => eprintln!("{}", validate::line(&problem)),
        UploadEventJson::Again { problem, .. } => {
            eprintln!("! {} Another address is asked for.", problem.message);
        }
        UploadEventJson::Sent { .. } | UploadEventJson::Ended { .. } => {}
    }
}

fn print_submitted(context: &Context, submitted: &SubmitJson) {
    if context.json {
        report::print_json(submitted);
        return;
    }
    let id = submitted.integration_id.as_deref().unwrap_or("–");
    match submitted.created {
        true => println!("Created {id}."),
        false => println!("Updated {id}."),
    }
    for file in submitted.upload.iter().flat_map(|upload| &upload.files) {
        println!("{}", upload::line(file));
    }
    for difference in &submitted.differences {
        println!(
            "BalkanID shows {} as “{}”, asked was “{}”.",
            difference.field, difference.shown, difference.asked
        );
    }
}
