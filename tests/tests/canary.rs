//! The whole story with marked secrets, after which nothing that the program wrote holds them.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::fs;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use bbsetup_sandbox::Scenario;
use bbsetup_tests::{Canary, Keychain, Ran, Story, copies_in, copies_in_folder};
use serde_json::{Value, json};

/// Slot, variable, and the marked secret. Each holds signs that an address writes otherwise.
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

const PASSPHRASE: &str = "canaryFIVE, a passphrase & its sign: Lh2DpBi7eGk";

fn canaries() -> Vec<Canary> {
    SECRETS
        .iter()
        .map(|(slot, _, secret)| Canary::new(slot, secret))
        .chain([Canary::new("passphrase", PASSPHRASE)])
        .collect()
}

/// All is well, with marked secrets.
fn scenario() -> Scenario {
    let [
        (_, _, token),
        (_, _, account),
        (_, _, key_id),
        (_, _, key_secret),
    ] = SECRETS;
    Scenario::named("ready")
        .and_then(|ready| {
            ready.patched(json!({
                "credentials": {"workspace_token": {"secret": token}, "account": {"secret": account}},
                "balkanid": {"key_id": key_id, "key_secret": key_secret, "polls_until_ready": 0, "reads_until_synced": 0},
            }))
        })
        .expect("a scenario")
}

/// A story whose every file is in one folder, and whose secrets go to a real keychain.
async fn story(keychain: &Keychain) -> Story {
    let mut story = Story::of(scenario()).await;
    story.keeps_secrets_in(keychain);
    for folder in ["HOME", "TMPDIR"] {
        let path = story.path(folder);
        fs::create_dir(&path).expect("room");
        story.set(folder, &path);
    }
    // What a careless library would listen to.
    story.set("RUST_LOG", "trace").set("RUST_BACKTRACE", "full");
    story
}

/// Nothing that a run said, and no file of the story, holds a secret.
fn is_clean(story: &Story, run: &str, said: &[&[u8]]) {
    for said in said {
        let shown = String::from_utf8_lossy(said);
        assert_eq!(
            copies_in(said, &canaries()),
            Vec::<String>::new(),
            "{run}: {shown}"
        );
    }
    assert_eq!(
        copies_in_folder(story.folder.path(), &canaries()),
        Vec::<String>::new(),
        "after {run}"
    );
}

async fn ran_clean(story: &Story, arguments: &[&str]) -> Ran {
    let ran = story.run(arguments).await;
    let said = [ran.stdout.as_bytes(), ran.stderr.as_bytes()];
    is_clean(story, &arguments.join(" "), &said);
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story_writes_no_secret_anywhere() {
    let keychain = Keychain::open();
    let mut story = story(&keychain).await;

    // At a terminal, typed by hand.
    let given = story.sandbox.env();
    story.gives_nothing_beforehand();
    let mut terminal = story.terminal(&["setup", "--verbose"]);
    terminal.reaches_the_report(&story);
    is_clean(&story, "the first six steps", &[]);
    terminal.fills_in_balkanids_form(&story).sees("Step 8 of 9");
    is_clean(&story, "BalkanID's form", &[]);
    terminal
        .chooses("Save and submit")
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    let ended = terminal.ends();
    assert_eq!(ended.code, 0, "{}", ended.seen);
    is_clean(&story, "setup", &[&ended.bytes()]);
    assert!(ended.seen.contains("GET"), "--verbose tells each request");

    // They were really there all along.
    for (slot, _, secret) in SECRETS {
        assert_eq!(keychain.lookup("acme", slot).as_deref(), Some(secret));
    }
    let held = story.sandbox.integrations();
    let held = held.iter().find(|held| held.writes > 0).expect("ours");
    assert_eq!(held.secrets["access_token"].value, SECRETS[0].2);
    assert_eq!(held.secrets["account_app_password"].value, SECRETS[1].2);

    // Then every command, once out of the keychain and once out of the environment.
    for round in ["keychain", "environment"] {
        if round == "environment" {
            for (name, value) in &given {
                story.set(name, value);
            }
            story.set("BBSETUP_EXPORT_PASSPHRASE", PASSPHRASE);
        }
        let file = |name: &str| story.path(&format!("{round}-{name}"));
        let exports = [
            ("json", file("setup.json")),
            ("toml", file("setup.toml")),
            ("env", file("setup.env")),
        ];
        let mut runs: Vec<Vec<&str>> = vec![
            vec!["check"],
            vec!["check", "--json"],
            vec!["save", "--json"],
            vec!["submit", "--json", "--watch", "--yes"],
            vec!["status", "--json"],
            vec!["profiles", "--json"],
        ];
        for (format, path) in &exports {
            runs.push(vec!["export", "--json", "--format", format, "--out", path]);
        }
        let evidence = [file("evidence.md"), file("evidence.html")];
        for path in &evidence {
            runs.push(vec!["evidence", "--out", path]);
        }
        // What is in the zip is shown on standard error too, where it is looked through.
        let zip = file("diagnosis.zip");
        runs.push(vec!["diagnose", "--with-email", "--yes", "--out", &zip]);
        let sealed = file("setup.age");
        if round == "environment" {
            runs.push(vec![
                "export", "--json", "--format", "age", "--out", &sealed,
            ]);
        }
        for mut arguments in runs {
            arguments.push("--verbose");
            let ran = ran_clean(&story, &arguments).await;
            assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        }
    }
    assert!(
        fs::metadata(story.path("environment-setup.age"))
            .expect("it is there")
            .len()
            > 500,
        "the one file that holds them is encrypted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_says_no_secret_either() {
    let keychain = Keychain::open();
    let story = story(&keychain).await;
    // A server that repeats what it was sent, in every place where a message may stand.
    let [
        (_, _, token),
        (_, _, account),
        (_, _, key_id),
        (_, _, key_secret),
    ] = SECRETS;
    let all = format!("{token} {account} {key_id} {key_secret}");
    let error = json!({"type": "error", "error": {"message": all, "detail": {"required": [token], "granted": [account]}}});
    let answers: [(&str, u16, &str, String); 5] = [
        ("bitbucket", 403, "application/json", error.to_string()),
        ("bitbucket", 400, "application/json", error.to_string()),
        ("bitbucket", 401, "text/plain", all.clone()),
        (
            "balkanid",
            400,
            "application/json",
            json!({"error": all, "message": all, "errors": [{"message": all}]}).to_string(),
        ),
        (
            "balkanid",
            403,
            "text/html",
            format!("<html><title>{all}</title>"),
        ),
    ];
    for (server, status, kind, body) in answers {
        let fault = json!({"server": server, "action": {"answer": {"status": status, "body": body, "content_type": kind,
            "headers": [["location", format!("https://{key_id}.example/?token={token}")], ["x-oauth-scopes", token], ["x-credential-type", account]]}}});
        story
            .sandbox
            .set_fault(serde_json::from_value(fault).expect("a fault"));
        for arguments in [
            ["check", "--verbose", "--json"],
            ["submit", "--verbose", "--json"],
            ["status", "--verbose", "--json"],
        ] {
            let ran = ran_clean(&story, &arguments).await;
            let is_met = (server == "bitbucket") == (arguments[0] == "check");
            assert_eq!(is_met, ran.code != 0, "{server} {arguments:?}: {ran:?}");
        }
    }
}

/// What a careless program would write of a secret.
fn careless(secret: &str) -> [String; 6] {
    let basic = BASE64_STANDARD.encode(format!("balkanid@acme.example:{secret}"));
    let encoded: String = secret
        .bytes()
        .map(
            |byte| match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02X}"),
            },
        )
        .collect();
    [
        format!("the token is {secret}."),
        format!("…{}", &secret[secret.len() - 10..]),
        json!({"token": secret}).to_string(),
        format!("authorization: Basic {basic}"),
        BASE64_URL_SAFE.encode(secret),
        format!("https://api.example/?token={encoded}"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_secret_is_caught_wherever_it_is_and_in_whatever_form() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let deep = folder.path().join("home/profiles");
    fs::create_dir_all(&deep).expect("room");
    let mut found = 0;
    for (slot, _, secret) in SECRETS {
        for (number, text) in careless(secret).into_iter().enumerate() {
            assert_eq!(copies_in(text.as_bytes(), &canaries()), [slot], "{text}");
            fs::write(deep.join(format!("{slot}-{number}.json")), text).expect("room");
            found += 1;
            assert_eq!(copies_in_folder(folder.path(), &canaries()).len(), found);
        }
    }
    let shown: Value = json!({"last_four": "C1A2B3D4"[4..].to_owned(), "kind": "ATCT"});
    assert!(
        copies_in(shown.to_string().as_bytes(), &canaries()).is_empty(),
        "the last four may be shown"
    );
}
