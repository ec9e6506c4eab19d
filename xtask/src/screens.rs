//! `cargo xtask screens`: a picture of every page in its main states.

use anyhow::{Context, Result};

use crate::process::{self, DESKTOP, target};
use crate::{packages, ui};

/// Takes the pictures; those from before are removed.
pub(crate) fn run() -> Result<()> {
    packages::install()?;
    ui::build()?;
    let mut targets = vec!["--bin", "bbsetup"];
    targets.extend(DESKTOP);
    process::build(&targets)?;
    let folder = target().join("screens");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("{} could not be emptied", folder.display()))?;
    }
    let mut pictures = crate::test::under_a_display("screens", &[])?;
    process::run(pictures.env("BBSETUP_SCREENS", &folder))?;
    println!("\nThe pictures are in {}.", folder.display());
    Ok(())
}
