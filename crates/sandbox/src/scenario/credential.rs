//! The credentials of a scenario.

use serde::Deserialize;

use super::ScenarioError;
use crate::world::World;

/// The kinds of credential that Bitbucket tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
    /// The name in the header `x-credential-type`.
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

    /// Whether it belongs to a workspace, project or repository rather than to an account.
    pub(crate) fn is_access_token(self) -> bool {
        match self {
            Self::WorkspaceAccessToken | Self::ProjectAccessToken | Self::RepoAccessToken => true,
            Self::ApiToken | Self::AppPassword | Self::Oauth2 => false,
        }
    }
}

/// One credential. It has no `Debug`, because it holds a secret.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) kind: Kind,
    pub(crate) secret: String,
    pub(crate) scopes: Vec<String>,
    /// An API token made without scopes: refused everywhere.
    pub(crate) unscoped: bool,
    pub(crate) expired: bool,
    pub(crate) holder: Holder,
}

/// For whom a credential acts; numbers are places in the world's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    Account(usize),
    Workspace(usize),
    Project { workspace: usize, project: usize },
    Repository { workspace: usize, repository: usize },
}

impl Holder {
    /// The same one in a world that has changed; nothing where it is gone. Accounts and workspaces
    /// stay where they are.
    pub(crate) fn after(self, before: &World, after: &World) -> Option<Self> {
        match self {
            Self::Account(_) | Self::Workspace(_) => Some(self),
            Self::Project { workspace, project } => {
                let held = before.workspaces[workspace].projects.get(project)?;
                let project = after.workspaces[workspace].project_called(&held.uuid)?;
                Some(Self::Project { workspace, project })
            }
            Self::Repository {
                workspace,
                repository,
            } => {
                let held = before.workspaces[workspace].repositories.get(repository)?;
                let repository = after.workspaces[workspace].repository_called(&held.uuid)?;
                Some(Self::Repository {
                    workspace,
                    repository,
                })
            }
        }
    }
}

impl Credential {
    /// Whether it is one that Bitbucket accepts at all.
    pub(crate) fn is_accepted(&self) -> bool {
        !self.expired && !self.unscoped && self.kind != Kind::AppPassword
    }
}

/// A credential as a scenario's file describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialDescription {
    kind: Kind,
    secret: String,
    /// For API tokens, app passwords and OAuth: the account, by its name in the file.
    #[serde(default)]
    account: String,
    /// For access tokens: the workspace.
    #[serde(default)]
    workspace: String,
    /// For a project's access token: the project's key.
    #[serde(default)]
    project: String,
    /// For a repository's access token: the repository's slug.
    #[serde(default)]
    repository: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    unscoped: bool,
    #[serde(default)]
    expired: bool,
}

impl CredentialDescription {
    pub(super) fn resolved(self, world: &World) -> Result<Credential, ScenarioError> {
        let holder = self.holder(world)?;
        let Self {
            kind,
            secret,
            scopes,
            unscoped,
            expired,
            ..
        } = self;
        Ok(Credential {
            kind,
            secret,
            scopes,
            unscoped,
            expired,
            holder,
        })
    }

    fn holder(&self, world: &World) -> Result<Holder, ScenarioError> {
        let missing = |what: &str, name: &str| ScenarioError::NotInIt(format!("the {what} {name}"));
        if !self.kind.is_access_token() {
            return world
                .accounts
                .iter()
                .position(|account| account.name_in_file == self.account)
                .map(Holder::Account)
                .ok_or_else(|| missing("account", &self.account));
        }
        let workspace = world
            .workspace_called(&self.workspace)
            .ok_or_else(|| missing("workspace", &self.workspace))?;
        let of = &world.workspaces[workspace];
        match self.kind {
            Kind::ProjectAccessToken => of
                .project_called(&self.project)
                .map(|project| Holder::Project { workspace, project })
                .ok_or_else(|| missing("project", &self.project)),
            Kind::RepoAccessToken => of
                .repository_called(&self.repository)
                .map(|repository| Holder::Repository {
                    workspace,
                    repository,
                })
                .ok_or_else(|| missing("repository", &self.repository)),
            Kind::WorkspaceAccessToken | Kind::ApiToken | Kind::AppPassword | Kind::Oauth2 => {
                Ok(Holder::Workspace(workspace))
            }
        }
    }
}
