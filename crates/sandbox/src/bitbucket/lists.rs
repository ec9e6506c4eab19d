//! What is answered to those who may see it.

use serde::Serialize;
use serde_json::value::RawValue;

use super::bodies::{Bodies, Chosen};
use super::fields::Selection;
use super::fragments::{Fragments, WorkspaceFragments, own_account};
use super::page::page;
use super::place::{InWorkspace, Place};
use super::query::{self, Condition};
use super::seen::Seen;
use super::{Refused, grants, refusal};
use crate::asked::Asked;
use crate::scenario::Holder;
use crate::world::{Group, Workspace, WorkspaceRole, World};

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
    /// What is sent of the body.
    pub(super) selection: Selection,
    /// Whether the v1 list of groups with their members takes too long.
    pub(super) groups_time_out: bool,
    /// What the holder sees of each workspace, and how many see what.
    pub(super) seen: &'a Seen,
}

impl Looking<'_> {
    /// What is sent of each item of a page.
    pub(super) fn of_items(&self) -> Selection {
        self.selection.below("values")
    }
}

/// A workspace that is looked at, with the bodies of what is in it.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    /// Its place in the world's list.
    pub(super) place: usize,
    pub(super) workspace: &'a Workspace,
    pub(super) fragments: &'a WorkspaceFragments,
}

#[derive(Serialize)]
struct Access<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    administrator: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Membership<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'a RawValue>,
}

/// What is chosen of memberships.
struct ChosenMembership<'a> {
    kind: Option<&'static str>,
    has_permission: bool,
    users: Option<Chosen<'a>>,
    workspace: Option<Chosen<'a>>,
}

impl<'a> ChosenMembership<'a> {
    fn of(looking: &Looking<'a>, selection: &Selection, workspace: &'a Bodies) -> Self {
        Self {
            kind: selection.part("type", "workspace_membership"),
            has_permission: selection.below("permission").sends(),
            users: looking.fragments.accounts.through(selection.below("user")),
            workspace: workspace.through(selection.below("workspace")),
        }
    }

    fn for_account(&self, account: usize, permission: Option<&'static str>) -> Membership<'_> {
        Membership {
            kind: self.kind,
            permission: permission.filter(|_| self.has_permission),
            user: self.users.as_ref().map(|users| users.of(account)),
            workspace: self.workspace.as_ref().map(|workspace| workspace.of(0)),
        }
    }
}

/// The v1 API's group.
#[derive(Serialize)]
struct GroupV1<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<&'a str>,
    /// One that has none says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Option<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_add: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_forwarding_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a RawValue>,
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
            Some(account) => chosen(looking, &looking.fragments.accounts, account),
            None => Err(Refused::saying(404, "No such user.")),
        },
        (Place::UserWorkspaces, _) => user_workspaces(looking),
        (Place::In(_, place), Some(workspace)) => {
            let within = Within {
                place: workspace,
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
        InWorkspace::Itself => chosen(looking, &within.fragments.itself, 0),
        InWorkspace::Members => members(looking, within),
        InWorkspace::Permissions => permissions(looking, within),
        InWorkspace::EveryRepositoryPermission => grants::on_every_repository(looking, within),
        InWorkspace::OneRepositoryPermission { repository } => {
            grants::on_one_repository(looking, within, repository)
        }
        InWorkspace::Projects => {
            no_query(looking)?;
            let seen = looking.seen.lists(within, looking.holder);
            things(looking, &within.fragments.projects, &seen.projects)
        }
        InWorkspace::Project { project } => {
            let place = refusal::project(within.workspace, project)?;
            chosen(looking, &within.fragments.projects, place)
        }
        InWorkspace::ProjectGrants { project, to } => {
            grants::on_project(looking, within, project, to)
        }
        InWorkspace::Repositories => {
            no_query(looking)?;
            let seen = looking.seen.lists(within, looking.holder);
            things(looking, &within.fragments.repositories, &seen.repositories)
        }
        InWorkspace::Repository { repository } => {
            let place = refusal::repository(within.workspace, repository)?;
            chosen(looking, &within.fragments.repositories, place)
        }
        InWorkspace::RepositoryGrants { repository, to } => {
            grants::on_repository(looking, within, repository, to)
        }
        InWorkspace::Groups if looking.groups_time_out && asks_for_members(looking) => {
            Err(Refused::saying(504, "The request took too long to answer."))
        }
        InWorkspace::Groups => groups(looking, within),
        InWorkspace::GroupMembers { group } => group_members(looking, within, group),
    }
}

/// What is chosen of one body.
fn chosen(looking: &Looking<'_>, bodies: &Bodies, place: usize) -> Result<Vec<u8>, Refused> {
    // The root is always sent.
    let chosen = bodies.through(looking.selection.clone());
    written(&chosen.as_ref().map(|chosen| chosen.of(place)))
}

/// A page of things that are seen.
fn things(looking: &Looking<'_>, bodies: &Bodies, seen: &[usize]) -> Result<Vec<u8>, Refused> {
    let chosen = bodies.through(looking.of_items());
    page(looking, seen.len(), |number| {
        chosen.as_ref().map(|chosen| chosen.of(seen[number]))
    })
}

fn user(looking: &Looking<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    let own = own_account(
        &looking.world.accounts[account],
        looking.fragments.accounts.whole(account),
    );
    written(&looking.selection.select(&own))
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
    let items = looking.of_items();
    let kind = items.part("type", "workspace_access");
    let has_administrator = items.below("administrator").sends();
    let bases = looking.fragments.bases.through(items.below("workspace"));
    page(looking, mine.len(), |number| {
        let (place, administrator) = mine[number];
        Access {
            kind,
            administrator: has_administrator.then_some(administrator),
            workspace: bases.as_ref().map(|bases| bases.of(place)),
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
    let chosen = ChosenMembership::of(looking, &looking.selection, &within.fragments.itself);
    written(&chosen.for_account(account, Some(permission)))
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
    let chosen = ChosenMembership::of(looking, &looking.of_items(), &within.fragments.short);
    page(looking, accounts.len(), |number| {
        chosen.for_account(accounts[number], None)
    })
}

fn permissions(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let conditions = conditions(looking, &["permission"])?;
    let members = &within.workspace.members;
    let shown: Vec<(usize, WorkspaceRole)> = members
        .iter()
        .copied()
        .filter(|(_, role)| {
            conditions
                .iter()
                .all(|held| held.values.iter().any(|wanted| wanted == role.as_str()))
        })
        .collect();
    let chosen = ChosenMembership::of(looking, &looking.of_items(), &within.fragments.short);
    page(looking, shown.len(), |number| {
        let (account, role) = shown[number];
        chosen.for_account(account, Some(role.as_str()))
    })
}

/// The v1 API's bare array, which has no pages.
fn groups(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let with_members = asks_for_members(looking);
    let selection = &looking.selection;
    let sends = |name: &str| selection.below(name).sends();
    let [name, slug, permission] = ["name", "slug", "permission"].map(sends);
    let auto_add = selection.part("auto_add", false);
    let email_forwarding_disabled = selection.part("email_forwarding_disabled", false);
    let owner = within.fragments.owner_v1.through(selection.below("owner"));
    let members = looking
        .fragments
        .accounts_v1
        .through(selection.below("members"))
        .filter(|_| with_members);
    let groups: Vec<GroupV1<'_>> = within
        .workspace
        .groups
        .iter()
        .map(|group| GroupV1 {
            name: name.then_some(&group.name),
            slug: slug.then_some(&group.slug),
            permission: permission.then(|| group.permission.map(|permission| permission.as_str())),
            auto_add,
            email_forwarding_disabled,
            owner: owner.as_ref().map(|owner| owner.of(0)),
            members: members.as_ref().map(|members| members_v1(members, group)),
        })
        .collect();
    written(&groups)
}

/// Whether a request for the v1 list of groups wants their members too.
fn asks_for_members(looking: &Looking<'_>) -> bool {
    looking.asked.parameter("exclude_members") != Some("true")
}

fn group_members(
    looking: &Looking<'_>,
    within: Within<'_>,
    slug: &str,
) -> Result<Vec<u8>, Refused> {
    let Some(group) = within.workspace.group_called(slug) else {
        return Err(Refused::saying(404, "No such group."));
    };
    let accounts = &looking.fragments.accounts_v1;
    let members = accounts.through(looking.selection.clone());
    written(
        &members
            .as_ref()
            .map(|members| members_v1(members, &within.workspace.groups[group])),
    )
}

fn members_v1<'a>(accounts: &'a Chosen<'_>, group: &Group) -> Vec<&'a RawValue> {
    let members = group.members.iter();
    members.map(|account| accounts.of(*account)).collect()
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
