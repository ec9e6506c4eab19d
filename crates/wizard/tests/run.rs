//! One person at one set-up: what an answer is looked at for, and what is told of it.
#![allow(clippy::expect_used, reason = "a test ends at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use bbsetup_http::{Limits, Network, Proxy};
use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_setup::{Secret, SecretSlot, Step, WorkspaceId};
use bbsetup_vault::Vault;
use bbsetup_wizard::home::{Home, SavedNames, SavedProfile};
use bbsetup_wizard::json::{DraftJson, SeverityJson, StepAnswerJson};
use bbsetup_wizard::{Run, Services};
use tempfile::TempDir;

struct Desk {
    run: Run,
    services: Services,
    sandbox: Sandbox,
    _home: TempDir,
}

impl Desk {
    async fn of(scenario: &str) -> Self {
        let scenario = Scenario::named(scenario).expect("a scenario");
        let home = tempfile::tempdir().expect("a folder");
        let services = Services {
            vault: Vault::memory(),
            limits: Limits {
                connect: Duration::from_secs(5),
                total: Duration::from_secs(5),
                retries: 0,
                ..Limits::default()
            },
            network: Network {
                proxy: Proxy::None,
                ..Network::default()
            },
            home: home.path().into(),
            clock: Arc::new(jiff::Timestamp::now),
            practice: None,
            version: "0.0.0",
        };
        let run = Run::new(services.clone());
        run.begin(None).expect("a set-up");
        Self {
            run,
            services,
            sandbox: Sandbox::start(scenario).await.expect("free ports"),
            _home: home,
        }
    }

    async fn api_url(&self, url: &str) -> StepAnswerJson {
        let draft = DraftJson {
            workspace: Some("acme".into()),
            api_url: Some(url.into()),
            ..DraftJson::default()
        };
        self.run.answer_and_look(Step::ApiUrl, draft).await
    }
}

fn problems(answer: &StepAnswerJson) -> Vec<(&str, SeverityJson, Option<&str>)> {
    answer
        .problems
        .iter()
        .map(|problem| {
            (
                problem.code.as_str(),
                problem.severity,
                problem.field.as_deref(),
            )
        })
        .collect()
}

#[tokio::test]
async fn bitbucket_is_recognised_without_any_credential() {
    let desk = Desk::of("ready").await;
    let url = desk.sandbox.bitbucket_url();
    let answer = desk.api_url(&format!("{url}/2.0/")).await;
    assert!(answer.problems.is_empty(), "{:?}", answer.problems);
    let host = url.trim_start_matches("http://");
    assert_eq!(answer.seen, Some(format!("Bitbucket answers at {host}")));
    assert_eq!(answer.progress.current, "workspace_token");
    let asked = desk.sandbox.requests();
    assert!(
        asked.iter().all(|entry| entry.credential.is_empty()),
        "{asked:?}"
    );
}

#[tokio::test]
async fn something_else_at_the_address_keeps_the_step_open() {
    for (scenario, code) in [
        ("data-center", "data_center_found"),
        ("proxy-page", "not_bitbucket"),
    ] {
        let desk = Desk::of(scenario).await;
        let answer = desk.api_url(&desk.sandbox.bitbucket_url()).await;
        assert_eq!(
            problems(&answer),
            [(code, SeverityJson::Error, Some("api-url"))],
            "{scenario}"
        );
        assert_eq!(answer.progress.current, "api_url", "{scenario}");
        assert_eq!(answer.seen, None, "{scenario}");
    }
}

#[tokio::test]
async fn no_answer_is_told_and_stands_in_nobodys_way() {
    let desk = Desk::of("ready").await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = free.local_addr().expect("an address");
    drop(free);
    let answer = desk.api_url(&format!("http://{nobody}")).await;
    assert_eq!(
        problems(&answer),
        [("unreachable", SeverityJson::Warning, Some("api-url"))]
    );
    assert_eq!(answer.progress.current, "workspace_token");
}

#[tokio::test]
async fn a_workspace_read_out_of_an_address_is_shown() {
    let desk = Desk::of("ready").await;
    for (typed, seen) in [
        ("acme", "Workspace ID: acme"),
        (
            "https://bitbucket.org/acme/workspace/overview",
            "Workspace ID: acme, read from what was pasted",
        ),
    ] {
        let draft = DraftJson {
            workspace: Some(typed.into()),
            ..DraftJson::default()
        };
        let answer = desk.run.answer_and_look(Step::Workspace, draft).await;
        assert_eq!(answer.seen.as_deref(), Some(seen), "{typed}");
    }
    assert!(desk.sandbox.requests().is_empty(), "nothing needs asking");
}

#[tokio::test]
async fn a_set_up_is_gone_on_with_where_its_first_secret_is_missing() {
    let desk = Desk::of("ready").await;
    let draft = DraftJson {
        service_account_confirmed: true,
        workspace: Some("acme".into()),
        account: Some("balkanid@acme.example".into()),
        ..DraftJson::default()
    };
    let token = Secret::new("ATCTT3xFfGN0practice");
    desk.run.hold_secret(SecretSlot::WorkspaceToken, &token);
    desk.run.keep_typed(Step::Report, draft);
    // In this process the token is still there; the account's is not.
    let resumed = desk.run.resume().expect("a set-up");
    assert_eq!(resumed.current, "account");
    // The next process has neither.
    let next = Run::new(desk.services.clone());
    let shown = next.home().unfinished.expect("a set-up");
    assert_eq!(shown.current, "workspace_token");
    assert_eq!(next.resume().expect("a set-up"), shown);
}

#[tokio::test]
async fn a_workspace_is_not_set_up_twice_by_mistake_under_either_of_its_names() {
    let desk = Desk::of("ready").await;
    let acme = WorkspaceId::parse("acme").expect("an ID");
    let uuid = "{0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab}";
    let mut profile = SavedProfile::new(&acme, DraftJson::default());
    profile.names = Some(SavedNames {
        slug: "acme".into(),
        uuid: uuid.into(),
    });
    Home::new(&desk.services.home)
        .keep_profile(&acme, &profile)
        .expect("room");
    let named = async |workspace: &str| {
        let draft = DraftJson {
            workspace: Some(workspace.into()),
            ..DraftJson::default()
        };
        let answer = desk.run.answer_and_look(Step::Workspace, draft).await;
        let told: Vec<_> = answer
            .problems
            .iter()
            .map(|problem| (problem.code.clone(), problem.severity))
            .collect();
        (told, answer.progress.current)
    };
    let code = || "already_set_up".to_owned();
    assert_eq!(
        named("acme").await,
        (vec![(code(), SeverityJson::Warning)], "api_url".into()),
        "going on changes the set-up that is there"
    );
    assert_eq!(
        named(uuid).await,
        (vec![(code(), SeverityJson::Error)], "workspace".into()),
        "by its other name it would be a second one"
    );
    assert_eq!(named("umbrella").await.0, []);

    desk.run.begin(Some("acme")).expect("a set-up");
    assert_eq!(named("acme").await.0, [], "it was opened to be changed");
}
