//! Rate limits: what is told of them is kept to, in every form in which it is told.

use serde_json::json;

use crate::{asked, extract, fault, is_whole, patched};

#[tokio::test]
async fn a_limit_that_is_told_in_any_known_form_is_never_reached() {
    let mut at_once = tokio::task::JoinSet::new();
    for headers in [
        json!([["X-RateLimit-Limit", "30, 30;w=2"]]),
        json!([["RateLimit-Limit", "30"], ["RateLimit-Policy", "30;w=2"]]),
        json!([
            ["RateLimit-Policy", "\"default\";q=30;w=2"],
            ["RateLimit", "\"default\";r=9;t=1"]
        ]),
        json!([
            ["RateLimit", "limit=30, remaining=9, reset=1"],
            ["RateLimit-Policy", "30;w=2"]
        ]),
    ] {
        at_once.spawn(async move {
            let limit = json!({"bitbucket": {"scaled_limit": null,
                "rate_limit": {"after_requests": 30, "window_seconds": 2}}});
            let story = patched("ready", limit).await;
            let action = json!({"with_headers": {"headers": headers}});
            fault(&story, json!({"action": action}));
            let ran = extract(&story, &[]).await;
            is_whole(&story, &ran).await;
            let refused: Vec<_> = asked(&story)
                .into_iter()
                .filter(|entry| entry.status == 429)
                .collect();
            assert!(refused.is_empty(), "{headers}: {refused:?}");
            assert_eq!(ran.json()["retries"], 0, "{headers}");
            // The limit was there to be reached.
            let tokens = asked(&story);
            let tokens = tokens
                .iter()
                .filter(|entry| entry.credential != "api_token")
                .count();
            assert!(tokens > 30, "{tokens}");
        });
    }
    while let Some(ended) = at_once.join_next().await {
        ended.expect("every story ends well");
    }
}

#[tokio::test]
async fn a_limit_that_nothing_tells_of_is_waited_out_and_the_rest_is_read() {
    let limit = json!({"bitbucket": {"scaled_limit": null,
        "rate_limit": {"after_requests": 12, "window_seconds": 1}}});
    let story = patched("ready", limit).await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    let json = ran.json();
    assert!(json["waited_seconds"].as_u64() > Some(0), "{json:#}");
    let refused = asked(&story)
        .iter()
        .filter(|entry| entry.status == 429)
        .count();
    assert_eq!(json["retries"], refused, "{json:#}");
    assert!(
        (1..=40).contains(&refused),
        "it does not run against the wall: {refused}"
    );
}

#[tokio::test]
async fn where_none_is_left_it_is_said_until_when_is_waited() {
    for reset in ["3", "in three seconds as a moment"] {
        let story = bbsetup_tests::Story::named("ready").await;
        let reset = match reset.parse::<u64>() {
            Ok(seconds) => seconds.to_string(),
            Err(_) => {
                let now = std::time::SystemTime::now();
                let since = now.duration_since(std::time::UNIX_EPOCH).expect("a clock");
                (since.as_secs() + 4).to_string()
            }
        };
        let headers = json!([["X-RateLimit-Remaining", "0"], ["X-RateLimit-Reset", reset]]);
        let action = json!({"with_headers": {"headers": headers}});
        fault(
            &story,
            json!({"path": "/2.0/workspaces/acme$", "times": 1, "action": action}),
        );
        let ran = story.run(&["extract", "--out", "out"]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(
            ran.stderr
                .contains("Bitbucket's rate limit is reached. Goes on"),
            "{ran:?}"
        );
    }
}

#[tokio::test]
async fn what_an_earlier_run_spent_counts_against_a_budget_that_is_given() {
    let story = bbsetup_tests::Story::named("ready").await;
    let ran = extract(&story, &["--budget", "none"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let all = asked(&story).into_iter();
    let spent = all
        .filter(|entry| entry.credential == "workspace_access_token")
        .count();
    let before = asked(&story).len();
    let ran = extract(&story, &["--budget", &spent.to_string()]).await;
    assert_eq!(ran.code, 6, "{ran:?}");
    assert_eq!(ran.problems(), ["error rate_limited -"]);
    assert_eq!(asked(&story).len(), before, "nothing was asked");
    assert!(ran.stdout.contains("used up"), "{}", ran.stdout);
    // An hour has room for all of it with one more of each.
    let ran = extract(&story, &["--budget", &(2 * spent + 2).to_string()]).await;
    is_whole(&story, &ran).await;
}
