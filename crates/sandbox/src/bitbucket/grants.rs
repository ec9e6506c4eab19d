//! Who may do what: explicit grants, and what they come to.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::lists::{Looking, Within, no_query, own_place};
use super::page::page;
use super::place::GrantedTo;
use super::{Refused, refusal};
use crate::world::{Grants, Permission, Workspace, in_url};

#[derive(Serialize)]
struct Grant<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links>,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    itself: Option<Link>,
}

#[derive(Serialize)]
struct Link {
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

/// What an account has on a repository, however it came by it.
#[derive(Serialize)]
struct RepositoryPermission<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a RawValue>,
}

pub(super) fn on_project(
    looking: &Looking<'_>,
    within: Within<'_>,
    project: &str,
    to: GrantedTo,
) -> Result<Vec<u8>, Refused> {
    let place = refusal::project(within.workspace, project)?;
    let kind = match to {
        GrantedTo::Users => "project_user_permission",
        GrantedTo::Groups => "project_group_permission",
    };
    explicit(
        looking,
        within,
        &within.workspace.projects[place].grants,
        to,
        kind,
    )
}

pub(super) fn on_repository(
    looking: &Looking<'_>,
    within: Within<'_>,
    repository: &str,
    to: GrantedTo,
) -> Result<Vec<u8>, Refused> {
    let place = refusal::repository(within.workspace, repository)?;
    let kind = match to {
        GrantedTo::Users => "repository_user_permission",
        GrantedTo::Groups => "repository_group_permission",
    };
    explicit(
        looking,
        within,
        &within.workspace.repositories[place].grants,
        to,
        kind,
    )
}

/// Explicit grants alone. They ignore `q`, as the API description says.
fn explicit(
    looking: &Looking<'_>,
    within: Within<'_>,
    grants: &Grants,
    to: GrantedTo,
    kind: &'static str,
) -> Result<Vec<u8>, Refused> {
    let items = looking.of_items();
    let kind = items.part("type", kind);
    let has_permission = items.below("permission").sends();
    let links = items.below("links");
    let itself = links.below("self");
    let has_href = itself.below("href").sends();
    let linked = |name: &dyn Fn() -> String| {
        let href = || {
            format!(
                "{}{}/{}",
                looking.own_origin,
                looking.asked.raw_path,
                name()
            )
        };
        links.sends().then(|| Links {
            itself: itself.sends().then(|| Link {
                href: has_href.then(href),
            }),
        })
    };
    match to {
        GrantedTo::Users => {
            let users = looking.fragments.accounts.through(items.below("user"));
            page(looking, grants.users.len(), |number| {
                let (account, permission) = grants.users[number];
                Grant {
                    kind,
                    permission: has_permission.then(|| permission.as_str()),
                    user: users.as_ref().map(|users| users.of(account)),
                    group: None,
                    links: linked(&|| in_url(&looking.world.accounts[account].uuid)),
                }
            })
        }
        GrantedTo::Groups => {
            let groups = within.fragments.groups.through(items.below("group"));
            page(looking, grants.groups.len(), |number| {
                let (group, permission) = grants.groups[number];
                Grant {
                    kind,
                    permission: has_permission.then(|| permission.as_str()),
                    user: None,
                    group: groups.as_ref().map(|groups| groups.of(group)),
                    links: linked(&|| within.workspace.groups[group].slug.clone()),
                }
            })
        }
    }
}

/// The caller's own permissions on the repositories that it sees.
pub(super) fn own(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    let seen = looking.seen.lists(within, looking.holder);
    effective(looking, within, seen.repositories.len(), |number| {
        let repository = seen.repositories[number];
        let permission = within
            .workspace
            .permission_on_repository(account, repository);
        // It sees those alone on which it has something.
        let permission = permission.unwrap_or(Permission::Read);
        (repository, account, permission)
    })
}

pub(super) fn on_every_repository(
    looking: &Looking<'_>,
    within: Within<'_>,
) -> Result<Vec<u8>, Refused> {
    let until = looking.seen.holders_until(looking.world, within.place);
    let count = until.last().copied().unwrap_or_default();
    // Neighbours on a page are mostly of one repository.
    let mut latest: Option<(usize, Vec<(usize, Permission)>)> = None;
    effective(looking, within, count, |number| {
        let repository = until.partition_point(|before| *before <= number);
        let first = repository.checked_sub(1).map_or(0, |before| until[before]);
        let held = match latest.take() {
            Some((of, held)) if of == repository => held,
            _ => holders(within.workspace, repository),
        };
        let (account, permission) = held[number - first];
        latest = Some((repository, held));
        (repository, account, permission)
    })
}

pub(super) fn on_one_repository(
    looking: &Looking<'_>,
    within: Within<'_>,
    repository: &str,
) -> Result<Vec<u8>, Refused> {
    let place = refusal::repository(within.workspace, repository)?;
    let held = holders(within.workspace, place);
    effective(looking, within, held.len(), |number| {
        let (account, permission) = held[number];
        (place, account, permission)
    })
}

/// A page of effective permissions; `held` gives repository, account and permission.
fn effective(
    looking: &Looking<'_>,
    within: Within<'_>,
    count: usize,
    mut held: impl FnMut(usize) -> (usize, usize, Permission),
) -> Result<Vec<u8>, Refused> {
    no_query(looking)?;
    let items = looking.of_items();
    let kind = items.part("type", "repository_permission");
    let has_permission = items.below("permission").sends();
    let users = looking.fragments.accounts.through(items.below("user"));
    let repositories = within
        .fragments
        .repositories
        .through(items.below("repository"));
    page(looking, count, |number| {
        let (repository, account, permission) = held(number);
        RepositoryPermission {
            kind,
            permission: has_permission.then(|| permission.as_str()),
            user: users.as_ref().map(|users| users.of(account)),
            repository: repositories
                .as_ref()
                .map(|repositories| repositories.of(repository)),
        }
    })
}

/// Everyone who has any permission on a repository, with the strongest, in the order of the places.
///
/// It goes through those who were given something rather than through all members, of whom there may
/// be very many.
fn holders(workspace: &Workspace, repository: usize) -> Vec<(usize, Permission)> {
    let of = &workspace.repositories[repository];
    let project = &workspace.projects[of.project];
    let mut held: BTreeMap<usize, Permission> = BTreeMap::new();
    let mut give = |account: usize, permission: Permission| {
        let strongest = held.entry(account).or_insert(permission);
        *strongest = permission.max(*strongest);
    };
    for account in workspace.administrators() {
        give(*account, Permission::Admin);
    }
    for (account, permission) in workspace.given(&of.grants) {
        give(account, permission);
    }
    for (account, permission) in workspace.given(&project.grants) {
        give(account, permission.on_repositories());
    }
    held.into_iter().collect()
}
