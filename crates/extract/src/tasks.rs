//! What is still to be asked: a row for each question, made as answers name what there is.

use std::collections::BTreeMap;

use bbsetup_bitbucket::reading::{On, Question, To};
use bbsetup_setup::{CheckName, Problem};
use rusqlite::{OptionalExtension, Row, params};

use crate::checkpoint::{Store, StoreError};
use crate::counts::Relation;

/// Kinds of questions, in the order in which they are asked: what names others comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Workspace = 0,
    Members = 1,
    Groups = 2,
    GroupsAlone = 3,
    Projects = 4,
    Repositories = 5,
    GroupMembers = 6,
    ProjectUsers = 7,
    ProjectGroups = 8,
    RepositoryUsers = 9,
    RepositoryGroups = 10,
    Effective = 11,
    OwnRole = 12,
}

impl Kind {
    pub(crate) const ALL: [Self; 13] = [
        Self::Workspace,
        Self::Members,
        Self::Groups,
        Self::GroupsAlone,
        Self::Projects,
        Self::Repositories,
        Self::GroupMembers,
        Self::ProjectUsers,
        Self::ProjectGroups,
        Self::RepositoryUsers,
        Self::RepositoryGroups,
        Self::Effective,
        Self::OwnRole,
    ];

    pub(crate) fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn numbered(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The check that asks the same of a credential.
    pub(crate) fn check(self) -> CheckName {
        match self {
            Self::Workspace => CheckName::Workspace,
            Self::OwnRole => CheckName::Membership,
            Self::Members => CheckName::Members,
            Self::Groups | Self::GroupsAlone | Self::GroupMembers => CheckName::Groups,
            Self::Projects => CheckName::Projects,
            Self::Repositories => CheckName::Repositories,
            Self::ProjectUsers | Self::ProjectGroups => CheckName::ProjectPermissions,
            Self::RepositoryUsers | Self::RepositoryGroups | Self::Effective => {
                CheckName::RepositoryPermissions
            }
        }
    }

    /// What is missing where it cannot be asked, by the name of the entity or relation.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Members => "workspace_member",
            Self::Groups | Self::GroupsAlone => "group",
            Self::GroupMembers => "group_member",
            Self::Projects => "project",
            Self::Repositories | Self::OwnRole => "repository",
            Self::ProjectUsers => "project_user",
            Self::ProjectGroups => "project_group",
            Self::RepositoryUsers | Self::Effective => "repository_user",
            Self::RepositoryGroups => "repository_group",
        }
    }

    /// Whether it is a list of pages that may change while it is read.
    pub(crate) fn is_list(self) -> bool {
        self.relation().is_some()
    }

    /// What its entries become, of a list of pages.
    pub(crate) fn relation(self) -> Option<Relation> {
        match self {
            Self::Members => Some(Relation::WorkspaceMember),
            Self::Projects => Some(Relation::ProjectInWorkspace),
            Self::Repositories => Some(Relation::RepositoryInProject),
            Self::ProjectUsers => Some(Relation::ProjectUser),
            Self::ProjectGroups => Some(Relation::ProjectGroup),
            Self::RepositoryUsers | Self::Effective => Some(Relation::RepositoryUser),
            Self::RepositoryGroups => Some(Relation::RepositoryGroup),
            Self::Workspace
            | Self::Groups
            | Self::GroupsAlone
            | Self::GroupMembers
            | Self::OwnRole => None,
        }
    }
}

/// One question that is still to be asked, from its first page or from a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    /// The key or slug in the address.
    pub(crate) target: String,
    /// The uuid of what is asked about; the slug of a group.
    pub(crate) item: String,
    pub(crate) next: Option<String>,
    /// How many the list said to hold on its first page; negative once another page said otherwise.
    pub(crate) size: Option<i64>,
    /// How often the list was begun again.
    pub(crate) restarts: u32,
    /// Pages of the list that were read, and the entries that they held.
    pub(crate) pages: u64,
    pub(crate) entries: u64,
}

impl Task {
    pub(crate) fn question(&self) -> Question {
        let project = || On::Project(self.target.clone());
        let repository = || On::Repository(self.target.clone());
        match self.kind {
            Kind::Workspace => Question::Workspace,
            Kind::Members => Question::Members,
            Kind::Groups => Question::Groups,
            Kind::GroupsAlone => Question::GroupsAlone,
            Kind::GroupMembers => Question::GroupMembers(self.target.clone()),
            Kind::Projects => Question::Projects,
            Kind::Repositories => Question::Repositories,
            Kind::ProjectUsers => Question::Grants(project(), To::Users),
            Kind::ProjectGroups => Question::Grants(project(), To::Groups),
            Kind::RepositoryUsers => Question::Grants(repository(), To::Users),
            Kind::RepositoryGroups => Question::Grants(repository(), To::Groups),
            Kind::Effective => Question::Effective,
            Kind::OwnRole => Question::OwnRole,
        }
    }

    /// The question whether what it asks about is still there; `None` of what has no such question.
    pub(crate) fn still_there(&self) -> Option<Question> {
        match self.kind {
            Kind::ProjectUsers | Kind::ProjectGroups => {
                Some(Question::StillThere(On::Project(self.item.clone())))
            }
            Kind::RepositoryUsers | Kind::RepositoryGroups => {
                Some(Question::StillThere(On::Repository(self.item.clone())))
            }
            Kind::GroupMembers => Some(Question::GroupsAlone),
            Kind::Workspace
            | Kind::Members
            | Kind::Groups
            | Kind::GroupsAlone
            | Kind::Projects
            | Kind::Repositories
            | Kind::Effective
            | Kind::OwnRole => None,
        }
    }

    fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: i64 = row.get(1)?;
        Ok(Self {
            id: row.get(0)?,
            kind: Kind::numbered(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(1, kind))?,
            target: row.get(2)?,
            item: row.get(3)?,
            next: row.get(4)?,
            size: row.get(5)?,
            restarts: row.get(6)?,
            pages: row.get(7)?,
            entries: row.get(8)?,
        })
    }
}

/// Rows of `task` as [`Task::of_row`] reads them.
const COLUMNS: &str = "id, kind, target, item, next, size, restarts, pages, entries";

impl Store {
    /// Up to `count` open tasks of a kind behind an ID.
    pub(crate) fn open_tasks(
        &self,
        kind: Kind,
        behind: i64,
        count: usize,
    ) -> Result<Vec<Task>, StoreError> {
        // The plus keeps SQLite from going by kind, which would sort all of its tasks for a few.
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM task WHERE state = 0 AND +kind = ? AND id > ? ORDER BY id LIMIT ?"
        ))?;
        let rows = select.query_map(params![kind.number(), behind, count], Task::of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A task as it stands.
    pub(crate) fn task(&self, id: i64) -> Result<Option<Task>, StoreError> {
        Ok(self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM task WHERE id = ?"))?
            .query_row([id], Task::of_row)
            .optional()?)
    }

    /// Adds a task, or gives the one of the same thing its new name.
    pub(crate) fn add_task(&self, kind: Kind, target: &str, item: &str) -> Result<(), StoreError> {
        let added = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO task (kind, target, item) VALUES (?, ?, ?)")?
            .execute(params![kind.number(), target, item])?;
        if added > 0 {
            let mut counts = self.added.get();
            counts[kind as usize] += 1;
            self.added.set(counts);
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "UPDATE task SET target = ? WHERE kind = ? AND item = ? AND target <> ?",
            )?
            .execute(params![target, kind.number(), item, target])?;
        Ok(())
    }

    /// Tasks that could not be done.
    pub(crate) fn gap_tasks(&self) -> Result<Vec<Task>, StoreError> {
        let mut select = self
            .connection
            .prepare(&format!("SELECT {COLUMNS} FROM task WHERE state = 2"))?;
        let rows = select.query_map([], Task::of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether something is still to be asked, or could not be read.
    pub(crate) fn lacks_something(&self) -> Result<bool, StoreError> {
        Ok(self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM task WHERE state <> 1)",
            [],
            |row| row.get(0),
        )?)
    }

    /// Whether something is still to be asked.
    pub(crate) fn is_open(&self) -> Result<bool, StoreError> {
        Ok(self.connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM task WHERE state = 0)",
            [],
            |row| row.get(0),
        )?)
    }

    /// How many tasks of each kind were added since this was asked last.
    pub(crate) fn take_added(&self) -> [u64; Kind::ALL.len()] {
        self.added.take()
    }

    /// How many entries lists hold that are still read, as their first page said.
    pub(crate) fn sizes(&self) -> Result<BTreeMap<Kind, u64>, StoreError> {
        let mut select = self
            .connection
            .prepare("SELECT kind, size FROM task WHERE item = '' AND size >= 0")?;
        let mut rows = select.query([])?;
        let mut sizes = BTreeMap::new();
        while let Some(row) = rows.next()? {
            if let Some(kind) = Kind::numbered(row.get(0)?) {
                sizes.insert(kind, row.get(1)?);
            }
        }
        Ok(sizes)
    }

    /// A task is done, unless a reason was given to think that something is missing.
    pub(crate) fn task_done(&self, id: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE task SET state = iif(reason IS NULL, 1, 2), next = NULL WHERE id = ?",
            )?
            .execute([id])?;
        Ok(())
    }

    /// A list goes on with another page.
    pub(crate) fn task_goes_on(
        &self,
        id: i64,
        next: &str,
        size: Option<i64>,
        entries: u64,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE task SET next = ?, size = ?, pages = pages + 1, entries = entries + ?
                 WHERE id = ?",
            )?
            .execute(params![next, size, entries, id])?;
        Ok(())
    }

    /// A list is begun again from its first page.
    pub(crate) fn task_restarts(&self, id: i64) -> Result<(), StoreError> {
        self.set_meta("restarted", "1")?;
        self.connection
            .prepare_cached(
                "UPDATE task SET next = NULL, size = NULL, pages = 0, entries = 0, reason = NULL,
                     restarts = restarts + 1 WHERE id = ?",
            )?
            .execute([id])?;
        Ok(())
    }

    /// What is asked about has another key or slug by now, and maybe another name.
    pub(crate) fn renamed(
        &self,
        item: &str,
        target: &str,
        name: Option<&str>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE task SET target = ? WHERE item = ? AND state = 0")?
            .execute([target, item])?;
        self.connection
            .prepare_cached(
                "UPDATE entity SET handle = ?, name = ifnull(?, name) WHERE source_id = ?",
            )?
            .execute(params![target, name, item])?;
        Ok(())
    }

    /// Notes why something of a task is missing; it is a gap once the task ends.
    pub(crate) fn task_lacks(&self, id: i64, problem: &Problem) -> Result<(), StoreError> {
        let reason = self.reason(problem)?;
        self.connection
            .prepare_cached("UPDATE task SET reason = ? WHERE id = ?")?
            .execute(params![reason, id])?;
        Ok(())
    }

    /// A task cannot be done.
    pub(crate) fn task_is_gap(&self, id: i64, problem: &Problem) -> Result<(), StoreError> {
        let reason = self.reason(problem)?;
        self.connection
            .prepare_cached("UPDATE task SET state = 2, reason = ? WHERE id = ?")?
            .execute(params![reason, id])?;
        Ok(())
    }

    /// The big call for groups is given up for one that leaves out the members.
    pub(crate) fn groups_one_by_one(&self, id: i64) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE task SET kind = ? WHERE id = ?",
            params![Kind::GroupsAlone.number(), id],
        )?;
        Ok(())
    }

    fn reason(&self, problem: &Problem) -> Result<i64, StoreError> {
        let hints = serde_json::to_string(&problem.hints)
            .map_err(|error| StoreError::Failed(Box::new(error)))?;
        Ok(self
            .connection
            .prepare_cached(
                "INSERT INTO reason (code, message, hints) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET hints = excluded.hints RETURNING id",
            )?
            .query_row(
                params![problem.code.as_str(), problem.message, hints],
                |row| row.get(0),
            )?)
    }
}
