//! Which layer an error of reqwest's comes from, read off the chain of its causes.

use std::error::Error as StdError;

/// Where sending failed, before an answer's head was whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// The request was never made.
    Request,
    /// The proxy, its connection included.
    Proxy,
    /// The server's certificate.
    Certificate,
    /// TLS in any other way: a server without TLS, or with another version of it.
    Tls,
    /// Looking up the name.
    Name,
    /// The time for connecting.
    Time,
    /// The connection.
    Connection,
    /// What came is not HTTP.
    Protocol,
    /// The connection ended before the answer.
    Ended,
}

impl Layer {
    /// The order is that of the layers from the outside in: a name that is not found *for a proxy*
    /// is the proxy's trouble.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::Request;
        }
        if causes(error).any(is_of_proxy) {
            return Self::Proxy;
        }
        if let Some(tls) = causes(error).find_map(as_tls) {
            return match is_about_certificate(tls) {
                true => Self::Certificate,
                false => Self::Tls,
            };
        }
        if error.is_dns() {
            return Self::Name;
        }
        if error.is_timeout() {
            return Self::Time;
        }
        if error.is_connect() {
            return Self::Connection;
        }
        let is_parse = |cause: &(dyn StdError + 'static)| {
            cause
                .downcast_ref::<hyper::Error>()
                .is_some_and(hyper::Error::is_parse)
        };
        match causes(error).any(is_parse) {
            true => Self::Protocol,
            false => Self::Ended,
        }
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The types of these errors are private to hyper-util and reqwest; their words are all there is.
fn is_of_proxy(cause: &(dyn StdError + 'static)) -> bool {
    let words = cause.to_string();
    words.starts_with("tunnel error: ") || words == "error connecting to socks proxy"
}

/// rustls' own error, by itself or inside IO errors, which come one in the other and whose `source`
/// skips what they hold.
fn as_tls<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = cause.downcast_ref() {
        return Some(tls);
    }
    as_tls(cause.downcast_ref::<std::io::Error>()?.get_ref()?)
}

/// `General` is how the platform verifiers tell what rustls has no word for.
fn is_about_certificate(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(_)
            | rustls::Error::InvalidCertRevocationList(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::UnsupportedNameType
            | rustls::Error::General(_)
    )
}
