//! Where the address leads that a person types.

use bbsetup_sandbox::Sandbox;
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::client::{authority, bearer, get, started};

fn typed(sandbox: &Sandbox) -> Url {
    Url::parse(&sandbox.env()["BBSETUP_API_URL"]).expect("an address")
}

#[tokio::test]
async fn nobody_listens_at_a_closed_port_and_nobody_else_can() {
    let sandbox = started("closed-port").await;
    let typed = authority(&typed(&sandbox));
    assert!(TcpStream::connect(&typed).await.is_err());
    assert!(TcpListener::bind(&typed).await.is_err(), "it is held");
    assert_eq!(
        get(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme")
            .await
            .status,
        200,
        "the practice Bitbucket is where it is"
    );
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_nobodys() {
    let unknown = typed(&started("unknown-name").await);
    assert_eq!(unknown.host_str(), Some("api.bitbucket.invalid"));
    let plain = typed(&started("plain-http-elsewhere").await);
    assert_eq!(
        (plain.scheme(), plain.host_str()),
        ("http", Some("bitbucket.acme.example"))
    );
}
