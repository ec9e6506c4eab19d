//! A request as the practice servers look at it.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;

/// A request with its whole body.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path, percent-decoded.
    pub(crate) path: String,
    /// The path as it was sent.
    pub(crate) raw_path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    /// Reads a request to its end.
    pub(crate) async fn read(request: Request) -> Self {
        const LONGEST_BODY: usize = 256 * 1024 * 1024;
        let (parts, body) = request.into_parts();
        let raw_path = parts.uri.path().to_owned();
        Self {
            method: parts.method.to_string(),
            path: percent_encoding::percent_decode_str(&raw_path)
                .decode_utf8_lossy()
                .into_owned(),
            raw_path,
            query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
            headers: parts.headers,
            // A body that breaks off is as good as none.
            body: read_body(body, LONGEST_BODY).await,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}

async fn read_body(body: Body, longest: usize) -> Bytes {
    axum::body::to_bytes(body, longest)
        .await
        .unwrap_or_default()
}
