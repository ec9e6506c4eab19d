//! The world as the window meets it: folders, keychain, clock, practice mode.

use std::path::PathBuf;
use std::sync::Arc;

use bbsetup_http::{Limits, Network};
use bbsetup_vault::{Vault, Waiting};
use bbsetup_wizard::commands::diagnose::Surroundings;
use bbsetup_wizard::{Practice, Services};

/// The world; `waiting` is told each time the keychain does not answer at once.
pub(crate) fn services(waiting: impl Fn() + Send + Sync + 'static) -> Services {
    let vault = match variable("BBSETUP_VAULT").as_deref() {
        Some("memory") => Vault::memory(),
        _ => Vault::os(Waiting {
            announce: Arc::new(waiting),
            ..Waiting::default()
        }),
    };
    Services {
        vault,
        limits: Limits::default(),
        network: Network::default(),
        home: home(),
        clock: Arc::new(jiff::Timestamp::now),
        practice: Practice::of(variable),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The folder of progress and profiles, the same as the terminal door's.
fn home() -> PathBuf {
    if let Some(given) = std::env::var_os("BBSETUP_HOME") {
        return given.into();
    }
    match directories::ProjectDirs::from("id", "balkan", "bitbucket-setup") {
        Some(folders) => folders.data_dir().to_path_buf(),
        // Nothing can be kept there, and the window says so when it tries.
        None => PathBuf::from("bitbucket-setup"),
    }
}

/// What the program itself cannot know of the desktop.
pub(crate) fn surroundings() -> Surroundings {
    let engine = match std::env::consts::OS {
        "linux" => "WebKitGTK",
        "windows" => "WebView2",
        _ => "WebKit",
    };
    Surroundings {
        window_engine: tauri::webview_version()
            .ok()
            .map(|version| format!("{engine} {version}")),
        user_home: directories::UserDirs::new().map(|user| user.home_dir().to_path_buf()),
    }
}

/// The folder into which exports go unless the person says otherwise.
pub(crate) fn documents() -> PathBuf {
    let folders = directories::UserDirs::new();
    folders
        .as_ref()
        .and_then(|folders| folders.document_dir())
        .or(folders.as_ref().map(directories::UserDirs::home_dir))
        .map_or_else(|| PathBuf::from("."), PathBuf::from)
}
