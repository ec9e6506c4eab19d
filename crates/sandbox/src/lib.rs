//! Practice servers: a Bitbucket and a BalkanID on loopback, with scenarios.
//!
//! They share no type with the program that they serve, so that both cannot be wrong together. What
//! they do is described by a [`Scenario`], a file that tests and people start alike; faults, delays
//! and credentials can be changed while they run.

mod balkanid;
mod bitbucket;
mod control;
mod fault;
mod log;
mod pages;
mod scenario;
mod server;
mod world;

pub use balkanid::Integration;
pub use fault::{Action, Fault};
pub use log::Entry;
pub use scenario::{Scenario, ScenarioError};
pub use server::Sandbox;
