//! Every scenario through both doors: verdict, exit code, and every problem whole, with its place
//! and what its hints name.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bbsetup_http::{Limits, Network, Proxy};
use bbsetup_sandbox::Scenario;
use bbsetup_setup::{CredentialSlot, ProblemCode, Secret, SecretSlot, Step};
#[cfg(target_os = "linux")]
use bbsetup_tests::Keychain;
use bbsetup_tests::{Ran, Story, comparable};
use bbsetup_vault::Vault;
use bbsetup_wizard::json::DraftJson;
use bbsetup_wizard::{Run, Services};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::rows::{EXCEPTIONS, LOCKED_KEYCHAIN, NO_KEYCHAIN, OF_BALKANID, OF_SCIM, ROWS, Row};

/// The full report for both credentials, where nothing is wrong.
const REQUESTS_WHEN_WELL: u64 = 20;
/// The same whatever is wrong.
const REQUESTS_AT_MOST: u64 = 30;
/// For how long an answer is waited for where none comes.
const PATIENCE: Duration = Duration::from_secs(2);
/// Rows that are looked at at once.
const AT_ONCE: usize = 6;

/// For how long a scenario's answers are waited for; where one stalls, not for long.
fn patience(scenario: &str) -> Duration {
    match scenario {
        "no-answer" => PATIENCE,
        _ => Limits::default().total,
    }
}

/// What the terminal prints, held against the row.
async fn in_the_terminal(row: Row) -> (Value, Vec<String>) {
    let story = Story::named(row.scenario).await;
    let seconds = patience(row.scenario).as_secs().to_string();
    let ran = story.run(&["check", "--json", "--timeout", &seconds]).await;
    let report = ran.json();
    let mut differences = differences(&row, &ran);
    let requests = report["requests"].as_u64().expect("a count");
    let most = match row.told.is_empty() {
        true => REQUESTS_WHEN_WELL,
        false => REQUESTS_AT_MOST,
    };
    if requests > most {
        differences.push(format!("{requests} requests"));
    }
    let heard = story.sandbox.requests().len() as u64;
    let leads_here = story.typed("BBSETUP_API_URL") == story.sandbox.bitbucket_url();
    if leads_here && heard != requests {
        differences.push(format!("{requests} requests told, {heard} heard"));
    }
    if report["checks"].as_array().map(Vec::len) != Some(15) {
        differences.push("not every check is in the document".to_owned());
    }
    if story.sandbox.breaches() > 0 {
        differences.push("a credential went to another server".to_owned());
    }
    (comparable(report), differences)
}

/// What the window is given after the same answers, step by step.
async fn in_the_window(scenario: &str) -> Value {
    let story = Story::named(scenario).await;
    let run = Run::new(Services {
        vault: Vault::memory(),
        limits: Limits {
            total: patience(scenario),
            ..Limits::default()
        },
        // As a story's program has none in its environment.
        network: Network {
            proxy: Proxy::None,
            ..Network::default()
        },
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
    draft.account_token_expires = story.sandbox.env().remove("BBSETUP_ACCOUNT_EXPIRES");
    run.answer(Step::Account, draft);
    let token = Secret::new(story.typed("BBSETUP_API_TOKEN"));
    run.hold_secret(SecretSlot::Account, &token);
    let checked = run
        .check(&CredentialSlot::ALL, &|_| {}, &CancellationToken::new())
        .await;
    comparable(serde_json::to_value(&checked.json).expect("JSON"))
}

/// How a run differs from a row.
fn differences(row: &Row, ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let mut differences = Vec::new();
    if (ran.code, report["verdict"].as_str()) != (row.exit, Some(row.verdict)) {
        differences.push(format!(
            "ends {} with exit code {}",
            report["verdict"], ran.code
        ));
    }
    let found: Vec<Found> = report["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(Found::of)
        .collect();
    let mut expected: Vec<(String, &str)> = row
        .told
        .iter()
        .flat_map(|told| {
            let line =
                |at: &&str| format!("{} {} {} at {at}", told.severity, told.code, told.place);
            told.at.iter().map(move |at| (line(at), told.mend))
        })
        .collect();
    for Found { line, hints } in found {
        match expected.iter().position(|(known, _)| *known == line) {
            None => differences.push(format!("tells too: {line}")),
            Some(place) => {
                let (_, mend) = expected.remove(place);
                if !hints.contains(mend) {
                    differences.push(format!("{line}: no hint says “{mend}”, but: {hints}"));
                }
            }
        }
    }
    differences.extend(
        expected
            .into_iter()
            .map(|(line, _)| format!("does not tell: {line}")),
    );
    differences
}

/// A problem as it was told.
struct Found {
    line: String,
    hints: String,
}

impl Found {
    fn of(problem: &Value) -> Self {
        let text = |name: &str| problem[name].as_str();
        let at = text("check").or(text("slot")).or(text("field"));
        let told = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let hints = problem["hints"].as_array().expect("hints");
        Self {
            line: format!(
                "{} {} {} at {}",
                told(text("severity")),
                told(text("code")),
                told(text("place")),
                told(at)
            ),
            hints: hints
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" "),
        }
    }
}

async fn held(row: Row) -> Vec<String> {
    let ((terminal, mut differences), window) =
        tokio::join!(in_the_terminal(row), in_the_window(row.scenario));
    if terminal != window {
        differences.push(format!(
            "the window is given something else: {terminal}\n{window}"
        ));
    }
    differences
        .into_iter()
        .map(|difference| format!("{}: {difference}", row.scenario))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_is_told_as_its_row_says_through_both_doors() {
    let mut differences = Vec::new();
    for some in ROWS.chunks(AT_ONCE) {
        let running: Vec<_> = some.iter().map(|row| tokio::spawn(held(*row))).collect();
        for row in running {
            differences.extend(row.await.expect("a row is looked at"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_balkanids_ends_a_submission_as_its_row_says() {
    for row in OF_BALKANID {
        let story = Story::named(row.scenario).await;
        let ran = story.run(&["submit", "--json", "--watch"]).await;
        assert_eq!(ran.code, row.exit, "{}: {ran:?}", row.scenario);
        let json = ran.json();
        let problems = json["problems"].as_array().expect("problems");
        let [problem] = problems.as_slice() else {
            panic!("{}: {problems:?}", row.scenario);
        };
        let found = Found::of(problem);
        let severity = if row.exit == 0 { "warning" } else { "error" };
        let wanted = format!("{severity} {} {} at ", row.code, row.place);
        assert!(found.line.starts_with(&wanted), "{}", found.line);
        assert!(found.hints.contains(row.mend), "{}", found.hints);
        assert_eq!(story.sandbox.breaches(), 0, "{}", row.scenario);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_scims_is_told_as_its_row_says() {
    let mut told = Vec::new();
    for row in OF_SCIM {
        let story = Story::named(row.scenario).await;
        let ran = story.run(&["scim", "--json"]).await;
        let requests = ran.json()["requests"].as_u64().expect("a count");
        let of_row = differences(row, &ran);
        told.extend(
            of_row
                .into_iter()
                .map(|line| format!("{}: {line}", row.scenario)),
        );
        let heard = story.sandbox.requests();
        assert_eq!(requests, heard.len() as u64, "{}", row.scenario);
        assert!(
            requests <= REQUESTS_WHEN_WELL,
            "{}: {requests}",
            row.scenario
        );
        assert!(heard.iter().all(|request| request.server == "scim"));
        assert_eq!(story.sandbox.breaches(), 0, "{}", row.scenario);
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_keychain_that_is_not_there_or_locked_is_told_apart_and_nothing_is_sent() {
    let keychain = Keychain::open();
    let mut story = Story::named(LOCKED_KEYCHAIN.scenario).await;
    story.keeps_secrets_in(&keychain);
    assert_eq!(story.run(&["save", "--json"]).await.code, 0);
    story
        .unset("BBSETUP_WORKSPACE_TOKEN")
        .unset("BBSETUP_API_TOKEN");
    let open = story.run(&["check", "--json"]).await;
    assert_eq!((open.code, open.problems()), (0, Vec::new()));

    let sent = story.sandbox.requests().len();
    keychain.lock();
    let locked = story.run(&["check", "--json"]).await;
    assert_eq!(differences(&LOCKED_KEYCHAIN, &locked), [] as [String; 0]);

    let bus = Keychain::bus_alone();
    story.keeps_secrets_in(&bus);
    let absent = story.run(&["check", "--json"]).await;
    assert_eq!(differences(&NO_KEYCHAIN, &absent), [] as [String; 0]);
    assert_eq!(story.sandbox.requests().len(), sent);
}

#[test]
fn every_scenario_has_one_row() {
    let rows: Vec<&str> = ROWS.iter().chain(OF_SCIM).map(|row| row.scenario).collect();
    let scenarios: BTreeSet<&str> = Scenario::names().into_iter().collect();
    assert_eq!(BTreeSet::from_iter(rows.clone()), scenarios);
    assert_eq!(rows.len(), scenarios.len(), "none has two");
}

#[test]
fn every_code_is_met_by_a_row_or_excepted_with_its_reason() {
    let mut met: BTreeSet<&str> = ROWS
        .iter()
        .chain([&NO_KEYCHAIN, &LOCKED_KEYCHAIN])
        .chain(OF_SCIM)
        .flat_map(|row| row.told)
        .map(|told| told.code)
        .collect();
    met.extend(OF_BALKANID.iter().map(|row| row.code));
    for code in ProblemCode::ALL.map(ProblemCode::as_str) {
        let reason = EXCEPTIONS.iter().find(|(excepted, _)| *excepted == code);
        assert_ne!(
            met.contains(code),
            reason.is_some(),
            "{code} is met by a scenario, or named with its reason, and never both"
        );
    }
}
