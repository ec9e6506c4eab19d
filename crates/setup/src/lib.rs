//! Words and rules of a Bitbucket set-up for BalkanID.
//!
//! Nothing here does IO, waits, or reads a clock: what is typed is parsed here, what is asked of a
//! credential is listed here, and what answers mean together is decided here.

mod secret;

pub use secret::Secret;
