//! From the first page to Done.

use std::fs;

use bbsetup_tests::{Story, Window, comparable};
use serde_json::{Value, json};

use bbsetup_tests::steps::{
    by_hand, fills_in_balkanids_form, gives_the_account, holds_each_secret, holds_the_right_values,
    is_for_everybody, pastes_the_workspace_token, reaches_the_end, reaches_the_report,
    reaches_the_tokens, swift, written,
};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn from_the_first_page_to_done_and_every_page_is_for_everybody() {
    let (story, keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    assert_eq!(window.heading().await, "Connect Bitbucket to BalkanID");
    is_for_everybody(&window).await;
    reaches_the_tokens(&window, &story).await;
    for page in ["api_url", "workspace", "service_account"] {
        window.press("Back").await.turns_to(page).await;
        is_for_everybody(&window).await;
    }
    for page in ["workspace", "api_url", "workspace_token"] {
        window.press("Continue").await.turns_to(page).await;
    }
    is_for_everybody(&window).await;
    pastes_the_workspace_token(&window, &story).await;
    is_for_everybody(&window).await;
    gives_the_account(&window, &story).await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    is_for_everybody(&window).await;
    window.press("Continue").await.turns_to("balkanid").await;
    is_for_everybody(&window).await;
    fills_in_balkanids_form(&window, &story).await;
    is_for_everybody(&window).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await
        .sees("Creates an integration")
        .await;
    is_for_everybody(&window).await;
    assert!(
        written(&story).is_empty(),
        "nothing is written before it is confirmed"
    );
    window
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await;
    is_for_everybody(&window).await;
    window.press("Continue").await.turns_to("done").await;
    is_for_everybody(&window).await;

    holds_each_secret(&keychain, &story);
    holds_the_right_values(&story);
    assert!(!story.folder.path().join("home/progress.json").exists());

    // The report of step 6 is the evidence, and the verdict on the first page.
    let evidence = story.path("evidence.html");
    window.fill("File for HTML", &evidence).await;
    window.press("Export HTML").await.sees("SHA-256").await;
    let evidence = fs::read_to_string(&evidence).expect("a file");
    assert!(
        evidence.contains("Ready: everything that BalkanID needs to read acme is granted."),
        "{evidence}"
    );
    is_for_everybody(&window).await;
    window
        .press("Back to the start")
        .await
        .turns_to("home")
        .await;
    window
        .sees("Ready · checked today")
        .await
        .sees("Connected / Data available")
        .await;
    is_for_everybody(&window).await;
    window.close().await;
}

/// What the terminal prints of the same servers.
async fn in_the_terminal(story: &Story) -> Value {
    let mut command = story.command(&["check", "--json"]);
    command.envs(story.sandbox.env());
    let ran = tokio::task::spawn_blocking(move || command.output().expect("it runs"))
        .await
        .expect("it ends");
    serde_json::from_slice(&ran.stdout).expect("a report")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn the_window_shows_the_report_that_the_terminal_prints() {
    for scenario in [
        "ready",
        "missing-project-admin",
        "swapped-tokens",
        "empty-workspace",
    ] {
        let (story, _keychain) = by_hand(swift(scenario)).await;
        let printed = in_the_terminal(&story).await;
        let window = Window::open(&story).await;
        reaches_the_report(&window, &story).await;
        window.sees("What the two credentials are").await;

        let rows: serde_json::Map<String, Value> = printed["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .map(|check| {
                (
                    check["id"].as_str().unwrap_or_default().to_owned(),
                    check["outcome"].clone(),
                )
            })
            .collect();
        let shown = window.report().await;
        assert_eq!(json!(shown), Value::Object(rows), "{scenario}");
        let mut codes: Vec<&str> = printed["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .filter_map(|problem| problem["code"].as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(window.problems().await, codes, "{scenario}");

        // And the whole document, as the program hands it to the page.
        let slots = json!({"slots": ["workspace_token", "account"]});
        let handed = window.call("check", slots).await.expect("a report");
        assert_eq!(comparable(handed), comparable(printed), "{scenario}");
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_refused_check_is_mended_in_bitbucket_and_checked_again_in_place() {
    let (story, keychain) = by_hand(swift("missing-read-scopes")).await;
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    window.sees("missing.").await;
    let before = window.report().await;
    assert_eq!(before["workspace_token/members"], "missing", "{before:?}");
    is_for_everybody(&window).await;

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
    window
        .press("Check again")
        .await
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    assert!(
        window
            .report()
            .await
            .values()
            .all(|outcome| outcome == "granted")
    );
    reaches_the_end(&window, &story).await;
    holds_each_secret(&keychain, &story);
    holds_the_right_values(&story);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_tenant_without_an_integration_is_filled_in_by_hand() {
    let (story, keychain) = by_hand(swift("first-set-up")).await;
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(&window, &story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await
        .sees("Fill in BalkanID’s form")
        .await;
    is_for_everybody(&window).await;
    let text = window.text().await;
    let mut from = 0;
    for label in [
        "Bitbucket Access Token",
        "Bitbucket API URL",
        "Workspace",
        "Account Username",
        "Account App Password",
    ] {
        let place = text[from..].find(label);
        from += place.unwrap_or_else(|| panic!("{label} is not in its place:\n{text}"));
    }
    window
        .press("I have saved it in BalkanID")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
    holds_each_secret(&keychain, &story);
    assert!(written(&story).is_empty(), "no key's name was guessed");

    // With the file from here, another machine has it all but the secrets.
    let file = story.path("setup.json");
    window.fill("File for JSON", &file).await;
    window.press("Export JSON").await.sees("SHA-256").await;
    let exported: Value = serde_json::from_slice(&fs::read(&file).expect("a file")).expect("JSON");
    assert!(exported.to_string().contains("acme"), "{exported}");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_planted_violation_is_found() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    let plant =
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<input id=\"planted\">')";
    window.does(plant, vec![]).await;
    let found = window.violations().await;
    assert!(
        found.iter().any(|line| line.contains("#planted")),
        "{found:?}"
    );
    window.close().await;
}
