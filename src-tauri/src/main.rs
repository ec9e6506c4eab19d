//! The desktop door of Bitbucket Setup for BalkanID.

// In a release, Windows opens no console beside the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod clipboard;
mod commands;
mod progress;
mod services;

use std::process::ExitCode;

use bbsetup_wizard::{Run, log};
use tauri::{App, Url, WebviewWindowBuilder};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::clipboard::Clipboard;
use crate::commands::Door;
use crate::progress::{KeychainWatch, UnderWay};

fn main() -> ExitCode {
    let keychain = KeychainWatch::default();
    let waiting = keychain.clone();
    let services = services::services(move || waiting.waiting());
    // A second subscriber in one process is refused, and the first one serves.
    let _already_set = tracing_subscriber::registry()
        .with(log::layer(&services))
        .try_init();
    let door = Door {
        run: Run::new(services),
        under_way: UnderWay::default(),
        reading: UnderWay::default(),
        keychain,
        clipboard: Clipboard::default(),
    };
    let ended = tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .manage(door)
        .invoke_handler(tauri::generate_handler![
            commands::home,
            commands::watch_keychain,
            commands::probe_keychain,
            commands::use_memory_only,
            commands::begin,
            commands::resume,
            commands::progress,
            commands::discard,
            commands::guide,
            commands::answer,
            commands::keep,
            commands::hold_secret,
            commands::drop_secret,
            commands::check,
            commands::check_scim,
            commands::look_through_files,
            commands::cancel,
            commands::answers,
            commands::save,
            commands::plan,
            commands::submit,
            commands::copy_field,
            commands::copy_text,
            commands::suggested_path,
            commands::export,
            commands::open_link,
            commands::forget,
            commands::check_profile,
            commands::check_all,
            commands::rotate,
            commands::undo_rotation,
            commands::drop_previous,
            commands::set_expiry,
            commands::status,
            commands::watch_on,
            commands::diagnose,
            commands::diagnose_bundle,
            commands::diagnose_save,
            commands::reading_place,
            commands::estimate,
            commands::extract,
            commands::stop_reading,
            commands::access,
        ])
        .setup(|app| Ok(open(app)?))
        .run(tauri::generate_context!());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("The window could not be opened: {error}.");
            }
            ExitCode::FAILURE
        }
    }
}

/// Opens the one window, which never leaves the program's own pages.
fn open(app: &mut App) -> tauri::Result<()> {
    let Some(window) = app.config().app.windows.first().cloned() else {
        return Ok(());
    };
    let development = app.config().build.dev_url.clone();
    WebviewWindowBuilder::from_config(app, &window)?
        .on_navigation(move |page| is_own_page(page, development.as_ref()))
        .build()?;
    Ok(())
}

/// Whether an address is one of the program's own pages.
fn is_own_page(page: &Url, development: Option<&Url>) -> bool {
    let own = match page.scheme() {
        "tauri" => page.host_str() == Some("localhost"),
        // Windows serves the same pages this way.
        "http" | "https" => page.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    let in_development = cfg!(debug_assertions)
        && development.is_some_and(|development| development.origin() == page.origin());
    own || in_development
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_leaves_its_own_pages_for_none() {
        let development = Url::parse("http://localhost:5173").expect("an address");
        let own =
            |page: &str| is_own_page(&Url::parse(page).expect("an address"), Some(&development));
        assert!(own("tauri://localhost/index.html"));
        assert!(own("http://tauri.localhost/"));
        for other in [
            "https://bitbucket.org/acme",
            "tauri://elsewhere/",
            "http://localhost:5174/",
            "https://tauri.localhost.example/",
            "data:text/html,hello",
            "file:///etc/hostname",
        ] {
            assert!(!own(other), "{other}");
        }
    }
}
