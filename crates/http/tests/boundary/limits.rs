//! An answer that never ends, or has no end in sight, costs no more than the limits.

use std::time::Duration;

use bbsetup_http::{Error, ErrorKind, Limits, Request};

use crate::server::{Reply, Server};
use crate::{client, impatient, once};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

async fn failure(limits: Limits, reply: Reply) -> Error {
    let server = Server::start(vec![reply]).await;
    client(limits)
        .send(Request::get(server.url("/")))
        .await
        .expect_err("there is no whole answer")
}

fn with_head(rest: &str) -> Vec<u8> {
    format!("{HEAD}{rest}").into_bytes()
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let error = failure(impatient(), Reply::Stall(Vec::new())).await;
    assert_eq!(error.kind(), ErrorKind::TimedOutAnswering, "{error:?}");
}

#[tokio::test]
async fn a_head_that_stops_in_the_middle_is_given_up() {
    let error = failure(impatient(), Reply::Stall(with_head("content-le"))).await;
    assert_eq!(error.kind(), ErrorKind::TimedOutAnswering, "{error:?}");
}

#[tokio::test]
async fn a_head_that_drips_is_given_up_although_something_always_comes() {
    let error = failure(impatient(), Reply::Drip(with_head("x-drip: "))).await;
    assert_eq!(error.kind(), ErrorKind::TimedOutAnswering, "{error:?}");
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_although_something_always_comes() {
    let reply = Reply::Drip(with_head("content-length: 100000\r\n\r\n"));
    let error = failure(impatient(), reply).await;
    assert_eq!(error.kind(), ErrorKind::TimedOutAnswering, "{error:?}");
}

#[tokio::test]
async fn one_request_can_have_a_time_limit_of_its_own() {
    let server = Server::start(vec![Reply::Stall(Vec::new())]).await;
    let request = Request::get(server.url("/")).time_limit(Duration::from_millis(100));
    let error = client(once()).send(request).await.expect_err("no answer");
    assert_eq!(
        error.to_string(),
        format!(
            "{} did not finish an answer within 0.1 seconds",
            server.address
        )
    );
}

#[tokio::test]
async fn a_request_that_is_dropped_leaves_its_server() {
    let server = Server::start(vec![Reply::Stall(Vec::new())]).await;
    let (client, request) = (client(once()), Request::get(server.url("/")));
    let request = tokio::spawn(async move { client.send(request).await });
    server.asked().await;
    request.abort();
    server.left().await;
}

#[tokio::test]
async fn a_body_shorter_than_declared_is_cut() {
    let reply = Reply::Bytes(with_head("content-length: 10\r\n\r\nabc"));
    let error = failure(once(), reply).await;
    assert_eq!(error.kind(), ErrorKind::Cut, "{error:?}");
}

#[tokio::test]
async fn a_body_in_pieces_without_the_last_one_is_cut() {
    let reply = Reply::Bytes(with_head("transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    let error = failure(once(), reply).await;
    assert_eq!(error.kind(), ErrorKind::Cut, "{error:?}");
}

#[tokio::test]
async fn a_length_over_the_limit_is_refused_before_the_body_is_read() {
    // The body never comes: whoever waits for it would wait for the time limit.
    let reply = Reply::Stall(with_head("content-length: 100000000\r\n\r\n"));
    let error = failure(once(), reply).await;
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error:?}");
}

#[tokio::test]
async fn a_body_of_no_declared_length_is_left_at_the_limit() {
    let server = Server::start(vec![Reply::Flood(with_head("connection: close\r\n\r\n"))]).await;
    let error = client(once())
        .send(Request::get(server.url("/")).body_limit(1024 * 1024))
        .await
        .expect_err("too much");
    assert!(
        matches!(
            error,
            Error::TooLarge {
                limit: 1_048_576,
                ..
            }
        ),
        "{error:?}"
    );
    server.left().await;
    assert!(server.flooded() < 100_000_000, "the client took it all");
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_an_answer() {
    let declared = Reply::answer(200, "", "12345678");
    let undeclared = Reply::Bytes(with_head("connection: close\r\n\r\n12345678"));
    for reply in [declared, undeclared] {
        let server = Server::start(vec![reply]).await;
        let ask = async |limit| {
            let request = Request::get(server.url("/")).body_limit(limit);
            client(once()).send(request).await
        };
        assert_eq!(ask(8).await.expect("an answer").body, b"12345678");
        let error = ask(7).await.expect_err("one byte too much");
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error:?}");
    }
}

#[tokio::test]
async fn the_length_in_an_answer_to_head_is_that_of_no_body() {
    let reply = Reply::Bytes(with_head(
        "content-length: 100000000\r\nconnection: close\r\n\r\n",
    ));
    let server = Server::start(vec![reply]).await;
    let answer = client(once()).send(Request::head(server.url("/"))).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.headers.get("Content-Length"), Some("100000000"));
    assert!(answer.body.is_empty());
}
