//! `bbsetup diagnose`: what works and what does not, and a zip that holds no secret.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::fs;
use std::io::Read;
use std::net::TcpListener;

use bbsetup_sandbox::{Listening, Sandbox, Scenario};
use bbsetup_tests::{Canary, Keychain, Ran, Story, copies_in, copies_in_folder};
use serde_json::{Value, json};

/// Slot, variable, and the marked secret.
const SECRETS: [(&str, &str, &str); 4] = [
    (
        "workspace_token",
        "BBSETUP_WORKSPACE_TOKEN",
        "ATCTT3xFfGN0canaryONE_workspace-token_IzQ7vKq2mXw=C1A2B3D4",
    ),
    (
        "account",
        "BBSETUP_API_TOKEN",
        "ATATT3xFfGF0canaryTWO_account-token_Pn5RbYd8tLs=E5F6A7B8",
    ),
    (
        "balkanid_key_id",
        "BBSETUP_BALKANID_KEY_ID",
        "canaryTHREE-key-id-Wk4HgTz9uC",
    ),
    (
        "balkanid_key_secret",
        "BBSETUP_BALKANID_KEY_SECRET",
        "canaryFOUR/key+secret=Xe6MfJa3oVyQ0rNs",
    ),
];

const FILES: [&str; 4] = ["report.txt", "report.json", "log.txt", "profiles.json"];

fn canaries() -> Vec<Canary> {
    let marked = |(slot, _, secret): &(&str, &str, &str)| Canary::new(slot, secret);
    SECRETS.iter().map(marked).collect()
}

/// The hosts of a document: host, and the states of its layers, a letter each.
fn hosts(json: &Value) -> Vec<(String, String)> {
    let hosts = json["hosts"].as_array().expect("hosts");
    hosts
        .iter()
        .map(|host| {
            let layers = host["layers"].as_array().expect("layers");
            let states = layers.iter().map(|layer| match layer["state"].as_str() {
                Some("fine") => 'f',
                Some("not_needed") => '-',
                Some("not_reached") => '.',
                _ => 'X',
            });
            let name = host["host"].as_str().expect("a host");
            (name.to_owned(), states.collect())
        })
        .collect()
}

fn codes(json: &Value) -> Vec<&str> {
    let problems = json["problems"].as_array().expect("problems");
    problems
        .iter()
        .filter_map(|problem| problem["code"].as_str())
        .collect()
}

/// What a person reads who opens the zip: each file's name and text, in order.
fn unzipped(zip: &str) -> Vec<(String, String)> {
    let file = fs::File::open(zip).expect("the zip is there");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    (0..archive.len())
        .map(|number| {
            let mut file = archive.by_index(number).expect("a file");
            let mut text = String::new();
            file.read_to_string(&mut text).expect("text");
            (file.name().expect("a name").into_owned(), text)
        })
        .collect()
}

/// A story with marked secrets, and a set-up that was finished.
async fn finished() -> Story {
    let [
        (_, _, token),
        (_, _, account),
        (_, _, key_id),
        (_, _, key_secret),
    ] = SECRETS;
    let scenario = Scenario::named("ready")
        .and_then(|ready| {
            ready.patched(json!({
                "credentials": {"workspace_token": {"secret": token}, "account": {"secret": account}},
                "balkanid": {"key_id": key_id, "key_secret": key_secret, "polls_until_ready": 0, "reads_until_synced": 0},
            }))
        })
        .expect("a scenario");
    let mut story = Story::of(scenario).await;
    let user = story.path("user-jane");
    fs::create_dir(&user).expect("room");
    let home = format!("{user}/bbsetup");
    story.set("HOME", &user).set("BBSETUP_HOME", &home);
    let ran = story
        .run(&["setup", "--answers-from-environment", "--json"])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    story
}

fn is_clean(ran: &Ran) {
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        copies_in(said.as_bytes(), &canaries()),
        Vec::<String>::new(),
        "{said}"
    );
}

#[tokio::test]
async fn all_is_fine_and_no_credential_is_sent() {
    let story = Story::named("ready").await;
    let ran = story.run(&["diagnose", "--json"]).await;
    let json = ran.json();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(json["schema"], "bbsetup.diagnose/1");
    assert_eq!(codes(&json), [""; 0]);
    let place = |url: String| url.trim_start_matches("http://").to_owned();
    // name, proxy, connection, TLS, reply, and whether it is Bitbucket.
    assert_eq!(
        hosts(&json),
        [
            (place(story.sandbox.bitbucket_url()), "--f-ff".to_owned()),
            (place(story.sandbox.balkanid_url()), "--f-f".to_owned()),
        ]
    );
    assert_eq!(
        json["hosts"][1]["used_for"],
        "BalkanID's REST API and BalkanID's Public API"
    );
    let ahead = json["hosts"][0]["clock_difference_seconds"].as_i64();
    assert!(ahead.expect("a time").abs() <= 2, "{json}");
    assert_eq!(json["home"]["writable"], true);
    assert_eq!(json["log"]["lines"], 3, "each request has a line: {json}");
    assert_eq!(json["bundle"], Value::Null);
    let asked = story.sandbox.requests();
    assert_eq!(asked.len(), 3);
    for entry in asked {
        assert_eq!(
            (entry.method.as_str(), entry.credential.as_str()),
            ("GET", "")
        );
    }

    let ran = story.run(&["diagnose"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "Keychain: this process only",
        "Nothing that was looked at is wrong.",
        "Bitbucket's API answers there.",
    ] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
}

#[tokio::test]
async fn each_way_to_fail_is_told_by_its_layer() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = taken.local_addr().expect("an address").port();
    drop(taken);
    let listening = Listening {
        tls: true,
        ..Listening::default()
    };
    let scenario = Scenario::named("ready").expect("a scenario");
    let untrusted = Sandbox::start_on(scenario, listening)
        .await
        .expect("free ports");
    for (address, states, code) in [
        (
            format!("http://127.0.0.1:{closed}"),
            "--X...",
            "unreachable",
        ),
        (
            "https://nowhere.invalid".to_owned(),
            "X.....",
            "unreachable",
        ),
        (untrusted.bitbucket_url(), "*-fX..", "tls_untrusted"),
    ] {
        let mut story = Story::named("ready").await;
        story.set("BBSETUP_API_URL", &address);
        let ran = story.run(&["diagnose", "--json"]).await;
        let json = ran.json();
        let (host, seen) = &hosts(&json)[0];
        assert!(address.contains(host.as_str()), "{host}");
        // Whether the address has a name is no matter of this story.
        let alike = states
            .chars()
            .zip(seen.chars())
            .all(|(a, b)| a == '*' || a == b);
        assert!(alike && states.len() == seen.len(), "{address}: {seen}");
        assert_eq!(codes(&json), [code], "{address}");
        assert_eq!(ran.code, 5, "{address}: could not tell");
        assert!(hosts(&json)[1].1.ends_with('f'), "the other host is fine");
    }
}

#[tokio::test]
async fn a_host_that_is_not_bitbucket_is_something_to_mend() {
    let story = Story::named("proxy-page").await;
    let ran = story.run(&["diagnose", "--json"]).await;
    let json = ran.json();
    assert_eq!(codes(&json), ["not_bitbucket"], "{json}");
    assert_eq!(hosts(&json)[0].1, "--f-fX");
}

#[tokio::test]
async fn a_clock_that_is_off_is_a_warning() {
    let story = Story::named("ready").await;
    for server in ["bitbucket", "balkanid"] {
        let fault = json!({"server": server, "action": {"answer": {
            "status": 200, "body": "{}", "content_type": "application/json",
            "headers": [["date", "Sun, 06 Nov 1994 08:49:37 GMT"]]}}});
        story
            .sandbox
            .add_fault(serde_json::from_value(fault).expect("a fault"));
    }
    let json = story.run(&["diagnose", "--json"]).await.json();
    assert!(codes(&json).contains(&"clock_differs"), "{json}");
    let problems = json["problems"].as_array().expect("problems");
    let clock = problems
        .iter()
        .find(|problem| problem["code"] == "clock_differs")
        .expect("it is there");
    assert_eq!(clock["severity"], "warning");
    let message = clock["message"].as_str().expect("a message");
    assert!(message.contains("days ahead of"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keychain_is_told_step_by_step_and_the_hosts_all_the_same() {
    let mut story = Story::named("ready").await;
    let steps = |json: &Value| -> Vec<String> {
        let steps = json["keychain"]["steps"].as_array().expect("steps").clone();
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        steps
            .iter()
            .map(|step| format!("{} {}", word(&step["layer"]), word(&step["state"])))
            .collect()
    };
    let none = Keychain::bus_alone();
    story.keeps_secrets_in(&none);
    let ran = story.run(&["diagnose", "--json"]).await;
    let json = ran.json();
    assert_eq!(ran.code, 7, "{ran:?}");
    assert_eq!(
        steps(&json),
        ["write failed", "read not_reached", "delete not_reached"]
    );
    assert_eq!(codes(&json), ["vault_unavailable"]);
    assert_eq!(json["keychain"]["problem"]["code"], "vault_unavailable");
    assert!(hosts(&json).iter().all(|(_, states)| states.ends_with('f')));

    let keychain = Keychain::open();
    story.keeps_secrets_in(&keychain);
    let ran = story.run(&["diagnose", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        steps(&ran.json()),
        ["write fine", "read fine", "delete fine"]
    );
    assert!(keychain.names().is_empty(), "nothing is left behind");
}

#[tokio::test]
async fn the_zip_is_what_was_shown_and_holds_no_secret() {
    let story = finished().await;
    let email = story.env["BBSETUP_ACCOUNT"].clone();
    assert!(email.contains('@'), "{email}");
    for with_email in [false, true] {
        let zip = story.path(&format!("diagnosis-{with_email}.zip"));
        let mut arguments = vec!["diagnose", "--json", "--yes", "--out", &zip];
        if with_email {
            arguments.push("--with-email");
        }
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        let json = ran.json();
        assert_eq!(json["bundle"]["file"], zip.as_str());
        assert_eq!(json["bundle"]["sha256"].as_str().map(str::len), Some(64));
        is_clean(&ran);

        let files = unzipped(&zip);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, FILES);
        let mut shown = String::new();
        for (name, text) in &files {
            shown.push_str(&format!("\n── {name} ──\n{text}"));
            assert_eq!(
                copies_in(text.as_bytes(), &canaries()),
                Vec::<String>::new()
            );
            assert!(!text.contains("user-jane"), "{name}: {text}");
        }
        assert!(ran.stderr.contains(&shown), "{}\n{shown}", ran.stderr);
        let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(all.contains(&email), with_email, "{all}");
        assert_eq!(ran.stderr.contains(&email), with_email);
        let masked = format!("{}•••@", &email[..1]);
        assert_eq!(all.contains(&masked), !with_email, "{all}");
        assert!(all.contains("~/bbsetup"), "{all}");

        let report: Value = serde_json::from_str(&files[1].1).expect("JSON");
        assert_eq!(report["schema"], "bbsetup.diagnose/1");
        let profiles: Value = serde_json::from_str(&files[3].1).expect("JSON");
        assert_eq!(profiles["profiles"][0]["workspace"], "acme");
        let log = &files[2].1;
        for part in [
            "method=\"GET\"",
            "path=\"/2.0/user\"",
            "status=401",
            "path=\"(not told)\"",
        ] {
            assert!(log.contains(part), "{part}: {log}");
        }
        assert!(!log.contains('?'), "no query: {log}");
    }
    // Nothing of all that was written holds one either.
    assert_eq!(
        copies_in_folder(story.folder.path(), &canaries()),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_unless_agreed_and_an_existing_file_stays() {
    let story = Story::named("ready").await;
    let zip = story.path("diagnosis.zip");
    let ran = story.run(&["diagnose", "--json", "--out", &zip]).await;
    assert_eq!(ran.code, 9, "nobody agreed: {ran:?}");
    assert_eq!(ran.json()["schema"], "bbsetup.error/1");
    assert!(ran.stderr.contains("── profiles.json ──"), "{}", ran.stderr);
    assert!(fs::metadata(&zip).is_err());

    let mut terminal = story.terminal(&["diagnose", "--out", "diagnosis.zip"]);
    terminal.sees("? Write diagnosis.zip?").types("y\r");
    let ended = terminal.ends();
    assert_eq!(ended.code, 0, "{}", ended.seen);
    let written = fs::read(&zip).expect("it was written");

    let ran = story
        .run(&["diagnose", "--json", "--yes", "--out", &zip])
        .await;
    assert_eq!((ran.code, codes(&ran.json())), (2, vec!["file_exists"]));
    assert_eq!(fs::read(&zip).expect("still there"), written);
    let ran = story
        .run(&["diagnose", "--json", "--yes", "--force", "--out", &zip])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(fs::read(&zip).expect("replaced"), written);
}

#[tokio::test]
async fn a_home_that_cannot_be_written_to_is_told_and_stops_nothing() {
    let mut story = Story::named("ready").await;
    let file = story.path("no-folder");
    fs::write(&file, "a file").expect("room");
    story.set("BBSETUP_HOME", &file);
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(ran.code, 0, "a check goes on without a log: {ran:?}");
    let ran = story.run(&["diagnose", "--json"]).await;
    let json = ran.json();
    assert_eq!(ran.code, 2, "that is no folder: {ran:?}");
    assert_eq!(json["home"]["writable"], false);
    assert!(codes(&json).contains(&"file_not_written"), "{json}");
    assert_eq!(json["log"]["lines"], 0);
    assert!(hosts(&json).iter().all(|(_, states)| states.ends_with('f')));
}
