//! Whether a credential may see a place.

use serde_json::json;

use super::place::{InWorkspace, NeededRole, Place};
use super::{Refused, scopes};
use crate::scenario::{Credential, Holder, Kind};
use crate::state::{Held, State};
use crate::world::{Permission, Workspace, World};

/// Lets a credential through; gives the place of the workspace that is looked at.
pub(super) fn check(
    state: &State,
    held: &Held,
    credential: &Credential,
    place: Place<'_>,
) -> Result<Option<usize>, Refused> {
    let world = &held.world;
    if place == Place::Removed {
        return Err(removed());
    }
    if is_wrong_kind(state, credential, place) {
        return Err(Refused::saying(
            403,
            "This API is not accessible by this authentication mechanism",
        ));
    }
    let workspace = match place {
        Place::In(id, _) => Some(seen_workspace(world, credential, id)?),
        Place::Removed | Place::User | Place::UserWorkspaces | Place::Account { .. } => None,
    };
    scopes_suffice(state, credential, place)?;
    if let Some(workspace) = workspace {
        role_suffices(held, workspace, credential.holder, place.needs().role)?;
    }
    Ok(workspace)
}

/// Source: <https://github.com/ktrysmt/go-bitbucket/issues/357>.
fn removed() -> Refused {
    const LEARN_MORE: &str =
        "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770";
    Refused {
        status: 410,
        body: json!({"type": "error", "error": {
            "message": "CHANGE-2770 - Functionality has been deprecated",
            "detail": "Please read the changelog entry for more details.",
            "data": {"announcement_url": LEARN_MORE},
        }}),
    }
}

/// Access tokens belong to nobody, so that nothing about "me" answers them; about permissions and
/// groups the documents differ and the scenario decides.
fn is_wrong_kind(state: &State, credential: &Credential, place: Place<'_>) -> bool {
    if !credential.kind.is_access_token() {
        return false;
    }
    let knobs = &state.scenario.bitbucket;
    match place {
        Place::User | Place::UserWorkspaces => true,
        Place::Removed | Place::Account { .. } => false,
        Place::In(_, within) => match within {
            InWorkspace::OwnPermission | InWorkspace::OwnRepositoryPermissions => true,
            InWorkspace::ProjectGrants { .. }
            | InWorkspace::RepositoryGrants { .. }
            | InWorkspace::EveryRepositoryPermission
            | InWorkspace::OneRepositoryPermission { .. } => !knobs.access_tokens_read_permissions,
            InWorkspace::Groups | InWorkspace::GroupMembers { .. } => {
                !knobs.access_tokens_read_groups
            }
            InWorkspace::Itself
            | InWorkspace::Members
            | InWorkspace::Permissions
            | InWorkspace::Projects
            | InWorkspace::Project { .. }
            | InWorkspace::Repositories
            | InWorkspace::Repository { .. } => false,
        },
    }
}

/// A workspace that is not the credential's own is as good as not there.
fn seen_workspace(world: &World, credential: &Credential, id: &str) -> Result<usize, Refused> {
    world
        .workspace_called(id)
        .filter(|place| match credential.holder {
            Holder::Account(account) => world.workspaces[*place].role_of(account).is_some(),
            Holder::Workspace(workspace)
            | Holder::Project { workspace, .. }
            | Holder::Repository { workspace, .. } => workspace == *place,
        })
        .ok_or_else(|| Refused::saying(404, &format!("No workspace with identifier '{id}'.")))
}

/// What is required and granted is told in the credential's own names. Source:
/// <https://github.com/backstage/backstage/issues/22383>.
fn scopes_suffice(state: &State, credential: &Credential, place: Place<'_>) -> Result<(), Refused> {
    let needs = place.needs();
    let required = match (credential.kind, place) {
        (Kind::ApiToken, Place::In(_, InWorkspace::Groups | InWorkspace::GroupMembers { .. })) => {
            vec![state.scenario.bitbucket.groups_scope.as_str()]
        }
        (Kind::ApiToken, _) => needs.api_token.to_vec(),
        _ => needs.classic.to_vec(),
    };
    if required
        .iter()
        .all(|scope| scopes::covers(&credential.scopes, scope))
    {
        return Ok(());
    }
    Err(Refused {
        status: 403,
        body: json!({"type": "error", "error": {
            "message": "Your credentials lack one or more required privilege scopes.",
            "detail": {"required": required, "granted": credential.scopes},
        }}),
    })
}

/// An account has roles; an access token has its scopes, as far as it reaches.
fn role_suffices(
    held: &Held,
    place: usize,
    holder: Holder,
    needed: NeededRole<'_>,
) -> Result<(), Refused> {
    let workspace = &held.world.workspaces[place];
    let suffices = match needed {
        NeededRole::Anyone => true,
        NeededRole::WorkspaceAdministrator => match holder {
            Holder::Account(account) => workspace.is_administrator(account),
            Holder::Workspace(_) => true,
            Holder::Project { .. } | Holder::Repository { .. } => false,
        },
        NeededRole::OnProject(id) => {
            let project = project(workspace, id)?;
            let seen = held.seen.lists_in(place, workspace, holder);
            seen.projects.binary_search(&project).is_ok()
        }
        NeededRole::OnRepository(id) => {
            let repository = repository(workspace, id)?;
            let seen = held.seen.lists_in(place, workspace, holder);
            seen.repositories.binary_search(&repository).is_ok()
        }
        NeededRole::ProjectAdministrator(id) => {
            let project = project(workspace, id)?;
            match holder {
                Holder::Account(account) => {
                    workspace.permission_on_project(account, project) == Some(Permission::Admin)
                }
                Holder::Workspace(_) => true,
                Holder::Project { project: own, .. } => own == project,
                Holder::Repository { .. } => false,
            }
        }
        NeededRole::RepositoryAdministrator(id) => {
            let repository = repository(workspace, id)?;
            match holder {
                Holder::Account(account) => {
                    workspace.permission_on_repository(account, repository)
                        == Some(Permission::Admin)
                }
                Holder::Workspace(_) => true,
                Holder::Project { project, .. } => {
                    workspace.repositories[repository].project == project
                }
                Holder::Repository {
                    repository: own, ..
                } => own == repository,
            }
        }
    };
    match suffices {
        true => Ok(()),
        // Source: https://github.com/harness/harness/issues/3683
        false => Err(Refused::saying(
            403,
            "Access denied. You must have write or admin access.",
        )),
    }
}

/// The place of a project.
pub(super) fn project(workspace: &Workspace, id: &str) -> Result<usize, Refused> {
    workspace
        .project_called(id)
        .ok_or_else(|| Refused::saying(404, "No Project matches the given query."))
}

/// The place of a repository.
pub(super) fn repository(workspace: &Workspace, id: &str) -> Result<usize, Refused> {
    workspace.repository_called(id).ok_or_else(|| {
        Refused::saying(
            404,
            "You may not have access to this repository or it no longer exists in this workspace.",
        )
    })
}
