//! The truth about a workspace, whatever is served of it.

use crate::world::{AccountKind, Grants, Workspace, World};

/// Everything that a complete reading of a workspace must hold, as the practice Bitbucket has it
/// now. It is independent of what is served: no fault, scope or page bears on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The workspace's slug.
    pub slug: String,
    /// The workspace's UUID, in braces.
    pub uuid: String,
    /// The workspace's name.
    pub name: String,
    /// The members, and whoever is in a group or was given something without being one.
    pub accounts: Vec<TrueAccount>,
    /// The groups.
    pub groups: Vec<TrueGroup>,
    /// The projects.
    pub projects: Vec<TrueProject>,
    /// The repositories.
    pub repositories: Vec<TrueRepository>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueAccount {
    /// Its UUID, in braces.
    pub uuid: String,
    /// Its display name.
    pub display_name: String,
    /// Whether it is an app user rather than a person.
    pub is_app_user: bool,
    /// Whether it is active rather than deactivated.
    pub is_active: bool,
    /// `owner`, `collaborator` or `member`; nothing where it is no member of the workspace.
    pub role: Option<&'static str>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueGroup {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The UUIDs of its members.
    pub members: Vec<String>,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueProject {
    /// Its UUID, in braces.
    pub uuid: String,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Explicit grants to accounts, by UUID.
    pub users: Vec<TrueGrant>,
    /// Explicit grants to groups, by slug.
    pub groups: Vec<TrueGrant>,
}

/// A repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueRepository {
    /// Its UUID, in braces.
    pub uuid: String,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The UUID of the project that it is in.
    pub project: String,
    /// Explicit grants to accounts, by UUID.
    pub users: Vec<TrueGrant>,
    /// Explicit grants to groups, by slug.
    pub groups: Vec<TrueGrant>,
}

/// An explicit grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueGrant {
    /// The account's UUID, or the group's slug.
    pub to: String,
    /// `read`, `write`, `create-repo` or `admin`.
    pub permission: &'static str,
}

impl Truth {
    pub(crate) fn of(world: &World, workspace: &Workspace) -> Self {
        let uuid = |account: &usize| world.accounts[*account].uuid.clone();
        let of_grants = |grants: &Grants| {
            let to_users = grants.users.iter().map(|(account, permission)| TrueGrant {
                to: uuid(account),
                permission: permission.as_str(),
            });
            let to_groups = grants.groups.iter().map(|(group, permission)| TrueGrant {
                to: workspace.groups[*group].slug.clone(),
                permission: permission.as_str(),
            });
            (to_users.collect(), to_groups.collect())
        };
        Self {
            slug: workspace.slug.clone(),
            uuid: workspace.uuid.clone(),
            name: workspace.name.clone(),
            accounts: accounts(world, workspace),
            groups: workspace
                .groups
                .iter()
                .map(|group| TrueGroup {
                    slug: group.slug.clone(),
                    name: group.name.clone(),
                    members: group.members.iter().map(uuid).collect(),
                })
                .collect(),
            projects: workspace
                .projects
                .iter()
                .map(|project| {
                    let (users, groups) = of_grants(&project.grants);
                    TrueProject {
                        uuid: project.uuid.clone(),
                        key: project.key.clone(),
                        name: project.name.clone(),
                        users,
                        groups,
                    }
                })
                .collect(),
            repositories: workspace
                .repositories
                .iter()
                .map(|repository| {
                    let (users, groups) = of_grants(&repository.grants);
                    TrueRepository {
                        uuid: repository.uuid.clone(),
                        slug: repository.slug.clone(),
                        name: repository.name.clone(),
                        project: workspace.projects[repository.project].uuid.clone(),
                        users,
                        groups,
                    }
                })
                .collect(),
        }
    }
}

fn accounts(world: &World, workspace: &Workspace) -> Vec<TrueAccount> {
    let mut is_in = vec![false; world.accounts.len()];
    let members = workspace.members.iter().map(|(account, _)| *account);
    let in_groups = workspace
        .groups
        .iter()
        .flat_map(|group| group.members.iter().copied());
    let on_projects = workspace.projects.iter().map(|project| &project.grants);
    let on_repositories = workspace.repositories.iter().map(|of| &of.grants);
    let given = on_projects
        .chain(on_repositories)
        .flat_map(|grants| grants.users.iter().map(|(account, _)| *account));
    for account in members.chain(in_groups).chain(given) {
        is_in[account] = true;
    }
    let all = world.accounts.iter().enumerate();
    all.filter(|(place, _)| is_in[*place])
        .map(|(place, account)| TrueAccount {
            uuid: account.uuid.clone(),
            display_name: account.display_name.clone(),
            is_app_user: account.kind == AccountKind::AppUser,
            is_active: account.active,
            role: workspace.role_of(place).map(|role| role.as_str()),
        })
        .collect()
}
