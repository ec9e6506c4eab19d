//! What becomes of a world while the servers run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Grants, Permission, Repository, Workspace, World, uuid_of};

/// A change of what the practice Bitbucket holds, while it runs.
///
/// Workspaces, projects and repositories go by slug, key or UUID; groups by slug; accounts by their
/// name in the scenario, UUID or account ID. As JSON:
/// `{"remove_repository": {"workspace": "acme", "repository": "ledger"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// A repository comes.
    AddRepository {
        /// The workspace.
        workspace: String,
        /// Its slug.
        slug: String,
        /// Its name.
        name: String,
        /// Its project.
        project: String,
        /// Its place in the list; at the end where nothing is said.
        #[serde(default)]
        place: Option<usize>,
        /// Permissions of accounts, such as `write`.
        #[serde(default)]
        users: BTreeMap<String, String>,
        /// Permissions of groups.
        #[serde(default)]
        groups: BTreeMap<String, String>,
    },
    /// A repository goes; those behind it in the list move up.
    RemoveRepository {
        /// The workspace.
        workspace: String,
        /// The repository.
        repository: String,
    },
    /// A repository has another name, and another slug where one is given.
    RenameRepository {
        /// The workspace.
        workspace: String,
        /// The repository.
        repository: String,
        /// Its name from now on.
        name: String,
        /// Its slug from now on.
        #[serde(default)]
        slug: Option<String>,
    },
    /// A project goes, with the repositories in it.
    RemoveProject {
        /// The workspace.
        workspace: String,
        /// The project.
        project: String,
    },
    /// A group goes, with what was granted to it.
    RemoveGroup {
        /// The workspace.
        workspace: String,
        /// The group.
        group: String,
    },
    /// An account leaves a workspace, its groups, and what was granted to it there.
    RemoveMember {
        /// The workspace.
        workspace: String,
        /// The account.
        account: String,
    },
    /// An account is shown by another name.
    RenameAccount {
        /// The account.
        account: String,
        /// Its name from now on.
        name: String,
    },
}

/// Why nothing was changed: there is no such thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} {name}")]
pub struct ChangeError {
    /// What kind of thing.
    pub what: &'static str,
    /// By which name it was looked for.
    pub name: String,
}

fn missing(what: &'static str, name: &str) -> ChangeError {
    ChangeError {
        what,
        name: name.to_owned(),
    }
}

impl World {
    /// Makes a change.
    pub(crate) fn make(&mut self, change: &Change) -> Result<(), ChangeError> {
        match change {
            Change::AddRepository {
                workspace,
                slug,
                name,
                project,
                place,
                users,
                groups,
            } => {
                let workspace = self.place_of_workspace(workspace)?;
                let grants = self.grants(workspace, users, groups)?;
                let workspace = &mut self.workspaces[workspace];
                let repository = Repository {
                    uuid: uuid_of(&format!("{}/repository/{slug}", workspace.slug)),
                    slug: slug.clone(),
                    name: name.clone(),
                    project: workspace
                        .project_called(project)
                        .ok_or_else(|| missing("project", project))?,
                    grants,
                };
                let end = workspace.repositories.len();
                let place = place.unwrap_or(end).min(end);
                workspace.repositories.insert(place, repository);
                workspace.find_places();
            }
            Change::RemoveRepository {
                workspace,
                repository,
            } => {
                let (workspace, place) = self.repository(workspace, repository)?;
                workspace.repositories.remove(place);
                workspace.find_places();
            }
            Change::RenameRepository {
                workspace,
                repository,
                name,
                slug,
            } => {
                let (workspace, place) = self.repository(workspace, repository)?;
                let repository = &mut workspace.repositories[place];
                repository.name.clone_from(name);
                if let Some(slug) = slug {
                    repository.slug.clone_from(slug);
                }
                workspace.find_places();
            }
            Change::RemoveProject { workspace, project } => {
                let workspace = self.workspace(workspace)?;
                let place = workspace
                    .project_called(project)
                    .ok_or_else(|| missing("project", project))?;
                workspace.remove_project(place);
            }
            Change::RemoveGroup { workspace, group } => {
                let workspace = self.workspace(workspace)?;
                let place = workspace
                    .group_called(group)
                    .ok_or_else(|| missing("group", group))?;
                workspace.remove_group(place);
            }
            Change::RemoveMember { workspace, account } => {
                let place = self.account(account)?;
                let workspace = self.workspace(workspace)?;
                if workspace.role_of(place).is_none() {
                    return Err(missing("member", account));
                }
                workspace.remove_member(place);
            }
            Change::RenameAccount { account, name } => {
                let place = self.account(account)?;
                self.accounts[place].display_name.clone_from(name);
            }
        }
        Ok(())
    }

    fn place_of_workspace(&self, id: &str) -> Result<usize, ChangeError> {
        self.workspace_called(id)
            .ok_or_else(|| missing("workspace", id))
    }

    fn workspace(&mut self, id: &str) -> Result<&mut Workspace, ChangeError> {
        let place = self.place_of_workspace(id)?;
        Ok(&mut self.workspaces[place])
    }

    fn repository(
        &mut self,
        workspace: &str,
        id: &str,
    ) -> Result<(&mut Workspace, usize), ChangeError> {
        let workspace = self.workspace(workspace)?;
        let place = workspace
            .repository_called(id)
            .ok_or_else(|| missing("repository", id))?;
        Ok((workspace, place))
    }

    fn account(&self, name: &str) -> Result<usize, ChangeError> {
        self.accounts
            .iter()
            .position(|account| account.name_in_file == name)
            .or_else(|| self.account_called(name))
            .ok_or_else(|| missing("account", name))
    }

    fn grants(
        &self,
        workspace: usize,
        users: &BTreeMap<String, String>,
        groups: &BTreeMap<String, String>,
    ) -> Result<Grants, ChangeError> {
        let workspace = &self.workspaces[workspace];
        let permission =
            |name: &String| Permission::named(name).ok_or_else(|| missing("permission", name));
        let to_user =
            |(name, held): (&String, &String)| Ok((self.account(name)?, permission(held)?));
        let to_group = |(slug, held): (&String, &String)| {
            let group = workspace.group_called(slug);
            Ok((
                group.ok_or_else(|| missing("group", slug))?,
                permission(held)?,
            ))
        };
        Ok(Grants {
            users: users.iter().map(to_user).collect::<Result<_, _>>()?,
            groups: groups.iter().map(to_group).collect::<Result<_, _>>()?,
        })
    }
}

impl Workspace {
    fn remove_project(&mut self, place: usize) {
        self.projects.remove(place);
        self.repositories
            .retain(|repository| repository.project != place);
        for repository in &mut self.repositories {
            repository.project -= usize::from(repository.project > place);
        }
        self.find_places();
    }

    fn remove_group(&mut self, place: usize) {
        self.groups.remove(place);
        for grants in self.every_grants() {
            grants.groups.retain(|(group, _)| *group != place);
            for (group, _) in &mut grants.groups {
                *group -= usize::from(*group > place);
            }
        }
        self.find_places();
    }

    fn remove_member(&mut self, place: usize) {
        for group in &mut self.groups {
            group.members.retain(|account| *account != place);
        }
        for grants in self.every_grants() {
            grants.users.retain(|(account, _)| *account != place);
        }
        self.set_role(place, None);
    }

    fn every_grants(&mut self) -> impl Iterator<Item = &mut Grants> {
        let projects = self.projects.iter_mut().map(|project| &mut project.grants);
        let repositories = self.repositories.iter_mut();
        projects.chain(repositories.map(|repository| &mut repository.grants))
    }
}
