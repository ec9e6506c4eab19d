//! Encrypted servers, and who trusts them.

use std::sync::Arc;

use bbsetup_sandbox::{Listening, Sandbox, Scenario};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::client::{authority, over, started};

fn trusting(authority: Option<&str>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = authority {
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate"))
            .expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn only_those_who_trust_the_authority_get_an_answer() {
    let scenario = Scenario::named("ready").expect("a scenario");
    let listening = Listening {
        tls: true,
        ..Listening::default()
    };
    let sandbox = Sandbox::start_on(scenario, listening)
        .await
        .expect("free ports");
    for url in [sandbox.bitbucket_url(), sandbox.balkanid_url()] {
        let url = Url::parse(&url).expect("an address");
        assert_eq!(url.scheme(), "https");
        let stream = async || TcpStream::connect(authority(&url)).await.expect("a server");
        let name = ServerName::try_from("127.0.0.1").expect("a name");

        let trusted = trusting(sandbox.ca_pem())
            .connect(name.clone(), stream().await)
            .await
            .expect("a trusted server");
        let answer = over(trusted, &url, "GET", &[], "")
            .await
            .expect("an answer");
        assert_eq!(
            answer.status(),
            if url.as_str().starts_with(&sandbox.bitbucket_url()) {
                401
            } else {
                404
            }
        );

        let error = trusting(None)
            .connect(name, stream().await)
            .await
            .expect_err("not trusted");
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    }
}

#[tokio::test]
async fn servers_start_on_given_ports_and_leave_them_when_they_end() {
    let scenario = || Scenario::named("ready").expect("a scenario");
    let first = Sandbox::start(scenario()).await.expect("free ports");
    let port = Url::parse(&first.bitbucket_url())
        .expect("an address")
        .port()
        .expect("a port");
    let same_port = Listening {
        bitbucket_port: port,
        ..Listening::default()
    };
    assert!(
        Sandbox::start_on(scenario(), same_port).await.is_err(),
        "the port is taken"
    );
    first.shutdown().await;
    let second = Sandbox::start_on(scenario(), same_port)
        .await
        .expect("the port is free again");
    assert_eq!(second.bitbucket_url(), format!("http://127.0.0.1:{port}"));
    assert_eq!(second.ca_pem(), None);
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_has_the_practice_bitbucket_behind_it() {
    let sandbox = started("untrusted-certificate").await;
    assert_eq!(sandbox.ca_pem(), None, "its authority is told to nobody");
    let typed = Url::parse(&sandbox.env()["BBSETUP_API_URL"]).expect("an address");
    assert_eq!(typed.scheme(), "https");
    let stream = TcpStream::connect(authority(&typed))
        .await
        .expect("a server");
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let error = trusting(None)
        .connect(name, stream)
        .await
        .expect_err("an untrusted server");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
}
