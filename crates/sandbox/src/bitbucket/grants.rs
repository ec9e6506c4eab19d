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
    #[serde(rename = "type")]
    kind: &'static str,
    permission: &'static str,
    #[serde(flatten)]
    to: To<'a>,
    links: Links,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum To<'a> {
    User(&'a RawValue),
    Group(&'a RawValue),
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    itself: Link,
}

#[derive(Serialize)]
struct Link {
    href: String,
}

/// What an account has on a repository, however it came by it.
#[derive(Serialize)]
struct RepositoryPermission<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    permission: &'static str,
    user: &'a RawValue,
    repository: &'a RawValue,
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
    let links = |name: &str| Links {
        itself: Link {
            href: format!("{}{}/{name}", looking.own_origin, looking.asked.raw_path),
        },
    };
    match to {
        GrantedTo::Users => page(
            looking.asked,
            looking.origin,
            grants.users.len(),
            |number| {
                let (account, permission) = grants.users[number];
                Grant {
                    kind,
                    permission: permission.as_str(),
                    to: To::User(&looking.fragments.accounts[account]),
                    links: links(&in_url(&looking.world.accounts[account].uuid)),
                }
            },
        ),
        GrantedTo::Groups => page(
            looking.asked,
            looking.origin,
            grants.groups.len(),
            |number| {
                let (group, permission) = grants.groups[number];
                Grant {
                    kind,
                    permission: permission.as_str(),
                    to: To::Group(&within.fragments.groups[group]),
                    links: links(&within.workspace.groups[group].slug),
                }
            },
        ),
    }
}

/// The caller's own permissions on the repositories that it sees.
pub(super) fn own(looking: &Looking<'_>, within: Within<'_>) -> Result<Vec<u8>, Refused> {
    let account = own_place(looking)?;
    let held = (0..within.workspace.repositories.len())
        .filter_map(|repository| {
            let permission = within
                .workspace
                .permission_on_repository(account, repository)?;
            Some((repository, account, permission))
        })
        .collect();
    effective(looking, within, held)
}

pub(super) fn on_every_repository(
    looking: &Looking<'_>,
    within: Within<'_>,
) -> Result<Vec<u8>, Refused> {
    let held = (0..within.workspace.repositories.len())
        .flat_map(|repository| holders(within.workspace, repository))
        .collect();
    effective(looking, within, held)
}

pub(super) fn on_one_repository(
    looking: &Looking<'_>,
    within: Within<'_>,
    repository: &str,
) -> Result<Vec<u8>, Refused> {
    let place = refusal::repository(within.workspace, repository)?;
    effective(looking, within, holders(within.workspace, place).collect())
}

fn effective(
    looking: &Looking<'_>,
    within: Within<'_>,
    held: Vec<(usize, usize, Permission)>,
) -> Result<Vec<u8>, Refused> {
    no_query(looking)?;
    page(looking.asked, looking.origin, held.len(), |number| {
        let (repository, account, permission) = held[number];
        RepositoryPermission {
            kind: "repository_permission",
            permission: permission.as_str(),
            user: &looking.fragments.accounts[account],
            repository: &within.fragments.repositories[repository],
        }
    })
}

/// Repository, account and permission of everyone who has any on a repository.
///
/// It goes through those who were given something rather than through all members, of whom there may
/// be very many.
fn holders(
    workspace: &Workspace,
    repository: usize,
) -> impl Iterator<Item = (usize, usize, Permission)> {
    let of = &workspace.repositories[repository];
    let grants = [&of.grants, &workspace.projects[of.project].grants];
    let administrators = workspace
        .members
        .iter()
        .map(|(account, _)| *account)
        .filter(|account| workspace.is_administrator(*account));
    let given = grants.into_iter().flat_map(|grants| {
        let users = grants.users.iter().map(|(account, _)| *account);
        let through_groups = grants
            .groups
            .iter()
            .flat_map(|(group, _)| workspace.groups[*group].members.iter().copied());
        users.chain(through_groups)
    });
    let accounts: BTreeMap<usize, Permission> = administrators
        .chain(given)
        .filter_map(|account| {
            let permission = workspace.permission_on_repository(account, repository)?;
            Some((account, permission))
        })
        .collect();
    accounts
        .into_iter()
        .map(move |(account, permission)| (repository, account, permission))
}
