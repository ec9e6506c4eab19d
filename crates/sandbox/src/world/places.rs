//! Where in a workspace's lists things are, by the names that they go by.

use std::collections::HashMap;

use super::{Workspace, WorkspaceRole};

/// The places of what is in a workspace. Slugs, keys and UUIDs are found whatever their case; groups
/// as they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    projects: HashMap<String, usize>,
    repositories: HashMap<String, usize>,
    groups: HashMap<String, usize>,
    /// Accounts, in their order.
    pub(super) administrators: Vec<usize>,
}

impl Places {
    pub(super) fn of(workspace: &Workspace) -> Self {
        let projects = workspace.projects.iter();
        let repositories = workspace.repositories.iter();
        let groups = workspace.groups.iter();
        let members = workspace.members.iter();
        Self {
            projects: by_name(projects.map(|project| [&project.key, &project.uuid])),
            repositories: by_name(repositories.map(|of| [&of.slug, &of.uuid])),
            groups: groups
                .enumerate()
                .map(|(place, group)| (group.slug.clone(), place))
                .collect(),
            administrators: members
                .filter(|(_, role)| *role == WorkspaceRole::Owner)
                .map(|(account, _)| *account)
                .collect(),
        }
    }

    pub(super) fn project(&self, id: &str) -> Option<usize> {
        self.projects.get(&id.to_ascii_lowercase()).copied()
    }

    pub(super) fn repository(&self, id: &str) -> Option<usize> {
        self.repositories.get(&id.to_ascii_lowercase()).copied()
    }

    pub(super) fn group(&self, slug: &str) -> Option<usize> {
        self.groups.get(slug).copied()
    }
}

/// Of several of one name, the first is found.
fn by_name<'a>(things: impl Iterator<Item = [&'a String; 2]>) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (place, names) in things.enumerate() {
        for name in names {
            places.entry(name.to_ascii_lowercase()).or_insert(place);
        }
    }
    places
}
