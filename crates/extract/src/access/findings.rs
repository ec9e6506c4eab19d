//! What an access reviewer looks for first.

use rusqlite::{Connection, params};

use crate::Mode;
use crate::checkpoint::{Store, StoreError};
use crate::tasks::Kind;

/// How many cases of a finding are told.
const TOLD: usize = 100;

const NOT_EVERYTHING: &str = "Nothing was found in what was read, but not everything was read.";

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// Accounts with admin everywhere.
    AdminEverywhere,
    /// Direct grants beside a group's on the same thing.
    DirectBesideGroup,
    /// Groups without members.
    GroupWithoutMembers,
    /// Deactivated accounts with access.
    DeactivatedWithAccess,
    /// Repositories that everyone in the workspace can write.
    WritableByAll,
}

impl FindingKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::AdminEverywhere,
        Self::DirectBesideGroup,
        Self::GroupWithoutMembers,
        Self::DeactivatedWithAccess,
        Self::WritableByAll,
    ];

    /// Its name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdminEverywhere => "admin_everywhere",
            Self::DirectBesideGroup => "direct_beside_group",
            Self::GroupWithoutMembers => "group_without_members",
            Self::DeactivatedWithAccess => "deactivated_with_access",
            Self::WritableByAll => "writable_by_all",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    pub kind: FindingKind,
    /// What was found.
    pub found: Found,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// So many, and the first of them.
    Cases(u64, Vec<Case>),
    /// It cannot be told from what was read, and why.
    CannotTell(&'static str),
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Whom or what it is about.
    pub name: String,
    /// Its source ID.
    pub source_id: String,
    /// What was found, in words.
    pub detail: String,
}

/// All findings, in the order of [`FindingKind::ALL`].
pub type Findings = Vec<Finding>;

/// Looks for all of them; [`super::look`] was called before.
///
/// # Errors
/// The checkpoint cannot be read.
pub fn find(store: &Store) -> Result<Findings, StoreError> {
    let is_whole = !store.lacks_something()?;
    FindingKind::ALL
        .into_iter()
        .map(|kind| {
            let found = match (kind, store.mode) {
                (FindingKind::AdminEverywhere, mode) => admin_everywhere(&store.connection, mode),
                (FindingKind::DirectBesideGroup, Mode::Effective) => Ok(Found::CannotTell(
                    "Only effective permissions were read, which do not say how they came about.",
                )),
                (FindingKind::DirectBesideGroup, Mode::Grants) => {
                    direct_beside_group(&store.connection)
                }
                (FindingKind::GroupWithoutMembers, _) => group_without_members(store),
                (FindingKind::DeactivatedWithAccess, Mode::Grants) => {
                    deactivated(&store.connection, "Direct grants")
                }
                (FindingKind::DeactivatedWithAccess, Mode::Effective) => {
                    deactivated(&store.connection, "Repositories")
                }
                (FindingKind::WritableByAll, _) => writable_by_all(&store.connection),
            }?;
            let found = match found {
                // Nothing was found in what was read, and not everything was.
                Found::Cases(0, _) if !is_whole => Found::CannotTell(NOT_EVERYTHING),
                found => found,
            };
            Ok(Finding { kind, found })
        })
        .collect()
}

/// Cases as a query gives them: name, source ID and detail; it is counted to its end.
fn cases(connection: &Connection, sql: &str) -> Result<Found, StoreError> {
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    let (mut count, mut told) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        count += 1;
        if told.len() < TOLD {
            told.push(Case {
                name: row.get(0)?,
                source_id: row.get(1)?,
                detail: row.get(2)?,
            });
        }
    }
    Ok(Found::Cases(count, told))
}

fn admin_everywhere(connection: &Connection, mode: Mode) -> Result<Found, StoreError> {
    let (of, one, direct, group) = match mode {
        Mode::Grants => ("project", "projects", 2, 3),
        Mode::Effective => ("repository", "repositories", 4, 5),
    };
    cases(
        connection,
        &format!(
            "SELECT name, id, 'Owner of the workspace' FROM person WHERE owns
             UNION ALL
             SELECT name, id, 'Admin of each of the ' || (SELECT count(*) FROM entity WHERE source_type = '{of}') || ' {one}'
             FROM person WHERE NOT owns AND (SELECT count(*) FROM entity WHERE source_type = '{of}') > 1
               AND id IN (SELECT holder FROM (
                 SELECT parent AS holder, entity FROM relation WHERE kind = {direct} AND privilege = 'admin'
                 UNION
                 SELECT membership.parent, grant_.entity FROM relation AS grant_
                   JOIN relation AS membership ON membership.entity = grant_.parent AND membership.kind = 1
                   WHERE grant_.kind = {group} AND grant_.privilege = 'admin')
               GROUP BY holder HAVING count(*) = (SELECT count(*) FROM entity WHERE source_type = '{of}'))
             ORDER BY 3 DESC, 1, 2"
        ),
    )
}

fn direct_beside_group(connection: &Connection) -> Result<Found, StoreError> {
    cases(
        connection,
        "SELECT person.name, person.id, direct.privilege || ' on ' || thing.name || ', and '
             || grant_.privilege || ' through ' || team.name
         FROM relation AS direct
         JOIN belongs ON belongs.account = direct.parent
         JOIN relation AS grant_ ON grant_.parent = belongs.team
             AND grant_.entity = direct.entity AND grant_.kind = direct.kind + 1
         JOIN person ON person.id = direct.parent
         JOIN entity AS thing ON thing.source_id = direct.entity
         JOIN entity AS team ON team.source_id = belongs.team
         WHERE direct.kind IN (2, 4) ORDER BY 1, 2, 3",
    )
}

fn group_without_members(store: &Store) -> Result<Found, StoreError> {
    let unread: bool = store.connection.query_row(
        "SELECT count(*) > 0 FROM task WHERE kind IN (?, ?) AND state = 2",
        params![Kind::Groups.number(), Kind::GroupsAlone.number()],
        |row| row.get(0),
    )?;
    if unread {
        return Ok(Found::CannotTell("The groups could not be read."));
    }
    // A group whose members could not be read is not one without.
    cases(
        &store.connection,
        "SELECT team.name, team.source_id, CASE coalesce(holds.grants, 0)
             WHEN 0 THEN 'No grants either' WHEN 1 THEN 'Holds 1 grant'
             ELSE 'Holds ' || holds.grants || ' grants' END
         FROM entity AS team LEFT JOIN holds ON holds.team = team.source_id WHERE source_type = 'group'
             AND NOT EXISTS (SELECT 1 FROM relation WHERE entity = team.source_id AND kind = 1)
             AND NOT EXISTS (SELECT 1 FROM task WHERE kind = 6 AND item = team.handle AND state = 2)
         ORDER BY 1, 2",
    )
}

fn deactivated(connection: &Connection, of: &str) -> Result<Found, StoreError> {
    cases(
        connection,
        &format!(
            "SELECT person.name, person.id,
             '{of}: ' || coalesce(held.direct, 0) || ', groups: ' || coalesce(held.teams, 0)
                 || iif(person.owns, ', owner of the workspace', '')
         FROM person LEFT JOIN (
             SELECT parent, sum(kind IN (2, 4)) AS direct, sum(kind = 1) AS teams FROM relation
             WHERE kind IN (1, 2, 4) AND parent IN (SELECT id FROM person WHERE role = 4)
             GROUP BY parent) AS held ON held.parent = person.id
         WHERE person.role = 4 AND (person.owns OR held.parent IS NOT NULL)
         ORDER BY 1, 2"
        ),
    )
}

/// Who may write a repository, as far as the person counts as everyone: an active member.
const WRITERS: &str = "
SELECT count(DISTINCT holder) FROM (
  SELECT id AS holder FROM person WHERE owns
  UNION ALL SELECT parent FROM relation WHERE entity = ?1 AND kind = 4 AND privilege IN ('write', 'admin')
  UNION ALL SELECT parent FROM relation WHERE entity = ?2 AND kind = 2 AND privilege IN ('write', 'admin', 'create-repo')
  UNION ALL SELECT membership.parent FROM relation AS grant_
    JOIN relation AS membership ON membership.entity = grant_.parent AND membership.kind = 1
    WHERE grant_.entity = ?1 AND grant_.kind = 5 AND grant_.privilege IN ('write', 'admin')
  UNION ALL SELECT membership.parent FROM relation AS grant_
    JOIN relation AS membership ON membership.entity = grant_.parent AND membership.kind = 1
    WHERE grant_.entity = ?2 AND grant_.kind = 3 AND grant_.privilege IN ('write', 'admin', 'create-repo')
) JOIN person ON person.id = holder WHERE person.role IN (0, 1, 2)";

/// The most people who could write a repository, were all its grants to different people: only where
/// that is everybody is it worth the exact count.
const CANDIDATES: &str = "
WITH held (way, members) AS
       (SELECT entity, count(*) FROM relation WHERE kind = 1 GROUP BY entity),
     reach (thing, people) AS (
       SELECT entity, count(*) FROM relation WHERE kind IN (2, 4)
         AND privilege IN ('write', 'admin', 'create-repo') GROUP BY entity
       UNION ALL
       SELECT grant_.entity, sum(held.members) FROM relation AS grant_ JOIN held ON held.way = grant_.parent
         WHERE grant_.kind IN (3, 5) AND grant_.privilege IN ('write', 'admin', 'create-repo')
         GROUP BY grant_.entity),
     most (thing, people) AS (SELECT thing, sum(people) FROM reach GROUP BY thing)
SELECT place.repository, place.project, entity.name FROM place
  JOIN entity ON entity.source_id = place.repository
  LEFT JOIN most AS own ON own.thing = place.repository
  LEFT JOIN most AS above ON above.thing = place.project
WHERE coalesce(own.people, 0) + coalesce(above.people, 0) + (SELECT count(*) FROM person WHERE owns) >= ?
ORDER BY entity.name, place.repository";

fn writable_by_all(connection: &Connection) -> Result<Found, StoreError> {
    let everyone: u64 = connection.query_row(
        "SELECT count(*) FROM person WHERE role IN (0, 1, 2)",
        [],
        |row| row.get(0),
    )?;
    if everyone < 2 {
        return Ok(Found::CannotTell(
            "There are fewer than two active members, so that everyone is no more than one.",
        ));
    }
    let mut writers = connection.prepare(WRITERS)?;
    let mut select = connection.prepare(CANDIDATES)?;
    let mut rows = select.query([everyone])?;
    let (mut count, mut told) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let (repository, project, name): (String, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let can_write: u64 = writers.query_row(params![repository, project], |row| row.get(0))?;
        if can_write < everyone {
            continue;
        }
        count += 1;
        if told.len() < TOLD {
            told.push(Case {
                name,
                source_id: repository,
                detail: format!("All {everyone} active members can write it"),
            });
        }
    }
    Ok(Found::Cases(count, told))
}
