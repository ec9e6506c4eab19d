//! Programs that others wrote, which `cargo xtask test --only foreign` installs.

use std::path::PathBuf;

/// The path of a program such as `scim2-server`.
///
/// Where it is not there the story fails: without it nothing is proved.
pub fn foreign(program: &str) -> PathBuf {
    let folder = std::env::var_os("BBSETUP_FOREIGN").map_or_else(
        || {
            let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
            root.join(target).join("foreign")
        },
        PathBuf::from,
    );
    let programs = match cfg!(windows) {
        true => "Scripts",
        false => "bin",
    };
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = folder.join("venv").join(programs).join(file);
    assert!(
        path.is_file(),
        "there is no {}; `cargo xtask test --only foreign` installs it",
        path.display()
    );
    path
}
