//! Looking through several files that belong together.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::ahead;
use super::begin::{Beginning, MARK, WANTED};
use super::finding::{Finding, FindingCode, Weight};
use super::header::{self, Header};
use super::kind::{Ends, FileKind};
use super::repeats::{Place, readings};
use super::rows::{self, LineEnds};
use super::scan::{Row, Scanner};
use super::seen::{Hashing, Seen};
use super::words::shown;

/// S3 takes no more in one PUT: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html>.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;
/// How often the reading is told.
const STRIDE: u64 = 8 * 1024 * 1024;

/// A file that can be read from its beginning, more than once.
pub trait Source {
    /// Opens it anew.
    ///
    /// # Errors
    /// As reading a file.
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>>;
}

impl Source for std::path::PathBuf {
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(std::fs::File::open(self)?))
    }
}

impl Source for Vec<u8> {
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.as_slice()))
    }
}

/// What is told while files are looked through.
#[derive(Debug)]
pub enum Told {
    /// A problem.
    Problem(Finding),
    /// How far a file was read.
    Progress {
        /// The file's place among those that were given.
        file: usize,
        /// The bytes read so far.
        bytes: u64,
    },
}

/// What was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The files, as they were given.
    pub files: Vec<LookedFile>,
    /// Whether the ends of the relations were looked for. `None` where there are no relations.
    pub ends_looked_for: Option<bool>,
}

/// One file that was looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookedFile {
    /// The kind, as far as its header tells it.
    pub kind: Option<FileKind>,
    /// Rows below the header, blank lines left out.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// How many problems keep it from being sent.
    pub errors: u64,
    /// How many are worth a look.
    pub warnings: u64,
}

/// Why the files were not looked through.
#[derive(Debug)]
pub enum NotLooked {
    /// A file could not be read.
    Unreadable {
        /// The file's place among those that were given.
        file: usize,
        /// What the system says.
        error: io::Error,
    },
    /// It was stopped.
    Stopped,
}

/// A file whose header was read.
struct Opened<'a> {
    scanner: Scanner<Box<dyn Read + Send + 'a>>,
    header: Option<Header>,
    /// The number of the last row that was read.
    row: u64,
}

/// Everything that is known while the files are read.
struct Looking<'a> {
    sources: &'a [&'a dyn Source],
    tell: &'a mut dyn FnMut(Told) -> ControlFlow<()>,
    hashing: Hashing,
    looked: Looked,
    /// Problems that wait for those of the rows before them.
    held: Option<Vec<Finding>>,
    /// Files in which the types and IDs of all rows, or of all that follow, could not be read: what
    /// is not seen in them may be there.
    unsure: BTreeSet<usize>,
}

/// Ends of relations that are looked for together, in the order of their hashes: one after the other
/// they would be looked for all over the memory, which is slow.
#[derive(Default)]
struct Pending {
    ends: Vec<PendingEnd>,
    ids: Vec<u8>,
}

struct PendingEnd {
    hash: u128,
    row: u64,
    column: usize,
    kind: &'static str,
    id: std::ops::Range<usize>,
}

/// How many are looked for together.
const TOGETHER: usize = 32 * 1024;
/// How many problems are held back meanwhile.
const MOST_HELD: usize = 4_096;

/// Looks through files that belong together: entities first, then relations, in whatever order they
/// are given. A file's kind is told by its header.
///
/// Problems are told as they are found; repeats at the end of each file's own.
///
/// # Errors
/// A file could not be read, or `tell` ended it.
pub fn look(
    sources: &[&dyn Source],
    tell: &mut dyn FnMut(Told) -> ControlFlow<()>,
) -> Result<Looked, NotLooked> {
    let mut looking = Looking {
        sources,
        tell,
        hashing: Hashing::new(),
        looked: Looked {
            files: vec![LookedFile::default(); sources.len()],
            ends_looked_for: None,
        },
        held: None,
        unsure: BTreeSet::new(),
    };
    let mut headers = Vec::new();
    for file in 0..sources.len() {
        let header = looking.open(file, true)?.header;
        looking.looked.files[file].kind = header.as_ref().map(|header| header.kind);
        headers.push(header);
    }
    let of = |kind: FileKind| -> Vec<usize> {
        let is_kind =
            |header: &Option<Header>| header.as_ref().is_some_and(|held| held.kind == kind);
        (0..headers.len())
            .filter(|file| is_kind(&headers[*file]))
            .collect()
    };
    let of_entities = of(FileKind::Entities);
    let entities = looking.entities(&of_entities)?;
    let relations = of(FileKind::Relations);
    // A file of unknown kind may hold the entities: what cannot be read is not missing.
    let all_known = headers.iter().all(Option::is_some)
        && of_entities
            .iter()
            .all(|file| !looking.unsure.contains(file));
    let known = (entities.is_some() && all_known)
        .then_some(entities)
        .flatten();
    if !relations.is_empty() {
        looking.looked.ends_looked_for = Some(known.is_some());
    }
    looking.relations(&relations, known.as_ref())?;
    Ok(looking.looked)
}

impl<'a> Looking<'a> {
    /// Opens a file and reads its header; the first time what is wrong with it is told.
    fn open(&mut self, file: usize, first: bool) -> Result<Opened<'a>, NotLooked> {
        let unreadable = |error| NotLooked::Unreadable { file, error };
        let input = self.sources[file].open().map_err(unreadable)?;
        let mut scanner = Scanner::new(input);
        let mut remarks: Vec<header::Remark> = Vec::new();
        let beginning = Beginning::of(scanner.beginning(WANTED).map_err(unreadable)?);
        let mut row = Row::new();
        let mut opened = Opened {
            scanner,
            header: None,
            row: 1,
        };
        match beginning {
            Beginning::Other(code, message) => remarks.push((None, code, message.to_owned())),
            Beginning::Text { marked } => {
                if marked {
                    opened.scanner.skip(MARK.len());
                    remarks.push((None, FindingCode::ByteOrderMark, "The file begins with a byte order mark, which some readers take for a part of the first column's name.".to_owned()));
                }
                opened.scanner.read_row(&mut row).map_err(unreadable)?;
                let line = header::is_separator_line(&row);
                if line {
                    remarks.push((None, FindingCode::SeparatorLine, "The first row is Excel's own line “sep=…”, which any other program takes for the header; take it out.".to_owned()));
                    if let Some(byte) = row.cell(0).get(4) {
                        opened.scanner.separate_by(*byte);
                    }
                    opened.scanner.read_row(&mut row).map_err(unreadable)?;
                    opened.row += 1;
                }
                if let Some((byte, words)) = header::other_separator(&row) {
                    remarks.push((None, FindingCode::SeparatorNotComma, format!("The cells are divided by {words}, not by commas. In Excel, save it as “CSV UTF-8 (Comma delimited)”; where the list separator of Windows is a semicolon, it is used instead.")));
                    let mut cells = Scanner::new(row.cell(0));
                    cells.separate_by(byte);
                    let mut divided = Row::new();
                    // Reading from memory does not fail.
                    let _read = cells.read_row(&mut divided);
                    divided.ended = row.ended;
                    opened.scanner.separate_by(byte);
                    row = divided;
                }
                let (header, mut of_header) = Header::read(&row);
                remarks.append(&mut of_header);
                opened.header = header;
            }
        }
        let is_values = opened.header.as_ref().is_some_and(|header| header.missing);
        if first {
            for (column, code, message) in remarks {
                self.problem(file, opened.row, column, code, message)?;
            }
        }
        if is_values {
            // Read once more from its beginning, with the first row as values.
            let input = self.sources[file].open().map_err(unreadable)?;
            opened.scanner = Scanner::new(input);
            if let Beginning::Text { marked: true } = beginning {
                opened.scanner.beginning(WANTED).map_err(unreadable)?;
                opened.scanner.skip(MARK.len());
            }
            opened.row = 0;
        }
        Ok(opened)
    }

    /// Reads every row of a file below its header.
    fn rows(
        &mut self,
        file: usize,
        mut look: impl FnMut(&mut Self, &Header, &Row, u64) -> Result<(), NotLooked>,
    ) -> Result<u64, NotLooked> {
        let unreadable = |error| NotLooked::Unreadable { file, error };
        let Opened {
            scanner,
            header,
            row: mut number,
        } = self.open(file, false)?;
        let Some(header) = header else { return Ok(0) };
        let mut told = 0;
        let mut last = 0;
        ahead::read_ahead(scanner, |read_ahead| {
            while let Some(batch) = read_ahead.next().map_err(unreadable)? {
                for row in batch.rows() {
                    number += 1;
                    look(self, &header, row, number)?;
                }
                last = batch.read;
                read_ahead.give_back(batch);
                if last - told >= STRIDE {
                    told = last;
                    self.say(Told::Progress { file, bytes: told })?;
                }
            }
            Ok(last)
        })
    }

    /// Reads a file for the first time, and tells what each row shows by itself.
    fn first_reading(
        &mut self,
        file: usize,
        mut keep: impl FnMut(&mut Self, &Header, &Row, u64) -> Result<(), NotLooked>,
    ) -> Result<(), NotLooked> {
        let mut line_ends = LineEnds::default();
        let read = self.rows(file, |looking, header, row, number| {
            let mut stopped = Ok(());
            let mut tell = |place: Option<usize>, code: FindingCode, message: String| {
                if stopped.is_ok() {
                    let column = rows::name(header.kind, place).map(Cow::from);
                    stopped = looking.problem(file, number, column, code, message);
                }
            };
            let has_values = rows::look(header, row, &mut tell);
            line_ends.look(row.ended, &mut tell);
            stopped?;
            // Rows without values, which have no ends to look for, must not pile up.
            if looking
                .held
                .as_ref()
                .is_some_and(|held| held.len() > 2 * MOST_HELD)
            {
                looking.let_go(true)?;
            }
            if !has_values {
                return Ok(());
            }
            looking.looked.files[file].rows += 1;
            keep(looking, header, row, number)
        })?;
        let looked = &mut self.looked.files[file];
        looked.bytes = read;
        let (rows, kind) = (looked.rows, looked.kind);
        if read > LARGEST {
            self.problem(file, 1, None, FindingCode::FileTooLarge, "The file is larger than 5 GiB, and a storage such as S3 takes no more in one piece.".to_owned())?;
        }
        match (rows, kind) {
            (0, Some(FileKind::Entities)) => self.problem(
                file,
                1,
                None,
                FindingCode::NoRows,
                "There is no entity below the header.".to_owned(),
            ),
            (0, Some(FileKind::Relations)) => self.problem(
                file,
                1,
                None,
                FindingCode::NoRelations,
                "There is no relation below the header.".to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Looks through the entities; gives what can be named by relations, where there are any.
    fn entities(&mut self, files: &[usize]) -> Result<Option<Seen>, NotLooked> {
        if files.is_empty() {
            return Ok(None);
        }
        let mut seen = Seen::default();
        let (mut letters, mut noted) = (0, 0);
        for file in files {
            self.first_reading(*file, |looking, header, row, _| {
                if let Some((kind, id)) = named(header, row, header.kind.ends()[0]) {
                    seen.note(looking.hashing.of_entity(kind.as_bytes(), id));
                    (letters, noted) = (letters + kind.len() + id.len(), noted + 1);
                }
                Ok(())
            })?;
        }
        let repeated = seen.settle();
        for mut reading in readings(&repeated, average(letters, noted)) {
            for file in files {
                self.rows(*file, |looking, header, row, number| {
                    let ends = header.kind.ends()[0];
                    let Some((kind, id)) = named(header, row, ends) else {
                        return Ok(());
                    };
                    let hash = looking.hashing.of_entity(kind.as_bytes(), id);
                    let letters = || [kind.as_bytes(), b"\xff", id].concat().into();
                    let Some(before) = reading.take(hash, letters, (*file, number)) else {
                        return Ok(());
                    };
                    let message = format!(
                        "The {kind} {} stands in {} already.",
                        shown(id),
                        place_in_words(before, *file),
                    );
                    let column = rows::name(header.kind, Some(ends.id)).map(Cow::from);
                    looking.problem(
                        *file,
                        number,
                        column,
                        FindingCode::SourceIdDuplicate,
                        message,
                    )
                })?;
            }
        }
        Ok(Some(seen))
    }

    /// Looks through the relations, and for their ends where the entities are known.
    fn relations(&mut self, files: &[usize], entities: Option<&Seen>) -> Result<(), NotLooked> {
        let mut seen = Seen::default();
        let (mut letters, mut noted) = (0, 0);
        for file in files {
            self.held = Some(Vec::new());
            let mut pending = Pending::default();
            self.first_reading(*file, |looking, header, row, number| {
                looking.ends(*file, header, row, number, &mut pending)?;
                let held = looking.held.as_ref().map_or(0, Vec::len);
                if pending.ends.len() >= TOGETHER || held >= MOST_HELD {
                    looking.look_for(*file, &mut pending, entities)?;
                }
                seen.note(looking.hashing.of_row(row.bytes(), row.ends()));
                (letters, noted) = (letters + row.bytes().len() + 64, noted + 1);
                Ok(())
            })?;
            self.look_for(*file, &mut pending, entities)?;
            self.let_go(false)?;
        }
        let repeated = seen.settle();
        for mut reading in readings(&repeated, average(letters, noted)) {
            for file in files {
                self.rows(*file, |looking, _, row, number| {
                    if row.blank || row.bytes().is_empty() {
                        return Ok(());
                    }
                    let hash = looking.hashing.of_row(row.bytes(), row.ends());
                    let Some(before) = reading.take(hash, || letters_of(row), (*file, number))
                    else {
                        return Ok(());
                    };
                    let message = format!(
                        "The same relation stands in {} already.",
                        place_in_words(before, *file)
                    );
                    looking.problem(*file, number, None, FindingCode::RelationDuplicate, message)
                })?;
            }
        }
        Ok(())
    }

    /// Notes both ends of a relation, to be looked for.
    fn ends(
        &mut self,
        file: usize,
        header: &Header,
        row: &Row,
        number: u64,
        pending: &mut Pending,
    ) -> Result<(), NotLooked> {
        let both = header.kind.ends();
        for ends in both {
            if let Some((kind, id)) = named(header, row, *ends) {
                let begin = pending.ids.len();
                pending.ids.extend_from_slice(id);
                pending.ends.push(PendingEnd {
                    hash: self.hashing.of_entity(kind.as_bytes(), id),
                    row: number,
                    column: ends.id,
                    kind,
                    id: begin..pending.ids.len(),
                });
            }
        }
        if let (Some(parent), Some(child)) =
            (named(header, row, both[0]), named(header, row, both[1]))
            && parent == child
        {
            let message = format!("{} is related to itself.", shown(child.1));
            self.problem(file, number, None, FindingCode::RelationToItself, message)?;
        }
        Ok(())
    }

    /// Looks for the ends that were noted, where the entities are known, and lets go of what was
    /// held back for them.
    fn look_for(
        &mut self,
        file: usize,
        pending: &mut Pending,
        entities: Option<&Seen>,
    ) -> Result<(), NotLooked> {
        if let Some(entities) = entities {
            let mut order: Vec<(u128, usize)> = pending
                .ends
                .iter()
                .enumerate()
                .map(|(at, end)| (end.hash, at))
                .collect();
            order.sort_unstable();
            order.retain(|(hash, _)| !entities.holds(*hash));
            order.sort_unstable_by_key(|(_, at)| *at);
            for (_, at) in order {
                let end = &pending.ends[at];
                let id = &pending.ids[end.id.clone()];
                let (code, message) = self.missing(end.kind, id, entities);
                let column = rows::name(FileKind::Relations, Some(end.column)).map(Cow::from);
                self.problem(file, end.row, column, code, message)?;
            }
        }
        pending.ends.clear();
        pending.ids.clear();
        self.let_go(true)
    }

    fn missing(&self, kind: &str, id: &[u8], entities: &Seen) -> (FindingCode, String) {
        let as_other = super::kind::ENTITY_TYPES.iter().find(|other| {
            **other != kind && entities.holds(self.hashing.of_entity(other.as_bytes(), id))
        });
        match as_other {
            Some(other) => (
                FindingCode::RelationEndTypeDiffers,
                format!(
                    "{} is among the entities as {other}, not as {kind}.",
                    shown(id)
                ),
            ),
            None => (
                FindingCode::RelationEndMissing,
                format!("The {kind} {} is not among the entities.", shown(id)),
            ),
        }
    }

    /// Tells what was held back, in the order of the rows, and holds back what comes or does not.
    fn let_go(&mut self, hold: bool) -> Result<(), NotLooked> {
        let mut held = self.held.take().unwrap_or_default();
        held.sort_by_key(|finding| finding.row);
        for finding in held {
            self.say(Told::Problem(finding))?;
        }
        self.held = hold.then(Vec::new);
        Ok(())
    }

    fn problem(
        &mut self,
        file: usize,
        row: u64,
        column: Option<Cow<'static, str>>,
        code: FindingCode,
        message: String,
    ) -> Result<(), NotLooked> {
        if code.hides_entities(column.as_deref()) {
            self.unsure.insert(file);
        }
        let looked = &mut self.looked.files[file];
        match code.weight() {
            Weight::Error => looked.errors += 1,
            Weight::Warning => looked.warnings += 1,
        }
        let finding = Finding {
            file,
            row,
            column,
            code,
            message,
        };
        match &mut self.held {
            Some(held) => held.push(finding),
            None => return self.say(Told::Problem(finding)),
        }
        Ok(())
    }

    fn say(&mut self, told: Told) -> Result<(), NotLooked> {
        match (self.tell)(told) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(NotLooked::Stopped),
        }
    }
}

/// The entity that a row names, where its type is one and its ID is there.
fn named<'r>(header: &Header, row: &'r Row, ends: Ends) -> Option<(&'static str, &'r [u8])> {
    let kind = rows::value(header, row, ends.kind);
    let id = rows::value(header, row, ends.id);
    let kind = super::kind::ENTITY_TYPES
        .into_iter()
        // A type in capitals is told by itself; the entity is there all the same.
        .find(|known| known.as_bytes().eq_ignore_ascii_case(kind.trim_ascii()))?;
    (!id.trim_ascii().is_empty()).then_some((kind, id))
}

fn letters_of(row: &Row) -> Box<[u8]> {
    let mut letters = row.bytes().to_vec();
    for end in row.ends() {
        letters.extend_from_slice(&end.to_le_bytes());
    }
    letters.into()
}

fn average(letters: usize, noted: usize) -> usize {
    letters / noted.max(1)
}

fn place_in_words((file, row): Place, here: usize) -> String {
    match file == here {
        true => format!("row {row}"),
        false => format!("row {row} of file number {}", file + 1),
    }
}
