//! Taking connections, and ending every one of them when asked to.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Serves until told to stop. Answers that stall on purpose end with it, for their connections are
/// cut rather than waited for.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), tls.clone()));
                }
                // Such as too many open files: others may close theirs meanwhile.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
            () = told(&mut stop) => break,
        }
    }
    connections.shutdown().await;
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // One that is dropped tells by that.
    let _told = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, router: Router, tls: Option<TlsAcceptor>) {
    // Without it small answers wait for the other side; failing costs speed alone.
    let _without_delay = stream.set_nodelay(true);
    match tls {
        None => http(stream, router).await,
        Some(tls) => {
            // A client that does not trust the authority hangs up here.
            if let Ok(stream) = tls.accept(stream).await {
                http(stream, router).await;
            }
        }
    }
}

async fn http(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    // How a connection ends is the client's affair.
    let _ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
}
