//! The practice BalkanID: keys, presigned files, rows, syncs.

use std::collections::BTreeMap;

use bbsetup_sandbox::{FieldType, Sandbox};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::client::{Answer, basic, begin, get, send, started, started_with};

const UPLOAD_HEADER: &str = "ID,Name,Description,Status,Secrets,Sync,Reviewer Precedence,Provisioning Options,Extraction Options,Reviewer Count,Entity Request Values Templates,Entity Request Values Defaults\n";

async fn post(sandbox: &Sandbox, url: &str, body: &Value) -> Answer {
    let env = sandbox.env();
    let headers = [
        ("X-API-KEY-ID", env["BBSETUP_BALKANID_KEY_ID"].as_str()),
        (
            "x-api-key-secret",
            env["BBSETUP_BALKANID_KEY_SECRET"].as_str(),
        ),
        ("content-type", "application/json"),
    ];
    send("POST", url, &headers, &body.to_string()).await
}

async fn bulk(sandbox: &Sandbox, path: &str) -> Answer {
    let url = format!("{}/api/rest/v0/{path}", sandbox.balkanid_url());
    post(sandbox, &url, &json!({})).await
}

fn address(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()[name].as_str().expect("an address").to_owned()
}

/// Downloads a file as a client does: asks until it is ready, then fetches it.
async fn download(sandbox: &Sandbox, object: &str) -> Vec<BTreeMap<String, String>> {
    let addresses = bulk(sandbox, &format!("{object}/download-url")).await;
    let polling = address(&addresses, "pollingUrl");
    while send("HEAD", &polling, &[], "").await.status == 404 {}
    let file = send("GET", &address(&addresses, "url"), &[], "").await;
    assert_eq!(
        (file.status, file.header("content-type")),
        (200, "text/csv")
    );
    csv::Reader::from_reader(file.body.as_ref())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("CSV with a header")
}

async fn upload(sandbox: &Sandbox, object: &str, file: &str) {
    let url = address(&bulk(sandbox, &format!("{object}/upload-url")).await, "url");
    let put = send("PUT", &url, &[("content-type", "text/csv")], file).await;
    assert_eq!(put.status, 200, "{}", put.text());
}

/// A row of an upload with the five values that the scenario holds.
fn row(id: &str, secrets: &Value, sync: bool) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let secrets = secrets.to_string();
    let sync = sync.to_string();
    writer
        .write_record([
            id,
            "Bitbucket",
            "Ours",
            "active",
            &secrets,
            &sync,
            "manager",
            "{}",
            "{\"direct_configuration\":true}",
            "1",
            "",
            "",
        ])
        .expect("a row");
    String::from_utf8(writer.into_inner().expect("bytes")).expect("text")
}

fn secrets(sandbox: &Sandbox) -> Value {
    let env = sandbox.env();
    let field = |key: &str, kind: &str, value: &str| json!({"name": key, "key": key, "type": kind, "value": value});
    json!([
        field("access_token", "secret", &env["BBSETUP_WORKSPACE_TOKEN"]),
        field("api_url", "public", &env["BBSETUP_API_URL"]),
        field("workspace", "public", &env["BBSETUP_WORKSPACE"]),
        field("account_username", "public", &env["BBSETUP_ACCOUNT"]),
        field("account_app_password", "secret", &env["BBSETUP_API_TOKEN"]),
    ])
}

async fn sync(sandbox: &Sandbox, id: &str) -> Value {
    let call = json!({
        "query": "mutation syncIntegration($input: SyncIntegrationInput!){syncIntegration(input:$input){success correlationId}}",
        "variables": {"input": {"integrationId": id}},
    });
    post(sandbox, &sandbox.balkanid_public_url(), &call)
        .await
        .json()
}

fn of<'a>(rows: &'a [BTreeMap<String, String>], id: &str) -> &'a BTreeMap<String, String> {
    rows.iter().find(|row| row["ID"] == id).expect("the row")
}

/// Creates an integration and gives its ID.
async fn created(sandbox: &Sandbox, secrets: &Value) -> String {
    upload(
        sandbox,
        "integrations",
        &(UPLOAD_HEADER.to_owned() + &row("", secrets, false)),
    )
    .await;
    sandbox
        .integrations()
        .last()
        .expect("an integration")
        .id
        .clone()
}

#[tokio::test]
async fn the_apps_name_bitbucket_and_the_tenant() {
    let sandbox = started("ready").await;
    let apps = download(&sandbox, "apps").await;
    let bitbucket = apps
        .iter()
        .find(|app| app["ID"] == "bitbucket")
        .expect("the app");
    assert_eq!(
        (
            bitbucket["Name"].as_str(),
            bitbucket["Tenant Name"].as_str()
        ),
        ("Bitbucket", "Practice Tenant")
    );
}

#[tokio::test]
async fn an_unknown_key_is_refused_on_both_apis() {
    let sandbox = started("balkanid-key-refused").await;
    assert_eq!(
        bulk(&sandbox, "integrations/download-url").await.status,
        403
    );
    assert_eq!(
        post(&sandbox, &sandbox.balkanid_public_url(), &json!({}))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn what_is_nowhere_is_not_found() {
    let sandbox = started("ready").await;
    for path in [
        "integrations/delete-url",
        "nothing/download-url",
        "apps/upload-url",
        "apps",
    ] {
        assert_eq!(bulk(&sandbox, path).await.status, 404, "{path}");
    }
    let url = format!("{}/api/rest/v0/apps/download-url", sandbox.balkanid_url());
    assert_eq!(send("GET", &url, &[], "").await.status, 404);
}

#[tokio::test]
async fn a_download_is_ready_after_some_asking() {
    let sandbox = started_with(json!({"balkanid": {"polls_until_ready": 2}})).await;
    let addresses = bulk(&sandbox, "integrations/download-url").await;
    let (url, polling) = (
        address(&addresses, "url"),
        address(&addresses, "pollingUrl"),
    );
    assert_eq!(send("GET", &url, &[], "").await.status, 404, "not ready");
    assert_eq!(send("HEAD", &polling, &[], "").await.status, 404);
    assert_eq!(send("HEAD", &polling, &[], "").await.status, 404);
    assert_eq!(send("HEAD", &polling, &[], "").await.status, 200);
    assert_eq!(send("GET", &url, &[], "").await.status, 200);
    assert_eq!(
        send("GET", &polling, &[], "").await.status,
        403,
        "an address holds for one method"
    );
}

#[tokio::test]
async fn an_address_needs_its_signature_and_its_time_and_takes_one_upload() {
    let sandbox = started("ready").await;
    let url = address(&bulk(&sandbox, "entities/upload-url").await, "url");
    assert!(
        !url.starts_with(&sandbox.balkanid_url()) && !url.starts_with(&sandbox.bitbucket_url()),
        "{url}"
    );
    let forged = url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert_eq!(send("PUT", &forged, &[], "").await.status, 403);
    assert_eq!(send("PUT", &url, &[], "").await.status, 200);
    assert_eq!(send("PUT", &url, &[], "").await.status, 403, "it was used");

    let late = started_with(json!({"balkanid": {"presigned_seconds": 0}})).await;
    let url = address(&bulk(&late, "entities/upload-url").await, "url");
    let expired = send("PUT", &url, &[], "").await;
    assert_eq!(expired.status, 403);
    assert!(
        expired.text().contains("Request has expired"),
        "{}",
        expired.text()
    );
}

#[tokio::test]
async fn a_credential_at_the_storage_is_refused_and_noted() {
    let sandbox = started("ready").await;
    let url = address(&bulk(&sandbox, "integrations/upload-url").await, "url");
    for header in ["Authorization", "X-Api-Key-ID", "x-api-key-secret"] {
        assert_eq!(
            send("PUT", &url, &[(header, "canary")], "").await.status,
            400,
            "{header}"
        );
    }
    assert_eq!(sandbox.breaches(), 3);
    assert_eq!(
        send("PUT", &url, &[], UPLOAD_HEADER).await.status,
        200,
        "the address still holds"
    );
}

#[tokio::test]
async fn a_row_without_id_creates_and_one_with_id_updates() {
    let sandbox = started("first-set-up").await;
    assert_eq!(download(&sandbox, "integrations").await.len(), 0);
    let id = created(&sandbox, &secrets(&sandbox)).await;
    assert!(
        id.starts_with("bitbucket/01") && id.len() == "bitbucket/".len() + 26,
        "{id}"
    );

    let rows = download(&sandbox, "integrations").await;
    let shown = of(&rows, &id);
    assert_eq!(shown.len(), 14);
    assert_eq!(
        (
            shown["Status"].as_str(),
            shown["Message"].as_str(),
            shown["Last Run"].as_str()
        ),
        ("inactive", "", "")
    );
    let metadata: Value = serde_json::from_str(&shown["Metadata"]).expect("JSON");
    let value = |key: &str| {
        metadata
            .as_array()
            .expect("a list")
            .iter()
            .find(|field| field["key"] == key)
            .expect("the key")["value"]
            .clone()
    };
    assert_eq!(
        (value("workspace"), value("access_token")),
        (json!("acme"), json!("")),
        "a secret is blank"
    );
    let held = &sandbox.integrations()[0].secrets["access_token"];
    assert_eq!(
        (held.kind, &held.value),
        (FieldType::Secret, &sandbox.env()["BBSETUP_WORKSPACE_TOKEN"])
    );

    let changed = json!([
        {"name": "access_token", "key": "access_token", "type": "secret", "value": ""},
        {"name": "account_app_password", "key": "account_app_password", "type": "secret", "value": "another"},
    ]);
    upload(
        &sandbox,
        "integrations",
        &(UPLOAD_HEADER.to_owned() + &row(&id, &changed, false)),
    )
    .await;
    let integrations = sandbox.integrations();
    assert_eq!(
        (integrations.len(), integrations[0].writes),
        (1, 2),
        "nothing is duplicated"
    );
    assert_eq!(
        integrations[0].secrets["account_app_password"].value,
        "another"
    );
    assert_eq!(
        integrations[0].secrets["access_token"].value,
        sandbox.env()["BBSETUP_WORKSPACE_TOKEN"],
        "blank keeps"
    );
    let debug = format!("{integrations:?}");
    assert!(!debug.contains("ATCTT3"), "{debug}");
}

#[tokio::test]
async fn a_bad_row_changes_nothing_and_says_why() {
    let sandbox = started("existing-integration").await;
    let before = sandbox.integrations();
    let id = before[0].id.clone();
    let bad = row(&id, &json!({"access_token": "canary"}), false);
    let unknown = row("bitbucket/01NOBODY", &json!([]), false);
    upload(
        &sandbox,
        "integrations",
        &(UPLOAD_HEADER.to_owned() + &bad + &unknown + "short,row\n"),
    )
    .await;

    let reasons: Vec<_> = sandbox
        .refused_rows()
        .into_iter()
        .map(|row| (row.row, row.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            (
                1,
                "Secrets is not a list of name, key, type and value".to_owned()
            ),
            (2, "no integration has this ID".to_owned()),
            (3, "the row is not CSV of 12 cells".to_owned()),
        ]
    );
    let after = &sandbox.integrations()[0];
    assert_eq!((&after.secrets, after.writes), (&before[0].secrets, 0));
    let rows = download(&sandbox, "integrations").await;
    assert_eq!(
        of(&rows, &id)["Message"],
        "Secrets is not a list of name, key, type and value"
    );

    upload(&sandbox, "integrations", "Name,ID\nBitbucket,\n").await;
    assert_eq!(
        sandbox.refused_rows().last().map(|row| row.row),
        Some(0),
        "the header"
    );
    assert_eq!(sandbox.integrations().len(), 1);
}

#[tokio::test]
async fn a_sync_runs_for_two_downloads_and_ends_with_the_truth() {
    let sandbox = started("first-set-up").await;
    let id = created(&sandbox, &secrets(&sandbox)).await;
    let started = sync(&sandbox, &id).await;
    assert_eq!(started["data"]["syncIntegration"]["success"], true);
    assert!(started["data"]["syncIntegration"]["correlationId"].is_string());
    let mut seen = Vec::new();
    for _ in 0..3 {
        let rows = download(&sandbox, "integrations").await;
        let row = of(&rows, &id);
        seen.push((
            row["Status"].clone(),
            row["Message"].clone(),
            !row["Last Run"].is_empty(),
        ));
    }
    let running = ("inactive".to_owned(), String::new(), false);
    assert_eq!(
        seen,
        [
            running.clone(),
            running,
            ("active".to_owned(), "Data Available".to_owned(), true)
        ]
    );
}

/// How a sync ends with one of the five values changed.
async fn ends_with(sandbox: &Sandbox, key: &str, value: &str) -> String {
    let mut changed = secrets(sandbox);
    for field in changed.as_array_mut().expect("a list") {
        if field["key"] == key {
            field["value"] = json!(value);
        }
    }
    let id = created(sandbox, &changed).await;
    sync(sandbox, &id).await;
    for _ in 0..2 {
        download(sandbox, "integrations").await;
    }
    let rows = download(sandbox, "integrations").await;
    of(&rows, &id)["Message"].clone()
}

#[tokio::test]
async fn a_sync_fails_where_any_value_is_wrong() {
    let sandbox = started("first-set-up").await;
    for (key, value) in [
        ("access_token", "ATCTT3-wrong"),
        ("api_url", "https://api.bitbucket.org"),
        ("workspace", "umbrella"),
        ("account_username", "balkanid"),
        ("account_app_password", "ATATT3-wrong"),
        ("key-of-nothing", ""),
    ] {
        let ends = ends_with(&sandbox, key, value).await;
        let expected = if key == "key-of-nothing" {
            "Data Available"
        } else {
            "1 error occured"
        };
        assert_eq!(ends, expected, "{key}");
    }
}

#[tokio::test]
async fn a_sync_succeeds_once_its_cause_is_mended() {
    let sandbox = started("not-administrator").await;
    let id = created(&sandbox, &secrets(&sandbox)).await;
    let message = async || {
        sync(&sandbox, &id).await;
        for _ in 0..2 {
            download(&sandbox, "integrations").await;
        }
        let rows = download(&sandbox, "integrations").await;
        (
            of(&rows, &id)["Message"].clone(),
            of(&rows, &id)["Last Run"].clone(),
        )
    };
    let (failed, first) = message().await;
    assert_eq!(failed, "1 error occured");
    let mending = json!({"roles": {"acme": "owner"}}).to_string();
    send(
        "PUT",
        &format!("{}/credentials/account", sandbox.control()),
        &[],
        &mending,
    )
    .await;
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/1.0/groups/acme")
            .await
            .status,
        200
    );
    let (succeeded, second) = message().await;
    assert_eq!(succeeded, "Data Available");
    assert!(second > first, "each run is later: {first} {second}");
}

#[tokio::test]
async fn a_row_may_start_the_sync_and_a_scenario_may_fail_it() {
    let sandbox = started("sync-fails").await;
    upload(
        &sandbox,
        "integrations",
        &(UPLOAD_HEADER.to_owned() + &row("", &secrets(&sandbox), true)),
    )
    .await;
    let id = sandbox
        .integrations()
        .last()
        .expect("an integration")
        .id
        .clone();
    for _ in 0..2 {
        download(&sandbox, "integrations").await;
    }
    assert_eq!(
        of(&download(&sandbox, "integrations").await, &id)["Message"],
        "1 error occured"
    );
}

#[tokio::test]
async fn graphql_refuses_with_errors() {
    let sandbox = started("ready").await;
    let unknown = sync(&sandbox, "bitbucket/01NOBODY").await;
    assert_eq!(unknown["errors"][0]["message"], "integration not found");
    let without = post(
        &sandbox,
        &sandbox.balkanid_public_url(),
        &json!({"query": "mutation { syncIntegration }"}),
    )
    .await;
    assert!(without.json()["errors"][0]["message"].is_string());
    let other = post(
        &sandbox,
        &sandbox.balkanid_public_url(),
        &json!({"query": "query { whoami }"}),
    )
    .await;
    assert!(other.json()["errors"][0]["message"].is_string());
    assert_eq!(
        post(&sandbox, &sandbox.balkanid_public_url(), &json!("x"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn firewall_wrong_host_and_outage_look_like_themselves() {
    let firewall = started("balkanid-waf").await;
    let blocked = bulk(&firewall, "apps/download-url").await;
    assert_eq!(blocked.status, 403);
    assert!(
        blocked.text().contains("Sorry, you have been blocked")
            && blocked.text().contains("Ray ID")
    );

    let wrong_host = started("balkanid-wrong-host").await;
    assert_eq!(bulk(&wrong_host, "apps/download-url").await.status, 200);
    assert_eq!(
        post(&wrong_host, &wrong_host.balkanid_public_url(), &json!({}))
            .await
            .status,
        404
    );

    let outage = started("balkanid-unavailable").await;
    assert_eq!(bulk(&outage, "apps/download-url").await.status, 503);
}

#[tokio::test]
async fn entities_come_first_and_relations_lead_to_them() {
    let sandbox = started("ready").await;
    let entities = "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\n\
        Bitbucket,王小明,identity,bitbucket,{1},user,1,{}\n\
        Bitbucket,Acme,resource,bitbucket,{2},workspace,1,\n\
        Bitbucket,,identity,bitbucket,{3},user,1,\n\
        Bitbucket,Odd,thing,bitbucket,{4},user,1,\n";
    upload(&sandbox, "entities", entities).await;
    let relations = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata\n\
        Bitbucket,{1},identity,{2},resource,bitbucket,1,\"{\"\"privilegeName\"\":\"\"member\"\"}\"\n\
        Bitbucket,{9},identity,{2},resource,bitbucket,1,\n";
    upload(&sandbox, "entity-relations", relations).await;
    let files = sandbox.stored_files();
    assert_eq!(
        files
            .iter()
            .map(|file| (file.object.as_str(), file.rows.len()))
            .collect::<Vec<_>>(),
        [("entities", 2), ("entity-relations", 1)]
    );
    assert_eq!(files[0].rows[0]["Name"], "王小明");
    let reasons: Vec<_> = sandbox
        .refused_rows()
        .into_iter()
        .map(|row| (row.object, row.row, row.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            ("entities".to_owned(), 3, "Name is empty".to_owned()),
            (
                "entities".to_owned(),
                4,
                "Entity Type is not identity, connection or resource".to_owned()
            ),
            (
                "entity-relations".to_owned(),
                2,
                "Parent Entity Source ID is not among the last entities".to_owned()
            ),
        ]
    );
}

#[tokio::test]
async fn an_answer_may_be_lost_after_the_upload_was_taken_or_before() {
    let sandbox = started("first-set-up").await;
    let file = UPLOAD_HEADER.to_owned() + &row("", &secrets(&sandbox), false);
    for (action, taken) in [("cut", 0), ("lose_answer", 1)] {
        let fault = json!({"server": "storage", "method": "PUT", "times": 1, "action": action});
        sandbox.set_fault(serde_json::from_value(fault).expect("a fault"));
        let addresses = bulk(&sandbox, "integrations/upload-url").await;
        let response = begin("PUT", &address(&addresses, "url"), &[], &file).await;
        response
            .into_body()
            .collect()
            .await
            .expect_err("half an answer");
        assert_eq!(sandbox.integrations().len(), taken, "{action}");
    }
}
