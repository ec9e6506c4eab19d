//! What BalkanID says: bulk files, public API, submission and status.
//!
//! A submission goes through stages that its caller composes and shows, each one call of
//! [`BalkanId`]: `prepare` (look, and decide what would be written), `upload`, `find_written`,
//! `start_sync`, `watch`. Every stage may be dropped at any moment; what has been sent by then
//! stays sent.
//!
//! The API key goes to BalkanID's own addresses alone. The files themselves travel over presigned
//! addresses of a storage, to which no key and no Authorization is ever sent.

mod apps;
mod bulk;
mod differences;
mod find;
mod integrations;
mod one_line;
mod pace;
mod presigned;
mod public_api;
mod refusal;
mod row;
mod secret_keys;
mod status;
mod submission;
mod table;

use bbsetup_http::{Auth, Client};
use bbsetup_setup::{ApiUrl, Secret};

pub use apps::AppRow;
pub use differences::{Difference, differences};
pub use find::{Ambiguity, Ours, ours};
pub use integrations::{IntegrationRow, OptionalCells, SecretField, SecretKind};
pub use pace::Pace;
pub use public_api::SyncStarted;
pub use row::{Credentials, MaskedCell, Row};
pub use secret_keys::{FormField, KeyNames, Keys, KeysUnclear, SecretKey, WhyUnclear, keys_of};
pub use status::{Before, State, Status};
pub use submission::{
    Choice, KeysFrom, Plan, Prepared, Submission, Target, Undecided, Uploaded, by_hand,
};

/// The two halves of BalkanID's API key: profile menu > API Keys.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// The key's ID.
    pub id: Secret,
    /// The key's secret.
    pub secret: Secret,
}

/// One tenant's BalkanID and the way to it; the key tells which tenant.
#[derive(Clone)]
pub struct BalkanId {
    /// The way out; a client of its own for each submission, since its budgets are one run's.
    pub client: Client,
    /// The REST API.
    pub url: ApiUrl,
    /// The Public API (GraphQL), where it is known; without it no sync is started by itself.
    pub public_url: Option<ApiUrl>,
    /// The API key.
    pub key: ApiKey,
}

impl BalkanId {
    fn auth(&self) -> Auth {
        Auth::ApiKey {
            id: self.key.id.clone(),
            secret: self.key.secret.clone(),
        }
    }
}
