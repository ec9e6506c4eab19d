//! The workspace that the practice Bitbucket holds, made from numbers, the same each time.

use sha2::{Digest, Sha256};

use crate::scenario::Scenario;

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

/// A person or an app user.
pub(crate) struct Account {
    pub(crate) uuid: String,
    pub(crate) account_id: String,
    pub(crate) display_name: String,
    pub(crate) nickname: String,
    pub(crate) permission: &'static str,
}

/// A group with the places of its members in the list of accounts.
pub(crate) struct Group {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) members: Vec<usize>,
}

/// A project.
pub(crate) struct Project {
    pub(crate) uuid: String,
    pub(crate) key: String,
    pub(crate) name: String,
}

/// A repository with the place of its project.
pub(crate) struct Repository {
    pub(crate) uuid: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) project: usize,
}

/// One workspace with all that is in it.
pub(crate) struct World {
    pub(crate) slug: String,
    pub(crate) uuid: String,
    pub(crate) accounts: Vec<Account>,
    pub(crate) groups: Vec<Group>,
    pub(crate) projects: Vec<Project>,
    pub(crate) repositories: Vec<Repository>,
}

/// A UUID in braces, made of a name.
pub(crate) fn uuid_of(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let hexadecimal: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{{{}-{}-4{}-8{}-{}}}",
        &hexadecimal[..8],
        &hexadecimal[8..12],
        &hexadecimal[13..16],
        &hexadecimal[17..20],
        &hexadecimal[20..32]
    )
}

impl World {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let slug = scenario.workspace.clone();
        let size = scenario.world;
        let accounts: Vec<Account> = (0..size.users)
            .map(|number| account(&slug, number))
            .collect();
        let groups = (0..size.groups)
            .map(|number| match number {
                0 => Group {
                    slug: "administrators".into(),
                    name: "Administrators".into(),
                    members: vec![0],
                },
                _ => Group {
                    slug: format!("team-{number}"),
                    name: format!("Team {number}"),
                    members: (0..size.users)
                        .filter(|user| user % size.groups == number)
                        .collect(),
                },
            })
            .collect();
        let projects = (0..size.projects)
            .map(|number| Project {
                uuid: uuid_of(&format!("{slug}/project/{number}")),
                key: format!("PRJ{number}"),
                name: format!("Project {number}"),
            })
            .collect();
        let repositories = (0..size.repositories)
            .map(|number| Repository {
                uuid: uuid_of(&format!("{slug}/repository/{number}")),
                slug: format!("repository-{number}"),
                name: format!("Repository {number} – 仓库"),
                project: number % size.projects.max(1),
            })
            .collect();
        Self {
            uuid: uuid_of(&slug),
            slug,
            accounts,
            groups,
            projects,
            repositories,
        }
    }

    pub(crate) fn is_called(&self, id: &str) -> bool {
        id.eq_ignore_ascii_case(&self.slug) || id.eq_ignore_ascii_case(&self.uuid)
    }

    /// The explicit grants of a project or repository, by the place of the account and its
    /// permission: a few each, spread over the accounts.
    pub(crate) fn user_grants(&self, place: usize) -> Vec<(usize, &'static str)> {
        const PERMISSIONS: [&str; 3] = ["read", "write", "admin"];
        (0..self.accounts.len().min(3))
            .map(|number| ((place + number) % self.accounts.len(), PERMISSIONS[number]))
            .collect()
    }

    /// The same for groups.
    pub(crate) fn group_grants(&self, place: usize) -> Vec<(usize, &'static str)> {
        match self.groups.len() {
            0 => Vec::new(),
            groups => vec![(place % groups, "write")],
        }
    }
}

fn account(workspace: &str, number: usize) -> Account {
    let name = NAMES[number % NAMES.len()];
    Account {
        uuid: uuid_of(&format!("{workspace}/account/{number}")),
        account_id: format!(
            "712020:{}",
            uuid_of(&format!("id/{number}")).trim_matches(['{', '}'])
        ),
        display_name: match number / NAMES.len() {
            0 => name.to_owned(),
            round => format!("{name} {round}"),
        },
        nickname: format!("user{number}"),
        permission: match number {
            0 => "owner",
            number if number % 7 == 6 => "collaborator",
            _ => "member",
        },
    }
}
