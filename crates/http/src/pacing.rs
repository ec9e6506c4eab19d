//! The patience that all calls of a client share: rate limits, and the budget of repeats.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng;
use tokio::sync::MutexGuard as Permit;
use tokio::time::Instant;

use crate::limits::Limits;

/// The wait after a first refusal, where a shorter one is asked for or none is named; each refusal
/// that follows upon a wait doubles it. A server that says "1 second" and refuses again would
/// otherwise be asked as often as patience has seconds.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// How many waits are tried where a refusal does not say how long.
const UNTOLD_WAITS: u32 = 3;

/// The patience that all calls of a client share.
pub(crate) struct Pacing {
    state: Mutex<State>,
    /// While a rate limit holds, one call at a time finds out whether it is over.
    scout: tokio::sync::Mutex<()>,
}

struct State {
    /// No request leaves before this moment: a rate limit holds for all of them.
    not_before: Option<Instant>,
    /// Waits one upon the other without an answer between them; none where no limit holds.
    waits: u32,
    /// Whether patience did not reach: then nobody waits for the others any more.
    given_up: bool,
    wait_left: Duration,
    repeats_left: u32,
}

/// Whether a request may leave.
enum Leave {
    Now { waits: u32 },
    NotYet,
    GivenUp { waits: u32 },
}

/// Leave to send a request, and when it was given.
pub(crate) struct Turn<'a> {
    waits: u32,
    _alone: Option<Permit<'a, ()>>,
}

impl Pacing {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::new(State {
                not_before: None,
                waits: 0,
                given_up: false,
                wait_left: limits.max_wait,
                repeats_left: limits.retry_budget,
            }),
            scout: tokio::sync::Mutex::default(),
        }
    }

    /// Waits until a request may leave; a wait that grows meanwhile is waited out too. While a
    /// rate limit holds they leave one by one, so that it is asked once and not by all at once.
    ///
    /// `None` where a call that was refused before need not ask again, since patience has ended.
    pub(crate) async fn turn(&self, refused_before: bool) -> Option<Turn<'_>> {
        loop {
            self.wait_out().await;
            let holds = self.state().waits > 0;
            let alone = match holds {
                true => Some(self.scout.lock().await),
                false => None,
            };
            match self.may_leave(alone.is_some()) {
                Leave::Now { waits } => {
                    return Some(Turn {
                        waits,
                        _alone: alone,
                    });
                }
                Leave::NotYet => {}
                Leave::GivenUp { .. } if refused_before => return None,
                Leave::GivenUp { waits } => {
                    return Some(Turn {
                        waits,
                        _alone: None,
                    });
                }
            }
        }
    }

    fn may_leave(&self, alone: bool) -> Leave {
        let state = self.state();
        let is_held = state
            .not_before
            .is_some_and(|moment| moment > Instant::now());
        match state.waits {
            waits if state.given_up => Leave::GivenUp { waits },
            _ if is_held => Leave::NotYet,
            waits if waits == 0 || alone => Leave::Now { waits },
            _ => Leave::NotYet,
        }
    }

    async fn wait_out(&self) {
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
    /// A wait that another call has begun since this one left costs nothing.
    pub(crate) fn hold(&self, turn: &Turn<'_>, asked: Option<Duration>) -> bool {
        let now = Instant::now();
        let mut state = self.state();
        let begun = state.not_before.map_or(Duration::ZERO, |moment| {
            moment.saturating_duration_since(now)
        });
        let is_of_the_same_wave = state.waits > turn.waits;
        let waits = match is_of_the_same_wave {
            true => state.waits,
            false => turn.waits.saturating_add(1),
        };
        let doubled = SHORTEST_WAIT.saturating_mul(2_u32.saturating_pow(waits.saturating_sub(1)));
        let wait = match asked {
            Some(asked) => Some(asked.max(doubled)),
            None if waits > UNTOLD_WAITS => None,
            None => Some(doubled),
        };
        let left = wait.and_then(|wait| state.wait_left.checked_sub(wait.saturating_sub(begun)));
        let (Some(wait), Some(left)) = (wait, left) else {
            state.given_up = true;
            return false;
        };
        state.waits = waits;
        state.wait_left = left;
        // A little longer than asked, so that many clients do not come back in one moment.
        let jitter = Duration::from_millis(rand::rng().random_range(20..=200));
        state.not_before = Some(now + begun.max(wait + jitter));
        true
    }

    /// An answer came that is no refusal for the rate: the limit of before holds no more. One that
    /// left before the limit was met tells nothing of it.
    pub(crate) fn passed(&self, turn: &Turn<'_>) {
        let mut state = self.state();
        if turn.waits == state.waits {
            state.waits = 0;
            state.given_up = false;
        }
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
