//! Limits, what is told of them, and how much is asked at once.

use std::time::{Duration, Instant};

use bbsetup_sandbox::{Action, Fault};
use serde_json::{Value, json};

use crate::client::{basic, bearer, get, send, started, started_with};

const WORKSPACE: &str = "/2.0/workspaces/acme";

#[tokio::test]
async fn within_a_window_no_more_requests_go_through_and_then_they_do() {
    const WINDOW: Duration = Duration::from_secs(1);
    let sandbox = started_with(json!({"bitbucket": {"rate_limit":
        {"after_requests": 3, "window_seconds": 1}}}))
    .await;
    let begun = Instant::now();
    let mut let_through = Vec::new();
    let mut refused = 0;
    while let_through.len() < 7 {
        let asked = Instant::now();
        let answer = get(&sandbox, &bearer(&sandbox), WORKSPACE).await;
        match answer.status {
            200 => let_through.push((asked, Instant::now())),
            status => {
                assert_eq!((status, answer.header("retry-after")), (429, "1"));
                refused += 1;
                // Another credential has a limit of its own.
                if refused == 1 {
                    let other = get(&sandbox, &basic(&sandbox), WORKSPACE).await;
                    assert_eq!(other.status, 200);
                }
            }
        }
        assert!(begun.elapsed() < 60 * WINDOW, "nothing goes through");
    }
    assert!(refused > 0);
    for four in let_through.windows(4) {
        // From before the first was asked to after the fourth was answered.
        assert!(four[3].1.duration_since(four[0].0) >= WINDOW);
    }
}

#[tokio::test]
async fn a_right_answer_carries_other_headers_where_a_fault_says_so() {
    let sandbox = started("ready").await;
    let path = "/2.0/repositories/acme";
    let plain = get(&sandbox, &bearer(&sandbox), path).await;
    let action: Action = serde_json::from_value(json!({"with_headers": {"headers": [
        ["X-RateLimit-Limit", "60, 60;w=3600"], ["X-RateLimit-Remaining", "0"],
        ["X-RateLimit-Reset", "2"], ["X-Twice", "a"], ["X-Twice", "b"]]}}))
    .expect("an action");
    sandbox.set_fault(Fault {
        server: "bitbucket".into(),
        path: path.into(),
        method: String::new(),
        credential: String::new(),
        times: Some(1),
        action,
    });
    let told = get(&sandbox, &bearer(&sandbox), path).await;
    assert_eq!((told.status, &told.body), (200, &plain.body));
    let limits = told.headers.get_all("x-ratelimit-limit");
    assert_eq!(
        limits.iter().collect::<Vec<_>>(),
        ["60, 60;w=3600"],
        "in place of the scenario's own"
    );
    assert_eq!(told.header("x-ratelimit-remaining"), "0");
    assert_eq!(told.headers.get_all("x-twice").iter().count(), 2);
    assert_eq!(told.header("x-credential-type"), "workspace_access_token");
    let again = get(&sandbox, &bearer(&sandbox), path).await;
    assert_eq!(again.header("x-ratelimit-remaining"), "");
}

#[tokio::test]
async fn groups_with_their_members_may_take_too_long() {
    let sandbox = started_with(json!({"bitbucket": {"groups_with_members_time_out": true}})).await;
    let account = basic(&sandbox);
    let status = async |path: &str| get(&sandbox, &account, path).await.status;
    assert_eq!(status("/1.0/groups/acme").await, 504);
    assert_eq!(status("/1.0/groups/acme?exclude_members=false").await, 504);
    assert_eq!(status("/1.0/groups/acme?exclude_members=true").await, 200);
    assert_eq!(status("/1.0/groups/acme/developers/members").await, 200);
}

#[tokio::test]
async fn one_repository_and_one_project_are_told_to_those_who_see_them() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    for (list, one, id) in [
        ("/2.0/repositories/acme", "/2.0/repositories/acme", "slug"),
        (
            "/2.0/workspaces/acme/projects",
            "/2.0/workspaces/acme/projects",
            "key",
        ),
    ] {
        let listed = get(&sandbox, &account, list).await.json()["values"][1].clone();
        let id = listed[id].as_str().expect("a name").to_owned();
        let by_name = get(&sandbox, &account, &format!("{one}/{id}")).await;
        assert_eq!(by_name.json(), listed);
        let uuid = listed["uuid"].as_str().expect("a UUID");
        let uuid = uuid.replace('{', "%7B").replace('}', "%7D");
        let by_uuid = get(&sandbox, &bearer(&sandbox), &format!("{one}/{uuid}")).await;
        assert_eq!(by_uuid.json(), listed);
        let nowhere = get(&sandbox, &account, &format!("{one}/nowhere")).await;
        assert_eq!(nowhere.status, 404);
    }
    for (path, classic, long) in [
        (
            "/2.0/repositories/acme/ledger",
            "repository",
            "read:repository:bitbucket",
        ),
        (
            "/2.0/workspaces/acme/projects/PAY",
            "project",
            "read:project:bitbucket",
        ),
    ] {
        for (scopes, status) in [([classic, long], 200), (["webhook", "x"], 403)] {
            for (name, scope) in [("workspace_token", scopes[0]), ("account", scopes[1])] {
                sandbox.set_scopes(name, &[scope]).expect("a credential");
            }
            for authorization in [bearer(&sandbox), basic(&sandbox)] {
                let answer = get(&sandbox, &authorization, path).await;
                assert_eq!(answer.status, status, "{path}: {}", answer.text());
            }
        }
    }
    let outside = started("nothing-visible").await;
    let account = basic(&outside);
    for path in [
        "/2.0/repositories/acme/ledger",
        "/2.0/workspaces/acme/projects/PAY",
    ] {
        assert_eq!(get(&outside, &account, path).await.status, 403, "{path}");
    }
}

async fn load(control: &str) -> Value {
    send("GET", &format!("{control}/load"), &[], "")
        .await
        .json()
}

#[tokio::test]
async fn the_most_that_was_asked_at_once_is_told() {
    let sandbox = started("ready").await;
    let control = sandbox.control();
    assert_eq!(sandbox.most_in_flight(), 0);
    // Nothing that stalls is answered, so that all of them are in flight.
    sandbox.set_fault(Fault {
        server: "bitbucket".into(),
        path: "/2.0/user".into(),
        method: String::new(),
        credential: String::new(),
        times: None,
        action: Action::Stall,
    });
    let stalled: Vec<_> = (0..3)
        .map(|_| {
            let url = format!("{}/2.0/user", sandbox.bitbucket_url());
            tokio::spawn(async move { send("GET", &url, &[], "").await })
        })
        .collect();
    while load(&control).await["in_flight"] != 3 {
        tokio::task::yield_now().await;
    }
    get(&sandbox, &basic(&sandbox), WORKSPACE).await;
    assert_eq!(
        load(&control).await,
        json!({"in_flight": 3, "most_in_flight": 4, "answered": 1})
    );
    for request in stalled {
        request.abort();
    }
    while load(&control).await["in_flight"] != 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sandbox.most_in_flight(), 4);
    let url = format!("{control}/load");
    assert_eq!(send("PUT", &url, &[], "").await.status, 204);
    assert_eq!(
        load(&control).await,
        json!({"in_flight": 0, "most_in_flight": 0, "answered": 0})
    );
}
