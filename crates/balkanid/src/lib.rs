//! What BalkanID says: bulk files, public API, submission and status.
//!
//! A submission goes through stages that its caller composes and shows: [`BalkanId::apps`] and
//! [`BalkanId::integrations`] tell the tenant and what it has; [`ours`] and [`keys_of`] decide, or
//! say what has to be asked; [`UploadRow::masked`] shows what would be written; then
//! [`BalkanId::write`], [`BalkanId::find_created`] or [`BalkanId::find_updated`],
//! [`BalkanId::start_sync`] and [`BalkanId::watch`]. Every stage may be dropped at any moment; what
//! has been sent by then stays sent.
//!
//! The API key goes to BalkanID's own addresses alone. Files travel over presigned addresses of a
//! storage, to which no key and no Authorization is ever sent.
//!
//! Sources: <https://developer.balkan.id/> for the bulk APIs (Early Access), BalkanID's published
//! scripts for the Public API. What they leave open is in docs/decisions/balkanid.md.

mod apps;
mod bulk;
mod differences;
pub mod files;
mod find;
mod form;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod integrations;
mod keys;
mod one_line;
mod polling;
mod presigned;
mod public_api;
mod refusal;
mod row;
mod send;
mod status;
mod table;
mod watch;
mod write;

use bbsetup_http::{Auth, Client};
use bbsetup_setup::{ApiUrl, Secret};

pub use apps::App;
pub use differences::{Difference, differences};
pub use find::{Ambiguity, Ours, ours, ours_fed, saved_as};
pub use form::FormField;
pub use integrations::{Integration, OptionalCells, SecretField, SecretType};
pub use keys::{KeyNames, KeySeen, KeysUnclear, WhyUnclear, keys_of};
pub use polling::Polling;
pub use public_api::SyncAccepted;
pub use row::{Content, Masked, UploadRow, Values};
pub use send::{Fingerprint, NotSent, Outgoing, Sending};
pub use status::{State, Status};
pub use watch::FailedLooks;
pub use write::{NotWritten, appeared_since};

/// One tenant's BalkanID and the way to it; the key tells which tenant.
#[derive(Clone)]
pub struct BalkanId {
    /// The way out; a client of its own for each submission, since its budgets are one run's.
    pub client: Client,
    /// The REST API.
    pub rest: ApiUrl,
    /// The Public API (GraphQL), where it is known; without it the row itself starts the sync.
    pub public: Option<ApiUrl>,
    /// The ID half of the API key: profile menu > API Keys.
    pub key_id: Secret,
    /// The secret half of the API key.
    pub key_secret: Secret,
    /// How often it is looked at.
    pub polling: Polling,
}

impl BalkanId {
    fn auth(&self) -> Auth {
        Auth::ApiKey {
            id: self.key_id.clone(),
            secret: self.key_secret.clone(),
        }
    }

    /// Both halves of the key, to be left out of any text that is shown.
    fn key(&self) -> [&Secret; 2] {
        [&self.key_id, &self.key_secret]
    }
}
