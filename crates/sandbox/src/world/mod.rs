//! What the practice Bitbucket holds: accounts, workspaces, and who may do what in them.
//!
//! Things point at each other by their place in the lists, so that a world of 20,000 accounts stays
//! small and quick.

mod change;
mod description;
mod generate;
mod identifiers;
mod places;

use serde::{Deserialize, Serialize};

pub use self::change::{Change, ChangeError};
pub(crate) use self::description::WorldDescription;
pub(crate) use self::identifiers::{in_hexadecimal, in_url, uuid_of};
use self::places::Places;

/// Everything that the practice Bitbucket holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) workspaces: Vec<Workspace>,
}

/// A person or an app user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Account {
    /// The name by which the scenario's file speaks of it.
    pub(crate) name_in_file: String,
    pub(crate) uuid: String,
    pub(crate) account_id: String,
    pub(crate) display_name: String,
    pub(crate) nickname: String,
    pub(crate) email: String,
    pub(crate) kind: AccountKind,
    /// False once the account was deactivated.
    pub(crate) active: bool,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountKind {
    #[default]
    Person,
    AppUser,
}

/// A workspace with all that is in it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workspace {
    pub(crate) slug: String,
    pub(crate) uuid: String,
    pub(crate) name: String,
    /// Places of accounts with their roles, in the order of the places.
    pub(crate) members: Vec<(usize, WorkspaceRole)>,
    pub(crate) groups: Vec<Group>,
    pub(crate) projects: Vec<Project>,
    pub(crate) repositories: Vec<Repository>,
    /// Where to find them.
    #[serde(skip)]
    places: Places,
}

/// What a member of a workspace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkspaceRole {
    /// An administrator: Bitbucket calls them owners.
    Owner,
    Collaborator,
    Member,
}

impl WorkspaceRole {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Collaborator => "collaborator",
            Self::Member => "member",
        }
    }
}

/// A group of a workspace.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The permission that its members get on new repositories.
    pub(crate) permission: Option<Permission>,
    /// Places of accounts.
    pub(crate) members: Vec<usize>,
}

/// A project.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Project {
    pub(crate) uuid: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) grants: Grants,
}

/// A repository.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Repository {
    pub(crate) uuid: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The place of its project.
    pub(crate) project: usize,
    pub(crate) grants: Grants,
}

/// Who was given what, explicitly.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Grants {
    /// Places of accounts.
    pub(crate) users: Vec<(usize, Permission)>,
    /// Places of groups.
    pub(crate) groups: Vec<(usize, Permission)>,
}

/// What a grant allows, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Permission {
    Read,
    Write,
    /// Of projects only: write in every repository, and making new ones.
    CreateRepo,
    Admin,
}

impl Permission {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::CreateRepo => "create-repo",
            Self::Admin => "admin",
        }
    }

    /// The permission of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::CreateRepo, Self::Admin]
            .into_iter()
            .find(|permission| permission.as_str() == name)
    }

    /// What a permission on a project means for the repositories in it.
    pub(crate) fn on_repositories(self) -> Self {
        match self {
            Self::CreateRepo => Self::Write,
            Self::Read | Self::Write | Self::Admin => self,
        }
    }
}

impl World {
    /// The place of the workspace with this slug or UUID.
    pub(crate) fn workspace_called(&self, id: &str) -> Option<usize> {
        self.workspaces.iter().position(|workspace| {
            id.eq_ignore_ascii_case(&workspace.slug) || id.eq_ignore_ascii_case(&workspace.uuid)
        })
    }

    /// The place of the account with this UUID or account ID.
    pub(crate) fn account_called(&self, id: &str) -> Option<usize> {
        self.accounts
            .iter()
            .position(|account| id.eq_ignore_ascii_case(&account.uuid) || id == account.account_id)
    }
}

impl Workspace {
    /// What an account is in this workspace.
    pub(crate) fn role_of(&self, account: usize) -> Option<WorkspaceRole> {
        let place = self
            .members
            .binary_search_by_key(&account, |(member, _)| *member)
            .ok()?;
        Some(self.members[place].1)
    }

    /// Makes an account something else in this workspace, or takes it out.
    pub(crate) fn set_role(&mut self, account: usize, role: Option<WorkspaceRole>) {
        let place = self
            .members
            .binary_search_by_key(&account, |(member, _)| *member);
        match (place, role) {
            (Ok(place), Some(role)) => self.members[place].1 = role,
            (Ok(place), None) => {
                self.members.remove(place);
            }
            (Err(place), Some(role)) => self.members.insert(place, (account, role)),
            (Err(_), None) => {}
        }
        self.find_places();
    }

    pub(crate) fn is_administrator(&self, account: usize) -> bool {
        self.role_of(account) == Some(WorkspaceRole::Owner)
    }

    /// The strongest that an account has on a project.
    pub(crate) fn permission_on_project(
        &self,
        account: usize,
        project: usize,
    ) -> Option<Permission> {
        if self.is_administrator(account) {
            return Some(Permission::Admin);
        }
        self.granted(account, &self.projects[project].grants)
    }

    /// The strongest that an account has on a repository: its own grants, its groups', and those on
    /// the project.
    pub(crate) fn permission_on_repository(
        &self,
        account: usize,
        repository: usize,
    ) -> Option<Permission> {
        let repository = &self.repositories[repository];
        let through_project = self
            .permission_on_project(account, repository.project)
            .map(Permission::on_repositories);
        through_project.max(self.granted(account, &repository.grants))
    }

    /// Notes where everything is. To be called when any of it has changed.
    pub(crate) fn find_places(&mut self) {
        self.places = Places::of(self);
    }

    /// The places of the accounts that administer it.
    pub(crate) fn administrators(&self) -> &[usize] {
        &self.places.administrators
    }

    /// The place of the project with this key or UUID.
    pub(crate) fn project_called(&self, id: &str) -> Option<usize> {
        self.places.project(id)
    }

    /// The place of the repository with this slug or UUID.
    pub(crate) fn repository_called(&self, id: &str) -> Option<usize> {
        self.places.repository(id)
    }

    /// The place of the group with this slug.
    pub(crate) fn group_called(&self, slug: &str) -> Option<usize> {
        self.places.group(slug)
    }

    /// Who is given what by grants, through groups too; one may come several times.
    pub(crate) fn given(&self, grants: &Grants) -> impl Iterator<Item = (usize, Permission)> {
        let through_groups = grants.groups.iter().flat_map(|(group, permission)| {
            let members = self.groups[*group].members.iter();
            members.map(|account| (*account, *permission))
        });
        grants.users.iter().copied().chain(through_groups)
    }

    fn granted(&self, account: usize, grants: &Grants) -> Option<Permission> {
        let own = grants
            .users
            .iter()
            .filter(|(user, _)| *user == account)
            .map(|(_, permission)| *permission);
        let through_groups = grants
            .groups
            .iter()
            .filter(|(group, _)| self.groups[*group].members.contains(&account))
            .map(|(_, permission)| *permission);
        own.chain(through_groups).max()
    }
}
