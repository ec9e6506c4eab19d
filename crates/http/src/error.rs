//! Why no whole answer came, by layer.

use std::error::Error as StdError;
use std::time::Duration;

use crate::layer::Layer;

/// What lies beneath an error.
pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// Why no whole answer came. Only the host is named, never a path or a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not one to which anything is sent.
    #[error(
        "Nothing is sent to {host}: its address has to begin with https://, or be on this machine"
    )]
    AddressNotAllowed {
        /// The host.
        host: String,
    },
    /// The host's name was not found, or could not be looked up: the system does not tell which.
    #[error("The name {host} could not be looked up on this network")]
    NameNotFound {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// No connection came about.
    #[error("No connection to {host} came about")]
    Unreachable {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// A proxy did not let the connection through.
    #[error("The proxy on the way to {host} did not let the connection through")]
    Proxy {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// TLS could not be set up on this side: the system has no certificates to trust.
    #[error("TLS is not set up on this system, so that nothing was sent to {host}")]
    NoTls {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// The server's certificate is not trusted.
    #[error("The certificate that {host} shows is not trusted by this system")]
    TlsUntrusted {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// The server does not speak TLS, or none that this program speaks.
    #[error("{host} does not speak TLS at that port, or speaks another version of it")]
    TlsFailed {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// No connection in time.
    #[error("No connection to {host} came about within {} seconds", after.as_secs_f64())]
    TimedOutConnecting {
        /// The host.
        host: String,
        /// The limit.
        after: Duration,
    },
    /// No whole answer in time.
    #[error("{host} did not finish an answer within {} seconds", after.as_secs_f64())]
    TimedOutAnswering {
        /// The host.
        host: String,
        /// The limit.
        after: Duration,
    },
    /// A redirect, which is never followed.
    #[error("{host} redirects to {to} (status {status})")]
    Redirected {
        /// The host.
        host: String,
        /// Where to, the host alone.
        to: String,
        /// The HTTP status.
        status: u16,
    },
    /// More bytes than the limit.
    #[error("The answer of {host} is longer than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// What the server sends is not HTTP.
    #[error("What {host} answers is not HTTP")]
    NotHttp {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// The body came packed, although it was asked for as it is.
    #[error("The answer of {host} is packed ({coding}), although it was asked for as it is")]
    Packed {
        /// The host.
        host: String,
        /// How it is packed, such as `gzip`.
        coding: String,
    },
    /// The connection ended before an answer was whole.
    #[error("{host} ended the connection before its answer was whole")]
    Cut {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// The request could not be made: a defect of this program.
    #[error("The request to {host} could not be made")]
    Defect {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
}

/// The layer that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "Error has a sentence on each")]
pub enum ErrorKind {
    AddressNotAllowed,
    NameNotFound,
    Unreachable,
    Proxy,
    NoTls,
    TlsUntrusted,
    TlsFailed,
    TimedOutConnecting,
    TimedOutAnswering,
    Redirected,
    TooLarge,
    NotHttp,
    Packed,
    Cut,
    Defect,
}

impl Error {
    /// The layer that failed.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::AddressNotAllowed { .. } => ErrorKind::AddressNotAllowed,
            Self::NameNotFound { .. } => ErrorKind::NameNotFound,
            Self::Unreachable { .. } => ErrorKind::Unreachable,
            Self::Proxy { .. } => ErrorKind::Proxy,
            Self::NoTls { .. } => ErrorKind::NoTls,
            Self::TlsUntrusted { .. } => ErrorKind::TlsUntrusted,
            Self::TlsFailed { .. } => ErrorKind::TlsFailed,
            Self::TimedOutConnecting { .. } => ErrorKind::TimedOutConnecting,
            Self::TimedOutAnswering { .. } => ErrorKind::TimedOutAnswering,
            Self::Redirected { .. } => ErrorKind::Redirected,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::NotHttp { .. } => ErrorKind::NotHttp,
            Self::Packed { .. } => ErrorKind::Packed,
            Self::Cut { .. } => ErrorKind::Cut,
            Self::Defect { .. } => ErrorKind::Defect,
        }
    }

    /// Whether trying again may help and does no harm.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unreachable | ErrorKind::Cut)
    }

    /// An error of reqwest's, met before an answer's head was whole.
    pub(crate) fn of_sending(host: &str, connect_limit: Duration, error: reqwest::Error) -> Self {
        let host = host.to_owned();
        let layer = Layer::of(&error);
        let source = error.without_url().into();
        match layer {
            Layer::Request => Self::Defect { host, source },
            Layer::Proxy => Self::Proxy { host, source },
            Layer::Certificate => Self::TlsUntrusted { host, source },
            Layer::Tls => Self::TlsFailed { host, source },
            Layer::Name => Self::NameNotFound { host, source },
            Layer::Time => Self::TimedOutConnecting {
                host,
                after: connect_limit,
            },
            Layer::Connection => Self::Unreachable { host, source },
            Layer::Protocol => Self::NotHttp { host, source },
            Layer::Ended => Self::Cut { host, source },
        }
    }

    /// An error of reqwest's, met while the body was read.
    pub(crate) fn of_reading(host: &str, error: reqwest::Error) -> Self {
        Self::Cut {
            host: host.to_owned(),
            source: error.without_url().into(),
        }
    }
}
