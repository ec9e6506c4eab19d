//! A practice run: the servers, the variables that point at them, and a keychain of its own.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

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
        Self::start_with(&built("bbsetup"), scenario)
    }

    /// Starts the servers of a scenario with a bbsetup that was built otherwise.
    pub(crate) fn start_with(program: &Path, scenario: &str) -> Result<Self> {
        let mut child = command(program)
            .args(["practice", "--scenario", scenario])
            .stdout(Stdio::piped())
            .spawn()
            .context("bbsetup could not be started")?;
        let stdout = child
            .stdout
            .take()
            .context("bbsetup has no standard output")?;
        // From here on, a failure ends them.
        let mut servers = Self {
            child,
            env: BTreeMap::new(),
            about: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .context("the practice servers said nothing that can be read")?;
        (servers.env, servers.about) = first_line(&line)?;
        Ok(servers)
    }
}

/// The variables and the description in the first line that `bbsetup practice` prints.
fn first_line(line: &str) -> Result<(BTreeMap<String, String>, String)> {
    if line.trim().is_empty() {
        bail!("The practice servers did not start; what they said is above.");
    }
    let mut first: serde_json::Value =
        serde_json::from_str(line).context("the first line of `bbsetup practice` is not JSON")?;
    let env = serde_json::from_value(first["env"].take())
        .context("the first line of `bbsetup practice` names no variables")?;
    let about = first["about"].as_str().unwrap_or_default().to_owned();
    Ok((env, about))
}

impl Drop for Servers {
    fn drop(&mut self) {
        // They may have ended by themselves.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Opens a keychain, waits until it has its name on the bus, then becomes the program that it is
/// given. A program that asks earlier makes the bus start a second, locked keychain.
const WITH_KEYCHAIN: &str = r#"
printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit
tries=0
until dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus \
    / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then echo 'The keychain did not come up.' >&2; exit 1; fi
    sleep 0.1
done
exec "$0" "$@"
"#;

/// A program whose keychain is not the person's own.
///
/// Where there is a gnome-keyring, it runs on a session bus of its own with an unlocked keychain
/// that is kept in `folder`. Elsewhere secrets are held in the program's memory.
pub(crate) fn with_keychain(folder: &Path, program: impl AsRef<OsStr>) -> Result<Command> {
    if !is_installed("dbus-run-session") || !is_installed("gnome-keyring-daemon") {
        let mut command = command(program);
        command.env("BBSETUP_VAULT", "memory");
        return Ok(command);
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("{} could not be made", folder.display()))?;
    let mut session = command("dbus-run-session");
    session
        .args(["--", "sh", "-c", WITH_KEYCHAIN])
        .arg(program)
        .env("XDG_DATA_HOME", folder);
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_gives_the_variables() {
        let line = r#"{"about":"All is well.","env":{"BBSETUP_WORKSPACE":"acme"},"scim_url":null}"#;
        let (env, about) = first_line(line).expect("a first line");
        assert_eq!(about, "All is well.");
        assert_eq!(env["BBSETUP_WORKSPACE"], "acme");
    }

    #[test]
    fn servers_that_end_at_once_are_told_from_a_line_that_is_not_theirs() {
        for (line, said) in [
            ("", "did not start"),
            ("\n", "did not start"),
            ("hello\n", "is not JSON"),
            ("{}\n", "names no variables"),
        ] {
            let error = first_line(line).expect_err("no variables");
            assert!(error.to_string().contains(said), "{line:?}: {error}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_secret_stays_in_the_keychain_of_its_folder() {
        if !is_installed("secret-tool") || !is_installed("gnome-keyring-daemon") {
            // The part `packages` installs both; a machine without them has memory alone.
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("it's odd");
        let lines = "printf secret | secret-tool store --label=practice name practice && secret-tool lookup name practice";
        for round in ["made", "opened again"] {
            let output = with_keychain(&odd, "sh")
                .expect("a keychain")
                .args(["-c", lines])
                .output()
                .expect("dbus-run-session starts");
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                "secret",
                "{round}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert!(odd.join("keyrings").is_dir(), "it is kept elsewhere");
    }
}
