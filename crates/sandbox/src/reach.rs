//! The address of Bitbucket's API that a person types, where a scenario is about the address itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

use crate::scenario::Reach;
use crate::tls::Tls;

/// A name that leads nowhere, by RFC 6761.
const UNKNOWN_NAME: &str = "https://api.bitbucket.invalid";
/// Another machine's address, of a name that belongs to nobody by RFC 2606.
const PLAIN_HTTP_ELSEWHERE: &str = "http://bitbucket.acme.example";

/// Where the typed address leads, held open for as long as the servers run.
pub(crate) struct Reached {
    /// The address in place of the practice Bitbucket's own; nothing where it is that.
    pub(crate) instead: Option<String>,
    /// Held without listening, so that no other program can answer at the port.
    _closed: Option<TcpSocket>,
}

/// One more door to the practice Bitbucket.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) acceptor: TlsAcceptor,
}

impl Reached {
    /// Opens what the typed address leads to; the door is to be served as the practice Bitbucket.
    pub(crate) async fn open(reach: Reach) -> io::Result<(Self, Option<Door>)> {
        match reach {
            Reach::Here => Ok((Self::at(None), None)),
            Reach::UnknownName => Ok((Self::at(Some(UNKNOWN_NAME.to_owned())), None)),
            Reach::PlainHttpElsewhere => {
                Ok((Self::at(Some(PLAIN_HTTP_ELSEWHERE.to_owned())), None))
            }
            Reach::ClosedPort => {
                let socket = TcpSocket::new_v4()?;
                socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
                let reached = Self {
                    instead: Some(format!("http://{}", socket.local_addr()?)),
                    _closed: Some(socket),
                };
                Ok((reached, None))
            }
            Reach::UntrustedCertificate => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                let reached = Self::at(Some(format!("https://{}", listener.local_addr()?)));
                // Its authority is told to nobody.
                let acceptor = Tls::generate()?.acceptor;
                Ok((reached, Some(Door { listener, acceptor })))
            }
        }
    }

    fn at(instead: Option<String>) -> Self {
        Self {
            instead,
            _closed: None,
        }
    }
}
