//! `bbsetup check`: what the document holds beside verdict and problems, which the matrix has, and
//! single calls that go wrong.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use bbsetup_tests::Story;
use serde_json::{Value, json};

#[tokio::test]
async fn where_all_is_well_every_outcome_has_evidence() {
    let story = Story::named("ready").await;
    let json = story.run(&["check", "--json"]).await.json();
    for check in json["checks"].as_array().expect("checks") {
        assert_eq!(check["outcome"], "granted", "{check}");
        assert_eq!(check["evidence"]["method"], "GET", "{check}");
        assert!(
            check["evidence"]["path"]
                .as_str()
                .expect("a path")
                .starts_with('/'),
            "{check}"
        );
    }
    let token = &json["credentials"][0];
    assert_eq!(token["kind"], "workspace_access_token");
    assert_eq!(token["scopes_known"], true);
    assert_eq!(
        token["scopes"],
        json!([
            "account",
            "project",
            "project:admin",
            "repository",
            "repository:admin"
        ])
    );
}

#[tokio::test]
async fn a_missing_scope_is_named_in_the_credentials_own_vocabulary() {
    let story = Story::named("missing-project-admin").await;
    let json = story.run(&["check", "--json"]).await.json();
    let problem = &json["problems"][0];
    assert_eq!(problem["scopes"], json!(["project:admin"]));
    let hints = problem["hints"].to_string();
    assert!(hints.contains("contradicts itself"), "{hints}");
}

#[tokio::test]
async fn an_app_password_is_never_sent() {
    let story = Story::named("app-password").await;
    story.run(&["check", "--json"]).await;
    assert!(
        story
            .sandbox
            .requests()
            .iter()
            .all(|request| request.credential == "workspace_access_token")
    );
}

#[tokio::test]
async fn could_not_tell_is_never_no() {
    for (action, problem) in [
        (json!({"answer": {"status": 500}}), "server_error"),
        (json!({"page": {"status": 200}}), "not_bitbucket"),
        (json!("wrong_shape"), "unreadable_reply"),
        (
            json!({"redirect": {"to": "https://login.example/"}}),
            "redirect_refused",
        ),
        (json!({"huge": {"bytes": 100_000_000}}), "unreadable_reply"),
        (json!("drip"), "timed_out"),
    ] {
        let story = Story::named("ready").await;
        let fault = json!({"server": "bitbucket", "path": "/2.0/repositories/acme", "credential": "workspace_access_token", "action": action});
        story
            .sandbox
            .add_fault(serde_json::from_value(fault).expect("a fault"));
        let ran = story.run(&["check", "--json", "--timeout", "2"]).await;
        assert_eq!(ran.code, 5, "{problem}: {:?}", ran.problems());
        assert_eq!(ran.json()["verdict"], "undetermined", "{problem}");
        let listed = ran.problems();
        assert!(
            listed.contains(&format!("error {problem} workspace_token/repositories")),
            "{listed:?}"
        );
    }
}

#[tokio::test]
async fn a_passing_fault_is_tried_again() {
    let story = Story::named("ready").await;
    let fault = json!({"server": "bitbucket", "path": "/2.0/user", "times": 2, "action": {"answer": {"status": 503}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));
}

#[tokio::test]
async fn the_same_workspace_is_found_by_slug_uuid_and_address() {
    let mut story = Story::named("ready").await;
    let slug = story.run(&["check", "--json"]).await.json();
    story.set(
        "BBSETUP_WORKSPACE",
        "https://bitbucket.org/acme/some-repository/src/main/",
    );
    let by_address = story.run(&["check", "--json"]).await.json();
    assert_eq!(outcomes(&slug), outcomes(&by_address));
    assert_eq!(by_address["workspace"], "acme");
}

fn outcomes(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|check| (text(&check["id"]), text(&check["outcome"])))
        .collect()
}

#[tokio::test]
async fn a_token_of_another_workspace_says_of_which_where_bitbucket_tells_it() {
    let story = Story::named("other-workspace-token").await;
    let hints = async || {
        let json = story.run(&["check", "--json"]).await.json();
        json["problems"][0]["hints"].to_string()
    };
    assert!(
        !hints().await.contains("belongs to"),
        "nothing is said that was not told"
    );
    let listed = json!({"values": [
        {"administrator": false, "workspace": {"slug": "umbrella", "uuid": "{u}"}}
    ]});
    let fault = json!({"server": "bitbucket", "path": "/2.0/user/workspaces",
        "credential": "workspace_access_token",
        "action": {"answer": {"status": 200, "body": listed.to_string()}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let hints = hints().await;
    assert!(hints.contains("The token belongs to: umbrella."), "{hints}");
}
