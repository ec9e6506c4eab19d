//! Which requests of a check wait for which: as few as there can be, so that a slow line costs three
//! round trips and not one for each check.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::collections::BTreeSet;
use std::time::Duration;

use bbsetup_tests::Story;
use serde_json::json;

const TOKEN: &str = "workspace_access_token";
const ACCOUNT: &str = "api_token";

/// Far more looks than it takes, also on a busy machine.
const LOOKS: usize = 3_000;

/// A request: the kind of the credential, and the path.
type Asked = (String, String);

fn asked(story: &Story) -> Vec<Asked> {
    let requests = story.sandbox.requests().into_iter();
    requests
        .map(|entry| (entry.credential, entry.path))
        .collect()
}

/// What is asked where everything is answered.
async fn everything() -> BTreeSet<Asked> {
    let story = Story::named("ready").await;
    let ran = story.run(&["check", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let all = asked(&story);
    let each = BTreeSet::from_iter(all.clone());
    assert_eq!(all.len(), each.len(), "nothing is asked twice: {all:?}");
    each
}

/// What is asked while one request of a credential, or of any, gets no answer: at least what is
/// awaited here, and then nothing more than that.
async fn while_unanswered(path: &str, credential: &str, awaited: &BTreeSet<Asked>) {
    let story = Story::named("ready").await;
    let fault = json!({"server": "bitbucket", "path": format!("{path}$"),
        "credential": credential, "action": "stall"});
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
    let mut program = story
        .command(&["check", "--json", "--timeout", "300"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut seen = BTreeSet::new();
    for _ in 0..LOOKS {
        seen = BTreeSet::from_iter(asked(&story));
        if seen.is_superset(awaited) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.kill().expect("the program ends");
    program.wait().expect("the program ended");
    assert_eq!(&seen, awaited, "while {path} ({credential}) is unanswered");
}

fn without(all: &BTreeSet<Asked>, is_left_out: impl Fn(&Asked) -> bool) -> BTreeSet<Asked> {
    all.iter()
        .filter(|asked| !is_left_out(asked))
        .cloned()
        .collect()
}

#[tokio::test]
async fn no_check_waits_for_another_but_for_the_identity_and_for_its_own_list() {
    let all = everything().await;
    let second: BTreeSet<&str> = all
        .iter()
        .map(|(_, path)| path.as_str())
        .filter(|path| *path != "/2.0/user" && !path.contains("/permissions-config/"))
        .collect();
    assert_eq!(second.len(), 6, "{second:?}");
    for path in second {
        // The workspace's own path is above all others, and nothing follows it.
        let follows = |asked: &Asked| {
            path != "/2.0/workspaces/acme"
                && asked.1.starts_with(&format!("{path}/"))
                && asked.1.contains("/permissions-config/")
        };
        while_unanswered(path, "", &without(&all, follows)).await;
    }
}

#[tokio::test]
async fn neither_credential_waits_for_the_other() {
    let all = everything().await;
    for (one, other) in [(TOKEN, ACCOUNT), (ACCOUNT, TOKEN)] {
        assert!(all.iter().any(|asked| asked.0 == other));
        let waits = |asked: &Asked| asked.0 == one && asked.1 != "/2.0/user";
        while_unanswered("/2.0/user", one, &without(&all, waits)).await;
    }
}

#[tokio::test]
async fn the_permission_checks_wait_for_nothing_but_their_lists() {
    let all = everything().await;
    let last: BTreeSet<&str> = all
        .iter()
        .map(|(_, path)| path.as_str())
        .filter(|path| path.contains("/permissions-config/"))
        .collect();
    assert!((2..=4).contains(&last.len()), "{last:?}");
    for path in last {
        while_unanswered(path, "", &all).await;
    }
}
