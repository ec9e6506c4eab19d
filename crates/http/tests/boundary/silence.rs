//! No token reaches a log or an error, as it is or in base64.

use std::error::Error as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bbsetup_http::{Auth, Body, Client, Error, Network, Request, Url};
use bbsetup_setup::Secret;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::authority::Authority;
use crate::server::{Reply, Server, closed_port};
use crate::{client_in, direct, impatient, once, url};

const CANARY: &str = "canary-7f3a9c51d2e84b60";
const USER: &str = "jane@example.com";

/// All that is logged, by this crate and by every crate beneath it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the lock")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything of the canary that could be found.
fn traces_of_the_canary(text: &str) -> Vec<String> {
    [
        CANARY.to_owned(),
        STANDARD.encode(CANARY),
        STANDARD.encode(format!("{USER}:{CANARY}")),
    ]
    .into_iter()
    .filter(|trace| text.contains(trace))
    .collect()
}

fn every_auth() -> Vec<Auth> {
    let canary = || Secret::new(CANARY);
    vec![
        Auth::Bearer(canary()),
        Auth::Basic {
            user: USER.to_owned(),
            password: canary(),
        },
        Auth::ApiKey {
            id: canary(),
            secret: canary(),
        },
    ]
}

/// Display and Debug of an error and of every cause.
fn told(error: &Error) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("{error}\n{error:?}\n"));
        cause = error.source();
    }
    text
}

/// Sends the canary in every place where a secret may be, and gives all that errors tell.
async fn send_everywhere(client: &Client, address: &Url) -> (u32, String) {
    let (mut answers, mut errors) = (0, String::new());
    let mut with_query = address.clone();
    with_query.set_query(Some(&format!("signature={CANARY}")));
    for auth in every_auth() {
        let body = Body {
            content_type: "text/csv",
            bytes: Secret::new(CANARY),
        };
        for request in [
            Request::get(with_query.clone()),
            Request::put(with_query.clone(), body),
        ] {
            match client.send(request.auth(auth.clone())).await {
                Ok(answer) => {
                    answers += 1;
                    errors.push_str(&format!("{answer:?}\n"));
                }
                Err(error) => errors.push_str(&told(&error)),
            }
        }
    }
    (answers, errors)
}

/// A server that speaks HTTP/2 and answers everything with the canary.
async fn http2_server(authority: &Authority) -> Url {
    let acceptor = authority.acceptor_for_http2("localhost");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        loop {
            let (connection, _peer) = listener.accept().await.expect("a connection");
            let connection = acceptor.accept(connection).await.expect("TLS");
            let service = hyper::service::service_fn(async |request| {
                let _request: hyper::Request<hyper::body::Incoming> = request;
                Ok::<_, std::convert::Infallible>(hyper::Response::new(CANARY.to_owned()))
            });
            tokio::spawn(
                hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(connection), service),
            );
        }
    });
    url(&format!("https://localhost:{port}/"))
}

#[tokio::test]
async fn no_log_and_no_error_holds_a_token() {
    tracing_log::LogTracer::init().expect("the only logger");
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);

    let authority = Authority::new();
    let network = Network {
        extra_roots: vec![authority.pem()],
        ..direct()
    };
    let echo = format!("HTTP/1.1 200 OK\r\nx-echo: {CANARY}\r\n");
    let elsewhere = format!("location: https://other.example/{CANARY}?{CANARY}\r\n");
    let mut places = vec![
        (
            0,
            url(&format!("http://127.0.0.1:{}/", closed_port().await)),
        ),
        (0, url("https://nowhere.invalid/")),
        (0, url("http://nowhere.invalid/")),
        (6, http2_server(&authority).await),
    ];
    let mut servers = Vec::new();
    for (answers, reply) in [
        (
            6,
            Reply::answer(401, &format!("x-echo: {CANARY}\r\n"), CANARY),
        ),
        (0, Reply::answer(302, &elsewhere, "")),
        (
            0,
            Reply::Bytes(format!("{echo}content-length: 999\r\n\r\n{CANARY}").into_bytes()),
        ),
        (
            0,
            Reply::Stall(format!("{echo}content-length: 99999999\r\n\r\n").into_bytes()),
        ),
        (0, Reply::Stall(echo.clone().into_bytes())),
        (0, Reply::Blurt(format!("{CANARY}\r\n\r\n").into_bytes())),
    ] {
        let server = Server::start(vec![reply]).await;
        places.push((answers, server.url("/")));
        servers.push(server);
    }

    for (expected, place) in places {
        let limits = match expected {
            0 => impatient(),
            _ => once(),
        };
        let client = client_in(limits, &network);
        let (answers, errors) = send_everywhere(&client, &place).await;
        assert_eq!(answers, expected, "{place} tells another story: {errors}");
        assert_eq!(traces_of_the_canary(&errors), [""; 0], "{place}: {errors}");
    }
    let text = log.text();
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !traces_of_the_canary(line).is_empty())
        .collect();
    assert_eq!(lines, [""; 0]);

    // The log does hold something: this crate's lines, and those of the crates beneath it.
    assert!(text.contains("bbsetup_http::client: request method=\"GET\""));
    assert!(text.contains("reqwest::connect"));
    assert!(text.contains("h2::"));
    // And what is in it is found.
    let basic = STANDARD.encode(format!("{USER}:{CANARY}"));
    tracing::debug!("planted {CANARY} and {basic}");
    assert_eq!(traces_of_the_canary(&log.text()).len(), 2);
}
