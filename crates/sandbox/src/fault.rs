//! What goes wrong on purpose.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use futures_util::stream;
use serde::{Deserialize, Serialize};

/// A fault: which requests it meets, and what it does to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `bitbucket`, `balkanid` or `storage`.
    pub server: String,
    /// The beginning of the path; empty means every path.
    #[serde(default)]
    pub path: String,
    /// The method; empty means every method.
    #[serde(default)]
    pub method: String,
    /// The kind of the credential that was sent, such as `api_token`; empty means any or none.
    #[serde(default)]
    pub credential: String,
    /// How often it happens; nothing means always.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// What a fault does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// An answer of this status, body and headers.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        #[serde(default)]
        body: String,
        /// The media type.
        #[serde(default = "json")]
        content_type: String,
        /// More headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// No answer at all, for as long as the other side waits.
    Stall,
    /// An answer that never ends: a byte now and then.
    Drip,
    /// An answer that ends in the middle.
    Cut,
    /// The request is done as ever, and its answer ends in the middle.
    LoseAnswer,
    /// An answer of this many bytes.
    Huge {
        /// How many.
        bytes: u64,
    },
    /// A list whose `next` leads to another server.
    OffOriginNext,
}

fn json() -> String {
    "application/json".to_owned()
}

impl Fault {
    pub(crate) fn meets(&self, server: &str, method: &str, path: &str, credential: &str) -> bool {
        self.server == server
            && path.starts_with(&self.path)
            && (self.method.is_empty() || self.method.eq_ignore_ascii_case(method))
            && (self.credential.is_empty() || self.credential == credential)
    }
}

/// Makes the answer of a fault.
pub(crate) async fn act(action: &Action) -> Response<Body> {
    match action {
        Action::Answer {
            status,
            body,
            content_type,
            headers,
        } => {
            let mut response = Response::new(Body::from(body.clone()));
            *response.status_mut() =
                StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let content_type = HeaderValue::from_str(content_type);
            if let Ok(value) = content_type {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) =
                    (name.parse::<HeaderName>(), HeaderValue::from_str(value))
                {
                    response.headers_mut().append(name, value);
                }
            }
            response
        }
        Action::Stall => std::future::pending().await,
        Action::Drip => streamed(stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
        })),
        Action::Cut | Action::LoseAnswer => streamed(stream::unfold(0, |sent| async move {
            match sent {
                0 => Some((Ok(Bytes::from_static(b"{\"values\": [")), 1)),
                // The beginning has to leave before the end comes.
                1 => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Some((Err(std::io::Error::other("cut on purpose")), 2))
                }
                _ => None,
            }
        })),
        Action::Huge { bytes } => {
            const CHUNK: usize = 64 * 1024;
            let chunks = bytes.div_ceil(CHUNK as u64);
            streamed(stream::iter((0..chunks).map(|_| {
                Ok::<_, Infallible>(Bytes::from_static(&[b' '; CHUNK]))
            })))
        }
        Action::OffOriginNext => {
            let body =
                "{\"values\":[],\"pagelen\":10,\"next\":\"https://elsewhere.example/2.0/next\"}";
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            response
        }
    }
}

fn streamed<S, E>(stream: S) -> Response<Body>
where
    S: futures_util::Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
