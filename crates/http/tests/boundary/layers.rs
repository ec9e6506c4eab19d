//! Each layer that can fail is told by its own kind.

use std::error::Error as _;
use std::time::Duration;

use bbsetup_http::{Client, Error, ErrorKind, Limits, Network, Request, Url};

use crate::authority::Authority;
use crate::server::{Reply, Server, closed_port};
use crate::{client, client_in, direct, once, url};

async fn failure(client: &Client, url: Url) -> Error {
    client
        .send(Request::get(url))
        .await
        .expect_err("there is no whole answer")
}

fn trusting(authority: &Authority) -> Network {
    Network {
        extra_roots: vec![authority.pem()],
        ..direct()
    }
}

#[tokio::test]
async fn a_closed_port_is_no_connection() {
    let address = url(&format!("http://127.0.0.1:{}/", closed_port().await));
    let error = failure(&client(once()), address).await;
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error:?}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_name_not_found() {
    let error = failure(&client(once()), url("https://nowhere.invalid/")).await;
    assert_eq!(error.kind(), ErrorKind::NameNotFound, "{error:?}");
    assert_eq!(
        error.to_string(),
        "The name nowhere.invalid could not be looked up on this network"
    );
}

#[tokio::test]
async fn a_certificate_counts_only_where_its_authority_is_trusted() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.acceptor("localhost"), vec![Reply::fine()]).await;

    let error = failure(&client(once()), server.tls_url("/")).await;
    assert_eq!(error.kind(), ErrorKind::TlsUntrusted, "{error:?}");

    let other = client_in(once(), &trusting(&Authority::new()));
    let error = failure(&other, server.tls_url("/")).await;
    assert_eq!(error.kind(), ErrorKind::TlsUntrusted, "{error:?}");
    assert!(
        server.requests().is_empty(),
        "nothing was sent to a stranger"
    );

    let trusting = client_in(once(), &trusting(&authority));
    let answer = trusting.send(Request::get(server.tls_url("/"))).await;
    assert_eq!(answer.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_certificate_of_another_name_is_not_trusted() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("proxy.example");
    let server = Server::start_tls(acceptor, vec![Reply::fine()]).await;
    let client = client_in(once(), &trusting(&authority));
    let error = failure(&client, server.tls_url("/")).await;
    assert_eq!(error.kind(), ErrorKind::TlsUntrusted, "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_called_untrusted() {
    let blurt = Reply::Blurt(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    let server = Server::start(vec![blurt]).await;
    let error = failure(&client(once()), server.tls_url("/")).await;
    assert_eq!(error.kind(), ErrorKind::TlsFailed, "{error:?}");
}

#[tokio::test]
async fn a_server_of_another_protocol_does_not_speak_http() {
    let server = Server::start(vec![Reply::Blurt(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())]).await;
    let error = failure(&client(once()), server.url("/")).await;
    assert_eq!(error.kind(), ErrorKind::NotHttp, "{error:?}");
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_cut() {
    let server = Server::start(vec![Reply::Bytes(Vec::new())]).await;
    let error = failure(&client(once()), server.url("/")).await;
    assert_eq!(error.kind(), ErrorKind::Cut, "{error:?}");
}

#[tokio::test]
async fn a_handshake_that_stalls_is_a_time_out_of_the_connection() {
    let server = Server::start(vec![Reply::Stall(Vec::new())]).await;
    let limits = Limits {
        connect: Duration::from_millis(200),
        ..once()
    };
    let error = failure(&client(limits), server.tls_url("/")).await;
    assert_eq!(error.kind(), ErrorKind::TimedOutConnecting, "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "No connection to localhost:{} came about within 0.2 seconds",
            server.address.port()
        )
    );
}

#[tokio::test]
async fn an_error_keeps_its_cause_and_does_not_repeat_it() {
    let address = url(&format!("http://127.0.0.1:{}/", closed_port().await));
    let error = failure(&client(once()), address).await;
    let cause = error.source().expect("a cause");
    assert!(!error.to_string().contains(&cause.to_string()));
}

#[test]
fn a_certificate_that_cannot_be_read_is_told_before_anything_is_sent() {
    let broken = Network {
        extra_roots: vec![b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec()],
        ..direct()
    };
    let error = Client::new(once(), &broken).err().expect("the defect");
    assert_eq!(error.kind(), ErrorKind::Defect, "{error:?}");
}
