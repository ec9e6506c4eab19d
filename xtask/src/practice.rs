//! A practice run: the servers, the variables that point at them, and a keychain of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result};

use crate::process::{built, command, is_installed};

/// Running practice servers; they end when this is dropped.
pub(crate) struct Servers {
    child: Child,
    /// The variables that point every command at them.
    pub(crate) env: BTreeMap<String, String>,
    /// What the scenario shows.
    pub(crate) about: String,
}

impl Servers {
    /// Starts the servers of a scenario.
    pub(crate) fn start(scenario: &str) -> Result<Self> {
        let mut child = command(built("bbsetup"))
            .args(["practice", "--scenario", scenario])
            .stdout(Stdio::piped())
            .spawn()
            .context("bbsetup could not be started")?;
        let stdout = child
            .stdout
            .take()
            .context("bbsetup has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .context("the practice servers said nothing")?;
        let first: serde_json::Value =
            serde_json::from_str(&line).context("the practice servers did not start")?;
        let env = serde_json::from_value(first["env"].clone())
            .context("the practice servers named no variables")?;
        let about = first["about"].as_str().unwrap_or_default().to_owned();
        Ok(Self { child, env, about })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // They may have ended by themselves.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Runs a shell line inside a session bus of its own with an unlocked, empty keychain, so that
/// practice never touches the person's own.
pub(crate) fn with_keychain(line: &str) -> std::process::Command {
    let script = format!(
        "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; {line}"
    );
    match is_installed("dbus-run-session") && is_installed("gnome-keyring-daemon") {
        true => {
            let mut session = command("dbus-run-session");
            session.args(["--", "bash", "-c", &script]);
            session
        }
        false => {
            let mut shell = command("sh");
            shell.args(["-c", line]);
            shell
        }
    }
}
