//! The window's TypeScript types, made from the Rust types that cross to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{self, cargo};
use crate::root;

/// Where the types stand in the window's sources.
const FOLDER: &str = "ui/src/ipc/generated";

fn write_into(folder: &Path) -> Result<()> {
    process::run(
        cargo()
            .args([
                "run",
                "--quiet",
                "--package",
                "bbsetup-wizard",
                "--example",
                "typescript",
                "--",
            ])
            .arg(folder),
    )
}

fn compare() -> Result<()> {
    let fresh = tempfile::tempdir()?;
    write_into(fresh.path())?;
    let held = root().join(FOLDER);
    let (fresh, held) = (files(fresh.path())?, files(&held)?);
    let stale: Vec<&String> = fresh
        .keys()
        .chain(held.keys())
        .filter(|name| fresh.get(*name) != held.get(*name))
        .collect();
    if !stale.is_empty() {
        bail!(
            "The window's types are stale: {stale:?}. Run `cargo xtask codegen` and commit what it writes."
        );
    }
    Ok(())
}

/// Writes the types; with `check` changes nothing and fails where they are stale.
pub(crate) fn run(check: bool) -> Result<()> {
    if check {
        return compare();
    }
    let folder = root().join(FOLDER);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the old types could not be removed")?;
    }
    write_into(&folder)
}

fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(files)
}
