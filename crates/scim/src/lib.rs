//! What a SCIM server says, asked as a governance product would ask it.
//!
//! Nothing is sent but GET. What is required and what only warns stands in [`Check`], with its
//! source; RFC 7643 is SCIM's schema and RFC 7644 its protocol.

#[cfg(test)]
mod any_body;
mod check;
mod diagnosis;
mod discovery;
mod groups;
mod paging;
mod preflight;
mod reply;
mod report;
mod server;
mod sign_in;
mod users;
mod wire;

use std::sync::Arc;

use bbsetup_http::{Auth, Client};
use bbsetup_setup::{ScimUrl, Secret};

pub use check::{Check, Finding};
pub use preflight::check;
pub use report::{Report, Told};

/// How the program signs in at the server.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// `Authorization: Bearer …`, which most servers take.
    Bearer(Secret),
    /// `Authorization: Basic …`
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
}

impl Authentication {
    fn on_the_wire(&self) -> Auth {
        match self {
            Self::Bearer(token) => Auth::Bearer(token.clone()),
            Self::Basic { user, password } => Auth::Basic {
                user: user.clone(),
                password: password.clone(),
            },
        }
    }
}

/// The server to ask.
#[derive(Clone)]
pub struct Target {
    /// The way out.
    pub client: Client,
    /// The base address.
    pub url: ScimUrl,
    /// How to sign in.
    pub authentication: Authentication,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}
