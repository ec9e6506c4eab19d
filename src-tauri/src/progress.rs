//! What is under way: the one run that can be stopped, and those who are told of the keychain.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

/// The check or submission that is under way, so that it can be stopped.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<CancellationToken>);

impl UnderWay {
    /// Begins another; the one before is stopped.
    pub(crate) fn begin(&self) -> CancellationToken {
        let next = CancellationToken::new();
        std::mem::replace(&mut *lock(&self.0), next.clone()).cancel();
        next
    }

    /// Stops it; it then ends with what it has.
    pub(crate) fn stop(&self) {
        lock(&self.0).cancel();
    }
}

/// The page that is told when the keychain does not answer at once.
#[derive(Clone, Default)]
pub(crate) struct KeychainWatch(Arc<Mutex<Option<Channel<()>>>>);

impl KeychainWatch {
    /// Tells this page from now on.
    pub(crate) fn tell(&self, page: Channel<()>) {
        *lock(&self.0) = Some(page);
    }

    /// The keychain is being waited for.
    pub(crate) fn waiting(&self) {
        if let Some(page) = &*lock(&self.0) {
            // A page that has gone needs no telling.
            let _gone = page.send(());
        }
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_run_stops_the_one_before() {
        let under_way = UnderWay::default();
        let first = under_way.begin();
        let second = under_way.begin();
        assert!(first.is_cancelled());
        assert!(!second.is_cancelled());
        under_way.stop();
        assert!(second.is_cancelled());
        assert!(!under_way.begin().is_cancelled());
    }
}
