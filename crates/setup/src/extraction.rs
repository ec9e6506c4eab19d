//! How BalkanID gets Bitbucket's data: the four extraction types of its form.

use std::path::PathBuf;

use crate::{ApiUrl, Email, Expiry, ScimUrl, SecretSlot};

/// An extraction type, in the words of BalkanID's form.
///
/// Source: the bullets of step 4 on every page of BalkanID about a direct integration, such as
/// <https://docs.balkan.id/getting-started/setting-up-your-tenant/application-integrations/direct-application-integration/bitbucket-integration-setup>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExtractionType {
    /// BalkanID reads Bitbucket itself.
    #[default]
    Direct,
    /// BalkanID reads a SCIM server.
    Scim,
    /// CSV files go to BalkanID's team.
    ManualUpload,
    /// CSV files go through the bulk API.
    AutomatedUpload,
}

impl ExtractionType {
    /// Every type, in the form's order.
    pub const ALL: [Self; 4] = [
        Self::Direct,
        Self::Scim,
        Self::ManualUpload,
        Self::AutomatedUpload,
    ];

    /// The name in JSON and in saved progress.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Scim => "scim",
            Self::ManualUpload => "manual_upload",
            Self::AutomatedUpload => "automated_upload",
        }
    }

    /// The words of BalkanID's form.
    pub fn label(self) -> &'static str {
        match self {
            Self::Direct => "Direct integration",
            Self::Scim => "SCIM integration",
            Self::ManualUpload => "Manual file upload",
            Self::AutomatedUpload => "Automated upload using API",
        }
    }

    /// What it means and needs, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Direct => "BalkanID reads Bitbucket itself, with the two tokens.",
            Self::Scim => {
                "BalkanID reads users and groups from a SCIM server, with its address and a token."
            }
            Self::ManualUpload => {
                "Two CSV files, entities and entity relations, go to BalkanID's team."
            }
            Self::AutomatedUpload => {
                "The same two CSV files go through BalkanID's bulk API, with an API key."
            }
        }
    }

    /// The type with a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The secrets without which it cannot be submitted.
    pub fn secrets(self) -> &'static [SecretSlot] {
        match self {
            Self::Direct => &[SecretSlot::WorkspaceToken, SecretSlot::Account],
            Self::Scim => &[SecretSlot::ScimToken],
            Self::ManualUpload => &[],
            Self::AutomatedUpload => &[SecretSlot::BalkanIdKeyId, SecretSlot::BalkanIdKeySecret],
        }
    }

    /// Whether BalkanID is given Bitbucket's two credentials.
    pub fn needs_bitbucket(self) -> bool {
        match self {
            Self::Direct => true,
            Self::Scim | Self::ManualUpload | Self::AutomatedUpload => false,
        }
    }
}

/// The extraction of a whole set-up, with what its type needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extraction {
    /// BalkanID reads Bitbucket itself.
    Direct {
        /// Bitbucket's API.
        api_url: ApiUrl,
        /// The account's e-mail.
        account: Email,
        /// When each token ends, where that was entered.
        expiries: Vec<Expiry>,
    },
    /// BalkanID reads a SCIM server.
    Scim {
        /// The server's base address.
        url: ScimUrl,
        /// The user name for Basic; without one the token is sent as Bearer.
        user: Option<String>,
    },
    /// CSV files go to BalkanID's team.
    ManualUpload {
        /// The folder with `entities.csv` and `entity_relations.csv`.
        folder: PathBuf,
    },
    /// CSV files go through the bulk API.
    AutomatedUpload {
        /// The folder with `entities.csv` and `entity_relations.csv`.
        folder: PathBuf,
    },
}

impl Extraction {
    /// Its type.
    pub fn kind(&self) -> ExtractionType {
        match self {
            Self::Direct { .. } => ExtractionType::Direct,
            Self::Scim { .. } => ExtractionType::Scim,
            Self::ManualUpload { .. } => ExtractionType::ManualUpload,
            Self::AutomatedUpload { .. } => ExtractionType::AutomatedUpload,
        }
    }
}
