//! How far a reading is.

use std::collections::BTreeMap;

use super::Reading;
use crate::Mode;
use crate::checkpoint::{Store, StoreError};
use crate::counts::{EntityCounts, RelationCounts, TaskCounts};
use crate::take::Taken;
use crate::tasks::Kind;

/// How many entries a page holds at most.
pub(crate) const PAGE: u64 = 100;

/// How far a reading is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its parts, in their order.
    pub stages: Vec<Stage>,
    /// Requests so far in this run.
    pub requests: u64,
    /// Requests that are still to be made, as far as that is known.
    pub requests_left: u64,
    /// Requests that were made again.
    pub retries: u64,
    /// Requests under way.
    pub in_flight: u32,
    /// Requests that may be made within an hour, by the tightest limit that is known.
    pub hourly_limit: Option<u32>,
    /// How many of them are left.
    pub hourly_left: Option<u32>,
}

/// How far a part of a reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Which part.
    pub name: StageName,
    /// What was read of it.
    pub done: u64,
    /// How many there are, once that is known.
    pub total: Option<u64>,
    /// Whether all of it was read.
    pub ended: bool,
    /// How many calls could not be made.
    pub gaps: u64,
}

/// A part of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageName {
    /// The members of the workspace.
    Members,
    /// The groups and who is in them.
    Groups,
    /// The projects.
    Projects,
    /// The repositories.
    Repositories,
    /// Who may do what in projects.
    ProjectPermissions,
    /// Who may do what in repositories.
    RepositoryPermissions,
}

impl StageName {
    const ALL: [Self; 6] = [
        Self::Members,
        Self::Groups,
        Self::Projects,
        Self::Repositories,
        Self::ProjectPermissions,
        Self::RepositoryPermissions,
    ];

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Members => &[Kind::Members],
            Self::Groups => &[Kind::Groups, Kind::GroupsAlone, Kind::GroupMembers],
            Self::Projects => &[Kind::Projects],
            Self::Repositories => &[Kind::Repositories],
            Self::ProjectPermissions => &[Kind::ProjectUsers, Kind::ProjectGroups],
            Self::RepositoryPermissions => &[
                Kind::RepositoryUsers,
                Kind::RepositoryGroups,
                Kind::Effective,
            ],
        }
    }
}

/// What was read and is still to be asked, counted along so that nobody need look into the checkpoint.
pub(super) struct Sums {
    mode: Mode,
    tasks: BTreeMap<Kind, TaskCounts>,
    /// Entries of lists that were read.
    read: BTreeMap<Kind, u64>,
    /// How many entries lists hold, where Bitbucket says so.
    sizes: BTreeMap<Kind, u64>,
}

impl Sums {
    /// As the checkpoint stands.
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        let EntityCounts {
            user: _,
            app_user: _,
            group,
            workspace: _,
            project,
            repository,
        } = store.entities()?;
        let RelationCounts {
            workspace_member,
            repository_user,
            ..
        } = store.relations()?;
        Ok(Self {
            mode: store.mode,
            tasks: store.task_counts()?,
            read: BTreeMap::from([
                (Kind::Members, workspace_member),
                (Kind::Groups, group),
                (Kind::Projects, project),
                (Kind::Repositories, repository),
                (Kind::Effective, repository_user),
            ]),
            sizes: store.sizes()?,
        })
    }

    pub(super) fn took(&mut self, kind: Kind, taken: &Taken) {
        let read = self.read.entry(kind).or_default();
        match taken.restarts {
            true => *read = 0,
            false => *read += taken.entries,
        }
        if let Some(size) = taken.size.filter(|_| kind.is_list()) {
            self.sizes.insert(kind, size);
        }
    }

    pub(super) fn restarted(&mut self, kind: Kind) {
        self.read.insert(kind, 0);
    }

    pub(super) fn added(&mut self, kind: Kind, count: u64) {
        self.tasks.entry(kind).or_default().open += count;
    }

    /// Questions that were answered, whatever the answer.
    pub(super) fn answered(&self) -> u64 {
        self.tasks
            .values()
            .map(|tasks| tasks.done + tasks.gaps)
            .sum()
    }

    pub(super) fn done(&mut self, kind: Kind) {
        let tasks = self.tasks.entry(kind).or_default();
        tasks.open = tasks.open.saturating_sub(1);
        tasks.done += 1;
    }

    pub(super) fn gap(&mut self, kind: Kind) {
        let tasks = self.tasks.entry(kind).or_default();
        tasks.open = tasks.open.saturating_sub(1);
        tasks.gaps += 1;
    }

    pub(super) fn became(&mut self, one: Kind, other: Kind) {
        let tasks = self.tasks.entry(one).or_default();
        tasks.open = tasks.open.saturating_sub(1);
        self.tasks.entry(other).or_default().open += 1;
    }

    /// Requests that are still to be made, as far as that is known: one for each task, further pages of
    /// lists, and two for each project and repository that is not listed yet.
    pub(super) fn requests_left(&self) -> u64 {
        let open: u64 = self.tasks.values().map(|tasks| tasks.open).sum();
        let unread = |kind: Kind| {
            let is_open = self.tasks.get(&kind).is_some_and(|tasks| tasks.open > 0);
            let size = self.sizes.get(&kind).copied().filter(|_| is_open);
            size.unwrap_or_default()
                .saturating_sub(self.read.get(&kind).copied().unwrap_or_default())
        };
        let pages: u64 = [
            Kind::Members,
            Kind::Projects,
            Kind::Repositories,
            Kind::Effective,
        ]
        .into_iter()
        .map(|kind| unread(kind).div_ceil(PAGE).saturating_sub(1))
        .sum();
        let unlisted = match self.mode {
            Mode::Grants => 2 * (unread(Kind::Projects) + unread(Kind::Repositories)),
            Mode::Effective => 0,
        };
        open + pages + unlisted
    }

    fn stage(&self, name: StageName) -> Stage {
        let tasks = name
            .kinds()
            .iter()
            .filter_map(|kind| self.tasks.get(kind))
            .fold(TaskCounts::default(), |sum, tasks| TaskCounts {
                open: sum.open + tasks.open,
                done: sum.done + tasks.done,
                gaps: sum.gaps + tasks.gaps,
            });
        let is_asked = tasks != TaskCounts::default();
        let read = |kind: Kind| self.read.get(&kind).copied().unwrap_or_default();
        let listed = |kind: Kind| (read(kind), self.sizes.get(&kind).copied());
        let of_each = |kind: Kind| {
            // One question for users and one for groups.
            let total = self.sizes.get(&kind).copied().or(Some(read(kind)));
            ((tasks.done + tasks.gaps) / 2, total)
        };
        let (done, total) = match (name, self.mode) {
            (StageName::Members, _) => listed(Kind::Members),
            (StageName::Groups, _) => (read(Kind::Groups) + read(Kind::GroupsAlone), None),
            (StageName::Projects, _) => listed(Kind::Projects),
            (StageName::Repositories, _) => listed(Kind::Repositories),
            (StageName::ProjectPermissions, Mode::Grants) => of_each(Kind::Projects),
            (StageName::RepositoryPermissions, Mode::Grants) => of_each(Kind::Repositories),
            (StageName::ProjectPermissions, Mode::Effective) => (0, Some(0)),
            (StageName::RepositoryPermissions, Mode::Effective) => listed(Kind::Effective),
        };
        let ended = is_asked && tasks.open == 0 && self.lists_before_ended(name);
        Stage {
            name,
            done,
            total: match ended {
                true => Some(total.unwrap_or(done).max(done)),
                false => total,
            },
            ended,
            gaps: tasks.gaps,
        }
    }

    /// Whether the lists that name what a stage asks about are read.
    fn lists_before_ended(&self, name: StageName) -> bool {
        let before: &[Kind] = match name {
            StageName::ProjectPermissions => &[Kind::Projects, Kind::Repositories],
            StageName::RepositoryPermissions => &[Kind::Repositories],
            StageName::Members
            | StageName::Groups
            | StageName::Projects
            | StageName::Repositories => &[],
        };
        before
            .iter()
            .all(|kind| self.tasks.get(kind).is_some_and(|tasks| tasks.open == 0))
    }
}

impl Reading<'_> {
    pub(super) fn progress(&self) -> Progress {
        let wall = (self.plan.target.clock)();
        let limits = self.paces.iter().filter_map(|pace| {
            let (limit, _) = pace.limit()?;
            Some((limit.requests, pace.left(wall)?))
        });
        let tightest = limits.min_by_key(|(_, left)| *left);
        let in_flight: usize = self.paces.iter().map(|pace| pace.under_way).sum();
        Progress {
            stages: StageName::ALL
                .into_iter()
                .map(|name| self.sums.stage(name))
                .collect(),
            requests: u64::from(self.plan.target.client.sent()),
            requests_left: self.sums.requests_left(),
            retries: self.retries,
            in_flight: u32::try_from(in_flight).unwrap_or(u32::MAX),
            hourly_limit: tightest.map(|(limit, _)| limit),
            hourly_left: tightest.map(|(_, left)| left),
        }
    }
}
