//! The practice SCIM server: the people and groups of the scenario's first workspace, to be read.
//!
//! By RFC 7643 and RFC 7644, and wrong where a scenario says so.

mod filter;
mod resources;

use axum::body::Body;
use axum::http::{Response, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use self::resources::{groups, users};
use crate::asked::Asked;
use crate::reply::{HTML, JSON, reply, set_header};
use crate::scenario::ScimKnobs;
use crate::state::State;

/// Where the server is below its address.
pub(crate) const BASE: &str = "/scim/v2";

const SCIM_JSON: &str = "application/scim+json";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const OF_VERSION_1: &str = "urn:scim:schemas:core:1.0";

pub(crate) fn answer(state: &State, asked: &Asked) -> Response<Body> {
    let knobs = &state.scenario.scim;
    if knobs.html {
        return reply(
            200,
            HTML,
            "<!DOCTYPE html><html><head><title>Acme intranet</title></head><body><h1>Acme intranet</h1></body></html>",
        );
    }
    let Some(path) = asked.path.strip_prefix(BASE) else {
        return error(knobs, 404, None, "There is nothing at this address");
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_discovery = matches!(
        parts.first(),
        Some(&"ServiceProviderConfig" | &"ResourceTypes" | &"Schemas")
    );
    if is_discovery && knobs.no_discovery {
        return error(knobs, 404, None, "There is nothing at this address");
    }
    if !is_known(knobs, asked) {
        let mut response = error(knobs, 401, None, "Authorization failure");
        let challenge = match knobs.user {
            Some(_) => "Basic realm=\"practice\"",
            None => "Bearer realm=\"practice\"",
        };
        set_header(&mut response, header::WWW_AUTHENTICATE.as_str(), challenge);
        return response;
    }
    if asked.method != "GET" {
        return error(
            knobs,
            405,
            None,
            "This practice server is read and never written",
        );
    }
    match parts.as_slice() {
        ["ServiceProviderConfig"] => ok(knobs, &resources::config(knobs)),
        ["ResourceTypes"] => ok(knobs, &whole(resources::types())),
        ["Schemas"] => ok(knobs, &whole(resources::schemas())),
        ["Users" | "Groups", ..] if knobs.refuses => {
            error(knobs, 403, None, "The token may not read users and groups")
        }
        ["Users"] => list(knobs, asked, users(state)),
        ["Groups"] => list(knobs, asked, groups(state)),
        ["Users", id] => one(knobs, id, users(state)),
        ["Groups", id] => one(knobs, id, groups(state)),
        _ => error(knobs, 404, None, "There is nothing at this address"),
    }
}

/// What kind of credential a request carries, whether or not it is known.
pub(crate) fn credential(asked: &Asked) -> &'static str {
    match asked.header("authorization") {
        Some(header) if header.starts_with("Bearer ") => "bearer",
        Some(header) if header.starts_with("Basic ") => "basic",
        Some(_) => "other",
        None => "",
    }
}

/// Whether a request carries the credential that the scenario knows.
fn is_known(knobs: &ScimKnobs, asked: &Asked) -> bool {
    let wanted = match &knobs.user {
        Some(user) => format!(
            "Basic {}",
            BASE64_STANDARD.encode(format!("{user}:{}", knobs.token))
        ),
        None => format!("Bearer {}", knobs.token),
    };
    asked.header("authorization") == Some(wanted.as_str())
}

fn list(knobs: &ScimKnobs, asked: &Asked, mut all: Vec<Value>) -> Response<Body> {
    if knobs.empty {
        all.clear();
    }
    if let Some(text) = asked.parameter("filter") {
        match filter::read(text) {
            _ if knobs.no_filter => {
                return error(
                    knobs,
                    400,
                    Some("invalidFilter"),
                    "Filters are not supported",
                );
            }
            _ if knobs.ignores_filter => {}
            Some(filter) => all.retain(|resource| filter.fits(resource)),
            None => {
                return error(
                    knobs,
                    400,
                    Some("invalidFilter"),
                    "The filter cannot be read",
                );
            }
        }
    }
    for name in asked
        .parameter("excludedAttributes")
        .into_iter()
        .flat_map(|names| names.split(','))
    {
        for resource in all.iter_mut().filter_map(Value::as_object_mut) {
            resource.remove(name);
        }
    }
    // Less than 1 is 1, and less than 0 is 0 (RFC 7644, section 3.4.2.4).
    let number = |name: &str| {
        let number: i64 = asked.parameter(name)?.parse().ok()?;
        Some(usize::try_from(number).unwrap_or(0))
    };
    let start = match knobs.ignores_start_index {
        true => 1,
        false => number("startIndex").unwrap_or(1).max(1),
    };
    let count = match knobs.ignores_count {
        true => usize::MAX,
        false => number("count")
            .unwrap_or(knobs.page_limit)
            .min(knobs.page_limit),
    };
    let total = all.len();
    let page: Vec<Value> = all
        .into_iter()
        .skip((start - 1).saturating_sub(knobs.repeats_on_pages.min(start - 1)))
        .take(count)
        .collect();
    let said = match knobs.total_of_page {
        true => page.len(),
        false => total,
    };
    ok(
        knobs,
        &json!({
            "schemas": [match knobs.version_1 { true => OF_VERSION_1, false => LIST }],
            "totalResults": said,
            "startIndex": start,
            "itemsPerPage": page.len(),
            "Resources": page,
        }),
    )
}

fn one(knobs: &ScimKnobs, id: &str, all: Vec<Value>) -> Response<Body> {
    match all.into_iter().find(|resource| resource["id"] == id) {
        Some(resource) => ok(knobs, &resource),
        None => error(knobs, 404, None, &format!("Resource {id} not found")),
    }
}

/// A list that is never paged.
fn whole(resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

fn ok(knobs: &ScimKnobs, body: &Value) -> Response<Body> {
    reply(200, content_type(knobs), body.to_string())
}

/// An error by RFC 7644, section 3.12, or in a form of its own.
fn error(knobs: &ScimKnobs, status: u16, scim_type: Option<&str>, detail: &str) -> Response<Body> {
    let body = match (knobs.version_1, knobs.plain_errors) {
        (true, _) => json!({"Errors": [{"description": detail, "code": status.to_string()}]}),
        (_, true) => json!({"message": detail}),
        (false, false) => {
            let mut body = json!({
                "schemas": [ERROR],
                "status": status.to_string(),
                "detail": detail,
            });
            if let Some(scim_type) = scim_type {
                body["scimType"] = json!(scim_type);
            }
            body
        }
    };
    reply(status, content_type(knobs), body.to_string())
}

fn content_type(knobs: &ScimKnobs) -> &'static str {
    match knobs.json_content_type {
        true => JSON,
        false => SCIM_JSON,
    }
}
