//! The rules that the compiler does not prove.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::root;

/// Which of our packages each may depend on (CONTRIBUTING.md, rule 2: dependencies point inward).
const ALLOWED: [(&str, &[&str]); 11] = [
    ("bbsetup-setup", &[]),
    ("bbsetup-sandbox", &[]),
    ("bbsetup-http", &["bbsetup-setup"]),
    ("bbsetup-vault", &["bbsetup-setup"]),
    ("bbsetup-bitbucket", &["bbsetup-setup", "bbsetup-http"]),
    ("bbsetup-balkanid", &["bbsetup-setup", "bbsetup-http"]),
    (
        "bbsetup-wizard",
        &[
            "bbsetup-setup",
            "bbsetup-http",
            "bbsetup-vault",
            "bbsetup-bitbucket",
            "bbsetup-balkanid",
        ],
    ),
    (
        "bbsetup",
        &[
            "bbsetup-setup",
            "bbsetup-http",
            "bbsetup-vault",
            "bbsetup-wizard",
            "bbsetup-sandbox",
        ],
    ),
    (
        "bitbucket-setup",
        &[
            "bbsetup-setup",
            "bbsetup-http",
            "bbsetup-vault",
            "bbsetup-wizard",
        ],
    ),
    ("bbsetup-tests", &["bbsetup-sandbox"]),
    ("xtask", &[]),
];

/// Each outside tool has one home.
const HOMES: [(&str, &str); 4] = [
    ("reqwest", "bbsetup-http"),
    ("keyring-core", "bbsetup-vault"),
    ("tauri", "bitbucket-setup"),
    ("tauri-build", "bitbucket-setup"),
];

/// Licences that may be linked into a program under Apache-2.0.
const LICENCES: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Proves every rule, and names all that is broken.
pub(crate) fn run() -> Result<()> {
    let mut broken = dependencies()?;
    for file in sources(&root().join("crates"), "rs")? {
        broken.extend(in_rust(&file)?);
    }
    for extension in ["ts", "svelte"] {
        for file in sources(&root().join("ui/src"), extension)? {
            broken.extend(in_window(&file)?);
        }
    }
    if !broken.is_empty() {
        bail!("tidy found:\n  {}", broken.join("\n  "));
    }
    Ok(())
}

fn dependencies() -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .exec()?;
    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            broken.push(format!("{name} is not in tidy's table of packages"));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
        {
            let to = dependency.name.as_str();
            let is_ours = ALLOWED.iter().any(|(known, _)| *known == to);
            if is_ours && !allowed.contains(&to) {
                broken.push(format!("{name} depends on {to}: dependencies point inward"));
            }
            if let Some((tool, home)) = HOMES
                .iter()
                .find(|(tool, home)| *tool == to && *home != name)
            {
                broken.push(format!(
                    "{name} depends on {tool}, whose only home is {home}"
                ));
            }
        }
    }
    for package in &metadata.packages {
        if let Some(licence) = &package.license
            && package.source.is_some()
            && !licence_fits(licence)
        {
            broken.push(format!(
                "{} has the licence {licence}, which is not on the list",
                package.name
            ));
        }
    }
    Ok(broken)
}

/// Whether one of the alternatives of a licence expression is made of known licences alone.
fn licence_fits(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    expression.split(" OR ").any(|alternative| {
        alternative
            .split(" AND ")
            .all(|licence| LICENCES.contains(&licence.trim()))
    })
}

fn in_rust(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(file)?;
    let shown = shown(file);
    let mut broken = Vec::new();
    let is_front_door = ["crates/cli/", "crates/wizard/examples/"]
        .iter()
        .any(|door| shown.starts_with(door));
    let reads_environment = ["env::var", "env::args", "env::vars"]
        .iter()
        .any(|call| text.contains(call));
    if !is_front_door && reads_environment && !shown.contains("/tests/") {
        broken.push(format!(
            "{shown} reads the environment; only the front doors do"
        ));
    }
    const LONGEST: usize = 600;
    if text.lines().count() > LONGEST {
        broken.push(format!("{shown} is longer than {LONGEST} lines"));
    }
    Ok(broken)
}

fn in_window(file: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(file)?;
    let shown = shown(file);
    let mut broken = Vec::new();
    if text.contains("@tauri-apps/") && !shown.starts_with("ui/src/ipc/") {
        broken.push(format!("{shown} imports @tauri-apps; only ui/src/ipc does"));
    }
    if text.contains("{@html") {
        broken.push(format!("{shown} writes raw HTML"));
    }
    Ok(broken)
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .to_string_lossy()
        .into_owned()
}

fn sources(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path, extension)?);
        } else if path.extension().is_some_and(|held| held == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_fits_by_one_alternative() {
        assert!(licence_fits("MIT OR GPL-3.0"));
        assert!(licence_fits("MIT/Apache-2.0"));
        assert!(licence_fits("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!licence_fits("GPL-3.0"));
        assert!(!licence_fits("MIT AND GPL-3.0"));
    }

    #[test]
    fn planted_violations_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let plant = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("room");
            file
        };
        assert_eq!(
            in_rust(&plant("a.rs", "std::env::var(\"X\")"))
                .expect("readable")
                .len(),
            1
        );
        assert_eq!(
            in_rust(&plant("b.rs", &"\n".repeat(601)))
                .expect("readable")
                .len(),
            1
        );
        assert_eq!(
            in_rust(&plant("c.rs", "fn main() {}"))
                .expect("readable")
                .len(),
            0
        );
        assert_eq!(
            in_window(&plant("a.ts", "import x from '@tauri-apps/api'"))
                .expect("readable")
                .len(),
            1
        );
        assert_eq!(
            in_window(&plant("b.svelte", "{@html x}"))
                .expect("readable")
                .len(),
            1
        );
    }

    #[test]
    fn the_tree_is_tidy() {
        run().expect("tidy");
    }
}
