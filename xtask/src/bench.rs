//! `cargo xtask bench`: how quick and how small it is, beside what this machine does at best.
//!
//! It is no part of `cargo xtask test`: what is measured depends on the machine and on what else it
//! does.

mod check;
mod driver;
mod extract;
mod http;
mod processes;
mod served;
mod size;
mod table;
mod validate;
mod window;
mod workload;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::table::Row;
use crate::process::{cargo, run, target};
use crate::ui;

/// What `bench` takes.
#[derive(Args)]
pub(crate) struct BenchArguments {
    /// Measure these alone [default: all but extract, which takes half an hour]
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Print one JSON document and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// How often each thing is measured [default: 9; reading workload C: 1]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    runs: Option<u16>,
    /// Measure these alone, as the parts before any flag say it too
    #[arg(long, num_args = 1.., value_enum)]
    only: Vec<Part>,
    #[command(flatten)]
    extract: extract::ExtractArguments,
    /// Measure the window on the display that is there, and write the numbers to a file
    #[arg(long, hide = true, value_name = "FILE")]
    on_this_display: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The full check of both slots
    Check,
    /// The programs' sizes
    Size,
    /// The window's start and memory
    Window,
    /// Looking through a million rows of CSV
    Validate,
    /// Reading whole workspaces
    Extract,
}

impl Part {
    /// What is measured where no part is named: all but what takes half an hour.
    const USUAL: [Self; 4] = [Self::Check, Self::Size, Self::Window, Self::Validate];
}

/// How often each thing is measured where nobody says.
const USUAL_RUNS: u16 = 9;

/// The programs as they are given to people.
struct Program {
    bbsetup: PathBuf,
    desktop: PathBuf,
}

/// Measures; an aim that is not met is told, and is no failure.
pub(crate) fn run_with(arguments: &BenchArguments) -> Result<()> {
    let runs = usize::from(arguments.runs.unwrap_or(USUAL_RUNS));
    let released = |name: &str| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        target().join("release").join(file)
    };
    let program = Program {
        bbsetup: released("bbsetup"),
        desktop: released("bitbucket-setup"),
    };
    if let Some(file) = &arguments.on_this_display {
        return window::measure_here(&program, runs, file);
    }
    let wanted = match (arguments.parts.as_slice(), arguments.only.as_slice()) {
        ([], []) => Part::USUAL.to_vec(),
        (parts, only) => [parts, only].concat(),
    };
    let is_wanted = |part| wanted.contains(&part);
    build(is_wanted(Part::Size) || is_wanted(Part::Window))?;
    let mut rows: Vec<Row> = Vec::new();
    if is_wanted(Part::Check) {
        rows.extend(check::measure(&program, runs)?);
    }
    if is_wanted(Part::Size) {
        rows.extend(size::measure(&program)?);
    }
    if is_wanted(Part::Window) {
        rows.extend(window::measure(runs)?);
    }
    if is_wanted(Part::Validate) {
        rows.extend(validate::measure(&program, runs)?);
    }
    if is_wanted(Part::Extract) {
        let own_runs = arguments.runs.map(usize::from);
        rows.extend(extract::measure(
            &program,
            &arguments.extract,
            own_runs,
            runs,
        )?);
    }
    table::print(&rows, arguments.json);
    Ok(())
}

/// Builds both doors as they are released, with the window's pages inside; or the terminal's alone.
fn build(with_desktop: bool) -> Result<()> {
    if !with_desktop {
        return run(cargo().args(["build", "--release", "--package", "bbsetup"]));
    }
    ui::build()?;
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "bbsetup",
        "--package",
        "bitbucket-setup",
        "--features",
        "tauri/custom-protocol",
    ]))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
