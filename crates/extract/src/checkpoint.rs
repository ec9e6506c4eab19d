//! The checkpoint: everything read so far, and what is still to be asked, in one SQLite file.
//!
//! An answer's content and what follows from it are written in one transaction, so that a reading
//! which is killed goes on exactly behind the last answer that was taken. What was written survives the
//! program's end at once; against a loss of power it is made safe once a second.

use std::cell::Cell;
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use crate::tasks::Kind;
use crate::{Identity, Mode};

/// The form of the file; another one is not read.
const FORMAT: i64 = 1;
/// Seconds for which a reading that stopped half-way is gone on with.
const HALF_LASTS: i64 = 7 * 24 * 60 * 60;
/// Seconds for which what is missing of one is asked for again, and no more.
const GAPS_LAST: i64 = 6 * 60 * 60;
/// What was taken is written after this time at the latest.
const WRITTEN_AFTER: Duration = Duration::from_millis(100);
/// Between two moments at which what was written is made safe against a loss of power.
const SAFE_EVERY: Duration = Duration::from_secs(1);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reason (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL, message TEXT NOT NULL, hints TEXT NOT NULL,
    UNIQUE (code, message)
);
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, target TEXT NOT NULL, item TEXT NOT NULL,
    next TEXT, size INTEGER, restarts INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0, entries INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL DEFAULT 0,
    reason INTEGER REFERENCES reason (id), UNIQUE (kind, item)
);
CREATE TABLE IF NOT EXISTS entity (
    source_id TEXT PRIMARY KEY, source_type TEXT NOT NULL, name TEXT NOT NULL,
    detail INTEGER NOT NULL, handle TEXT, account_id TEXT, status TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS relation (
    parent TEXT NOT NULL, entity TEXT NOT NULL, kind INTEGER NOT NULL, privilege TEXT NOT NULL,
    PRIMARY KEY (entity, parent, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vanished (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
    slot TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (slot, minute)
) WITHOUT ROWID;
";

/// Why the checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room left on the disk.
    #[error("there is no room left on the disk")]
    Full(#[source] rusqlite::Error),
    /// Another process has it.
    #[error("another window or terminal reads into this folder")]
    Taken,
    /// It is no checkpoint, or damaged, or of another version of this program.
    #[error("it cannot be understood")]
    Damaged(#[source] Option<rusqlite::Error>),
    /// It holds the reading of something else.
    #[error("it holds the reading of {0}")]
    OtherReading(String),
    /// The system refused.
    #[error("the system refused")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Taken,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(Some(error))
            }
            Some(_) | None => Self::Failed(Box::new(error)),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// An open checkpoint. No other process can open it meanwhile.
pub struct Store {
    pub(crate) connection: Connection,
    /// Uuid and ID of the workspace, once it was read.
    pub(crate) workspace: Option<(String, String)>,
    pub(crate) mode: Mode,
    /// Members of the workspace, of whom no other answer tells more; 16 bytes each.
    pub(crate) members: HashSet<u128>,
    /// Tasks that were added and not counted yet, by kind.
    pub(crate) added: Cell<[u64; Kind::ALL.len()]>,
    safe_at: Instant,
    /// What is not written yet, where anything is.
    batch: Option<Batch>,
}

/// Answers that were taken and are not written yet.
#[derive(Clone, Copy)]
struct Batch {
    since: Instant,
    answers: u64,
}

/// How a reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Whether an earlier run is gone on with.
    pub resumed: bool,
    /// When the reading began, in seconds since 1970-01-01T00:00:00Z.
    pub began_at: i64,
}

/// What a checkpoint holds, looked at from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What is read.
    pub identity: Identity,
    /// When the reading began, in seconds since 1970-01-01T00:00:00Z.
    pub began_at: i64,
    /// Whether it was read to its end.
    pub ended: bool,
    /// Whether nothing is missing; said of one that ended.
    pub whole: bool,
}

impl Store {
    /// Opens or makes the checkpoint at a path, for its owner alone.
    ///
    /// # Errors
    /// Any [`StoreError`] but [`StoreError::OtherReading`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?;
        let connection =
            Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
        connection.busy_timeout(Duration::from_millis(500))?;
        // A lock that is kept needs no shared memory beside the file.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "cache_size", -1000)?;
        connection.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT;"))?;
        connection.set_prepared_statement_cache_capacity(64);
        let mut store = Self {
            connection,
            workspace: None,
            mode: Mode::Grants,
            members: HashSet::new(),
            added: Cell::default(),
            safe_at: Instant::now(),
            batch: None,
        };
        store.known_form()?;
        Ok(store)
    }

    /// Looks at the checkpoint at a path; `None` where there is none, or nothing was begun in it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn look(path: &Path) -> Result<Option<Look>, StoreError> {
        Ok(Self::held(path)?.map(|(_, look)| look))
    }

    /// Opens the checkpoint of a reading that was begun before; `None` as with [`Store::look`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn held(path: &Path) -> Result<Option<(Self, Look)>, StoreError> {
        if !path.try_exists()? {
            return Ok(None);
        }
        let mut store = Self::open(path)?;
        let Some(identity) = store.identity()? else {
            return Ok(None);
        };
        store.mode = identity.mode;
        store.workspace = store.workspace_read()?;
        let ended = store.meta("ended")?;
        let look = Look {
            identity,
            began_at: store.began_at()?,
            whole: ended.as_deref() == Some("whole"),
            ended: ended.is_some(),
        };
        Ok(Some((store, look)))
    }

    fn known_form(&mut self) -> Result<(), StoreError> {
        let form = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        match form {
            FORMAT => Ok(()),
            0 => Ok(self
                .connection
                .pragma_update(None, "user_version", FORMAT)?),
            _ => Err(StoreError::Damaged(None)),
        }
    }

    /// Begins a reading, or goes on with the same one where it stopped; what could not be read is
    /// asked for again. One that was read whole is begun anew, and so is one that is too old: what it
    /// holds may not be so any more.
    ///
    /// # Errors
    /// [`StoreError::OtherReading`] where it holds another workspace, or something else half-way; the
    /// system's.
    pub fn begin(
        &mut self,
        identity: &Identity,
        afresh: bool,
        now: i64,
    ) -> Result<Begun, StoreError> {
        let held = self.identity()?;
        let ended = self.meta("ended")?;
        let is_same = held.as_ref() == Some(identity);
        if let Some(held) = held.filter(|_| !is_same && !afresh) {
            let is_elsewhere = (&held.workspace, &held.api) != (&identity.workspace, &identity.api);
            if ended.is_none() || is_elsewhere {
                return Err(StoreError::OtherReading(held.in_words()));
            }
        }
        let lasts = match ended {
            Some(_) => GAPS_LAST,
            None => HALF_LASTS,
        };
        let is_fresh = is_same && now.saturating_sub(self.began_at()?) <= lasts;
        let goes_on = is_fresh && !afresh && ended.as_deref() != Some("whole");
        self.mode = identity.mode;
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let began_at = match goes_on {
            true => self.reopen()?,
            false => self.clear(identity, now)?,
        };
        self.connection.execute_batch("COMMIT")?;
        self.members = self.members_read()?;
        self.workspace = self.workspace_read()?;
        Ok(Begun {
            resumed: goes_on,
            began_at,
        })
    }

    /// Asks again for what could not be read, from its first page.
    fn reopen(&mut self) -> Result<i64, StoreError> {
        self.workspace = self.workspace_read()?;
        for task in self.gap_tasks()? {
            if task.kind.is_list() {
                self.set_meta("restarted", "1")?;
            }
            self.forget_said(&task)?;
        }
        // A list that is still read keeps the reason why something of it is missing.
        self.connection.execute_batch(
            "UPDATE task SET state = 0, reason = NULL, next = NULL, size = NULL, restarts = 0,
                 pages = 0, entries = 0 WHERE state = 2;
             DELETE FROM reason WHERE id NOT IN (SELECT reason FROM task WHERE reason IS NOT NULL);
             DELETE FROM meta WHERE name = 'ended';",
        )?;
        self.began_at()
    }

    fn clear(&self, identity: &Identity, now: i64) -> Result<i64, StoreError> {
        // What was spent within the last hour counts on.
        self.connection.execute_batch(
            "DELETE FROM meta; DELETE FROM task; DELETE FROM reason; DELETE FROM entity;
             DELETE FROM relation; DELETE FROM vanished;
             INSERT INTO task (kind, target, item) VALUES (0, '', '');",
        )?;
        self.set_meta("workspace", &identity.workspace)?;
        self.set_meta("api", &identity.api)?;
        self.set_meta("mode", identity.mode.as_str())?;
        self.set_meta("began_at", &now.to_string())?;
        Ok(now)
    }

    /// Opens what follows as one transaction, unless one is open.
    pub(crate) fn open_batch(&mut self) -> Result<(), StoreError> {
        if self.batch.is_some() {
            return Ok(());
        }
        if self.safe_at.elapsed() >= SAFE_EVERY {
            self.connection.pragma_update(None, "synchronous", "FULL")?;
            self.safe_at = Instant::now();
        }
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.batch = Some(Batch {
            since: Instant::now(),
            answers: 0,
        });
        Ok(())
    }

    /// Writes the transaction that is open, where it is due: behind an answer more than `unwritten`, or
    /// after a moment.
    pub(crate) fn write_if_due(&mut self, answers: u64, unwritten: u64) -> Result<(), StoreError> {
        let Some(batch) = &mut self.batch else {
            return Ok(());
        };
        batch.answers += answers;
        match batch.answers > unwritten || batch.since.elapsed() >= WRITTEN_AFTER {
            true => self.write_batch(),
            false => Ok(()),
        }
    }

    /// How long the transaction that is open may stay so.
    pub(crate) fn due_in(&self) -> Option<Duration> {
        let batch = self.batch?;
        Some(WRITTEN_AFTER.saturating_sub(batch.since.elapsed()))
    }

    /// Writes the transaction, where one is open.
    pub(crate) fn write_batch(&mut self) -> Result<(), StoreError> {
        if self.batch.take().is_some() {
            self.connection.execute_batch("COMMIT")?;
            self.connection
                .pragma_update(None, "synchronous", "NORMAL")?;
        }
        Ok(())
    }

    /// Notes that the files of the reading are written.
    ///
    /// # Errors
    /// The system's.
    pub fn end(&mut self, whole: bool) -> Result<(), StoreError> {
        let how = if whole { "whole" } else { "gaps" };
        self.set_meta("ended", how)
    }

    /// What is read; `None` before anything was begun.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, StoreError> {
        let values = (
            self.meta("workspace")?,
            self.meta("api")?,
            self.meta("mode")?,
        );
        let (Some(workspace), Some(api), Some(mode)) = values else {
            return Ok(None);
        };
        Ok(Some(Identity {
            workspace,
            api,
            mode: Mode::named(&mode).ok_or(StoreError::Damaged(None))?,
        }))
    }

    /// When the reading began, in seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn began_at(&self) -> Result<i64, StoreError> {
        let began_at = self.meta("began_at")?;
        began_at
            .and_then(|value| value.parse().ok())
            .ok_or(StoreError::Damaged(None))
    }

    pub(crate) fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE name = ?")?
            .query_row([name], |row| row.get(0))
            .optional()?)
    }

    pub(crate) fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO meta VALUES (?, ?)")?
            .execute([name, value])?;
        Ok(())
    }

    /// Uuid and ID of the workspace, where it was read.
    pub(crate) fn workspace_read(&self) -> Result<Option<(String, String)>, StoreError> {
        Ok(self
            .connection
            .query_row(
                "SELECT source_id, handle FROM entity WHERE source_type = 'workspace'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?)
    }

    /// Adds to what a credential has spent in a minute, counted from 1970-01-01T00:00:00Z.
    pub(crate) fn spend(&self, slot: &str, minute: i64, count: u32) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO spent VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET count = count + excluded.count",
            )?
            .execute(params![slot, minute, count])?;
        Ok(())
    }

    /// What a credential has spent since a minute, by minute.
    pub(crate) fn spent_since(
        &self,
        slot: &str,
        minute: i64,
    ) -> Result<Vec<(i64, u32)>, StoreError> {
        self.connection
            .execute("DELETE FROM spent WHERE minute < ?", [minute])?;
        let mut select = self
            .connection
            .prepare("SELECT minute, count FROM spent WHERE slot = ? ORDER BY minute")?;
        let spent = select.query_map([slot], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(spent.collect::<Result<_, _>>()?)
    }
}

fn flags(access: OpenFlags) -> OpenFlags {
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}
