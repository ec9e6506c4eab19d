//! An answer as a SCIM server's.

use std::time::Duration;

use bbsetup_http::Answer;
use bbsetup_setup::readable;
use serde_json::Value;

use crate::wire;

/// An answer, read as far as a check looks at it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The media type without its parameters, in lower case.
    pub(crate) content_type: String,
    pub(crate) body: Body,
    pub(crate) retry_after: Option<Duration>,
    /// The sign-in that a 401 asks for, as `Bearer` or `Basic`.
    pub(crate) challenge: Option<String>,
}

/// What a body is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    Json(Value),
    /// A web page.
    Page,
    /// Neither.
    Other,
}

impl Reply {
    pub(crate) fn of(answer: &Answer) -> Self {
        let content_type = answer.headers.get("content-type").unwrap_or_default();
        let challenge = answer.headers.get("www-authenticate");
        Self {
            status: answer.status,
            content_type: content_type
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase(),
            body: match answer.json() {
                Ok(value) => Body::Json(value),
                Err(_) if answer.is_html() => Body::Page,
                Err(_) => Body::Other,
            },
            retry_after: answer.retry_after(),
            challenge: challenge
                .and_then(|challenge| challenge.split([' ', ',']).next())
                .filter(|scheme| !scheme.is_empty())
                .map(one_line),
        }
    }

    /// The body of a success.
    pub(crate) fn granted(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) if (200..300).contains(&self.status) => Some(value),
            Body::Json(_) | Body::Page | Body::Other => None,
        }
    }

    /// The words of a refusal, where it has some.
    pub(crate) fn detail(&self) -> Option<String> {
        let Body::Json(value) = &self.body else {
            return None;
        };
        let detail = wire::member(value, "detail")
            .or_else(|| wire::member(value, "message"))
            .and_then(Value::as_str)?;
        let line = one_line(detail);
        (!line.is_empty()).then_some(line)
    }

    /// Whether it is of SCIM 1.1, whose schemas have other names
    /// (<https://simplecloud.info/specs/draft-scim-core-schema-01.html>).
    pub(crate) fn is_of_version_1(&self) -> bool {
        let Body::Json(value) = &self.body else {
            return false;
        };
        wire::schemas(value).any(|schema| schema.starts_with("urn:scim:schemas:core:1."))
    }
}

/// Longer than any message that helps.
const LONGEST: usize = 200;

/// A text from outside as one readable line, with nothing in it that looks like a token.
pub(crate) fn one_line(text: &str) -> String {
    readable::one_line(text, LONGEST)
        .chars()
        .take(LONGEST)
        .collect()
}
