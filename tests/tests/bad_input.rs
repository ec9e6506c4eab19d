//! What people really paste: each is refused with its reason, before anything is sent.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use bbsetup_tests::{Ran, Story};

/// Runs a check with one variable changed; gives the exit code, the problem codes and the requests.
async fn with(name: &str, value: &str) -> (i32, Vec<String>, usize, String) {
    let mut story = Story::named("ready").await;
    story.set(name, value);
    let ran = story.run(&["check", "--json"]).await;
    let codes = ran.json()["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| problem["code"].as_str().unwrap_or_default().to_owned())
        .collect();
    let requests = story.sandbox.requests().len();
    (ran.code, codes, requests, ran.stdout + &ran.stderr)
}

#[tokio::test]
async fn a_workspace_that_is_none_is_refused_before_anything_is_sent() {
    for (typed, code) in [
        ("", "value_missing"),
        ("   ", "value_missing"),
        ("Acme Corporation", "value_unreadable"),
        ("jane@acme.example", "wrong_field"),
        ("https://github.com/acme", "value_unreadable"),
        ("株式会社", "value_unreadable"),
    ] {
        let (exit, codes, requests, _) = with("BBSETUP_WORKSPACE", typed).await;
        assert_eq!(
            (exit, codes.as_slice(), requests),
            (2, [code.to_owned()].as_slice(), 0),
            "{typed}"
        );
    }
}

#[tokio::test]
async fn an_address_that_may_not_be_used_is_refused_before_anything_is_sent() {
    for (typed, code, exit) in [
        ("http://api.bitbucket.org", "address_not_allowed", 2),
        ("ftp://api.bitbucket.org", "address_not_allowed", 2),
        (
            "https://me:canary@api.bitbucket.org",
            "address_not_allowed",
            2,
        ),
        ("https://api.bucket.org", "value_unreadable", 2),
        (
            "https://git.acme.example/rest/api/1.0",
            "data_center_found",
            3,
        ),
    ] {
        let (found, codes, requests, output) = with("BBSETUP_API_URL", typed).await;
        assert_eq!(
            (found, codes.as_slice(), requests),
            (exit, [code.to_owned()].as_slice(), 0),
            "{typed}"
        );
        assert!(!output.contains("canary"), "{output}");
    }
}

#[tokio::test]
async fn a_user_name_in_place_of_the_e_mail_is_refused_before_the_account_is_tried() {
    let mut story = Story::named("ready").await;
    story.set("BBSETUP_ACCOUNT", "janesmith");
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (3, vec!["error email_expected account/identity".to_owned()])
    );
    assert!(
        story
            .sandbox
            .requests()
            .iter()
            .all(|request| request.credential == "workspace_access_token")
    );
}

#[tokio::test]
async fn spaces_and_line_ends_around_a_token_do_not_matter() {
    let mut story = Story::named("ready").await;
    let token = story.env["BBSETUP_WORKSPACE_TOKEN"].clone();
    story.set("BBSETUP_WORKSPACE_TOKEN", &format!("  {token}\r\n"));
    assert_eq!(story.run(&["check", "--json"]).await.code, 0);
}

#[tokio::test]
async fn what_is_no_token_is_refused_with_its_reason_and_never_repeated() {
    for (typed, code) in [
        ("  ", "value_missing"),
        ("https://bitbucket.org/canary", "wrong_field"),
        ("canary with spaces", "value_unreadable"),
        ("canary@acme.example", "wrong_field"),
    ] {
        let (exit, codes, _, output) = with("BBSETUP_WORKSPACE_TOKEN", typed).await;
        assert_eq!(
            (exit, codes.as_slice()),
            (2, [code.to_owned()].as_slice()),
            "{typed}"
        );
        assert!(!output.contains("canary"), "{output}");
    }
}

#[tokio::test]
async fn a_bitbucket_token_in_a_balkanid_field_is_refused() {
    let mut story = Story::named("ready").await;
    let token = story.env["BBSETUP_API_TOKEN"].clone();
    story.set("BBSETUP_BALKANID_KEY_SECRET", &token);
    let ran = story.run(&["submit", "--json", "--yes"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error wrong_field -".to_owned()])
    );
    assert!(!(ran.stdout + &ran.stderr).contains(&token));
}

#[tokio::test]
async fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let story = Story::named("ready").await;
    let token = story.env["BBSETUP_WORKSPACE_TOKEN"].clone();
    for arguments in [
        vec!["check", "--workspace-token", "canary"],
        vec!["check", "--api-token=canary"],
        vec!["check", token.as_str()],
    ] {
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("command line"), "{}", ran.stderr);
        let said = ran.stdout + &ran.stderr;
        assert!(!said.contains("canary") && !said.contains(&token), "{said}");
    }
}

#[tokio::test]
async fn a_home_that_cannot_be_made_is_told_and_a_check_goes_on() {
    let mut story = Story::named("ready").await;
    let file = story.path("file");
    std::fs::write(&file, "in the way").expect("room");
    story.set("BBSETUP_HOME", &format!("{file}/home"));
    assert_eq!(
        story.run(&["check", "--json"]).await.code,
        0,
        "a check needs no home"
    );
    let ran = story.run(&["save", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (9, vec!["error file_not_written -".to_owned()])
    );
}

#[tokio::test]
async fn a_balkanid_key_in_a_bitbucket_field_is_refused_by_bitbucket_alone() {
    let mut story = Story::named("ready").await;
    let key = story.typed("BBSETUP_BALKANID_KEY_SECRET");
    story.set("BBSETUP_WORKSPACE_TOKEN", &key);
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (
            4,
            vec!["error sign_in_refused workspace_token/identity".to_owned()]
        )
    );
    assert!(!(ran.stdout + &ran.stderr).contains(&key));
}

/// Runs the program where no file may grow: every write fails, as on a full disk.
#[cfg(unix)]
async fn on_a_full_disk(story: &Story, arguments: &[&str]) -> Ran {
    let whole = story.command(arguments);
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", r#"trap '' XFSZ && ulimit -f 0 && exec "$0" "$@""#])
        .arg(whole.get_program())
        .args(whole.get_args())
        .env_clear()
        .envs(&story.env);
    // Through pipes, which the limit does not meet.
    tokio::task::spawn_blocking(move || limited.output().expect("sh starts").into())
        .await
        .expect("it ends")
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_leaves_nothing_half_written() {
    let story = Story::named("ready").await;
    let folder = story.folder.path().join("exports");
    std::fs::create_dir(&folder).expect("room");
    let file = folder.join("setup.json").display().to_string();
    let export = ["export", "--json", "--format", "json", "--out", &file];
    let ran = on_a_full_disk(&story, &export).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (9, vec!["error file_not_written -".to_owned()])
    );
    let left = || std::fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(left(), 0, "not even a temporary file stays");

    // What was there before stays whole, also where it was to be replaced.
    std::fs::write(&file, "from before").expect("room");
    let ran = on_a_full_disk(&story, &[&export[..], &["--force"]].concat()).await;
    assert_eq!(ran.code, 9);
    assert_eq!(std::fs::read(&file).expect("a file"), b"from before");
    assert_eq!(left(), 1);
    let ran = on_a_full_disk(&story, &["check", "--json"]).await;
    assert_eq!(ran.code, 0, "a check writes nothing: {ran:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_home_that_may_not_be_written_to_is_told_and_a_check_goes_on() {
    let mut story = Story::named("ready").await;
    // No user may make a folder there, root neither.
    story.set("BBSETUP_HOME", "/sys/bbsetup-stories");
    assert_eq!(story.run(&["check", "--json"]).await.code, 0);
    let ran = story.run(&["save", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (9, vec!["error file_not_written -".to_owned()])
    );
}
