//! One integration at the end and never two: submitted again, by two at once, and after a kill
//! between the row's arrival and its sync.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::process::Stdio;
use std::time::Duration;

use bbsetup_sandbox::{Action, Fault};
use bbsetup_tests::{Ran, Story, until};
use serde_json::{Value, json};

/// How often each integration of acme's was written.
fn writes(story: &Story) -> Vec<u32> {
    let held = story.sandbox.integrations();
    let written = held.into_iter().filter(|row| row.writes > 0);
    written.map(|row| row.writes).collect()
}

/// Runs a submission and kills it once its row has arrived at BalkanID, before it has seen that.
fn killed_after_the_row(story: &Story, arguments: &[&str]) {
    // Slow enough for the list to be stopped before it is asked for after the file.
    story.sandbox.set_latency(Duration::from_millis(300));
    let mut program = story
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    until("the row is sent", || {
        let sent = story.sandbox.requests();
        sent.iter().any(|request| request.method == "PUT")
    });
    story.sandbox.set_fault(Fault {
        server: "balkanid".into(),
        path: "/api/rest/v0/integrations/download-url".into(),
        method: "POST".into(),
        credential: String::new(),
        times: None,
        action: Action::Stall,
    });
    until("the row arrives", || !writes(story).is_empty());
    program.kill().expect("a running program");
    program.wait().expect("it is gone");
    story.sandbox.clear_faults();
    story.sandbox.set_latency(Duration::ZERO);
}

fn told(ran: &Ran) -> (Value, Value) {
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    (json["created"].clone(), json["found"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_was_killed_once_its_row_had_arrived_is_gone_on_with() {
    let story = Story::named("ready").await;
    killed_after_the_row(&story, &["submit", "--json"]);
    assert_eq!(writes(&story), [1]);
    let cards = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(cards["profiles"][0]["under_way"], json!("sending"));

    let again = story.run(&["submit", "--json", "--watch"]).await;
    assert_eq!(told(&again), (json!(false), json!("cut_off")));
    assert_eq!(writes(&story), [2], "updated, and not created once more");
    let cards = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(
        cards["profiles"][0]["under_way"],
        Value::Null,
        "its end was seen"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_integration_was_not_seen_any_more_is_gone_on_with() {
    let story = Story::named("ready").await;
    let folder = story.path("files");
    std::fs::create_dir_all(&folder).expect("room");
    let entities = "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\nBitbucket,Payments,resource,bitbucket,{r1},repository,,\n";
    std::fs::write(format!("{folder}/entities.csv"), entities).expect("room");
    let arguments = [
        "submit",
        "--json",
        "--extraction",
        "automated_upload",
        "--files",
        &folder,
    ];
    killed_after_the_row(&story, &arguments);
    assert!(story.sandbox.stored_files().is_empty());
    let again = story.run(&arguments).await;
    // The row shows no workspace: it is known by what was noted before it was sent.
    assert_eq!(told(&again), (json!(false), json!("cut_off")));
    assert_eq!(writes(&story), [2]);
    assert_eq!(story.sandbox.stored_files().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_submit_at_once_one_waits_and_updates() {
    let story = Story::named("ready").await;
    let (one, other) = tokio::join!(
        story.run(&["submit", "--json"]),
        story.run(&["submit", "--json"])
    );
    let mut created = [told(&one).0, told(&other).0];
    created.sort_by_key(|created| created == &json!(true));
    assert_eq!(created, [json!(false), json!(true)]);
    assert_eq!(writes(&story), [2], "one integration, written twice");
    assert_eq!(one.json()["integration_id"], other.json()["integration_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_whose_end_nobody_saw_is_under_way_until_somebody_does() {
    let story = Story::named("ready").await;
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!(told(&ran), (json!(true), json!("nothing")));
    let cards = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(cards["profiles"][0]["under_way"], json!("watching"));
    let watched = story.run(&["status", "--json", "--watch"]).await;
    assert_eq!(watched.json()["state"], "connected", "{watched:?}");
    let cards = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(cards["profiles"][0]["under_way"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_cannot_be_told_which_is_meant_nothing_is_written_before_it_is_said() {
    let story = Story::named("ready").await;
    // Somebody saved integrations in BalkanID's form that show no workspace.
    let form = [
        ("Primary Application owner", "owner@acme.example"),
        ("Extraction Type", "Direct integration"),
    ]
    .map(|(label, value)| (label.to_owned(), value.to_owned()))
    .into();
    let theirs = story.sandbox.save_form(&form).expect("the form takes it");
    let asked = story.run(&["submit", "--json"]).await;
    assert_eq!(
        (asked.code, asked.problems()),
        (8, vec!["error balkanid_refused -".to_owned()])
    );
    assert!(asked.stderr.contains(&theirs), "{}", asked.stderr);
    assert_eq!(writes(&story), [1]);

    let unknown = story
        .run(&["submit", "--json", "--integration", "bitbucket/nowhere"])
        .await;
    assert_eq!(unknown.code, 8, "{unknown:?}");

    let new = story
        .run(&["submit", "--json", "--integration", "new"])
        .await;
    assert_eq!(told(&new).0, json!(true));
    assert_eq!(writes(&story), [1, 1]);
    let again = story.run(&["submit", "--json"]).await;
    assert_eq!(told(&again), (json!(false), json!("integration")));
    assert_eq!(writes(&story), [1, 2], "which one it was is remembered");
}
