//! One address looked at layer by layer, without any credential.
//!
//! What lies behind a layer that failed is not reached, which is not the same as not there.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, LOCATION};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use crate::answer::seconds_of_date;
use crate::client::{build, host_of, is_allowed, refuse_proxys_sign_in, tell};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::network::{Network, Ways};
use crate::request::Request;

/// A layer of the way, in the order in which they are passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Looking up the name.
    Name,
    /// The proxy, where one is used.
    Proxy,
    /// The connection.
    Connection,
    /// TLS and the certificate.
    Tls,
    /// The answer to one GET.
    Reply,
}

impl Part {
    /// Every layer, in order.
    pub const ALL: [Self; 5] = [
        Self::Name,
        Self::Proxy,
        Self::Connection,
        Self::Tls,
        Self::Reply,
    ];
}

/// What is known of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was passed.
    Fine,
    /// This way does without it.
    NotNeeded,
    /// It was not come to, so that nothing is known of it.
    NotReached,
    /// It was come to and not passed.
    Failed,
}

/// A layer, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The layer.
    pub part: Part,
    /// What is known of it.
    pub state: State,
    /// The same in a sentence, without a path, a query, a user name or a password.
    pub words: String,
}

/// The way to an address, as far as it was come.
#[derive(Debug)]
pub struct Route {
    /// Every layer, in order.
    pub stretches: Vec<Stretch>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// How many seconds this machine's clock is ahead of the server's; less than 0 where it is
    /// behind. The server tells whole seconds.
    pub clock_ahead: Option<i64>,
    /// Why no answer came.
    pub error: Option<Error>,
}

/// Looks at the way to an address: name, proxy, connection, TLS, and one GET without a credential,
/// of whose answer the head alone is read.
///
/// Name, proxy and connection have `limits.connect` each, the GET `limits.total`; nothing is tried
/// twice. `now` gives this machine's time in seconds since 1970-01-01T00:00:00Z.
pub async fn look(
    url: &Url,
    limits: &Limits,
    network: &Network,
    now: &(dyn Fn() -> i64 + Send + Sync),
) -> Route {
    let stretch = |part| Stretch {
        part,
        state: State::NotReached,
        words: "Not reached.".to_owned(),
    };
    let mut walk = Walk {
        url,
        host: host_of(url),
        limits,
        now,
        route: Route {
            stretches: Part::ALL.map(stretch).to_vec(),
            status: None,
            clock_ahead: None,
            error: None,
        },
    };
    walk.route.error = walk.goes_to_the_end(network).await.err();
    walk.route
}

struct Walk<'a> {
    url: &'a Url,
    host: String,
    limits: &'a Limits,
    now: &'a (dyn Fn() -> i64 + Send + Sync),
    route: Route,
}

impl Walk<'_> {
    async fn goes_to_the_end(&mut self, network: &Network) -> Result<(), Error> {
        let host = self.host.clone();
        if !is_allowed(self.url) {
            return Err(Error::AddressNotAllowed { host });
        }
        let ways = Ways::new(network, self.limits.connect).map_err(|error| Error::Defect {
            host: host.clone(),
            source: error.without_url().into(),
        })?;
        let proxy = ways.proxy_to(self.url);
        let addresses = self.name(proxy.is_some()).await?;
        match &proxy {
            Some(proxy) => self.proxy(proxy).await?,
            None => {
                self.put(
                    Part::Proxy,
                    State::NotNeeded,
                    "None is used for this address.",
                );
                self.connection(&addresses).await?;
            }
        }
        self.reply(&ways, proxy.is_some()).await
    }

    fn put(&mut self, part: Part, state: State, words: impl Into<String>) {
        for stretch in &mut self.route.stretches {
            if stretch.part == part {
                stretch.state = state;
                stretch.words = words.into();
                return;
            }
        }
    }

    fn fails(&mut self, part: Part, error: Error) -> Error {
        self.put(part, State::Failed, format!("{error}."));
        error
    }

    async fn name(&mut self, is_proxied: bool) -> Result<Vec<SocketAddr>, Error> {
        let port = self.url.port_or_known_default().unwrap_or(443);
        let name = match self.url.host() {
            Some(Host::Ipv4(ip)) => return Ok(self.named_by_number(ip.into(), port)),
            Some(Host::Ipv6(ip)) => return Ok(self.named_by_number(ip.into(), port)),
            Some(Host::Domain(name)) => name.to_owned(),
            None => String::new(),
        };
        let (host, after) = (self.host.clone(), self.limits.connect);
        let error = match timeout(after, tokio::net::lookup_host((name.as_str(), port))).await {
            Ok(Ok(found)) => {
                let found: Vec<SocketAddr> = found.collect();
                self.put(
                    Part::Name,
                    State::Fine,
                    format!("{name} is at {}.", numbers(&found)),
                );
                return Ok(found);
            }
            Ok(Err(error)) => Error::NameNotFound {
                host,
                source: error.into(),
            },
            Err(_) => Error::NameNotFound {
                host,
                source: format!("no answer within {} seconds", after.as_secs_f64()).into(),
            },
        };
        if is_proxied {
            let words = "This network does not know the name; the proxy looks it up.";
            self.put(Part::Name, State::NotNeeded, words);
            return Ok(Vec::new());
        }
        Err(self.fails(Part::Name, error))
    }

    fn named_by_number(&mut self, ip: IpAddr, port: u16) -> Vec<SocketAddr> {
        let words = "The address is a number, so that there is no name to look up.";
        self.put(Part::Name, State::NotNeeded, words);
        vec![SocketAddr::new(ip, port)]
    }

    async fn proxy(&mut self, proxy: &Url) -> Result<(), Error> {
        let name = proxy
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']']);
        let port = proxy.port_or_known_default().unwrap_or(1080);
        let shown = format!("{}://{name}:{port}", proxy.scheme());
        let error = match connected(&[(name, port)], self.limits.connect).await {
            Ok(_) => {
                let words = format!("{shown} is used for this address, and takes connections.");
                self.put(Part::Proxy, State::Fine, words);
                return Ok(());
            }
            Err(error) => Error::Proxy {
                host: self.host.clone(),
                source: error.into(),
            },
        };
        let words =
            format!("{shown} is used for this address, and no connection to it came about.");
        self.put(Part::Proxy, State::Failed, words);
        Err(error)
    }

    async fn connection(&mut self, addresses: &[SocketAddr]) -> Result<(), Error> {
        let after = self.limits.connect;
        match connected(addresses, after).await {
            Ok(at) => {
                self.put(Part::Connection, State::Fine, format!("Connected to {at}."));
                Ok(())
            }
            Err(error) => {
                let host = self.host.clone();
                let error = match error.kind() {
                    std::io::ErrorKind::TimedOut => Error::TimedOutConnecting { host, after },
                    _ => Error::Unreachable {
                        host,
                        source: error.into(),
                    },
                };
                Err(self.fails(Part::Connection, error))
            }
        }
    }

    async fn reply(&mut self, ways: &Ways, is_proxied: bool) -> Result<(), Error> {
        let request = Request::get(self.url.clone());
        let started = Instant::now();
        let outcome = self.ask(ways, &request).await;
        let status = outcome.as_ref().map(|(status, _)| *status);
        tell(&request, &self.host, status, started);
        let is_tls = self.url.scheme() == "https";
        let (status, headers) = match outcome {
            Ok(answered) => answered,
            Err(error) => {
                let part = part_of(error.kind(), is_proxied, is_tls);
                self.passed_before(part, is_proxied, is_tls);
                return Err(self.fails(part, error));
            }
        };
        self.passed_before(Part::Reply, is_proxied, is_tls);
        self.route.status = Some(status);
        self.route.clock_ahead = server_time(&headers).map(|theirs| (self.now)() - theirs);
        let (state, more) = match status {
            500.. => (State::Failed, ": the server has trouble of its own"),
            300..=399 if headers.contains_key(LOCATION) => {
                (State::Fine, ", which leads elsewhere and is not followed")
            }
            _ => (State::Fine, ""),
        };
        let words = format!("Answered with status {status}{more}.");
        self.put(Part::Reply, state, words);
        Ok(())
    }

    async fn ask(&self, ways: &Ways, request: &Request) -> Result<(u16, HeaderMap), Error> {
        let host = &self.host;
        let built = build(ways, request, host)?;
        let response = match timeout(self.limits.total, built.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(Error::of_sending(host, self.limits.connect, error)),
            Err(_) => {
                return Err(Error::TimedOutAnswering {
                    host: host.clone(),
                    after: self.limits.total,
                });
            }
        };
        refuse_proxys_sign_in(host, &response)?;
        Ok((response.status().as_u16(), response.headers().clone()))
    }

    /// Says of the layers before one what having come to it shows.
    fn passed_before(&mut self, part: Part, is_proxied: bool, is_tls: bool) {
        if part > Part::Connection && is_proxied {
            let words = "The proxy let the connection through.";
            self.put(Part::Connection, State::Fine, words);
        }
        if part > Part::Tls {
            match is_tls {
                true => self.put(
                    Part::Tls,
                    State::Fine,
                    "The certificate is trusted by this system.",
                ),
                false => self.put(
                    Part::Tls,
                    State::NotNeeded,
                    "Plain http, which is for this machine alone.",
                ),
            }
        }
    }
}

/// Connects to the first of several addresses that lets itself be connected to.
async fn connected(
    addresses: &[impl tokio::net::ToSocketAddrs],
    limit: Duration,
) -> std::io::Result<SocketAddr> {
    let attempt = async {
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(connection) => return connection.peer_addr(),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into()))
    };
    timeout(limit, attempt)
        .await
        .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
}

/// The layer at which the GET failed, when the layers before the proxy's had been passed.
fn part_of(kind: ErrorKind, is_proxied: bool, is_tls: bool) -> Part {
    match kind {
        ErrorKind::NameNotFound => Part::Name,
        ErrorKind::Proxy => Part::Proxy,
        // A connection by itself had come about, so that it was TLS which it was not enough for.
        ErrorKind::Unreachable | ErrorKind::TimedOutConnecting if is_tls && !is_proxied => {
            Part::Tls
        }
        ErrorKind::Unreachable | ErrorKind::TimedOutConnecting => Part::Connection,
        ErrorKind::NoTls | ErrorKind::TlsUntrusted | ErrorKind::TlsFailed => Part::Tls,
        ErrorKind::AddressNotAllowed
        | ErrorKind::TimedOutAnswering
        | ErrorKind::Redirected
        | ErrorKind::TooLarge
        | ErrorKind::NotHttp
        | ErrorKind::Packed
        | ErrorKind::Cut
        | ErrorKind::Defect => Part::Reply,
    }
}

fn server_time(headers: &HeaderMap) -> Option<i64> {
    seconds_of_date(headers.get(DATE)?.to_str().ok()?)
}

fn numbers(addresses: &[SocketAddr]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for address in addresses {
        let number = address.ip().to_string();
        if !shown.contains(&number) {
            shown.push(number);
        }
    }
    shown.join(", ")
}
