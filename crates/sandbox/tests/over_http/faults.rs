//! What goes wrong on purpose.

use std::time::Duration;

use bbsetup_sandbox::{Action, Fault};
use http_body_util::BodyExt;

use crate::client::{basic, bearer, begin, get, send, started};

fn fault(path: &str, action: Action) -> Fault {
    Fault {
        server: "bitbucket".into(),
        path: path.into(),
        method: String::new(),
        credential: String::new(),
        times: None,
        action,
    }
}

const PROJECTS: &str = "/2.0/workspaces/acme/projects";

#[tokio::test]
async fn a_fault_meets_what_it_names_as_often_as_it_says() {
    let sandbox = started("ready").await;
    let broken = Action::Answer {
        status: 500,
        body: "broken".into(),
        content_type: "text/plain".into(),
        headers: vec![("x-trace".into(), "practice".into())],
    };
    sandbox.set_fault(Fault {
        credential: "api_token".into(),
        method: "get".into(),
        times: Some(1),
        ..fault("/2.0/workspaces/*/projects$", broken)
    });
    assert_eq!(
        get(&sandbox, &bearer(&sandbox), PROJECTS).await.status,
        200,
        "another credential"
    );
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        200,
        "another path"
    );
    let met = get(&sandbox, &basic(&sandbox), PROJECTS).await;
    assert_eq!(
        (met.status, met.text().as_str(), met.header("x-trace")),
        (500, "broken", "practice")
    );
    assert_eq!(
        get(&sandbox, &basic(&sandbox), PROJECTS).await.status,
        200,
        "only once"
    );
}

#[tokio::test]
async fn setting_a_fault_replaces_and_clearing_ends_it() {
    let sandbox = started("ready").await;
    sandbox.add_fault(fault("/2.0/user", Action::Page { status: 502 }));
    sandbox.set_fault(fault(PROJECTS, Action::Page { status: 503 }));
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/2.0/user").await.status,
        200
    );
    let page = get(&sandbox, &basic(&sandbox), PROJECTS).await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (503, "text/html; charset=utf-8")
    );
    sandbox.clear_faults();
    assert_eq!(get(&sandbox, &basic(&sandbox), PROJECTS).await.status, 200);
}

#[tokio::test]
async fn too_many_requests_come_with_a_time_or_without() {
    let sandbox = started("ready").await;
    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
    sandbox.set_fault(fault(
        "",
        Action::TooManyRequests {
            retry_after: Some(date.into()),
            plain_text: false,
        },
    ));
    let answer = get(&sandbox, &basic(&sandbox), PROJECTS).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, date));
    sandbox.set_fault(fault(
        "",
        Action::TooManyRequests {
            retry_after: None,
            plain_text: true,
        },
    ));
    let answer = get(&sandbox, &basic(&sandbox), PROJECTS).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, ""));
}

#[tokio::test]
async fn links_and_redirects_to_elsewhere_lead_where_credentials_are_noted() {
    let sandbox = started("ready").await;
    sandbox.set_fault(fault(PROJECTS, Action::OffOriginNext));
    let page = get(&sandbox, &bearer(&sandbox), PROJECTS).await.json();
    assert!(
        !page["values"].as_array().expect("a list").is_empty(),
        "the page is right but for its link"
    );
    let next = page["next"].as_str().expect("a link").to_owned();
    assert!(!next.starts_with(&sandbox.bitbucket_url()), "{next}");

    sandbox.set_fault(fault(PROJECTS, Action::Redirect { to: String::new() }));
    let redirect = get(&sandbox, &bearer(&sandbox), PROJECTS).await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (302, next.as_str())
    );

    assert_eq!(sandbox.breaches(), 0);
    send("GET", &next, &[("authorization", &bearer(&sandbox))], "").await;
    assert_eq!(sandbox.breaches(), 1, "one who follows is caught");
}

#[tokio::test]
async fn bodies_may_be_no_json_or_of_another_shape() {
    let sandbox = started("ready").await;
    sandbox.set_fault(fault(PROJECTS, Action::GarbageJson));
    let garbage = get(&sandbox, &bearer(&sandbox), PROJECTS).await;
    assert!(
        garbage
            .header("content-type")
            .starts_with("application/json")
    );
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
    sandbox.set_fault(fault(PROJECTS, Action::WrongShape));
    let shape = get(&sandbox, &bearer(&sandbox), PROJECTS).await.json();
    assert!(shape["values"].is_string());
}

#[tokio::test]
async fn an_answer_may_end_in_the_middle() {
    let sandbox = started("ready").await;
    sandbox.set_fault(fault(PROJECTS, Action::Cut));
    let url = format!("{}{PROJECTS}", sandbox.bitbucket_url());
    let response = begin("GET", &url, &[("authorization", &bearer(&sandbox))], "").await;
    assert_eq!(response.status(), 200);
    response
        .into_body()
        .collect()
        .await
        .expect_err("half a body");
}

#[tokio::test]
async fn an_answer_may_be_slow_and_still_right() {
    let sandbox = started("ready").await;
    let rightly = get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme").await;
    sandbox.set_fault(fault("", Action::Slow { pause_ms: 0 }));
    let slowly = get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme").await;
    assert_eq!(slowly.body, rightly.body);
}

#[tokio::test]
async fn an_answer_may_be_huge() {
    const BYTES: u64 = 100_000_001;
    let sandbox = started("ready").await;
    sandbox.set_fault(fault("", Action::Huge { bytes: BYTES }));
    let url = format!("{}{PROJECTS}", sandbox.bitbucket_url());
    let mut body = begin("GET", &url, &[], "").await.into_body();
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        read += frame
            .expect("a frame")
            .data_ref()
            .map_or(0, |data| data.len() as u64);
    }
    assert_eq!(read, BYTES);
}

#[tokio::test]
async fn answers_without_end_end_with_the_servers() {
    let sandbox = started("ready").await;
    sandbox.set_fault(fault("/2.0/user", Action::Stall));
    sandbox.add_fault(fault(PROJECTS, Action::Drip));
    let url = format!("{}/2.0/user", sandbox.bitbucket_url());
    let stalled = tokio::spawn(async move {
        let url = url::Url::parse(&url).expect("an address");
        let stream = tokio::net::TcpStream::connect(crate::client::authority(&url))
            .await
            .expect("a server");
        crate::client::over(stream, &url, "GET", &[], "").await
    });
    let url = format!("{}{PROJECTS}", sandbox.bitbucket_url());
    let mut dripping = begin("GET", &url, &[], "").await.into_body();
    dripping
        .frame()
        .await
        .expect("a beginning")
        .expect("a beginning");
    // The stalled request is in the log from the moment on which it came in.
    while !sandbox
        .requests()
        .iter()
        .any(|entry| entry.path == "/2.0/user")
    {
        tokio::task::yield_now().await;
    }
    let stalled_entry = sandbox
        .requests()
        .into_iter()
        .find(|entry| entry.path == "/2.0/user");
    assert_eq!(stalled_entry.map(|entry| entry.status), Some(0));
    sandbox.shutdown().await;
    stalled
        .await
        .expect("no panic")
        .expect_err("cut without an answer");
    dripping.collect().await.expect_err("cut in the middle");
}

#[tokio::test]
async fn every_answer_waits_for_the_latency_that_is_set() {
    let sandbox = started("ready").await;
    sandbox.set_latency(Duration::from_millis(30));
    let start = std::time::Instant::now();
    assert_eq!(get(&sandbox, &bearer(&sandbox), PROJECTS).await.status, 200);
    assert!(
        start.elapsed() >= Duration::from_millis(30),
        "a lower bound holds on any machine"
    );
}
