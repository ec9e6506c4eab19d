//! The clipboard, which a secret leaves after a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bbsetup_setup::{Problem, ProblemCode, Secret};

/// How long a secret stays on the clipboard.
const STAYS: Duration = Duration::from_secs(30);

/// The clipboard. On Linux what was copied is there as long as this lives.
#[derive(Clone, Default)]
pub(crate) struct Clipboard(Arc<Mutex<Option<arboard::Clipboard>>>);

impl Clipboard {
    /// Copies a text that is no secret.
    pub(crate) fn copy(&self, text: &str) -> Result<(), Problem> {
        self.with(|clipboard| clipboard.set_text(text))
    }

    /// Copies a secret, and takes it away again if it is still there after [`STAYS`].
    pub(crate) fn copy_secret(&self, secret: Secret) -> Result<(), Problem> {
        self.with(|clipboard| set_secret(clipboard, &secret))?;
        let clipboard = self.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(STAYS).await;
            clipboard.take_away(&secret);
        });
        Ok(())
    }

    /// Takes a secret away, unless something else was copied since.
    fn take_away(&self, secret: &Secret) {
        // A clipboard that does not answer cannot be emptied either.
        let _away = self.with(|clipboard| match clipboard.get_text() {
            Ok(text) if text == secret.expose() => clipboard.clear(),
            Ok(_) | Err(_) => Ok(()),
        });
    }

    fn with(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<(), arboard::Error>,
    ) -> Result<(), Problem> {
        let mut held = lock(&self.0);
        let clipboard = match held.take() {
            Some(clipboard) => Ok(clipboard),
            None => arboard::Clipboard::new(),
        };
        clipboard
            .and_then(|clipboard| act(held.insert(clipboard)))
            .map_err(|error| not_copied(&error))
    }
}

#[cfg(target_os = "linux")]
fn set_secret(clipboard: &mut arboard::Clipboard, secret: &Secret) -> Result<(), arboard::Error> {
    use arboard::SetExtLinux;
    // Clipboard histories are asked to leave it out.
    let set = clipboard.set().exclude_from_history();
    set.text(secret.expose())
}

#[cfg(not(target_os = "linux"))]
fn set_secret(clipboard: &mut arboard::Clipboard, secret: &Secret) -> Result<(), arboard::Error> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;
    let set = clipboard.set().exclude_from_history();
    set.text(secret.expose())
}

fn not_copied(error: &arboard::Error) -> Problem {
    Problem::new(
        ProblemCode::DesktopRefused,
        "The clipboard does not take the text.",
    )
    .with_causes(error)
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
