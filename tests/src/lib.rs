//! Stories at the boundary, through both front doors.
//!
//! A story starts practice servers of its own and runs the real program in an environment of its
//! own: no variable, file or keychain of the machine reaches it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a story that cannot go on has failed"
)]

mod canary;
mod foreign;
#[cfg(target_os = "linux")]
mod keychain;
#[cfg(target_os = "linux")]
mod notices;
mod report;
#[cfg(target_os = "linux")]
pub mod steps;
#[cfg(unix)]
mod terminal;
mod wait;
#[cfg(target_os = "linux")]
mod window;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use bbsetup_sandbox::{Sandbox, Scenario};
use serde_json::Value;
use tempfile::TempDir;

pub use canary::{Canary, copies_in, copies_in_folder};
pub use foreign::foreign;
#[cfg(target_os = "linux")]
pub use keychain::Keychain;
#[cfg(target_os = "linux")]
pub use notices::{Notice, Notices};
pub use report::comparable;
#[cfg(unix)]
pub use terminal::{Ended, Terminal};
pub use wait::until;
#[cfg(target_os = "linux")]
pub use window::{Light, Window};

/// The program, built once for each run of the tests.
pub fn bbsetup() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args([
                "build",
                "--quiet",
                // As `cargo xtask test` builds it: by `--package`, its crates would be compiled anew.
                "--workspace",
                "--example",
                "typescript",
                "--bin",
                "bbsetup",
                "--message-format=json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        String::from_utf8_lossy(&built.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "bbsetup")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo names the program")
    })
}

/// Practice servers, and an environment in which the program is run against them.
pub struct Story {
    /// The servers.
    pub sandbox: Sandbox,
    /// The folder of everything that the program writes.
    pub folder: TempDir,
    /// The variables of the program's environment; a test may change them.
    pub env: BTreeMap<String, String>,
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("standard output is no JSON document ({error}): {self:?}")
        })
    }

    /// The codes of the document's problems with severity and check, sorted, each once.
    pub fn problems(&self) -> Vec<String> {
        let json = self.json();
        let mut problems: Vec<String> = json["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .map(|problem| {
                let text = |name: &str| problem[name].as_str().unwrap_or("-").to_owned();
                let place = problem["check"]
                    .as_str()
                    .or(problem["slot"].as_str())
                    .unwrap_or("-");
                format!("{} {} {place}", text("severity"), text("code"))
            })
            .collect();
        problems.sort();
        problems.dedup();
        problems
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Story {
    /// A story in a scenario that comes with the program.
    pub async fn named(scenario: &str) -> Self {
        Self::of(Scenario::named(scenario).expect("a scenario")).await
    }

    /// A story in a scenario of a test's own.
    pub async fn of(scenario: Scenario) -> Self {
        let sandbox = Sandbox::start(scenario).await.expect("free ports");
        let folder = TempDir::new().expect("a folder");
        let mut env = sandbox.env();
        env.insert("BBSETUP_VAULT".into(), "memory".into());
        env.insert(
            "BBSETUP_HOME".into(),
            folder.path().join("home").display().to_string(),
        );
        env.insert("PATH".into(), std::env::var("PATH").unwrap_or_default());
        env.insert("NO_COLOR".into(), "1".into());
        Self {
            sandbox,
            folder,
            env,
        }
    }

    /// A path in the story's folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The command, in the story's environment and no other.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(bbsetup());
        command
            .args(arguments)
            .env_clear()
            .envs(&self.env)
            .stdin(Stdio::null())
            .current_dir(self.folder.path());
        command
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().expect("the program runs").into())
            .await
            .expect("the program ends")
    }

    /// Runs the program at a pseudo-terminal.
    #[cfg(unix)]
    pub fn terminal(&self, arguments: &[&str]) -> Terminal {
        Terminal::start(&self.command(arguments))
    }

    /// Keeps secrets in a real keychain.
    #[cfg(target_os = "linux")]
    pub fn keeps_secrets_in(&mut self, keychain: &Keychain) -> &mut Self {
        self.env.extend(keychain.env());
        self.set("BBSETUP_VAULT", "os")
    }

    /// Takes away all that the scenario gives beforehand, so that a person has to type it.
    pub fn gives_nothing_beforehand(&mut self) -> &mut Self {
        for name in self.sandbox.env().keys() {
            self.env.remove(name);
        }
        self
    }

    /// What a person types in this scenario, by the name of the variable that would give it.
    pub fn typed(&self, name: &str) -> String {
        let typed = self.sandbox.env().remove(name);
        typed.unwrap_or_else(|| panic!("the scenario names no {name}"))
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable away.
    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.env.remove(name);
        self
    }
}
