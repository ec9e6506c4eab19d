//! What is sent.

use std::time::Duration;

use bbsetup_setup::Secret;
use url::Url;

use crate::streamed::Streamed;

/// The methods that this program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// HEAD
    Head,
    /// POST
    Post,
    /// PUT
    Put,
}

impl Method {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// How a request identifies itself. Every header made of it is marked sensitive.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer …`
    Bearer(Secret),
    /// `Authorization: Basic …`
    Basic {
        /// The user name: for Bitbucket's API tokens the account's e-mail.
        user: String,
        /// The password: for Bitbucket the API token.
        password: Secret,
    },
    /// BalkanID's pair `X-Api-Key-ID` and `X-Api-Key-Secret`.
    ApiKey {
        /// The key's ID.
        id: Secret,
        /// The key's secret.
        secret: Secret,
    },
}

/// What a request carries.
#[derive(Clone)]
pub struct Body {
    /// The media type.
    pub content_type: &'static str,
    /// The bytes, kept in a type that is overwritten when dropped, since they may hold secrets.
    pub bytes: Secret,
}

/// Where the bytes that a request carries come from.
#[derive(Clone)]
pub(crate) enum Content {
    Nothing,
    Held(Body),
    Streamed(Streamed),
}

/// One request.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) auth: Auth,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) idempotent: bool,
    pub(crate) body_limit: Option<usize>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) tells_path: bool,
}

impl Request {
    fn new(method: Method, url: Url, idempotent: bool) -> Self {
        Self {
            method,
            url,
            auth: Auth::None,
            content: Content::Nothing,
            headers: Vec::new(),
            idempotent,
            body_limit: None,
            time_limit: None,
            tells_path: true,
        }
    }

    /// A GET, which may be repeated.
    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url, true)
    }

    /// A HEAD, which may be repeated.
    pub fn head(url: Url) -> Self {
        Self::new(Method::Head, url, true)
    }

    /// A POST of JSON, which is sent once.
    pub fn post_json(url: Url, json: &serde_json::Value) -> Self {
        Self {
            content: Content::Held(Body {
                content_type: "application/json",
                bytes: Secret::new(json.to_string()),
            }),
            ..Self::new(Method::Post, url, false)
        }
    }

    /// A PUT, which is sent once unless [`Request::repeatable`] says otherwise.
    pub fn put(url: Url, body: Body) -> Self {
        Self {
            content: Content::Held(body),
            ..Self::new(Method::Put, url, false)
        }
    }

    /// A PUT of a file that is read while it is sent. It is sent once; where nothing of it moves any
    /// more for as long as an answer may take, it ends as an answer that did not come.
    pub fn put_streamed(url: Url, body: Streamed) -> Self {
        Self {
            content: Content::Streamed(body),
            ..Self::new(Method::Put, url, false)
        }
    }

    /// Identifies the request.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Sets one more header, or replaces one of this program's own. Not for secrets, which
    /// belong in [`Request::auth`].
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Says that sending it twice does no more than sending it once.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Sets a limit of its own on the answer's size, in bytes.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Keeps its path out of the log, where the address is a key by itself.
    #[must_use]
    pub fn path_untold(mut self) -> Self {
        self.tells_path = false;
        self
    }

    /// Sets a limit of its own on the time for the whole answer.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }
}
