//! What goes wrong on purpose.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, header};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::reply::{HTML, JSON, TEXT, empty, reply, set_header};
use crate::state::{Server, State};
use crate::world::Change;

/// A fault: which requests it meets, and what it does to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `bitbucket`, `balkanid`, `storage` or `scim`.
    pub server: String,
    /// The beginning of the path, in which `*` stands for any one part; empty means every path. A
    /// `$` at the end means that the path ends there.
    #[serde(default)]
    pub path: String,
    /// The method; empty means every method.
    #[serde(default)]
    pub method: String,
    /// The kind of the credential that was sent to Bitbucket, such as `api_token`, or to the SCIM
    /// server, `bearer` or `basic`; empty means any or none.
    #[serde(default)]
    pub credential: String,
    /// How often it happens; nothing means always.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub action: Action,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        #[serde(default = "json_type")]
        content_type: String,
        /// More headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// A web page, as a proxy or a sign-in page in between sends it.
    Page {
        /// The HTTP status.
        status: u16,
    },
    /// A 429.
    TooManyRequests {
        /// What `Retry-After` says: seconds or a date; nothing leaves it off.
        retry_after: Option<String>,
        /// Whether the body is plain text rather than JSON.
        #[serde(default)]
        plain_text: bool,
    },
    /// A redirect.
    Redirect {
        /// Where to; empty means the storage, which notes every credential that reaches it.
        #[serde(default)]
        to: String,
    },
    /// No answer at all, for as long as the other side waits or the servers run.
    Stall,
    /// A right beginning and then a byte now and then, without an end.
    Drip,
    /// The right answer, a byte at a time.
    Slow {
        /// Milliseconds between two bytes.
        pause_ms: u64,
    },
    /// An answer that ends in the middle, to a request that is not done.
    Cut,
    /// The request is done as ever, and its answer ends in the middle.
    LoseAnswer,
    /// The request is done as ever, and its answer names another checksum (`ETag`) than that of what
    /// came.
    WrongChecksum,
    /// An answer of this many bytes.
    Huge {
        /// How many.
        bytes: u64,
    },
    /// The right answer with these headers, each in place of those of its name that the answer has.
    WithHeaders {
        /// The headers; of one name there may be several.
        headers: Vec<(String, String)>,
    },
    /// The right answer, and before it is sent, a change of what Bitbucket holds: who has the answer
    /// meets the change, such as between two pages of a list.
    ThenChange {
        /// What becomes of the workspace.
        change: Change,
    },
    /// The right answer with a `next` that leads to another server: to the storage, which notes
    /// every credential that reaches it.
    OffOriginNext,
    /// A success whose body is no JSON, although it says so.
    GarbageJson,
    /// A success of JSON in which everything is of another type than it should be.
    WrongShape,
}

fn json_type() -> String {
    "application/json".to_owned()
}

impl Fault {
    pub(crate) fn meets(&self, server: &str, method: &str, path: &str, credential: &str) -> bool {
        self.server == server
            && path_fits(&self.path, path)
            && (self.method.is_empty() || self.method.eq_ignore_ascii_case(method))
            && (self.credential.is_empty() || self.credential == credential)
    }
}

fn path_fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut wanted = pattern.split('/').peekable();
    let mut given = path.split('/');
    while let Some(part) = wanted.next() {
        let Some(held) = given.next() else {
            return false;
        };
        let fits = match wanted.peek() {
            Some(_) => part == "*" || part == held,
            None => part == "*" || held == part || (!to_the_end && held.starts_with(part)),
        };
        if !fits {
            return false;
        }
    }
    !to_the_end || given.next().is_none()
}

impl Action {
    /// Answers wrongly; `rightly` gives the right answer, for those that spoil it.
    pub(crate) async fn spoil(
        self,
        rightly: impl FnOnce() -> Response<Body>,
        state: &State,
    ) -> Response<Body> {
        let elsewhere = || format!("{}/elsewhere", state.addresses.origin(Server::Storage));
        match self {
            Self::Answer {
                status,
                body,
                content_type,
                headers,
            } => {
                let mut response = reply(status, &content_type, body);
                append(&mut response, &headers);
                response
            }
            Self::WithHeaders { headers } => {
                let mut response = rightly();
                for (name, _) in &headers {
                    response.headers_mut().remove(name.as_str());
                }
                append(&mut response, &headers);
                response
            }
            Self::ThenChange { change } => {
                let response = rightly();
                // One that cannot be made any more, such as at a second time, is none.
                let _made = state.change(&change);
                response
            }
            Self::Page { status } => reply(
                status,
                HTML,
                "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body><h1>Sign in to the network</h1></body></html>",
            ),
            Self::TooManyRequests {
                retry_after,
                plain_text,
            } => too_many_requests(retry_after.as_deref(), plain_text),
            Self::Redirect { to } => {
                let to = if to.is_empty() { elsewhere() } else { to };
                let mut response = empty(302);
                set_header(&mut response, header::LOCATION.as_str(), &to);
                response
            }
            Self::Stall => std::future::pending().await,
            Self::Drip => streamed(stream::unfold(true, |first| async move {
                let chunk: &[u8] = if first { b"{\"values\": [" } else { b" " };
                if !first {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Some((Ok::<_, Infallible>(Bytes::from_static(chunk)), false))
            })),
            Self::Slow { pause_ms } => slow(rightly(), Duration::from_millis(pause_ms)).await,
            Self::Cut => cut(),
            Self::LoseAnswer => {
                rightly();
                cut()
            }
            Self::WrongChecksum => {
                let mut response = rightly();
                set_header(
                    &mut response,
                    header::ETAG.as_str(),
                    "\"0123456789abcdef0123456789abcdef\"",
                );
                response
            }
            Self::Huge { bytes } => huge(bytes),
            Self::OffOriginNext => {
                let mut page: Value =
                    serde_json::from_slice(&whole(rightly()).await).unwrap_or_default();
                if !page.is_object() {
                    page = json!({"values": [], "pagelen": 10});
                }
                page["next"] = json!(elsewhere());
                reply(200, JSON, page.to_string())
            }
            Self::GarbageJson => reply(200, JSON, "{\"values\": [{\"type\": \"project\", oops"),
            Self::WrongShape => reply(
                200,
                JSON,
                "{\"values\": \"none\", \"next\": 7, \"uuid\": [], \"slug\": {}, \"url\": 4, \"data\": \"yes\"}",
            ),
        }
    }
}

/// A 429 as Bitbucket words it.
pub(crate) fn too_many_requests(retry_after: Option<&str>, plain_text: bool) -> Response<Body> {
    const MESSAGE: &str = "Rate limit for this resource has been exceeded";
    let mut response = match plain_text {
        true => reply(429, TEXT, MESSAGE),
        false => reply(
            429,
            JSON,
            json!({"type": "error", "error": {"message": MESSAGE}}).to_string(),
        ),
    };
    if let Some(retry_after) = retry_after {
        set_header(&mut response, header::RETRY_AFTER.as_str(), retry_after);
    }
    response
}

/// Adds headers; those that HTTP does not allow are left out.
fn append(response: &mut Response<Body>, headers: &[(String, String)]) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
}

async fn whole(response: Response<Body>) -> Bytes {
    // The body is one that was just made here, so that reading it does not fail.
    axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap_or_default()
}

async fn slow(response: Response<Body>, pause: Duration) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let body = whole(Response::new(body)).await;
    let bytes = stream::unfold((body, 0), move |(body, place)| async move {
        if place == body.len() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let byte = body.slice(place..=place);
        Some((Ok::<_, Infallible>(byte), (body, place + 1)))
    });
    Response::from_parts(parts, Body::from_stream(bytes))
}

fn cut() -> Response<Body> {
    streamed(stream::unfold(true, |first| async move {
        if first {
            return Some((Ok(Bytes::from_static(b"{\"values\": [")), false));
        }
        // The beginning goes out while this waits, before the connection is cut.
        tokio::task::yield_now().await;
        Some((Err(std::io::Error::other("cut on purpose")), false))
    }))
}

fn huge(bytes: u64) -> Response<Body> {
    const CHUNK: u64 = 64 * 1024;
    static SPACES: [u8; CHUNK as usize] = [b' '; CHUNK as usize];
    let chunks = (0..bytes.div_ceil(CHUNK)).map(move |number| {
        let length = (bytes - number * CHUNK).min(CHUNK);
        let length = usize::try_from(length).unwrap_or(SPACES.len());
        Ok::<_, Infallible>(Bytes::from_static(&SPACES[..length]))
    });
    streamed(stream::iter(chunks))
}

fn streamed<S, E>(stream: S) -> Response<Body>
where
    S: futures_util::Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    reply(200, JSON, Body::from_stream(stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_by_its_beginning_its_parts_or_its_end() {
        assert!(path_fits("", "/2.0/user"));
        assert!(path_fits("/2.0/", "/2.0/user"));
        assert!(path_fits("/2.0/us", "/2.0/user/workspaces"));
        assert!(path_fits(
            "/2.0/repositories/*/*/permissions-config",
            "/2.0/repositories/acme/ledger/permissions-config/users"
        ));
        assert!(path_fits("/2.0/user$", "/2.0/user"));
        assert!(!path_fits("/2.0/user$", "/2.0/user/workspaces"));
        assert!(!path_fits("/2.0/user$", "/2.0/users"));
        assert!(!path_fits(
            "/2.0/repositories/*/*/permissions-config",
            "/2.0/repositories/acme"
        ));
        assert!(!path_fits("/1.0/", "/2.0/user"));
    }
}
