//! What the process is started in: the system's proxy, and a system without certificates.
//!
//! A process cannot safely change its own environment, so each story is told by a child of this
//! very test program.

use std::process::Output;

use bbsetup_http::{Client, ErrorKind, Network, Request};
use tokio::process::Command;

use crate::server::{Reply, Server};
use crate::{client, once, url};

/// Where a child finds the server that its parent runs.
const SERVER: &str = "BBSETUP_TEST_SERVER";

/// Runs one ignored test of this program in other surroundings.
async fn told_by_a_child(story: &str, server: &Server, surroundings: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--ignored", "--nocapture", story])
        .env(SERVER, server.url("/").as_str())
        .envs(surroundings.iter().copied())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .await
        .expect("the child")
}

fn parents_server() -> bbsetup_http::Url {
    url(&std::env::var(SERVER).expect("set by the parent"))
}

fn assert_passed(child: &Output) {
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}");
    assert!(told.contains("1 passed"), "the child ran no story: {told}");
}

#[tokio::test]
async fn the_system_proxy_is_for_other_machines_alone() {
    let proxy = Server::start(vec![Reply::answer(403, "", "")]).await;
    let server = Server::start(vec![Reply::fine()]).await;
    let proxy_url = proxy.url("/");
    let child = told_by_a_child(
        "surroundings::with_a_system_proxy",
        &server,
        &[
            ("HTTP_PROXY", proxy_url.as_str()),
            ("http_proxy", proxy_url.as_str()),
            ("HTTPS_PROXY", proxy_url.as_str()),
            ("https_proxy", proxy_url.as_str()),
        ],
    )
    .await;
    assert_passed(&child);
    assert_eq!(server.requests().len(), 1, "this machine is asked directly");
    let asked = proxy.requests();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        asked[0].starts_with("CONNECT nowhere.invalid:443 "),
        "{asked:?}"
    );
}

#[tokio::test]
#[ignore = "told by a child of the_system_proxy_is_for_other_machines_alone"]
async fn with_a_system_proxy() {
    let client = Client::new(once(), &Network::default()).expect("a client");
    let near = client.send(Request::get(parents_server())).await;
    assert_eq!(near.expect("an answer").status, 200);
    let far = client
        .send(Request::get(url("https://nowhere.invalid/")))
        .await;
    assert_eq!(far.expect_err("refused").kind(), ErrorKind::Proxy);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_system_without_certificates_still_reaches_this_machine() {
    let server = Server::start(vec![Reply::fine()]).await;
    let child = told_by_a_child(
        "surroundings::without_certificates",
        &server,
        &[
            ("SSL_CERT_FILE", "/dev/null"),
            ("SSL_CERT_DIR", "/dev/null"),
        ],
    )
    .await;
    assert_passed(&child);
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "told by a child of a_system_without_certificates_still_reaches_this_machine"]
async fn without_certificates() {
    let client = client(once());
    let near = client.send(Request::get(parents_server())).await;
    assert_eq!(near.expect("an answer").status, 200);
    let far = client
        .send(Request::get(url("https://nowhere.invalid/")))
        .await;
    let error = far.expect_err("nobody to trust");
    assert_eq!(error.kind(), ErrorKind::NoTls, "{error:?}");
}
