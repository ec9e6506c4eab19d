//! Worlds made from numbers, the same each time.

use serde::Deserialize;

use super::description::account;
use super::{
    Account, AccountKind, Grants, Group, Permission, Project, Repository, Workspace, WorkspaceRole,
    uuid_of,
};

/// How many there are to be in all; nothing is taken away where there are more.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Totals {
    users: usize,
    groups: usize,
    projects: usize,
    repositories: usize,
}

/// Names as people have them, and some that break careless programs.
const NAMES: [&str; 12] = [
    "Jane Smith",
    "José Álvarez",
    "王小明",
    "محمد علي",
    "Ольга Ивановна",
    "山田 太郎",
    "Zoë O'Neill",
    "Robert \"Bobby\" Tables",
    "=SUM(A1:A9)",
    "Łukasz 👩‍💻 Nowak",
    "אבי כהן",
    "<b>Bold</b> & Co",
];

/// How many grants each generated project and repository has.
const PROJECT_USERS: usize = 3;
const PROJECT_GROUPS: usize = 3;
const REPOSITORY_USERS: usize = 5;
const REPOSITORY_GROUPS: usize = 2;

/// Adds to a workspace until there are as many of each as asked for.
pub(super) fn fill_up(accounts: &mut Vec<Account>, workspace: &mut Workspace, totals: Totals) {
    for number in workspace.members.len()..totals.users {
        workspace
            .members
            .push((accounts.len(), generated_role(number)));
        accounts.push(generated_account(&workspace.slug, number));
    }
    // Bitbucket's description gives permissions to users; apps are no users.
    let people: Vec<usize> = workspace
        .members
        .iter()
        .map(|(account, _)| *account)
        .filter(|account| accounts[*account].kind == AccountKind::Person)
        .collect();
    add_groups(workspace, totals.groups);
    for number in workspace.projects.len()..totals.projects {
        const PERMISSIONS: [Permission; 4] = [
            Permission::Admin,
            Permission::Write,
            Permission::CreateRepo,
            Permission::Read,
        ];
        workspace.projects.push(Project {
            uuid: uuid_of(&format!("{}/project/{number}", workspace.slug)),
            key: format!("PRJ{number}"),
            name: format!("Project {number}"),
            grants: grants(
                &people,
                workspace.groups.len(),
                number,
                (PROJECT_USERS, PROJECT_GROUPS),
                &PERMISSIONS,
            ),
        });
    }
    let projects = workspace.projects.len();
    if projects == 0 {
        // A repository is always in a project.
        return;
    }
    for number in workspace.repositories.len()..totals.repositories {
        const PERMISSIONS: [Permission; 3] =
            [Permission::Write, Permission::Read, Permission::Admin];
        workspace.repositories.push(Repository {
            uuid: uuid_of(&format!("{}/repository/{number}", workspace.slug)),
            slug: format!("repository-{number}"),
            name: format!("Repository {number} – 仓库"),
            project: number % projects,
            grants: grants(
                &people,
                workspace.groups.len(),
                number,
                (REPOSITORY_USERS, REPOSITORY_GROUPS),
                &PERMISSIONS,
            ),
        });
    }
}

fn generated_account(workspace: &str, number: usize) -> Account {
    let name = NAMES[number % NAMES.len()];
    let display_name = match number / NAMES.len() {
        0 => name.to_owned(),
        round => format!("{name} {round}"),
    };
    let name_in_file = format!("{workspace}-user-{number}");
    let email = format!("user{number}@{workspace}.example");
    account(name_in_file, display_name, email, AccountKind::Person, true)
}

fn generated_role(number: usize) -> WorkspaceRole {
    match number % 50 {
        0 => WorkspaceRole::Owner,
        1..=5 => WorkspaceRole::Collaborator,
        _ => WorkspaceRole::Member,
    }
}

/// Adds groups so that each member of the workspace is in one of those that are added.
fn add_groups(workspace: &mut Workspace, total: usize) {
    let first = workspace.groups.len();
    let added = total.saturating_sub(first);
    for number in 0..added {
        workspace.groups.push(Group {
            slug: format!("team-{}", first + number),
            name: format!("Team {} – فريق", first + number),
            permission: None,
            members: workspace
                .members
                .iter()
                .enumerate()
                .filter(|(place, _)| place % added == number)
                .map(|(_, (account, _))| *account)
                .collect(),
        });
    }
}

/// Grants spread over people and so many groups, so that neighbours have different ones.
fn grants(
    people: &[usize],
    teams: usize,
    number: usize,
    (users, groups): (usize, usize),
    permissions: &[Permission],
) -> Grants {
    let permission = |turn: usize| permissions[(number + turn) % permissions.len()];
    Grants {
        users: (0..users.min(people.len()))
            .map(|turn| {
                let account = people[(number * users + turn) % people.len()];
                (account, permission(turn))
            })
            .collect(),
        groups: (0..groups.min(teams))
            .map(|turn| ((number * groups + turn) % teams, permission(turn)))
            .collect(),
    }
}
