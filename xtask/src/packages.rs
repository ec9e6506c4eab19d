//! The system packages that building and testing the window needs.

use std::fmt;
use std::process::Command;

use anyhow::Result;

use crate::process::{command, is_installed, run, succeeds};

/// Debian's names, and what each is for.
const PACKAGES: [(&str, &str); 18] = [
    ("libwebkit2gtk-4.1-dev", "the window's browser engine"),
    ("libgtk-3-dev", "the window itself"),
    ("librsvg2-dev", "the window's icons"),
    ("libdbus-1-dev", "linking against the session bus"),
    ("build-essential", "a C compiler"),
    ("pkg-config", "finding the libraries above"),
    ("xvfb", "a display for the window's tests"),
    ("xauth", "letting the tests use that display"),
    ("webkit2gtk-driver", "driving the real window"),
    ("dbus", "a session bus of the tests' own"),
    ("dbus-x11", "the same, with a display"),
    ("gnome-keyring", "a real keychain"),
    ("libsecret-tools", "looking into the keychain from outside"),
    ("fonts-dejavu-core", "text in pictures of the window"),
    ("at-spi2-core", "the window's accessibility bus"),
    ("age", "opening an encrypted export from outside"),
    ("python3", "running servers that others wrote"),
    ("python3-venv", "keeping them in a folder of their own"),
];

/// Packages are missing, and this user may not install them.
#[derive(Debug)]
pub(crate) struct MayNotInstall {
    /// The one line that a person runs instead.
    line: String,
}

impl fmt::Display for MayNotInstall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Some system packages are missing, and this user may not install them. Run this line, then try again:\n\n  {}",
            self.line
        )
    }
}

impl std::error::Error for MayNotInstall {}

/// Installs the packages that are missing, where this system is Debian's kind and allows it.
pub(crate) fn install() -> Result<()> {
    if !is_installed("dpkg-query") {
        println!(
            "No dpkg here: the packages of https://v2.tauri.app/start/prerequisites/ have to be there already."
        );
        return Ok(());
    }
    let missing: Vec<&str> = PACKAGES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !is_present(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for (name, purpose) in PACKAGES.iter().filter(|(name, _)| missing.contains(name)) {
        println!("missing: {name} ({purpose})");
    }
    let is_root = succeeds(command("sh").args(["-c", "test \"$(id -u)\" = 0"]));
    let has_sudo = !is_root && succeeds(command("sudo").args(["-n", "true"]));
    if !is_root && !has_sudo {
        return Err(MayNotInstall {
            line: line(&missing),
        }
        .into());
    }
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(&missing);
    if let Err(error) = run(&mut apt(has_sudo, &["update"])) {
        // One source of several may be away; the packages may be known from before.
        println!("{error:#}. Going on with the lists that are here.");
    }
    if run(&mut apt(has_sudo, &install)).is_ok() {
        return Ok(());
    }
    // An earlier install may have died half-way. What cannot be mended, the last call tells.
    println!("Mending an earlier installation, then trying once more.");
    let mut configure = privileged(has_sudo, &["dpkg", "--configure", "-a"]);
    for mend in [&mut configure, &mut apt(has_sudo, &["-f", "install"])] {
        if let Err(error) = run(mend) {
            println!("{error:#}");
        }
    }
    run(&mut apt(has_sudo, &install))
}

/// The line that installs packages by hand.
fn line(packages: &[&str]) -> String {
    format!(
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    )
}

/// apt-get, which asks nothing and waits for another installation to end.
fn apt(has_sudo: bool, arguments: &[&str]) -> Command {
    let mut apt = privileged(
        has_sudo,
        &["apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=300"],
    );
    apt.args(arguments);
    apt
}

fn privileged(has_sudo: bool, words: &[&str]) -> Command {
    let mut command = match has_sudo {
        true => {
            let mut sudo = command("sudo");
            sudo.args(["-n", "env"]);
            sudo
        }
        false => command("env"),
    };
    command.arg("DEBIAN_FRONTEND=noninteractive").args(words);
    command
}

fn is_present(package: &str) -> bool {
    let output = command("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}\n", package])
        .output();
    output.is_ok_and(|output| is_installed_status(&output.stdout))
}

/// A package that is there for several architectures has a line for each.
fn is_installed_status(lines: &[u8]) -> bool {
    lines
        .split(|byte| *byte == b'\n')
        .any(|line| line == b"installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn each_package_says_once_what_it_is_for() {
        for (index, (name, purpose)) in PACKAGES.iter().enumerate() {
            assert!(!purpose.is_empty(), "{name}");
            let again = PACKAGES[index + 1..].iter().any(|(other, _)| other == name);
            assert!(!again, "{name} is there twice");
        }
    }

    #[test]
    fn half_installed_is_not_installed() {
        assert!(is_installed_status(b"installed\n"));
        assert!(is_installed_status(b"not-installed\ninstalled\n"));
        for status in ["", "not-installed\n", "half-configured\n", "config-files\n"] {
            assert!(!is_installed_status(status.as_bytes()), "{status:?}");
        }
    }

    #[test]
    fn the_line_to_run_names_what_is_missing_alone() {
        let error = MayNotInstall {
            line: line(&["xvfb", "age"]),
        };
        let said = error.to_string();
        assert!(said.ends_with("--no-install-recommends xvfb age"), "{said}");
    }

    #[test]
    fn nothing_asks_for_a_password_or_an_answer() {
        let as_root = words(&apt(false, &["update"]));
        assert_eq!(
            as_root[..3],
            ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        );
        assert!(as_root.contains(&"-y".to_owned()));
        let through_sudo = words(&apt(true, &["update"]));
        assert_eq!(
            through_sudo[..4],
            ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
        );
    }
}
