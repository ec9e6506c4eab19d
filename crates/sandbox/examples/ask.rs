//! A client over TLS that does nothing but ask, for the practice servers' own ceiling.
//!
//! It reads one JSON document on standard input and prints one:
//! - `ca_file`, `host` (such as `127.0.0.1:4711`), `authorization` (the header, or nothing);
//! - with `connections`, `requests` and `paths`: asks for the paths in turns on so many kept
//!   connections, and prints `{"requests": n, "seconds": s, "bytes": b}`;
//! - with `method`, `path` and `body`: asks once, and prints `{"status": 200, "body": "…"}`.

#![allow(
    clippy::print_stdout,
    reason = "whoever starts it reads what was measured"
)]

use std::error::Error;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(default)]
struct Wanted {
    ca_file: String,
    host: String,
    authorization: String,
    connections: usize,
    requests: usize,
    paths: Vec<String>,
    method: String,
    path: String,
    body: String,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            ca_file: String::new(),
            host: String::new(),
            authorization: String::new(),
            connections: 1,
            requests: 0,
            paths: Vec::new(),
            method: "GET".to_owned(),
            path: String::new(),
            body: String::new(),
        }
    }
}

/// One core is left to the servers.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let wanted: Wanted = serde_json::from_str(&text)?;
    let connector = trusting(&wanted.ca_file)?;
    if wanted.paths.is_empty() {
        let mut connection = Connection::to(&wanted.host, &connector).await?;
        let request = request(&wanted, &wanted.method, &wanted.path, &wanted.body);
        let status = connection.ask(request.as_bytes()).await?;
        let body = String::from_utf8_lossy(&connection.body).into_owned();
        println!("{}", json!({"status": status, "body": body}));
        return Ok(());
    }
    let lines: Arc<[String]> = wanted
        .paths
        .iter()
        .map(|path| request(&wanted, "GET", path, ""))
        .collect();
    let mut connections = Vec::new();
    for _ in 0..wanted.connections {
        connections.push(Connection::to(&wanted.host, &connector).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let clients: Vec<_> = connections
        .into_iter()
        .map(|connection| {
            tokio::spawn(ask_on(
                connection,
                lines.clone(),
                next.clone(),
                wanted.requests,
            ))
        })
        .collect();
    let mut bytes = 0;
    for client in clients {
        bytes += client.await??;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({"requests": wanted.requests, "seconds": seconds, "bytes": bytes})
    );
    Ok(())
}

/// Asks until all was asked; gives the bytes of the bodies.
async fn ask_on(
    mut connection: Connection,
    lines: Arc<[String]>,
    next: Arc<AtomicUsize>,
    requests: usize,
) -> Result<usize, Failure> {
    let mut bytes = 0;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return Ok(bytes);
        }
        let status = connection
            .ask(lines[number % lines.len()].as_bytes())
            .await?;
        if status != 200 {
            return Err(format!("{status} where 200 is right").into());
        }
        bytes += connection.body.len();
    }
}

fn trusting(ca_file: &str) -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca_file)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn request(wanted: &Wanted, method: &str, path: &str, body: &str) -> String {
    let authorization = match wanted.authorization.as_str() {
        "" => String::new(),
        value => format!("authorization: {value}\r\n"),
    };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\n{authorization}content-length: {}\r\n\r\n{body}",
        wanted.host,
        body.len()
    )
}

/// A kept connection, with the body of the last answer.
struct Connection {
    stream: TlsStream<TcpStream>,
    read: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    async fn to(host: &str, connector: &TlsConnector) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let name = host.split(':').next().unwrap_or_default().to_owned();
        Ok(Self {
            stream: connector
                .connect(ServerName::try_from(name)?, stream)
                .await?,
            read: Vec::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads the whole answer; gives its status.
    async fn ask(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.read.clear();
        let head = loop {
            let end = self.read.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.read[..head])?;
        let status = text.get(9..12).unwrap_or_default().parse()?;
        let length: usize = text
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            })
            .unwrap_or_default();
        while self.read.len() < head + length {
            self.more().await?;
        }
        self.body.clear();
        self.body.extend_from_slice(&self.read[head..head + length]);
        Ok(status)
    }

    async fn more(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }
}
