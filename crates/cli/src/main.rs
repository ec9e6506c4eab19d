//! The terminal door: the `bbsetup` command.
//!
//! It reads the environment and the terminal, calls the same use cases as the window, and prints
//! what they give back. Standard output holds the result alone; everything else goes to standard
//! error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a front door prints; nothing else does"
)]

/// Adds a line to a text.
macro_rules! line {
    ($text:expr) => {
        $text.push('\n')
    };
    ($text:expr, $($said:tt)*) => {{
        $text.push_str(&format!($($said)*));
        $text.push('\n');
    }};
}

mod access;
mod arguments;
mod check;
mod context;
mod diagnose;
mod estimate;
mod evidence;
mod exit;
mod expiry;
mod export;
mod extract;
mod forget;
mod needs;
mod practice;
mod profiles;
mod refuse;
mod report;
mod rotate;
mod save;
mod scim;
mod setup;
mod status;
mod submit;
mod terminal;
mod upload;
mod usage;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::context::Context;
use crate::usage::Read;

fn main() -> ExitCode {
    let typed: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    let arguments = match usage::read(&typed) {
        Read::Arguments(arguments) => *arguments,
        Read::Text(text) => {
            // A closed pipe is the reader's choice.
            let _closed_pipe = write!(std::io::stdout(), "{text}");
            return exit::DONE.into();
        }
        Read::Refused { json, problem } => return report::print_failure(json, &[*problem]).into(),
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The program could not start its threads: {error}.");
            return exit::DEFECT.into();
        }
    };
    let code = runtime.block_on(run(arguments));
    // A keychain call that hangs must not hold the end up.
    runtime.shutdown_background();
    code.into()
}

async fn run(arguments: Arguments) -> exit::Code {
    let context = match Context::new(&arguments.shared) {
        Ok(context) => context,
        Err(problems) => return report::print_failure(arguments.shared.json, &problems),
    };
    match arguments.command {
        Command::Setup(setup) => setup::run(&context, &setup).await,
        Command::Check(check) => check::run(&context, &check).await,
        Command::Save(save) => save::run(&context, &save).await,
        Command::Submit(submit) => submit::run(&context, &submit).await,
        Command::Status(status) => status::run(&context, &status).await,
        Command::Export(export) => export::run(&context, &export).await,
        Command::Evidence(evidence) => evidence::run(&context, &evidence).await,
        Command::Extract(extract) => extract::run(&context, &extract).await,
        Command::Estimate(estimate) => estimate::run(&context, &estimate).await,
        Command::Access(access) => access::run(&context, &access),
        Command::Validate(validate) => validate::run(&context, &validate),
        Command::Upload(upload) => upload::run(&context, &upload).await,
        Command::Rotate(rotate) => rotate::run(&context, &rotate).await,
        Command::Expiry(expiry) => expiry::run(&context, &expiry),
        Command::Scim(scim) => scim::run(&context, &scim).await,
        Command::Diagnose(diagnose) => diagnose::run(&context, &diagnose).await,
        Command::Profiles => profiles::run(&context),
        Command::Forget(forget) => forget::run(&context, &forget).await,
        Command::Practice(practice) => practice::run(&context, &practice).await,
    }
}
