//! A scenario: everything that makes one practice run different from another, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Fault;

/// The scenarios that come with the program: name and file.
const FILES: [(&str, &str); 21] = [
    ("ready", include_str!("../scenarios/ready.json")),
    (
        "first-set-up",
        include_str!("../scenarios/first-set-up.json"),
    ),
    ("update", include_str!("../scenarios/update.json")),
    (
        "missing-admin-scopes",
        include_str!("../scenarios/missing-admin-scopes.json"),
    ),
    (
        "identity-scope-missing",
        include_str!("../scenarios/identity-scope-missing.json"),
    ),
    (
        "excess-scopes",
        include_str!("../scenarios/excess-scopes.json"),
    ),
    (
        "app-password",
        include_str!("../scenarios/app-password.json"),
    ),
    (
        "unscoped-api-token",
        include_str!("../scenarios/unscoped-api-token.json"),
    ),
    (
        "expired-workspace-token",
        include_str!("../scenarios/expired-workspace-token.json"),
    ),
    (
        "project-token",
        include_str!("../scenarios/project-token.json"),
    ),
    (
        "swapped-tokens",
        include_str!("../scenarios/swapped-tokens.json"),
    ),
    (
        "not-administrator",
        include_str!("../scenarios/not-administrator.json"),
    ),
    (
        "other-workspace-token",
        include_str!("../scenarios/other-workspace-token.json"),
    ),
    (
        "empty-workspace",
        include_str!("../scenarios/empty-workspace.json"),
    ),
    (
        "permission-reads-refused",
        include_str!("../scenarios/permission-reads-refused.json"),
    ),
    ("no-headers", include_str!("../scenarios/no-headers.json")),
    (
        "rate-limited",
        include_str!("../scenarios/rate-limited.json"),
    ),
    (
        "ip-allow-list",
        include_str!("../scenarios/ip-allow-list.json"),
    ),
    ("data-center", include_str!("../scenarios/data-center.json")),
    (
        "balkanid-blocked",
        include_str!("../scenarios/balkanid-blocked.json"),
    ),
    ("sync-fails", include_str!("../scenarios/sync-fails.json")),
];

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario of that name comes with the program.
    #[error("there is no scenario {0}; there are: {names}", names = Scenario::names().join(", "))]
    Unknown(String),
    /// The file is not as a scenario has to be.
    #[error("the scenario cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

/// Everything that makes one practice run different from another.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What the scenario shows, in a sentence.
    pub about: String,
    /// How large the workspace is.
    pub(crate) world: WorldSize,
    /// The workspace's ID.
    pub(crate) workspace: String,
    /// Another workspace, which exists and is not ours.
    pub(crate) other_workspace: String,
    /// The credentials, by name.
    pub(crate) credentials: BTreeMap<String, Credential>,
    /// What a person would type, by the names of the program's environment variables; a value
    /// `secret:NAME` stands for the secret of a credential.
    pub(crate) typed: BTreeMap<String, String>,
    /// How Bitbucket behaves where the documents leave it open.
    pub(crate) bitbucket: BitbucketKnobs,
    /// How BalkanID behaves.
    pub(crate) balkanid: BalkanIdKnobs,
    /// What goes wrong from the start.
    #[serde(default)]
    pub(crate) faults: Vec<Fault>,
    /// A delay before every answer.
    #[serde(default)]
    pub(crate) latency_ms: u64,
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldSize {
    pub(crate) users: usize,
    pub(crate) groups: usize,
    pub(crate) projects: usize,
    pub(crate) repositories: usize,
}

/// The kinds of credential that Bitbucket tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    WorkspaceAccessToken,
    ProjectAccessToken,
    RepoAccessToken,
    ApiToken,
    AppPassword,
    Oauth2,
}

impl Kind {
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::WorkspaceAccessToken => "workspace_access_token",
            Self::ProjectAccessToken => "project_access_token",
            Self::RepoAccessToken => "repo_access_token",
            Self::ApiToken => "api_token",
            Self::AppPassword => "app_password",
            Self::Oauth2 => "oauth2",
        }
    }

    pub(crate) fn is_access_token(self) -> bool {
        matches!(
            self,
            Self::WorkspaceAccessToken | Self::ProjectAccessToken | Self::RepoAccessToken
        )
    }
}

/// One credential.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) secret: String,
    /// The account's e-mail; for API tokens.
    #[serde(default)]
    pub(crate) email: String,
    /// The workspace that it belongs to.
    pub(crate) workspace: String,
    pub(crate) scopes: Vec<String>,
    /// An API token made without scopes: refused everywhere.
    #[serde(default)]
    pub(crate) unscoped: bool,
    #[serde(default)]
    pub(crate) expired: bool,
    /// Whether its holder administers the workspace, its projects and its repositories.
    #[serde(default)]
    pub(crate) administrator: bool,
}

/// How Bitbucket behaves where the documents leave it open.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BitbucketKnobs {
    /// Whether the headers that tell kind and scopes are sent.
    pub(crate) credential_headers: bool,
    /// Whether access tokens may read permissions; Bitbucket's own documents differ.
    pub(crate) access_tokens_read_permissions: bool,
    /// The scope that the v1 groups API wants of an API token; sources differ.
    pub(crate) groups_scope: String,
    /// Whether this is a Data Center server instead.
    pub(crate) data_center: bool,
    /// Requests until a 429, and how long it asks to wait; nothing means no limit.
    pub(crate) rate_limit: Option<RateLimit>,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub(crate) after_requests: u32,
    /// Seconds in `Retry-After`; nothing means the header is not sent.
    pub(crate) retry_after: Option<u64>,
    /// How many requests are refused before they are let through again.
    pub(crate) refusals: u32,
}

/// How BalkanID behaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BalkanIdKnobs {
    pub(crate) tenant: String,
    pub(crate) key_id: String,
    pub(crate) key_secret: String,
    /// Bitbucket integrations that the tenant has already, by workspace.
    pub(crate) existing: Vec<String>,
    /// How often a download is asked for before it is ready.
    pub(crate) polls_until_ready: u32,
    /// How often the status is read before a sync ends.
    pub(crate) reads_until_synced: u32,
    /// Whether a sync fails whatever the credentials.
    pub(crate) sync_fails: bool,
    /// Whether a firewall answers in its place.
    pub(crate) firewall: bool,
}

impl Scenario {
    /// The names of the scenarios that come with the program.
    pub fn names() -> Vec<&'static str> {
        FILES.iter().map(|(name, _)| *name).collect()
    }

    /// A scenario that comes with the program.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let file = FILES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| ScenarioError::Unknown(name.to_owned()))?;
        Self::from_json(file.1)
    }

    /// A scenario from the text of a file: whole, or `{"extends": NAME, …}` with what differs.
    ///
    /// What differs is merged as a JSON merge patch does it (RFC 7396).
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        let value = resolve(serde_json::from_str(text).map_err(ScenarioError::Unreadable)?)?;
        serde_json::from_value(value).map_err(ScenarioError::Unreadable)
    }

    /// This scenario with a JSON merge patch on it.
    pub fn patched(&self, patch: Value) -> Result<Self, ScenarioError> {
        let mut value = serde_json::to_value(self).map_err(ScenarioError::Unreadable)?;
        merge(&mut value, patch);
        serde_json::from_value(value).map_err(ScenarioError::Unreadable)
    }

    /// What a person would type, without the servers' addresses.
    pub(crate) fn typed_values(&self) -> BTreeMap<String, String> {
        self.typed
            .iter()
            .map(|(name, value)| {
                let value = value
                    .strip_prefix("secret:")
                    .and_then(|credential| self.credentials.get(credential))
                    .map_or_else(|| value.clone(), |credential| credential.secret.clone());
                (name.clone(), value)
            })
            .collect()
    }
}

fn resolve(mut value: Value) -> Result<Value, ScenarioError> {
    let Some(base) = value
        .as_object_mut()
        .and_then(|object| object.remove("extends"))
    else {
        return Ok(value);
    };
    let base = base.as_str().unwrap_or_default();
    let file = FILES
        .iter()
        .find(|(name, _)| *name == base)
        .ok_or_else(|| ScenarioError::Unknown(base.to_owned()))?;
    let mut whole = resolve(serde_json::from_str(file.1).map_err(ScenarioError::Unreadable)?)?;
    merge(&mut whole, value);
    Ok(whole)
}

fn merge(target: &mut Value, patch: Value) {
    let (Value::Object(target), Value::Object(patch)) = (&mut *target, &patch) else {
        *target = patch;
        return;
    };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(
                target.entry(name.clone()).or_insert(Value::Null),
                value.clone(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_scenario_that_says_what_it_shows() {
        for name in Scenario::names() {
            let scenario =
                Scenario::named(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(scenario.about.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_lists_those_that_are_known() {
        let error = Scenario::named("nowhere").expect_err("no such scenario");
        assert!(error.to_string().contains("ready"), "{error}");
    }
}
