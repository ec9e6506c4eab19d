//! Rows and cells of CSV, as a stream.
//!
//! It reads what RFC 4180 describes, and what people send instead: each deviation is marked on the
//! row in which it stands, where a usual CSV reader passes over it or gives up.

use std::io::{self, Read};

/// Of a longer cell the rest is read over.
pub(super) const LONGEST_CELL: usize = 1024 * 1024;
/// Of more cells in a row the rest is counted and not kept.
const MOST_CELLS: usize = 64;
const CHUNK: usize = 128 * 1024;

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// `\n`
    LineFeed,
    /// `\r\n`
    Both,
    /// `\r`
    CarriageReturn,
    /// The file ended.
    File,
}

/// One row. Its cells are kept one behind the other.
pub(super) struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Where the cell that is being read begins.
    start: usize,
    /// How many cells it has, also those that are not kept.
    pub(super) cells: usize,
    pub(super) ended: Ended,
    /// The cell whose quote was never closed.
    pub(super) unclosed: Option<usize>,
    /// The first cell with a quote where none may be.
    pub(super) stray: Option<usize>,
    /// The first cell that is longer than [`LONGEST_CELL`].
    pub(super) too_large: Option<usize>,
    /// Whether the line held nothing at all.
    pub(super) blank: bool,
}

impl Row {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            start: 0,
            cells: 0,
            ended: Ended::File,
            unclosed: None,
            stray: None,
            too_large: None,
            blank: true,
        }
    }

    fn clear(&mut self) {
        let (mut bytes, mut ends) = (
            std::mem::take(&mut self.bytes),
            std::mem::take(&mut self.ends),
        );
        bytes.clear();
        ends.clear();
        *self = Self {
            bytes,
            ends,
            ..Self::new()
        };
    }

    /// The bytes of all cells, one behind the other.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each cell ends among the bytes.
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// A cell; one that is not there is empty.
    pub(super) fn cell(&self, place: usize) -> &[u8] {
        let Some(end) = self.ends.get(place) else {
            return &[];
        };
        let start = match place {
            0 => 0,
            _ => self.ends[place - 1],
        };
        &self.bytes[start..*end]
    }

    pub(super) fn kept(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|place| self.cell(place))
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) {
        if self.cells >= MOST_CELLS {
            return;
        }
        if self.bytes.len() - self.start + bytes.len() > LONGEST_CELL {
            self.too_large.get_or_insert(self.cells);
            return;
        }
        self.bytes.extend_from_slice(bytes);
    }

    fn end_cell(&mut self) {
        if self.cells < MOST_CELLS {
            self.start = self.bytes.len();
            self.ends.push(self.start);
        }
        self.cells += 1;
    }
}

/// Where in a cell the reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Beginning,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted cell: it ends the cell or stands for itself.
    Quote,
    /// Behind a carriage return that ended a cell.
    Return,
}

/// Reads rows off a stream.
pub(super) struct Scanner<R> {
    input: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// How many bytes were read.
    pub(super) read: u64,
    /// By byte, whether it may end a stretch of a cell that is not quoted.
    stops: [bool; 256],
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; CHUNK].into_boxed_slice(),
            start: 0,
            end: 0,
            read: 0,
            stops: stops(b','),
        }
    }

    /// Takes another byte for the separator from here on.
    pub(super) fn separate_by(&mut self, separator: u8) {
        self.stops = stops(separator);
    }

    /// The first bytes, at least `wanted` of them where the file has so many; before any row.
    pub(super) fn beginning(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.end - self.start < wanted && self.fill_behind()? {}
        Ok(&self.buffer[self.start..self.end])
    }

    /// Passes over bytes that were seen at the beginning.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Reads the next row; false where there is none.
    pub(super) fn read_row(&mut self, row: &mut Row) -> io::Result<bool> {
        row.clear();
        let mut state = State::Beginning;
        let mut any = false;
        loop {
            if self.start == self.end {
                (self.start, self.end) = (0, 0);
                if !self.fill_behind()? {
                    return Ok(any && self.end_of_file(row, state));
                }
            }
            any = true;
            if self.read_on(row, &mut state) {
                return Ok(true);
            }
        }
    }

    /// Ends the last row, which no line end follows.
    fn end_of_file(&self, row: &mut Row, state: State) -> bool {
        row.ended = match state {
            State::Return => Ended::CarriageReturn,
            State::Beginning | State::Plain | State::Quoted | State::Quote => Ended::File,
        };
        if state == State::Quoted {
            row.unclosed = Some(row.cells);
        }
        if state != State::Return {
            row.end_cell();
        }
        true
    }

    /// Goes on through what is in the buffer; true at the end of a row.
    fn read_on(&mut self, row: &mut Row, state: &mut State) -> bool {
        let chunk = &self.buffer[self.start..self.end];
        let stops = &self.stops;
        let mut at = 0;
        let ended = loop {
            let Some(byte) = chunk.get(at).copied() else {
                break None;
            };
            match *state {
                State::Return => {
                    if byte == b'\n' {
                        at += 1;
                        break Some(Ended::Both);
                    }
                    break Some(Ended::CarriageReturn);
                }
                State::Beginning if byte == b'"' => {
                    row.blank = false;
                    *state = State::Quoted;
                    at += 1;
                }
                State::Beginning => *state = State::Plain,
                State::Quoted => {
                    let rest = &chunk[at..];
                    let length = rest
                        .iter()
                        .position(|byte| *byte == b'"')
                        .unwrap_or(rest.len());
                    row.push(&rest[..length]);
                    at += length;
                    if length < rest.len() {
                        *state = State::Quote;
                        at += 1;
                    }
                }
                // It stands for itself, and goes with what follows.
                State::Quote if byte == b'"' => {
                    let rest = &chunk[at..];
                    let length = rest[1..]
                        .iter()
                        .position(|byte| *byte == b'"')
                        .map_or(rest.len(), |length| length + 1);
                    row.push(&rest[..length]);
                    at += length;
                    *state = State::Quoted;
                }
                State::Plain | State::Quote => {
                    let rest = &chunk[at..];
                    let length = rest
                        .iter()
                        .position(|byte| stops[usize::from(*byte)])
                        .unwrap_or(rest.len());
                    if length > 0 {
                        if *state == State::Quote {
                            row.stray.get_or_insert(row.cells);
                        }
                        row.blank = false;
                        row.push(&rest[..length]);
                        at += length;
                        *state = State::Plain;
                    }
                    let Some(byte) = chunk.get(at).copied() else {
                        break None;
                    };
                    at += 1;
                    match byte {
                        b'\n' => {
                            row.end_cell();
                            break Some(Ended::LineFeed);
                        }
                        b'\r' => {
                            row.end_cell();
                            *state = State::Return;
                        }
                        b'"' => {
                            row.stray.get_or_insert(row.cells);
                            row.push(b"\"");
                        }
                        _ => {
                            row.blank = false;
                            row.end_cell();
                            *state = match chunk.get(at) {
                                Some(b'"') | None => State::Beginning,
                                Some(_) => State::Plain,
                            };
                        }
                    }
                }
            }
        };
        self.start += at;
        if let Some(ended) = ended {
            row.ended = ended;
        }
        ended.is_some()
    }

    /// Reads more behind what is there; false at the end of the file.
    fn fill_behind(&mut self) -> io::Result<bool> {
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    self.end += read;
                    self.read += read as u64;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn stops(separator: u8) -> [bool; 256] {
    let mut stops = [false; 256];
    for byte in [separator, b'\n', b'\r', b'"'] {
        stops[usize::from(byte)] = true;
    }
    stops
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives a few bytes at a time.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(self.1);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn rows(file: &[u8], at_a_time: usize) -> Vec<Vec<Vec<u8>>> {
        let mut scanner = Scanner::new(Dribble(file, at_a_time));
        let mut row = Row::new();
        let mut rows = Vec::new();
        while scanner.read_row(&mut row).expect("readable") {
            rows.push(row.kept().map(<[u8]>::to_vec).collect());
        }
        rows
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(
            file in prop::collection::vec(prop::sample::select(b"ab,,\"\"\n\r\n;".to_vec()), 0..60),
            at_a_time in 1_usize..20,
        ) {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(file.as_slice());
            let theirs: Vec<Vec<Vec<u8>>> = reader
                .byte_records()
                .map(|record| record.expect("a record").iter().map(<[u8]>::to_vec).collect())
                .collect();
            // Theirs passes over lines with nothing in them.
            let mut ours = rows(&file, at_a_time);
            let mut scanner = Scanner::new(file.as_slice());
            let mut row = Row::new();
            let mut blank = Vec::new();
            while scanner.read_row(&mut row).expect("readable") {
                blank.push(row.blank && row.stray.is_none());
            }
            let mut blank = blank.into_iter();
            ours.retain(|_| !blank.next().unwrap_or_default());
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn any_bytes_are_read_to_their_end(file in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(rows(&file, 7), rows(&file, 400));
        }
    }

    #[test]
    fn each_deviation_is_marked_on_its_row() {
        let file = b"a,\"b\"c\r\nd\"e,f\rg,\"h\n\n\ni";
        let mut scanner = Scanner::new(file.as_slice());
        let mut row = Row::new();
        let mut read = || {
            assert!(scanner.read_row(&mut row).expect("readable"));
            (row.ended, row.stray, row.unclosed)
        };
        assert_eq!(read(), (Ended::Both, Some(1), None));
        assert_eq!(read(), (Ended::CarriageReturn, Some(0), None));
        assert_eq!(read(), (Ended::File, None, Some(1)));
    }

    #[test]
    fn a_cell_without_end_is_not_held() {
        let mut file = b"a,\"".to_vec();
        file.resize(3 * LONGEST_CELL, b'x');
        let mut scanner = Scanner::new(file.as_slice());
        let mut row = Row::new();
        assert!(scanner.read_row(&mut row).expect("readable"));
        assert_eq!((row.too_large, row.unclosed), (Some(1), Some(1)));
        assert!(row.bytes().len() <= LONGEST_CELL);
        let commas = vec![b','; 10_000];
        let mut scanner = Scanner::new(commas.as_slice());
        assert!(scanner.read_row(&mut row).expect("readable"));
        assert_eq!((row.cells, row.ends().len()), (10_001, MOST_CELLS));
    }
}
