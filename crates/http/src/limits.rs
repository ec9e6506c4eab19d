//! How long, how large and how often.

use std::time::Duration;

/// How long, how large and how often a client's requests may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time in which a connection has to come about, name, proxy and TLS included.
    pub connect: Duration,
    /// The time in which an answer has to be whole.
    pub total: Duration,
    /// The size of an answer's body, in bytes.
    pub body_bytes: usize,
    /// All waiting for rate limits together, over the client's life.
    pub max_wait: Duration,
    /// How often one call is repeated.
    pub retries: u32,
    /// How often all calls of a client together are repeated.
    pub retry_budget: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(20),
            body_bytes: 8 * 1024 * 1024,
            max_wait: Duration::from_secs(60),
            retries: 2,
            retry_budget: 6,
        }
    }
}
