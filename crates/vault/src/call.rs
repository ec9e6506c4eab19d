//! Calling a keychain without being held up by it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::{ANNOUNCE_AFTER, ANSWER_LIMIT, VaultError};

/// How long a keychain may take, and who is told that it is waited for.
#[derive(Clone)]
pub struct Waiting {
    /// The time a call may take.
    pub limit: Duration,
    /// Told once a call that does not answer at once.
    pub announce: Arc<dyn Fn() + Send + Sync>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            limit: ANSWER_LIMIT,
            announce: Arc::new(|| {}),
        }
    }
}

/// Runs a call on a thread of its own.
///
/// A call that hangs cannot be stopped. tokio's own blocking threads would be waited for when the
/// program ends; this one is left behind.
pub(crate) async fn run<T: Send + 'static>(
    waiting: &Waiting,
    call: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let (answer, mut answered) = oneshot::channel();
    let started = std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || drop(answer.send(call())));
    if let Err(error) = started {
        return Err(VaultError::Other(error.into()));
    }
    let at_once = tokio::time::timeout(ANNOUNCE_AFTER.min(waiting.limit), &mut answered).await;
    let received = match at_once {
        Ok(received) => received,
        Err(_) => {
            (waiting.announce)();
            match tokio::time::timeout(waiting.limit.saturating_sub(ANNOUNCE_AFTER), answered).await
            {
                Ok(received) => received,
                Err(_) => {
                    return Err(VaultError::TimedOut {
                        after: waiting.limit,
                    });
                }
            }
        }
    };
    received.unwrap_or_else(|_| Err(VaultError::Other("the call ended without an answer".into())))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_call_that_hangs_is_announced_once_and_given_up() {
        let told = Arc::new(AtomicU32::new(0));
        let counter = told.clone();
        let waiting = Waiting {
            limit: Duration::from_millis(400),
            announce: Arc::new(move || {
                counter.fetch_add(1, Ordering::Relaxed);
            }),
        };
        let (keep, hang) = std::sync::mpsc::channel::<()>();
        let answer = run(&waiting, move || {
            // Ends when the test drops its side.
            let _ended = hang.recv();
            Ok(())
        })
        .await;
        assert!(matches!(answer, Err(VaultError::TimedOut { .. })));
        assert_eq!(told.load(Ordering::Relaxed), 1);
        drop(keep);
    }
}
