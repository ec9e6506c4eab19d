//! Practice servers: a Bitbucket, a BalkanID and a SCIM server on loopback, with scenarios.
//!
//! They share no type with the program that they serve, so that both cannot be wrong together. What
//! they do is described by a [`Scenario`], a file that tests and people start alike; faults, delays,
//! scopes and roles can be changed while they run, by [`Sandbox`]'s methods and by plain HTTP under
//! `/_practice/`.

mod asked;
mod balkanid;
mod bitbucket;
mod control;
mod fault;
mod listener;
mod load;
mod log;
mod pages;
mod reach;
mod reply;
mod sandbox;
mod scenario;
mod scim;
mod state;
mod tls;
mod truth;
mod world;

pub use balkanid::{Field, FieldType, Integration, RefusedRow, StoredFile};
pub use fault::{Action, Fault};
pub use log::Entry;
pub use sandbox::{Listening, Sandbox};
pub use scenario::{Scenario, ScenarioError};
pub use state::{Mending, MendingError};
pub use truth::{TrueAccount, TrueGrant, TrueGroup, TrueProject, TrueRepository, Truth};
pub use world::{Change, ChangeError};
