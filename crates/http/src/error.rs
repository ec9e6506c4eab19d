//! Why no whole answer came, by layer.

use std::error::Error as StdError;
use std::time::Duration;

type Source = Box<dyn StdError + Send + Sync>;

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
    /// The host's name is not known.
    #[error("The name {host} is not known to this network")]
    NameNotFound {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// No connection came about, or it ended before an answer began.
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
    /// The server's certificate is not trusted, or TLS failed otherwise.
    #[error("The certificate that {host} shows is not trusted by this system")]
    TlsUntrusted {
        /// The host.
        host: String,
        /// What lies beneath.
        #[source]
        source: Source,
    },
    /// No connection in time.
    #[error("No connection to {host} came about within {} seconds", after.as_secs())]
    TimedOutConnecting {
        /// The host.
        host: String,
        /// The limit.
        after: Duration,
    },
    /// No whole answer in time.
    #[error("{host} did not finish an answer within {} seconds", after.as_secs())]
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
    /// The connection ended in the middle of an answer.
    #[error("The answer of {host} ended in the middle")]
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
    TlsUntrusted,
    TimedOutConnecting,
    TimedOutAnswering,
    Redirected,
    TooLarge,
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
            Self::TlsUntrusted { .. } => ErrorKind::TlsUntrusted,
            Self::TimedOutConnecting { .. } => ErrorKind::TimedOutConnecting,
            Self::TimedOutAnswering { .. } => ErrorKind::TimedOutAnswering,
            Self::Redirected { .. } => ErrorKind::Redirected,
            Self::TooLarge { .. } => ErrorKind::TooLarge,
            Self::Cut { .. } => ErrorKind::Cut,
            Self::Defect { .. } => ErrorKind::Defect,
        }
    }

    /// Whether trying again may help and does no harm.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unreachable | ErrorKind::Cut)
    }

    /// Tells the layer of an error of reqwest's, met before an answer began.
    pub(crate) fn of_sending(host: &str, connect_limit: Duration, error: reqwest::Error) -> Self {
        let host = host.to_owned();
        let error = error.without_url();
        let chain = chain_text(&error);
        if error.is_builder() {
            return Self::Defect {
                host,
                source: error.into(),
            };
        }
        if is_tls(&error) {
            return Self::TlsUntrusted {
                host,
                source: error.into(),
            };
        }
        // hyper-util names its tunnel and its resolver in words only.
        if chain.contains("tunnel") || chain.contains("proxy") {
            return Self::Proxy {
                host,
                source: error.into(),
            };
        }
        if chain.contains("dns error") || chain.contains("failed to lookup address") {
            return Self::NameNotFound {
                host,
                source: error.into(),
            };
        }
        if error.is_timeout() {
            return Self::TimedOutConnecting {
                host,
                after: connect_limit,
            };
        }
        Self::Unreachable {
            host,
            source: error.into(),
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

fn chain_text(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&error.to_string().to_lowercase());
        text.push('\n');
        cause = error.source();
    }
    text
}

/// Whether a cause is of TLS: rustls' own error, by itself or inside an IO error.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return true;
        }
        if let Some(inner) = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            && inner.is::<rustls::Error>()
        {
            return true;
        }
        cause = error.source();
    }
    false
}
