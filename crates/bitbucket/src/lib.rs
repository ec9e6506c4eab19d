//! What Bitbucket says: one probe a check.
//!
//! [`check`] asks everything that the contract lists, with both credentials at once, and settles
//! the answers into one report. It reads only: every request is a GET.

mod data_center;
mod diagnosis;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod preflight;
mod probes;
mod reach;
pub mod reading;
mod reply;
mod session;
mod sign_in;
mod whose;
mod wire;

use std::sync::Arc;

use bbsetup_http::Client;
use bbsetup_setup::{ApiUrl, Expiry, WorkspaceId};

pub use preflight::{Given, check};
pub use reach::reach;
pub use session::Credential;
pub use whose::whose;

/// The workspace that is looked at, and the way to it.
#[derive(Clone)]
pub struct Target {
    /// The way out; a client of its own for each check, so that its count of requests is this
    /// check's.
    pub client: Client,
    /// Bitbucket's API.
    pub api_url: ApiUrl,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// When the credentials end, as far as a person has entered it.
    pub expiries: Vec<Expiry>,
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
}
