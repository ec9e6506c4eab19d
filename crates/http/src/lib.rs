//! The only home of reqwest: limits, origin guard, retries and error kinds.
