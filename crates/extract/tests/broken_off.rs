//! A reading that is broken off and gone on with: what was taken stays, and nothing else.

#![allow(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bbsetup_bitbucket::{Credential, Target};
use bbsetup_extract::rows::{Cells, write_entities, write_relations};
use bbsetup_extract::{Budget, Ended, Identity, Mode, Outcome, Plan, Store, StoreError, read};
use bbsetup_http::{Client, Limits, Network};
use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_setup::Secret;
use bbsetup_setup::draft::{read_account, read_api_url, read_workspace};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const NOW: i64 = 1_795_000_000;
const IN_FLIGHT: usize = 4;

/// Who reads what.
struct Source {
    target: Target,
    credentials: [Credential; 2],
}

impl Source {
    fn of(sandbox: &Sandbox) -> Self {
        let env = sandbox.env();
        let email = read_account(Some(&env["BBSETUP_ACCOUNT"])).expect("an e-mail");
        let secret = |name: &str| Secret::new(env[name].clone());
        Self {
            target: Target {
                client: Client::new(Limits::default(), &Network::default()).expect("a client"),
                api_url: read_api_url(Some(&sandbox.bitbucket_url())).expect("an address"),
                workspace: read_workspace(Some("acme")).expect("a workspace"),
                expiries: Vec::new(),
                clock: Arc::new(|| NOW),
            },
            credentials: [
                Credential::workspace_token(secret("BBSETUP_WORKSPACE_TOKEN")).expect("a token"),
                Credential::account(&email, secret("BBSETUP_API_TOKEN")).expect("a token"),
            ],
        }
    }

    fn identity(&self, mode: Mode) -> Identity {
        Identity {
            workspace: "acme".into(),
            api: self.target.api_url.to_string(),
            mode,
        }
    }

    async fn read(&self, store: &mut Store) -> Outcome {
        let plan = Plan {
            target: &self.target,
            credentials: &self.credentials,
            in_flight: IN_FLIGHT,
            budget: Budget::Unlimited,
            max_wait: Duration::from_secs(60),
        };
        read(&plan, store, &mut |_| {}, &CancellationToken::new()).await
    }

    fn begun(&self, path: &Path) -> Store {
        let mut store = Store::open(path).expect("a checkpoint");
        let identity = self.identity(Mode::Grants);
        store.begin(&identity, false, NOW).expect("a beginning");
        store
    }
}

/// Both files.
fn files(store: &Store) -> (String, String) {
    let (mut entities, mut relations) = (Vec::new(), Vec::new());
    write_entities(store, &mut entities, Cells::Exact).expect("entities");
    write_relations(store, &mut relations, Cells::Exact).expect("relations");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(entities), text(relations))
}

async fn servers() -> Sandbox {
    let world = json!({"workspaces": {"acme": {"generate": {"repositories": 40}}}});
    let scenario =
        Scenario::named("ready").and_then(|ready| ready.patched(json!({"world": world})));
    Sandbox::start(scenario.expect("a scenario"))
        .await
        .expect("free ports")
}

#[tokio::test]
async fn wherever_it_is_dropped_it_goes_on_behind_what_was_taken() {
    let sandbox = servers().await;
    let source = Source::of(&sandbox);
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = source.begun(&folder.path().join("whole.sqlite"));
    let outcome = source.read(&mut store).await;
    assert!(matches!(outcome.ended, Ended::Read), "{outcome:?}");
    let whole = files(&store);
    let floor = sandbox.requests().len();

    for seed in 1..=12_u64 {
        let path = folder.path().join(format!("{seed}.sqlite"));
        let before = sandbox.requests().len();
        let mut random = seed;
        let mut drops = 0;
        let store = loop {
            let mut store = source.begun(&path);
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let until =
                sandbox.requests().len() + 1 + usize::try_from(random >> 60).expect("small");
            let enough = async {
                while sandbox.requests().len() < until {
                    tokio::task::yield_now().await;
                }
            };
            let ended = tokio::select! {
                outcome = source.read(&mut store) => Some(outcome.ended),
                () = enough => None,
            };
            match ended {
                None => drops += 1,
                Some(Ended::Read) => break store,
                Some(other) => unreachable!("seed {seed}: {other:?}"),
            }
            assert!(drops < 1000, "seed {seed}: it gets nowhere");
        };
        assert!(drops > 5, "seed {seed}: {drops}");
        assert_eq!(files(&store), whole, "seed {seed}, {drops} times dropped");
        let requests = sandbox.requests().len() - before;
        assert!(
            requests <= floor + IN_FLIGHT * drops,
            "seed {seed}: {requests} requests where {floor} are needed, {drops} times dropped"
        );
    }
}

#[tokio::test]
async fn what_was_read_whole_is_read_anew_and_another_half_is_refused() {
    let sandbox = servers().await;
    let source = Source::of(&sandbox);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint.sqlite");
    assert_eq!(
        Store::look(&path).expect("a look"),
        None,
        "nothing is there"
    );
    let grants = source.identity(Mode::Grants);
    let effective = source.identity(Mode::Effective);

    let mut store = Store::open(&path).expect("a checkpoint");
    assert!(
        !store
            .begin(&grants, false, NOW)
            .expect("a beginning")
            .resumed
    );
    assert!(
        matches!(Store::open(&path), Err(StoreError::Taken)),
        "one at a time"
    );
    drop(store);

    let mut store = Store::open(&path).expect("a checkpoint");
    let other = store.begin(&effective, false, NOW + 9);
    assert!(matches!(other, Err(StoreError::OtherReading(of)) if of.starts_with("acme at ")));
    let begun = store.begin(&grants, false, NOW + 9).expect("it goes on");
    assert_eq!((begun.resumed, begun.began_at), (true, NOW));
    let outcome = source.read(&mut store).await;
    assert!(matches!(outcome.ended, Ended::Read), "{outcome:?}");
    store.end(true).expect("an end");
    drop(store);

    let look = Store::look(&path).expect("a look").expect("a reading");
    assert_eq!(
        (&look.identity, look.ended, look.whole),
        (&grants, true, true)
    );
    let mut store = Store::open(&path).expect("a checkpoint");
    let begun = store.begin(&effective, false, NOW + 99).expect("another");
    assert_eq!((begun.resumed, begun.began_at), (false, NOW + 99));
    assert_eq!(
        store.entities().expect("counts").sum(),
        0,
        "nothing of the one before is left"
    );
    assert_eq!(store.relations().expect("counts").sum(), 0);
}

#[tokio::test]
async fn a_file_of_another_form_is_not_taken_for_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint.sqlite");
    std::fs::write(
        &path,
        "no database at all, but long enough for one".repeat(40),
    )
    .expect("room");
    assert!(matches!(Store::open(&path), Err(StoreError::Damaged(_))));
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.starts_with("no database"), "and it is left as it is");
    std::fs::write(&path, "").expect("room");
    assert!(
        Store::open(&path).is_ok(),
        "an empty file is as good as none"
    );
}

#[test]
fn what_is_too_old_is_begun_anew() {
    const HOUR: i64 = 60 * 60;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint.sqlite");
    let identity = |workspace: &str| Identity {
        workspace: workspace.into(),
        api: "https://api.bitbucket.org".into(),
        mode: Mode::Grants,
    };
    let begin = |afresh: bool, hours: i64| {
        let mut store = Store::open(&path).expect("a checkpoint");
        let begun = store.begin(&identity("acme"), afresh, hours * HOUR);
        (store, begun.expect("a beginning").resumed)
    };
    assert!(!begin(false, 0).1);
    assert!(
        begin(false, 7 * 24).1,
        "half-way is gone on with for a week"
    );
    assert!(!begin(false, 7 * 24 + 1).1);

    let (mut store, resumed) = begin(true, 0);
    assert!(!resumed);
    store.end(false).expect("an end with gaps");
    drop(store);
    let (mut store, resumed) = begin(false, 6);
    assert!(resumed, "gaps are asked for again for some hours");
    store.end(false).expect("an end with gaps");
    let other = store.begin(&identity("umbrella"), false, 6 * HOUR);
    assert!(
        matches!(other, Err(StoreError::OtherReading(_))),
        "{other:?}"
    );
    drop(store);
    assert!(!begin(false, 7).1);
}
