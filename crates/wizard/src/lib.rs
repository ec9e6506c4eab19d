//! The use cases that each front door calls.
//!
//! A door hands in the world ([`Services`]) and what was typed ([`Inputs`]), calls one use case,
//! and shows what comes back ([`json`]). No decision is left to a door.

pub mod commands;
pub mod files;
pub mod home;
pub mod inputs;
pub mod json;
pub mod log;
mod practice;
mod redaction;
mod run;
mod services;
mod turn;

pub use bbsetup_extract::{Budget, Mode as ReadingMode};
pub use bbsetup_scim::{Authentication as ScimAuthentication, Report as ScimReport};
pub use inputs::Inputs;
pub use practice::Practice;
pub use run::Run;
pub use services::Services;
