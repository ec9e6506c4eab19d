//! The way to an address, layer by layer: what failed, what was passed, and what was not come to.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bbsetup_http::route::{Route, State, look};
use bbsetup_http::{ErrorKind, Limits, Network, Proxy, Request, Url};
use tracing_subscriber::filter::LevelFilter;

use crate::authority::Authority;
use crate::server::{Reply, Server, closed_port};
use crate::{client_in, direct, impatient, once, url};

/// 1994-11-06T08:49:37Z, the example of the specification of HTTP.
const THEN: i64 = 784_111_777;
const DATE: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

async fn looked(address: &Url, limits: Limits, network: &Network) -> Route {
    look(address, &limits, network, &|| THEN + 90).await
}

/// The states in order, a letter each: fine, - not needed, not reached, Failed.
fn states(route: &Route) -> String {
    route
        .stretches
        .iter()
        .map(|stretch| match stretch.state {
            State::Fine => 'f',
            State::NotNeeded => '-',
            State::NotReached => '.',
            State::Failed => 'X',
        })
        .collect()
}

fn kind(route: &Route) -> Option<ErrorKind> {
    route.error.as_ref().map(bbsetup_http::Error::kind)
}

#[tokio::test]
async fn all_is_fine_and_the_clock_is_compared() {
    let authority = Authority::new();
    let reply = Reply::answer(401, DATE, "");
    let server = Server::start_tls(authority.acceptor("localhost"), vec![reply.clone()]).await;
    let trusting = Network {
        extra_roots: vec![authority.pem()],
        ..direct()
    };
    let route = looked(&server.tls_url("/2.0/user"), once(), &trusting).await;
    assert_eq!(states(&route), "f-fff", "{route:?}");
    assert_eq!(kind(&route), None);
    assert_eq!((route.status, route.clock_ahead), (Some(401), Some(90)));
    let asked = server.requests().concat().to_lowercase();
    assert!(asked.starts_with("get /2.0/user "), "{asked}");
    assert!(!asked.contains("authorization"), "{asked}");

    let plain = Server::start(vec![reply]).await;
    let route = looked(&plain.url("/"), once(), &direct()).await;
    assert_eq!(states(&route), "--f-f", "{route:?}");
}

#[tokio::test]
async fn an_answer_without_a_date_tells_nothing_of_the_clock() {
    let server = Server::start(vec![Reply::answer(503, "date: soon\r\n", "")]).await;
    let route = looked(&server.url("/"), once(), &direct()).await;
    assert_eq!(states(&route), "--f-X", "a server's own trouble: {route:?}");
    assert_eq!((route.status, route.clock_ahead), (Some(503), None));
}

#[tokio::test]
async fn each_layer_fails_by_itself_and_nothing_is_said_of_those_behind() {
    let untrusted = Authority::new().acceptor("localhost");
    let untrusted = Server::start_tls(untrusted, vec![Reply::fine()]).await;
    let no_tls = Server::start(vec![Reply::Blurt(b"HTTP/1.1 400 -\r\n\r\n".to_vec())]).await;
    let silent = Server::start(vec![Reply::Stall(Vec::new())]).await;
    let no_http = Server::start(vec![Reply::Blurt(b"SSH-2.0-x\r\n".to_vec())]).await;
    let closed = url(&format!("http://127.0.0.1:{}/", closed_port().await));
    let slow_tls = Limits {
        connect: Duration::from_millis(300),
        ..once()
    };
    for (address, limits, expected, failed) in [
        (
            url("https://nowhere.invalid/"),
            once(),
            "X....",
            ErrorKind::NameNotFound,
        ),
        (closed, once(), "--X..", ErrorKind::Unreachable),
        (
            untrusted.tls_url("/"),
            once(),
            "f-fX.",
            ErrorKind::TlsUntrusted,
        ),
        (no_tls.tls_url("/"), once(), "f-fX.", ErrorKind::TlsFailed),
        (
            silent.tls_url("/"),
            slow_tls,
            "f-fX.",
            ErrorKind::TimedOutConnecting,
        ),
        (
            silent.url("/"),
            impatient(),
            "--f-X",
            ErrorKind::TimedOutAnswering,
        ),
        (no_http.url("/"), once(), "--f-X", ErrorKind::NotHttp),
        (
            url("http://api.bitbucket.org/"),
            once(),
            ".....",
            ErrorKind::AddressNotAllowed,
        ),
    ] {
        let route = looked(&address, limits, &direct()).await;
        assert_eq!(states(&route), expected, "{address}: {route:?}");
        assert_eq!(kind(&route), Some(failed), "{address}: {route:?}");
    }
}

#[tokio::test]
async fn a_proxy_is_named_without_its_user_and_is_what_failed() {
    let refusing = Server::start(vec![Reply::answer(407, "", "")]).await;
    let closed = closed_port().await;
    for (port, expected) in [(refusing.address.port(), "-X..."), (closed, "-X...")] {
        let proxied = Network {
            proxy: Proxy::Fixed(url(&format!("http://jane:canary@127.0.0.1:{port}"))),
            ..Network::default()
        };
        let route = looked(&url("https://nowhere.invalid/"), once(), &proxied).await;
        assert_eq!(states(&route), expected, "{route:?}");
        assert_eq!(kind(&route), Some(ErrorKind::Proxy));
        let told = format!("{route:?}");
        assert!(!told.contains("canary") && !told.contains("jane"), "{told}");
    }
    let proxied = Network {
        proxy: Proxy::Fixed(url(&format!("http://jane:canary@127.0.0.1:{closed}"))),
        ..Network::default()
    };
    let route = looked(&url("https://nowhere.invalid/"), once(), &proxied).await;
    let words = &route.stretches[1].words;
    assert!(
        words.contains(&format!("http://127.0.0.1:{closed} ")),
        "{words}"
    );
}

/// What this crate logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_address_that_is_a_key_by_itself_has_its_path_in_no_log() {
    let log = Log::default();
    let held = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        .with_writer(move || held.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let server = Server::start(vec![Reply::fine()]).await;
    let client = client_in(once(), &direct());
    for request in [
        Request::get(server.url("/known?signature=canary")),
        Request::get(server.url("/canary?signature=canary")).path_untold(),
    ] {
        client.send(request).await.expect("an answer");
    }
    looked(&server.url("/looked?signature=canary"), once(), &direct()).await;
    let bytes = log.0.lock().expect("the lock").clone();
    let text = String::from_utf8_lossy(&bytes);
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("bbsetup_http"))
        .collect();
    assert_eq!(ours.len(), 3, "{text}");
    assert!(ours[0].contains("path=\"/known\""), "{text}");
    assert!(ours[1].contains("path=\"(not told)\""), "{text}");
    assert!(ours[2].contains("path=\"/looked\""), "{text}");
    assert!(!ours.concat().contains("canary"), "{text}");
}
