//! `bbsetup check` in every scenario: verdict, exit code, and every problem with its place.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use bbsetup_tests::Story;
use serde_json::{Value, json};

async fn found(scenario: &str) -> (i32, String, Vec<String>) {
    let story = Story::named(scenario).await;
    let ran = story.run(&["check", "--json"]).await;
    let json = ran.json();
    assert_eq!(json["schema"], "bbsetup.check/1");
    assert_eq!(
        json["checks"].as_array().map(Vec::len),
        Some(15),
        "every check is in the document"
    );
    assert!(json["requests"].as_u64().expect("a count") <= 30);
    let sent = story.sandbox.requests().len() as u64;
    assert_eq!(
        json["requests"].as_u64(),
        Some(sent),
        "the count is what the servers saw"
    );
    (
        ran.code,
        json["verdict"].as_str().unwrap_or_default().to_owned(),
        ran.problems(),
    )
}

async fn expect(scenario: &str, code: i32, verdict: &str, problems: &[&str]) {
    let (found_code, found_verdict, found_problems) = found(scenario).await;
    assert_eq!(
        (found_code, found_verdict.as_str()),
        (code, verdict),
        "{scenario}: {found_problems:?}"
    );
    assert_eq!(
        found_problems, problems,
        "{scenario}: no other problem is told"
    );
}

#[tokio::test]
async fn all_is_well() {
    expect("ready", 0, "ready", &[]).await;
    expect("no-headers", 0, "ready", &[]).await;
}

#[tokio::test]
async fn all_is_well_within_twenty_requests_and_every_outcome_has_evidence() {
    let story = Story::named("ready").await;
    let json = story.run(&["check", "--json"]).await.json();
    assert!(json["requests"].as_u64().expect("a count") <= 20);
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
    expect(
        "missing-admin-scopes",
        3,
        "not_ready",
        &[
            "error scope_missing workspace_token/project_permissions",
            "error scope_missing workspace_token/repository_permissions",
        ],
    )
    .await;
    expect(
        "identity-scope-missing",
        3,
        "not_ready",
        &["error scope_missing account/identity"],
    )
    .await;
    let story = Story::named("missing-admin-scopes").await;
    let json = story.run(&["check", "--json"]).await.json();
    let problem = json["problems"].as_array().expect("problems")[0].clone();
    assert_eq!(problem["scopes"], json!(["project:admin"]));
    let hints = problem["hints"].to_string();
    assert!(
        hints.contains("Projects: Admin") && hints.contains("contradicts itself"),
        "{hints}"
    );
}

#[tokio::test]
async fn scopes_beyond_need_are_a_warning() {
    expect(
        "excess-scopes",
        0,
        "ready",
        &[
            "warning excess_scope account",
            "warning excess_scope workspace_token",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_wrong_kind_is_told_from_a_refused_sign_in() {
    expect(
        "app-password",
        3,
        "not_ready",
        &["error app_password_removed account/identity"],
    )
    .await;
    expect(
        "project-token",
        3,
        "not_ready",
        &["error wrong_credential_kind workspace_token/identity"],
    )
    .await;
    expect(
        "swapped-tokens",
        3,
        "not_ready",
        &[
            "error wrong_credential_kind account/identity",
            "error wrong_credential_kind workspace_token/identity",
        ],
    )
    .await;
    expect(
        "unscoped-api-token",
        4,
        "not_ready",
        &["error sign_in_refused account/identity"],
    )
    .await;
    expect(
        "expired-workspace-token",
        4,
        "not_ready",
        &["error sign_in_refused workspace_token/identity"],
    )
    .await;
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
async fn a_missing_role_is_told_from_a_missing_scope() {
    expect(
        "not-administrator",
        3,
        "not_ready",
        &[
            "error role_missing account/groups",
            "error role_missing account/membership",
            "warning role_missing account/project_permissions",
            "warning role_missing account/repository_permissions",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_platforms_own_limit_does_not_stand_in_the_way() {
    expect(
        "permission-reads-refused",
        0,
        "ready",
        &[
            "warning wrong_credential_kind workspace_token/project_permissions",
            "warning wrong_credential_kind workspace_token/repository_permissions",
        ],
    )
    .await;
}

#[tokio::test]
async fn a_token_of_another_workspace_is_told_from_an_unknown_workspace() {
    let (code, verdict, problems) = found("other-workspace-token").await;
    assert_eq!((code, verdict.as_str()), (3, "not_ready"));
    assert!(
        problems
            .iter()
            .all(|problem| problem.starts_with("error workspace_mismatch workspace_token/")),
        "{problems:?}"
    );

    let mut story = Story::named("ready").await;
    story.set("BBSETUP_WORKSPACE", "nowhere");
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(ran.code, 3);
    assert!(
        ran.problems()
            .iter()
            .all(|problem| problem.contains("workspace_not_found_or_hidden")),
        "{:?}",
        ran.problems()
    );
}

#[tokio::test]
async fn empty_but_green_is_not_ready() {
    let (code, verdict, problems) = found("empty-workspace").await;
    assert_eq!((code, verdict.as_str()), (3, "undetermined"));
    assert!(
        problems
            .iter()
            .all(|problem| problem.starts_with("warning empty_result")),
        "{problems:?}"
    );
}

#[tokio::test]
async fn could_not_tell_is_never_no() {
    let (code, verdict, problems) = found("rate-limited").await;
    assert_eq!(
        (code, verdict.as_str()),
        (6, "undetermined"),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .all(|problem| problem.contains("rate_limited")),
        "{problems:?}"
    );

    for (action, problem) in [
        (json!({"answer": {"status": 500}}), "server_error"),
        (
            json!({"answer": {"status": 200, "body": "<html>", "content_type": "text/html"}}),
            "not_bitbucket",
        ),
        (
            json!({"answer": {"status": 200, "body": "{\"values\": 7}"}}),
            "unreadable_reply",
        ),
        (
            json!({"answer": {"status": 302, "headers": [["location", "https://login.example/"]]}}),
            "redirect_refused",
        ),
        (json!({"huge": {"bytes": 100_000_000}}), "unreadable_reply"),
        (json!("cut"), "unreadable_reply"),
        (json!("off_origin_next"), "off_origin_link"),
    ] {
        let story = Story::named("ready").await;
        let fault = json!({"server": "bitbucket", "path": "/2.0/repositories/acme", "credential": "workspace_access_token", "action": action});
        story
            .sandbox
            .add_fault(serde_json::from_value(fault).expect("a fault"));
        let ran = story.run(&["check", "--json"]).await;
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
async fn an_answer_that_stalls_or_drips_ends() {
    for action in ["stall", "drip"] {
        let story = Story::named("ready").await;
        let fault = json!({"server": "bitbucket", "path": "/2.0/workspaces/acme/members", "action": action});
        story
            .sandbox
            .add_fault(serde_json::from_value(fault).expect("a fault"));
        let ran = story.run(&["check", "--json", "--timeout", "1"]).await;
        assert_eq!(ran.code, 5);
        assert!(
            ran.problems()
                .contains(&"error timed_out workspace_token/members".to_owned()),
            "{:?}",
            ran.problems()
        );
    }
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_out() {
    let story = Story::named("ready").await;
    let fault = json!({"server": "bitbucket", "path": "/2.0/workspaces/acme/members", "times": 1,
        "action": {"answer": {"status": 429, "headers": [["retry-after", "1"]]}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));
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
async fn nobody_at_the_address_is_no_verdict_on_the_credential() {
    let mut story = Story::named("ready").await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    story.set("BBSETUP_API_URL", &format!("http://{closed}"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(ran.code, 5);
    assert_eq!(
        ran.problems(),
        [
            "error unreachable account/identity",
            "error unreachable workspace_token/identity"
        ]
    );

    story.set("BBSETUP_API_URL", "https://no-such-host.invalid");
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(ran.code, 5);
    assert_eq!(
        ran.problems(),
        [
            "error unreachable account/identity",
            "error unreachable workspace_token/identity"
        ]
    );
}

#[tokio::test]
async fn a_data_center_server_is_recognised() {
    let (code, verdict, problems) = found("data-center").await;
    assert_eq!((code, verdict.as_str()), (3, "not_ready"));
    assert_eq!(
        problems,
        [
            "error data_center_found account/identity",
            "error data_center_found workspace_token/identity"
        ]
    );
}

#[tokio::test]
async fn a_policy_of_the_workspace_is_named() {
    let (code, _, problems) = found("ip-allow-list").await;
    assert_eq!(code, 3);
    assert!(
        problems
            .iter()
            .all(|problem| problem.contains("network_policy")),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_removed_call_is_this_tools_own_defect() {
    let story = Story::named("ready").await;
    let body = json!({"type": "error", "error": {"message": "CHANGE-2770 - Functionality has been deprecated"}}).to_string();
    let fault = json!({"server": "bitbucket", "path": "/1.0/groups", "action": {"answer": {"status": 410, "body": body}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (1, vec!["error endpoint_removed account/groups".to_owned()])
    );
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
