//! What is answered to those who may see it.

use serde::Serialize;
use serde_json::value::RawValue;

use super::fragments::{Fragments, WorkspaceFragments, own_account};
use super::page::page;
use super::place::{InWorkspace, Place};
use super::query::{self, Condition};
use super::{Refused, grants};
use crate::asked::Asked;
use crate::scenario::Holder;
use crate::world::{Workspace, WorkspaceRole, World};

/// A request that was let through, with what it looks at.
pub(super) struct Looking<'a> {
    pub(super) world: &'a World,
    pub(super) fragments: &'a Fragments,
    pub(super) asked: &'a Asked,
    pub(super) holder: Holder,
    /// Where the client reached this server.
    pub(super) origin: &'a str,
    /// Where this server says that it is.
    pub(super) own_origin: &'a str,
}

/// A workspace that is looked at, with the bodies of what is in it.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) fragments: &'a WorkspaceFragments,
}

#[derive(Serialize)]
struct Access<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    administrator: bool,
    workspace: &'a RawValue,
}

#[derive(Serialize)]
struct Membership<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'static str>,
    user: &'a RawValue,
    workspace: &'a RawValue,
}

/// The v1 API's group.
#[derive(Serialize)]
struct GroupV1<'a> {
    name: &'a str,
    slug: &'a str,
    permission: Option<&'static str>,
    auto_add: bool,
    email_forwarding_disabled: bool,
    owner: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<&'a RawValue>>,
}

/// The most e-mails that a filter of members takes.
const MOST_EMAILS: usize = 90;

/// The body of a place; `workspace` is the place of the workspace that it is in.
pub(super) fn body(
    looking: &Looking<'_>,
    place: Place<'_>,
    workspace: Option<usize>,
) -> Result<Vec<u8>, Refused> {
    match (place, workspace) {
        (Place::User, _) => user(looking),
        (Place::Account { id }, _) => match looking.world.account_called(id) {
            Some(account) => written(&looking.fragments.accounts[account]),
            None => Err(Refused::saying(404, "No such user.")),
        },
        (Place::UserWorkspaces, _) => user_workspaces(looking),
        (Place::In(_, place), Some(workspace)) => {
            let within = Within {
                workspace: &looking.world.workspaces[workspace],
                fragments: &looking.fragments.workspaces[workspace],
            };
            in_workspace(looking, within, place)
        }
        (Place::In(..), None) | (Place::Removed, _) => {
            Err(Refused::saying(404, "Resource not found"))
        }
    }
}

fn in_workspace(
    looking: &Looking<'_>,
    within: Within<'_>,
    place: InWorkspace<'_>,
) -> Result<Vec<u8>, Refused> {
    match place {
        InWorkspace::OwnPermission => own_permission(looking, within),
        InWorkspace::OwnRepositoryPermissions => grants::own(looking, within),
        InWorkspace::Itself => written(&within.fragments.itself),
        InWorkspace::Members => members(looking, within),
        InWorkspace::Permissions => permissions(looking, within),
        InWorkspace::EveryRepositoryPermission => grants::on_every_repository(looking, within),
        InWorkspace::OneRepositoryPermission { repository } => {
            grants::on_one_repository(looking, within, repository)
        }
        InWorkspace::Projects => {
            no_query(looking)?;
            let seen = seen_projects(looking, within.workspace);
            page(looking.asked, looking.origin, seen.len(), |number| {
                &within.fragments.projects[seen[number]]
            })
        }
        InWorkspace::ProjectGrants { project, to } => {
            grants::on_project(looking, within, project, to)
        }
        InWorkspace::Repositories => {
            no_query(looking)?;
            let seen = seen_repositories(looking, within.workspace);
            page(looking.asked, looking.origin, seen.len(), |number| {
                &within.fragments.repositories[seen[number]]
            })
        }
        InWorkspace::RepositoryGrants { repository, to } => {
            grants::on_repository(looking, within, repository, to)
        }
        InWorkspace::Groups => groups(looking, within),
        InWorkspace::GroupMembers { group } => group_members(looking, within, group),
    }
}

fn user(looking: &Looking<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    written(&own_account(
        &looking.world.accounts[account],
        &looking.fragments.accounts[account],
    ))
}

fn user_workspaces(looking: &Looking<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    let conditions = conditions(looking, &["slug", "workspace.slug", "administrator"])?;
    let wants = |name: &str, value: &str| {
        conditions
            .iter()
            .filter(|condition| condition.field.trim_start_matches("workspace.") == name)
            .all(|condition| condition.values.iter().any(|wanted| wanted == value))
    };
    let administrator_wanted = looking.asked.parameter("administrator");
    let mine: Vec<(usize, bool)> = looking
        .world
        .workspaces
        .iter()
        .enumerate()
        .filter_map(|(place, workspace)| {
            let administrator = workspace.role_of(account)? == WorkspaceRole::Owner;
            let shown = wants("slug", &workspace.slug)
                && wants("administrator", &administrator.to_string())
                && administrator_wanted.is_none_or(|wanted| wanted == administrator.to_string());
            shown.then_some((place, administrator))
        })
        .collect();
    page(looking.asked, looking.origin, mine.len(), |number| {
        let (place, administrator) = mine[number];
        Access {
            kind: "workspace_access",
            administrator,
            workspace: &looking.fragments.workspaces[place].base,
        }
    })
}

fn own_permission(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    let permission = match within.workspace.role_of(account) {
        Some(WorkspaceRole::Owner) => "owner",
        Some(WorkspaceRole::Collaborator | WorkspaceRole::Member) => "member",
        None => return Err(Refused::saying(403, "Access denied.")),
    };
    written(&Membership {
        kind: "workspace_membership",
        permission: Some(permission),
        user: &looking.fragments.accounts[account],
        workspace: &within.fragments.itself,
    })
}

/// E-mails are never shown; administrators and access tokens may look members up by them.
fn members(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let conditions = conditions(looking, &["user.email"])?;
    let emails: Vec<&String> = conditions.iter().flat_map(|held| &held.values).collect();
    if emails.len() > MOST_EMAILS {
        return Err(Refused::saying(400, "Too many e-mail addresses."));
    }
    let may_look_up = match looking.holder {
        Holder::Account(account) => within.workspace.is_administrator(account),
        Holder::Workspace(_) => true,
        Holder::Project { .. } | Holder::Repository { .. } => false,
    };
    if !emails.is_empty() && !may_look_up {
        return Err(Refused::saying(403, "Access denied."));
    }
    let accounts: Vec<usize> = within
        .workspace
        .members
        .iter()
        .map(|(account, _)| *account)
        .filter(|account| {
            emails.is_empty() || emails.contains(&&looking.world.accounts[*account].email)
        })
        .collect();
    page(looking.asked, looking.origin, accounts.len(), |number| {
        Membership {
            kind: "workspace_membership",
            permission: None,
            user: &looking.fragments.accounts[accounts[number]],
            workspace: &within.fragments.short,
        }
    })
}

fn permissions(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let conditions = conditions(looking, &["permission"])?;
    let shown: Vec<(usize, WorkspaceRole)> = within
        .workspace
        .members
        .iter()
        .copied()
        .filter(|(_, role)| {
            conditions
                .iter()
                .all(|held| held.values.iter().any(|wanted| wanted == role.as_str()))
        })
        .collect();
    page(looking.asked, looking.origin, shown.len(), |number| {
        let (account, role) = shown[number];
        Membership {
            kind: "workspace_membership",
            permission: Some(role.as_str()),
            user: &looking.fragments.accounts[account],
            workspace: &within.fragments.short,
        }
    })
}

fn seen_projects(looking: &Looking<'_>, workspace: &Workspace) -> Vec<usize> {
    let all = 0..workspace.projects.len();
    match looking.holder {
        Holder::Account(account) => all
            .filter(|project| workspace.sees_project(account, *project))
            .collect(),
        Holder::Workspace(_) => all.collect(),
        Holder::Project { project, .. } => vec![project],
        Holder::Repository { repository, .. } => vec![workspace.repositories[repository].project],
    }
}

fn seen_repositories(looking: &Looking<'_>, workspace: &Workspace) -> Vec<usize> {
    let all = 0..workspace.repositories.len();
    match looking.holder {
        Holder::Account(account) => all
            .filter(|repository| {
                workspace
                    .permission_on_repository(account, *repository)
                    .is_some()
            })
            .collect(),
        Holder::Workspace(_) => all.collect(),
        Holder::Project { project, .. } => all
            .filter(|repository| workspace.repositories[*repository].project == project)
            .collect(),
        Holder::Repository { repository, .. } => vec![repository],
    }
}

/// The v1 API's bare array, which has no pages.
fn groups(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let with_members = looking.asked.parameter("exclude_members") != Some("true");
    let groups: Vec<GroupV1<'_>> = within
        .workspace
        .groups
        .iter()
        .map(|group| GroupV1 {
            name: &group.name,
            slug: &group.slug,
            permission: group.permission.map(|permission| permission.as_str()),
            auto_add: false,
            email_forwarding_disabled: false,
            owner: &within.fragments.owner_v1,
            members: with_members.then(|| members_v1(looking, &group.members)),
        })
        .collect();
    written(&groups)
}

fn group_members(
    looking: &Looking<'_>,
    within: Within<'_>,
    slug: &str,
) -> Result<Vec<u8>, Refused> {
    match within
        .workspace
        .groups
        .iter()
        .find(|group| group.slug == slug)
    {
        Some(group) => written(&members_v1(looking, &group.members)),
        None => Err(Refused::saying(404, "No such group.")),
    }
}

fn members_v1<'a>(looking: &Looking<'a>, members: &[usize]) -> Vec<&'a RawValue> {
    members
        .iter()
        .map(|account| &*looking.fragments.accounts_v1[*account])
        .collect()
}

/// The place of the account that asks; access tokens were refused before.
pub(super) fn own_place(looking: &Looking<'_>) -> Result<usize, Refused> {
    match looking.holder {
        Holder::Account(account) => Ok(account),
        Holder::Workspace(_) | Holder::Project { .. } | Holder::Repository { .. } => {
            Err(Refused::saying(403, "Access denied."))
        }
    }
}

/// The conditions of `q`. What is not spoken here is refused, lest a client believe that it was
/// heeded.
fn conditions(looking: &Looking<'_>, fields: &[&str]) -> Result<Vec<Condition>, Refused> {
    let Some(query) = looking.asked.parameter("q") else {
        return Ok(Vec::new());
    };
    query::parse(query)
        .filter(|conditions| {
            conditions
                .iter()
                .all(|condition| fields.contains(&condition.field.as_str()))
        })
        .ok_or_else(|| Refused::saying(400, "The practice Bitbucket does not know this query."))
}

pub(super) fn no_query(looking: &Looking<'_>) -> Result<(), Refused> {
    conditions(looking, &[]).map(drop)
}

pub(super) fn written(body: &impl Serialize) -> Result<Vec<u8>, Refused> {
    serde_json::to_vec(body).map_err(|error| Refused::saying(500, &error.to_string()))
}
