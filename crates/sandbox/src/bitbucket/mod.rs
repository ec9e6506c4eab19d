//! The practice Bitbucket: what it answers to whom.
//!
//! Behaviour, bodies and headers follow Bitbucket's API description and what users recorded; where
//! both leave a question open, the scenario decides.

mod bodies;
mod rules;

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use self::rules::{Place, Rule};
use crate::pages;
use crate::scenario::{Credential, Kind};
use crate::server::{Asked, Shared};

/// What a request proved of its sender.
enum Sender {
    Nobody,
    /// Something was sent, and it is not accepted.
    Refused(Kind),
    Known(Credential),
}

/// The kind of the credential that was sent, for the log and for faults.
pub(crate) fn kind_sent(shared: &Shared, asked: &Asked) -> &'static str {
    match sender(shared, asked) {
        Sender::Nobody => "",
        Sender::Refused(kind) => kind.header(),
        Sender::Known(credential) => credential.kind.header(),
    }
}

fn sender(shared: &Shared, asked: &Asked) -> Sender {
    let Some(authorization) = asked.header("authorization") else {
        return Sender::Nobody;
    };
    let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let credentials = shared.credentials();
    if scheme.eq_ignore_ascii_case("bearer") {
        let known = credentials
            .values()
            .find(|credential| credential.secret == value);
        return match known {
            Some(known) if known.expired => Sender::Refused(known.kind),
            Some(known) if known.kind.is_access_token() || known.kind == Kind::Oauth2 => {
                Sender::Known(known.clone())
            }
            Some(known) => Sender::Refused(known.kind),
            None => Sender::Refused(Kind::Oauth2),
        };
    }
    let decoded = BASE64_STANDARD.decode(value).unwrap_or_default();
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    let (user, password) = decoded.split_once(':').unwrap_or_default();
    let known = credentials
        .values()
        .find(|credential| credential.secret == password);
    match known {
        Some(known)
            if known.kind == Kind::ApiToken
                && !known.unscoped
                && !known.expired
                && known.email == user =>
        {
            Sender::Known(known.clone())
        }
        Some(known) => Sender::Refused(known.kind),
        None => Sender::Refused(Kind::ApiToken),
    }
}

pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Response<Body> {
    if shared.scenario.bitbucket.data_center {
        return data_center(asked);
    }
    if let Some(page) = asked.path.strip_prefix("/practice/") {
        return pages::answer(shared, page);
    }
    if let Some(response) = rate_limit(shared) {
        return response;
    }
    let credential = match sender(shared, asked) {
        Sender::Known(credential) => credential,
        Sender::Refused(Kind::AppPassword) => {
            return reply(
                401,
                None,
                &[(
                    "www-authenticate",
                    "Basic realm=\"Bitbucket.org HTTP\"".to_owned(),
                )],
            );
        }
        Sender::Refused(_) | Sender::Nobody => {
            return error(
                401,
                "Token is invalid, expired, or not supported for this endpoint.",
                &[],
            );
        }
    };
    if asked.method != "GET" {
        return error(405, "Method not allowed.", &[]);
    }
    let parts: Vec<&str> = asked
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let Some(rule) = rules::of(&parts) else {
        return error(
            404,
            "Resource not found",
            &headers(shared, &credential, None),
        );
    };
    let headers = headers(shared, &credential, Some(&rule));
    match refusal(shared, &credential, &rule) {
        Some((status, body)) => reply(status, Some(&body), &headers),
        None => match bodies::of(shared, asked, &credential, &rule) {
            Ok(body) => reply(200, Some(&body), &headers),
            Err((status, message)) => error(status, &message, &headers),
        },
    }
}

/// Why a credential may not see a place, in Bitbucket's own words.
fn refusal(shared: &Shared, credential: &Credential, rule: &Rule<'_>) -> Option<(u16, Value)> {
    let said = |status: u16, message: &str| {
        Some((
            status,
            json!({"type": "error", "error": {"message": message}}),
        ))
    };
    if let Place::Removed = rule.place {
        return Some((
            410,
            json!({"type": "error", "error": {
                "message": "CHANGE-2770 - Functionality has been deprecated",
                "detail": "Please read the changelog entry for more details.",
                "data": {"announcement_url": "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770"}
            }}),
        ));
    }
    const MECHANISM: &str = "This API is not accessible by this authentication mechanism";
    let knobs = &shared.scenario.bitbucket;
    if credential.kind.is_access_token() {
        let reads_permissions = matches!(
            rule.place,
            Place::ProjectPermissions { .. } | Place::RepositoryPermissions { .. }
        );
        let refused = match rule.place {
            Place::User | Place::UserWorkspaces | Place::Groups { .. } => true,
            _ => reads_permissions && !knobs.access_tokens_read_permissions,
        };
        if refused {
            return said(403, MECHANISM);
        }
    }
    // A workspace that is not the credential's own is as good as not there.
    if let Some(workspace) = rule.workspace() {
        let own =
            credential.workspace == shared.scenario.workspace && shared.world.is_called(workspace);
        let other =
            credential.workspace == workspace && workspace == shared.scenario.other_workspace;
        if !own && !other {
            return said(404, &format!("No workspace with identifier '{workspace}'."));
        }
    }
    let required = match credential.kind {
        Kind::ApiToken => match rule.place {
            Place::Groups { .. } => vec![knobs.groups_scope.as_str()],
            _ => rule.api_token.to_vec(),
        },
        _ => rule.classic.to_vec(),
    };
    if !required
        .iter()
        .all(|scope| rules::covers(&credential.scopes, scope))
    {
        return Some((
            403,
            json!({"type": "error", "error": {
                "message": "Your credentials lack one or more required privilege scopes.",
                "detail": {"required": required, "granted": credential.scopes}
            }}),
        ));
    }
    if rule.administrators_only && !credential.administrator {
        return said(403, "Access denied. You must have write or admin access.");
    }
    None
}

fn headers(
    shared: &Shared,
    credential: &Credential,
    rule: Option<&Rule<'_>>,
) -> Vec<(&'static str, String)> {
    if !shared.scenario.bitbucket.credential_headers {
        return Vec::new();
    }
    vec![
        ("x-credential-type", credential.kind.header().to_owned()),
        ("x-oauth-scopes", credential.scopes.join(", ")),
        (
            "x-accepted-oauth-scopes",
            rule.map(|rule| rule.classic.join(", ")).unwrap_or_default(),
        ),
    ]
}

fn rate_limit(shared: &Shared) -> Option<Response<Body>> {
    let limit = shared.scenario.bitbucket.rate_limit?;
    let before = shared.limited_requests.fetch_add(1, Ordering::Relaxed);
    let refused = before >= limit.after_requests && before - limit.after_requests < limit.refusals;
    refused.then(|| {
        let headers: Vec<_> = limit
            .retry_after
            .map(|seconds| ("retry-after", seconds.to_string()))
            .into_iter()
            .collect();
        error(
            429,
            "Rate limit for this resource has been exceeded",
            &headers,
        )
    })
}

/// A Data Center server knows none of Cloud's addresses.
fn data_center(asked: &Asked) -> Response<Body> {
    if asked.path == "/rest/api/latest/application-properties" {
        let properties = json!({"version": "9.2.0", "buildNumber": "9002000", "buildDate": "1700000000000", "displayName": "Bitbucket"});
        return reply(200, Some(&properties), &[]);
    }
    let body = json!({"errors": [{
        "context": null,
        "message": "Authentication failed. Please check your credentials and try again.",
        "exceptionName": "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException"
    }]});
    reply(401, Some(&body), &[])
}

fn error(status: u16, message: &str, headers: &[(&'static str, String)]) -> Response<Body> {
    reply(
        status,
        Some(&json!({"type": "error", "error": {"message": message}})),
        headers,
    )
}

fn reply(status: u16, body: Option<&Value>, headers: &[(&'static str, String)]) -> Response<Body> {
    let mut builder = Response::builder().status(status);
    if body.is_some() {
        builder = builder.header("content-type", "application/json; charset=utf-8");
    }
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    let body = body.map(Value::to_string).unwrap_or_default();
    builder.body(Body::from(body)).unwrap_or_default()
}
