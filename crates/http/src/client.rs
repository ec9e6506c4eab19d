//! The way out: one client with its limits, its patience and its count.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bbsetup_setup::{Secret, address};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName,
    HeaderValue, LOCATION,
};
use tokio::time::Instant;
use url::Url;
use zeroize::Zeroizing;

use crate::answer::{Answer, Headers};
use crate::error::{Error, Source};
use crate::limits::Limits;
use crate::network::{Network, Ways};
use crate::pacing::Pacing;
use crate::repeat;
use crate::request::{Auth, Content, Method, Request};

const ACCEPTED: HeaderValue =
    HeaderValue::from_static("application/json, text/csv;q=0.9, */*;q=0.1");
/// Without a word on it, a server may pack its answer as it likes.
const AS_IT_IS: HeaderValue = HeaderValue::from_static("identity");

/// The way out. Clones share connections, count and budget.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    sent: Arc<AtomicU32>,
}

struct Shared {
    ways: Ways,
    limits: Limits,
    pacing: Pacing,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// [`Error::Defect`] where a certificate or the proxy's address in `network` cannot be read.
    pub fn new(limits: Limits, network: &Network) -> Result<Self, Error> {
        let ways = Ways::new(network, limits.connect).map_err(|error| Error::Defect {
            host: "any host".to_owned(),
            source: error.without_url().into(),
        })?;
        Ok(Self {
            shared: Arc::new(Shared {
                ways,
                limits,
                pacing: Pacing::new(&limits),
            }),
            sent: Arc::default(),
        })
    }

    /// The same way out with a count of its own: connections and the budget of waits and repeats
    /// stay shared.
    #[must_use]
    pub fn counted_apart(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            sent: Arc::default(),
        }
    }

    /// Requests sent so far, repeats included, whether or not a connection came about.
    pub fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends a request and reads its whole answer, within the limits.
    ///
    /// A rate limit is waited out where patience allows, else its 429 is the answer. A server's
    /// fault or a broken connection is tried again where the request may be repeated. Dropping the
    /// future ends the request.
    ///
    /// # Errors
    /// Any [`Error`]: there was no whole answer. Every HTTP status is an answer, except a redirect
    /// and a proxy's 407.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let (request, host) = (&request, host_of(&request.url));
        let host = host.as_str();
        if !is_allowed(&request.url) {
            return Err(Error::AddressNotAllowed { host: host.into() });
        }
        let repeats = match request.idempotent {
            true => self.shared.limits.retries,
            false => 0,
        };
        repeat::until_it_stands(&self.shared.pacing, repeats, || {
            self.send_once(request, host)
        })
        .await
    }

    async fn send_once(&self, request: &Request, host: &str) -> Result<Answer, Error> {
        let limit = request.time_limit.unwrap_or(self.shared.limits.total);
        let started = Instant::now();
        let late = |after| {
            Err(Error::TimedOutAnswering {
                host: host.to_owned(),
                after,
            })
        };
        let idle = self.shared.limits.total;
        let stands_still = async {
            match &request.content {
                Content::Streamed(body) => body.stands_still(idle).await,
                Content::Nothing | Content::Held(_) => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            outcome = tokio::time::timeout(limit, self.exchange(request, host, started)) => {
                outcome.unwrap_or_else(|_| late(limit))
            }
            () = stands_still => late(idle),
        };
        tell(
            request,
            host,
            result.as_ref().map(|answer| answer.status),
            started,
        );
        result
    }

    async fn exchange(
        &self,
        request: &Request,
        host: &str,
        started: Instant,
    ) -> Result<Answer, Error> {
        let built = build(&self.shared.ways, request, host)?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let response = built
            .send()
            .await
            .map_err(|error| Error::of_sending(host, self.shared.limits.connect, error))?;
        refuse_redirect(request, host, &response)?;
        refuse_proxys_sign_in(host, &response)?;
        refuse_packed(host, &response)?;
        let status = response.status().as_u16();
        let headers = Headers::of(response.headers());
        let limit = request.body_limit.unwrap_or(self.shared.limits.body_bytes);
        Ok(Answer {
            status,
            headers,
            body: read_body(request.method, host, limit, response).await?,
            elapsed: started.elapsed(),
        }
        .without(&spoken(&request.auth)))
    }
}

/// Tells of a request in the log: method, host, path, status and time, and nothing else of it.
pub(crate) fn tell(request: &Request, host: &str, outcome: Result<u16, &Error>, started: Instant) {
    let path = match request.tells_path {
        true => request.url.path(),
        false => "(not told)",
    };
    tracing::debug!(
        method = request.method.as_str(),
        host,
        path,
        status = outcome.ok(),
        failed = outcome
            .err()
            .map(|error| tracing::field::debug(error.kind())),
        elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
}

/// The forms in which a request speaks its secrets.
fn spoken(auth: &Auth) -> Vec<Zeroizing<String>> {
    let plain = |secret: &Secret| Zeroizing::new(secret.expose().to_owned());
    match auth {
        Auth::None => Vec::new(),
        Auth::Bearer(token) => vec![plain(token)],
        Auth::Basic { user, password } => {
            let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
            vec![
                plain(password),
                Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes())),
            ]
        }
        Auth::ApiKey { id, secret } => vec![plain(id), plain(secret)],
    }
}

/// A request as it is sent, by the way that leads to its address.
pub(crate) fn build(
    ways: &Ways,
    request: &Request,
    host: &str,
) -> Result<reqwest::RequestBuilder, Error> {
    let way = ways.to(&request.url).map_err(|error| Error::NoTls {
        host: host.to_owned(),
        source: error.into(),
    })?;
    written(way, request).map_err(|source| Error::Defect {
        host: host.to_owned(),
        source,
    })
}

fn written(way: &reqwest::Client, request: &Request) -> Result<reqwest::RequestBuilder, Source> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
    };
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(ACCEPT, ACCEPTED);
    headers.insert(ACCEPT_ENCODING, AS_IT_IS);
    let mut builder = way.request(method, request.url.clone());
    match &request.auth {
        Auth::None => {}
        Auth::Bearer(token) => {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        // reqwest marks the header sensitive.
        Auth::Basic { user, password } => {
            builder = builder.basic_auth(user, Some(password.expose()));
        }
        Auth::ApiKey { id, secret } => {
            headers.insert(HeaderName::from_static("x-api-key-id"), sensitive(id)?);
            headers.insert(
                HeaderName::from_static("x-api-key-secret"),
                sensitive(secret)?,
            );
        }
    }
    match &request.content {
        Content::Nothing => {}
        Content::Held(body) => {
            headers.insert(CONTENT_TYPE, HeaderValue::try_from(body.content_type)?);
            builder = builder.body(body.bytes.expose().as_bytes().to_vec());
        }
        Content::Streamed(body) => {
            headers.insert(CONTENT_TYPE, HeaderValue::try_from(body.content_type)?);
            builder = builder.body(reqwest::Body::wrap(body.begin()));
        }
    }
    for (name, value) in &request.headers {
        headers.insert(HeaderName::try_from(*name)?, HeaderValue::try_from(value)?);
    }
    Ok(builder.headers(headers))
}

fn sensitive(secret: &Secret) -> Result<HeaderValue, Source> {
    let mut value = HeaderValue::from_str(secret.expose())?;
    value.set_sensitive(true);
    Ok(value)
}

fn refuse_redirect(
    request: &Request,
    host: &str,
    response: &reqwest::Response,
) -> Result<(), Error> {
    let Some(location) = response
        .headers()
        .get(LOCATION)
        .filter(|_| response.status().is_redirection())
    else {
        return Ok(());
    };
    let to = request
        .url
        .join(&String::from_utf8_lossy(location.as_bytes()))
        .map_or_else(|_| "an unreadable address".to_owned(), |url| host_of(&url));
    Err(Error::Redirected {
        host: host.to_owned(),
        to,
        status: response.status().as_u16(),
    })
}

/// A proxy that wants to know who asks: no answer of the server's.
pub(crate) fn refuse_proxys_sign_in(host: &str, response: &reqwest::Response) -> Result<(), Error> {
    if response.status() != reqwest::StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Ok(());
    }
    Err(Error::Proxy {
        host: host.to_owned(),
        source: "it asks for a sign-in (status 407)".into(),
    })
}

fn refuse_packed(host: &str, response: &reqwest::Response) -> Result<(), Error> {
    let coding = response.headers().get(CONTENT_ENCODING);
    match coding.map(|coding| String::from_utf8_lossy(coding.as_bytes())) {
        Some(coding) if !coding.trim().is_empty() && !coding.eq_ignore_ascii_case("identity") => {
            Err(Error::Packed {
                host: host.to_owned(),
                coding: coding
                    .chars()
                    .filter(char::is_ascii_graphic)
                    .take(20)
                    .collect(),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// Reads a body piece by piece, and stops where it grows over the limit: what is not read is not
/// held in memory either.
async fn read_body(
    method: Method,
    host: &str,
    limit: usize,
    mut response: reqwest::Response,
) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge {
        host: host.to_owned(),
        limit,
    };
    // An answer to HEAD declares the length of a body that does not come.
    let declared = match method {
        Method::Head => None,
        Method::Get | Method::Post | Method::Put => response.content_length(),
    };
    if declared.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
    {
        return Err(too_large());
    }
    // A length that is declared saves moving a large body as it grows; it was held against the limit.
    let mut body = Vec::with_capacity(
        declared
            .and_then(|length| usize::try_from(length).ok())
            .unwrap_or_default(),
    );
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Error::of_reading(host, error))?
    {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// https, or plain http on this machine, and no credentials inside the address.
pub(crate) fn is_allowed(url: &Url) -> bool {
    let scheme = match url.scheme() {
        "https" => true,
        "http" => address::is_loopback(url),
        _ => false,
    };
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none()
}

pub(crate) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "no host".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_made_of_a_secret_is_marked_sensitive() {
        let network = Network::default();
        let ways = Ways::new(&network, Limits::default().connect).expect("the ways out");
        let url = Url::parse("http://localhost/").expect("an address");
        let way = ways.to(&url).expect("the way to this machine");
        let secret = || Secret::new("canary-7f3a9c51d2e84b60");
        for auth in [
            Auth::Bearer(secret()),
            Auth::Basic {
                user: "jane@example.com".into(),
                password: secret(),
            },
            Auth::ApiKey {
                id: secret(),
                secret: secret(),
            },
        ] {
            let request = Request::get(url.clone());
            let with = written(way, &request.clone().auth(auth.clone()));
            let without = written(way, &request);
            let headers = |built: Result<reqwest::RequestBuilder, Source>| {
                let built = built.expect("a request").build().expect("a request");
                built.headers().clone()
            };
            let (with, without) = (headers(with), headers(without));
            let added: Vec<_> = with
                .iter()
                .filter(|(name, _)| !without.contains_key(*name))
                .collect();
            assert!(!added.is_empty(), "{auth:?} adds no header");
            for (name, value) in added {
                assert!(value.is_sensitive(), "{name} is not marked");
            }
        }
    }
}
