//! One row below the header.

use serde::de::IgnoredAny;

use super::finding::FindingCode;
use super::header::Header;
use super::kind::{COLUMNS, ENTITY_TYPES, FileKind};
use super::scan::{Ended, LONGEST_CELL, Row};
use super::words::{counted, looks_like_windows_1252, shown};

/// Takes what is wrong: the column's place among BalkanID's, the code and a sentence.
pub(super) type Tell<'a> = dyn FnMut(Option<usize>, FindingCode, String) + 'a;

/// Looks at everything of a row that can be told from it alone. False where it holds no values.
pub(super) fn look(header: &Header, row: &Row, tell: &mut Tell<'_>) -> bool {
    if !form(row, header, tell) {
        return false;
    }
    let columns = header.kind.eight_columns();
    text(header, row, tell);
    for (place, at) in header.places.iter().enumerate() {
        let Some(at) = at.filter(|at| *at < row.ends().len()) else {
            continue;
        };
        let cell = row.cell(at);
        let trimmed = cell.trim_ascii();
        if trimmed.is_empty() {
            if header.kind.required().contains(&place) {
                let column = columns[place];
                tell(
                    Some(place),
                    FindingCode::ValueMissing,
                    format!("{column} is empty; BalkanID requires it."),
                );
            }
            continue;
        }
        if place == FileKind::METADATA {
            // A cell that was read over is not whole.
            if row.too_large != Some(at) {
                metadata(trimmed, tell);
            }
            continue;
        }
        if trimmed.len() != cell.len() {
            tell(
                Some(place),
                FindingCode::ValueHasOuterSpaces,
                format!(
                    "{} has spaces around {}; they count.",
                    columns[place],
                    shown(trimmed)
                ),
            );
        }
    }
    for ends in header.kind.ends() {
        entity_type(header, row, ends.kind, tell);
    }
    true
}

/// The cell under one of BalkanID's columns, exactly as it stands.
pub(super) fn value<'a>(header: &Header, row: &'a Row, place: usize) -> &'a [u8] {
    match header.places[place] {
        Some(at) => row.cell(at),
        None => &[],
    }
}

/// How the row is written. False where it holds no values.
fn form(row: &Row, header: &Header, tell: &mut Tell<'_>) -> bool {
    if row.blank {
        tell(
            None,
            FindingCode::LineBlank,
            "The line is blank.".to_owned(),
        );
        return false;
    }
    if row.bytes().is_empty() && row.too_large.is_none() {
        tell(
            None,
            FindingCode::RowEmpty,
            "The row has no values at all; take it out.".to_owned(),
        );
        return false;
    }
    if let Some(cell) = row.unclosed {
        tell(
            place_at(header, cell),
            FindingCode::QuoteUnclosed,
            "A quote opens this cell and is never closed, so that the rest of the file belongs to it; nothing behind it could be looked at.".to_owned(),
        );
    }
    if let Some(cell) = row.stray {
        tell(
            place_at(header, cell),
            FindingCode::QuoteStray,
            "A quote stands where CSV has none. A cell with quotes is quoted as a whole, and each quote inside is doubled.".to_owned(),
        );
    }
    if let Some(cell) = row.too_large {
        tell(
            place_at(header, cell),
            FindingCode::CellTooLarge,
            format!(
                "The cell holds more than {LONGEST_CELL} bytes; the rest of it was not looked at."
            ),
        );
    }
    if row.cells != header.width && row.unclosed.is_none() {
        tell(
            None,
            FindingCode::CellCountDiffers,
            format!(
                "The row has {}, and the header {}. A value with a comma or a line break has to be quoted.",
                counted(row.cells, "cell"),
                header.width
            ),
        );
    }
    true
}

/// BalkanID's column at a place of this file.
fn place_at(header: &Header, cell: usize) -> Option<usize> {
    header.places.iter().position(|at| *at == Some(cell))
}

/// What its bytes are.
fn text(header: &Header, row: &Row, tell: &mut Tell<'_>) {
    let bytes = row.bytes();
    // A fold over all bytes, which the machine does many at a time; most rows end here.
    let is_odd = |byte: u8| !(b' '..0x7f).contains(&byte);
    if !bytes.iter().fold(false, |odd, byte| odd | is_odd(*byte)) {
        return;
    }
    for (at, cell) in row.kept().enumerate() {
        let place = place_at(header, at);
        if let Err(error) = std::str::from_utf8(cell) {
            // What was read over may have been cut in the middle of a character.
            if row.too_large == Some(at) && error.error_len().is_none() {
                continue;
            }
            let why = match looks_like_windows_1252(cell) {
                true => {
                    "; by its bytes it is Windows-1252, in which Excel saves “CSV (Comma delimited)”. Save it as “CSV UTF-8”"
                }
                false => "",
            };
            tell(
                place,
                FindingCode::NotUtf8,
                format!("{} is not UTF-8{why}.", shown(cell)),
            );
        } else if cell.windows(3).any(|part| part == [0xef, 0xbf, 0xbd]) {
            tell(
                place,
                FindingCode::ReplacementCharacter,
                format!(
                    "{} holds a character that was lost when the text was converted.",
                    shown(cell)
                ),
            );
        }
        let control = cell.iter().find(|byte| {
            (**byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || **byte == 0x7f
        });
        if let Some(byte) = control {
            tell(
                place,
                FindingCode::ControlCharacter,
                format!("The cell holds the control character {byte:#04x}, which is no text."),
            );
        }
    }
}

fn entity_type(header: &Header, row: &Row, place: usize, tell: &mut Tell<'_>) {
    let given = value(header, row, place);
    if given.trim_ascii().is_empty() || ENTITY_TYPES.iter().any(|kind| kind.as_bytes() == given) {
        return;
    }
    let column = header.kind.eight_columns()[place];
    let meant = ENTITY_TYPES
        .iter()
        .find(|kind| kind.as_bytes().eq_ignore_ascii_case(given.trim_ascii()));
    let message = match meant {
        Some(kind) => format!("{column} is written {kind}, in small letters and without spaces."),
        None => format!(
            "{column} is identity, connection or resource, and not {}.",
            shown(given)
        ),
    };
    tell(Some(place), FindingCode::EntityTypeUnknown, message);
}

fn metadata(cell: &[u8], tell: &mut Tell<'_>) {
    let place = Some(FileKind::METADATA);
    match serde_json::from_slice::<IgnoredAny>(cell) {
        Ok(_) if cell.first() == Some(&b'{') => {}
        Ok(_) => tell(
            place,
            FindingCode::MetadataNotObject,
            format!(
                "Metadata is a JSON object, such as {{\"privilegeName\":\"read\"}}, and not {}.",
                shown(cell)
            ),
        ),
        Err(error) => tell(
            place,
            FindingCode::MetadataNotJson,
            format!(
                "Metadata is no JSON: {} is not whole or not right at its character {}.",
                shown(cell),
                error.column().max(1)
            ),
        ),
    }
}

/// The line ends of one file.
#[derive(Default)]
pub(super) struct LineEnds {
    first: Option<Ended>,
    mixed: bool,
    lone: bool,
}

impl LineEnds {
    /// Looks at how a row ended; each kind of trouble is told where it begins.
    pub(super) fn look(&mut self, ended: Ended, tell: &mut Tell<'_>) {
        match ended {
            Ended::File => {}
            Ended::CarriageReturn if self.lone => {}
            Ended::CarriageReturn => {
                self.lone = true;
                tell(
                    None,
                    FindingCode::LoneCarriageReturn,
                    "The row ends with a carriage return alone, as files of an old Mac do. Save the file with Windows' or Unix' line ends. More rows may end so; it is told once.".to_owned(),
                );
            }
            Ended::LineFeed | Ended::Both => match self.first {
                None => self.first = Some(ended),
                Some(first) if first == ended || self.mixed => {}
                Some(_) => {
                    self.mixed = true;
                    tell(
                        None,
                        FindingCode::LineEndsMixed,
                        "From this row on line ends are mixed: some rows end with a line feed, some with a carriage return before it.".to_owned(),
                    );
                }
            },
        }
    }
}

/// A place for a column's name.
pub(super) fn name(kind: FileKind, place: Option<usize>) -> Option<&'static str> {
    place
        .filter(|place| *place < COLUMNS)
        .map(|place| kind.eight_columns()[place])
}
