//! A Data Center server, which knows none of Cloud's addresses.
//!
//! Source: Bitbucket Data Center's OpenAPI description for the properties; the 401 bodies as users
//! recorded them.

use axum::body::Body;
use axum::http::Response;
use serde_json::json;

use crate::asked::Asked;
use crate::reply::{HTML, json, reply};

pub(super) fn answer(asked: &Asked) -> Response<Body> {
    // It has no credential in common with Cloud, so that every one that is sent is wrong.
    if asked.header("authorization").is_some() {
        return unauthorised(
            "Authentication failed. Please check your credentials and try again.",
            "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException",
        );
    }
    match asked.path.strip_prefix("/rest/api/latest/") {
        Some("application-properties") => json(
            200,
            &json!({"version": "9.2.0", "buildNumber": "9002000", "buildDate": "1700000000000", "displayName": "Bitbucket"}),
        ),
        Some(_) => unauthorised(
            "You are not permitted to access this resource",
            "com.atlassian.bitbucket.AuthorisationException",
        ),
        None => reply(
            404,
            HTML,
            "<!DOCTYPE html><html><head><title>Not Found - Bitbucket</title></head><body><h1>Not found</h1></body></html>",
        ),
    }
}

fn unauthorised(message: &str, exception: &str) -> Response<Body> {
    json(
        401,
        &json!({"errors": [{"context": null, "message": message, "exceptionName": exception}]}),
    )
}
