//! What crosses to the outside: the contract's JSON and the window's messages.
//!
//! These types are promises; the domain's are not. Each is made from its domain type by full
//! destructuring, so that a new field is a decision. The window's TypeScript is generated from
//! them by `cargo xtask codegen`.

mod access;
mod check;
mod diagnose;
mod draft;
mod extract;
mod files;
mod guide;
mod home;
mod problem;
mod rotate;
mod scim;
mod submission;

pub use access::*;
pub use check::*;
pub use diagnose::*;
pub use draft::*;
pub use extract::*;
pub use files::*;
pub use guide::*;
pub use home::*;
pub use problem::*;
pub use rotate::*;
pub use scim::*;
pub use submission::*;
