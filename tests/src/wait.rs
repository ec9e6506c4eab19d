//! Waiting for a condition, with a limit.

use std::time::{Duration, Instant};

/// How long a story waits for anything. Far more than it takes, also on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);

/// How often a condition is looked at that cannot be waited for otherwise.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits until a condition holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < LIMIT,
            "{what}: not within {} seconds",
            LIMIT.as_secs()
        );
        std::thread::sleep(PAUSE);
    }
}

/// Waits until something is there; nothing where it is not within the limit.
#[cfg(target_os = "linux")]
pub(crate) async fn eventually<T>(mut found: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = found().await {
            return Some(found);
        }
        if started.elapsed() > LIMIT {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
