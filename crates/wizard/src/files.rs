//! Writing a file whole or not at all.

use std::io::{ErrorKind, Write};
use std::path::Path;

use bbsetup_setup::{Problem, ProblemCode};
use tempfile::{Builder, NamedTempFile};

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced in one step.
    Replace,
}

/// Writes a file whole or not at all, readable by its owner alone.
///
/// # Errors
/// `file_exists` where it is there and is to be kept; `file_not_written` with the reason.
pub fn write_whole(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), Problem> {
    write_streamed(path, existing, |file| file.write_all(bytes)).map_err(|error| match error {
        NotStreamed::Here(problem) => *problem,
        NotStreamed::There(error) => not_written(path, &error),
    })
}

/// Why a file was not written.
#[derive(Debug)]
pub(crate) enum NotStreamed<E> {
    /// The file itself cannot be written.
    Here(Box<Problem>),
    /// What was to be in it did not come.
    There(E),
}

/// As [`write_whole`], with the content as it comes.
///
/// # Errors
/// As [`write_whole`]; or what `write` says.
pub(crate) fn write_streamed<T, E>(
    path: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, NotStreamed<E>> {
    let here = |problem: Problem| NotStreamed::Here(Box::new(problem));
    let written = |error: &std::io::Error| here(not_written(path, error));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // A temporary file of this kind is made with mode 0600.
    let mut file: NamedTempFile = Builder::new()
        .prefix(&unfinished(path))
        .tempfile_in(folder)
        .map_err(|error| written(&error))?;
    let value = write(&mut file).map_err(NotStreamed::There)?;
    file.as_file().sync_all().map_err(|error| written(&error))?;
    let put = match existing {
        Existing::Keep => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    put.map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => here(
            Problem::new(
                ProblemCode::FileExists,
                format!("{} is there already and was left as it is.", path.display()),
            )
            .on_field("out"),
        ),
        _ => written(&error.error),
    })?;
    Ok(value)
}

/// How the names of unfinished files begin that are to become the file at a path.
fn unfinished(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".bbsetup-{name}-")
}

/// Removes what runs that were killed have left unfinished of a file. Nobody else may write that file
/// meanwhile.
pub(crate) fn remove_unfinished(path: &Path) {
    let (Some(folder), beginning) = (path.parent(), unfinished(path)) else {
        return;
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&beginning) {
            // One that cannot be removed takes room and does no other harm.
            let _removed = std::fs::remove_file(entry.path());
        }
    }
}

/// Makes a folder that its owner alone can look into.
pub fn make_folder(folder: &Path) -> Result<(), Problem> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| not_written(folder, &error))
}

/// Proves that a file can be made in a folder, by one that is gone at once.
///
/// # Errors
/// `file_not_written` with the reason.
pub fn prove_folder(folder: &Path) -> Result<(), Problem> {
    make_folder(folder)?;
    NamedTempFile::new_in(folder)
        .map(drop)
        .map_err(|error| not_written(folder, &error))
}

pub(crate) fn not_written(path: &Path, error: &std::io::Error) -> Problem {
    let why = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "there is no room left on the disk",
        ErrorKind::PermissionDenied => "this user may not write there",
        ErrorKind::ReadOnlyFilesystem => "that place can only be read",
        ErrorKind::NotFound => "its folder is not there",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::AlreadyExists => "a file of that name is there",
        _ => "the system refused",
    };
    let mut problem = Problem::new(
        ProblemCode::FileNotWritten,
        format!("{} could not be written: {why}.", path.display()),
    )
    .on_field("out");
    problem.causes.push(error.to_string());
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_kept_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.json");
        write_whole(&path, b"first", Existing::Keep).expect("nothing there yet");
        let problem = write_whole(&path, b"second", Existing::Keep).expect_err("there already");
        assert_eq!(problem.code, ProblemCode::FileExists);
        assert_eq!(std::fs::read(&path).expect("readable"), b"first");
        write_whole(&path, b"second", Existing::Replace).expect("may be replaced");
        assert_eq!(std::fs::read(&path).expect("readable"), b"second");
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("readable").count(),
            1,
            "nothing half-written is left"
        );
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        make_folder(&inner).expect("room");
        let path = inner.join("out");
        write_whole(&path, b"x", Existing::Keep).expect("room");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&inner), 0o700);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_and_a_missing_folder_are_told_apart() {
        let missing =
            write_whole(Path::new("/nowhere/at/all"), b"x", Existing::Keep).expect_err("no folder");
        assert!(
            missing.message.contains("folder is not there"),
            "{}",
            missing.message
        );
        let full = not_written(
            Path::new("x"),
            &std::io::Error::from(ErrorKind::StorageFull),
        );
        assert!(full.message.contains("no room left"), "{}", full.message);
    }
}
