//! What BalkanID says: bulk files, public API, submission and status.
//!
//! The API key goes to BalkanID's own addresses alone; files travel over presigned addresses, to
//! which no key is ever sent.

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

/// One tenant's BalkanID and the way to it; the key tells which tenant.
#[derive(Clone)]
pub struct BalkanId {
    /// The way out.
    pub client: Client,
    /// The REST API.
    pub rest: ApiUrl,
    /// The Public API, where it is known.
    pub public: Option<ApiUrl>,
    /// The ID half of the API key.
    pub key_id: Secret,
    /// The secret half of the API key.
    pub key_secret: Secret,
    /// How long a download is waited for.
    pub polling: Polling,
}

impl BalkanId {
    fn auth(&self) -> Auth {
        Auth::ApiKey {
            id: self.key_id.clone(),
            secret: self.key_secret.clone(),
        }
    }
}
