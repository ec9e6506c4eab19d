//! The window's own packages and build.

use anyhow::{Context, Result};

use crate::process::{command, run};
use crate::root;

/// Runs npm in the window's folder.
pub(crate) fn npm(arguments: &[&str]) -> Result<()> {
    let mut npm = command("npm");
    // Standard output is for what a task answers, such as the JSON of `bench`.
    npm.current_dir(root().join("ui"))
        .args(arguments)
        .stdout(std::io::stderr());
    run(&mut npm).context("npm comes with Node.js 20 or later, which has to be installed")
}

/// Installs what package-lock.json names, where that is not there yet.
pub(crate) fn install() -> Result<()> {
    let lock = root().join("ui/package-lock.json");
    let installed = root().join("ui/node_modules/.package-lock.json");
    let modified = |path: &std::path::Path| path.metadata().and_then(|data| data.modified()).ok();
    if modified(&installed).is_some_and(|installed| Some(installed) >= modified(&lock)) {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])
}

/// Builds the window's pages.
pub(crate) fn build() -> Result<()> {
    install()?;
    npm(&["run", "build"])
}
