//! The client against servers and proxies that misbehave, each on loopback and each in its own way.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails as a test does"
)]

mod addresses;
mod authority;
mod layers;
mod limits;
mod proxies;
mod redirects;
mod repeats;
mod requests;
mod route;
mod server;
mod silence;
mod surroundings;

use std::time::Duration;

use bbsetup_http::{Client, Limits, Network, Proxy, Url};

/// Limits under which nothing is tried twice.
fn once() -> Limits {
    Limits {
        retries: 0,
        ..Limits::default()
    }
}

/// Limits under which an answer that never comes is given up soon.
fn impatient() -> Limits {
    Limits {
        total: Duration::from_millis(300),
        ..once()
    }
}

/// A client past any system proxy.
fn client(limits: Limits) -> Client {
    client_in(limits, &direct())
}

fn client_in(limits: Limits, network: &Network) -> Client {
    Client::new(limits, network).expect("a client")
}

/// The network without a proxy.
fn direct() -> Network {
    Network {
        proxy: Proxy::None,
        ..Network::default()
    }
}

fn url(text: &str) -> Url {
    text.parse().expect("an address")
}
