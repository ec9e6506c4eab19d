//! The real window, with a real keychain, against the practice servers.
//!
//! `cargo xtask test --only window` builds what they need and runs them under a display of their own.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

mod bad_input;
mod canary;
mod coming_back;
mod diagnose;
mod extraction;
mod finished;
mod keyboard;
mod reading;
mod recovery;
mod whole_story;
