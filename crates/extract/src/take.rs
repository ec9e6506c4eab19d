//! Taking an answer: what it holds becomes entities and relations, and what it names becomes tasks.

use std::collections::HashSet;

use bbsetup_bitbucket::reading::{Account, AccountKind, Item, Rest, Unfit};
use bbsetup_http::Answer;
use bbsetup_setup::{Problem, ProblemCode};
use rusqlite::params;

use crate::Mode;
use crate::checkpoint::{Store, StoreError};
use crate::counts::Relation;
use crate::tasks::{Kind, Task};

/// How often a list is begun again because it changed while it was read.
const MOST_RESTARTS: u32 = 2;
/// In place of a list's size, once a page told another one than the page before.
const CHANGED: i64 = -1;

/// How much is known of an entity by where it stood; more is not overwritten by less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// The v1 API's account, a project as a repository names it, a group as a grant names it, a
    /// repository as an effective permission names it.
    Named = 1,
    /// A v2 account within a grant; a project, group or repository of its own list.
    Listed = 2,
    /// A member of the workspace.
    Member = 3,
}

/// What was taken of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Entries of the list that the answer held.
    pub(crate) entries: u64,
    /// How many the whole list holds, where Bitbucket says so.
    pub(crate) size: Option<u64>,
    /// Whether the list is at its end.
    pub(crate) ended: bool,
    /// Whether the list is begun again, so that what was counted of it counts no more.
    pub(crate) restarts: bool,
}

/// Why nothing was taken.
#[derive(Debug)]
pub(crate) enum NotTaken {
    Unfit(Unfit),
    Store(StoreError),
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Store {
    /// Takes the answer to a task, within the transaction that is open.
    pub(crate) fn take(&mut self, task: &Task, answer: &Answer) -> Result<Taken, NotTaken> {
        let mut entries = 0;
        let mut written = Ok(());
        let mut found = None;
        let rest = task
            .question()
            .read(answer, &mut |item| {
                // Members of groups are counted by no stage.
                entries += u64::from(!matches!(item, Item::GroupMember { .. }));
                if written.is_ok() {
                    match item {
                        Item::Workspace { uuid, slug, name } => found = Some((uuid, slug, name)),
                        item => written = self.take_item(task, item),
                    }
                }
            })
            .map_err(NotTaken::Unfit)?;
        written?;
        if let Some((uuid, slug, name)) = found {
            self.take_workspace(uuid, slug, &name)?;
        }
        let taken = self.end_of_page(task, &rest)?;
        Ok(Taken { entries, ..taken })
    }

    fn end_of_page(&self, task: &Task, rest: &Rest) -> Result<Taken, StoreError> {
        let size = rest.size.and_then(|size| i64::try_from(size).ok());
        let size = match (task.size, size) {
            (Some(before), Some(now)) if before != now && task.kind.is_list() => Some(CHANGED),
            (before, now) => before.or(now),
        };
        if rest.unreadable > 0 {
            self.task_lacks(task.id, &unreadable_entries(rest.unreadable))?;
        }
        let held = task.entries + rest.held;
        if let Some(next) = &rest.next {
            if has_no_end(task, next, held) {
                self.task_lacks(task.id, &no_end())?;
                self.task_done(task.id)?;
                return Ok(Taken {
                    ended: true,
                    ..Taken::default()
                });
            }
            self.task_goes_on(task.id, next, size, rest.held)?;
            return Ok(Taken {
                size: rest.size,
                ..Taken::default()
            });
        }
        // Fewer than were announced: something moved over the edge of a page.
        let is_short = task.kind.is_list()
            && size
                .and_then(|size| u64::try_from(size).ok())
                .is_some_and(|size| held < size);
        let size = if is_short { Some(CHANGED) } else { size };
        if size == Some(CHANGED) && task.restarts < MOST_RESTARTS {
            self.restart(task)?;
            return Ok(Taken {
                size: rest.size,
                restarts: true,
                ..Taken::default()
            });
        }
        if size == Some(CHANGED) {
            self.task_lacks(task.id, &kept_changing())?;
        }
        self.task_done(task.id)?;
        Ok(Taken {
            size: rest.size,
            ended: true,
            ..Taken::default()
        })
    }

    /// Begins a list again from its first page: what it said before may not hold any more.
    pub(crate) fn restart(&self, task: &Task) -> Result<(), StoreError> {
        self.forget_said(task)?;
        self.task_restarts(task.id)
    }

    /// Forgets how things belong together by what a list has said so far.
    pub(crate) fn forget_said(&self, task: &Task) -> Result<(), StoreError> {
        let Some(relation) = task.kind.relation() else {
            return Ok(());
        };
        match task.item.as_str() {
            "" => self
                .connection
                .execute("DELETE FROM relation WHERE kind = ?", [relation.number()])?,
            item => self
                .connection
                .prepare_cached("DELETE FROM relation WHERE entity = ? AND kind = ?")?
                .execute(params![item, relation.number()])?,
        };
        // A project that repositories name is there, whatever the list says.
        if task.kind == Kind::Projects {
            self.connection.execute(
                "INSERT OR IGNORE INTO relation SELECT ?, source_id, 6, 'contains' FROM entity
                 WHERE source_type = 'project'
                     AND source_id IN (SELECT parent FROM relation WHERE kind = 7)",
                [self.workspace_uuid()],
            )?;
        }
        Ok(())
    }

    fn take_workspace(&mut self, uuid: String, slug: String, name: &str) -> Result<(), StoreError> {
        self.put(&uuid, "workspace", name, Detail::Listed, Some(&slug))?;
        for kind in [
            Kind::Members,
            Kind::Groups,
            Kind::Projects,
            Kind::Repositories,
        ] {
            self.add_task(kind, "", "")?;
        }
        if self.mode == Mode::Effective {
            self.add_task(Kind::Effective, "", "")?;
        }
        self.workspace = Some((uuid, slug));
        Ok(())
    }

    fn take_item(&mut self, task: &Task, item: Item) -> Result<(), StoreError> {
        match item {
            Item::Workspace { .. } | Item::StillThere { .. } => Ok(()),
            Item::OwnRole { role } if role == "owner" => Ok(()),
            Item::OwnRole { .. } => self.task_lacks(task.id, &sees_not_all()),
            Item::Member { account, role } => {
                self.put_account(&account, Detail::Member)?;
                self.members.extend(as_number(&account.uuid));
                self.relate(
                    &account.uuid,
                    self.workspace_uuid(),
                    Relation::WorkspaceMember,
                    &role,
                )
            }
            Item::Group { slug, name } => {
                self.put_group(&slug, &name, Detail::Listed)?;
                match task.kind {
                    Kind::GroupsAlone => self.add_task(Kind::GroupMembers, &slug, &slug),
                    _ => Ok(()),
                }
            }
            Item::GroupMember { group, account } => {
                self.put_account(&account, Detail::Named)?;
                let group = self.group_id(&group);
                self.relate(&account.uuid, &group, Relation::GroupMember, "member")
            }
            Item::Project { uuid, key, name } => {
                self.put_project(&uuid, &key, &name, Detail::Listed)
            }
            Item::Repository {
                uuid,
                slug,
                name,
                project,
            } => self.take_repository(&uuid, &slug, &name, project),
            Item::UserGrant {
                account,
                permission,
            } => {
                self.put_account(&account, Detail::Listed)?;
                let relation = match task.kind {
                    Kind::ProjectUsers => Relation::ProjectUser,
                    _ => Relation::RepositoryUser,
                };
                self.relate(&account.uuid, &task.item, relation, &permission)
            }
            Item::GroupGrant {
                slug,
                name,
                permission,
            } => {
                self.put_group(&slug, &name, Detail::Named)?;
                let relation = match task.kind {
                    Kind::ProjectGroups => Relation::ProjectGroup,
                    _ => Relation::RepositoryGroup,
                };
                self.relate(&self.group_id(&slug), &task.item, relation, &permission)
            }
            Item::Effective {
                account,
                repository,
                name,
                permission,
            } => {
                self.put_account(&account, Detail::Listed)?;
                let name = name.as_deref().unwrap_or(&repository);
                self.put(&repository, "repository", name, Detail::Named, None)?;
                self.relate(
                    &account.uuid,
                    &repository,
                    Relation::RepositoryUser,
                    &permission,
                )
            }
        }
    }

    fn take_repository(
        &self,
        uuid: &str,
        slug: &str,
        name: &str,
        project: Option<(String, String, String)>,
    ) -> Result<(), StoreError> {
        self.put(uuid, "repository", name, Detail::Listed, Some(slug))?;
        let parent = match &project {
            Some((project, key, name)) => {
                if !self.is_listed(project)? {
                    self.put_project(project, key, name, Detail::Named)?;
                }
                project
            }
            // Every repository is in a project; one whose project is not told is not left out.
            None => self.workspace_uuid(),
        };
        self.relate(parent, uuid, Relation::RepositoryInProject, "contains")?;
        if self.mode == Mode::Grants {
            self.add_task(Kind::RepositoryUsers, slug, uuid)?;
            self.add_task(Kind::RepositoryGroups, slug, uuid)?;
        }
        Ok(())
    }

    fn is_listed(&self, source_id: &str) -> Result<bool, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT 1 FROM entity WHERE source_id = ? AND detail >= ?")?
            .exists(params![source_id, Detail::Listed as i64])?)
    }

    fn put_project(
        &self,
        uuid: &str,
        key: &str,
        name: &str,
        detail: Detail,
    ) -> Result<(), StoreError> {
        self.put(uuid, "project", name, detail, Some(key))?;
        self.relate(
            self.workspace_uuid(),
            uuid,
            Relation::ProjectInWorkspace,
            "contains",
        )?;
        if self.mode == Mode::Grants {
            self.add_task(Kind::ProjectUsers, key, uuid)?;
            self.add_task(Kind::ProjectGroups, key, uuid)?;
        }
        Ok(())
    }

    fn put_group(&self, slug: &str, name: &str, detail: Detail) -> Result<(), StoreError> {
        self.put(&self.group_id(slug), "group", name, detail, Some(slug))
    }

    fn put_account(&self, account: &Account, detail: Detail) -> Result<(), StoreError> {
        let is_known = || as_number(&account.uuid).is_some_and(|uuid| self.members.contains(&uuid));
        if detail < Detail::Member && is_known() {
            return Ok(());
        }
        let Account {
            uuid,
            kind,
            name,
            nickname,
            account_id,
            status,
        } = account;
        let source_type = match kind {
            Some(AccountKind::AppUser) => "app_user",
            Some(AccountKind::User) | None => "user",
        };
        self.upsert(
            uuid,
            source_type,
            name,
            detail,
            nickname.as_deref(),
            account_id.as_deref(),
            status.as_deref(),
        )
    }

    fn put(
        &self,
        source_id: &str,
        source_type: &str,
        name: &str,
        detail: Detail,
        handle: Option<&str>,
    ) -> Result<(), StoreError> {
        self.upsert(source_id, source_type, name, detail, handle, None, None)
    }

    #[allow(clippy::too_many_arguments, reason = "a row has as many columns")]
    fn upsert(
        &self,
        source_id: &str,
        source_type: &str,
        name: &str,
        detail: Detail,
        handle: Option<&str>,
        account_id: Option<&str>,
        status: Option<&str>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET source_type = excluded.source_type,
                     name = excluded.name, detail = excluded.detail, handle = excluded.handle,
                     account_id = excluded.account_id, status = excluded.status
                 WHERE excluded.detail > detail OR (excluded.detail = detail
                     AND (excluded.name, excluded.handle, excluded.status) IS NOT (name, handle, status))",
            )?
            .execute(params![
                source_id,
                source_type,
                name,
                detail as i64,
                handle,
                account_id,
                status
            ])?;
        Ok(())
    }

    fn relate(
        &self,
        parent: &str,
        entity: &str,
        relation: Relation,
        privilege: &str,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO relation VALUES (?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET privilege = excluded.privilege
                 WHERE privilege <> excluded.privilege",
            )?
            .execute(params![parent, entity, relation.number(), privilege])?;
        Ok(())
    }

    fn workspace_uuid(&self) -> &str {
        self.workspace
            .as_ref()
            .map_or("", |(uuid, _)| uuid.as_str())
    }

    /// The members that were read.
    pub(crate) fn members_read(&self) -> Result<HashSet<u128>, StoreError> {
        let mut select = self
            .connection
            .prepare("SELECT source_id FROM entity WHERE detail = ?")?;
        let mut rows = select.query([Detail::Member as i64])?;
        let mut members = HashSet::new();
        while let Some(row) = rows.next()? {
            let uuid: String = row.get(0)?;
            members.extend(as_number(&uuid));
        }
        Ok(members)
    }

    /// `<workspace>/group/<slug>`.
    pub(crate) fn group_id(&self, slug: &str) -> String {
        let workspace = self.workspace.as_ref().map_or("", |(_, id)| id.as_str());
        format!("{workspace}/group/{slug}")
    }

    /// What was asked about is gone: nothing of it is left, but that it went is told.
    pub(crate) fn vanish(&self, task: &Task) -> Result<(), StoreError> {
        let source_id = match task.kind {
            Kind::GroupMembers => self.group_id(&task.item),
            _ => task.item.clone(),
        };
        self.connection.execute(
            "INSERT OR IGNORE INTO vanished SELECT name FROM entity WHERE source_id = ?",
            [&source_id],
        )?;
        self.connection
            .execute("DELETE FROM entity WHERE source_id = ?", [&source_id])?;
        self.connection.execute(
            "DELETE FROM relation WHERE parent = ?1 OR entity = ?1",
            [&source_id],
        )?;
        self.connection
            .execute("UPDATE task SET state = 1 WHERE item = ?", [&task.item])?;
        Ok(())
    }

    /// Takes away repositories that permissions alone name though the list is read: they came behind it.
    pub(crate) fn drop_what_came_later(&mut self) -> Result<(), StoreError> {
        if self.mode != Mode::Effective {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        let is_listed: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM task WHERE kind = ? AND state = 1)",
            [Kind::Repositories.number()],
            |row| row.get(0),
        )?;
        if is_listed {
            let named = Detail::Named as i64;
            transaction.execute(
                "DELETE FROM relation WHERE entity IN (SELECT source_id FROM entity
                     WHERE source_type = 'repository' AND detail = ?)",
                [named],
            )?;
            transaction.execute(
                "DELETE FROM entity WHERE source_type = 'repository' AND detail = ?",
                [named],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// Takes away what a list that was begun again does not hold any more.
    ///
    /// Of a list that was not read to its end, nobody knows what it does not hold.
    pub(crate) fn drop_what_vanished(&mut self) -> Result<(), StoreError> {
        if self.meta("restarted")?.is_none() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        transaction.execute_batch(
            "CREATE INDEX relation_parent ON relation (parent, kind);
             CREATE TEMP TABLE gone AS SELECT source_id, name FROM entity WHERE
                 (source_type = 'repository' AND NOT EXISTS (SELECT 1 FROM relation WHERE entity = source_id AND kind = 7)
                    AND EXISTS (SELECT 1 FROM task WHERE kind = 5 AND state = 1))
                 OR (source_type = 'project' AND NOT EXISTS (SELECT 1 FROM relation WHERE entity = source_id AND kind = 6)
                    AND EXISTS (SELECT 1 FROM task WHERE kind = 4 AND state = 1));
             INSERT OR IGNORE INTO vanished SELECT name FROM gone;
             UPDATE task SET state = 1 WHERE item IN (SELECT source_id FROM gone);
             DELETE FROM relation WHERE entity IN (SELECT source_id FROM gone) OR parent IN (SELECT source_id FROM gone);
             DELETE FROM entity WHERE source_id IN (SELECT source_id FROM gone);
             INSERT OR IGNORE INTO vanished SELECT name FROM entity WHERE source_type IN ('user', 'app_user')
                 AND NOT EXISTS (SELECT 1 FROM relation WHERE parent = source_id)
                 AND EXISTS (SELECT 1 FROM task WHERE kind = 1 AND state = 1);
             DELETE FROM entity WHERE source_type IN ('user', 'app_user')
                 AND NOT EXISTS (SELECT 1 FROM relation WHERE parent = source_id)
                 AND EXISTS (SELECT 1 FROM task WHERE kind = 1 AND state = 1);
             DROP TABLE gone;
             DROP INDEX relation_parent;",
        )?;
        Ok(transaction.commit()?)
    }
}

/// A uuid as Bitbucket writes it, `{8-4-4-4-12}` in small hexadecimal digits, as a number; anything
/// else has none.
fn as_number(uuid: &str) -> Option<u128> {
    let inner = uuid.strip_prefix('{')?.strip_suffix('}')?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_canonical = inner.len() == 36
        && inner.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => is_digit(byte),
        });
    let digits: String = inner
        .chars()
        .filter(|character| *character != '-')
        .collect();
    is_canonical
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}

fn unreadable_entries(count: u64) -> Problem {
    Problem::new(
        ProblemCode::UnreadableReply,
        match count {
            1 => "An entry of the list has not the fields that Bitbucket documents.".to_owned(),
            _ => {
                format!("{count} entries of the list have not the fields that Bitbucket documents.")
            }
        },
    )
}

/// Whether a list goes on and on: with a page that it has given before, or with pages that hold next
/// to nothing.
fn has_no_end(task: &Task, next: &str, entries: u64) -> bool {
    const PAGES_OF_NOTHING: u64 = 100;
    task.next.as_deref() == Some(next) || task.pages > entries + PAGES_OF_NOTHING
}

fn no_end() -> Problem {
    Problem::new(
        ProblemCode::UnreadableReply,
        "The list leads from page to page without an end, so that entries may be missing.",
    )
}

fn sees_not_all() -> Problem {
    Problem::new(
        ProblemCode::RoleMissing,
        "The lists were read by an account that does not administer the workspace, so that they hold no more than it may see.",
    )
}

fn kept_changing() -> Problem {
    Problem::new(
        ProblemCode::UnreadableReply,
        "The list changed each time it was read, or held fewer entries than it said, so that entries may be missing.",
    )
    .with_hints(vec![
        "Read the workspace again when fewer changes are made to it.".to_owned(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_number_and_what_only_looks_like_one_has_none() {
        let one = as_number("{0d51d97e-b1e4-428a-84ac-9163f61e70d2}");
        assert_eq!(one, Some(0x0d51_d97e_b1e4_428a_84ac_9163_f61e_70d2));
        for other in [
            "",
            "{}",
            "0d51d97e-b1e4-428a-84ac-9163f61e70d2",
            "{0D51D97E-b1e4-428a-84ac-9163f61e70d2}",
            "{0d51d97eb-1e4-428a-84ac-9163f61e70d2}",
            "{+d51d97e-b1e4-428a-84ac-9163f61e70d2}",
            "{0d51d97e-b1e4-428a-84ac-9163f61e70d2 }",
        ] {
            assert_eq!(as_number(other), None, "{other}");
        }
    }
}
