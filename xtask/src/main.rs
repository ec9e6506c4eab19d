//! The project's own tasks.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a front door prints"
)]

mod bench;
mod codegen;
mod conformance;
mod foreign;
mod fuzz;
mod packages;
mod practice;
mod process;
mod screens;
mod start;
mod test;
mod tidy;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing and open the wizard in practice mode
    Start(start::StartArguments),
    /// Set up what is missing and run every check
    Test(test::TestArguments),
    /// Write the window's TypeScript types
    Codegen {
        /// Change nothing; fail where they are stale
        #[arg(long)]
        check: bool,
    },
    /// Prove the rules that the compiler does not
    Tidy,
    /// Write a picture of every page in its main states, light and dark, under target/screens
    Screens,
    /// Hold the practice Bitbucket against Bitbucket's own description of its API
    Conformance(conformance::ConformanceArguments),
    /// Measure speed, size and memory beside this machine's own baseline
    Bench(bench::BenchArguments),
    /// Try what is typed and what servers send with inputs that nobody thought of
    Fuzz(fuzz::FuzzArguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Start(arguments) => start::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
        Task::Codegen { check } => codegen::run(check).map(|()| true),
        Task::Tidy => tidy::run().map(|()| true),
        Task::Screens => screens::run().map(|()| true),
        Task::Conformance(arguments) => conformance::run_with(&arguments).map(|()| true),
        Task::Bench(arguments) => bench::run_with(&arguments).map(|()| true),
        Task::Fuzz(arguments) => fuzz::run_with(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\n{error:#}");
            // Told apart, so that a script knows that a person has to act first.
            match error.is::<packages::MayNotInstall>() {
                true => ExitCode::from(2),
                false => ExitCode::FAILURE,
            }
        }
    }
}

/// The project's root folder.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}
