//! The log: each request of this program's own, in two files of bounded size below the home folder.
//!
//! A line has the time, method, host, path, status and how long it took. Other crates say nothing
//! here, since what they say may hold a secret; and every line is masked once more on its way.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::{Layer, Registry};

use crate::files::make_folder;
use crate::redaction::Redaction;
use crate::services::Services;

/// The size at which the file is put aside, in bytes: some hundred requests.
const LARGEST: u64 = 64 * 1024;

const FOLDER: &str = "log";
const CURRENT: &str = "requests.log";
/// What the current file was before it was put aside. There is never a third.
const OLDER: &str = "requests.older.log";

/// What of all that is told may be told: this program's own requests.
pub fn ours() -> Targets {
    Targets::new().with_target("bbsetup_http", LevelFilter::DEBUG)
}

/// What a door hands to its subscriber, so that requests are told to the log.
///
/// The files are made with the first line. A folder that cannot be written to has no log, and
/// nothing else depends on it.
pub fn layer(services: &Services) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(Mutex::new(Lines::new(&services.home)))
        .with_timer(Clock(services.clock.clone()))
        .with_ansi(false)
        .with_target(false)
        .with_level(false)
        .with_filter(ours());
    Box::new(lines)
}

/// The folder of the log below a home folder.
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join(FOLDER)
}

/// What the log holds, oldest first; nothing where there is none.
pub(crate) fn read(home: &Path) -> String {
    [OLDER, CURRENT]
        .into_iter()
        .filter_map(|name| fs::read(folder(home).join(name)).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl FormatTime for Clock {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        write!(line, "{:.3}", (self.0)())
    }
}

/// The current file. Each write is a whole line; one that does not succeed is left out.
struct Lines {
    folder: PathBuf,
    current: Option<(File, u64)>,
    /// Whether the folder takes no file, so that it is not tried for every line.
    is_given_up: bool,
}

impl Lines {
    fn new(home: &Path) -> Self {
        Self {
            folder: folder(home),
            current: None,
            is_given_up: false,
        }
    }

    fn add(&mut self, line: &str) -> io::Result<()> {
        let (mut file, mut size) = match self.current.take() {
            Some(current) => current,
            None => self.open()?,
        };
        if size >= LARGEST {
            fs::rename(self.folder.join(CURRENT), self.folder.join(OLDER))?;
            (file, size) = self.open()?;
        }
        file.write_all(line.as_bytes())?;
        let added = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.current = Some((file, size.saturating_add(added)));
        Ok(())
    }

    fn open(&self) -> io::Result<(File, u64)> {
        make_folder(&self.folder).map_err(|problem| io::Error::other(problem.message))?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.folder.join(CURRENT))?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_given_up {
            let line = Redaction::default().text(&String::from_utf8_lossy(bytes));
            self.is_given_up = self.add(&line).is_err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_lines_in_two_files_of_bounded_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut lines = Lines::new(folder.path());
        for number in 0..3000 {
            let line = format!(
                "request number {number:05} by jane@acme.example {}\n",
                "x".repeat(50)
            );
            lines.write_all(line.as_bytes()).expect("a line");
        }
        let names = || {
            fs::read_dir(folder.path().join("log"))
                .expect("a folder")
                .flatten()
        };
        assert_eq!(names().count(), 2);
        let size: u64 = names()
            .map(|entry| entry.metadata().expect("there").len())
            .sum();
        assert!(size < 2 * LARGEST + 200, "{size}");
        let kept = read(folder.path());
        let last = kept.lines().last().expect("a line");
        assert!(
            last.starts_with("request number 02999 by j•••@acme.example"),
            "{last}"
        );
        let first: usize = kept[15..20].parse().expect("a number");
        assert_eq!(
            kept.lines().count(),
            3000 - first,
            "in order, and none is left out"
        );

        // Another run goes on where this one ended.
        drop(lines);
        Lines::new(folder.path())
            .write_all(b"one more\n")
            .expect("a line");
        assert!(read(folder.path()).ends_with("\none more\n"));
    }

    #[test]
    fn a_folder_that_takes_no_file_has_no_log_and_stops_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home");
        fs::write(&home, "no folder").expect("room");
        let mut lines = Lines::new(&home);
        lines.write_all(b"a line\n").expect("no word of it");
        assert!(lines.is_given_up);
        assert_eq!(read(&home), "");
    }

    #[cfg(unix)]
    #[test]
    fn the_log_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        Lines::new(folder.path())
            .write_all(b"a line\n")
            .expect("a line");
        let file = folder.path().join("log").join(CURRENT);
        let mode = file.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
}
