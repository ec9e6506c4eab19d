//! The two kinds of file, and their columns.

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// Identities, connections and resources.
    Entities,
    /// Who has access to what.
    Relations,
}

/// Columns, in BalkanID's order and words.
const ENTITIES: [&str; 8] = [
    "App",
    "Name",
    "Entity Type",
    "Source System",
    "Source ID",
    "Source Type",
    "Metadata Version",
    "Metadata",
];

const RELATIONS: [&str; 8] = [
    "App",
    "Parent Entity Source ID",
    "Parent Entity Type",
    "Entity Source ID",
    "Entity Type",
    "Source System",
    "Metadata Version",
    "Metadata",
];

/// How many columns either kind has.
pub(super) const COLUMNS: usize = 8;

/// The values of the column `Entity Type` that BalkanID's page on relations lists.
pub(super) const ENTITY_TYPES: [&str; 3] = ["identity", "connection", "resource"];

/// One end of a relation, or an entity: the places of its type and of its ID among the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) kind: usize,
    pub(super) id: usize,
}

impl FileKind {
    /// Both, in the order in which they are sent.
    pub const ALL: [Self; 2] = [Self::Entities, Self::Relations];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Relations => "relations",
        }
    }

    /// The name of the file in a folder that is sent.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Entities => "entities.csv",
            Self::Relations => "entity_relations.csv",
        }
    }

    /// The columns, in BalkanID's order.
    pub fn columns(self) -> &'static [&'static str] {
        self.eight_columns()
    }

    pub(super) fn eight_columns(self) -> &'static [&'static str; COLUMNS] {
        match self {
            Self::Entities => &ENTITIES,
            Self::Relations => &RELATIONS,
        }
    }

    /// The columns that BalkanID marks with an asterisk, by their places.
    pub(super) fn required(self) -> &'static [usize] {
        match self {
            Self::Entities => &[1, 2, 3, 4, 5],
            Self::Relations => &[1, 2, 3, 4],
        }
    }

    /// The entities that a row names.
    pub(super) fn ends(self) -> &'static [Ends] {
        match self {
            Self::Entities => &[Ends { kind: 2, id: 4 }],
            Self::Relations => &[Ends { kind: 2, id: 1 }, Ends { kind: 4, id: 3 }],
        }
    }

    /// The place of the column `Metadata`.
    pub(super) const METADATA: usize = 7;
}
