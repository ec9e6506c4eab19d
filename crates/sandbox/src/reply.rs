//! Making answers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
pub(crate) const XML: &str = "application/xml";
pub(crate) const CSV: &str = "text/csv";

/// An answer with a body of some media type.
pub(crate) fn reply(status: u16, content_type: &str, body: impl Into<Body>) -> Response<Body> {
    let mut response = empty(status);
    *response.body_mut() = body.into();
    set_header(&mut response, header::CONTENT_TYPE.as_str(), content_type);
    response
}

/// An answer of JSON.
pub(crate) fn json(status: u16, body: &Value) -> Response<Body> {
    reply(status, JSON, body.to_string())
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// Sets a header; one that HTTP does not allow is left out.
pub(crate) fn set_header(response: &mut Response<Body>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}
