//! Which address is which place, and what each asks for.
//!
//! Source: Bitbucket's OpenAPI description (`security.oauth2` for short names,
//! `x-atlassian-oauth2-scopes` for long ones); for groups, which it does not hold, Atlassian's page
//! on the groups endpoint.

/// A place of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    User,
    UserWorkspaces,
    UserPermission {
        workspace: &'a str,
    },
    Workspace {
        workspace: &'a str,
    },
    Members {
        workspace: &'a str,
    },
    WorkspacePermissions {
        workspace: &'a str,
    },
    Projects {
        workspace: &'a str,
    },
    ProjectPermissions {
        workspace: &'a str,
        project: &'a str,
        groups: bool,
    },
    Repositories {
        workspace: &'a str,
    },
    RepositoryPermissions {
        workspace: &'a str,
        repository: &'a str,
        groups: bool,
    },
    Groups {
        workspace: &'a str,
    },
    /// Gone since CHANGE-2770.
    Removed,
}

/// A place with what it asks for.
pub(super) struct Rule<'a> {
    pub(super) place: Place<'a>,
    pub(super) classic: &'static [&'static str],
    pub(super) api_token: &'static [&'static str],
    pub(super) administrators_only: bool,
}

impl Rule<'_> {
    pub(super) fn workspace(&self) -> Option<&str> {
        match self.place {
            Place::UserPermission { workspace }
            | Place::Workspace { workspace }
            | Place::Members { workspace }
            | Place::WorkspacePermissions { workspace }
            | Place::Projects { workspace }
            | Place::ProjectPermissions { workspace, .. }
            | Place::Repositories { workspace }
            | Place::RepositoryPermissions { workspace, .. }
            | Place::Groups { workspace } => Some(workspace),
            Place::User | Place::UserWorkspaces | Place::Removed => None,
        }
    }
}

/// The rule for a path, given its parts.
pub(super) fn of<'a>(parts: &[&'a str]) -> Option<Rule<'a>> {
    const WORKSPACE: &[&str] = &["read:workspace:bitbucket"];
    const PROJECT: &[&str] = &["read:project:bitbucket"];
    const REPOSITORY: &[&str] = &["read:repository:bitbucket"];
    let rule = |place, classic, api_token, administrators_only| Rule {
        place,
        classic,
        api_token,
        administrators_only,
    };
    Some(match *parts {
        ["2.0", "workspaces"]
        | ["2.0", "user", "permissions", "workspaces" | "repositories"]
        | ["2.0", "repositories"] => rule(Place::Removed, &[], &[], false),
        ["2.0", "user"] => rule(Place::User, &["account"], &["read:user:bitbucket"], false),
        ["2.0", "user", "workspaces"] => {
            rule(Place::UserWorkspaces, &["account"], WORKSPACE, false)
        }
        ["2.0", "user", "workspaces", workspace, "permission"] => rule(
            Place::UserPermission { workspace },
            &["account"],
            WORKSPACE,
            false,
        ),
        ["2.0", "workspaces", workspace] => {
            rule(Place::Workspace { workspace }, &[], WORKSPACE, false)
        }
        ["2.0", "workspaces", workspace, "members"] => {
            rule(Place::Members { workspace }, &["account"], WORKSPACE, false)
        }
        ["2.0", "workspaces", workspace, "permissions"] => rule(
            Place::WorkspacePermissions { workspace },
            &["account"],
            WORKSPACE,
            false,
        ),
        ["2.0", "workspaces", workspace, "projects"] => {
            rule(Place::Projects { workspace }, &["project"], PROJECT, false)
        }
        [
            "2.0",
            "workspaces",
            workspace,
            "projects",
            project,
            "permissions-config",
            kind @ ("users" | "groups"),
        ] => rule(
            Place::ProjectPermissions {
                workspace,
                project,
                groups: kind == "groups",
            },
            &["project:admin"],
            PROJECT,
            true,
        ),
        ["2.0", "repositories", workspace] => rule(
            Place::Repositories { workspace },
            &["repository"],
            REPOSITORY,
            false,
        ),
        [
            "2.0",
            "repositories",
            workspace,
            repository,
            "permissions-config",
            kind @ ("users" | "groups"),
        ] => rule(
            Place::RepositoryPermissions {
                workspace,
                repository,
                groups: kind == "groups",
            },
            &["repository:admin"],
            REPOSITORY,
            true,
        ),
        ["1.0", "groups", workspace] => rule(Place::Groups { workspace }, &["account"], &[], true),
        _ => return None,
    })
}

/// Whether scopes cover one: short names bring others along, long names bring nothing.
pub(super) fn covers(granted: &[String], needed: &str) -> bool {
    granted.iter().any(|scope| {
        scope == needed
            || match scope.as_str() {
                "project" | "repository:write" | "pullrequest" => needed == "repository",
                "pullrequest:write" => {
                    matches!(needed, "pullrequest" | "repository:write" | "repository")
                }
                _ => false,
            }
    })
}
