//! Who sees what, worked out once for a world rather than for each page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::lists::Within;
use crate::scenario::Holder;
use crate::world::{Grants, Workspace, World};

/// What holders see of one world, as far as somebody asked.
#[derive(Default)]
pub(crate) struct Seen {
    lists: Mutex<HashMap<(usize, Holder), Arc<Lists>>>,
    holders: Mutex<HashMap<usize, Arc<Vec<usize>>>>,
}

/// The places of what a holder sees in a workspace, in their order.
pub(super) struct Lists {
    pub(super) projects: Vec<usize>,
    pub(super) repositories: Vec<usize>,
}

impl Seen {
    /// What a holder sees of a workspace that is looked at.
    pub(super) fn lists(&self, within: Within<'_>, holder: Holder) -> Arc<Lists> {
        self.lists_in(within.place, within.workspace, holder)
    }

    /// What a holder sees of the workspace at a place.
    pub(super) fn lists_in(
        &self,
        place: usize,
        workspace: &Workspace,
        holder: Holder,
    ) -> Arc<Lists> {
        self.lists
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((place, holder))
            .or_insert_with(|| Arc::new(lists(workspace, holder)))
            .clone()
    }

    /// For each repository of a workspace, how many pairs there are of an account with any
    /// permission and a repository up to it.
    pub(super) fn holders_until(&self, world: &World, workspace: usize) -> Arc<Vec<usize>> {
        self.holders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(workspace)
            .or_insert_with(|| Arc::new(holders_until(world, workspace)))
            .clone()
    }
}

fn lists(workspace: &Workspace, holder: Holder) -> Lists {
    let all = || Lists {
        projects: (0..workspace.projects.len()).collect(),
        repositories: (0..workspace.repositories.len()).collect(),
    };
    match holder {
        Holder::Account(account) if workspace.is_administrator(account) => all(),
        Holder::Account(account) => lists_of_account(workspace, account),
        Holder::Workspace(_) => all(),
        Holder::Project { project, .. } => Lists {
            projects: vec![project],
            repositories: (0..workspace.repositories.len())
                .filter(|repository| workspace.repositories[*repository].project == project)
                .collect(),
        },
        Holder::Repository { repository, .. } => Lists {
            projects: vec![workspace.repositories[repository].project],
            repositories: vec![repository],
        },
    }
}

/// A repository is seen by those who have something on it or on its project; a project by those who
/// have something on it or on a repository in it.
fn lists_of_account(workspace: &Workspace, account: usize) -> Lists {
    let is_in: Vec<bool> = workspace
        .groups
        .iter()
        .map(|group| group.members.contains(&account))
        .collect();
    let has_any = |grants: &Grants| {
        grants.users.iter().any(|(user, _)| *user == account)
            || grants.groups.iter().any(|(group, _)| is_in[*group])
    };
    let on_project: Vec<bool> = workspace
        .projects
        .iter()
        .map(|project| has_any(&project.grants))
        .collect();
    let mut sees_project = on_project.clone();
    let mut repositories = Vec::new();
    for (place, repository) in workspace.repositories.iter().enumerate() {
        let has_on_itself = has_any(&repository.grants);
        sees_project[repository.project] |= has_on_itself;
        if has_on_itself || on_project[repository.project] {
            repositories.push(place);
        }
    }
    Lists {
        projects: (0..sees_project.len())
            .filter(|project| sees_project[*project])
            .collect(),
        repositories,
    }
}

fn holders_until(world: &World, workspace: usize) -> Vec<usize> {
    let workspace = &world.workspaces[workspace];
    // The repository for which each account was counted last.
    let mut counted_for = vec![usize::MAX; world.accounts.len()];
    let mut count = 0;
    let repositories = workspace.repositories.iter().enumerate();
    repositories
        .map(|(place, repository)| {
            let mut meet = |account: usize| {
                if counted_for[account] != place {
                    counted_for[account] = place;
                    count += 1;
                }
            };
            workspace
                .administrators()
                .iter()
                .copied()
                .for_each(&mut meet);
            let project = &workspace.projects[repository.project];
            for grants in [&repository.grants, &project.grants] {
                workspace
                    .given(grants)
                    .for_each(|(account, _)| meet(account));
            }
            count
        })
        .collect()
}
