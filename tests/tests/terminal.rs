//! `bbsetup setup` at a real pseudo-terminal, with a real keychain, from the first question to Done.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;

use bbsetup_sandbox::Integration;
use bbsetup_tests::{Keychain, Story, Terminal};
use serde_json::json;

/// A story whose person types everything, and whose secrets go to a real keychain.
async fn by_hand(scenario: &str) -> (Story, Keychain) {
    let keychain = Keychain::open();
    let mut story = Story::named(scenario).await;
    story.keeps_secrets_in(&keychain).gives_nothing_beforehand();
    (story, keychain)
}

fn reaches_the_end(terminal: &mut Terminal, story: &Story) {
    terminal
        .reaches_the_report(story)
        .sees("Ready: BalkanID will be able to read acme.")
        .fills_in_balkanids_form(story)
        .sees("Step 8 of 9")
        .chooses("Save and submit")
        .sees("Step 9 of 9");
}

fn holds_each_secret(keychain: &Keychain, story: &Story) {
    for (slot, variable) in [
        ("workspace_token", "BBSETUP_WORKSPACE_TOKEN"),
        ("account", "BBSETUP_API_TOKEN"),
        ("balkanid_key_id", "BBSETUP_BALKANID_KEY_ID"),
        ("balkanid_key_secret", "BBSETUP_BALKANID_KEY_SECRET"),
    ] {
        assert_eq!(
            keychain.lookup("acme", slot),
            Some(story.typed(variable)),
            "{slot}"
        );
    }
    assert_eq!(
        keychain.names().len(),
        4,
        "and nothing else, no probe either"
    );
}

fn written(story: &Story) -> Vec<Integration> {
    let mut integrations = story.sandbox.integrations();
    integrations.retain(|integration| integration.writes > 0);
    integrations
}

fn holds_the_right_values(integration: &Integration, story: &Story) {
    let value = |key: &str| integration.secrets[key].value.clone();
    assert_eq!(value("workspace"), "acme");
    assert_eq!(value("api_url"), story.sandbox.bitbucket_url());
    assert_eq!(value("account_username"), story.typed("BBSETUP_ACCOUNT"));
    assert_eq!(
        value("access_token"),
        story.typed("BBSETUP_WORKSPACE_TOKEN")
    );
    assert_eq!(
        value("account_app_password"),
        story.typed("BBSETUP_API_TOKEN")
    );
    assert_eq!(integration.description, "Bitbucket, \"Payments\"");
    assert_eq!(integration.message, "Data Available");
}

/// What is kept between runs of the program.
fn progress_file(story: &Story) -> PathBuf {
    story.folder.path().join("home/progress.json")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_question_to_done_and_then_once_more() {
    let (story, keychain) = by_hand("ready").await;
    let mut terminal = story.terminal(&["setup"]);
    reaches_the_end(&mut terminal, &story);
    terminal
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    let ended = terminal.ends();
    assert_eq!(ended.code, 0, "{}", ended.seen);

    holds_each_secret(&keychain, &story);
    let made = written(&story);
    assert_eq!(made.len(), 1);
    holds_the_right_values(&made[0], &story);
    assert!(!progress_file(&story).exists(), "the set-up is finished");
    let profiles = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(
        profiles["profiles"][0]["verdict"], "ready",
        "the report of step 6 is remembered: {profiles}"
    );

    // A year later: what is known is at hand, and an empty line takes the secret of the keychain.
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .confirms_the_service_account()
        .names_the_workspace("https://bitbucket.org/acme/ledger/src/main/")
        .names_the_api(&story)
        .sees("Step 4 of 9")
        .pastes("Workspace access token", "")
        .accepts("Expiry date of the workspace token")
        .sees("Step 5 of 9")
        .accepts("Account e-mail")
        .pastes("Account API token", "")
        .accepts("Expiry date of the API token")
        .sees("Step 6 of 9")
        .sees("Step 7 of 9")
        .answers("Primary Application owner (e-mail)", "owner@acme.example")
        .answers("Secondary Application Owner(s)", "")
        .answers("Description, or empty", "Rotated")
        .accepts("Extraction Type")
        .accepts("Optional Configuration")
        .pastes("BalkanID API key ID", "")
        .pastes("BalkanID API key secret", "")
        .accepts("BalkanID REST base")
        .accepts("BalkanID Public API")
        .chooses("Save and submit")
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    assert_eq!(terminal.ends().code, 0);
    let after = written(&story);
    assert_eq!(after.len(), 1, "updated, not made once more");
    assert_eq!(
        (&after[0].id, after[0].description.as_str()),
        (&made[0].id, "Rotated")
    );
    holds_each_secret(&keychain, &story);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_an_integration_is_filled_in_by_hand_and_the_secrets_are_kept() {
    let (story, keychain) = by_hand("first-set-up").await;
    let mut terminal = story.terminal(&["setup"]);
    reaches_the_end(&mut terminal, &story);
    terminal
        .sees("Account App Password")
        .accepts("Is it saved in BalkanID's form? (Yes saves the secrets to the keychain too)")
        .sees("Keep a record:");
    let ended = terminal.ends();
    assert_eq!(ended.code, 0, "{}", ended.seen);
    holds_each_secret(&keychain, &story);
    assert!(
        story.sandbox.integrations().is_empty(),
        "no key's name was guessed"
    );

    // With the names confirmed, another process creates it out of the profile and the keychain.
    let keys = story.path("keys.json");
    let names = json!({"access_token": "access_token", "api_url": "api_url", "workspace": "workspace",
        "account_username": "account_username", "account_app_password": "account_app_password"});
    fs::write(&keys, names.to_string()).expect("room");
    let ran = story
        .run(&["submit", "--json", "--watch", "--keys", &keys])
        .await;
    assert_eq!((ran.code, ran.json()["created"].clone()), (0, json!(true)));
    holds_the_right_values(&written(&story)[0], &story);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_that_is_there_is_updated_and_keeps_what_the_tenant_set() {
    let (story, keychain) = by_hand("existing-integration").await;
    let before = story.sandbox.integrations();
    let mut terminal = story.terminal(&["setup"]);
    reaches_the_end(&mut terminal, &story);
    terminal
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    assert_eq!(terminal.ends().code, 0);
    let held = story.sandbox.integrations();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].id, before[0].id);
    assert_eq!(held[0].other["Reviewer Count"], "2");
    holds_the_right_values(&held[0], &story);
    holds_each_secret(&keychain, &story);
}

/// Leaves at a question, then goes on from what was kept.
async fn leaves_and_comes_back(leave: fn(Terminal) -> String) {
    let (story, keychain) = by_hand("ready").await;
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .confirms_the_service_account()
        .names_the_workspace("acme")
        .names_the_api(&story)
        .pastes_the_workspace_token(&story)
        .sees("Step 5 of 9")
        .answers("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .sees("? Account API token");
    leave(terminal);

    let kept = fs::read_to_string(progress_file(&story)).expect("progress is kept");
    assert!(kept.contains("acme") && kept.contains(&story.typed("BBSETUP_ACCOUNT")));
    assert!(
        !kept.contains(&story.typed("BBSETUP_WORKSPACE_TOKEN")),
        "no secret is kept"
    );
    assert!(keychain.names().is_empty(), "nothing was submitted yet");

    let mut terminal = story.terminal(&["setup"]);
    terminal
        .accepts("A set-up was begun (acme). Go on with it from Workspace access token?")
        .pastes_the_workspace_token(&story)
        .sees("Step 5 of 9")
        .accepts("Account e-mail")
        .pastes("Account API token", &story.typed("BBSETUP_API_TOKEN"))
        .accepts("Expiry date of the API token")
        .sees("Step 6 of 9")
        .sees("Ready: BalkanID will be able to read acme.")
        .fills_in_balkanids_form(&story)
        .chooses("Save and submit")
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    assert_eq!(terminal.ends().code, 0);
    holds_each_secret(&keychain, &story);
    holds_the_right_values(&written(&story)[0], &story);
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_keeps_the_progress_without_secrets() {
    leaves_and_comes_back(|mut terminal| {
        terminal.presses_escape().sees("Stopped here.");
        let ended = terminal.ends();
        assert_eq!(ended.code, 9, "{}", ended.seen);
        ended.seen
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn control_c_keeps_the_progress_without_secrets() {
    leaves_and_comes_back(|mut terminal| {
        terminal.presses_control_c().sees("Stopped here.");
        let ended = terminal.ends();
        assert_eq!(ended.code, 9, "{}", ended.seen);
        ended.seen
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_keeps_the_progress_without_secrets() {
    leaves_and_comes_back(Terminal::is_killed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_go_on_begins_anew() {
    let (story, _keychain) = by_hand("ready").await;
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .confirms_the_service_account()
        .names_the_workspace("umbrella")
        .sees("Step 3 of 9");
    terminal.is_killed();
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .sees("? A set-up was begun (umbrella). Go on with it from API URL?")
        .types("n\r")
        .confirms_the_service_account()
        .sees("Step 2 of 9")
        .sees("? Workspace ID")
        .types("\r")
        .sees("> Workspace ID");
    let seen = terminal.is_killed();
    assert!(!seen.contains("> Workspace ID umbrella"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_check_is_mended_and_checked_again_on_the_spot() {
    let (story, keychain) = by_hand("missing-read-scopes").await;
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .confirms_the_service_account()
        .names_the_workspace("acme")
        .names_the_api(&story)
        .pastes_the_workspace_token(&story)
        .sees("Not ready")
        .chooses("Go on; the report")
        .gives_the_account(&story)
        .sees("Step 6 of 9")
        .sees("Not ready");
    story
        .sandbox
        .set_scopes(
            "workspace_token",
            &[
                "account",
                "project",
                "project:admin",
                "repository",
                "repository:admin",
            ],
        )
        .expect("the scenario's credential");
    terminal
        .chooses("Check again")
        .sees("Ready: BalkanID will be able to read acme.")
        .fills_in_balkanids_form(&story)
        .chooses("Save and submit")
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    assert_eq!(terminal.ends().code, 0);
    holds_each_secret(&keychain, &story);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_set_up_goes_on_for_this_process_and_says_so() {
    let bus = Keychain::bus_alone();
    let mut story = Story::named("ready").await;
    story.keeps_secrets_in(&bus).gives_nothing_beforehand();
    let mut terminal = story.terminal(&["setup"]);
    terminal
        .confirms_the_service_account()
        .names_the_workspace("acme")
        .names_the_api(&story)
        .sees("No keychain answers on this system")
        .chooses("Go on for this process")
        .sees("gone when it ends")
        .pastes(
            "Workspace access token",
            &story.typed("BBSETUP_WORKSPACE_TOKEN"),
        )
        .accepts("Expiry date of the workspace token")
        .gives_the_account(&story)
        .sees("Step 6 of 9")
        .fills_in_balkanids_form(&story)
        .chooses("Save and submit")
        .accepts("Save the secrets to the keychain and write this to BalkanID?")
        .sees("Keep a record:");
    assert_eq!(terminal.ends().code, 0);
    holds_the_right_values(&written(&story)[0], &story);
}
