//! Submitting: what BalkanID then holds, compared with what was asked.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use bbsetup_sandbox::Scenario;
use bbsetup_tests::Story;
use serde_json::json;

#[tokio::test]
async fn submitting_creates_once_and_then_updates() {
    let story = Story::named("ready").await;
    let first = story
        .run(&[
            "submit",
            "--json",
            "--watch",
            "--description",
            "First \"words\", with a comma",
        ])
        .await;
    assert_eq!(first.code, 0, "{first:?}");
    let first = first.json();
    assert_eq!(
        (&first["route"], &first["created"]),
        (&json!("api"), &json!(true))
    );
    let id = first["integration_id"].as_str().expect("an ID").to_owned();

    let held: Vec<_> = story
        .sandbox
        .integrations()
        .into_iter()
        .filter(|held| held.writes > 0)
        .collect();
    assert_eq!(held.len(), 1);
    let value = |key: &str| held[0].secrets[key].value.clone();
    assert_eq!(held[0].id, id);
    assert_eq!(held[0].description, "First \"words\", with a comma");
    assert_eq!(value("workspace"), "acme");
    assert_eq!(value("api_url"), story.sandbox.bitbucket_url());
    assert_eq!(value("account_username"), story.env["BBSETUP_ACCOUNT"]);
    assert_eq!(value("access_token"), story.env["BBSETUP_WORKSPACE_TOKEN"]);
    assert_eq!(
        value("account_app_password"),
        story.env["BBSETUP_API_TOKEN"]
    );
    assert_eq!(
        held[0].message, "Data Available",
        "the practice BalkanID tried the credentials"
    );

    let profiles = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(
        profiles["profiles"][0]["balkanid"]["words"], "Connected / Data available",
        "what BalkanID last said is known without asking again"
    );

    let second = story.run(&["submit", "--json"]).await.json();
    assert_eq!(
        (&second["created"], &second["integration_id"]),
        (&json!(false), &json!(id))
    );
    assert_eq!(
        story.sandbox.integrations().len(),
        2,
        "the other workspace's and ours, no third"
    );
    assert_eq!(
        story.sandbox.breaches(),
        0,
        "no key ever went to a presigned address"
    );
}

#[tokio::test]
async fn an_integration_made_elsewhere_is_found_by_its_workspace_and_keeps_what_the_tenant_set() {
    let story = Story::named("update").await;
    let submitted = story.run(&["submit", "--json"]).await.json();
    assert_eq!(submitted["created"], false);
    let held = story.sandbox.integrations();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].other["Reviewer Count"], "2");
    assert_eq!(held[0].description, "Bitbucket of acme");
}

#[tokio::test]
async fn without_a_row_to_read_the_key_names_from_nothing_is_guessed() {
    let story = Story::named("first-set-up").await;
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!(
        (ran.code, ran.json()["route"].clone()),
        (0, json!("assisted"))
    );
    assert!(story.sandbox.integrations().is_empty());
    assert!(
        ran.stderr.contains("Account App Password"),
        "{}",
        ran.stderr
    );

    let keys = story.path("keys.json");
    let names = json!({"access_token": "access_token", "api_url": "api_url", "workspace": "workspace",
        "account_username": "account_username", "account_app_password": "account_app_password"});
    std::fs::write(&keys, names.to_string()).expect("room");
    let ran = story.run(&["submit", "--json", "--keys", &keys]).await;
    assert_eq!(
        (ran.code, ran.json()["created"].clone()),
        (0, json!(true)),
        "{ran:?}"
    );
}

#[tokio::test]
async fn the_end_of_a_sync_is_told_as_it_is() {
    let story = Story::named("sync-fails").await;
    let ran = story.run(&["submit", "--json", "--watch"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error sync_failed -".to_owned()])
    );
    assert!(ran.stderr.contains("1 error occured"), "{}", ran.stderr);
    let submitted = ran.json();
    assert_eq!(submitted["schema"], "bbsetup.submit/1");
    assert!(submitted["integration_id"].is_string(), "{submitted}");
    let status = story.run(&["status", "--json"]).await;
    assert_eq!(
        (status.code, status.json()["state"].clone()),
        (8, json!("error"))
    );
}

#[tokio::test]
async fn balkanids_refusals_are_told_apart() {
    let story = Story::named("balkanid-blocked").await;
    let ran = story.run(&["status", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_blocked -".to_owned()])
    );

    let mut story = Story::named("ready").await;
    story.set("BBSETUP_BALKANID_KEY_SECRET", "another-key-secret-0001");
    let ran = story.run(&["status", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_key_refused -".to_owned()])
    );

    let mut story = Story::named("ready").await;
    let bitbucket = story.sandbox.bitbucket_url();
    story.set("BBSETUP_BALKANID_URL", &bitbucket);
    let ran = story.run(&["status", "--json"]).await;
    assert_ne!(ran.code, 0);
}

#[tokio::test]
async fn a_broken_upload_is_repeated_with_a_fresh_address() {
    let story = Story::named("ready").await;
    let fault = json!({"server": "storage", "method": "PUT", "times": 2, "action": {"answer": {"status": 503}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let puts = story
        .sandbox
        .requests()
        .into_iter()
        .filter(|request| request.method == "PUT")
        .map(|request| request.path);
    let mut paths: Vec<String> = puts.collect();
    paths.dedup();
    assert_eq!(paths.len(), 3, "each try has an address of its own");
}

#[tokio::test]
async fn one_half_of_a_key_is_of_no_use() {
    let mut story = Story::named("ready").await;
    story.unset("BBSETUP_BALKANID_KEY_SECRET");
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error value_missing -".to_owned()])
    );
}

#[tokio::test]
async fn two_integrations_of_one_workspace_are_not_chosen_between() {
    let scenario = Scenario::named("ready")
        .and_then(|ready| ready.patched(json!({"balkanid": {"existing": ["acme", "acme"]}})))
        .expect("a scenario");
    let story = Story::of(scenario).await;
    let ran = story.run(&["status", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_refused -".to_owned()])
    );
}

#[tokio::test]
async fn without_the_public_api_the_row_itself_asks_for_the_sync() {
    let mut story = Story::named("ready").await;
    story.unset("BBSETUP_BALKANID_PUBLIC_URL");
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()), "{ran:?}");
    assert!(ran.json()["correlation_id"].is_null());
    let status = story.run(&["status", "--json", "--watch"]).await;
    assert_eq!(status.code, 0, "it is synced: {status:?}");
    assert_eq!(status.json()["state"], "connected");
}

#[tokio::test]
async fn a_sync_that_could_not_be_asked_for_is_not_called_a_refusal() {
    let story = Story::named("ready").await;
    let fault =
        json!({"server": "balkanid", "path": "/api/public", "action": {"answer": {"status": 500}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    // Watching what was not started would take its ten minutes.
    for arguments in [
        vec!["submit", "--json"],
        vec!["submit", "--json", "--watch"],
    ] {
        let ran = story.run(&arguments).await;
        assert_eq!(
            (ran.code, ran.problems()),
            (5, vec!["error server_error -".to_owned()])
        );
        assert_eq!(ran.json()["schema"], "bbsetup.submit/1");
    }
}
