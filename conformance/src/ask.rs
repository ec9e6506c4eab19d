//! Asking the practice Bitbucket, through a client that hides nothing.

use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bbsetup_sandbox::Sandbox;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::answers::Answer;

/// No practice answer takes as long.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The value of an `Authorization` header; none where nothing is sent.
pub(crate) type Authorization = Option<String>;

pub(crate) fn bearer(token: &str) -> Authorization {
    Some(format!("Bearer {token}"))
}

pub(crate) fn basic(user: &str, password: &str) -> Authorization {
    let both = BASE64_STANDARD.encode(format!("{user}:{password}"));
    Some(format!("Basic {both}"))
}

/// Asks a path, which may have a query.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    scenario: &str,
    method: &str,
    path: &str,
    authorization: &Authorization,
) -> Result<Answer> {
    tokio::time::timeout(
        TIME_LIMIT,
        exchange(sandbox, scenario, method, path, authorization),
    )
    .await
    .with_context(|| format!("{scenario}: {path} is not answered"))?
    .with_context(|| format!("{scenario}: {path} could not be asked"))
}

async fn exchange(
    sandbox: &Sandbox,
    scenario: &str,
    method: &str,
    path: &str,
    authorization: &Authorization,
) -> Result<Answer> {
    let url = sandbox.bitbucket_url();
    let host = url.trim_start_matches("http://");
    let stream = TcpStream::connect(host).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let response = sender
        .send_request(request.body(Empty::<Bytes>::new())?)
        .await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    connection.abort();
    let headers = &parts.headers;
    let content_type = headers
        .get("content-type")
        .map_or("", |value| value.to_str().unwrap_or_default());
    let without_query = path.split('?').next().unwrap_or(path);
    Ok(Answer {
        scenario: scenario.to_owned(),
        method: method.to_owned(),
        path: percent_decode_str(without_query)
            .decode_utf8_lossy()
            .into_owned(),
        origin: url.clone(),
        status: parts.status.as_u16(),
        media_type: content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        accepted_scopes: headers
            .get("x-accepted-oauth-scopes")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        headers: headers
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect(),
        body,
    })
}

/// What the practice Bitbucket holds.
pub(crate) async fn world(sandbox: &Sandbox) -> Result<Value> {
    let answer = ask(sandbox, "the world", "GET", "/_practice/world", &None).await?;
    serde_json::from_slice(&answer.body).context("the practice world is no JSON")
}
