//! Running other programs.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A command in the project's root that reads no input.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command that another one starts, such as `xvfb-run`, whose last words are a command.
pub(crate) fn inside(mut outer: Command, inner: &Command) -> Command {
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Runs a command to its end; its failure is an error that names it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} could not be started", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// The desktop door, with its pages inside, as a window test and `start` need it.
pub(crate) const DESKTOP: [&str; 4] = [
    "--bin",
    "bitbucket-setup",
    "--features",
    "tauri/custom-protocol",
];

/// The program that writes the window's types.
pub(crate) const TYPES: [&str; 2] = ["--example", "typescript"];

/// Builds targets with the features that the tests have too.
///
/// Cargo unites the features of the packages that it is told of, and those of their tests only
/// where a test or an example is among the targets. With `--package`, most crates would be
/// compiled once more for each door; so every build names the workspace and an example.
pub(crate) fn build(targets: &[&str]) -> Result<()> {
    run(cargo()
        .args(["build", "--workspace"])
        .args(TYPES)
        .args(targets))
}

/// A program that this workspace builds.
pub(crate) fn built(program: &str) -> PathBuf {
    target()
        .join("debug")
        .join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// The folder that cargo builds into.
pub(crate) fn target() -> PathBuf {
    below_root(std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from))
}

/// Cargo runs in the root, so a relative folder is one below it; an absolute one stays.
fn below_root(folder: PathBuf) -> PathBuf {
    crate::root().join(folder)
}

/// Whether a command runs and ends well; its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether a program is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder: PathBuf| folder.join(program).is_file())
    })
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_target_folder_is_below_the_root() {
        assert_eq!(below_root("target".into()), crate::root().join("target"));
        let elsewhere = std::env::temp_dir().join("target");
        assert_eq!(below_root(elsewhere.clone()), elsewhere);
    }

    #[cfg(unix)]
    #[test]
    fn a_command_inside_another_keeps_its_words_and_variables() {
        let mut inner = command("sh");
        inner
            .args(["-c", "test \"$KEPT\" = 'two words'"])
            .env("KEPT", "two words");
        assert!(succeeds(&mut inside(command("env"), &inner)));
        inner.env("KEPT", "another");
        assert!(!succeeds(&mut inside(command("env"), &inner)));
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_names_what_was_run() {
        let ended = run(command("sh").args(["-c", "exit 3"])).expect_err("it ends with 3");
        assert_eq!(ended.to_string(), "sh -c exit 3 ended with exit status: 3");
        let absent = run(&mut command("bbsetup-no-such-program")).expect_err("it is absent");
        assert_eq!(
            absent.to_string(),
            "bbsetup-no-such-program could not be started"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_command_gets_no_input() {
        assert!(
            succeeds(command("sh").args(["-c", "! read -r line"])),
            "it read a line"
        );
    }
}
