//! The network as a client meets it: certificates, proxies, and the ways out they make.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bbsetup_setup::address;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, ClientBuilder};
use url::Url;

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
    /// Certificates in PEM form, one or more in each, that are trusted beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// The proxy.
    pub proxy: Proxy,
}

/// The ways out, each with its own connections.
///
/// Each is made when it is first needed: a system without a single certificate can still reach this
/// machine over plain http, which practice mode is all about.
pub(crate) struct Ways {
    extra_roots: Vec<Certificate>,
    proxy: Proxy,
    fixed: Option<reqwest::Proxy>,
    connect: Duration,
    /// Plain http, which is for this machine alone: no certificates, no system proxy.
    plain: OnceLock<reqwest::Client>,
    /// TLS on this machine: no system proxy.
    near: OnceLock<reqwest::Client>,
    far: OnceLock<reqwest::Client>,
}

impl Ways {
    pub(crate) fn new(network: &Network, connect: Duration) -> Result<Self, reqwest::Error> {
        let mut extra_roots = Vec::new();
        for pem in &network.extra_roots {
            extra_roots.extend(Certificate::from_pem_bundle(pem)?);
        }
        let fixed = match &network.proxy {
            Proxy::Fixed(url) => Some(reqwest::Proxy::all(url.clone())?),
            Proxy::System | Proxy::None => None,
        };
        Ok(Self {
            extra_roots,
            proxy: network.proxy.clone(),
            fixed,
            connect,
            plain: OnceLock::new(),
            near: OnceLock::new(),
            far: OnceLock::new(),
        })
    }

    /// The way to an address.
    pub(crate) fn to(&self, url: &Url) -> Result<&reqwest::Client, reqwest::Error> {
        match (url.scheme(), address::is_loopback(url)) {
            ("http", _) => made_once(&self.plain, || {
                on_this_machine(self.past_system_proxy(self.builder()).tls_certs_only([]))
            }),
            (_, true) => made_once(&self.near, || {
                on_this_machine(self.past_system_proxy(self.with_certificates()))
            }),
            (_, false) => made_once(&self.far, || match self.proxy {
                Proxy::System => self.with_certificates(),
                Proxy::None | Proxy::Fixed(_) => self.past_system_proxy(self.with_certificates()),
            }),
        }
    }

    /// The proxy on the way to an address, without user name and password.
    pub(crate) fn proxy_to(&self, url: &Url) -> Option<Url> {
        let mut proxy = match &self.proxy {
            Proxy::None => None,
            Proxy::Fixed(proxy) => Some(proxy.clone()),
            Proxy::System if url.scheme() == "http" || address::is_loopback(url) => None,
            // The same reading of the system's settings as reqwest's own.
            Proxy::System => {
                let intercept = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
                Url::parse(&intercept.uri().to_string()).ok()
            }
        }?;
        // An address that cannot hold them has none.
        let _had_none = proxy.set_username("").and(proxy.set_password(None));
        Some(proxy)
    }

    fn builder(&self) -> ClientBuilder {
        reqwest::Client::builder()
            .user_agent(concat!("bitbucket-setup/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.connect)
    }

    /// The platform's own verifier, so that a company's certificates count; the extra ones beside it.
    fn with_certificates(&self) -> ClientBuilder {
        self.builder().tls_certs_merge(self.extra_roots.clone())
    }

    fn past_system_proxy(&self, builder: ClientBuilder) -> ClientBuilder {
        match &self.fixed {
            Some(proxy) => builder.no_proxy().proxy(proxy.clone()),
            None => builder.no_proxy(),
        }
    }
}

/// Leads every name to this machine: for the ways that only `localhost` and names below it take.
fn on_this_machine(builder: ClientBuilder) -> ClientBuilder {
    builder.dns_resolver(Arc::new(ThisMachine))
}

/// What a name on this machine is: its own addresses, whatever a name server says.
/// <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>
struct ThisMachine;

impl Resolve for ThisMachine {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ];
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

fn made_once(
    way: &OnceLock<reqwest::Client>,
    builder: impl FnOnce() -> ClientBuilder,
) -> Result<&reqwest::Client, reqwest::Error> {
    if let Some(client) = way.get() {
        return Ok(client);
    }
    let client = builder().build()?;
    Ok(way.get_or_init(|| client))
}
