//! Looking at the servers and changing them while they run.

use serde_json::{Value, json};

use crate::client::{Answer, basic, bearer, get, send, started};

async fn put(control: &str, what: &str, body: &Value) -> Answer {
    send("PUT", &format!("{control}/{what}"), &[], &body.to_string()).await
}

async fn shown(control: &str, what: &str) -> Value {
    send("GET", &format!("{control}/{what}"), &[], "")
        .await
        .json()
}

#[tokio::test]
async fn the_log_tells_what_was_asked_and_never_with_what() {
    let sandbox = started("ready").await;
    get(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/repositories/acme?pagelen=10&fields=next",
    )
    .await;
    get(
        &sandbox,
        "Bearer canary-that-nobody-knows",
        "/2.0/user?canary=canary",
    )
    .await;
    let url = format!("{}/log", sandbox.control());
    let log = send("GET", &url, &[], "").await;
    assert_eq!(
        log.json(),
        json!([
            {"server": "bitbucket", "method": "GET", "path": "/2.0/repositories/acme",
                "parameters": ["fields", "pagelen"], "credential": "workspace_access_token", "status": 200},
            {"server": "bitbucket", "method": "GET", "path": "/2.0/user",
                "parameters": ["canary"], "credential": "oauth2", "status": 401},
        ])
    );
    assert!(!log.text().contains("ATCTT3") && !log.text().contains("canary-that"));
    assert_eq!(sandbox.requests().len(), 2, "looking is not logged");
}

#[tokio::test]
async fn faults_are_set_and_shown() {
    let sandbox = started("ready").await;
    let faults = json!([{"server": "bitbucket", "path": "/2.0/user", "times": 1, "action": {"page": {"status": 502}}}]);
    assert_eq!(put(&sandbox.control(), "faults", &faults).await.status, 204);
    assert_eq!(
        shown(&sandbox.control(), "faults").await[0]["path"],
        "/2.0/user"
    );
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        502
    );
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        200
    );
    let wrong = put(
        &sandbox.control(),
        "faults",
        &json!([{"server": "bitbucket", "action": "explode"}]),
    )
    .await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("explode"), "{}", wrong.text());
}

#[tokio::test]
async fn a_latency_is_a_number() {
    let sandbox = started("ready").await;
    assert_eq!(
        put(&sandbox.control(), "latency", &json!(1)).await.status,
        204
    );
    assert_eq!(
        put(&sandbox.control(), "latency", &json!("slow"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_credential_is_mended_while_the_servers_run() {
    let sandbox = started("not-administrator").await;
    let control = sandbox.control();
    let mended = put(
        &control,
        "credentials/account",
        &json!({"roles": {"acme": "owner"}}),
    )
    .await;
    assert_eq!(mended.status, 204, "{}", mended.text());
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/1.0/groups/acme")
            .await
            .status,
        200
    );

    put(&control, "credentials/account", &json!({"expired": true})).await;
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        401
    );
    put(
        &control,
        "credentials/account",
        &json!({"expired": false, "scopes": []}),
    )
    .await;
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        403
    );

    for (name, mending, why) in [
        ("ghost", json!({}), "no credential ghost"),
        (
            "account",
            json!({"roles": {"acme": "king"}}),
            "no role king",
        ),
        (
            "account",
            json!({"roles": {"nowhere": "owner"}}),
            "no workspace nowhere",
        ),
        (
            "workspace_token",
            json!({"roles": {"acme": "owner"}}),
            "no account's credential",
        ),
        ("account", json!({"secret": "x"}), "unknown field"),
    ] {
        let refused = put(&control, &format!("credentials/{name}"), &mending).await;
        assert_eq!(refused.status, 400, "{mending}");
        assert!(refused.text().contains(why), "{}", refused.text());
    }
}

#[tokio::test]
async fn the_world_is_shown_without_secrets() {
    let sandbox = started("large").await;
    let world = shown(&sandbox.control(), "world").await;
    let acme = &world["workspaces"][0];
    assert_eq!(acme["slug"], "acme");
    assert_eq!(acme["members"].as_array().map(Vec::len), Some(200));
    assert!(!world.to_string().contains("ATCTT3"));
}

#[tokio::test]
async fn integrations_are_shown_with_their_secrets_hashed() {
    let sandbox = started("ready").await;
    let shown = shown(&sandbox.control(), "integrations").await;
    let secrets = &shown[0]["secrets"];
    assert_eq!(secrets["workspace"], "umbrella");
    assert_eq!(secrets["access_token"].as_str().map(str::len), Some(64));
    assert!(!shown.to_string().contains("older practice secret"));
}

#[tokio::test]
async fn the_practice_pages_show_what_to_copy() {
    let sandbox = started("ready").await;
    let env = sandbox.env();
    for (page, heading, value) in [
        ("workspace", "Practice Bitbucket", &env["BBSETUP_WORKSPACE"]),
        (
            "access-tokens",
            "Practice Bitbucket",
            &env["BBSETUP_WORKSPACE_TOKEN"],
        ),
        (
            "api-tokens",
            "Practice Bitbucket",
            &env["BBSETUP_API_TOKEN"],
        ),
        (
            "balkanid",
            "Practice BalkanID",
            &env["BBSETUP_BALKANID_KEY_SECRET"],
        ),
    ] {
        let url = format!("{}/practice/{page}", sandbox.bitbucket_url());
        let shown = send("GET", &url, &[], "").await;
        assert_eq!(
            (shown.status, shown.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
        assert!(
            shown.text().contains(&format!("<h1>{heading}</h1>")),
            "{page}"
        );
        assert!(shown.text().contains(value), "{page}");
    }
    let nowhere = format!("{}/practice/nowhere", sandbox.bitbucket_url());
    assert_eq!(send("GET", &nowhere, &[], "").await.status, 404);
    let nowhere = format!("{}/nowhere", sandbox.control());
    assert_eq!(send("GET", &nowhere, &[], "").await.status, 404);
}
