//! Taking turns between processes: two windows, or a window and a terminal, at one folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use bbsetup_setup::{Problem, ProblemCode};
use tokio::time::Instant;

use crate::files::make_folder;

/// How often a turn that another process has is asked for.
const PAUSE: Duration = Duration::from_millis(100);

/// A turn that one process has at a time. It ends when this is dropped, or with the process,
/// however that ends: the system itself gives the lock back.
///
/// Where no lock can be made, as on some network folders, everybody has the turn: what is then done
/// in the folder tells by itself what is wrong with it.
#[derive(Debug)]
pub(crate) struct Turn {
    _locked: Option<File>,
}

impl Turn {
    /// Takes a turn, waiting for as long as another process has it.
    pub(crate) fn wait(file: &Path) -> Self {
        let locked = open(file);
        if let Some(locked) = &locked {
            let _locks_are_known = locked.lock();
        }
        Self { _locked: locked }
    }

    /// Takes a turn, waiting up to a limit; `waiting` is told once if another process has it.
    ///
    /// # Errors
    /// `timed_out` after the limit.
    pub(crate) async fn within(
        file: &Path,
        limit: Duration,
        waiting: impl FnOnce() + Send,
    ) -> Result<Self, Problem> {
        let locked = open(file);
        let until = Instant::now() + limit;
        let mut waiting = Some(waiting);
        while let Some(Err(TryLockError::WouldBlock)) = locked.as_ref().map(File::try_lock) {
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            if Instant::now() >= until {
                return Err(Problem::new(
                    ProblemCode::TimedOut,
                    format!(
                        "Another window or terminal is at this and was not done within {} seconds.",
                        limit.as_secs()
                    ),
                )
                .with_hints(vec![
                    "Let the other one end, or close it; then do this again.".to_owned(),
                ]));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(Self { _locked: locked })
    }
}

fn open(file: &Path) -> Option<File> {
    make_folder(file.parent()?).ok()?;
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(file)
        .ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_turn_is_one_processes_and_ends_when_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new folder").join("turn.lock");
        let first = Turn::wait(&file);
        let told = AtomicBool::new(false);
        let problem = Turn::within(&file, Duration::ZERO, || {
            told.store(true, Ordering::Relaxed)
        })
        .await
        .expect_err("it is taken");
        assert_eq!(problem.code, ProblemCode::TimedOut);
        assert!(told.load(Ordering::Relaxed), "that it waits is told");

        let second =
            tokio::spawn(async move { Turn::within(&file, Duration::from_secs(60), || {}).await });
        tokio::task::yield_now().await;
        drop(first);
        assert!(second.await.expect("no panic").is_ok());
    }
}
