//! `cargo xtask start`: the wizard in practice mode.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Result;
use clap::Args;

use crate::process::{self, cargo};
use crate::{packages, practice, root, ui};

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
    process::run(cargo().args(["build", "--package", "bbsetup"]))?;
    if in_window {
        ui::build()?;
        process::run(cargo().args([
            "build",
            "--package",
            "bitbucket-setup",
            "--features",
            "tauri/custom-protocol",
        ]))?;
    }
    let servers = practice::Servers::start(&arguments.scenario)?;
    println!(
        "\nPractice scenario {}: {}\n",
        arguments.scenario, servers.about
    );
    let line = match in_window {
        true => format!("'{}'", process::built("bitbucket-setup").display()),
        false => format!(
            "'{}' setup --answers-from-environment",
            process::built("bbsetup").display()
        ),
    };
    let home: PathBuf = root().join("target/practice");
    let mut program = practice::with_keychain(&line);
    program
        .envs(&servers.env)
        .env("BBSETUP_PRACTICE", &arguments.scenario)
        .env("BBSETUP_HOME", home.join("home"))
        .env("XDG_DATA_HOME", home.join("data"))
        .stdin(Stdio::inherit());
    let status = program.status()?;
    Ok(status.success())
}
