//! The patience that all calls of a client share: rate limits, and the budget of repeats.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng;
use tokio::time::Instant;

use crate::limits::Limits;

/// The shortest wait for a rate limit. A server that says "0 seconds" and refuses again would
/// otherwise be asked without end, since such a wait takes nothing off the patience.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// The patience that all calls of a client share.
pub(crate) struct Pacing(Mutex<State>);

struct State {
    /// No request leaves before this moment: a rate limit holds for all of them.
    not_before: Option<Instant>,
    wait_left: Duration,
    repeats_left: u32,
}

impl Pacing {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Mutex::new(State {
            not_before: None,
            wait_left: limits.max_wait,
            repeats_left: limits.retry_budget,
        }))
    }

    /// Waits until requests may leave; a wait that grows meanwhile is waited out too.
    pub(crate) async fn turn(&self) {
        loop {
            let not_before = self.state().not_before;
            match not_before {
                Some(moment) if moment > Instant::now() => tokio::time::sleep_until(moment).await,
                Some(_) | None => return,
            }
        }
    }

    /// Holds every call back for as long as the server asks, or says that patience does not reach.
    ///
    /// A wait that another call has begun already costs nothing.
    pub(crate) fn hold(&self, asked: Duration) -> bool {
        let wait = asked.max(SHORTEST_WAIT);
        let now = Instant::now();
        let mut state = self.state();
        let begun = state.not_before.map_or(Duration::ZERO, |moment| {
            moment.saturating_duration_since(now)
        });
        let Some(left) = state.wait_left.checked_sub(wait.saturating_sub(begun)) else {
            return false;
        };
        state.wait_left = left;
        // A little longer than asked, so that many clients do not come back in one moment.
        let jitter = Duration::from_millis(rand::rng().random_range(20..=200));
        state.not_before = Some(now + begun.max(wait + jitter));
        true
    }

    /// Takes one repeat off the budget, if one is left.
    pub(crate) fn take_repeat(&self) -> bool {
        let mut state = self.state();
        match state.repeats_left.checked_sub(1) {
            Some(left) => {
                state.repeats_left = left;
                true
            }
            None => false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
