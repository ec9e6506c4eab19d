//! What BalkanID says: bulk files by presigned addresses, the Public API, and what a status means.
//!
//! API keys go to BalkanID's own hosts and never to a presigned address; Bitbucket's credentials go
//! to a presigned address and nowhere else. Sources: <https://developer.balkan.id/> for the bulk
//! APIs (Early Access), BalkanID's published scripts for the Public API.

mod bulk;
mod keys;
mod public_api;
mod row;
mod rows;
mod status;
mod trouble;

use bbsetup_http::{Auth, Client};
use bbsetup_setup::{ApiUrl, Secret};

pub use bulk::Polling;
pub use keys::{KeyNames, KeysUnclear};
pub use row::{Masked, UploadRow, Values};
pub use rows::{App, Integration, SecretField, SecretType};
pub use status::{State, Status};

/// A tenant of BalkanID, reached with an API key.
#[derive(Clone)]
pub struct BalkanId {
    /// The way out.
    pub client: Client,
    /// The REST API.
    pub rest: ApiUrl,
    /// The Public API; without it no sync can be started from here.
    pub public: Option<ApiUrl>,
    /// The API key's ID.
    pub key_id: Secret,
    /// The API key's secret.
    pub key_secret: Secret,
    /// How downloads are waited for.
    pub polling: Polling,
}

impl BalkanId {
    pub(crate) fn auth(&self) -> Auth {
        Auth::ApiKey {
            id: self.key_id.clone(),
            secret: self.key_secret.clone(),
        }
    }
}
