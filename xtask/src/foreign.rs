//! Servers that others wrote, for the stories that hold this program against them.
//!
//! They come from Python's registry into an environment of their own below what cargo builds;
//! nothing of them is in a program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{command, run, target};

/// What is installed, each in one version.
const PACKAGES: [&str; 2] = ["scim2-server==0.8.3", "moto[s3,server]==5.2.5"];

/// Which packages an environment holds: written last, so that one half made is made again.
const HELD: &str = "held.txt";

/// The variable in which the stories find the folder.
pub(crate) const VARIABLE: &str = "BBSETUP_FOREIGN";

/// The folder of the environment `venv`.
pub(crate) fn folder() -> PathBuf {
    target().join("foreign")
}

/// Makes the environment, where it is not there yet or holds something else.
pub(crate) fn install() -> Result<()> {
    let environment = folder().join("venv");
    if is_held(&environment) {
        return Ok(());
    }
    if environment.exists() {
        fs::remove_dir_all(&environment)
            .with_context(|| format!("{} could not be removed", environment.display()))?;
    }
    run(command("python3").args(["-m", "venv"]).arg(&environment))
        .context("python3 with its module venv has to be installed; the part `packages` installs both on Debian")?;
    run(command(program(&environment, "python"))
        .args(["-m", "pip", "install", "--quiet"])
        .args(["--disable-pip-version-check", "--no-input"])
        .args(PACKAGES))
    .context("the servers that others wrote could not be installed")?;
    fs::write(environment.join(HELD), held())
        .with_context(|| format!("{} could not be written to", environment.display()))
}

fn is_held(environment: &Path) -> bool {
    fs::read_to_string(environment.join(HELD)).is_ok_and(|text| text == held())
}

fn held() -> String {
    PACKAGES.map(|package| format!("{package}\n")).concat()
}

/// A program of the environment.
fn program(environment: &Path, name: &str) -> PathBuf {
    let folder = match cfg!(windows) {
        true => "Scripts",
        false => "bin",
    };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    environment.join(folder).join(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_held_to_one_version() {
        for package in PACKAGES {
            let (name, version) = package.split_once("==").expect("a version");
            assert!(!name.is_empty(), "{package}");
            assert!(!version.contains('*'), "{package}");
        }
    }

    #[test]
    fn an_environment_that_is_half_made_or_of_other_versions_is_made_again() {
        let environment = tempfile::tempdir().expect("a folder");
        assert!(!is_held(environment.path()));
        let file = environment.path().join(HELD);
        fs::write(&file, "scim2-server==0.8.2\n").expect("written");
        assert!(!is_held(environment.path()));
        fs::write(&file, held()).expect("written");
        assert!(is_held(environment.path()));
    }
}
