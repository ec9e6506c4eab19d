//! Stories of a submission against the practice BalkanID.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::collections::BTreeSet;
use std::time::Duration;

use bbsetup_balkanid::{
    BalkanId, Content, Integration, KeyNames, Ours, Polling, State, UploadRow, Values, differences,
    keys_of, ours,
};
use bbsetup_http::{Client, Limits, Network};
use bbsetup_sandbox::{Action, Fault, Sandbox, Scenario};
use bbsetup_setup::{
    ApiUrl, Email, OptionalConfiguration, Problem, ProblemCode, Secret, WorkspaceId,
};

/// Long enough for any machine; no story waits for its end unless it is about that.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(30);

async fn sandbox(scenario: &str) -> Sandbox {
    let scenario = Scenario::named(scenario).expect("a scenario");
    Sandbox::start(scenario).await.expect("servers")
}

fn balkanid(sandbox: &Sandbox) -> BalkanId {
    let env = sandbox.env();
    BalkanId {
        client: Client::new(Limits::default(), &Network::default()).expect("a client"),
        rest: ApiUrl::parse_balkanid(&sandbox.balkanid_url()).expect("an address"),
        public: ApiUrl::parse_balkanid_public(&sandbox.balkanid_public_url()).ok(),
        key_id: Secret::new(env["BBSETUP_BALKANID_KEY_ID"].as_str()),
        key_secret: Secret::new(env["BBSETUP_BALKANID_KEY_SECRET"].as_str()),
        polling: Polling {
            first: Duration::from_millis(1),
            longest: Duration::from_millis(5),
            limit: LONG,
            lost: LONG,
            settle: SHORT,
            resend: Duration::from_millis(1),
        },
    }
}

fn values(sandbox: &Sandbox) -> Values {
    let env = sandbox.env();
    Values {
        api_url: sandbox.bitbucket_url(),
        workspace: "acme".into(),
        account: env["BBSETUP_ACCOUNT"].clone(),
        workspace_token: Secret::new(env["BBSETUP_WORKSPACE_TOKEN"].as_str()),
        api_token: Secret::new(env["BBSETUP_API_TOKEN"].as_str()),
    }
}

fn acme() -> WorkspaceId {
    WorkspaceId::parse("acme").expect("an ID")
}

fn ids(rows: &[Integration]) -> BTreeSet<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

fn names() -> KeyNames {
    KeyNames {
        access_token: "access_token".into(),
        api_url: "api_url".into(),
        workspace: "workspace".into(),
        account_username: "account_username".into(),
        account_app_password: "account_app_password".into(),
    }
}

/// What rows are made of; a row borrows it.
struct Held {
    workspace: WorkspaceId,
    keys: KeyNames,
    values: Values,
    optional: OptionalConfiguration,
}

impl Held {
    fn new(sandbox: &Sandbox, keys: KeyNames) -> Self {
        Self {
            workspace: acme(),
            keys,
            values: values(sandbox),
            optional: OptionalConfiguration::default(),
        }
    }

    fn create(&self) -> UploadRow<'_> {
        UploadRow {
            app_name: "Bitbucket",
            workspace: &self.workspace,
            existing: None,
            description: "Bitbucket, \"acme\"",
            optional: &self.optional,
            content: Content::Direct {
                keys: &self.keys,
                values: &self.values,
            },
            sync: false,
        }
    }
}

fn fault(server: &str, path: &str, method: &str, times: Option<u32>, action: Action) -> Fault {
    Fault {
        server: server.into(),
        path: path.into(),
        method: method.into(),
        credential: String::new(),
        times,
        action,
    }
}

fn answer(status: u16, content_type: &str, body: &str) -> Action {
    Action::Answer {
        status,
        body: body.into(),
        content_type: content_type.into(),
        headers: Vec::new(),
    }
}

fn count(sandbox: &Sandbox, method: &str, path: &str) -> usize {
    sandbox
        .requests()
        .iter()
        .filter(|entry| entry.method == method && entry.path.starts_with(path))
        .count()
}

/// Creates the integration of acme, whose keys are read from another workspace's row.
async fn submit(sandbox: &Sandbox, balkanid: &BalkanId) -> Result<Integration, Problem> {
    let rows = balkanid.integrations().await?;
    assert_eq!(ours(&rows, &acme(), None), Ours::None);
    let keys = keys_of(&rows, None).expect("the tenant's keys");
    let held = Held::new(sandbox, keys);
    let known = ids(&rows);
    let written = balkanid.write(&held.create(), &known).await;
    written.map_err(|not_written| not_written.problem)?;
    balkanid.find_created(&acme(), &ids(&rows), LONG).await
}

#[tokio::test]
async fn the_key_names_the_tenant_and_its_apps() {
    let sandbox = sandbox("ready").await;
    let apps = balkanid(&sandbox).apps().await.expect("apps");
    let bitbucket = apps
        .iter()
        .find(|app| app.is_bitbucket())
        .expect("Bitbucket");
    assert_eq!(bitbucket.tenant_name, "Practice Tenant");
    assert_eq!(bitbucket.name, "Bitbucket");
}

#[tokio::test]
async fn a_first_submission_creates_syncs_and_ends_connected() {
    let sandbox = sandbox("ready").await;
    let balkanid = balkanid(&sandbox);
    let written = submit(&sandbox, &balkanid).await.expect("written");
    let accepted = balkanid
        .start_sync(&written.id, None)
        .await
        .expect("accepted");
    assert!(accepted.correlation_id.is_some_and(|id| !id.is_empty()));
    assert_eq!(accepted.at, None, "the address that was given has it");
    let mut states = Vec::new();
    let status = balkanid
        .watch(&written.id, &written.last_run, LONG, |status| {
            states.push(status.state)
        })
        .await
        .expect("connected");
    assert_eq!(status.words(), "Connected / Data available");
    assert_eq!(states.first(), Some(&State::Running));
    assert_eq!(states.last(), Some(&State::Connected));

    let held = sandbox.integrations();
    let ours = held.iter().find(|row| row.id == written.id).expect("ours");
    assert_eq!(ours.writes, 1);
    assert_eq!(ours.description, "Bitbucket, \"acme\"");
    let secret = |key: &str| ours.secrets[key].value.clone();
    let env = sandbox.env();
    assert_eq!(secret("access_token"), env["BBSETUP_WORKSPACE_TOKEN"]);
    assert_eq!(secret("account_app_password"), env["BBSETUP_API_TOKEN"]);
    assert_eq!(secret("account_username"), env["BBSETUP_ACCOUNT"]);
    assert_eq!(secret("workspace"), "acme");
    assert_eq!(sandbox.breaches(), 0, "no key goes to a presigned address");
}

#[tokio::test]
async fn a_second_submission_updates_and_its_old_success_is_not_taken_for_the_new_sync() {
    let sandbox = sandbox("update").await;
    let balkanid = balkanid(&sandbox);
    let rows = balkanid.integrations().await.expect("rows");
    let Ours::One(existing) = ours(&rows, &acme(), None) else {
        panic!("the row of acme is there");
    };
    assert_eq!(existing.message, "Data Available");
    let keys = keys_of(&rows, Some(&existing)).expect("its keys");
    let held = Held::new(&sandbox, keys);
    let row = UploadRow {
        existing: Some(&existing),
        ..held.create()
    };
    balkanid
        .write(&row, &BTreeSet::new())
        .await
        .expect("written");
    let written = balkanid
        .find_updated(&row, &existing, LONG)
        .await
        .expect("listed");
    let owner = Email::parse("someone.else@acme.example").expect("an e-mail");
    let differences = differences(&row, Some(&owner), &written);
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0].field, "Primary Application owner");

    balkanid
        .start_sync(&existing.id, None)
        .await
        .expect("accepted");
    let mut states = Vec::new();
    let status = balkanid
        .watch(&existing.id, &existing.last_run, LONG, |status| {
            states.push(status.state)
        })
        .await
        .expect("connected");
    assert_eq!(states.first(), Some(&State::Running));
    assert_ne!(status.last_run.as_deref(), Some(existing.last_run.as_str()));

    let held = sandbox.integrations();
    assert_eq!(held.len(), 1, "updated, not created once more");
    assert_eq!(
        held[0].other["Reviewer Precedence"],
        "manager, primaryowner"
    );
    assert_eq!(held[0].other["Reviewer Count"], "2");
}

#[tokio::test]
async fn without_a_public_api_the_row_itself_starts_the_sync() {
    let sandbox = sandbox("ready").await;
    let mut balkanid = balkanid(&sandbox);
    balkanid.public = None;
    let held = Held::new(&sandbox, names());
    let known = ids(&balkanid.integrations().await.expect("rows"));
    let row = UploadRow {
        sync: true,
        ..held.create()
    };
    balkanid
        .write(&row, &BTreeSet::new())
        .await
        .expect("written");
    let written = balkanid
        .find_created(&acme(), &known, LONG)
        .await
        .expect("listed");
    balkanid
        .watch(&written.id, "", LONG, |_| {})
        .await
        .expect("connected");
    let problem = balkanid
        .start_sync(&written.id, None)
        .await
        .expect_err("no address");
    assert_eq!(problem.code, ProblemCode::ValueMissing);
    assert_eq!(problem.field, Some("balkanid-public-url"));
}

#[tokio::test]
async fn a_create_that_is_there_by_now_is_not_sent() {
    let sandbox = sandbox("update").await;
    let held = Held::new(&sandbox, names());
    let not_written = balkanid(&sandbox)
        .write(&held.create(), &BTreeSet::new())
        .await
        .expect_err("acme is there");
    assert_eq!(not_written.problem.code, ProblemCode::BalkanIdRefused);
    assert!(!not_written.may_have_arrived);
    assert_eq!(count(&sandbox, "PUT", ""), 0);
}

#[tokio::test]
async fn a_refused_or_broken_upload_gets_a_fresh_address() {
    for action in [
        answer(
            403,
            "application/xml",
            "<Error><Code>AccessDenied</Code></Error>",
        ),
        answer(
            400,
            "application/xml",
            "<Error><Code>ExpiredToken</Code></Error>",
        ),
    ] {
        let sandbox = sandbox("ready").await;
        sandbox.add_fault(fault("storage", "", "PUT", Some(2), action));
        submit(&sandbox, &balkanid(&sandbox))
            .await
            .expect("written");
        assert_eq!(
            count(&sandbox, "POST", "/api/rest/v0/integrations/upload-url"),
            3
        );
        assert_eq!(sandbox.integrations().len(), 2);
    }
}

#[tokio::test]
async fn an_upload_that_broke_before_it_arrived_is_sent_once_more() {
    let sandbox = sandbox("ready").await;
    let mut balkanid = balkanid(&sandbox);
    balkanid.polling.lost = SHORT;
    sandbox.add_fault(fault("storage", "", "PUT", Some(1), Action::Cut));
    submit(&sandbox, &balkanid).await.expect("written");
    assert_eq!(count(&sandbox, "PUT", "/integrations/"), 2);
    assert_eq!(sandbox.integrations().len(), 2);
}

#[tokio::test]
async fn an_upload_whose_answer_alone_was_lost_creates_nothing_twice() {
    let sandbox = sandbox("ready").await;
    sandbox.add_fault(fault("storage", "", "PUT", Some(1), Action::LoseAnswer));
    submit(&sandbox, &balkanid(&sandbox))
        .await
        .expect("written");
    assert_eq!(count(&sandbox, "PUT", "/integrations/"), 1);
    assert_eq!(sandbox.integrations().len(), 2);
}

#[tokio::test]
async fn an_upload_is_given_up_after_three_addresses() {
    let sandbox = sandbox("ready").await;
    sandbox.add_fault(fault(
        "storage",
        "",
        "PUT",
        None,
        answer(403, "application/xml", ""),
    ));
    let problem = submit(&sandbox, &balkanid(&sandbox))
        .await
        .expect_err("refused");
    assert_eq!(problem.code, ProblemCode::BalkanIdRefused);
    assert!(problem.message.contains("status 403"), "{problem}");
    assert_eq!(count(&sandbox, "PUT", "/integrations/"), 3);
}

#[tokio::test]
async fn a_presigned_address_without_tls_gets_nothing() {
    let sandbox = sandbox("ready").await;
    let body = r#"{"url": "http://storage.example/x?X-Amz-Signature=canary", "pollingUrl": null}"#;
    sandbox.add_fault(fault(
        "balkanid",
        "/api/rest/v0/integrations/download-url",
        "POST",
        None,
        answer(200, "application/json", body),
    ));
    let problem = balkanid(&sandbox)
        .integrations()
        .await
        .expect_err("not https");
    assert_eq!(problem.code, ProblemCode::OffOriginLink);
    assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
}

#[tokio::test]
async fn a_file_that_is_never_ready_times_out_and_a_stale_address_is_replaced() {
    let sandbox = sandbox("ready").await;
    let mut balkanid = balkanid(&sandbox);
    sandbox.add_fault(fault(
        "storage",
        "",
        "HEAD",
        Some(1),
        answer(403, "application/xml", ""),
    ));
    sandbox.add_fault(fault(
        "storage",
        "",
        "GET",
        Some(1),
        answer(404, "application/xml", ""),
    ));
    balkanid.integrations().await.expect("rows in the end");
    assert_eq!(
        count(&sandbox, "POST", "/api/rest/v0/integrations/download-url"),
        2
    );

    sandbox.add_fault(fault(
        "storage",
        "",
        "HEAD",
        None,
        answer(404, "application/xml", ""),
    ));
    balkanid.polling.limit = SHORT;
    let problem = balkanid.integrations().await.expect_err("never ready");
    assert_eq!(problem.code, ProblemCode::TimedOut);
}

#[tokio::test]
async fn every_refusal_of_the_rest_api_has_its_code() {
    let json = "application/json";
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let cases = [
        (answer(401, json, "{}"), ProblemCode::BalkanIdKeyRefused),
        (
            answer(403, json, r#"{"message":"Forbidden"}"#),
            ProblemCode::BalkanIdKeyRefused,
        ),
        (answer(403, "text/html", page), ProblemCode::BalkanIdBlocked),
        (
            answer(404, "text/plain", "404 page not found"),
            ProblemCode::BalkanIdNotFound,
        ),
        (answer(407, "text/html", page), ProblemCode::ProxyRefused),
        (
            answer(422, json, r#"{"error":"no"}"#),
            ProblemCode::BalkanIdRefused,
        ),
        (answer(503, "text/html", page), ProblemCode::ServerError),
        (answer(200, "text/html", page), ProblemCode::UnreadableReply),
        (answer(200, json, "{}"), ProblemCode::UnreadableReply),
        (Action::Cut, ProblemCode::UnreadableReply),
        (
            Action::Answer {
                status: 302,
                body: String::new(),
                content_type: json.into(),
                headers: vec![("location".into(), "https://login.example/".into())],
            },
            ProblemCode::RedirectRefused,
        ),
        (
            Action::Answer {
                status: 429,
                body: String::new(),
                content_type: json.into(),
                headers: vec![("retry-after".into(), "3600".into())],
            },
            ProblemCode::RateLimited,
        ),
    ];
    for (action, code) in cases {
        let sandbox = sandbox("ready").await;
        sandbox.add_fault(fault("balkanid", "/api/rest", "POST", None, action.clone()));
        let problem = balkanid(&sandbox).apps().await.expect_err("refused");
        assert_eq!(problem.code, code, "{action:?}: {problem}");
        assert!(
            problem
                .message
                .starts_with("BalkanID's list of apps could not be read. "),
            "{problem}"
        );
        assert!(!problem.hints.is_empty(), "{action:?}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_told_from_a_firewall() {
    let sandbox = sandbox("ready").await;
    let mut balkanid = balkanid(&sandbox);
    balkanid.key_secret = Secret::new("canary-wrong-key");
    let problem = balkanid.apps().await.expect_err("a wrong key");
    assert_eq!(problem.code, ProblemCode::BalkanIdKeyRefused);
    assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");

    let blocked = self::sandbox("balkanid-blocked").await;
    let problem = self::balkanid(&blocked).apps().await.expect_err("blocked");
    assert_eq!(problem.code, ProblemCode::BalkanIdBlocked);
    assert!(problem.message.contains("firewall"), "{problem}");
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unreachable_and_one_without_the_api_is_not_found() {
    let sandbox = sandbox("ready").await;
    let mut balkanid = balkanid(&sandbox);
    let nothing_here = answer(404, "text/plain", "404 page not found");
    sandbox.add_fault(fault("balkanid", "", "", None, nothing_here));
    let problem = balkanid.apps().await.expect_err("no such API");
    assert_eq!(problem.code, ProblemCode::BalkanIdNotFound);
    assert_eq!(problem.field, Some("balkanid-url"));

    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port that is free again");
    balkanid.rest = ApiUrl::parse_balkanid(&format!("http://{gone}")).expect("an address");
    let problem = balkanid.apps().await.expect_err("nobody listens");
    assert_eq!(problem.code, ProblemCode::Unreachable);
}

#[tokio::test]
async fn a_sync_is_sent_again_past_a_gateway_and_not_past_a_refusal() {
    let sandbox = sandbox("update").await;
    let balkanid = balkanid(&sandbox);
    let id = sandbox.integrations()[0].id.clone();
    for action in [answer(520, "text/html", "<html>"), Action::Cut] {
        sandbox.add_fault(fault("balkanid", "/api/public", "POST", Some(2), action));
    }
    balkanid
        .start_sync(&id, None)
        .await
        .expect("accepted at last");
    assert_eq!(count(&sandbox, "POST", "/api/public"), 5);

    sandbox.clear_faults();
    sandbox.add_fault(fault(
        "balkanid",
        "/api/public",
        "POST",
        None,
        answer(503, "text/html", "<html>"),
    ));
    let problem = balkanid.start_sync(&id, None).await.expect_err("never");
    assert_eq!(problem.code, ProblemCode::ServerError);
    assert_eq!(count(&sandbox, "POST", "/api/public"), 10);
}

#[tokio::test]
async fn every_refusal_of_the_public_api_has_its_code_and_its_words() {
    let json = "application/json";
    let cases = [
        (
            200,
            json,
            r#"{"errors":[{"message":"integration\u0007 not found"}]}"#,
            ProblemCode::BalkanIdRefused,
            "“integration not found”",
        ),
        (
            200,
            json,
            r#"{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}"#,
            ProblemCode::BalkanIdKeyRefused,
            "“no”",
        ),
        (
            200,
            json,
            r#"{"errors":[{"message":"Step-up required"}]}"#,
            ProblemCode::StepUpRequired,
            "second sign-in step",
        ),
        (
            200,
            json,
            r#"{"data":{"syncIntegration":{"success":false,"stepUpRequired":true}}}"#,
            ProblemCode::StepUpRequired,
            "second sign-in step",
        ),
        (
            200,
            json,
            r#"{"data":{"syncIntegration":{"success":false}}}"#,
            ProblemCode::BalkanIdRefused,
            "did not accept",
        ),
        (
            200,
            json,
            r#"{"data":null}"#,
            ProblemCode::BalkanIdEmptyReply,
            "neither data nor an error",
        ),
        (
            400,
            json,
            r#"{"errors":[{"message":"key practice-key-id-00000001 is odd"}]}"#,
            ProblemCode::BalkanIdRefused,
            "“key •••• is odd”",
        ),
        (
            200,
            "text/html",
            "<html>",
            ProblemCode::UnreadableReply,
            "not JSON",
        ),
        (
            401,
            json,
            "{}",
            ProblemCode::BalkanIdKeyRefused,
            "status 401",
        ),
        (
            403,
            "text/html",
            "<html>",
            ProblemCode::BalkanIdBlocked,
            "firewall",
        ),
        (
            404,
            "text/plain",
            "",
            ProblemCode::BalkanIdNotFound,
            "status 404",
        ),
    ];
    for (status, content_type, body, code, words) in cases {
        let sandbox = sandbox("update").await;
        sandbox.add_fault(fault(
            "balkanid",
            "/api/public",
            "POST",
            None,
            answer(status, content_type, body),
        ));
        let problem = balkanid(&sandbox)
            .start_sync("bitbucket/1", None)
            .await
            .expect_err("refused");
        assert_eq!(problem.code, code, "{body}: {problem}");
        assert!(problem.message.contains(words), "{problem}");
        assert_eq!(count(&sandbox, "POST", "/api/public"), 1, "{body}");
    }
}

#[tokio::test]
async fn a_sync_that_fails_ends_the_watch_with_balkanids_message() {
    let sandbox = sandbox("sync-fails").await;
    let balkanid = balkanid(&sandbox);
    let written = submit(&sandbox, &balkanid).await.expect("written");
    balkanid
        .start_sync(&written.id, None)
        .await
        .expect("accepted");
    let problem = balkanid
        .watch(&written.id, "", LONG, |_| {})
        .await
        .expect_err("it fails");
    assert_eq!(problem.code, ProblemCode::SyncFailed);
    assert!(problem.message.contains("“1 error occured”"), "{problem}");
}

#[tokio::test]
async fn a_watch_bears_looks_that_fail_in_passing_and_tells_its_time_limit() {
    let sandbox = sandbox("ready").await;
    let balkanid = balkanid(&sandbox);
    let row = submit(&sandbox, &balkanid).await.expect("written");
    balkanid.start_sync(&row.id, None).await.expect("accepted");
    sandbox.add_fault(fault(
        "storage",
        "",
        "GET",
        Some(2),
        answer(200, "text/html", "<html>"),
    ));
    let status = balkanid
        .watch(&row.id, &row.last_run, LONG, |_| {})
        .await
        .expect("connected in spite of two bad looks");

    // Nothing more was started, so that what is shown stays the old success.
    let before = status.last_run.expect("it ran");
    let problem = balkanid
        .watch(&row.id, &before, SHORT, |status| {
            assert_eq!(status.state, State::Running);
        })
        .await
        .expect_err("no end");
    assert_eq!(problem.code, ProblemCode::TimedOut);
    assert!(
        problem.message.contains("before it: Data Available"),
        "{problem}"
    );

    let problem = balkanid
        .watch("bitbucket/gone", "", LONG, |_| {})
        .await
        .expect_err("not listed");
    assert_eq!(problem.code, ProblemCode::BalkanIdRefused);
}
