//! The window's TypeScript types, made from the Rust types that cross to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{self, command};
use crate::root;

/// Where the types stand in the window's sources.
const FOLDER: &str = "ui/src/ipc/generated";

fn write_into(folder: &Path) -> Result<()> {
    process::build(&[])?;
    process::run(command(process::built("examples/typescript")).arg(folder))
}

/// Writes the types; with `check` changes nothing and fails where they are stale.
pub(crate) fn run(check: bool) -> Result<()> {
    // Made elsewhere first: what does not compile leaves the old types in place.
    let made = tempfile::tempdir().context("there is no room for the new types")?;
    write_into(made.path())?;
    let fresh = files(made.path())?;
    let folder = root().join(FOLDER);
    if check {
        let stale = stale(&fresh, &files(&folder)?);
        if !stale.is_empty() {
            bail!(
                "The window's types are stale: {}. Run `cargo xtask codegen` and commit what it writes.",
                stale.join(", ")
            );
        }
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the old types could not be removed")?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{FOLDER} could not be made"))?;
    for (name, text) in fresh {
        fs::write(folder.join(&name), text)
            .with_context(|| format!("{FOLDER}/{name} could not be written"))?;
    }
    Ok(())
}

/// The names of the files that differ, are missing, or are held for nothing.
fn stale(fresh: &BTreeMap<String, String>, held: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&String> = fresh.keys().chain(held.keys()).collect();
    names
        .into_iter()
        .filter(|name| fresh.get(*name) != held.get(*name))
        .cloned()
        .collect()
}

/// The text of every file in a folder; none where there is no such folder.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn what_differs_is_missing_or_is_left_over_is_stale_once() {
        let fresh = folder(&[("A.ts", "a"), ("B.ts", "new"), ("C.ts", "c")]);
        let held = folder(&[("A.ts", "a"), ("B.ts", "old"), ("D.ts", "d")]);
        assert_eq!(stale(&fresh, &held), ["B.ts", "C.ts", "D.ts"]);
        assert!(stale(&fresh, &fresh).is_empty());
    }

    #[test]
    fn a_folder_that_is_not_there_holds_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let held = files(&parent.path().join("generated")).expect("readable");
        assert!(held.is_empty());
    }
}
