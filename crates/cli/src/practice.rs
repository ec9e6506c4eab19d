//! `bbsetup practice`: the practice servers.

use std::collections::BTreeMap;
use std::io::Write;

use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_setup::{Problem, ProblemCode};
use serde::Serialize;

use crate::arguments::PracticeArguments;
use crate::context::Context;
use crate::{exit, report};

/// The first line of standard output.
#[derive(Serialize)]
struct FirstLine {
    schema: &'static str,
    scenario: String,
    about: String,
    bitbucket_url: String,
    balkanid_url: String,
    balkanid_public_url: String,
    /// The practice SCIM server.
    scim_url: String,
    env: BTreeMap<String, String>,
}

pub(crate) async fn run(context: &Context, arguments: &PracticeArguments) -> exit::Code {
    if arguments.list {
        return list(context);
    }
    let scenario = match scenario(&arguments.scenario) {
        Ok(scenario) => scenario,
        Err(problem) => return report::print_failure(context.json, &[problem]),
    };
    let about = scenario.about.clone();
    let sandbox = match Sandbox::start(scenario).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            let problem = Problem::new(
                ProblemCode::DefectOfThisTool,
                format!("The practice servers could not start: {error}."),
            );
            return report::print_failure(context.json, &[problem]);
        }
    };
    let line = FirstLine {
        schema: "bbsetup.practice/1",
        scenario: arguments.scenario.clone(),
        about,
        bitbucket_url: sandbox.bitbucket_url(),
        balkanid_url: sandbox.balkanid_url(),
        balkanid_public_url: sandbox.balkanid_public_url(),
        scim_url: sandbox.scim_url(),
        env: sandbox.env(),
    };
    // Whoever reads the line may end the program at once.
    let told = told_to_end();
    report::print_json(&line);
    // The reader of a pipe waits for the line.
    let _reader_gone = std::io::stdout().flush();
    if context.progress {
        eprintln!("\nPractice servers run until Ctrl+C. In another terminal:\n");
        for (name, value) in &line.env {
            eprintln!("  export {name}='{value}'");
        }
        eprintln!("\n  bbsetup check");
    }
    told.await;
    drop(sandbox);
    exit::DONE
}

/// Waits for Ctrl+C, or for the signal with which scripts and systems end a program; either counts
/// from the call on, and not only once it is waited for.
#[cfg(unix)]
fn told_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = signal(SignalKind::terminate()).and_then(|terminate| {
        signal(SignalKind::interrupt()).map(|interrupt| (terminate, interrupt))
    });
    async move {
        match signals {
            Ok((mut terminate, mut interrupt)) => tokio::select! {
                _interrupt = interrupt.recv() => {}
                _terminate = terminate.recv() => {}
            },
            Err(_) => {
                let _ctrl_c = tokio::signal::ctrl_c().await;
            }
        }
    }
}

/// Waits for Ctrl+C.
#[cfg(not(unix))]
async fn told_to_end() {
    let _ctrl_c = tokio::signal::ctrl_c().await;
}

fn list(context: &Context) -> exit::Code {
    let scenarios: BTreeMap<&str, String> = Scenario::names()
        .into_iter()
        .filter_map(|name| {
            Scenario::named(name)
                .ok()
                .map(|scenario| (name, scenario.about))
        })
        .collect();
    if context.json {
        report::print_json(&scenarios);
    } else {
        for (name, about) in scenarios {
            println!("{name:26} {about}");
        }
    }
    exit::DONE
}

fn scenario(name: &str) -> Result<Scenario, Problem> {
    let unreadable =
        |what: String| Problem::new(ProblemCode::ValueUnreadable, what).on_field("scenario");
    match Scenario::named(name) {
        Ok(scenario) => Ok(scenario),
        Err(error) => match std::fs::read_to_string(name) {
            Ok(text) => Scenario::from_json(&text).map_err(|error| {
                unreadable(format!("The file {name} is no scenario: {error}.")).with_causes(&error)
            }),
            Err(_) => Err(unreadable(format!("{error}."))),
        },
    }
}
