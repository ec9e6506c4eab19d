//! Rows that are read ahead: dividing a file into cells and looking at them go on side by side.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::scan::{Row, Scanner};

/// Rows that are handed over together; fewer where they are large.
const ROWS: usize = 512;
const BYTES: usize = 256 * 1024;
/// Batches that wait.
const WAITING: usize = 2;

/// Some rows, one behind the other.
pub(super) struct Batch {
    rows: Vec<Row>,
    filled: usize,
    /// How many bytes of the file were read by then.
    pub(super) read: u64,
}

impl Batch {
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows[..self.filled]
    }

    fn new() -> Self {
        Self {
            rows: Vec::new(),
            filled: 0,
            read: 0,
        }
    }

    /// Fills it with the next rows; false where there are none.
    fn fill<R: Read>(&mut self, scanner: &mut Scanner<R>) -> io::Result<bool> {
        self.filled = 0;
        let mut bytes = 0;
        while self.filled < ROWS && bytes < BYTES {
            if self.filled == self.rows.len() {
                self.rows.push(Row::new());
            }
            let row = &mut self.rows[self.filled];
            if !scanner.read_row(row)? {
                break;
            }
            bytes += row.bytes().len();
            self.filled += 1;
        }
        self.read = scanner.read;
        Ok(self.filled > 0)
    }
}

/// The looking end.
pub(super) struct ReadAhead {
    batches: Receiver<io::Result<Batch>>,
    used: Sender<Batch>,
}

impl ReadAhead {
    /// The next rows; nothing at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Batch>> {
        self.batches.recv().ok().transpose()
    }

    /// Gives a batch back, so that its memory is used again; not where large rows made it grow.
    pub(super) fn give_back(&mut self, batch: Batch) {
        let bytes: usize = batch.rows().iter().map(|row| row.bytes().len()).sum();
        if bytes < 2 * BYTES {
            // At the end of the file nobody takes it.
            let _at_the_end = self.used.send(batch);
        }
    }
}

/// Reads ahead on a thread of its own while `look` goes on; the thread ends with it.
pub(super) fn read_ahead<R: Read + Send, T>(
    mut scanner: Scanner<R>,
    look: impl FnOnce(&mut ReadAhead) -> T,
) -> T {
    let (batches, ahead) = sync_channel(WAITING);
    let (used, free) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || read(&mut scanner, &batches, &free));
        // It is dropped before the thread is waited for, which then finds nobody listening.
        let mut ahead = ReadAhead {
            batches: ahead,
            used,
        };
        let looked = look(&mut ahead);
        drop(ahead);
        looked
    })
}

fn read<R: Read>(
    scanner: &mut Scanner<R>,
    batches: &SyncSender<io::Result<Batch>>,
    free: &Receiver<Batch>,
) {
    loop {
        let mut batch = free.try_recv().unwrap_or_else(|_| Batch::new());
        let next = match batch.fill(scanner) {
            Ok(true) => Ok(batch),
            Ok(false) => return,
            Err(error) => Err(error),
        };
        let is_last = next.is_err();
        if batches.send(next).is_err() || is_last {
            return;
        }
    }
}
