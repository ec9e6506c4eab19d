//! `cargo xtask conformance`: the practice Bitbucket against Bitbucket's own description.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::process::{build, built, command, run};
use crate::test::Skipped;

/// Where the description is looked for; the project holds no copy of it.
const SPEC: &str = "../shared/specs/bitbucket-cloud.openapi3.json";

/// What `conformance` takes.
#[derive(Args)]
pub(crate) struct ConformanceArguments {
    /// Bitbucket's OpenAPI 3.0 file [default: ../shared/specs/bitbucket-cloud.openapi3.json, beside
    /// the project]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

pub(crate) fn run_with(arguments: &ConformanceArguments) -> Result<()> {
    let spec = match &arguments.spec {
        Some(spec) => std::path::absolute(spec).context("the folder of this run is gone")?,
        None => crate::root().join(SPEC),
    };
    hold_against(&spec)
}

/// The part of `test`: where there is no description nothing is proved, and that is said.
pub(crate) fn where_described() -> Result<()> {
    hold_where_there(&crate::root().join(SPEC))
}

fn hold_where_there(spec: &Path) -> Result<()> {
    if !spec.is_file() {
        return Err(Skipped(format!(
            "NOT PROVED: there is no {}, so the practice Bitbucket was not held against Bitbucket's description. Give a copy with `cargo xtask conformance --spec FILE`; it is published at https://api.bitbucket.org/swagger.json.",
            spec.display()
        ))
        .into());
    }
    hold_against(spec)
}

fn hold_against(spec: &Path) -> Result<()> {
    build(&["--bin", "bbsetup", "--bin", "conformance"])?;
    run(command(built("conformance"))
        .arg("--spec")
        .arg(spec)
        .arg("--bbsetup")
        .arg(built("bbsetup")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_description_it_is_skipped_and_not_passed() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = hold_where_there(&folder.path().join("none.json")).expect_err("no file");
        assert!(error.is::<Skipped>());
        assert!(error.to_string().starts_with("NOT PROVED"), "{error}");
    }
}
