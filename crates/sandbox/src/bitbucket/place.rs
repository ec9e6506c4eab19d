//! Which address is which place, and what each asks for.
//!
//! Source: Bitbucket's OpenAPI description (`security.oauth2` for short names,
//! `x-atlassian-oauth2-scopes` for long ones); for groups, which it does not hold, Atlassian's page
//! <https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/>.

/// A place of the API. Names are as they stand in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// Gone since CHANGE-2770.
    Removed,
    User,
    UserWorkspaces,
    Account {
        id: &'a str,
    },
    In(&'a str, InWorkspace<'a>),
}

/// A place within a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InWorkspace<'a> {
    /// The caller's own permission.
    OwnPermission,
    /// The caller's own permissions on repositories.
    OwnRepositoryPermissions,
    Itself,
    Members,
    Permissions,
    /// Everyone's permissions on every repository.
    EveryRepositoryPermission,
    /// Everyone's permissions on one repository.
    OneRepositoryPermission {
        repository: &'a str,
    },
    Projects,
    Project {
        project: &'a str,
    },
    ProjectGrants {
        project: &'a str,
        to: GrantedTo,
    },
    Repositories,
    Repository {
        repository: &'a str,
    },
    RepositoryGrants {
        repository: &'a str,
        to: GrantedTo,
    },
    /// The v1 list.
    Groups,
    /// The v1 list of a group's members.
    GroupMembers {
        group: &'a str,
    },
}

/// To whom grants are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantedTo {
    Users,
    Groups,
}

/// What an account has to be. Access tokens have scopes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NeededRole<'a> {
    Anyone,
    WorkspaceAdministrator,
    /// One who sees the project.
    OnProject(&'a str),
    /// One who sees the repository.
    OnRepository(&'a str),
    ProjectAdministrator(&'a str),
    RepositoryAdministrator(&'a str),
}

/// What a place asks of a credential.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs<'a> {
    /// In short names, for OAuth and access tokens.
    pub(super) classic: &'static [&'static str],
    /// In long names, for API tokens; the scenario decides for groups.
    pub(super) api_token: &'static [&'static str],
    pub(super) role: NeededRole<'a>,
}

const READ_USER: &[&str] = &["read:user:bitbucket"];
const READ_WORKSPACE: &[&str] = &["read:workspace:bitbucket"];
const READ_PROJECT: &[&str] = &["read:project:bitbucket"];
const READ_REPOSITORY: &[&str] = &["read:repository:bitbucket"];

impl<'a> Place<'a> {
    /// The place with this path.
    pub(super) fn at(path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        Some(match *parts {
            ["2.0", "workspaces" | "repositories"]
            | ["2.0", "user", "permissions", "workspaces" | "repositories"] => Self::Removed,
            ["2.0", "user"] => Self::User,
            ["2.0", "users", id] => Self::Account { id },
            ["2.0", "user", "workspaces"] => Self::UserWorkspaces,
            ["2.0", "user", "workspaces", workspace, ref rest @ ..] => Self::In(
                workspace,
                match *rest {
                    ["permission"] => InWorkspace::OwnPermission,
                    ["permissions", "repositories"] => InWorkspace::OwnRepositoryPermissions,
                    _ => return None,
                },
            ),
            ["2.0", "workspaces", workspace, ref rest @ ..] => {
                Self::In(workspace, InWorkspace::under_workspaces(rest)?)
            }
            ["2.0", "repositories", workspace, ref rest @ ..] => Self::In(
                workspace,
                match *rest {
                    [] => InWorkspace::Repositories,
                    [repository] => InWorkspace::Repository { repository },
                    [repository, "permissions-config", to] => InWorkspace::RepositoryGrants {
                        repository,
                        to: GrantedTo::named(to)?,
                    },
                    _ => return None,
                },
            ),
            ["1.0", "groups", workspace] => Self::In(workspace, InWorkspace::Groups),
            ["1.0", "groups", workspace, group, "members"] => {
                Self::In(workspace, InWorkspace::GroupMembers { group })
            }
            _ => return None,
        })
    }

    /// What it asks for.
    pub(super) fn needs(self) -> Needs<'a> {
        let anyone = |classic, api_token| Needs {
            classic,
            api_token,
            role: NeededRole::Anyone,
        };
        match self {
            Self::Removed => anyone(&[], &[]),
            Self::User => anyone(&["account"], READ_USER),
            Self::Account { .. } => anyone(&[], READ_USER),
            Self::UserWorkspaces => anyone(&["account"], READ_WORKSPACE),
            Self::In(_, place) => place.needs(),
        }
    }
}

impl<'a> InWorkspace<'a> {
    fn under_workspaces(parts: &[&'a str]) -> Option<Self> {
        Some(match *parts {
            [] => Self::Itself,
            ["members"] => Self::Members,
            ["permissions"] => Self::Permissions,
            ["permissions", "repositories"] => Self::EveryRepositoryPermission,
            ["permissions", "repositories", repository] => {
                Self::OneRepositoryPermission { repository }
            }
            ["projects"] => Self::Projects,
            ["projects", project] => Self::Project { project },
            ["projects", project, "permissions-config", to] => Self::ProjectGrants {
                project,
                to: GrantedTo::named(to)?,
            },
            _ => return None,
        })
    }

    fn needs(self) -> Needs<'a> {
        let needs = |classic, api_token, role| Needs {
            classic,
            api_token,
            role,
        };
        let anyone = NeededRole::Anyone;
        let administrator = NeededRole::WorkspaceAdministrator;
        match self {
            Self::OwnPermission => needs(&["account"], READ_WORKSPACE, anyone),
            Self::OwnRepositoryPermissions => {
                needs(&["account", "repository"], READ_REPOSITORY, anyone)
            }
            Self::Itself => needs(&[], READ_WORKSPACE, anyone),
            Self::Members | Self::Permissions => needs(&["account"], READ_WORKSPACE, anyone),
            Self::EveryRepositoryPermission => needs(&["account"], READ_REPOSITORY, administrator),
            Self::OneRepositoryPermission { repository } => needs(
                &["repository"],
                READ_REPOSITORY,
                NeededRole::RepositoryAdministrator(repository),
            ),
            Self::Projects => needs(&["project"], READ_PROJECT, anyone),
            Self::Project { project } => {
                needs(&["project"], READ_PROJECT, NeededRole::OnProject(project))
            }
            Self::ProjectGrants { project, .. } => needs(
                &["project:admin"],
                READ_PROJECT,
                NeededRole::ProjectAdministrator(project),
            ),
            Self::Repositories => needs(&["repository"], READ_REPOSITORY, anyone),
            Self::Repository { repository } => needs(
                &["repository"],
                READ_REPOSITORY,
                NeededRole::OnRepository(repository),
            ),
            Self::RepositoryGrants { repository, .. } => needs(
                &["repository:admin"],
                READ_REPOSITORY,
                NeededRole::RepositoryAdministrator(repository),
            ),
            Self::Groups | Self::GroupMembers { .. } => needs(&["account"], &[], administrator),
        }
    }
}

impl GrantedTo {
    fn named(name: &str) -> Option<Self> {
        match name {
            "users" => Some(Self::Users),
            "groups" => Some(Self::Groups),
            _ => None,
        }
    }
}
