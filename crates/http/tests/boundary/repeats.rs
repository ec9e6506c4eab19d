//! Repeats, over a real connection. When exactly is proved beside the code, on a clock of its own.

use bbsetup_http::{Limits, Request};
use serde_json::json;

use crate::client;
use crate::server::{Reply, Server};

#[tokio::test]
async fn a_get_is_made_again_after_a_fault_and_a_broken_connection() {
    let server = Server::start(vec![
        Reply::answer(503, "", ""),
        Reply::Bytes(Vec::new()),
        Reply::fine(),
    ])
    .await;
    let client = client(Limits::default());
    let answer = client.send(Request::get(server.url("/"))).await;
    assert_eq!(answer.expect("an answer").status, 200);
    assert_eq!((client.sent(), server.requests().len()), (3, 3));
}

#[tokio::test]
async fn a_post_is_made_once_unless_it_says_that_it_may_be_repeated() {
    let replies = || vec![Reply::answer(503, "", ""), Reply::fine()];
    let server = Server::start(replies()).await;
    let post = Request::post_json(server.url("/"), &json!({}));
    let answer = client(Limits::default()).send(post).await;
    assert_eq!(answer.expect("an answer").status, 503);
    assert_eq!(server.requests().len(), 1);

    let server = Server::start(replies()).await;
    let post = Request::post_json(server.url("/"), &json!({})).repeatable();
    let answer = client(Limits::default()).send(post).await;
    assert_eq!(answer.expect("an answer").status, 200);
}

#[tokio::test]
async fn both_forms_of_retry_after_are_waited_out() {
    let in_seconds = "retry-after: 1\r\n";
    let as_a_date = "date: Tue, 24 Nov 2026 12:00:00 GMT\r\n\
                     retry-after: Tue, 24 Nov 2026 12:00:01 GMT\r\n";
    for form in [in_seconds, as_a_date] {
        let server = Server::start(vec![Reply::answer(429, form, ""), Reply::fine()]).await;
        let answer = client(Limits::default())
            .send(Request::get(server.url("/")))
            .await;
        assert_eq!(answer.expect("an answer").status, 200, "{form}");
    }
}

#[tokio::test]
async fn clones_share_one_count() {
    let server = Server::start(vec![Reply::fine()]).await;
    let client = client(Limits::default());
    let other = client.clone();
    for sender in [&client, &other] {
        let answer = sender.send(Request::get(server.url("/"))).await;
        assert_eq!(answer.expect("an answer").status, 200);
    }
    assert_eq!((client.sent(), other.sent()), (2, 2));
}
