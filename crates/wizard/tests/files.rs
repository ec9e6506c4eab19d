//! Whole or not at all, also when several write at once.

use std::fs;
use std::sync::Barrier;
use std::thread;

use bbsetup_setup::ProblemCode;
use bbsetup_wizard::files::{Existing, write_whole};

#[test]
fn of_several_writers_that_replace_nothing_exactly_one_wins() {
    const WRITERS: u8 = 8;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.json");
    let start = Barrier::new(usize::from(WRITERS));
    let results: Vec<_> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (start, path) = (&start, &path);
                scope.spawn(move || {
                    start.wait();
                    write_whole(path, &vec![writer; 64 * 1024], Existing::Keep)
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().expect("no panic"))
            .collect()
    });
    let winners: Vec<usize> = (0..results.len())
        .filter(|writer| results[*writer].is_ok())
        .collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    for problem in results.iter().filter_map(|result| result.as_ref().err()) {
        assert_eq!(problem.code, ProblemCode::FileExists);
    }
    let held = fs::read(&path).expect("readable");
    let whole = vec![u8::try_from(winners[0]).expect("few"); 64 * 1024];
    assert!(held == whole, "the winner's file is whole");
    assert_eq!(
        fs::read_dir(folder.path()).expect("readable").count(),
        1,
        "nothing half-written is left"
    );
}

#[test]
fn a_folder_in_the_files_place_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    fs::create_dir(&path).expect("room");
    fs::write(path.join("inside"), "x").expect("room");
    for existing in [Existing::Keep, Existing::Replace] {
        let problem = write_whole(&path, b"y", existing).expect_err("a folder");
        assert!(matches!(
            problem.code,
            ProblemCode::FileExists | ProblemCode::FileNotWritten
        ));
    }
    assert!(path.join("inside").exists());
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[cfg(unix)]
#[test]
fn replacing_a_file_that_others_could_read_closes_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.age");
    fs::write(&path, "old").expect("room");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("owner");
    write_whole(&path, b"new", Existing::Replace).expect("may be replaced");
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
