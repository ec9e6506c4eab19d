//! Both doors give the same check report: what `check --json` prints is what the window is given.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::sync::Arc;

use bbsetup_http::{Limits, Network};
use bbsetup_sandbox::Scenario;
use bbsetup_setup::{CredentialSlot, Secret, SecretSlot, Step};
use bbsetup_tests::{Story, comparable};
use bbsetup_vault::Vault;
use bbsetup_wizard::json::DraftJson;
use bbsetup_wizard::{Run, Services};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// What the terminal prints.
async fn in_the_terminal(scenario: &str) -> Value {
    let story = Story::named(scenario).await;
    let ran = story.run(&["check", "--json"]).await;
    comparable(ran.json(), &story.sandbox)
}

/// What the window is given after the same answers, step by step.
async fn in_the_window(scenario: &str) -> Value {
    let story = Story::named(scenario).await;
    let run = Run::new(Services {
        vault: Vault::memory(),
        limits: Limits::default(),
        network: Network::default(),
        home: story.folder.path().join("home"),
        clock: Arc::new(jiff::Timestamp::now),
        practice: None,
        version: "0",
    });
    run.begin(None).expect("a set-up");
    let mut draft = DraftJson {
        service_account_confirmed: true,
        ..DraftJson::default()
    };
    run.answer(Step::ServiceAccount, draft.clone());
    draft.workspace = Some(story.typed("BBSETUP_WORKSPACE"));
    run.answer(Step::Workspace, draft.clone());
    draft.api_url = Some(story.typed("BBSETUP_API_URL"));
    run.answer(Step::ApiUrl, draft.clone());
    let token = Secret::new(story.typed("BBSETUP_WORKSPACE_TOKEN"));
    run.hold_secret(SecretSlot::WorkspaceToken, &token);
    draft.account = Some(story.typed("BBSETUP_ACCOUNT"));
    run.answer(Step::Account, draft);
    let token = Secret::new(story.typed("BBSETUP_API_TOKEN"));
    run.hold_secret(SecretSlot::Account, &token);
    let checked = run
        .check(&CredentialSlot::ALL, &|_| {}, &CancellationToken::new())
        .await;
    let report = serde_json::to_value(&checked.json).expect("JSON");
    comparable(report, &story.sandbox)
}

/// Checks run at once, and which of them the limit meets is chance.
const BY_CHANCE: &str = "rate-limited";

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_give_the_same_report_in_every_scenario() {
    for scenario in Scenario::names() {
        let (terminal, window) = tokio::join!(in_the_terminal(scenario), in_the_window(scenario));
        assert_eq!(terminal["verdict"], window["verdict"], "{scenario}");
        if scenario != BY_CHANCE {
            assert_eq!(terminal, window, "{scenario}");
        }
    }
}
