//! The places a secret can have, named as the keychain and the contract name them.

use std::fmt;

use crate::Place;

/// One of the two Bitbucket credentials that BalkanID's form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialSlot {
    /// The workspace access token, sent as a Bearer token.
    WorkspaceToken,
    /// The account e-mail with its API token, sent as Basic.
    Account,
}

impl CredentialSlot {
    /// Both slots, in the order in which a report shows them.
    pub const ALL: [Self; 2] = [Self::WorkspaceToken, Self::Account];

    /// The slot of a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == name)
    }

    /// The other of the two.
    pub fn other(self) -> Self {
        match self {
            Self::WorkspaceToken => Self::Account,
            Self::Account => Self::WorkspaceToken,
        }
    }

    /// The page on which a credential of this slot is made.
    pub fn page(self) -> Place {
        match self {
            Self::WorkspaceToken => Place::WorkspaceAccessTokens,
            Self::Account => Place::AtlassianApiTokens,
        }
    }

    /// The name in JSON, in check IDs and in the keychain.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WorkspaceToken => "workspace_token",
            Self::Account => "account",
        }
    }

    /// What a sentence calls the credential.
    pub fn noun(self) -> &'static str {
        match self {
            Self::WorkspaceToken => "workspace access token",
            Self::Account => "account's API token",
        }
    }
}

impl fmt::Display for CredentialSlot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Every secret that a set-up keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretSlot {
    /// The workspace access token.
    WorkspaceToken,
    /// The account's API token.
    Account,
    /// The ID half of BalkanID's API key.
    BalkanIdKeyId,
    /// The secret half of BalkanID's API key.
    BalkanIdKeySecret,
    /// The bearer token of a SCIM server.
    ScimToken,
}

impl SecretSlot {
    /// Every slot, in the order in which they are asked for.
    pub const ALL: [Self; 5] = [
        Self::WorkspaceToken,
        Self::Account,
        Self::BalkanIdKeyId,
        Self::BalkanIdKeySecret,
        Self::ScimToken,
    ];

    /// The slot of a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == name)
    }

    /// The name in the keychain: the user name is `<workspace>/<this>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WorkspaceToken => "workspace_token",
            Self::Account => "account",
            Self::BalkanIdKeyId => "balkanid_key_id",
            Self::BalkanIdKeySecret => "balkanid_key_secret",
            Self::ScimToken => "scim_token",
        }
    }

    /// What a person calls the secret.
    pub fn label(self) -> &'static str {
        match self {
            Self::WorkspaceToken => "Workspace access token",
            Self::Account => "Account API token",
            Self::BalkanIdKeyId => "BalkanID API key ID",
            Self::BalkanIdKeySecret => "BalkanID API key secret",
            Self::ScimToken => "SCIM bearer token",
        }
    }
}

impl From<CredentialSlot> for SecretSlot {
    fn from(slot: CredentialSlot) -> Self {
        match slot {
            CredentialSlot::WorkspaceToken => Self::WorkspaceToken,
            CredentialSlot::Account => Self::Account,
        }
    }
}

impl fmt::Display for SecretSlot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
