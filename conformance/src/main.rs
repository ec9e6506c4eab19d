//! Holds the practice Bitbucket, and what the program sends to it, against Bitbucket's own
//! description of its API.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a front door prints"
)]

mod answers;
mod ask;
mod calls;
mod exceptions;
mod fields;
mod groups;
mod planted;
mod program;
mod report;
#[cfg(test)]
mod samples;
mod schemas;
mod scopes;
mod spec;
mod sweep;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bbsetup_sandbox::Scenario;
use clap::Parser;

use crate::answers::{Answer, Judge};
use crate::exceptions::Needed;
use crate::report::Report;
use crate::spec::Spec;

/// Holds the practice Bitbucket against Bitbucket's own description of its API.
#[derive(Parser)]
struct Arguments {
    /// The description: an OpenAPI 3.0 file
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    /// The program whose calls are recorded
    #[arg(long, value_name = "FILE")]
    bbsetup: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool> {
    let spec = Spec::read(&arguments.spec)?;
    let mut needed = Needed::none();
    let mut report = Report::default();

    let calls = program::calls(&arguments.bbsetup).await?;
    for call in &calls {
        let calls::Judged { template, wrong } = calls::judge(&spec, call, &mut needed);
        report.call(&call.method, template, wrong);
    }

    let templates = sweep::served(&spec).await?;
    let mut judge = Judge::new(&spec);
    let mut samples = Vec::new();
    for name in sweep::scenarios() {
        let mut look = |answer: Answer| {
            let judged = judge.judge(&answer, &mut needed)?;
            if planted::is_sample(&answer, &judged) {
                samples.push(answer.clone());
            }
            report.answer(&answer, judged);
            Ok(())
        };
        sweep::sweep(name, Scenario::named(name)?, &templates, &mut look).await?;
    }

    let scopes = scopes::seen(&spec, &templates, &mut needed).await?;
    for seen in &scopes {
        report.scopes(&seen.template, scopes::judge(seen));
    }

    report.planted(planted::calls(&spec, &calls));
    report.planted(planted::answers(&mut judge, &samples)?);
    report.planted(planted::scopes(&scopes));
    report.print(&needed);
    Ok(report.failed(&needed) == 0)
}
