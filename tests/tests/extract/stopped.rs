//! A reading that a person stops.

use std::process::{Command, Stdio};
use std::time::Duration;

use bbsetup_tests::{Ran, Story, until};
use serde_json::json;

use crate::{count, extract, is_whole};

/// Begins a reading and stops it by Ctrl+C once so many requests came in.
async fn interrupted(story: &Story, arguments: &[&str], requests: u64) -> Ran {
    let mut command = story.command(arguments);
    let program = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let program = program.expect("the program runs");
    until("it is half-way", || count(story) >= requests);
    let told = Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
    let output = tokio::task::spawn_blocking(|| program.wait_with_output()).await;
    output.expect("a thread").expect("it ends").into()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_keeps_what_was_read_and_says_how_it_goes_on() {
    let story = Story::named("ready").await;
    story.sandbox.set_latency(Duration::from_millis(30));
    let ran = interrupted(&story, &["extract", "--out", "out", "--json"], 15).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert_eq!(ran.problems(), ["error cancelled -"]);
    let json = ran.json();
    assert_eq!(
        (&json["resumable"], &json["complete"], &json["files"]),
        (&json!(true), &json!(false), &json!([]))
    );
    let before = count(&story);
    let again = interrupted(&story, &["extract", "--out", "out"], before + 5).await;
    assert_eq!(again.code, 9, "{again:?}");
    assert!(again.stdout.contains("it goes on there"), "{again:?}");
    assert!(
        again.stderr.contains("Goes on with what was begun"),
        "{again:?}"
    );

    story.sandbox.set_latency(Duration::ZERO);
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(ran.json()["resumed"], true);
    let all = count(&story);
    let undisturbed = Story::named("ready").await;
    extract(&undisturbed, &[]).await;
    assert!(all <= count(&undisturbed) + 2 * 8, "{all}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_wait_for_the_rate_limit_too() {
    let story = Story::named("ready").await;
    let limited = json!({"path": "/2.0/workspaces/acme/permissions", "action":
        {"too_many_requests": {"retry_after": "50"}}});
    crate::fault(&story, limited);
    let ran = interrupted(&story, &["extract", "--out", "out", "--json"], 2).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert_eq!(ran.problems(), ["error cancelled -"]);
}
