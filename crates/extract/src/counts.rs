//! What there is and what is missing, counted.

use std::collections::BTreeMap;

use bbsetup_setup::ProblemCode;

use crate::checkpoint::{Store, StoreError};
use crate::tasks::Kind;

/// How many names of a gap are told.
const NAMED: usize = 20;

/// A relation's kind, by its number in the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    WorkspaceMember = 0,
    GroupMember = 1,
    ProjectUser = 2,
    ProjectGroup = 3,
    RepositoryUser = 4,
    RepositoryGroup = 5,
    ProjectInWorkspace = 6,
    RepositoryInProject = 7,
}

impl Relation {
    pub(crate) fn number(self) -> i64 {
        self as i64
    }
}

/// Entities by their source type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the source types")]
pub struct EntityCounts {
    pub user: u64,
    pub app_user: u64,
    pub group: u64,
    pub workspace: u64,
    pub project: u64,
    pub repository: u64,
}

/// Relations by what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the contract")]
pub struct RelationCounts {
    pub workspace_member: u64,
    pub group_member: u64,
    pub project_user: u64,
    pub project_group: u64,
    pub repository_user: u64,
    pub repository_group: u64,
    pub contains: u64,
}

impl EntityCounts {
    /// All of them.
    pub fn sum(self) -> u64 {
        let Self {
            user,
            app_user,
            group,
            workspace,
            project,
            repository,
        } = self;
        user + app_user + group + workspace + project + repository
    }
}

impl RelationCounts {
    /// All of them.
    pub fn sum(self) -> u64 {
        let Self {
            workspace_member,
            group_member,
            project_user,
            project_group,
            repository_user,
            repository_group,
            contains,
        } = self;
        workspace_member
            + group_member
            + project_user
            + project_group
            + repository_user
            + repository_group
            + contains
    }
}

/// Something that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is missing, by the name of the entity or relation.
    pub what: &'static str,
    /// How many calls could not be made for this reason.
    pub count: u64,
    /// Of which projects, repositories or groups, by key or slug; the first of them.
    pub of: Vec<String>,
    /// The problem's code.
    pub code: ProblemCode,
    /// Why, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

/// Tasks of a kind, by how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskCounts {
    pub(crate) open: u64,
    pub(crate) done: u64,
    pub(crate) gaps: u64,
}

impl Store {
    /// What was read, by source type.
    ///
    /// # Errors
    /// The system's.
    pub fn entities(&self) -> Result<EntityCounts, StoreError> {
        let mut counts = EntityCounts::default();
        let mut select = self
            .connection
            .prepare("SELECT source_type, count(*) FROM entity GROUP BY source_type")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let source_type: String = row.get(0)?;
            let count = row.get(1)?;
            match source_type.as_str() {
                "user" => counts.user = count,
                "app_user" => counts.app_user = count,
                "group" => counts.group = count,
                "workspace" => counts.workspace = count,
                "project" => counts.project = count,
                "repository" => counts.repository = count,
                _ => return Err(StoreError::Damaged(None)),
            }
        }
        Ok(counts)
    }

    /// How it belongs together, by kind.
    ///
    /// # Errors
    /// The system's.
    pub fn relations(&self) -> Result<RelationCounts, StoreError> {
        let mut counts = RelationCounts::default();
        let mut select = self
            .connection
            .prepare("SELECT kind, count(*) FROM relation GROUP BY kind")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let kind: i64 = row.get(0)?;
            let count: u64 = row.get(1)?;
            match kind {
                0 => counts.workspace_member = count,
                1 => counts.group_member = count,
                2 => counts.project_user = count,
                3 => counts.project_group = count,
                4 => counts.repository_user = count,
                5 => counts.repository_group = count,
                6 | 7 => counts.contains += count,
                _ => return Err(StoreError::Damaged(None)),
            }
        }
        Ok(counts)
    }

    /// What could not be read, with the reason.
    ///
    /// # Errors
    /// The system's.
    pub fn gaps(&self) -> Result<Vec<Gap>, StoreError> {
        let mut select = self.connection.prepare(
            "SELECT kind, code, message, hints, task.target FROM task JOIN reason ON reason = reason.id
             WHERE state = 2 ORDER BY kind, code, message, task.target",
        )?;
        let mut rows = select.query([])?;
        let mut gaps: Vec<Gap> = Vec::new();
        while let Some(row) = rows.next()? {
            let kind = Kind::numbered(row.get(0)?).ok_or(StoreError::Damaged(None))?;
            let code: String = row.get(1)?;
            let code = ProblemCode::named(&code).ok_or(StoreError::Damaged(None))?;
            let (message, hints, target): (String, String, String) =
                (row.get(2)?, row.get(3)?, row.get(4)?);
            let gap = match gaps.last_mut() {
                Some(gap)
                    if (gap.what, gap.code) == (kind.what(), code) && gap.message == message =>
                {
                    gap.count += 1;
                    gap
                }
                Some(_) | None => {
                    gaps.push(Gap {
                        what: kind.what(),
                        count: 1,
                        of: Vec::new(),
                        code,
                        message,
                        hints: serde_json::from_str(&hints).unwrap_or_default(),
                    });
                    let last = gaps.len() - 1;
                    &mut gaps[last]
                }
            };
            if !target.is_empty() && gap.of.len() < NAMED {
                gap.of.push(target);
            }
        }
        Ok(gaps)
    }

    /// Names of what was taken away in Bitbucket while it was read.
    ///
    /// # Errors
    /// The system's.
    pub fn vanished(&self) -> Result<Vec<String>, StoreError> {
        let mut select = self
            .connection
            .prepare("SELECT name FROM vanished ORDER BY name LIMIT 1000")?;
        let names = select.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// How the tasks stand, by kind.
    pub(crate) fn task_counts(&self) -> Result<BTreeMap<Kind, TaskCounts>, StoreError> {
        let mut counts: BTreeMap<Kind, TaskCounts> = BTreeMap::new();
        let mut select = self
            .connection
            .prepare("SELECT kind, state, count(*) FROM task GROUP BY kind, state")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let kind = Kind::numbered(row.get(0)?).ok_or(StoreError::Damaged(None))?;
            let state: i64 = row.get(1)?;
            let held = counts.entry(kind).or_default();
            match state {
                0 => held.open = row.get(2)?,
                1 => held.done = row.get(2)?,
                _ => held.gaps = row.get(2)?,
            }
        }
        Ok(counts)
    }
}
