//! How access flows in a workspace that was read, in words.

use bbsetup_extract::access::{
    Case, Finding, FindingKind, Found, Layer, Link, Node, NodeKind, Role,
};
use serde::Serialize;
use ts_rs::TS;

use super::{EntityCountsJson, ReadingModeJson};

/// How access flows in a workspace that was read: who, by which way, to which project, to do what.
///
/// A link's `paths` counts pairs of a person and a repository that the way connects: a group of 5 with
/// write in a project of 20 repositories is 100 of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessJson {
    /// Always `bbsetup.access/1`.
    pub schema: String,
    /// The workspace's ID.
    pub workspace: String,
    /// What was read of who may do what.
    pub mode: ReadingModeJson,
    /// Whether everything was read.
    pub complete: bool,
    /// When it was read, in UTC.
    pub read_at: String,
    /// What there is.
    pub entities: EntityCountsJson,
    /// The picture's nodes, by layer from people to permissions; of many, the largest, and one for the
    /// rest.
    pub nodes: Vec<AccessNodeJson>,
    /// Its links, each from a layer to the next.
    pub links: Vec<AccessLinkJson>,
    /// What an access reviewer looks for first.
    pub findings: Vec<AccessFindingJson>,
}

/// A layer of the picture, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccessLayerJson {
    /// People, by what they are in the workspace.
    People,
    /// By which way: a group, or direct.
    Way,
    /// In which project.
    Project,
    /// To do what in repositories.
    Permission,
}

/// A node of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessNodeJson {
    /// Its ID within the picture.
    pub id: String,
    /// Its layer.
    pub layer: AccessLayerJson,
    /// What it is, as a person knows it: `Owners`, a group's name, `Direct grants`.
    pub label: String,
    /// What it holds, in words: `12 people`, `20 repositories`.
    pub detail: String,
    /// The pairs of a person and a repository that go through it.
    pub paths: u64,
}

/// A link of the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessLinkJson {
    /// From this node.
    pub from: String,
    /// To this one.
    pub to: String,
    /// The pairs of a person and a repository that it carries.
    pub paths: u64,
}

/// Something that an access reviewer looks for first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessFindingJson {
    /// `admin_everywhere`, `direct_beside_group`, `group_without_members`, `deactivated_with_access` or
    /// `writable_by_all`.
    pub code: String,
    /// Its title.
    pub title: String,
    /// What it means and what to do, in a sentence.
    pub explanation: String,
    /// Why it cannot be told from what was read; nothing where it can.
    pub cannot_tell: Option<String>,
    /// How many there are; 0 where there are none, which is worth knowing too.
    pub count: u64,
    /// The first of them.
    pub items: Vec<AccessFindingItemJson>,
}

/// One case of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct AccessFindingItemJson {
    /// Whom or what it is about, by name.
    pub name: String,
    /// Its source ID in the files.
    pub source_id: String,
    /// What was found, in words.
    pub detail: String,
}

impl From<Layer> for AccessLayerJson {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::People => Self::People,
            Layer::Way => Self::Way,
            Layer::Project => Self::Project,
            Layer::Permission => Self::Permission,
        }
    }
}

impl From<Node> for AccessNodeJson {
    fn from(node: Node) -> Self {
        let layer = node.layer().into();
        let Node {
            id,
            kind,
            holds,
            paths,
        } = node;
        let people = counted(holds, "person", "people");
        let (label, detail) = match kind {
            NodeKind::People(role) => (people_of(role).to_owned(), people),
            NodeKind::Ownership => ("Ownership of the workspace".to_owned(), people),
            NodeKind::Direct => ("Direct grants".to_owned(), people),
            NodeKind::Effective => ("Way not read".to_owned(), people),
            NodeKind::Group(name) => (name, people),
            NodeKind::OtherGroups(count) => {
                (counted(count, "other group", "other groups"), String::new())
            }
            NodeKind::Project(name) => (name, counted(holds, "repository", "repositories")),
            NodeKind::OtherProjects(count) => (
                counted(count, "other project", "other projects"),
                String::new(),
            ),
            NodeKind::Permission(name) => (capital(&name), String::new()),
        };
        Self {
            id,
            layer,
            label,
            detail,
            paths,
        }
    }
}

impl From<Link> for AccessLinkJson {
    fn from(link: Link) -> Self {
        let Link { from, to, paths } = link;
        Self { from, to, paths }
    }
}

impl From<Finding> for AccessFindingJson {
    fn from(finding: Finding) -> Self {
        let Finding { kind, found } = finding;
        let (title, explanation) = words(kind);
        let (cannot_tell, count, cases) = match found {
            Found::Cases(count, cases) => (None, count, cases),
            Found::CannotTell(why) => (Some(why.to_owned()), 0, Vec::new()),
        };
        Self {
            code: kind.as_str().to_owned(),
            title: title.to_owned(),
            explanation: explanation.to_owned(),
            cannot_tell,
            count,
            items: cases.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Case> for AccessFindingItemJson {
    fn from(case: Case) -> Self {
        let Case {
            name,
            source_id,
            detail,
        } = case;
        Self {
            name,
            source_id,
            detail,
        }
    }
}

fn people_of(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owners",
        Role::Collaborator => "Collaborators",
        Role::Member => "Members",
        Role::App => "App users",
        Role::Deactivated => "Deactivated accounts",
        Role::Outside => "Not in the workspace",
    }
}

/// Title and explanation of a finding.
fn words(kind: FindingKind) -> (&'static str, &'static str) {
    match kind {
        FindingKind::AdminEverywhere => (
            "Admin everywhere",
            "These accounts administer the workspace, or hold Admin on all of it. Few should, and each should be known by name.",
        ),
        FindingKind::DirectBesideGroup => (
            "Direct grants beside a group's",
            "The account has access through a group and by itself. Taking it out of the group leaves the direct grant.",
        ),
        FindingKind::GroupWithoutMembers => (
            "Groups without members",
            "Nobody is in the group. Whoever is put into it gets all that it holds.",
        ),
        FindingKind::DeactivatedWithAccess => (
            "Deactivated accounts with access",
            "The account is switched off, and its access comes back with it.",
        ),
        FindingKind::WritableByAll => (
            "Repositories that everyone can write",
            "Every active member of the workspace can change these, by whichever way.",
        ),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
