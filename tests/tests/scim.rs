//! `bbsetup scim`: beside verdict and problems of the scenarios, which the matrix has, its document,
//! what is typed for it, its secret, and a SCIM server that others wrote.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bbsetup_sandbox::Scenario;
#[cfg(target_os = "linux")]
use bbsetup_tests::Keychain;
use bbsetup_tests::{Canary, Story, copies_in, copies_in_folder, foreign};
use serde_json::{Value, json};

const CANARY: &str = "canarySIX/scim+token=Tg7WmPz4oXyQ0rNs";

#[tokio::test]
async fn the_document_is_shaped_like_the_one_of_check() {
    let story = Story::named("ready").await;
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(json["schema"], "bbsetup.scim/1");
    assert_eq!(json["scim_url"], story.sandbox.scim_url());
    assert_eq!(json["verdict"], "ready");
    assert_eq!((&json["users"], &json["groups"]), (&json!(15), &json!(4)));
    let checks = json["checks"].as_array().expect("checks");
    let ids: Vec<&str> = checks
        .iter()
        .map(|check| check["id"].as_str().expect("an ID"))
        .collect();
    assert_eq!(
        ids,
        [
            "scim/sign_in",
            "scim/service_provider_config",
            "scim/resource_types",
            "scim/schemas",
            "scim/users",
            "scim/users_paging",
            "scim/users_filter",
            "scim/user_attributes",
            "scim/groups",
            "scim/groups_paging",
            "scim/group_members",
            "scim/content_type",
            "scim/error_body",
        ]
    );
    let of_bitbucket = story.run(&["check", "--json"]).await.json();
    let names = |check: &Value| -> Vec<String> {
        let object = check.as_object().expect("an object");
        object.keys().cloned().collect()
    };
    for check in checks {
        assert_eq!(names(check), names(&of_bitbucket["checks"][0]));
        assert_eq!(check["evidence"]["method"], "GET", "{check}");
        assert_eq!(check["outcome"], "granted", "{check}");
    }
}

#[tokio::test]
async fn a_person_reads_a_table_and_what_to_do() {
    let story = Story::named("scim-cuts-members").await;
    let ran = story.run(&["scim"]).await;
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with("Not ready: one thing is missing."));
    for part in ["Group members", "✗ Missing", "15 users, 4 groups"] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
    assert!(ran.stderr.contains("scim_members_cut"), "{}", ran.stderr);
}

#[tokio::test]
async fn what_is_typed_is_refused_with_its_reason_and_nothing_is_sent() {
    let mut story = Story::named("ready").await;
    for (typed, code, field) in [
        ("", "value_missing", "scim-url"),
        ("scim", "value_unreadable", "scim-url"),
        (
            "http://id.acme.example/scim",
            "address_not_allowed",
            "scim-url",
        ),
        (
            "https://me:canary@id.acme.example/scim",
            "value_unreadable",
            "scim-url",
        ),
    ] {
        story.set("BBSETUP_SCIM_URL", typed);
        let ran = story.run(&["scim", "--json"]).await;
        assert_eq!(ran.code, 2, "{typed}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["schema"], "bbsetup.scim/1", "{typed}");
        assert_eq!(json["problems"][0]["code"], code, "{typed}");
        assert_eq!(json["problems"][0]["field"], field, "{typed}");
        assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
    }
    story.set("BBSETUP_SCIM_URL", &story.sandbox.scim_url());
    story.unset("BBSETUP_SCIM_TOKEN");
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error value_missing -".to_owned()])
    );
    let ran = story
        .run(&["scim", "--scim-token", "canary", "--json"])
        .await;
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["problems"][0]["code"], "secret_in_arguments");
    assert!(story.sandbox.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_user_name_makes_the_token_a_password() {
    let ready = Scenario::named("ready").expect("a scenario");
    let basic = ready
        .patched(json!({"scim": {"user": "balkanid", "token": "a password with spaces"}}))
        .expect("a scenario");
    let mut story = Story::of(basic).await;
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));
    story.unset("BBSETUP_SCIM_USER");
    story.set("BBSETUP_SCIM_TOKEN", "a-token");
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stdout.contains("--scim-user"), "{}", ran.stdout);
}

/// A server whose token is marked, and which repeats what it was sent.
async fn marked() -> Story {
    let ready = Scenario::named("ready").expect("a scenario");
    let story = Story::of(
        ready
            .patched(json!({"scim": {"token": CANARY}}))
            .expect("a scenario"),
    )
    .await;
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "403", "detail": format!("{CANARY} may not read groups")});
    let fault = json!({"server": "scim", "path": "/scim/v2/Groups",
        "action": {"answer": {"status": 403, "body": body.to_string()}}});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    story
}

#[tokio::test]
async fn the_token_is_in_no_output_and_no_file() {
    let canary = [Canary::new("scim_token", CANARY)];
    let story = marked().await;
    for arguments in [
        vec!["scim", "--verbose"],
        vec!["scim", "--verbose", "--json"],
    ] {
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 8, "{ran:?}");
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("may not read groups"), "{said}");
        let copies = copies_in(said.as_bytes(), &canary);
        assert_eq!(copies, [] as [&str; 0], "{said}");
    }
    let copies = copies_in_folder(story.folder.path(), &canary);
    assert_eq!(copies, [] as [&str; 0]);
    let home = std::path::PathBuf::from(story.path("home"));
    assert!(home.is_dir(), "the log is there to be looked through");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_token_is_taken_from_the_keychain_of_the_workspace() {
    let keychain = Keychain::open();
    let mut story = Story::named("ready").await;
    story.keeps_secrets_in(&keychain);
    assert_eq!(story.run(&["save", "--json"]).await.code, 0);
    let token = story.typed("BBSETUP_SCIM_TOKEN");
    assert_eq!(keychain.lookup("acme", "scim_token"), Some(token));
    story.unset("BBSETUP_SCIM_TOKEN");
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()));

    // Of another server's set-up it is not taken.
    let home = Path::new(&story.env["BBSETUP_HOME"]).join("profiles/acme.json");
    let profile = std::fs::read_to_string(&home).expect("a profile");
    let other = profile.replace(
        "\"scim_url\": null",
        "\"scim_url\": \"https://scim.acme.example/v2\"",
    );
    assert_ne!(profile, other);
    std::fs::write(&home, other).expect("room");
    let sent = story.sandbox.requests().len();
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error value_missing -".to_owned()])
    );
    assert_eq!(story.sandbox.requests().len(), sent, "nothing was sent");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_for_the_token_and_it_is_not_shown() {
    let story = marked().await;
    story.sandbox.clear_faults();
    let mut command = story.command(&["scim"]);
    command.env_remove("BBSETUP_SCIM_TOKEN");
    let mut terminal = bbsetup_tests::Terminal::start(&command);
    terminal
        .pastes("SCIM", CANARY)
        .sees("Ready: BalkanID can read");
    let ended = terminal.ends();
    assert_eq!(ended.code, 0, "{}", ended.seen);
    let canary = [Canary::new("scim_token", CANARY)];
    assert_eq!(copies_in(&ended.bytes(), &canary), [] as [&str; 0]);
}

/// A SCIM server that others wrote, which ends with the story.
struct Foreign {
    child: Child,
    url: String,
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Starts `scim2-server`, which keeps all in memory.
fn scim2_server(token: &str) -> Foreign {
    // It takes no port 0, and the port may be taken in between.
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut child = Command::new(foreign("scim2-server"))
            .args(["--bearer-token", token, "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scim2-server starts");
        let started = Instant::now();
        loop {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Foreign {
                    child,
                    url: format!("http://127.0.0.1:{port}/v2"),
                };
            }
            if child.try_wait().expect("its state").is_some() {
                break;
            }
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "scim2-server does not answer"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    panic!("scim2-server ended at once, five times");
}

/// Makes people and groups: more than a page of either, and one group longer than a page.
const FILL: &str = r#"
import json, sys, urllib.request

base, token = sys.stdin.read().split()

def post(path, body):
    request = urllib.request.Request(
        base + path, json.dumps(body).encode(),
        {"Authorization": "Bearer " + token, "Content-Type": "application/scim+json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["id"]

core = "urn:ietf:params:scim:schemas:core:2.0:"
people = [
    post("/Users", {
        "schemas": [core + "User"], "userName": f"person{number}@acme.example",
        "active": number % 7 != 0, "displayName": f"José \"{number}\" 王",
        "emails": [{"value": f"person{number}@acme.example", "primary": True}]})
    for number in range(130)
]
for number in range(104):
    members = people[:120] if number == 60 else people[number % 7:number % 7 + 3]
    post("/Groups", {
        "schemas": [core + "Group"], "displayName": f"Group {number}",
        "members": [{"value": person} for person in members]})
"#;

fn fill(server: &Foreign, token: &str) {
    let mut python = Command::new(foreign("python"))
        .args(["-c", FILL])
        .stdin(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = python.stdin.take().expect("its input");
    writeln!(stdin, "{} {token}", server.url).expect("it reads");
    drop(stdin);
    assert!(python.wait().expect("it ends").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_others_wrote_is_read_whole() {
    let token = "foreign-token-0001";
    let server = scim2_server(token);
    let mut story = Story::named("ready").await;
    story.set("BBSETUP_SCIM_URL", &server.url);
    story.set("BBSETUP_SCIM_TOKEN", token);

    // Nobody is in it yet: that is nothing to look at, and neither yes nor no.
    let empty = story.run(&["scim", "--json"]).await;
    assert_eq!(empty.json()["verdict"], "undetermined", "{empty:?}");
    assert_eq!(
        empty.problems(),
        [
            "warning empty_result scim/groups",
            "warning empty_result scim/users"
        ]
    );

    fill(&server, token);
    let ran = story.run(&["scim", "--json"]).await;
    assert_eq!((ran.code, ran.problems()), (0, Vec::new()), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["verdict"], "ready");
    assert_eq!(
        (&json["users"], &json["groups"]),
        (&json!(130), &json!(104))
    );
    let check = |id: &str| {
        let checks = json["checks"].as_array().expect("checks");
        let check = checks.iter().find(|check| check["id"] == id);
        check.unwrap_or_else(|| panic!("no check {id}")).clone()
    };
    let members = check("scim/group_members");
    assert_eq!(members["evidence"]["seen"], "Group 60: 120 members");
    assert_eq!(members["reason"], "More than a page of 100.");
    assert_eq!(check("scim/users")["evidence"]["items"], 100);
    for (id, all) in [("scim/users_paging", 130), ("scim/groups_paging", 104)] {
        assert_eq!(check(id)["evidence"]["seen"], format!("3 pages, all {all}"));
    }
    assert_eq!(check("scim/users_filter")["evidence"]["items"], 1);
    assert!(json["requests"].as_u64().expect("a count") <= 20, "{json}");

    story.set("BBSETUP_SCIM_TOKEN", "another-token-0002");
    let refused = story.run(&["scim", "--json"]).await;
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(refused.problems(), ["error sign_in_refused scim/sign_in"]);

    story.set("BBSETUP_SCIM_TOKEN", token);
    let elsewhere = server.url.replace("/v2", "/nothing");
    story.set("BBSETUP_SCIM_URL", &elsewhere);
    let nothing = story.run(&["scim", "--json"]).await;
    assert_eq!(nothing.code, 5, "{nothing:?}");
    assert_eq!(nothing.problems(), ["error not_scim scim/sign_in"]);
}
