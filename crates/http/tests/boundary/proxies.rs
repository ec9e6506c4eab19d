//! Proxies: their refusals are theirs, and a token is for the server behind them alone.

use bbsetup_http::{Auth, Client, Error, ErrorKind, Network, Proxy, Request, Url};
use bbsetup_setup::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::authority::Authority;
use crate::server::{Reply, Server, closed_port};
use crate::{client_in, once, url};

fn through(proxy: Url) -> Client {
    client_in(
        once(),
        &Network {
            proxy: Proxy::Fixed(proxy),
            ..Network::default()
        },
    )
}

async fn failure(client: &Client, address: &str) -> Error {
    let request = Request::get(url(address)).auth(Auth::Bearer(Secret::new("canary-token")));
    client.send(request).await.expect_err("the proxy's refusal")
}

#[tokio::test]
async fn a_proxy_that_wants_a_sign_in_is_told_as_a_proxy() {
    let challenge = "proxy-authenticate: Basic realm=\"proxy\"\r\n";
    let proxy = Server::start(vec![Reply::answer(407, challenge, "")]).await;
    let error = failure(&through(proxy.url("/")), "https://api.bitbucket.org/").await;
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
    assert_eq!(
        error.to_string(),
        "The proxy on the way to api.bitbucket.org did not let the connection through"
    );
    let asked = proxy.requests().concat();
    assert!(
        asked.starts_with("CONNECT api.bitbucket.org:443 "),
        "{asked}"
    );
    assert!(!asked.contains("canary"), "the proxy was shown the token");
}

#[tokio::test]
async fn a_proxy_that_answers_with_a_page_is_told_as_a_proxy() {
    let page = Reply::answer(403, "content-type: text/html\r\n", "<html>Blocked</html>");
    let proxy = Server::start(vec![page]).await;
    let error = failure(&through(proxy.url("/")), "https://api.bitbucket.org/").await;
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_wants_a_sign_in_for_plain_http_is_told_as_a_proxy() {
    let proxy = Server::start(vec![Reply::answer(407, "", "")]).await;
    let error = failure(&through(proxy.url("/")), "http://127.0.0.1:9/").await;
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_as_a_proxy() {
    let port = closed_port().await;
    for proxy in [
        format!("http://127.0.0.1:{port}"),
        "http://nowhere.invalid:3128".to_owned(),
        format!("socks5h://127.0.0.1:{port}"),
    ] {
        let error = failure(&through(url(&proxy)), "https://api.bitbucket.org/").await;
        assert_eq!(error.kind(), ErrorKind::Proxy, "{proxy}: {error:?}");
    }
}

#[tokio::test]
async fn a_proxy_with_an_untrusted_certificate_is_told_as_a_proxy() {
    let acceptor = Authority::new().acceptor("localhost");
    let proxy = Server::start_tls(acceptor, vec![Reply::fine()]).await;
    let error = failure(&through(proxy.tls_url("/")), "https://api.bitbucket.org/").await;
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error:?}");
}

#[tokio::test]
async fn a_proxy_that_lets_through_passes_on_bytes_that_it_cannot_read() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.acceptor("localhost"), vec![Reply::fine()]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = url(&format!(
        "http://{}",
        listener.local_addr().expect("an address")
    ));
    let (tell, told) = oneshot::channel();
    let target = server.address;
    tokio::spawn(async move {
        let (mut inner, _peer) = listener.accept().await.expect("a connection");
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(inner.read_u8().await.expect("a byte"));
        }
        tell.send(String::from_utf8_lossy(&asked).into_owned())
            .expect("the test listens");
        let mut outer = TcpStream::connect(target).await.expect("the server");
        inner
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await
            .expect("the client");
        let _either_left = tokio::io::copy_bidirectional(&mut inner, &mut outer).await;
    });
    let client = client_in(
        once(),
        &Network {
            extra_roots: vec![authority.pem()],
            proxy: Proxy::Fixed(proxy),
        },
    );
    let request = Request::get(server.tls_url("/")).auth(Auth::Bearer(Secret::new("canary")));
    assert_eq!(client.send(request).await.expect("an answer").status, 200);
    let asked = told.await.expect("what the proxy was asked");
    assert!(asked.starts_with("CONNECT localhost:"), "{asked}");
    assert!(!asked.contains("canary"), "the proxy was shown the token");
    assert!(server.requests().concat().contains("Bearer canary"));
}
