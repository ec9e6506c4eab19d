//! `cargo xtask start`: the wizard in practice mode.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use clap::Args;

use crate::process::{DESKTOP, build, built, target};
use crate::{packages, practice, ui};

/// What `start` takes.
#[derive(Args)]
pub(crate) struct StartArguments {
    /// The practice scenario
    #[arg(long, default_value = "ready")]
    scenario: String,
    /// Run in the terminal, also where there is a display
    #[arg(long)]
    terminal: bool,
}

pub(crate) fn run(arguments: &StartArguments) -> Result<bool> {
    let has_display = !cfg!(target_os = "linux")
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some();
    let in_window = has_display && !arguments.terminal;
    packages::install()?;
    let mut targets = vec!["--bin", "bbsetup"];
    if in_window {
        ui::build()?;
        targets.extend(DESKTOP);
    }
    build(&targets)?;
    let servers = practice::Servers::start(&arguments.scenario)?;
    println!(
        "\nPractice scenario {}: {}\n",
        arguments.scenario, servers.about
    );
    let home = target().join("practice");
    let mut program = practice::with_keychain(&home.join("data"), door(in_window))?;
    if !in_window {
        program.args(IN_TERMINAL);
    }
    program
        .envs(&servers.env)
        .env("BBSETUP_PRACTICE", &arguments.scenario)
        .env("BBSETUP_HOME", home.join("home"))
        .stdin(Stdio::inherit());
    let status = program
        .status()
        .with_context(|| format!("{} could not be started", door(in_window).display()))?;
    Ok(status.success())
}

/// What the terminal door does in practice mode: the whole set-up, from what the servers give.
const IN_TERMINAL: [&str; 2] = ["setup", "--answers-from-environment"];

fn door(in_window: bool) -> PathBuf {
    built(match in_window {
        true => "bitbucket-setup",
        false => "bbsetup",
    })
}
