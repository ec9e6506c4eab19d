//! The shapes of Bitbucket's answers, as far as a check looks at them.
//!
//! Everything that a check does not need is left out, so that a field which Bitbucket drops or adds
//! changes nothing. Source: Bitbucket's OpenAPI description; for groups, which it does not hold,
//! <https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/>.

use serde::Deserialize;

/// One page of a list; Bitbucket promises `values` and `next` alone.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) values: Vec<T>,
    pub(crate) next: Option<String>,
    pub(crate) size: Option<u64>,
}

/// An account, as `/2.0/user` gives it.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) uuid: String,
    pub(crate) display_name: Option<String>,
}

/// A workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) slug: String,
    pub(crate) uuid: String,
}

/// One entry of `/2.0/user/workspaces`.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkspaceAccess {
    pub(crate) administrator: bool,
    pub(crate) workspace: Workspace,
}

/// One member of a workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    /// The person; only its presence is looked at.
    #[serde(rename = "user")]
    _user: serde_json::Value,
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
    _permission: serde_json::Value,
}

/// One group of the v1 API.
#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    /// The group's slug; only its presence is looked at.
    #[serde(rename = "slug")]
    _slug: String,
}
