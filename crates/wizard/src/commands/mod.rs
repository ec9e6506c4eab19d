//! One use case a file.

pub mod access;
pub mod check;
pub mod diagnose;
pub mod estimate;
pub mod evidence;
pub mod export;
pub mod extract;
pub mod forget;
pub mod profiles;
pub mod reminder;
pub mod rotate;
pub mod save;
pub mod scim;
pub mod submit;
pub mod upload;
pub mod validate;
pub mod watch;
