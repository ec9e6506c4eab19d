//! The world as a scenario's file describes it, and how it becomes the world.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::generate::{self, Totals};
use super::places::Places;
use super::{
    Account, AccountKind, Grants, Group, Permission, Project, Repository, Workspace, WorkspaceRole,
    World, uuid_of,
};
use crate::scenario::ScenarioError;

/// The world as a file describes it. Things speak of each other by the names they have here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldDescription {
    accounts: BTreeMap<String, AccountDescription>,
    workspaces: BTreeMap<String, WorkspaceDescription>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountDescription {
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    kind: AccountKind,
    #[serde(default)]
    deactivated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkspaceDescription {
    name: String,
    #[serde(default)]
    members: BTreeMap<String, WorkspaceRole>,
    #[serde(default)]
    groups: BTreeMap<String, GroupDescription>,
    #[serde(default)]
    projects: BTreeMap<String, ProjectDescription>,
    #[serde(default)]
    repositories: BTreeMap<String, RepositoryDescription>,
    /// Generated things are added until there are this many.
    #[serde(default)]
    generate: Totals,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupDescription {
    name: String,
    #[serde(default)]
    permission: Option<Permission>,
    #[serde(default)]
    members: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectDescription {
    name: String,
    #[serde(default)]
    users: BTreeMap<String, Permission>,
    #[serde(default)]
    groups: BTreeMap<String, Permission>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RepositoryDescription {
    name: String,
    project: String,
    #[serde(default)]
    users: BTreeMap<String, Permission>,
    #[serde(default)]
    groups: BTreeMap<String, Permission>,
}

impl TryFrom<WorldDescription> for World {
    type Error = ScenarioError;

    fn try_from(description: WorldDescription) -> Result<Self, ScenarioError> {
        let WorldDescription {
            accounts,
            workspaces,
        } = description;
        let mut world = World {
            accounts: accounts
                .into_iter()
                .map(|(name, account)| described_account(name, account))
                .collect(),
            workspaces: Vec::new(),
        };
        for (slug, described) in workspaces {
            let totals = described.generate;
            let mut workspace = described_workspace(&world.accounts, slug, described)?;
            generate::fill_up(&mut world.accounts, &mut workspace, totals);
            workspace.find_places();
            world.workspaces.push(workspace);
        }
        Ok(world)
    }
}

/// An account with the identifiers that follow from its name in the file.
pub(super) fn account(
    name_in_file: String,
    display_name: String,
    email: String,
    kind: AccountKind,
    active: bool,
) -> Account {
    let uuid = uuid_of(&format!("account/{name_in_file}"));
    let atlassian = uuid_of(&format!("atlassian/{name_in_file}"));
    Account {
        account_id: format!("712020:{}", atlassian.trim_matches(['{', '}'])),
        nickname: name_in_file.clone(),
        name_in_file,
        uuid,
        display_name,
        email,
        kind,
        active,
    }
}

fn described_account(name_in_file: String, described: AccountDescription) -> Account {
    let AccountDescription {
        name,
        email,
        kind,
        deactivated,
    } = described;
    account(name_in_file, name, email, kind, !deactivated)
}

fn described_workspace(
    accounts: &[Account],
    slug: String,
    described: WorkspaceDescription,
) -> Result<Workspace, ScenarioError> {
    let WorkspaceDescription {
        name,
        members,
        groups,
        projects,
        repositories,
        generate: _,
    } = described;
    let account = |name: &String| {
        accounts
            .iter()
            .position(|account| account.name_in_file == *name)
            .ok_or_else(|| ScenarioError::NotInIt(format!("the account {name}")))
    };
    let mut members = members
        .iter()
        .map(|(name, role)| Ok((account(name)?, *role)))
        .collect::<Result<Vec<_>, ScenarioError>>()?;
    members.sort_by_key(|(account, _)| *account);
    let groups = groups
        .into_iter()
        .map(|(slug, group)| {
            Ok(Group {
                slug,
                name: group.name,
                permission: group.permission,
                members: group
                    .members
                    .iter()
                    .map(&account)
                    .collect::<Result<_, _>>()?,
            })
        })
        .collect::<Result<Vec<_>, ScenarioError>>()?;
    let grants = |users: &BTreeMap<String, Permission>, teams: &BTreeMap<String, Permission>| {
        let group = |slug: &String| {
            groups
                .iter()
                .position(|group| group.slug == *slug)
                .ok_or_else(|| ScenarioError::NotInIt(format!("the group {slug}")))
        };
        Ok::<_, ScenarioError>(Grants {
            users: users
                .iter()
                .map(|(name, permission)| Ok((account(name)?, *permission)))
                .collect::<Result<_, ScenarioError>>()?,
            groups: teams
                .iter()
                .map(|(slug, permission)| Ok((group(slug)?, *permission)))
                .collect::<Result<_, ScenarioError>>()?,
        })
    };
    let projects = projects
        .into_iter()
        .map(|(key, project)| {
            Ok(Project {
                uuid: uuid_of(&format!("{slug}/project/{key}")),
                grants: grants(&project.users, &project.groups)?,
                key,
                name: project.name,
            })
        })
        .collect::<Result<Vec<_>, ScenarioError>>()?;
    let repositories = repositories
        .into_iter()
        .map(|(repository_slug, repository)| {
            let project = projects
                .iter()
                .position(|project| project.key == repository.project)
                .ok_or_else(|| {
                    ScenarioError::NotInIt(format!("the project {}", repository.project))
                })?;
            Ok(Repository {
                uuid: uuid_of(&format!("{slug}/repository/{repository_slug}")),
                grants: grants(&repository.users, &repository.groups)?,
                slug: repository_slug,
                name: repository.name,
                project,
            })
        })
        .collect::<Result<Vec<_>, ScenarioError>>()?;
    Ok(Workspace {
        uuid: uuid_of(&format!("workspace/{slug}")),
        slug,
        name,
        members,
        groups,
        projects,
        repositories,
        places: Places::default(),
    })
}
