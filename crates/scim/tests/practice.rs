//! The whole check against the practice SCIM server: each fault is met by its check under its code,
//! and nothing else is accused.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bbsetup_http::{Client, Limits, Network};
use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_scim::{Authentication, Check, Report, Target, check};
use bbsetup_setup::{Outcome, ScimUrl, Secret, Severity, Verdict};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The most requests of a check, as long as each is answered at once.
const MOST: u32 = 20;

async fn started(scenario: &str, knobs: Value) -> Sandbox {
    let scenario = Scenario::named(scenario).expect("a scenario");
    let scenario = scenario
        .patched(json!({ "scim": knobs }))
        .expect("a scenario");
    Sandbox::start(scenario).await.expect("free ports")
}

fn target(sandbox: &Sandbox) -> Target {
    let env = sandbox.env();
    let secret = Secret::new(env["BBSETUP_SCIM_TOKEN"].clone());
    let limits = Limits {
        total: Duration::from_secs(2),
        ..Limits::default()
    };
    Target {
        client: Client::new(limits, &Network::default()).expect("a client"),
        url: ScimUrl::parse(&sandbox.scim_url()).expect("an address"),
        authentication: match env.get("BBSETUP_SCIM_USER") {
            Some(user) => Authentication::Basic {
                user: user.clone(),
                password: secret,
            },
            None => Authentication::Bearer(secret),
        },
        clock: Arc::new(|| 1_795_000_000),
    }
}

async fn of(sandbox: &Sandbox) -> Report {
    let settled = Mutex::new(Vec::new());
    let report = check(
        &target(sandbox),
        &|finding| settled.lock().expect("free").push(finding.check),
        &CancellationToken::new(),
    )
    .await;
    // Every check is told once, as it comes and in the report.
    let mut told = settled.into_inner().expect("free");
    told.sort();
    assert_eq!(told, Check::ALL);
    let listed: Vec<Check> = report.checks.iter().map(|finding| finding.check).collect();
    assert_eq!(listed, Check::ALL);
    assert_eq!(sandbox.breaches(), 0, "a credential went to another server");
    report
}

/// Every problem: severity, code, check.
fn told(report: &Report) -> Vec<String> {
    report
        .problems
        .iter()
        .map(|told| {
            let severity = match told.problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            format!("{severity} {} {}", told.problem.code, told.check.as_str())
        })
        .collect()
}

async fn with(knobs: Value) -> Report {
    of(&started("ready", knobs).await).await
}

#[tokio::test]
async fn where_all_is_well_every_check_is_granted_by_few_gets() {
    for scenario in ["ready", "large"] {
        for page_limit in [100, 5, 1] {
            let sandbox = started(scenario, json!({ "page_limit": page_limit })).await;
            let report = of(&sandbox).await;
            assert_eq!(told(&report), [] as [&str; 0], "{scenario} {page_limit}");
            assert_eq!(report.verdict, Verdict::Ready);
            assert!(report.requests <= MOST, "{}", report.requests);
            let requests = sandbox.requests();
            assert_eq!(requests.len(), report.requests as usize);
            assert!(requests.iter().all(|request| request.method == "GET"));
            for finding in &report.checks {
                assert_eq!(finding.outcome, Outcome::Granted, "{finding:?}");
                assert!(finding.evidence.is_some(), "{finding:?}");
            }
        }
    }
    let report = with(json!({})).await;
    assert_eq!((report.users, report.groups), (Some(15), Some(4)));
}

#[tokio::test]
async fn a_group_longer_than_a_page_is_whole_and_said_to_be() {
    let report = with(json!({"page_limit": 5, "user_groups": false})).await;
    assert_eq!(report.verdict, Verdict::Ready, "{:?}", told(&report));
    let members = report.finding(Check::GroupMembers).expect("a finding");
    let evidence = members.evidence.as_ref().expect("evidence");
    assert_eq!(evidence.seen.as_deref(), Some("Developers: 6 members"));
    assert_eq!(members.reason.as_deref(), Some("More than a page of 5."));
    assert!(report.finding(Check::Users).is_some_and(|users| {
        users
            .evidence
            .as_ref()
            .is_some_and(|evidence| evidence.items == Some(5) && evidence.total == Some(15))
    }));
}

#[tokio::test]
async fn each_fault_is_met_by_its_check_and_nothing_else_is_accused() {
    let paging = [
        "error scim_paging users_paging",
        "error scim_paging groups_paging",
    ];
    let departs = [
        "warning scim_departure service_provider_config",
        "warning scim_departure resource_types",
        "warning scim_departure schemas",
    ];
    let cases: [(Value, &[&str]); 18] = [
        (json!({"ignores_start_index": true}), &paging),
        (json!({"ignores_count": true}), &paging),
        (json!({"repeats_on_pages": 1}), &paging),
        (json!({"total_of_page": true}), &paging),
        (
            json!({"cuts_members": 4}),
            &["error scim_members_cut group_members"],
        ),
        // As many as a page, and nothing to compare with.
        (
            json!({"cuts_members": 4, "page_limit": 4, "user_groups": false}),
            &["error scim_members_cut group_members"],
        ),
        (
            json!({"without": ["emails"]}),
            &["error scim_attribute_missing user_attributes"],
        ),
        (
            json!({"without": ["active"]}),
            &["error scim_attribute_missing user_attributes"],
        ),
        (
            json!({"no_filter": true}),
            &["warning scim_refused users_filter"],
        ),
        (
            json!({"ignores_filter": true}),
            &["error scim_departure users_filter"],
        ),
        (
            json!({"json_content_type": true}),
            &["warning scim_departure content_type"],
        ),
        (
            json!({"plain_errors": true}),
            &["warning scim_departure error_body"],
        ),
        (json!({"no_discovery": true}), &departs),
        (
            json!({"empty": true}),
            &["warning empty_result users", "warning empty_result groups"],
        ),
        (
            json!({"refuses": true}),
            &["error scim_refused users", "error scim_refused groups"],
        ),
        (json!({"html": true}), &["error not_scim sign_in"]),
        (json!({"version_1": true}), &["error scim_outdated sign_in"]),
        (
            json!({"typed_token": "another-token-0000"}),
            &["error sign_in_refused sign_in"],
        ),
    ];
    for (knobs, expected) in cases {
        let report = with(knobs.clone()).await;
        assert_eq!(told(&report), expected, "{knobs}");
        let is_ready = expected
            .iter()
            .all(|line| line.starts_with("warning") && !line.contains("empty_result"));
        assert_eq!(report.verdict == Verdict::Ready, is_ready, "{knobs}");
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_not_accused() {
    // Neither users nor the list say otherwise, and no group is as long as a page.
    let report = with(json!({"cuts_members": 4, "user_groups": false})).await;
    assert_eq!(told(&report), [] as [&str; 0]);
    let members = report.finding(Check::GroupMembers).expect("a finding");
    assert_eq!(members.outcome, Outcome::Granted);
    let reason = members.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("No group that was seen"), "{reason}");

    let as_a_page = with(json!({"cuts_members": 4, "page_limit": 4, "user_groups": false})).await;
    assert_eq!(as_a_page.verdict, Verdict::Undetermined);

    let empty = with(json!({"empty": true})).await;
    assert_eq!(empty.verdict, Verdict::Undetermined);
}

#[tokio::test]
async fn a_user_name_with_a_password_signs_in_and_a_wrong_kind_is_told() {
    let sandbox = started("ready", json!({"user": "balkanid"})).await;
    let report = of(&sandbox).await;
    assert_eq!(report.verdict, Verdict::Ready, "{:?}", told(&report));

    let mut as_token = target(&sandbox);
    if let Authentication::Basic { password, .. } = as_token.authentication {
        as_token.authentication = Authentication::Bearer(password);
    }
    let refused = check(&as_token, &|_| {}, &CancellationToken::new()).await;
    assert_eq!(told(&refused), ["error sign_in_refused sign_in"]);
    let hint = &refused.problems[0].problem.hints[0];
    assert!(hint.contains("--scim-user"), "{hint}");
    assert_eq!(refused.requests, 1, "it is not tried again");
}

#[tokio::test]
async fn an_address_without_its_end_is_told_where_the_server_is() {
    for (typed, found) in [
        ("", "/scim/v2"),
        ("/scim", "/scim/v2"),
        ("/api", "base URL"),
    ] {
        let sandbox = started("ready", json!({ "typed_path": typed })).await;
        let report = of(&sandbox).await;
        assert_eq!(told(&report), ["error not_scim sign_in"]);
        let hint = &report.problems[0].problem.hints[0];
        assert!(hint.contains(found), "{hint}");
        assert!(report.requests <= 5, "{}", report.requests);
        for request in sandbox.requests() {
            // Looking around goes without the token.
            let is_typed = matches!(
                request.path.strip_prefix(typed),
                Some("/Users" | "/ServiceProviderConfig")
            );
            let expected = if is_typed { "bearer" } else { "" };
            assert_eq!(request.credential, expected, "{}", request.path);
        }
    }
}

#[tokio::test]
async fn a_fault_of_one_call_is_of_its_check_and_never_a_no() {
    let answer = |status: u16| json!({"answer": {"status": status}});
    let limit = json!({"too_many_requests": {"retry_after": "3600"}});
    for (path, action, expected) in [
        (
            "/scim/v2/Groups",
            answer(500),
            vec!["error server_error groups"],
        ),
        (
            "/scim/v2/Users$",
            answer(502),
            vec!["error server_error users"],
        ),
        (
            "/scim/v2/Groups",
            json!("garbage_json"),
            vec!["error unreadable_reply groups"],
        ),
        (
            "/scim/v2/Users$",
            json!("cut"),
            vec!["error unreadable_reply users"],
        ),
        (
            "/scim/v2/Groups",
            json!("wrong_shape"),
            vec!["error unreadable_reply groups"],
        ),
        (
            "/scim/v2/Groups",
            limit.clone(),
            vec!["error rate_limited groups"],
        ),
        ("", limit, vec!["error rate_limited sign_in"]),
        (
            "/scim/v2/Groups/",
            json!({"page": {"status": 200}}),
            vec!["error not_scim group_members"],
        ),
        (
            "/scim/v2/Schemas",
            answer(500),
            vec!["warning server_error schemas"],
        ),
        ("", json!("stall"), vec!["error timed_out sign_in"]),
        (
            "",
            json!({"redirect": {"to": ""}}),
            vec!["error redirect_refused sign_in"],
        ),
        (
            "",
            json!({"huge": {"bytes": 20_000_000}}),
            vec![
                "warning unreadable_reply service_provider_config",
                "warning unreadable_reply resource_types",
                "warning unreadable_reply schemas",
                "error unreadable_reply users",
                "error unreadable_reply groups",
                "warning unreadable_reply error_body",
            ],
        ),
        (
            "",
            json!({"answer": {"status": 200, "body": "{\"values\": []}"}}),
            vec!["error not_scim sign_in"],
        ),
    ] {
        let sandbox = started("ready", json!({})).await;
        let fault = json!({"server": "scim", "path": path, "action": action});
        sandbox.add_fault(serde_json::from_value(fault).expect("a fault"));
        let report = of(&sandbox).await;
        assert_eq!(told(&report), expected, "{path} {action}");
        let is_ready = expected.iter().all(|line| line.starts_with("warning"));
        let verdict = match is_ready {
            true => Verdict::Ready,
            false => Verdict::Undetermined,
        };
        assert_eq!(report.verdict, verdict, "{path} {action}");
    }
}

#[tokio::test]
async fn a_sign_in_that_one_call_does_not_tell_is_told_by_the_other() {
    let sandbox = started("ready", json!({})).await;
    let fault =
        json!({"server": "scim", "path": "/scim/v2/Users", "action": {"answer": {"status": 403}}});
    sandbox.add_fault(serde_json::from_value(fault).expect("a fault"));
    let report = of(&sandbox).await;
    let outcome = |check| report.finding(check).map(|finding| finding.outcome);
    assert_eq!(outcome(Check::SignIn), Some(Outcome::Granted));
    assert_eq!(outcome(Check::Users), Some(Outcome::Missing));
    assert_eq!(outcome(Check::Groups), Some(Outcome::Granted));
    assert_eq!(report.verdict, Verdict::NotReady);
}

#[tokio::test]
async fn a_list_too_long_with_its_members_is_read_without_them() {
    let sandbox = started("ready", json!({})).await;
    let fault = json!({"server": "scim", "path": "/scim/v2/Groups$", "times": 1, "action": {"huge": {"bytes": 20_000_000}}});
    sandbox.add_fault(serde_json::from_value(fault).expect("a fault"));
    let report = of(&sandbox).await;
    assert_eq!(told(&report), [] as [&str; 0]);
    assert_eq!(report.verdict, Verdict::Ready);
    let reason = |check| {
        let finding = report.finding(check).expect("a finding");
        finding.reason.clone().unwrap_or_default()
    };
    assert!(reason(Check::Groups).contains("without them"));
    let lists: Vec<bool> = sandbox
        .requests()
        .into_iter()
        .filter(|request| request.path == "/scim/v2/Groups")
        .map(|request| {
            let parameters = request.parameters;
            parameters.contains(&"excludedAttributes".to_owned())
        })
        .collect();
    assert_eq!(lists.first(), Some(&false));
    assert!(lists.len() > 1 && lists[1..].iter().all(|without| *without));
}

#[tokio::test]
async fn members_are_counted_among_more_users_than_are_read() {
    let large = Scenario::named("large").expect("a scenario");
    let people = json!({"workspaces": {"acme": {"generate": {"users": 900, "groups": 2}}}});
    for (cut, expected) in [
        (json!(null), [].as_slice()),
        (
            json!(40),
            ["error scim_members_cut group_members"].as_slice(),
        ),
    ] {
        let scenario = large.patched(json!({"world": people, "scim": {"cuts_members": cut}}));
        let sandbox = Sandbox::start(scenario.expect("a scenario")).await;
        let sandbox = sandbox.expect("free ports");
        let report = of(&sandbox).await;
        assert_eq!(told(&report), expected);
        assert!(report.requests <= MOST, "{}", report.requests);
        // Of 900 users 301 are read, and half of all are in the group.
        if let Some(told) = report.problems.first() {
            let message = &told.problem.message;
            assert!(message.contains("while 450 users"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_passing_fault_is_tried_again() {
    let sandbox = started("ready", json!({})).await;
    let fault = json!({"server": "scim", "path": "/scim/v2/Users", "times": 2, "action": {"answer": {"status": 503}}});
    sandbox.add_fault(serde_json::from_value(fault).expect("a fault"));
    let report = of(&sandbox).await;
    assert_eq!(told(&report), [] as [&str; 0]);
}

#[tokio::test]
async fn a_check_that_is_stopped_ends_with_what_it_has() {
    let sandbox = started("ready", json!({})).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let report = check(&target(&sandbox), &|_| {}, &stop).await;
    assert_eq!(told(&report), ["error cancelled sign_in"]);
    assert_eq!(report.verdict, Verdict::Undetermined);
}

#[tokio::test]
async fn no_error_and_no_report_holds_the_token() {
    let token = "canary-7f3a9c51-canary-7f3a9c51";
    let sandbox = started("ready", json!({"token": token})).await;
    let body = format!("{{\"detail\": \"the token {token} may not\"}}");
    let fault = json!({"server": "scim", "path": "/scim/v2/Groups", "action": {"answer": {"status": 403, "body": body}}});
    sandbox.add_fault(serde_json::from_value(fault).expect("a fault"));
    let report = of(&sandbox).await;
    let shown = format!("{report:?}");
    assert!(shown.contains("may not"), "what the server says is shown");
    assert!(!shown.contains("canary"), "{shown}");
}
