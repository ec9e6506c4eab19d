//! The shapes of Bitbucket's answers, as far as a check looks at them.
//!
//! Everything that a check does not need is left out, so that a field which Bitbucket drops or adds
//! changes nothing. Source: Bitbucket's OpenAPI description; for groups, which it does not hold,
//! <https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/>.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One page of a list; Bitbucket promises `values` and `next` alone.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    values: Vec<Value>,
    pub(crate) next: Option<String>,
    size: Option<Value>,
}

impl Page {
    /// How many entries it holds.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.values.len()).unwrap_or(u64::MAX)
    }

    /// How many the list holds, where Bitbucket says so.
    pub(crate) fn size(&self) -> Option<u64> {
        self.size.as_ref().and_then(Value::as_u64)
    }

    /// The entries that have the shape asked for, and whether that is all of them.
    pub(crate) fn entries<T: DeserializeOwned>(&self) -> (Vec<T>, bool) {
        let entries: Vec<T> = self
            .values
            .iter()
            .filter_map(|value| T::deserialize(value).ok())
            .collect();
        let all = entries.len() == self.values.len();
        (entries, all)
    }
}

/// An account, as `/2.0/user` gives it.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    uuid: Option<String>,
    account_id: Option<String>,
    display_name: Option<String>,
}

impl Account {
    /// Whether it says who it is.
    pub(crate) fn is_somebody(&self) -> bool {
        self.uuid.is_some() || self.account_id.is_some()
    }

    /// The uuid in braces, which stays when the e-mail changes.
    pub(crate) fn uuid(&self) -> Option<&str> {
        self.uuid.as_deref()
    }

    /// The name that a person knows it by, else the one that Bitbucket does.
    pub(crate) fn shown_name(&self) -> &str {
        [&self.display_name, &self.uuid, &self.account_id]
            .into_iter()
            .find_map(Option::as_deref)
            .unwrap_or_default()
    }
}

/// A workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) uuid: String,
}

/// One entry of `/2.0/user/workspaces`.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkspaceAccess {
    pub(crate) administrator: Option<bool>,
    pub(crate) workspace: Workspace,
}

/// The caller's own role in one workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct OwnPermission {
    pub(crate) permission: String,
}

/// One member of a workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    /// The person; only its presence is looked at.
    #[serde(rename = "user")]
    _user: Value,
}

/// One project.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) key: String,
}

/// One repository.
#[derive(Debug, Deserialize)]
pub(crate) struct Repository {
    pub(crate) slug: String,
}

/// One explicit grant.
#[derive(Debug, Deserialize)]
pub(crate) struct Grant {
    /// What is granted; only its presence is looked at.
    #[serde(rename = "permission")]
    _permission: Value,
}

/// One group of the v1 API.
#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    /// The group's slug; only its presence is looked at.
    #[serde(rename = "slug")]
    _slug: String,
}
