//! Makes the window's permissions from the list of commands.

use std::process::ExitCode;

/// Every command; each needs a grant of its own in `capabilities/main.json`.
const COMMANDS: &[&str] = &[
    "home",
    "watch_keychain",
    "probe_keychain",
    "use_memory_only",
    "begin",
    "resume",
    "progress",
    "discard",
    "guide",
    "answer",
    "keep",
    "hold_secret",
    "drop_secret",
    "check",
    "check_scim",
    "look_through_files",
    "cancel",
    "answers",
    "save",
    "plan",
    "submit",
    "copy_field",
    "copy_text",
    "suggested_path",
    "export",
    "open_link",
    "forget",
    "check_profile",
    "check_all",
    "rotate",
    "undo_rotation",
    "drop_previous",
    "set_expiry",
    "status",
    "watch_on",
    "diagnose",
    "diagnose_bundle",
    "diagnose_save",
    "reading_place",
    "estimate",
    "extract",
    "stop_reading",
    "access",
];

fn main() -> ExitCode {
    // The folder is not where tauri-build looks by itself.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    match tauri_build::try_build(attributes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error=the window's permissions could not be made: {error:#}");
            ExitCode::FAILURE
        }
    }
}
