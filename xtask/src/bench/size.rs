//! How large the programs are.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Program;
use super::table::{Row, Unit};
use crate::process::{command, run};

/// More megabytes than this are too many to download for one set-up.
const AIM: f64 = 12.0;

/// Measures both doors, beside a program that does nothing.
pub(crate) fn measure(program: &Program) -> Result<Vec<Row>> {
    let empty = empty_program()?;
    [
        ("size of bitbucket-setup", &program.desktop),
        ("size of bbsetup", &program.bbsetup),
    ]
    .into_iter()
    .map(|(what, file)| {
        let size = megabytes(file)?;
        Ok(Row::new(what, Unit::Megabytes, vec![size])
            .aim(AIM)
            .beside("an empty Rust program", &[empty]))
    })
    .collect()
}

/// The size of an empty program, compiled as Cargo.toml's release profile has it.
fn empty_program() -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("empty.rs");
    let made = folder.path().join("empty");
    fs::write(&source, "fn main() {}\n")?;
    run(command("rustc")
        .args(["--edition", "2024", "-C", "opt-level=s", "-C", "lto=fat"])
        .args(["-C", "codegen-units=1", "-C", "panic=abort"])
        .args(["-C", "strip=symbols", "-o"])
        .arg(&made)
        .arg(&source))?;
    megabytes(&made)
}

#[allow(clippy::cast_precision_loss, reason = "no program has 2^52 bytes")]
fn megabytes(file: &Path) -> Result<f64> {
    let bytes = fs::metadata(file)
        .with_context(|| format!("{} is not there", file.display()))?
        .len();
    Ok(bytes as f64 / 1e6)
}
