//! What every command has in common: one JSON document, help with an example, and no secret taken
//! or repeated.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use bbsetup_tests::Story;
use serde_json::{Value, json};

const COMMANDS: [&str; 14] = [
    "setup", "check", "save", "submit", "status", "export", "evidence", "diagnose", "validate",
    "upload", "profiles", "forget", "practice", "scim",
];

#[tokio::test]
async fn a_usage_error_is_one_document_too() {
    let story = Story::named("ready").await;
    for (arguments, code) in [
        (vec!["check", "--token", "canary"], "secret_in_arguments"),
        (
            vec!["check", "--workspace_token=canary"],
            "secret_in_arguments",
        ),
        (
            vec!["check", "BBSETUP_API_TOKEN=canary"],
            "secret_in_arguments",
        ),
        (
            vec!["check", "canary-of-no-known-shape"],
            "value_unreadable",
        ),
        (vec!["check", "--vault", "canary"], "value_unreadable"),
        (vec!["check", "--frob"], "value_unreadable"),
        (vec!["chekc"], "value_unreadable"),
        (vec!["export", "--format", "json"], "value_missing"),
        (vec![], "value_missing"),
        (vec!["setup"], "value_missing"),
    ] {
        let mut arguments = arguments;
        arguments.push("--json");
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["schema"], "bbsetup.error/1", "{arguments:?}");
        assert_eq!(json["problems"][0]["code"], code, "{arguments:?}");
        let said = (ran.stdout + &ran.stderr).to_lowercase();
        assert!(!said.contains("canary"), "{said}");
        assert!(!said.contains("invalid"), "{said}");
    }
    assert!(story.sandbox.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn every_help_has_an_example_its_schema_and_its_exit_codes() {
    let story = Story::named("ready").await;
    for command in COMMANDS {
        let ran = story.run(&[command, "--help"]).await;
        assert_eq!(ran.code, 0);
        for part in [
            format!("Example:\n  bbsetup {command}"),
            "JSON: bbsetup.".to_owned(),
            "Exit: 0".to_owned(),
        ] {
            assert!(ran.stdout.contains(&part), "{command}: {}", ran.stdout);
        }
    }
}

#[tokio::test]
async fn setup_gives_one_document_and_tells_its_steps_beside_it() {
    let story = Story::named("ready").await;
    let ran = story
        .run(&["setup", "--answers-from-environment", "--json"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(
        (&json["schema"], &json["finished"], &json["workspace"]),
        (&json!("bbsetup.setup/1"), &json!(true), &json!("acme"))
    );
    assert_eq!(json["submission"]["created"], true);
    assert!(ran.stderr.contains("Step 4 of 9"), "{}", ran.stderr);
}

#[tokio::test]
async fn setup_without_a_person_ends_as_its_check_does() {
    for (scenario, exit) in [("missing-admin-scopes", 3), ("expired-workspace-token", 4)] {
        let story = Story::named(scenario).await;
        let ran = story
            .run(&["setup", "--answers-from-environment", "--json"])
            .await;
        assert_eq!(ran.code, exit, "{scenario}: {ran:?}");
        assert_eq!(ran.json()["finished"], false);
        assert!(
            story
                .sandbox
                .integrations()
                .iter()
                .all(|held| held.writes == 0)
        );
    }
}

#[tokio::test]
async fn a_variable_set_to_nothing_is_as_one_that_is_not_set() {
    let mut story = Story::named("ready").await;
    for name in [
        "BBSETUP_VAULT",
        "BBSETUP_BALKANID_URL",
        "BBSETUP_BALKANID_PUBLIC_URL",
        "BBSETUP_BALKANID_KEY_ID",
        "BBSETUP_BALKANID_KEY_SECRET",
        "BBSETUP_PRIMARY_OWNER",
    ] {
        story.set(name, "");
    }
    // With no key the form is filled in by hand; half a key would be an error.
    story.set("BBSETUP_VAULT", "Memory");
    let ran = story.run(&["submit", "--json"]).await;
    assert_eq!(
        (ran.code, ran.json()["route"].clone()),
        (0, json!("assisted")),
        "{ran:?}"
    );
}

#[tokio::test]
async fn a_token_in_the_description_goes_nowhere() {
    let mut story = Story::named("ready").await;
    let token = story.env["BBSETUP_WORKSPACE_TOKEN"].clone();
    story.set("BBSETUP_ACCOUNT", &format!("svc@acme.example:{token}"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error wrong_field account/identity".to_owned()])
    );
    assert!(!(ran.stdout + &ran.stderr).contains(&token));
}

#[tokio::test]
async fn a_verdict_does_not_outlive_the_secrets_that_it_was_on() {
    let mut story = Story::named("ready").await;
    let verdict = async |story: &Story| {
        let profiles = story.run(&["profiles", "--json"]).await.json();
        profiles["profiles"][0]["verdict"].clone()
    };
    assert_eq!(story.run(&["save", "--json"]).await.code, 0);
    assert_eq!(verdict(&story).await, "ready");
    story.set("BBSETUP_WORKSPACE_TOKEN", "another-token-0123456789");
    let refused = story.run(&["save", "--json"]).await;
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(verdict(&story).await, "ready", "nothing was replaced");
    assert_eq!(story.run(&["save", "--unchecked", "--json"]).await.code, 0);
    assert_eq!(verdict(&story).await, Value::Null);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_keychain_saving_ends_before_anything_is_asked() {
    let mut story = Story::named("ready").await;
    story.set("BBSETUP_VAULT", "os");
    story.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let ran = story.run(&["save", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (7, vec!["error vault_unavailable -".to_owned()])
    );
    assert!(story.sandbox.requests().is_empty(), "nothing was checked");
}

#[cfg(unix)]
#[tokio::test]
async fn practice_says_where_it_is_and_ends_when_it_is_told_to() {
    let story = Story::named("ready").await;
    let mut running = story
        .command(&["practice"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    BufReader::new(running.stdout.take().expect("a pipe"))
        .read_line(&mut line)
        .expect("a line");
    let line: Value = serde_json::from_str(&line).expect("one JSON document");
    for name in ["bitbucket_url", "balkanid_url", "balkanid_public_url"] {
        let url = line[name].as_str().expect("an address");
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    }
    assert!(line.get("scim_url").is_some());
    assert_eq!(line["env"]["BBSETUP_API_URL"], line["bitbucket_url"]);
    let told = Command::new("kill")
        .args(["-TERM", &running.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(told.success());
    let ended = running.wait().expect("an end");
    assert_eq!(ended.code(), Some(0));
}
