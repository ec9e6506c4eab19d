//! One credential in front of one server: asking, and nothing but asking.

use bbsetup_http::{Auth, Error as HttpError, ErrorKind, Request};
use bbsetup_setup::{Evidence, ScimUrl};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_util::sync::CancellationToken;

use crate::Target;
use crate::reply::Reply;
use crate::wire::Page;

/// How many resources are asked for at once: as many as a common server gives.
pub(crate) const PAGE: u64 = 100;

/// What this program can read, the standard's own type first.
const ACCEPTED: &str = "application/scim+json, application/json;q=0.9, */*;q=0.1";

/// Why no answer came.
pub(crate) enum NoAnswer {
    Http(HttpError),
    Stopped,
}

/// A question with its answer.
pub(crate) struct Asked {
    pub(crate) evidence: Evidence,
    pub(crate) answer: Result<Reply, NoAnswer>,
}

impl Asked {
    /// The page of a list, where that is what came.
    pub(crate) fn page(&self) -> Option<Page> {
        Page::of(self.answer.as_ref().ok()?.granted()?)
    }

    /// Whether the answer was longer than this program reads.
    pub(crate) fn is_too_large(&self) -> bool {
        match &self.answer {
            Err(NoAnswer::Http(error)) => error.kind() == ErrorKind::TooLarge,
            Err(NoAnswer::Stopped) | Ok(_) => false,
        }
    }
}

/// One credential in front of one server.
pub(crate) struct Server<'a> {
    pub(crate) target: &'a Target,
    stop: &'a CancellationToken,
}

impl<'a> Server<'a> {
    pub(crate) fn new(target: &'a Target, stop: &'a CancellationToken) -> Self {
        Self { target, stop }
    }

    pub(crate) fn host(&self) -> String {
        self.target.url.host()
    }

    /// Asks with the credential. `path` begins with a slash, is encoded, and may have a query.
    pub(crate) async fn ask(&self, path: &str) -> Asked {
        let auth = self.target.authentication.on_the_wire();
        self.send(&self.target.url, path, auth).await
    }

    /// Asks the same server at another base, without any credential.
    pub(crate) async fn ask_openly(&self, base: &ScimUrl, path: &str) -> Asked {
        self.send(base, path, Auth::None).await
    }

    /// Asks for a page of a list; the path may have a query already.
    pub(crate) async fn list(&self, path: &str, start: u64, count: u64) -> Asked {
        let mark = if path.contains('?') { '&' } else { '?' };
        self.ask(&format!("{path}{mark}startIndex={start}&count={count}"))
            .await
    }

    async fn send(&self, base: &ScimUrl, path: &str, auth: Auth) -> Asked {
        let url = base.join(path);
        let mut evidence = Evidence {
            method: "GET",
            path: url.path().to_owned(),
            status: None,
            items: None,
            total: None,
            seen: None,
        };
        let request = Request::get(url).auth(auth).header("accept", ACCEPTED);
        let sent = tokio::select! {
            () = self.stop.cancelled() => Err(NoAnswer::Stopped),
            sent = self.target.client.send(request) => sent.map_err(NoAnswer::Http),
        };
        let answer = sent.map(|answer| {
            evidence.status = Some(answer.status);
            Reply::of(&answer)
        });
        if let Some(page) = answer
            .as_ref()
            .ok()
            .and_then(Reply::granted)
            .and_then(Page::of)
        {
            evidence.items = Some(page.count());
            evidence.total = page.total;
        }
        Asked { evidence, answer }
    }
}

/// Everything but what a part of a path or a query may hold as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A text as one part of a path or a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// A text as a filter's value: quoted as JSON quotes it (RFC 7644, section 3.4.2.2).
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
