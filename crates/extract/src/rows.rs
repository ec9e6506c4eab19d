//! BalkanID's CSV files, row by row from the checkpoint.
//!
//! Columns and their order: <https://docs.balkan.id> as the bulk upload describes them. Rows are sorted
//! by their columns from left to right, byte by byte, so that the same data gives the same bytes.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::checkpoint::{Store, StoreError};
use crate::{Mode, counts};

/// The application's name, as BalkanID's own list of integrations writes it.
const APP: &str = "Bitbucket";
/// The system that entities come from.
const SOURCE_SYSTEM: &str = "bitbucket";
/// The version of the metadata's form.
const METADATA_VERSION: &str = "1";

/// The header of the file of entities.
pub const ENTITY_COLUMNS: [&str; 8] = [
    "App",
    "Name",
    "Entity Type",
    "Source System",
    "Source ID",
    "Source Type",
    "Metadata Version",
    "Metadata",
];

/// The header of the file of relations.
pub const RELATION_COLUMNS: [&str; 8] = [
    "App",
    "Parent Entity Source ID",
    "Parent Entity Type",
    "Entity Source ID",
    "Entity Type",
    "Source System",
    "Metadata Version",
    "Metadata",
];

/// How cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Exactly as they are.
    Exact,
    /// For people who open the file in a spreadsheet: what it would take for a formula begins with an
    /// apostrophe, and the file with a byte order mark, so that it is read as UTF-8.
    /// Source: <https://owasp.org/www-community/attacks/CSV_Injection>.
    SpreadsheetSafe,
}

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows below the header.
    pub rows: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The checkpoint cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl From<rusqlite::Error> for NotWritten {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<csv::Error> for NotWritten {
    fn from(error: csv::Error) -> Self {
        Self::File(match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            kind => io::Error::other(format!("{kind:?}")),
        })
    }
}

/// The metadata of an entity. What is not known is left out.
#[derive(Serialize)]
struct EntityMetadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(rename = "accountId", skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<&'a str>,
}

/// The metadata of a relation, in the form of BalkanID's sample.
#[derive(Serialize)]
struct RelationMetadata<'a> {
    project: &'a str,
    #[serde(rename = "privilegeName")]
    privilege_name: &'a str,
    #[serde(rename = "privilegeValue")]
    privilege_value: bool,
    #[serde(rename = "connectionType", skip_serializing_if = "Option::is_none")]
    connection_type: Option<&'a str>,
    /// Of what each person comes to on a repository: how that came about is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a str>,
}

/// Writes the file of entities.
///
/// # Errors
/// The checkpoint cannot be read, or the file cannot be written.
pub fn write_entities(store: &Store, out: impl Write, cells: Cells) -> Result<Written, NotWritten> {
    let mut file = File::begin(out, cells, &ENTITY_COLUMNS)?;
    let mut select = store.connection.prepare(
        "SELECT name, iif(source_type = 'group', 'connection',
                iif(source_type IN ('user', 'app_user'), 'identity', 'resource')) AS entity_type,
            source_id, source_type, handle, account_id, status
         FROM entity ORDER BY name, entity_type, source_id",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let text = |place: usize| row.get_ref(place)?.as_str().map_err(rusqlite::Error::from);
        let filled = |place: usize| {
            row.get_ref(place)?
                .as_str_or_null()
                .map_err(rusqlite::Error::from)
        };
        let source_type = text(3)?;
        let (handle, status) = (filled(4)?, filled(6)?);
        let is_account = matches!(source_type, "user" | "app_user");
        let metadata = EntityMetadata {
            username: handle.filter(|_| is_account),
            account_id: filled(5)?,
            status,
            key: handle.filter(|_| source_type == "project"),
            slug: handle.filter(|_| !is_account && source_type != "project"),
        };
        file.row([
            APP,
            text(0)?,
            text(1)?,
            SOURCE_SYSTEM,
            text(2)?,
            source_type,
            METADATA_VERSION,
            &json(&metadata)?,
        ])?;
    }
    file.end()
}

/// Writes the file of relations.
///
/// # Errors
/// The checkpoint cannot be read, or the file cannot be written.
pub fn write_relations(
    store: &Store,
    out: impl Write,
    cells: Cells,
) -> Result<Written, NotWritten> {
    let workspace = store.workspace_read()?;
    let workspace = workspace.as_ref().map_or("", |(_, id)| id.as_str());
    let mut file = File::begin(out, cells, &RELATION_COLUMNS)?;
    // A parent's type follows from its ID, so that this order is that of the columns.
    let mut select = store.connection.prepare(
        "SELECT parent, entity, kind, privilege FROM relation ORDER BY parent, entity, kind",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let text = |place: usize| row.get_ref(place)?.as_str().map_err(rusqlite::Error::from);
        let kind: i64 = row.get(2)?;
        let (parent, entity) = types(kind).ok_or(StoreError::Damaged(None))?;
        let is_effective =
            store.mode == Mode::Effective && kind == counts::Relation::RepositoryUser.number();
        let metadata = RelationMetadata {
            project: workspace,
            privilege_name: text(3)?,
            privilege_value: true,
            connection_type: (kind == counts::Relation::GroupMember.number()).then_some("group"),
            grant: is_effective.then_some("effective"),
        };
        file.row([
            APP,
            text(0)?,
            parent,
            text(1)?,
            entity,
            SOURCE_SYSTEM,
            METADATA_VERSION,
            &json(&metadata)?,
        ])?;
    }
    file.end()
}

/// The entity types of both ends.
fn types(kind: i64) -> Option<(&'static str, &'static str)> {
    match kind {
        0 | 2 | 4 => Some(("identity", "resource")),
        1 => Some(("identity", "connection")),
        3 | 5 => Some(("connection", "resource")),
        6 | 7 => Some(("resource", "resource")),
        _ => None,
    }
}

fn json(metadata: &impl Serialize) -> Result<String, NotWritten> {
    serde_json::to_string(metadata).map_err(|error| NotWritten::File(error.into()))
}

/// A CSV file on its way, with its sum.
struct File<W: Write> {
    rows: csv::Writer<Summed<W>>,
    cells: Cells,
    count: u64,
}

struct Summed<W> {
    out: W,
    sum: Sha256,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> File<W> {
    fn begin(out: W, cells: Cells, columns: &[&str; 8]) -> Result<Self, NotWritten> {
        let mut out = Summed {
            out,
            sum: Sha256::new(),
        };
        if cells == Cells::SpreadsheetSafe {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut rows = csv::WriterBuilder::new()
            .buffer_capacity(64 * 1024)
            .from_writer(out);
        rows.write_record(columns)?;
        Ok(Self {
            rows,
            cells,
            count: 0,
        })
    }

    fn row(&mut self, cells: [&str; 8]) -> Result<(), NotWritten> {
        self.count += 1;
        match self.cells {
            Cells::Exact => self.rows.write_record(cells)?,
            Cells::SpreadsheetSafe => {
                for cell in cells {
                    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                        true => self.rows.write_field(format!("'{cell}"))?,
                        false => self.rows.write_field(cell)?,
                    }
                }
                self.rows.write_record(None::<&[u8]>)?;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Written, NotWritten> {
        self.rows.flush()?;
        let Summed { mut out, sum } = self
            .rows
            .into_inner()
            .map_err(|error| io::Error::other(error.to_string()))?;
        out.flush()?;
        let sha256 = sum
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Written {
            rows: self.count,
            sha256,
        })
    }
}
