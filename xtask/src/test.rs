//! `cargo xtask test`: every check, one part after another, and how long each took.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::process::{self, DESKTOP, cargo, command, is_installed, succeeds};
use crate::{codegen, conformance, foreign, packages, tidy, ui};

/// What `test` takes.
#[derive(Args)]
pub(crate) struct TestArguments {
    /// Run these parts alone
    #[arg(long, num_args = 1..)]
    only: Vec<String>,
}

/// A part: its name and what it runs.
type Part = (&'static str, fn() -> Result<()>);

/// The parts, in the order in which they fail fastest.
const PARTS: [Part; 11] = [
    ("packages", packages::install),
    ("format", format),
    ("tidy", tidy::run),
    ("lints", lints),
    ("generated", generated),
    ("foreign", foreign::install),
    ("tests", tests),
    ("conformance", conformance::where_described),
    ("documentation", documentation),
    ("ui", ui_checks),
    ("window", window),
];

/// A part that could not be run here: it has not passed, and has not failed.
#[derive(Debug)]
pub(crate) struct Skipped(pub(crate) String);

impl fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// Runs the parts; a part that fails does not keep the others from running.
pub(crate) fn run(arguments: &TestArguments) -> Result<bool> {
    if let Some(unknown) = arguments
        .only
        .iter()
        .find(|name| !PARTS.iter().any(|(part, _)| part == name))
    {
        bail!(
            "There is no part {unknown}; there are: {}.",
            PARTS.map(|(name, _)| name).join(", ")
        );
    }
    let mut results: Vec<(&str, Duration, Option<anyhow::Error>)> = Vec::new();
    for (name, part) in PARTS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|only| only == name) {
            continue;
        }
        println!("\n=== {name}");
        let started = Instant::now();
        let failure = part().err();
        if let Some(failure) = &failure {
            println!("{failure:#}");
        }
        results.push((name, started.elapsed(), failure));
    }
    println!("\n{:15} {:>8}  result", "part", "seconds");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for (name, took, failure) in &results {
        let (result, count) = match failure {
            None => ("passed", &mut passed),
            Some(failure) if failure.is::<Skipped>() => ("SKIPPED, see above", &mut skipped),
            Some(_) => ("FAILED", &mut failed),
        };
        *count += 1;
        println!("{name:15} {:>8.1}  {result}", took.as_secs_f64());
    }
    match skipped {
        0 => println!("\n{passed} passed, {failed} failed"),
        _ => println!("\n{passed} passed, {failed} failed, {skipped} skipped"),
    }
    Ok(failed == 0)
}

fn format() -> Result<()> {
    process::run(cargo().args(["fmt", "--all", "--check"]))?;
    // A workspace of its own.
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    process::run(cargo().args(fuzz))
}

fn lints() -> Result<()> {
    process::run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn generated() -> Result<()> {
    codegen::run(true)
}

fn tests() -> Result<()> {
    // The stories start it.
    process::build(&["--bin", "bbsetup"])?;
    let mut tests = cargo();
    tests.env(foreign::VARIABLE, foreign::folder());
    match succeeds(cargo().args(["nextest", "--version"])) {
        true => tests.args(["nextest", "run", "--workspace", "--no-tests", "pass"]),
        false => tests.args(["test", "--workspace", "--lib", "--bins", "--tests"]),
    };
    process::run(&mut tests)?;
    // nextest runs no example of the documentation.
    process::run(cargo().args(["test", "--workspace", "--doc", "--quiet"]))
}

fn documentation() -> Result<()> {
    process::run(cargo().env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]))
}

fn ui_checks() -> Result<()> {
    ui::install()?;
    for script in ["format:check", "lint", "check", "test", "build"] {
        ui::npm(&["run", script])?;
    }
    Ok(())
}

/// The real window, driven under a display of its own. Each story brings a keychain.
fn window() -> Result<()> {
    ui::build()?;
    let mut targets = vec!["--bin", "bbsetup"];
    targets.extend(DESKTOP);
    process::build(&targets)?;
    process::run(&mut under_a_display("window", &["--test-threads=1"])?)
}

/// The ignored tests of a file, which need a display: here one that nobody sees.
pub(crate) fn under_a_display(file: &str, arguments: &[&str]) -> Result<Command> {
    if !is_installed("xvfb-run") || !is_installed("WebKitWebDriver") {
        bail!(
            "xvfb-run or WebKitWebDriver is not installed; the part `packages` installs both on Debian."
        );
    }
    let mut tests = cargo();
    tests
        .args(["test", "--workspace", "--features", "tauri/custom-protocol"])
        .args(["--test", file, "--", "--ignored"])
        .args(arguments);
    let mut display = command("xvfb-run");
    display.args(["-a", "-s", "-screen 0 1280x1024x24"]);
    Ok(process::inside(display, &tests))
}
