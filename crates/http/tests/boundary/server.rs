//! A server that says exactly the bytes it is told, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bbsetup_http::Url;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// What a connection is told once its request is read.
#[derive(Clone)]
pub(crate) enum Reply {
    /// The bytes, and the end.
    Bytes(Vec<u8>),
    /// The bytes, and then nothing, for as long as the client stays.
    Stall(Vec<u8>),
    /// The bytes, and then one byte at a time, for as long as the client stays.
    Drip(Vec<u8>),
    /// The bytes, and then as much as the client takes, up to 100 MB.
    Flood(Vec<u8>),
    /// The bytes at the first thing the client says, whatever that is.
    Blurt(Vec<u8>),
}

impl Reply {
    /// An answer with a status, more header lines and a body.
    pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(
            format!("HTTP/1.1 {status} -\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
                .into_bytes(),
        )
    }

    pub(crate) fn fine() -> Self {
        Self::answer(200, "content-type: application/json\r\n", "{}")
    }
}

/// A server on loopback. Its first connection gets the first reply, and so on; the last reply stays.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    asked: Notify,
    left: Notify,
    flooded: AtomicUsize,
}

impl Server {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        Self::listen(replies, None).await
    }

    pub(crate) async fn start_tls(acceptor: TlsAcceptor, replies: Vec<Reply>) -> Self {
        Self::listen(replies, Some(acceptor)).await
    }

    async fn listen(replies: Vec<Reply>, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen::default());
        let server = Self {
            address,
            seen: seen.clone(),
        };
        tokio::spawn(async move {
            for turn in 0.. {
                let (connection, _peer) = listener.accept().await.expect("a connection");
                let reply = replies[turn.min(replies.len() - 1)].clone();
                tokio::spawn(converse(connection, acceptor.clone(), reply, seen.clone()));
            }
        });
        server
    }

    /// Its address over plain http.
    pub(crate) fn url(&self, path: &str) -> Url {
        crate::url(&format!("http://{}{path}", self.address))
    }

    /// Its address over TLS, by the name in its certificate.
    pub(crate) fn tls_url(&self, path: &str) -> Url {
        crate::url(&format!("https://localhost:{}{path}", self.address.port()))
    }

    /// What it was asked, head and body, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("the lock").clone()
    }

    /// Waits for a request to arrive.
    pub(crate) async fn asked(&self) {
        self.seen.asked.notified().await;
    }

    /// Waits for a client to leave a reply without an end.
    pub(crate) async fn left(&self) {
        self.seen.left.notified().await;
    }

    /// Bytes that the clients took of a flood.
    pub(crate) fn flooded(&self) -> usize {
        self.seen.flooded.load(Ordering::Relaxed)
    }
}

/// A port where nothing listens.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn converse(
    connection: TcpStream,
    acceptor: Option<TlsAcceptor>,
    reply: Reply,
    seen: Arc<Seen>,
) {
    // A client that goes in the middle of a handshake or a reply is what these tests are about.
    match acceptor {
        None => {
            let _client_left = say(connection, reply, &seen).await;
        }
        Some(acceptor) => {
            if let Ok(connection) = acceptor.accept(connection).await {
                let _client_left = say(connection, reply, &seen).await;
            }
        }
    }
}

async fn say<Connection>(
    mut connection: Connection,
    reply: Reply,
    seen: &Seen,
) -> std::io::Result<()>
where
    Connection: AsyncRead + AsyncWrite + Unpin,
{
    match reply {
        Reply::Blurt(_) => {
            connection.read_u8().await?;
        }
        Reply::Bytes(_) | Reply::Stall(_) | Reply::Drip(_) | Reply::Flood(_) => {
            let request = read_request(&mut connection).await?;
            seen.requests.lock().expect("the lock").push(request);
        }
    }
    seen.asked.notify_one();
    let ended = match reply {
        Reply::Bytes(bytes) => {
            connection.write_all(&bytes).await?;
            return connection.shutdown().await;
        }
        Reply::Stall(bytes) | Reply::Blurt(bytes) => {
            connection.write_all(&bytes).await?;
            until_left(&mut connection).await
        }
        Reply::Drip(bytes) => {
            connection.write_all(&bytes).await?;
            drip(&mut connection).await
        }
        Reply::Flood(bytes) => {
            connection.write_all(&bytes).await?;
            flood(&mut connection, &seen.flooded).await
        }
    };
    seen.left.notify_one();
    ended
}

async fn read_request(connection: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut read = Vec::new();
    loop {
        read.push(connection.read_u8().await?);
        if read.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let head = String::from_utf8_lossy(&read).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok(head + &String::from_utf8_lossy(&body))
}

async fn until_left(connection: &mut (impl AsyncRead + Unpin)) -> std::io::Result<()> {
    let mut unread = [0; 1024];
    while connection.read(&mut unread).await? > 0 {}
    Ok(())
}

async fn drip(connection: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
    loop {
        connection.write_all(b"x").await?;
        connection.flush().await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn flood(
    connection: &mut (impl AsyncWrite + Unpin),
    flooded: &AtomicUsize,
) -> std::io::Result<()> {
    let piece = vec![b'x'; 64 * 1024];
    while flooded.load(Ordering::Relaxed) < 100_000_000 {
        connection.write_all(&piece).await?;
        flooded.fetch_add(piece.len(), Ordering::Relaxed);
    }
    connection.shutdown().await
}
