//! No redirect is followed, wherever it leads.

use bbsetup_http::{Auth, Error, Request};
use bbsetup_setup::Secret;

use crate::server::{Reply, Server};
use crate::{client, once};

#[tokio::test]
async fn a_redirect_is_refused_and_its_target_hears_nothing() {
    let target = Server::start(vec![Reply::fine()]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}\r\n", target.url("/secret-path?canary=1"));
        let server = Server::start(vec![Reply::answer(status, &location, "")]).await;
        let client = client(once());
        let error = client
            .send(Request::get(server.url("/")).auth(Auth::Bearer(Secret::new("canary-token"))))
            .await
            .expect_err("a redirect");
        assert_eq!(
            error.to_string(),
            format!(
                "{} redirects to {} (status {status})",
                server.address, target.address
            ),
            "hosts alone are named"
        );
        assert_eq!(client.sent(), 1);
    }
    assert!(target.requests().is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn a_redirect_to_the_same_server_or_to_nowhere_is_refused_too() {
    let relative = Server::start(vec![Reply::answer(302, "location: /sign-in\r\n", "")]).await;
    let error = client(once()).send(Request::get(relative.url("/"))).await;
    let Err(Error::Redirected { host, to, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(host, to);

    let odd = Server::start(vec![Reply::answer(
        302,
        "location: https://[canary\r\n",
        "",
    )])
    .await;
    let error = client(once()).send(Request::get(odd.url("/"))).await;
    let Err(Error::Redirected { to, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(to, "an unreadable address");
}

#[tokio::test]
async fn what_only_looks_like_a_redirect_is_an_answer() {
    for (status, headers) in [(304, ""), (300, ""), (201, "location: /made\r\n")] {
        let server = Server::start(vec![Reply::answer(status, headers, "")]).await;
        let answer = client(once()).send(Request::get(server.url("/"))).await;
        assert_eq!(answer.expect("an answer").status, status);
    }
}
