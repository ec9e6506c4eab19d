//! The header: which kind of file it is, and where each column stands.

use std::borrow::Cow;

use super::finding::FindingCode;
use super::kind::{COLUMNS, ENTITY_TYPES, FileKind};
use super::scan::Row;
use super::words::{counted, shown};

/// A header that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: FileKind,
    /// For each of BalkanID's columns its place in this file.
    pub(super) places: [Option<usize>; COLUMNS],
    /// How many columns the file has.
    pub(super) width: usize,
    /// Whether the first row holds values already.
    pub(super) missing: bool,
}

/// Something about the header.
pub(super) type Remark = (Option<Cow<'static, str>>, FindingCode, String);

/// The bytes by which a first row without a comma is divided, where it is a header so.
pub(super) fn other_separator(row: &Row) -> Option<(u8, &'static str)> {
    if row.cells != 1 {
        return None;
    }
    [(b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")]
        .into_iter()
        .find(|(byte, _)| {
            let cells: Vec<&[u8]> = row.cell(0).split(|held| held == byte).collect();
            cells.len() > 1 && kind_of(&cells).is_some()
        })
}

/// Whether a row is the line by which Excel is told the separator.
pub(super) fn is_separator_line(row: &Row) -> bool {
    let first = row.cell(0);
    row.cells <= 2 && first.len() <= 5 && first.to_ascii_lowercase().starts_with(b"sep=")
}

/// The kind of file by the names of its columns; a name that both have tells nothing.
fn kind_of(cells: &[&[u8]]) -> Option<FileKind> {
    let count = |kind: FileKind| {
        let named = |cell: &&&[u8]| place_of(kind, cell).is_some();
        cells.iter().filter(named).count()
    };
    let (entities, relations) = (count(FileKind::Entities), count(FileKind::Relations));
    // One name may stand in a row of values by chance, such as a group called App.
    match (entities.max(relations) >= 2, entities.cmp(&relations)) {
        (false, _) => None,
        (true, std::cmp::Ordering::Less) => Some(FileKind::Relations),
        (true, std::cmp::Ordering::Greater) => Some(FileKind::Entities),
        (true, std::cmp::Ordering::Equal) => {
            let parent = |cell: &&[u8]| folded(cell).starts_with("parent");
            Some(match cells.iter().any(parent) {
                true => FileKind::Relations,
                false => FileKind::Entities,
            })
        }
    }
}

/// The place of a column that is meant, however it is written.
fn place_of(kind: FileKind, cell: &[u8]) -> Option<usize> {
    let wanted = folded(cell);
    kind.columns()
        .iter()
        .position(|column| folded(column.as_bytes()) == wanted)
}

/// A name without case, spaces, underscores and BalkanID's asterisk.
fn folded(cell: &[u8]) -> String {
    String::from_utf8_lossy(&cell[..cell.len().min(100)])
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

impl Header {
    /// Reads the first row; what is wrong with it comes with it.
    pub(super) fn read(row: &Row) -> (Option<Self>, Vec<Remark>) {
        let cells: Vec<&[u8]> = row.kept().collect();
        let Some(kind) = kind_of(&cells) else {
            return Self::guessed(row);
        };
        let mut remarks = Vec::new();
        let mut places = [None; COLUMNS];
        let mut order = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let Some(place) = place_of(kind, cell) else {
                remarks.push(unknown(kind, at, cell));
                continue;
            };
            let column = kind.eight_columns()[place];
            if places[place].is_some() {
                remarks.push((
                    Some(column.into()),
                    FindingCode::ColumnDuplicate,
                    format!("The column {column} stands there twice; the first one was looked at."),
                ));
                continue;
            }
            places[place] = Some(at);
            order.push(place);
            if *cell != column.as_bytes() {
                remarks.push((
                    Some(column.into()),
                    FindingCode::ColumnMisspelt,
                    format!("The column {} is called {column}, exactly so.", shown(cell)),
                ));
            }
        }
        if row.cells > cells.len() {
            remarks.push((
                None,
                FindingCode::ColumnUnknown,
                format!("The header has {}.", counted(row.cells, "column")),
            ));
        }
        for (place, column) in kind.eight_columns().iter().enumerate() {
            if places[place].is_none() {
                remarks.push((
                    Some((*column).into()),
                    FindingCode::ColumnMissing,
                    match kind.required().contains(&place) {
                        true => format!("The column {column} is missing; BalkanID requires it."),
                        false => format!(
                            "The column {column} is missing. Its cells may be empty, but the column is part of BalkanID's header."
                        ),
                    },
                ));
            }
        }
        if !order.is_sorted() {
            remarks.push((
                None,
                FindingCode::ColumnsOutOfOrder,
                format!(
                    "The columns stand in another order than BalkanID's: {}.",
                    kind.columns().join(",")
                ),
            ));
        }
        let header = Self {
            kind,
            places,
            width: row.cells,
            missing: false,
        };
        (Some(header), remarks)
    }

    /// A first row that is no header. By where the types stand its rows can still be looked at.
    fn guessed(row: &Row) -> (Option<Self>, Vec<Remark>) {
        let is_type = |place: usize| {
            let cell = row.cell(place).to_ascii_lowercase();
            ENTITY_TYPES.iter().any(|kind| kind.as_bytes() == cell)
        };
        let kind = match (row.cells == COLUMNS, is_type(2), is_type(4)) {
            (true, true, true) => Some(FileKind::Relations),
            (true, true, false) => Some(FileKind::Entities),
            _ => None,
        };
        let [entities, relations] = FileKind::ALL.map(|kind| kind.columns().join(","));
        let message = match kind {
            Some(kind) => format!(
                "The header is missing: the first row holds values. It has to be {}.",
                kind.columns().join(",")
            ),
            None => format!(
                "The first row is no header of BalkanID's, so that the rows could not be looked at. Of entities it is {entities}; of relations {relations}."
            ),
        };
        let header = kind.map(|kind| Self {
            kind,
            places: std::array::from_fn(Some),
            width: COLUMNS,
            missing: true,
        });
        (header, vec![(None, FindingCode::HeaderMissing, message)])
    }
}

fn unknown(kind: FileKind, at: usize, cell: &[u8]) -> Remark {
    let message = match cell.is_empty() {
        true => format!("Column number {} has no name.", at + 1),
        false => format!(
            "BalkanID's {} have no column {}.",
            kind.as_str(),
            shown(cell)
        ),
    };
    let column = match cell.is_empty() {
        true => None,
        false => Some(
            crate::one_line::one_line(&String::from_utf8_lossy(&cell[..cell.len().min(200)]))
                .into(),
        ),
    };
    (column, FindingCode::ColumnUnknown, message)
}
