//! To which addresses anything is sent at all.

use bbsetup_http::{Auth, ErrorKind, Request};

use crate::{client, once, url};

#[tokio::test]
async fn an_address_that_is_not_allowed_is_not_even_looked_up() {
    let client = client(once());
    for refused in [
        // Looked up, these would be names not found.
        "http://nowhere.invalid/",
        "http://localhost.nowhere.invalid/",
        "http://127.0.0.1.nowhere.invalid/",
        "ftp://nowhere.invalid/",
        "https://somebody@nowhere.invalid/",
        "https://somebody:canary@nowhere.invalid/",
        "http://somebody:canary@127.0.0.1/",
        // Not this machine.
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        // No host at all.
        "file:///etc/passwd",
        "data:text/plain,canary",
    ] {
        let error = client
            .send(
                Request::get(url(refused))
                    .auth(Auth::Bearer(bbsetup_setup::Secret::new("canary-token"))),
            )
            .await
            .expect_err("not allowed");
        assert_eq!(error.kind(), ErrorKind::AddressNotAllowed, "{refused}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
    assert_eq!(client.sent(), 0);
}

#[tokio::test]
async fn plain_http_reaches_this_machine_by_each_of_its_names() {
    use crate::server::{Reply, Server};
    let server = Server::start(vec![Reply::fine()]).await;
    let port = server.address.port();
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        let request = Request::get(url(&format!("http://{host}:{port}/")));
        let answer = client(once()).send(request).await.expect("an answer");
        assert_eq!(answer.status, 200, "{host}");
    }
}
