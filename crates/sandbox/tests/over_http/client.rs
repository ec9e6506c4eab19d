//! A small HTTP client that hides nothing: no redirects, no retries, no decoding.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bbsetup_sandbox::{Sandbox, Scenario};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::Url;

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a header of text"))
    }

    pub(crate) fn message(&self) -> String {
        let body = self.json();
        body["error"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("no message in {body}"))
            .to_owned()
    }
}

/// Starts a scenario that comes with the program.
pub(crate) async fn started(name: &str) -> Sandbox {
    start(Scenario::named(name).expect("a scenario")).await
}

/// Starts `ready` with a patch.
pub(crate) async fn started_with(patch: Value) -> Sandbox {
    let ready = Scenario::named("ready").expect("a scenario");
    start(ready.patched(patch).expect("a scenario")).await
}

async fn start(scenario: Scenario) -> Sandbox {
    Sandbox::start(scenario).await.expect("free ports")
}

/// The header of the workspace token.
pub(crate) fn bearer(sandbox: &Sandbox) -> String {
    format!("Bearer {}", sandbox.env()["BBSETUP_WORKSPACE_TOKEN"])
}

/// The header of the account's API token.
pub(crate) fn basic(sandbox: &Sandbox) -> String {
    let env = sandbox.env();
    basic_of(&env["BBSETUP_ACCOUNT"], &env["BBSETUP_API_TOKEN"])
}

pub(crate) fn basic_of(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}

/// Asks the practice Bitbucket.
pub(crate) async fn get(sandbox: &Sandbox, authorization: &str, path: &str) -> Answer {
    let url = format!("{}{path}", sandbox.bitbucket_url());
    send("GET", &url, &[("authorization", authorization)], "").await
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let response = begin(method, url, headers, body).await;
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.expect("a whole body").to_bytes(),
    }
}

/// Sends a request and gives the answer with its body unread.
pub(crate) async fn begin(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response<Incoming> {
    let parsed = Url::parse(url).expect("an address");
    let stream = TcpStream::connect(authority(&parsed))
        .await
        .expect("a server");
    over(stream, &parsed, method, headers, body)
        .await
        .expect("an answer")
}

/// Sends a request over a connection.
pub(crate) async fn over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> hyper::Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", authority(url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .expect("a request");
    sender.send_request(request).await
}

pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().expect("a host");
    format!("{host}:{}", url.port_or_known_default().expect("a port"))
}
