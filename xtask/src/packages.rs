//! The system packages that building and testing the window needs.

use anyhow::{Result, bail};

use crate::process::{command, is_installed, run, succeeds};

/// Debian's names, and what each is for.
const PACKAGES: [(&str, &str); 16] = [
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
];

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
    let sudo = !is_root && succeeds(command("sudo").args(["-n", "true"]));
    if !is_root && !sudo {
        bail!(
            "Some system packages are missing and this user may not install them. Run this line, then try again:\n\n  sudo apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        );
    }
    let apt = |arguments: &[&str]| {
        let mut apt = match sudo {
            true => command("sudo"),
            false => command("env"),
        };
        apt.args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-y",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=300",
        ]);
        apt.args(arguments);
        run(&mut apt)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(&missing);
    if apt(&install).is_err() {
        // An earlier install may have died half-way.
        apt(&["-f", "install"])?;
        apt(&install)?;
    }
    Ok(())
}

fn is_present(package: &str) -> bool {
    let output = command("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .output();
    output.is_ok_and(|output| output.stdout == b"installed")
}
