//! The way out: one client with its limits, its patience and its count.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bbsetup_setup::{Secret, address};
use rand::Rng;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::time::Instant;
use url::Url;

use crate::answer::{Answer, Headers};
use crate::error::Error;
use crate::request::{Auth, Method, Request};

/// How long, how large and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time in which a connection has to come about.
    pub connect: Duration,
    /// The time in which an answer has to be whole.
    pub total: Duration,
    /// The size of an answer, in bytes.
    pub body_bytes: usize,
    /// All waiting for rate limits together.
    pub max_wait: Duration,
    /// How often one call is repeated.
    pub retries: u32,
    /// How often all calls of a client together are repeated.
    pub retry_budget: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(20),
            body_bytes: 8 * 1024 * 1024,
            max_wait: Duration::from_secs(60),
            retries: 2,
            retry_budget: 6,
        }
    }
}

/// Which proxy is used for addresses beyond this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// The system's settings.
    #[default]
    System,
    /// None at all.
    None,
    /// One for every address, this machine's too: for tests of the proxy's own answers.
    Fixed(Url),
}

/// The network as this client meets it.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Certificates in PEM form that are trusted beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// The proxy.
    pub proxy: Proxy,
}

/// The way out. Clones share connections, count and budget.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    /// For addresses on this machine, past any system proxy.
    near: reqwest::Client,
    far: reqwest::Client,
    limits: Limits,
    sent: AtomicU32,
    pacing: Mutex<Pacing>,
}

struct Pacing {
    /// No request leaves before this moment: a rate limit holds for all of them.
    not_before: Option<Instant>,
    wait_left: Duration,
    retries_left: u32,
}

/// The waits where a 429 does not say how long: doubled each time.
const UNTOLD_WAITS: [u64; 3] = [1, 2, 4];

impl Client {
    /// Makes a client.
    pub fn new(limits: Limits, network: &Network) -> Result<Self, Error> {
        let defect = |source: reqwest::Error| Error::Defect {
            host: "any host".to_owned(),
            source: source.into(),
        };
        let builder = || {
            let mut builder = reqwest::Client::builder()
                .user_agent(concat!("bitbucket-setup/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(limits.connect)
                .referer(false);
            for pem in &network.extra_roots {
                builder = builder
                    .add_root_certificate(reqwest::Certificate::from_pem(pem).map_err(defect)?);
            }
            Ok(builder)
        };
        let fixed = match &network.proxy {
            Proxy::Fixed(url) => Some(reqwest::Proxy::all(url.clone()).map_err(defect)?),
            Proxy::System | Proxy::None => None,
        };
        let near = match &fixed {
            Some(proxy) => builder()?.proxy(proxy.clone()),
            None => builder()?.no_proxy(),
        };
        let far = match (&network.proxy, fixed) {
            (_, Some(proxy)) => builder()?.proxy(proxy),
            (Proxy::None, None) => builder()?.no_proxy(),
            (Proxy::System | Proxy::Fixed(_), None) => builder()?,
        };
        Ok(Self(Arc::new(Inner {
            near: near.build().map_err(defect)?,
            far: far.build().map_err(defect)?,
            limits,
            sent: AtomicU32::new(0),
            pacing: Mutex::new(Pacing {
                not_before: None,
                wait_left: limits.max_wait,
                retries_left: limits.retry_budget,
            }),
        })))
    }

    /// Requests put on the wire so far, repeats included.
    pub fn sent(&self) -> u32 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Sends a request and reads its whole answer, within the limits.
    ///
    /// A rate limit is waited out where patience allows, else its 429 is the answer. A server's
    /// fault or a broken connection is tried again where the request may be repeated.
    pub async fn send(&self, request: Request) -> Result<Answer, Error> {
        let host = host_of(&request.url);
        if !is_allowed(&request.url) {
            return Err(Error::AddressNotAllowed { host });
        }
        let mut repeats = 0;
        let mut untold_waits = UNTOLD_WAITS.iter();
        loop {
            self.wait_for_turn().await;
            let result = self.send_once(&request, &host).await;
            match &result {
                Ok(answer) if answer.status == 429 => {
                    let wait = answer.retry_after().or_else(|| {
                        untold_waits
                            .next()
                            .map(|seconds| Duration::from_secs(*seconds))
                    });
                    match wait.filter(|wait| self.take_wait(*wait)) {
                        Some(wait) => self.hold_all(jittered(wait)),
                        None => return result,
                    }
                }
                Ok(answer) if !is_server_fault(answer.status) => return result,
                Err(error) if !error.is_transient() => return result,
                Ok(_) | Err(_) => {
                    if !request.idempotent || repeats >= self.0.limits.retries || !self.take_retry()
                    {
                        return result;
                    }
                    repeats += 1;
                    let most = 200_u64.saturating_mul(1 << repeats);
                    let pause = rand::rng().random_range(50..=most);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    async fn send_once(&self, request: &Request, host: &str) -> Result<Answer, Error> {
        let limits = self.0.limits;
        let limit = request.time_limit.unwrap_or(limits.total);
        let started = Instant::now();
        let outcome = tokio::time::timeout(limit, self.exchange(request, host, started)).await;
        let result = outcome.unwrap_or_else(|_| {
            Err(Error::TimedOutAnswering {
                host: host.to_owned(),
                after: limit,
            })
        });
        tracing::debug!(
            method = request.method.as_str(),
            host,
            path = request.url.path(),
            status = result.as_ref().ok().map(|answer| answer.status),
            failed = result
                .as_ref()
                .err()
                .map(|error| tracing::field::debug(error.kind())),
            elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        result
    }

    async fn exchange(
        &self,
        request: &Request,
        host: &str,
        started: Instant,
    ) -> Result<Answer, Error> {
        let limits = self.0.limits;
        let built = self.build(request).map_err(|source| Error::Defect {
            host: host.to_owned(),
            source,
        })?;
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        let mut response = built
            .send()
            .await
            .map_err(|error| Error::of_sending(host, limits.connect, error))?;
        let status = response.status();
        if status.is_redirection()
            && let Some(to) = response.headers().get("location")
        {
            let to = request
                .url
                .join(&String::from_utf8_lossy(to.as_bytes()))
                .map_or_else(|_| "an unreadable address".to_owned(), |url| host_of(&url));
            return Err(Error::Redirected {
                host: host.to_owned(),
                to,
                status: status.as_u16(),
            });
        }
        let limit = request.body_limit.unwrap_or(limits.body_bytes);
        let too_large = || Error::TooLarge {
            host: host.to_owned(),
            limit,
        };
        let declared = response
            .content_length()
            .and_then(|length| usize::try_from(length).ok());
        if request.method != Method::Head && declared.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let headers = Headers::of(response.headers());
        let mut body = Vec::new();
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
        Ok(Answer {
            status: status.as_u16(),
            headers,
            body,
            elapsed: started.elapsed(),
        })
    }

    fn build(
        &self,
        request: &Request,
    ) -> Result<reqwest::RequestBuilder, Box<dyn std::error::Error + Send + Sync>> {
        let client = match address::is_loopback(&request.url) {
            true => &self.0.near,
            false => &self.0.far,
        };
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut builder = client.request(method, request.url.clone());
        builder = match &request.auth {
            Auth::None => builder,
            Auth::Bearer(token) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))?;
                value.set_sensitive(true);
                builder.header(reqwest::header::AUTHORIZATION, value)
            }
            // reqwest marks the header sensitive.
            Auth::Basic { user, password } => builder.basic_auth(user, Some(password.expose())),
            Auth::ApiKey { id, secret } => builder
                .header(HeaderName::from_static("x-api-key-id"), sensitive(id)?)
                .header(
                    HeaderName::from_static("x-api-key-secret"),
                    sensitive(secret)?,
                ),
        };
        if let Some(body) = &request.body {
            builder = builder
                .header(reqwest::header::CONTENT_TYPE, body.content_type)
                .body(body.bytes.expose().as_bytes().to_vec());
        }
        Ok(builder.header(
            reqwest::header::ACCEPT,
            "application/json, text/csv;q=0.9, */*;q=0.1",
        ))
    }

    async fn wait_for_turn(&self) {
        let until = self.pacing().not_before;
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn pacing(&self) -> std::sync::MutexGuard<'_, Pacing> {
        self.0.pacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a wait off what patience is left; a wait that another call has begun costs nothing.
    fn take_wait(&self, wait: Duration) -> bool {
        let mut pacing = self.pacing();
        let until = Instant::now() + wait;
        let begun = pacing.not_before.map_or(Duration::ZERO, |before| {
            before.saturating_duration_since(Instant::now())
        });
        let cost = until.saturating_duration_since(Instant::now() + begun);
        match pacing.wait_left.checked_sub(cost) {
            Some(left) => {
                pacing.wait_left = left;
                true
            }
            None => false,
        }
    }

    fn hold_all(&self, wait: Duration) {
        let mut pacing = self.pacing();
        let until = Instant::now() + wait;
        pacing.not_before = Some(pacing.not_before.map_or(until, |before| before.max(until)));
    }

    fn take_retry(&self) -> bool {
        let mut pacing = self.pacing();
        match pacing.retries_left.checked_sub(1) {
            Some(left) => {
                pacing.retries_left = left;
                true
            }
            None => false,
        }
    }
}

fn sensitive(secret: &Secret) -> Result<HeaderValue, reqwest::header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose())?;
    value.set_sensitive(true);
    Ok(value)
}

/// https, or plain http on this machine, and no credentials inside the address.
fn is_allowed(url: &Url) -> bool {
    let scheme = match url.scheme() {
        "https" => true,
        "http" => address::is_loopback(url),
        _ => false,
    };
    scheme && url.has_host() && url.username().is_empty() && url.password().is_none()
}

fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "no host".to_owned(),
    }
}

fn is_server_fault(status: u16) -> bool {
    matches!(status, 500 | 502 | 503 | 504 | 520)
}

/// A little longer than asked, so that many clients do not come back in one moment.
fn jittered(wait: Duration) -> Duration {
    wait + Duration::from_millis(rand::rng().random_range(20..=200))
}
