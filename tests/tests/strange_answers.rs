//! `bbsetup check` before answers that no description of Bitbucket promises: what is told is what
//! was seen, and no more.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use bbsetup_sandbox::Scenario;
use bbsetup_tests::{Ran, Story};
use serde_json::{Value, json};

/// A check in the scenario "ready" with faults of Bitbucket's on it.
async fn spoilt(faults: &[Value]) -> Ran {
    let story = Story::named("ready").await;
    for fault in faults {
        let mut fault = fault.clone();
        fault["server"] = json!("bitbucket");
        story
            .sandbox
            .add_fault(serde_json::from_value(fault).expect("a fault"));
    }
    let ran = story.run(&["check", "--json"]).await;
    let requests = ran.json()["requests"].as_u64().expect("a count");
    assert_eq!(
        requests,
        story.sandbox.requests().len() as u64,
        "the count is what the servers saw"
    );
    assert!(requests <= 30, "{requests} requests");
    ran
}

fn answer(path: &str, status: u16, body: &Value) -> Value {
    json!({"path": path, "action": {"answer": {"status": status, "body": body.to_string()}}})
}

fn text(path: &str, status: u16, body: &str) -> Value {
    json!({"path": path, "action": {"answer": {"status": status, "body": body, "content_type": "text/plain"}}})
}

fn error(message: &str) -> Value {
    json!({"type": "error", "error": {"message": message}})
}

fn token(mut fault: Value) -> Value {
    fault["credential"] = json!("workspace_access_token");
    fault
}

fn account(mut fault: Value) -> Value {
    fault["credential"] = json!("api_token");
    fault
}

fn verdict(ran: &Ran) -> (i32, String) {
    let verdict = ran.json()["verdict"]
        .as_str()
        .expect("a verdict")
        .to_owned();
    (ran.code, verdict)
}

#[tokio::test]
async fn a_403_of_any_form_is_normal_for_an_access_token_that_asks_who_it_is() {
    for refusal in [
        answer("/2.0/user$", 403, &json!({"message": "Forbidden"})),
        answer("/2.0/user$", 403, &error("Access denied.")),
        answer(
            "/2.0/user$",
            401,
            &error("This API is not accessible by this authentication mechanism"),
        ),
        text("/2.0/user$", 403, ""),
    ] {
        let ran = spoilt(&[token(refusal.clone())]).await;
        assert_eq!((ran.code, ran.problems()), (0, Vec::new()), "{refusal}");
    }
}

#[tokio::test]
async fn a_gateway_that_forbids_everything_tells_nothing_of_the_credentials() {
    let ran = spoilt(&[answer("/", 403, &json!({"message": "Forbidden"}))]).await;
    assert_eq!(verdict(&ran), (5, "undetermined".into()));
    assert!(
        ran.problems()
            .iter()
            .all(|problem| problem.starts_with("error not_bitbucket")),
        "{:?}",
        ran.problems()
    );

    // Where Bitbucket has answered before, it is Bitbucket that forbids.
    let ran = spoilt(&[answer("/1.0/groups", 403, &json!({"message": "Forbidden"}))]).await;
    assert_eq!(ran.problems(), ["error role_missing account/groups"]);
    assert_eq!(ran.code, 3);
}

#[tokio::test]
async fn a_404_is_no_access_whatever_its_body_and_no_other_workspace_where_this_one_is_seen() {
    for gone in [
        answer("/1.0/groups", 404, &error("Not found")),
        answer("/1.0/groups", 404, &json!({"message": "Not Found"})),
        text("/1.0/groups", 404, ""),
    ] {
        let ran = spoilt(std::slice::from_ref(&gone)).await;
        assert_eq!(
            (ran.code, ran.problems()),
            (
                3,
                vec!["error workspace_not_found_or_hidden account/groups".to_owned()]
            ),
            "{gone}"
        );
    }
    let ran = spoilt(&[answer("/", 404, &error("Resource not found"))]).await;
    assert_eq!(ran.code, 5, "Bitbucket knows who it is");
    let identity = "error not_bitbucket workspace_token/identity".to_owned();
    assert!(ran.problems().contains(&identity), "{:?}", ran.problems());
}

#[tokio::test]
async fn every_wording_of_a_policy_is_known() {
    for message in [
        "Your current IP is not permitted to access this workspace",
        "Access from this IP address is restricted",
        "You must enable two-factor authentication",
        "This workspace requires 2FA.",
        "To access this workspace, enable two-step verification",
    ] {
        let ran = spoilt(&[answer("/", 403, &error(message))]).await;
        assert_eq!(
            ran.problems(),
            [
                "error network_policy account/identity",
                "error network_policy workspace_token/identity"
            ],
            "{message}"
        );
        assert_eq!(ran.code, 3, "{message}");
    }
    // "ip" inside a word is none.
    let refused = answer("/1.0/groups", 403, &error("Your membership is suspended"));
    assert_eq!(
        spoilt(&[refused]).await.problems(),
        ["error role_missing account/groups"]
    );
}

#[tokio::test]
async fn a_scope_that_two_checks_need_is_missing_from_both() {
    let mechanism = error("This API is not accessible by this authentication mechanism");
    let refused = json!({"type": "error", "error": {
        "message": "Your credentials lack one or more required privilege scopes.",
        "detail": {"required": ["read:project:bitbucket"], "granted": ["read:user:bitbucket"]},
    }});
    let ran = spoilt(&[
        token(answer(
            "/2.0/workspaces/acme/projects/*/permissions-config",
            403,
            &mechanism,
        )),
        account(answer("/2.0/workspaces/acme/projects$", 403, &refused)),
    ])
    .await;
    assert_eq!(
        ran.problems(),
        [
            "error scope_missing account/project_permissions",
            "error wrong_credential_kind workspace_token/project_permissions",
            "warning scope_missing account/projects",
        ]
    );
    assert_eq!(verdict(&ran), (3, "not_ready".into()));
}

#[tokio::test]
async fn what_is_not_needed_of_an_answer_may_be_strange() {
    let fine = [
        answer(
            "/2.0/user$",
            200,
            &json!({"account_id": "712020:1", "display_name": null}),
        ),
        answer(
            "/2.0/workspaces/acme$",
            200,
            &json!({"slug": "Acme", "name": null}),
        ),
        answer(
            "/2.0/workspaces/acme/members",
            200,
            &json!({"values": [{"user": null}], "size": "many", "next": null}),
        ),
        answer(
            "/2.0/user/workspaces",
            200,
            &json!({"values": [
                {"administrator": null, "workspace": null},
                {"administrator": true, "workspace": {"slug": "acme"}},
            ]}),
        ),
    ];
    for answer in fine {
        let ran = spoilt(&[account(answer.clone())]).await;
        assert_eq!((ran.code, ran.problems()), (0, Vec::new()), "{answer}");
    }
    let untold = [
        answer("/2.0/user$", 200, &json!({"display_name": "Somebody"})),
        answer(
            "/2.0/user/workspaces",
            200,
            &json!({"values": [{"administrator": null, "workspace": {"slug": "acme"}}]}),
        ),
        answer(
            "/2.0/user/workspaces",
            200,
            &json!({"values": [{"workspace": null}]}),
        ),
    ];
    for answer in untold {
        let ran = spoilt(&[account(answer.clone())]).await;
        assert_eq!(verdict(&ran), (5, "undetermined".into()), "{answer}");
    }
}

#[tokio::test]
async fn json_under_another_type_and_with_a_mark_is_still_json() {
    let story = Story::named("ready").await;
    let fault = json!({"server": "bitbucket", "path": "/2.0/workspaces/acme$", "action": {"answer": {
        "status": 200, "body": "\u{feff}{\"slug\":\"acme\"}", "content_type": "text/html"}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));
}

#[tokio::test]
async fn a_token_that_bitbucket_says_back_is_not_repeated() {
    let story = Story::named("ready").await;
    let secret = story.env["BBSETUP_WORKSPACE_TOKEN"].clone();
    let said = error(&format!("The token {secret} may not do this."));
    let fault = json!({"server": "bitbucket", "path": "/2.0/workspaces/acme/members",
        "credential": "workspace_access_token", "action": {"answer": {
        "status": 403, "body": said.to_string(),
        "headers": [["x-oauth-scopes", format!("account, {secret}")]]}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    for arguments in [vec!["check", "--json"], vec!["check"], vec!["check", "-v"]] {
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 3);
        let said = ran.stdout + &ran.stderr;
        assert!(!said.contains(&secret[12..40]), "{said}");
    }
}

#[tokio::test]
async fn a_limit_on_everything_is_asked_about_once_for_all() {
    let refusals = [
        "/2.0/workspaces",
        "/2.0/repositories",
        "/2.0/user/workspaces",
        "/1.0/groups",
    ]
    .map(|path| {
        json!({"path": path, "action": {"too_many_requests": {"retry_after": null, "plain_text": true}}})
    });
    let ran = spoilt(&refusals).await;
    assert_eq!(verdict(&ran), (6, "undetermined".into()));
}

#[tokio::test]
async fn an_account_of_more_workspaces_than_can_be_listed_is_asked_about_this_one() {
    let more: serde_json::Map<String, Value> = (0..501)
        .map(|number| {
            let workspace = json!({"name": "Another", "members": {"balkanid": "member"}});
            (format!("aaa-{number:03}"), workspace)
        })
        .collect();
    let scenario = Scenario::named("ready")
        .and_then(|ready| ready.patched(json!({"world": {"workspaces": more}})))
        .expect("a scenario");
    let story = Story::of(scenario).await;
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));
    let json = ran.json();
    assert!(json["requests"].as_u64().expect("a count") <= 20);
    let checks = json["checks"].as_array().expect("checks");
    let membership = checks
        .iter()
        .find(|check| check["id"] == "account/membership")
        .expect("the check");
    assert_eq!(
        membership["evidence"]["path"],
        "/2.0/user/workspaces/acme/permission"
    );
}
