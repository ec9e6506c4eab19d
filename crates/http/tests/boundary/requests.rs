//! What goes over the wire.

use bbsetup_http::{Auth, Body, ErrorKind, Request};
use bbsetup_setup::Secret;
use serde_json::json;

use crate::server::{Reply, Server};
use crate::{client, once};

/// The request as the server read it, header names in lower case.
async fn as_read(make: impl FnOnce(bbsetup_http::Url) -> Request) -> String {
    let server = Server::start(vec![Reply::fine()]).await;
    let answer = client(once()).send(make(server.url("/path?query=1"))).await;
    assert_eq!(answer.expect("an answer").status, 200);
    server.requests().concat()
}

#[tokio::test]
async fn a_request_says_who_asks_and_what_it_reads() {
    let request = as_read(Request::get).await;
    assert!(
        request.starts_with("GET /path?query=1 HTTP/1.1\r\n"),
        "{request}"
    );
    let agent = format!(
        "user-agent: bitbucket-setup/{}\r\n",
        env!("CARGO_PKG_VERSION")
    );
    assert!(request.contains(&agent), "{request}");
    assert!(
        request.contains("accept: application/json, text/csv"),
        "{request}"
    );
    assert!(
        request.contains("accept-encoding: identity\r\n"),
        "{request}"
    );
    for absent in ["authorization", "x-api-key", "referer", "cookie"] {
        assert!(!request.contains(absent), "{request}");
    }
}

#[tokio::test]
async fn each_way_of_identifying_has_its_header() {
    let bearer = as_read(|url| Request::get(url).auth(Auth::Bearer(Secret::new("token"))));
    assert!(bearer.await.contains("authorization: Bearer token\r\n"));

    let basic = as_read(|url| {
        Request::get(url).auth(Auth::Basic {
            user: "jane@example.com".into(),
            password: Secret::new("token"),
        })
    });
    // base64 of jane@example.com:token
    let expected = "authorization: Basic amFuZUBleGFtcGxlLmNvbTp0b2tlbg==\r\n";
    assert!(basic.await.contains(expected));

    let key = as_read(|url| {
        Request::get(url).auth(Auth::ApiKey {
            id: Secret::new("key-id"),
            secret: Secret::new("key-secret"),
        })
    });
    let key = key.await;
    assert!(key.contains("x-api-key-id: key-id\r\n"), "{key}");
    assert!(key.contains("x-api-key-secret: key-secret\r\n"), "{key}");
}

#[tokio::test]
async fn a_body_is_sent_with_its_type() {
    let post = as_read(|url| Request::post_json(url, &json!({"a": 1}))).await;
    assert!(post.starts_with("POST "), "{post}");
    assert!(
        post.contains("content-type: application/json\r\n"),
        "{post}"
    );
    assert!(post.ends_with("\r\n\r\n{\"a\":1}"), "{post}");

    let put = as_read(|url| {
        let body = Body {
            content_type: "text/csv",
            bytes: Secret::new("A,B\n1,2\n"),
        };
        Request::put(url, body)
    });
    let put = put.await;
    assert!(put.starts_with("PUT "), "{put}");
    assert!(put.contains("content-type: text/csv\r\n"), "{put}");
    assert!(put.ends_with("\r\n\r\nA,B\n1,2\n"), "{put}");
}

#[tokio::test]
async fn a_header_can_be_added_or_replaced() {
    let request = as_read(|url| {
        Request::get(url)
            .header("accept", "text/plain")
            .header("If-None-Match", "\"1\"")
    });
    let request = request.await;
    assert!(request.contains("accept: text/plain\r\n"), "{request}");
    assert!(request.contains("if-none-match: \"1\"\r\n"), "{request}");
    assert!(!request.contains("application/json"), "{request}");
}

#[tokio::test]
async fn a_secret_that_fits_in_no_header_is_not_sent_and_not_told() {
    let server = Server::start(vec![Reply::fine()]).await;
    let client = client(once());
    let broken = Auth::Bearer(Secret::new("canary\r\nx-other: 1"));
    let error = client
        .send(Request::get(server.url("/")).auth(broken))
        .await
        .expect_err("no header");
    assert_eq!(error.kind(), ErrorKind::Defect);
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!((client.sent(), server.requests().len()), (0, 0));
}

#[tokio::test]
async fn an_answer_that_is_packed_all_the_same_is_not_taken_for_text() {
    let packed = Reply::answer(403, "content-encoding: GZIP\r\n", "\u{1f}\u{8b}");
    let server = Server::start(vec![packed]).await;
    let error = client(once())
        .send(Request::get(server.url("/")))
        .await
        .expect_err("packed");
    assert_eq!(error.kind(), ErrorKind::Packed, "{error:?}");
    assert!(error.to_string().contains("GZIP"), "{error}");

    let plain = Reply::answer(200, "content-encoding: identity\r\n", "{}");
    let server = Server::start(vec![plain]).await;
    let answer = client(once()).send(Request::get(server.url("/"))).await;
    assert!(answer.expect("an answer").json().is_ok());
}

#[tokio::test]
async fn a_server_that_says_a_credential_back_is_not_repeated() {
    let token = "canary-7f3a9c51d2e84b60";
    // base64 of jane@example.com:canary-7f3a9c51d2e84b60
    let pair = "amFuZUBleGFtcGxlLmNvbTpjYW5hcnktN2YzYTljNTFkMmU4NGI2MA==";
    for auth in [
        Auth::Bearer(Secret::new(token)),
        Auth::Basic {
            user: "jane@example.com".into(),
            password: Secret::new(token),
        },
        Auth::ApiKey {
            id: Secret::new(token),
            secret: Secret::new(token),
        },
    ] {
        let with_basic = matches!(auth, Auth::Basic { .. });
        let body = match with_basic {
            true => format!("{token} and Basic {pair}"),
            false => token.to_owned(),
        };
        let said = Reply::answer(403, &format!("x-oauth-scopes: {token}\r\n"), &body);
        let server = Server::start(vec![said]).await;
        let request = Request::get(server.url("/")).auth(auth);
        let answer = client(once()).send(request).await.expect("an answer");
        let heard = answer.text(200) + answer.headers.get("x-oauth-scopes").unwrap_or_default();
        assert!(heard.contains("••••"), "{heard}");
        assert!(
            !heard.contains("canary") && !heard.contains(pair),
            "{heard}"
        );
    }
}
