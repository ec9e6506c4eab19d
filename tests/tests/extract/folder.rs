//! The folder: who may write into it, what is there already, and a disk that is full.

use std::process::{Command, Stdio};

use bbsetup_sandbox::{Action, Fault};
use bbsetup_tests::{Ran, Story, until};
use serde_json::json;

use crate::{count, extract, file, files, into, is_whole, names};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_the_second_is_told_so_and_the_first_is_whole() {
    let story = Story::named("ready").await;
    // The first cannot end before the second has.
    story.sandbox.set_fault(Fault {
        server: "bitbucket".into(),
        path: "/2.0/repositories/acme/ledger/permissions-config/users".into(),
        method: String::new(),
        credential: String::new(),
        times: Some(1),
        action: Action::Slow { pause_ms: 10 },
    });
    story
        .sandbox
        .set_latency(std::time::Duration::from_millis(30));
    let mut command = story.command(&["extract", "--out", "out", "--json", "--in-flight", "1"]);
    let first = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let first = first.expect("the program runs");
    until("the first reads", || count(&story) >= 3);
    let second = extract(&story, &["--force"]).await;
    assert_eq!(second.code, 9, "{second:?}");
    assert_eq!(second.problems(), ["error file_not_written -"]);
    assert!(
        second.stdout.contains("another window or terminal"),
        "{}",
        second.stdout
    );
    let first = tokio::task::spawn_blocking(|| first.wait_with_output()).await;
    let first: Ran = first.expect("a thread").expect("it ends").into();
    is_whole(&story, &first).await;
}

#[tokio::test]
async fn files_of_somebody_else_are_left_alone_unless_forced() {
    for name in ["entities.csv", "entity_relations.csv"] {
        let story = Story::named("ready").await;
        std::fs::create_dir(story.path("out")).expect("room");
        let path = format!("{}/{name}", story.path("out"));
        std::fs::write(&path, "somebody's own").expect("room");
        let ran = extract(&story, &[]).await;
        assert_eq!(
            (ran.code, ran.problems()),
            (2, vec!["error file_exists -".to_owned()])
        );
        assert_eq!(names(&story, "out"), [name], "nothing else was made");
        assert_eq!(file(&story, "out", name), b"somebody's own");
        assert_eq!(count(&story), 0, "nothing was asked");
        let ran = extract(&story, &["--force"]).await;
        is_whole(&story, &ran).await;
    }
}

#[tokio::test]
async fn other_files_in_the_folder_stay_as_they_are() {
    let story = Story::named("ready").await;
    std::fs::create_dir(story.path("out")).expect("room");
    std::fs::write(format!("{}/notes.txt", story.path("out")), "mine").expect("room");
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(file(&story, "out", "notes.txt"), b"mine");
}

#[tokio::test]
async fn another_workspaces_unfinished_reading_is_left_alone_unless_begun_afresh() {
    let mut story = Story::named("ready").await;
    let limited = json!({"path": "/2.0/repositories/acme/ledger/permissions-config/users",
        "times": 1, "action": {"too_many_requests": {"retry_after": "3600"}}});
    crate::fault(&story, limited);
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 6, "{ran:?}");
    let before = names(&story, "out");

    story.set("BBSETUP_WORKSPACE", "umbrella");
    let asked = count(&story);
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error file_exists -".to_owned()])
    );
    assert!(ran.stdout.contains("reading of acme"), "{}", ran.stdout);
    assert_eq!((count(&story), names(&story, "out")), (asked, before));
    // The same workspace in the other way is another reading too.
    story.set("BBSETUP_WORKSPACE", "acme");
    let ran = extract(&story, &["--effective-only"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error file_exists -".to_owned()])
    );

    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(
        ran.json()["resumed"],
        true,
        "what was refused harmed nothing"
    );
    // One that is finished makes room for another.
    let ran = extract(&story, &["--effective-only"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test]
async fn a_run_that_is_begun_afresh_asks_for_everything_again() {
    let story = Story::named("ready").await;
    let limited = json!({"path": "/2.0/repositories/acme/ledger/permissions-config/users",
        "times": 1, "action": {"too_many_requests": {"retry_after": "3600"}}});
    crate::fault(&story, limited);
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 6, "{ran:?}");
    let ran = extract(&story, &["--afresh"]).await;
    is_whole(&story, &ran).await;
    assert_eq!(ran.json()["resumed"], false);
    let whole = into(&story, "other", &[]).await;
    assert_eq!(ran.json()["requests"], whole.json()["requests"]);
}

#[tokio::test]
async fn a_checkpoint_that_is_damaged_is_told_and_left_as_it_is() {
    let story = Story::named("ready").await;
    std::fs::create_dir(story.path("out")).expect("room");
    let path = format!("{}/checkpoint.sqlite", story.path("out"));
    std::fs::write(&path, "x".repeat(5000)).expect("room");
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error file_not_read -".to_owned()])
    );
    assert_eq!(
        file(&story, "out", "checkpoint.sqlite"),
        "x".repeat(5000).into_bytes()
    );
    assert_eq!(count(&story), 0);
}

/// The command under a limit of the size of any file, in blocks of 512 bytes: writing beyond it fails
/// as on a full disk, with another name.
#[cfg(unix)]
fn limited(story: &Story, blocks: u32) -> Command {
    let program = story.command(&["extract", "--out", "out", "--json"]);
    let mut command = Command::new("sh");
    command
        // Ignored, so that writing fails instead.
        .args([
            "-c",
            &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""),
            "sh",
        ])
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .envs(&story.env)
        .stdin(Stdio::null())
        .current_dir(story.folder.path());
    command
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_ends_the_run_and_with_room_it_goes_on() {
    let story = Story::named("large").await;
    let undisturbed = into(&story, "undisturbed", &[]).await;
    assert_eq!(undisturbed.code, 0, "{undisturbed:?}");
    let floor = count(&story);
    let mut ended_resumable = 0;
    // Before anything is kept, in the middle, and where there is no room for the files alone.
    for blocks in [8, 200, 400, 700, 1000] {
        let mut command = limited(&story, blocks);
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let ran: Ran = output.expect("a thread").expect("the program runs").into();
        assert_eq!(ran.code, 9, "{blocks}: {ran:?}");
        assert_eq!(ran.problems(), ["error file_not_written -"], "{blocks}");
        let json = ran.json();
        assert_eq!(
            (&json["complete"], &json["files"]),
            (&json!(false), &json!([])),
            "{blocks}"
        );
        ended_resumable += u32::from(json["resumable"] == true);
        assert!(
            names(&story, "out").iter().all(|name| name.starts_with("checkpoint")
                || crate::FILES.contains(&name.as_str())),
            "{blocks}: {:?}",
            names(&story, "out")
        );
    }
    assert!(ended_resumable >= 3, "{ended_resumable}");
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert!(files(&story, "out") == files(&story, "undisturbed"));
    // Each run that broke off asked again for no more than was under way and not kept yet.
    let requests = count(&story) - floor;
    assert!(requests <= floor + 5 * 24, "{requests}");
}

/// A small disk of its own, in which the reading is run, and run again once the disk is larger. Only
/// some systems let everybody mount one.
#[cfg(target_os = "linux")]
const ON_A_SMALL_DISK: &str = r#"
mount -t tmpfs -o size=$1,mode=700 tmpfs out || exit 77
"$2" extract --out out --json > first.json 2> first.err; echo $? > first.code
ls -A out > first.names
mount -o remount,size=64m out || exit 77
"$2" extract --out out --json > second.json 2> second.err; echo $? > second.code
mkdir -p copy && cp out/*.csv out/manifest.json copy
"#;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_run_and_a_larger_one_lets_it_go_on() {
    let story = Story::named("large").await;
    let undisturbed = into(&story, "undisturbed", &[]).await;
    assert_eq!(undisturbed.code, 0, "{undisturbed:?}");
    for size in ["64k", "256k", "600k", "900k"] {
        std::fs::create_dir(story.path("out")).expect("room");
        let program = story.command(&[]);
        let mut command = Command::new("unshare");
        command
            .args([
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                ON_A_SMALL_DISK,
                "sh",
                size,
            ])
            .arg(program.get_program())
            .env_clear()
            .envs(&story.env)
            .stdin(Stdio::null())
            .current_dir(story.folder.path());
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output.expect("a thread");
        let is_mounted = output.as_ref().is_ok_and(|output| output.status.success());
        if !is_mounted {
            println!("NOT SHOWN: this system lets nobody mount a disk: {output:?}");
            return;
        }
        let said = |name: &str| std::fs::read_to_string(story.path(name)).expect("a file");
        let first: serde_json::Value = serde_json::from_str(&said("first.json")).expect("JSON");
        assert_eq!(said("first.code").trim(), "9", "{size}: {first:#}");
        assert_eq!(first["problems"][0]["code"], "file_not_written", "{size}");
        let message = first["problems"][0]["message"].as_str().unwrap_or_default();
        assert!(
            message.to_lowercase().contains("no room") || message.contains("No space"),
            "{size}: {message}"
        );
        assert_eq!(first["files"], json!([]), "{size}");
        let unfinished = said("first.names");
        assert!(!unfinished.contains(".bbsetup"), "{size}: {unfinished}");
        assert_eq!(
            said("second.code").trim(),
            "0",
            "{size}: {}",
            said("second.json")
        );
        assert!(
            files(&story, "copy") == files(&story, "undisturbed"),
            "{size}"
        );
        std::fs::remove_dir_all(story.path("copy")).expect("it is there");
        std::fs::remove_dir(story.path("out")).expect("the disk is gone");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let story = Story::named("ready").await;
    std::fs::write(story.path("out"), "a file").expect("room");
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (9, vec!["error file_not_written -".to_owned()])
    );
    assert_eq!(ran.json()["resumable"], false);

    std::fs::create_dir(story.path("closed")).expect("room");
    let closed = std::fs::Permissions::from_mode(0o500);
    std::fs::set_permissions(story.path("closed"), closed).expect("it is ours");
    if std::fs::write(format!("{}/probe", story.path("closed")), "").is_ok() {
        println!("NOT SHOWN: this user may write everywhere");
        return;
    }
    let ran = into(&story, "closed/out", &[]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (9, vec!["error file_not_written -".to_owned()])
    );
}
