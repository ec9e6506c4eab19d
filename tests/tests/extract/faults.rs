//! What goes wrong at Bitbucket or on the way, and what becomes of the reading.

use std::collections::BTreeSet;
use std::time::Duration;

use bbsetup_sandbox::{Listening, Sandbox, Scenario};
use bbsetup_tests::{Story, until};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{asked, count, count_of, extract, fault, file, gaps, is_whole, names, patched, truth};

const LEDGER: &str = "/2.0/repositories/acme/ledger/permissions-config";

/// The codes of what stopped a run.
fn problems(ran: &bbsetup_tests::Ran) -> Vec<String> {
    let json = ran.json();
    let problems = json["problems"].as_array().expect("problems").iter();
    problems
        .map(|problem| {
            let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("severity"), text("code"))
        })
        .collect()
}

async fn all_end_well(mut at_once: JoinSet<()>) {
    while let Some(ended) = at_once.join_next().await {
        ended.expect("every story ends well");
    }
}

#[tokio::test]
async fn what_happens_once_is_asked_again_and_harms_nothing() {
    let mut at_once = JoinSet::new();
    for path in [
        "/2.0/workspaces/acme$",
        "/2.0/workspaces/acme/permissions",
        "/1.0/groups/acme",
        "/2.0/repositories/acme$",
        "/2.0/repositories/acme/ledger/permissions-config/groups",
    ] {
        for action in [
            json!({"too_many_requests": {"retry_after": "1"}}),
            json!({"answer": {"status": 500}}),
            json!({"answer": {"status": 503, "headers": [["Retry-After", "1"]]}}),
            json!("cut"),
            json!("garbage_json"),
            json!("wrong_shape"),
        ] {
            at_once.spawn(async move {
                let story = Story::named("ready").await;
                fault(&story, json!({"path": path, "times": 1, "action": action}));
                let ran = extract(&story, &[]).await;
                is_whole(&story, &ran).await;
                let json = ran.json();
                assert_eq!(json["retries"], 1, "{path} {action}: {ran:?}");
                let is_waited_for = action.get("too_many_requests").is_some();
                assert_eq!(
                    json["waited_seconds"],
                    u64::from(is_waited_for),
                    "{path} {action}: {ran:?}"
                );
            });
        }
    }
    all_end_well(at_once).await;
}

#[tokio::test]
async fn a_rate_limit_longer_than_patience_ends_the_run_and_the_next_goes_on() {
    let story = Story::named("ready").await;
    let limited = json!({"path": "/2.0/repositories/acme/checkout/permissions-config/groups",
        "times": 1, "action": {"too_many_requests": {"retry_after": "3600"}}});
    fault(&story, limited);
    let ran = extract(&story, &["--max-wait", "5", "--in-flight", "1"]).await;
    assert_eq!(
        (ran.code, problems(&ran)),
        (6, vec!["error rate_limited".to_owned()])
    );
    let json = ran.json();
    assert_eq!(
        (&json["complete"], &json["resumable"], &json["files"]),
        (&json!(false), &json!(true), &json!([]))
    );
    let first = count(&story);
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(ran.json()["resumed"], true);
    let undisturbed = Story::named("ready").await;
    extract(&undisturbed, &[]).await;
    assert_eq!(
        first - 1 + ran.json()["requests"].as_u64().expect("a count"),
        count(&undisturbed)
    );
}

#[tokio::test]
async fn what_always_fails_is_a_gap_and_a_rerun_asks_for_that_alone() {
    let mut at_once = JoinSet::new();
    // Early and late among what is asked: nothing else is under way behind the last one.
    for slug in ["ledger", "repository-11"] {
        for (action, code) in [
            (json!({"answer": {"status": 500}}), "server_error"),
            (json!("garbage_json"), "unreadable_reply"),
            (json!("cut"), "unreadable_reply"),
        ] {
            at_once.spawn(async move {
                let about = format!("{slug} {action}");
                let story = Story::named("ready").await;
                let path = format!("/2.0/repositories/acme/{slug}/permissions-config");
                fault(&story, json!({"path": path, "action": action}));
                let ran = extract(&story, &[]).await;
                assert_eq!(ran.code, 9, "{about}: {ran:?}");
                let json = ran.json();
                assert_eq!(json["complete"], false, "{about}");
                assert_eq!(
                    gaps(&ran),
                    [
                        format!("repository_user 1 {code}"),
                        format!("repository_group 1 {code}")
                    ],
                    "{about}"
                );
                assert_eq!(json["gaps"][0]["of"], json!([slug]), "{about}");
                let manifest: Value =
                    serde_json::from_slice(&file(&story, "out", "manifest.json")).expect("JSON");
                assert_eq!(manifest["complete"], false, "{about}");
                assert_eq!(manifest["gaps"], json["gaps"], "{about}");
                assert!(
                    names(&story, "out").contains(&"entities.csv".to_owned()),
                    "{about}"
                );

                story.sandbox.clear_faults();
                let before = count(&story);
                let ran = extract(&story, &[]).await;
                is_whole(&story, &ran).await;
                assert_eq!(count(&story) - before, 2, "{about}: only what is missing");
                assert_eq!(ran.json()["resumed"], true, "{about}");
            });
        }
    }
    all_end_well(at_once).await;
}

#[tokio::test]
async fn where_many_always_fail_it_is_no_outage_as_long_as_others_are_answered() {
    let story = Story::named("ready").await;
    let path = "/2.0/repositories/acme/*/permissions-config";
    fault(
        &story,
        json!({"path": path, "action": {"answer": {"status": 500}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert_eq!(
        gaps(&ran),
        [
            "repository_user 12 server_error",
            "repository_group 12 server_error"
        ]
    );
    assert!(names(&story, "out").contains(&"entities.csv".to_owned()));
    story.sandbox.clear_faults();
    let before = count(&story);
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(count(&story) - before, 24, "only what is missing");
}

#[tokio::test]
async fn a_permission_that_both_credentials_lack_is_a_gap_that_is_found_out_once() {
    let story = Story::named("missing-project-admin").await;
    let without_projects = [
        "read:user:bitbucket",
        "read:workspace:bitbucket",
        "read:repository:bitbucket",
        "read:permission:bitbucket",
    ];
    story
        .sandbox
        .set_scopes("account", &without_projects)
        .expect("a credential");
    let scopes = ["account", "project", "repository", "repository:admin"];
    story
        .sandbox
        .set_scopes("workspace_token", &scopes)
        .expect("a credential");
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(
        gaps(&ran),
        [
            "project_user 3 scope_missing",
            "project_group 3 scope_missing"
        ]
    );
    let gap = &ran.json()["gaps"][0];
    assert!(
        gap["message"]
            .as_str()
            .is_some_and(|text| text.contains("project")),
        "{gap:#}"
    );
    assert!(
        gap["hints"]
            .as_array()
            .is_some_and(|hints| !hints.is_empty()),
        "{gap:#}"
    );
    let about_projects = asked(&story)
        .iter()
        .filter(|entry| entry.path.contains("/projects/"))
        .count();
    assert_eq!(
        about_projects, 2,
        "one question for each credential, and not one for each project"
    );

    // Once it is mended, only what is missing is asked for.
    story
        .sandbox
        .make_anew("workspace_token")
        .expect("a credential");
    let before = count(&story);
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(count(&story) - before, 6);
}

#[tokio::test]
async fn groups_that_may_not_be_read_are_a_gap_and_their_grants_stay() {
    let story = Story::named("groups-scope-missing").await;
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(gaps(&ran), ["group 1 scope_missing"]);
    let json = ran.json();
    let truth = truth(&story);
    let granted: usize = truth.repositories.iter().map(|of| of.groups.len()).sum();
    assert_eq!(json["relations"]["repository_group"], granted);
    assert_eq!(json["relations"]["group_member"], 0);
    // Those that grants name are there all the same.
    let projects = truth.projects.iter().flat_map(|of| &of.groups);
    let named = truth
        .repositories
        .iter()
        .flat_map(|of| &of.groups)
        .chain(projects);
    let named: BTreeSet<&String> = named.map(|grant| &grant.to).collect();
    assert!(!named.is_empty());
    assert_eq!(json["entities"]["group"], named.len());
    let looked = story.run(&["validate", "out", "--json"]).await;
    assert_eq!(
        looked.code, 0,
        "no end of a relation is missing: {looked:?}"
    );
}

#[tokio::test]
async fn groups_that_are_too_many_for_one_answer_are_read_one_by_one() {
    let late = json!({"bitbucket": {"groups_with_members_time_out": true}});
    let story = patched("ready", late).await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    let of_groups = |story: &Story| {
        let all = asked(story).into_iter();
        all.filter(|entry| entry.path.starts_with("/1.0/groups"))
            .count()
    };
    // The one that came to nothing (by the token that may not, then by the account), the list, each.
    assert_eq!(count_of(&story, "/members"), truth(&story).groups.len());
    assert_eq!(
        of_groups(&story),
        2 + truth(&story).groups.len(),
        "{:#?}",
        asked(&story)
    );

    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": "/1.0/groups/acme$", "times": 1, "action": "cut"}),
    );
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}

#[tokio::test]
async fn a_page_that_leads_elsewhere_is_a_gap_and_nothing_is_sent_there() {
    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": "/2.0/workspaces/acme/projects$", "action": "off_origin_next"}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert_eq!(gaps(&ran), ["project 1 off_origin_link"]);
    assert_eq!(story.sandbox.breaches(), 0);
    let all = story.sandbox.requests();
    assert!(
        all.iter().all(|entry| entry.server == "bitbucket"),
        "{all:?}"
    );
    story.sandbox.clear_faults();
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let story = Story::named("ready").await;
    fault(&story, json!({"path": LEDGER, "action": {"redirect": {}}}));
    let ran = extract(&story, &[]).await;
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(story.sandbox.breaches(), 0);
    let all = story.sandbox.requests();
    assert!(
        all.iter().all(|entry| entry.server == "bitbucket"),
        "{all:?}"
    );
}

#[tokio::test]
async fn a_refused_sign_in_is_tried_once_with_each_credential() {
    let mut story = Story::named("ready").await;
    story.set(
        "BBSETUP_WORKSPACE_TOKEN",
        "ATCTT3xFfGN0wrongTOKEN_of-nobody_0000000000=00000000",
    );
    story.set(
        "BBSETUP_API_TOKEN",
        "ATATT3xFfGF0wrongTOKEN_of-nobody_0000000000=00000000",
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        problems(&ran).contains(&"error sign_in_refused".to_owned()),
        "{ran:?}"
    );
    assert_eq!(
        count(&story),
        2,
        "an account is locked after repeated failures"
    );
    let json = ran.json();
    assert_eq!(
        (&json["resumable"], &json["files"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test]
async fn one_wrong_token_is_told_and_the_other_reads_everything() {
    let mut story = Story::named("ready").await;
    story.set(
        "BBSETUP_WORKSPACE_TOKEN",
        "ATCTT3xFfGN0wrongTOKEN_of-nobody_0000000000=00000000",
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, problems(&ran)),
        (0, vec!["warning sign_in_refused".to_owned()])
    );
    crate::truth::compare(&story, "out", &truth(&story)).await;
    let refused = asked(&story)
        .iter()
        .filter(|entry| entry.status == 401)
        .count();
    assert_eq!(refused, 1);
}

#[tokio::test]
async fn one_credential_alone_reads_what_it_may() {
    let mut story = Story::named("ready").await;
    story.unset("BBSETUP_WORKSPACE_TOKEN");
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;

    let mut story = Story::named("ready").await;
    story.unset("BBSETUP_API_TOKEN").unset("BBSETUP_ACCOUNT");
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 3, "an access token does not read groups: {ran:?}");
    assert_eq!(gaps(&ran), ["group 1 wrong_credential_kind"]);

    let mut story = Story::named("ready").await;
    story.gives_nothing_beforehand();
    story
        .set("BBSETUP_API_URL", &story.sandbox.bitbucket_url())
        .set("BBSETUP_WORKSPACE", "acme");
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(count(&story), 0);
}

#[tokio::test]
async fn a_workspace_that_is_not_there_is_the_users_to_mend() {
    let story = Story::named("workspace-not-found").await;
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(problems(&ran), ["error workspace_not_found_or_hidden"]);
    assert_eq!(ran.json()["resumable"], false);
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_told_of_the_credentials() {
    let story = Story::named("closed-port").await;
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, problems(&ran)),
        (5, vec!["error unreachable".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_half_way_can_come_back_later() {
    let mut story = Story::named("ready").await;
    story.sandbox.set_latency(Duration::from_millis(20));
    let port = story.sandbox.bitbucket_url();
    let port: u16 = port
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let mut command = story.command(&["extract", "--out", "out", "--json"]);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let running = command.spawn().expect("the program runs");
    until("it is half-way", || count(&story) >= 20);
    let elsewhere = Sandbox::start(Scenario::named("ready").expect("a scenario")).await;
    let gone = std::mem::replace(&mut story.sandbox, elsewhere.expect("free ports"));
    gone.shutdown().await;
    let ended = tokio::task::spawn_blocking(|| running.wait_with_output());
    let ran: bbsetup_tests::Ran = ended.await.expect("a thread").expect("it ends").into();
    assert_eq!(
        (ran.code, problems(&ran)),
        (9, vec!["error unreachable".to_owned()]),
        "{ran:?}"
    );
    let json = ran.json();
    assert_eq!(
        (&json["resumable"], &json["gaps"]),
        (&json!(true), &json!([])),
        "{ran:?}"
    );

    let listening = Listening {
        bitbucket_port: port,
        ..Listening::default()
    };
    let back = Sandbox::start_on(Scenario::named("ready").expect("a scenario"), listening).await;
    story.sandbox = back.expect("the port is free again");
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    let json = ran.json();
    assert_eq!(json["resumed"], true);
    let undisturbed = Story::named("ready").await;
    extract(&undisturbed, &[]).await;
    assert!(
        count(&story) <= count(&undisturbed) - 20 + 8,
        "{}",
        count(&story)
    );
}

#[tokio::test]
async fn a_web_page_of_a_proxy_is_not_taken_for_bitbucket() {
    let story = Story::named("ready").await;
    fault(&story, json!({"action": {"page": {"status": 200}}}));
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, problems(&ran)),
        (5, vec!["error not_bitbucket".to_owned()])
    );
    // In the middle, what was read stays.
    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": LEDGER, "action": {"page": {"status": 403}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(
        (ran.code, ran.json()["resumable"].clone()),
        (9, json!(true)),
        "{ran:?}"
    );
    story.sandbox.clear_faults();
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}
