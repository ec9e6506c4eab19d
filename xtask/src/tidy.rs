//! The rules that the compiler does not prove.

mod licence;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::root;

/// The practice servers: no package of ours is beneath them, and any may be tested against them.
const PRACTICE: &str = "bbsetup-sandbox";

/// Which of our packages each may depend on (CONTRIBUTING.md, rule 2: dependencies point inward).
const ALLOWED: [(&str, &[&str]); 14] = [
    ("bbsetup-setup", &[]),
    ("bbsetup-sandbox", &[]),
    ("bbsetup-http", &["bbsetup-setup"]),
    ("bbsetup-vault", &["bbsetup-setup"]),
    ("bbsetup-bitbucket", &["bbsetup-setup", "bbsetup-http"]),
    ("bbsetup-balkanid", &["bbsetup-setup", "bbsetup-http"]),
    ("bbsetup-scim", &["bbsetup-setup", "bbsetup-http"]),
    (
        "bbsetup-extract",
        &["bbsetup-setup", "bbsetup-http", "bbsetup-bitbucket"],
    ),
    (
        "bbsetup-wizard",
        &[
            "bbsetup-setup",
            "bbsetup-http",
            "bbsetup-vault",
            "bbsetup-bitbucket",
            "bbsetup-balkanid",
            "bbsetup-scim",
            "bbsetup-extract",
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
    ("bbsetup-conformance", &["bbsetup-sandbox"]),
    (
        "bbsetup-tests",
        &[
            "bbsetup-setup",
            "bbsetup-http",
            "bbsetup-vault",
            "bbsetup-wizard",
            "bbsetup-sandbox",
        ],
    ),
    ("xtask", &[]),
];

/// The one package that may depend on an outside tool, where a tool has such a home.
fn home_of(tool: &str) -> Option<&'static str> {
    match tool {
        "reqwest" => Some("bbsetup-http"),
        "rusqlite" => Some("bbsetup-extract"),
        "tauri" => Some("bitbucket-setup"),
        _ if tool.starts_with("tauri-") => Some("bitbucket-setup"),
        // keyring, keyring-core and the stores of each platform.
        _ if tool.contains("keyring") => Some("bbsetup-vault"),
        _ => None,
    }
}

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
    let mut broken = in_packages()?;
    for folder in [
        "crates",
        "conformance",
        "fuzz",
        "src-tauri",
        "tests",
        "xtask",
    ] {
        for file in files(&root().join(folder), "rs")? {
            broken.extend(sources::in_rust(&shown(&file), &read(&file)?));
        }
    }
    for extension in ["ts", "svelte"] {
        for file in files(&root().join("ui/src"), extension)? {
            broken.extend(sources::in_window(&shown(&file), &read(&file)?));
        }
    }
    if !broken.is_empty() {
        bail!("tidy found:\n  {}", broken.join("\n  "));
    }
    Ok(())
}

fn in_packages() -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .exec()
        .context("cargo metadata could not tell what each package depends on")?;
    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        let dependencies: Vec<(&str, DependencyKind)> = package
            .dependencies
            .iter()
            .map(|dependency| (dependency.name.as_str(), dependency.kind))
            .collect();
        broken.extend(in_dependencies(package.name.as_str(), &dependencies));
    }
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
    {
        broken.extend(in_licence(
            package.name.as_str(),
            package.license.as_deref(),
        ));
    }
    Ok(broken)
}

fn in_dependencies(package: &str, dependencies: &[(&str, DependencyKind)]) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == package) else {
        return vec![format!("{package} is not in tidy's table of packages")];
    };
    let mut broken = Vec::new();
    for (to, kind) in dependencies {
        let is_ours = ALLOWED.iter().any(|(known, _)| known == to);
        let is_practice_in_tests = *kind == DependencyKind::Development && *to == PRACTICE;
        if is_ours && !allowed.contains(to) && !is_practice_in_tests {
            broken.push(format!(
                "{package} depends on {to}: dependencies point inward"
            ));
        }
        if let Some(home) = home_of(to).filter(|home| *home != package) {
            broken.push(format!(
                "{package} depends on {to}, whose only home is {home}"
            ));
        }
    }
    broken
}

fn in_licence(package: &str, expression: Option<&str>) -> Option<String> {
    match expression {
        None => Some(format!("{package} names no licence")),
        Some(expression) if licence::fits(expression, &LICENCES) => None,
        Some(expression) => Some(format!(
            "{package} has the licence {expression}, which is not on the list"
        )),
    }
}

/// A path below the root, with forward slashes on every system.
fn shown(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} could not be read", shown(file)))
}

/// Every file below a folder with an extension; none where there is no such folder.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in
        fs::read_dir(folder).with_context(|| format!("{} could not be read", shown(folder)))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
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
    use cargo_metadata::DependencyKind::{Build, Development, Normal};

    #[test]
    fn an_edge_outward_is_found() {
        assert_eq!(
            in_dependencies("bbsetup-setup", &[("bbsetup-http", Normal)]).len(),
            1
        );
        assert_eq!(
            in_dependencies("bbsetup-http", &[("bbsetup-wizard", Build)]).len(),
            1
        );
        assert_eq!(
            in_dependencies("bbsetup-http", &[("bbsetup-setup", Normal)]).len(),
            0
        );
    }

    #[test]
    fn the_practice_servers_share_nothing_and_serve_tests_alone() {
        for kind in [Normal, Development, Build] {
            assert_eq!(
                in_dependencies(PRACTICE, &[("bbsetup-setup", kind)]).len(),
                1
            );
        }
        assert_eq!(
            in_dependencies("bbsetup-wizard", &[(PRACTICE, Development)]).len(),
            0
        );
        assert_eq!(
            in_dependencies("bbsetup-wizard", &[(PRACTICE, Normal)]).len(),
            1
        );
    }

    #[test]
    fn each_tool_stays_at_home() {
        for (tool, home) in [
            ("reqwest", "bbsetup-http"),
            ("keyring", "bbsetup-vault"),
            ("keyring-core", "bbsetup-vault"),
            ("zbus-secret-service-keyring-store", "bbsetup-vault"),
            ("tauri", "bitbucket-setup"),
            ("tauri-build", "bitbucket-setup"),
            ("tauri-plugin-opener", "bitbucket-setup"),
        ] {
            for kind in [Normal, Development, Build] {
                assert_eq!(in_dependencies("bbsetup-wizard", &[(tool, kind)]).len(), 1);
                assert_eq!(in_dependencies(home, &[(tool, kind)]).len(), 0);
            }
        }
    }

    #[test]
    fn a_package_outside_the_table_is_found() {
        assert_eq!(in_dependencies("bbsetup-new", &[]).len(), 1);
    }

    #[test]
    fn a_licence_has_to_be_named_and_known() {
        assert!(in_licence("a", None).is_some());
        assert!(in_licence("a", Some("GPL-3.0")).is_some());
        assert!(in_licence("a", Some("MIT")).is_none());
    }

    #[test]
    fn the_tree_is_tidy() {
        run().expect("tidy");
    }
}
