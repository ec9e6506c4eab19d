//! How much is asked of the practice Bitbucket at once.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::Serialize;

/// Counts of requests to the practice Bitbucket.
#[derive(Default)]
pub(crate) struct Load {
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    answered: AtomicU64,
}

/// The counts at one time.
#[derive(Serialize)]
pub(crate) struct Counts {
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
    pub(crate) answered: u64,
}

/// A request that is not answered yet; it is no longer in flight when this is dropped, as when its
/// connection is cut.
pub(crate) struct InFlight<'a>(&'a Load);

impl Load {
    /// Counts a request that came in.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        InFlight(self)
    }

    /// The counts now.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            in_flight: self.in_flight.load(Ordering::SeqCst),
            most_in_flight: self.most_in_flight.load(Ordering::SeqCst),
            answered: self.answered.load(Ordering::SeqCst),
        }
    }

    /// Begins to count anew; what is in flight stays so.
    pub(crate) fn begin_anew(&self) {
        let now = self.in_flight.load(Ordering::SeqCst);
        self.most_in_flight.store(now, Ordering::SeqCst);
        self.answered.store(0, Ordering::SeqCst);
    }
}

impl InFlight<'_> {
    /// Counts its answer.
    pub(crate) fn answered(self) {
        self.0.answered.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
