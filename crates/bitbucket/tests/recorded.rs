//! Replies as Bitbucket's users and its own pages recorded them, through the real client and check.
//!
//! Each file in `recorded/` names its source. `recorded` means that the body stands there as it is;
//! `described` that it is told in words or known without its page, and a `note` says what is ours.

#![allow(clippy::expect_used, reason = "a reply that cannot be told has failed")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bbsetup_bitbucket::{Credential, Given, Target, check};
use bbsetup_http::{Client, Limits, Network, Proxy, Url};
use bbsetup_sandbox::{Action, Fault, Sandbox, Scenario};
use bbsetup_setup::{ApiUrl, Email, Finding, Problem, Report, Retry, Scope, Secret, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    /// What it is, in a sentence.
    what: String,
    /// The page on which it stands; nothing where it is known without one.
    source: Option<Url>,
    mark: Mark,
    /// What of it is ours.
    note: Option<String>,
    asked: Asked,
    reply: Reply,
    tells: Tells,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mark {
    Recorded,
    Described,
}

/// With which credential what was asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    slot: String,
    /// As in a fault of the practice servers.
    path: String,
    /// The credential that was typed in the slot, where it is not the slot's own.
    typed: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    /// JSON as it is; a text is the whole body.
    body: Value,
}

/// What has to be told of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tells {
    check: String,
    outcome: String,
    code: Option<String>,
    /// The scopes that the problem names.
    #[serde(default)]
    scopes: Vec<String>,
    /// The scopes that the credential is seen to have.
    scopes_seen: Option<Vec<String>>,
    /// A part of the message.
    #[serde(default)]
    says: String,
    /// `now`, or after how many seconds.
    retry: Option<Value>,
}

/// When every check is: a number that no answer holds by chance.
const NOW: i64 = 1_795_000_000;

async fn sandbox(recorded: &Recorded) -> Sandbox {
    let (body, content_type) = match &recorded.reply.body {
        Value::String(text) => (text.clone(), "text/plain"),
        json => (json.to_string(), "application/json"),
    };
    let sandbox = Sandbox::start(Scenario::named("ready").expect("a scenario"))
        .await
        .expect("free ports");
    sandbox.add_fault(Fault {
        server: "bitbucket".into(),
        path: recorded.asked.path.clone(),
        method: String::new(),
        credential: String::new(),
        times: None,
        action: Action::Answer {
            status: recorded.reply.status,
            body,
            content_type: content_type.into(),
            headers: recorded.reply.headers.clone(),
        },
    });
    sandbox
}

fn given(asked: &Asked, sandbox: &Sandbox) -> Given {
    let env = sandbox.env();
    let variable = match asked.typed.as_ref().unwrap_or(&asked.slot).as_str() {
        "workspace_token" => "BBSETUP_WORKSPACE_TOKEN",
        _ => "BBSETUP_API_TOKEN",
    };
    let secret = Secret::new(env[variable].as_str());
    let credential = match asked.slot.as_str() {
        "workspace_token" => Credential::workspace_token(secret),
        _ => Credential::account(
            &Email::parse(&env["BBSETUP_ACCOUNT"]).expect("an e-mail"),
            secret,
        ),
    };
    Given::Credential(credential.expect("no app password"))
}

/// What the check finds, each finding by itself, and the report of all of them.
async fn found(recorded: &Recorded) -> (Vec<Finding>, Report) {
    let sandbox = sandbox(recorded).await;
    let limits = Limits {
        // Nothing is waited out.
        max_wait: Duration::ZERO,
        ..Limits::default()
    };
    let network = Network {
        proxy: Proxy::None,
        ..Network::default()
    };
    let target = Target {
        client: Client::new(limits, &network).expect("a client"),
        api_url: ApiUrl::parse_bitbucket(&sandbox.bitbucket_url()).expect("an address"),
        workspace: WorkspaceId::parse("acme").expect("an ID"),
        expiries: Vec::new(),
        clock: Arc::new(|| NOW),
    };
    let findings = Mutex::new(Vec::new());
    let note = |finding: &Finding| findings.lock().expect("no panic").push(finding.clone());
    let given = [given(&recorded.asked, &sandbox)];
    let report = check(&target, &given, &note, &CancellationToken::new()).await;
    (findings.into_inner().expect("no panic"), report)
}

fn names(scopes: &[Scope]) -> Vec<&str> {
    scopes.iter().map(Scope::as_str).collect()
}

fn hold(name: &str, recorded: &Recorded, findings: &[Finding], report: &Report) {
    let Tells {
        check,
        outcome,
        code,
        scopes,
        scopes_seen,
        says,
        retry,
    } = &recorded.tells;
    let finding = findings
        .iter()
        .find(|finding| finding.id.to_string() == *check)
        .expect("every check of the slot is told");
    let problem = finding.problem.as_ref();
    assert_eq!(
        (finding.outcome.as_str(), problem.map(|it| it.code.as_str())),
        (outcome.as_str(), code.as_deref()),
        "{name}: {problem:?}"
    );
    let evidence = finding.evidence.as_ref().expect("an answer came");
    assert_eq!(evidence.status, Some(recorded.reply.status), "{name}");
    if let Some(scopes) = scopes_seen {
        let seen = report.credentials[0].scopes.as_deref();
        assert_eq!(seen.map(names).as_deref(), Some(&*as_str(scopes)), "{name}");
    }
    let Some(Problem {
        message,
        scopes: named,
        retry: when,
        ..
    }) = problem
    else {
        return;
    };
    assert_eq!(names(named), as_str(scopes), "{name}");
    // Weighed with the others it can be told in other words, but not differently.
    let weighed = report
        .problems
        .iter()
        .find(|it| it.check == Some(finding.id));
    let weighed = &weighed.expect("it is in the report").message;
    assert!(
        message.contains(says) || weighed.contains(says),
        "{name}: {message} {weighed}"
    );
    match retry.as_ref().map(Value::as_i64) {
        None => {}
        Some(None) => assert_eq!(*when, Retry::Now, "{name}"),
        Some(Some(seconds)) => assert_eq!(*when, Retry::At(NOW + seconds), "{name}"),
    }
}

fn as_str(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn files() -> Vec<(String, Recorded)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded");
    let mut files: Vec<(String, Recorded)> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a file of text");
            let name = path.display().to_string();
            let recorded = serde_json::from_str(&text);
            assert!(recorded.is_ok(), "{name}: {:?}", recorded.err());
            (name, recorded.expect("a recorded reply"))
        })
        .collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

#[tokio::test]
async fn every_reply_that_others_met_is_told_as_what_it_is() {
    for (name, recorded) in files() {
        let (findings, report) = found(&recorded).await;
        hold(&name, &recorded, &findings, &report);
    }
}

#[test]
fn every_reply_has_a_source_and_says_what_of_it_is_ours() {
    let mut codes = BTreeSet::new();
    for (name, recorded) in files() {
        let has_page = recorded
            .source
            .as_ref()
            .is_some_and(|page| page.scheme() == "https");
        assert!(
            has_page || recorded.source.is_none() && recorded.mark == Mark::Described,
            "{name}: what is recorded stands on a page"
        );
        assert!(recorded.what.ends_with('.'), "{name}");
        let empty = matches!(&recorded.reply.body, Value::Array(list) if list.is_empty())
            || recorded.reply.body["values"] == Value::Array(Vec::new());
        if recorded.mark == Mark::Described && !empty {
            let note = recorded.note.unwrap_or_default();
            assert!(note.ends_with('.'), "{name} says what is not told there");
        }
        codes.extend(recorded.tells.code);
    }
    assert!(codes.len() >= 11, "{codes:?}");
}
