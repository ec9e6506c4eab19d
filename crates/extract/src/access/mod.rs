//! How access flows in a workspace that was read, and what an access reviewer looks for first.
//!
//! The unit is a path: a person, and a repository that a way connects the person to. A group of 5 with
//! write in a project of 20 repositories is 100 of them. Owners of the workspace may do everything in
//! it without any grant; that is a way too.

mod findings;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::Mode;
use crate::checkpoint::{Store, StoreError};

pub use findings::{Case, Finding, FindingKind, Findings, Found, find};

/// How many groups and projects are shown by name; the rest is one node.
const SHOWN: usize = 12;

/// A layer of the picture, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// People, by what they are in the workspace.
    People,
    /// By which way they have access.
    Way,
    /// In which project.
    Project,
    /// To do what in its repositories.
    Permission,
}

/// What people are in the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Owners of the workspace, who administer it.
    Owner,
    /// Collaborators.
    Collaborator,
    /// Members.
    Member,
    /// Apps.
    App,
    /// Accounts that were deactivated.
    Deactivated,
    /// Accounts with access that are no members.
    Outside,
}

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// People of a role.
    People(Role),
    /// Ownership of the workspace.
    Ownership,
    /// Grants to accounts themselves.
    Direct,
    /// Permissions of which it is not known how they came about.
    Effective,
    /// A group, by its name.
    Group(String),
    /// All other groups, and how many.
    OtherGroups(u64),
    /// A project, by its name.
    Project(String),
    /// All other projects, and how many.
    OtherProjects(u64),
    /// `read`, `write` or `admin`.
    Permission(String),
}

/// A node of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its ID within the picture.
    pub id: String,
    /// What it stands for.
    pub kind: NodeKind,
    /// How many people are in it, of people and groups; how many repositories, of projects.
    pub holds: u64,
    /// The paths through it.
    pub paths: u64,
}

impl Node {
    /// Its layer.
    pub fn layer(&self) -> Layer {
        match &self.kind {
            NodeKind::People(_) => Layer::People,
            NodeKind::Ownership
            | NodeKind::Direct
            | NodeKind::Effective
            | NodeKind::Group(_)
            | NodeKind::OtherGroups(_) => Layer::Way,
            NodeKind::Project(_) | NodeKind::OtherProjects(_) => Layer::Project,
            NodeKind::Permission(_) => Layer::Permission,
        }
    }
}

/// A link from a layer to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From this node.
    pub from: String,
    /// To this one.
    pub to: String,
    /// The paths that it carries.
    pub paths: u64,
}

/// How access flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The picture's nodes, by layer, the largest first.
    pub nodes: Vec<Node>,
    /// Its links.
    pub links: Vec<Link>,
}

/// Sums of what was read, made once for picture and findings. They go with the connection.
const SUMS: &str = "
DROP TABLE IF EXISTS temp.person; DROP TABLE IF EXISTS temp.place; DROP TABLE IF EXISTS temp.size;
DROP TABLE IF EXISTS temp.path;
DROP TABLE IF EXISTS temp.belongs; DROP TABLE IF EXISTS temp.holds;
CREATE TEMP TABLE belongs (account TEXT, team TEXT, PRIMARY KEY (account, team)) WITHOUT ROWID;
INSERT INTO belongs SELECT parent, entity FROM relation WHERE kind = 1;
CREATE TEMP TABLE holds (team TEXT PRIMARY KEY, grants INTEGER) WITHOUT ROWID;
INSERT INTO holds SELECT parent, count(*) FROM relation WHERE kind IN (3, 5) GROUP BY parent;
CREATE TEMP TABLE person (id TEXT PRIMARY KEY, name TEXT, role INTEGER, owns INTEGER) WITHOUT ROWID;
INSERT INTO person SELECT source_id, name,
    CASE WHEN status IS NOT NULL AND status <> 'active' THEN 4
         WHEN source_type = 'app_user' THEN 3
         WHEN membership.privilege IS NULL THEN 5
         WHEN membership.privilege = 'owner' THEN 0
         WHEN membership.privilege = 'collaborator' THEN 1
         ELSE 2 END,
    coalesce(membership.privilege = 'owner', 0)
  FROM entity LEFT JOIN relation AS membership ON membership.parent = source_id
    AND membership.entity = (SELECT source_id FROM entity WHERE source_type = 'workspace')
    AND membership.kind = 0
  WHERE source_type IN ('user', 'app_user');
CREATE TEMP TABLE place (repository TEXT PRIMARY KEY, project TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO place SELECT entity, parent FROM relation WHERE kind = 7;
CREATE TEMP TABLE size (project TEXT PRIMARY KEY, repositories INTEGER) WITHOUT ROWID;
INSERT INTO size SELECT project, count(*) FROM place GROUP BY project;
CREATE TEMP TABLE path (way TEXT, project TEXT, permission TEXT, repositories INTEGER);
INSERT INTO path
  SELECT grant_.parent, place.project, grant_.privilege, count(*) FROM relation AS grant_
    JOIN place ON place.repository = grant_.entity WHERE grant_.kind = 5 GROUP BY 1, 2, 3;
INSERT INTO path
  SELECT grant_.parent, grant_.entity, iif(grant_.privilege = 'create-repo', 'write', grant_.privilege),
    size.repositories FROM relation AS grant_ JOIN size ON size.project = grant_.entity
    WHERE grant_.kind = 3;
";

/// People of a role with access by a way, in a project, with a permission.
const FLOWS: &str = "
SELECT 'owner', '', person.role, size.project, 'admin', count(*) * size.repositories
  FROM person JOIN size WHERE person.owns GROUP BY person.role, size.project
UNION ALL
SELECT 'direct', '', person.role, place.project, grant_.privilege, count(*)
  FROM relation AS grant_ JOIN place ON place.repository = grant_.entity
  JOIN person ON person.id = grant_.parent WHERE grant_.kind = 4 GROUP BY 3, 4, 5
UNION ALL
SELECT 'direct', '', person.role, grant_.entity,
    iif(grant_.privilege = 'create-repo', 'write', grant_.privilege), sum(size.repositories)
  FROM relation AS grant_ JOIN size ON size.project = grant_.entity
  JOIN person ON person.id = grant_.parent WHERE grant_.kind = 2 GROUP BY 3, 4, 5
UNION ALL
SELECT 'group', path.way, member.role, path.project, path.permission, member.count * path.repositories
  FROM path JOIN (SELECT membership.entity AS way, person.role AS role, count(*) AS count
    FROM relation AS membership JOIN person ON person.id = membership.parent
    WHERE membership.kind = 1 GROUP BY 1, 2) AS member ON member.way = path.way
";

/// Looks at how access flows.
///
/// # Errors
/// The checkpoint cannot be read.
pub fn look(store: &Store) -> Result<Access, StoreError> {
    store.connection.execute_batch(SUMS)?;
    let is_effective = store.mode == Mode::Effective;
    let largest = Largest::of(&store.connection)?;
    let mut links: BTreeMap<(NodeKey, NodeKey), u64> = BTreeMap::new();
    let mut totals: BTreeMap<NodeKey, u64> = BTreeMap::new();
    let mut select = store.connection.prepare(FLOWS)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (way, group): (String, String) = (row.get(0)?, row.get(1)?);
        let role = role(row.get(2)?);
        let (project, permission): (String, String) = (row.get(3)?, row.get(4)?);
        let paths: u64 = row.get(5)?;
        let way = match way.as_str() {
            // What is effective holds ownership already.
            "owner" if is_effective => continue,
            "owner" => NodeKey::Ownership,
            "direct" => NodeKey::Direct,
            _ if largest.groups.contains(&group) => NodeKey::Group(group),
            _ => NodeKey::OtherGroups,
        };
        let project = match largest.projects.contains(&project) {
            true => NodeKey::Project(project),
            false => NodeKey::OtherProjects,
        };
        let chain = [
            NodeKey::People(role),
            way,
            project,
            NodeKey::Permission(permission),
        ];
        for node in &chain {
            *totals.entry(node.clone()).or_default() += paths;
        }
        for pair in chain.windows(2) {
            *links.entry((pair[0].clone(), pair[1].clone())).or_default() += paths;
        }
    }
    let mut nodes = Vec::new();
    for (key, paths) in totals.iter().filter(|(_, paths)| **paths > 0) {
        nodes.push(key.node(&store.connection, &largest, *paths, is_effective)?);
    }
    nodes.sort_by(|one, other| {
        (one.layer(), std::cmp::Reverse(one.paths), &one.id).cmp(&(
            other.layer(),
            std::cmp::Reverse(other.paths),
            &other.id,
        ))
    });
    let links = links
        .into_iter()
        .filter(|(_, paths)| *paths > 0)
        .map(|((from, to), paths)| Link {
            from: from.id(),
            to: to.id(),
            paths,
        })
        .collect();
    Ok(Access { nodes, links })
}

fn role(number: i64) -> Role {
    match number {
        0 => Role::Owner,
        1 => Role::Collaborator,
        2 => Role::Member,
        3 => Role::App,
        4 => Role::Deactivated,
        _ => Role::Outside,
    }
}

/// A node before it is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NodeKey {
    People(Role),
    Ownership,
    Direct,
    Group(String),
    OtherGroups,
    Project(String),
    OtherProjects,
    Permission(String),
}

impl NodeKey {
    fn id(&self) -> String {
        match self {
            Self::People(role) => format!("people/{role:?}").to_lowercase(),
            Self::Ownership => "way/ownership".to_owned(),
            Self::Direct => "way/direct".to_owned(),
            Self::Group(id) => format!("way/{id}"),
            Self::OtherGroups => "way/others".to_owned(),
            Self::Project(id) => format!("project/{id}"),
            Self::OtherProjects => "project/others".to_owned(),
            Self::Permission(name) => format!("permission/{name}"),
        }
    }

    fn node(
        &self,
        connection: &Connection,
        largest: &Largest,
        paths: u64,
        is_effective: bool,
    ) -> Result<Node, StoreError> {
        let count = |sql: &str, id: &str| -> Result<u64, StoreError> {
            Ok(connection
                .prepare_cached(sql)?
                .query_row([id], |row| row.get(0))?)
        };
        let name = |id: &str| -> Result<String, StoreError> {
            let sql = "SELECT coalesce(max(name), ?1) FROM entity WHERE source_id = ?1";
            Ok(connection
                .prepare_cached(sql)?
                .query_row([id], |row| row.get(0))?)
        };
        let (kind, holds) = match self {
            Self::People(role) => (
                NodeKind::People(*role),
                connection.query_row(
                    "SELECT count(*) FROM person WHERE role = ?",
                    [*role as i64],
                    |row| row.get(0),
                )?,
            ),
            Self::Ownership => (
                NodeKind::Ownership,
                connection.query_row("SELECT count(*) FROM person WHERE owns", [], |row| {
                    row.get(0)
                })?,
            ),
            Self::Direct => (
                match is_effective {
                    true => NodeKind::Effective,
                    false => NodeKind::Direct,
                },
                connection.query_row(
                    "SELECT count(DISTINCT parent) FROM relation WHERE kind IN (2, 4)",
                    [],
                    |row| row.get(0),
                )?,
            ),
            Self::Group(id) => (
                NodeKind::Group(name(id)?),
                count(
                    "SELECT count(*) FROM relation WHERE kind = 1 AND entity = ?",
                    id,
                )?,
            ),
            Self::OtherGroups => (NodeKind::OtherGroups(largest.other_groups), 0),
            Self::Project(id) => (
                NodeKind::Project(name(id)?),
                count(
                    "SELECT coalesce(max(repositories), 0) FROM size WHERE project = ?",
                    id,
                )?,
            ),
            Self::OtherProjects => (NodeKind::OtherProjects(largest.other_projects), 0),
            Self::Permission(permission) => (NodeKind::Permission(permission.clone()), 0),
        };
        Ok(Node {
            id: self.id(),
            kind,
            holds,
            paths,
        })
    }
}

/// Groups and projects that are shown by name.
struct Largest {
    groups: BTreeSet<String>,
    other_groups: u64,
    projects: BTreeSet<String>,
    other_projects: u64,
}

impl Largest {
    fn of(connection: &Connection) -> Result<Self, StoreError> {
        let largest = |sql: &str| -> Result<(BTreeSet<String>, u64), StoreError> {
            let mut select = connection.prepare(sql)?;
            let all = select.query_map([], |row| row.get::<_, String>(0))?;
            let (mut shown, mut others) = (BTreeSet::new(), 0);
            for id in all {
                let id = id?;
                match shown.len() < SHOWN {
                    true => {
                        shown.insert(id);
                    }
                    false => others += 1,
                }
            }
            Ok((shown, others))
        };
        let (groups, other_groups) = largest(
            "SELECT path.way FROM path JOIN (SELECT entity AS way, count(*) AS members FROM relation
                 WHERE kind = 1 GROUP BY entity) AS held ON held.way = path.way
             GROUP BY path.way ORDER BY sum(path.repositories * held.members) DESC, path.way",
        )?;
        let (projects, other_projects) =
            largest("SELECT project FROM size ORDER BY repositories DESC, project")?;
        Ok(Self {
            groups,
            other_groups,
            projects,
            other_projects,
        })
    }
}
