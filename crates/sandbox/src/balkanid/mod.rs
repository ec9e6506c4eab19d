//! The practice BalkanID: apps, integrations, presigned files, syncs.
//!
//! Addresses, columns and samples follow BalkanID's developer pages
//! (<https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0> and its
//! neighbours). The names of Bitbucket's secret keys are not published; those used here are this
//! practice server's own.

pub(crate) mod storage;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use crate::scenario::{Kind, Scenario};
use crate::server::{Asked, Shared};
use crate::world::uuid_of;

/// An integration as the practice BalkanID holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integration {
    /// BalkanID's ID.
    pub id: String,
    /// The app's name.
    pub name: String,
    /// The description.
    pub description: String,
    /// `active` or `inactive`.
    pub status: String,
    /// The message of the last sync.
    pub message: String,
    /// When it last ran; empty when never.
    pub last_run: String,
    /// The owner's e-mail, which the API cannot set.
    pub primary_owner: String,
    /// Key to name, type and value.
    pub secrets: BTreeMap<String, (String, String, String)>,
    /// The columns that are kept as they are.
    pub other: BTreeMap<String, String>,
    /// How often it was written.
    pub writes: u32,
    /// Reads left until a sync that was started ends.
    pub(crate) syncing: Option<u32>,
}

/// The tenant with everything in it.
pub(crate) struct Tenant {
    pub(crate) integrations: Vec<Integration>,
    /// Presigned addresses: name and what they are for.
    pub(crate) presigned: BTreeMap<String, storage::Presigned>,
    pub(crate) breaches: u32,
    pub(crate) counter: u32,
    pub(crate) syncs: u32,
}

/// The practice server's own names for Bitbucket's keys: name on the form, key, type.
const KEYS: [(&str, &str, &str); 5] = [
    ("Bitbucket Access Token", "access_token", "secret"),
    ("Bitbucket API URL", "api_url", "public"),
    ("Workspace", "workspace", "public"),
    ("Account Username", "account_username", "public"),
    ("Account App Password", "account_app_password", "secret"),
];

impl Tenant {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let integrations = scenario
            .balkanid
            .existing
            .iter()
            .map(|workspace| existing(workspace))
            .collect();
        Self {
            integrations,
            presigned: BTreeMap::new(),
            breaches: 0,
            counter: 0,
            syncs: 0,
        }
    }

    pub(crate) fn next_number(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }
}

fn existing(workspace: &str) -> Integration {
    let value = |key: &str| match key {
        "workspace" => workspace.to_owned(),
        "api_url" => "https://api.bitbucket.org".to_owned(),
        "account_username" => format!("balkanid@{workspace}.example"),
        _ => format!("an older secret of {workspace}"),
    };
    Integration {
        id: id_of(workspace),
        name: "Bitbucket".to_owned(),
        description: format!("Bitbucket of {workspace}"),
        status: "active".to_owned(),
        message: "Data Available".to_owned(),
        last_run: "2026-11-20T18:00:00Z".to_owned(),
        primary_owner: format!("owner@{workspace}.example"),
        secrets: KEYS
            .iter()
            .map(|(name, key, kind)| {
                (
                    (*key).to_owned(),
                    ((*name).to_owned(), (*kind).to_owned(), value(key)),
                )
            })
            .collect(),
        other: BTreeMap::from([
            (
                "Reviewer Precedence".to_owned(),
                "manager, primaryowner".to_owned(),
            ),
            ("Reviewer Count".to_owned(), "2".to_owned()),
            (
                "Extraction Options".to_owned(),
                "{\"scim\":false,\"upload\":false,\"direct_configuration\":true}".to_owned(),
            ),
        ]),
        writes: 0,
        syncing: None,
    }
}

/// IDs look like `bitbucket/01H965ZRNQHAS2B8GKJA85X75D`.
fn id_of(seed: &str) -> String {
    let letters: String = uuid_of(seed)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    format!("bitbucket/01{}", letters.to_uppercase())
}

pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Response<Body> {
    if shared.scenario.balkanid.firewall {
        return text(403, "text/html; charset=UTF-8", FIREWALL_PAGE);
    }
    let key = |name: &str| asked.header(name).unwrap_or_default().to_owned();
    let knobs = &shared.scenario.balkanid;
    let known = key("x-api-key-id") == knobs.key_id && key("x-api-key-secret") == knobs.key_secret;
    let refused = || json_reply(403, &json!({"message": "Forbidden"}));
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/api/public") if known => graphql(shared, asked),
        ("POST", path) if path.starts_with("/api/rest/v0/") && known => bulk(shared, path),
        ("POST", path) if path == "/api/public" || path.starts_with("/api/rest/v0/") => refused(),
        _ => text(404, "text/plain", "404 page not found"),
    }
}

fn bulk(shared: &Shared, path: &str) -> Response<Body> {
    let Some((object, direction)) = path.trim_start_matches("/api/rest/v0/").split_once('/') else {
        return text(404, "text/plain", "404 page not found");
    };
    let mut tenant = shared.tenant();
    let number = tenant.next_number();
    let signature = uuid_of(&format!("presigned/{number}")).replace(['{', '}', '-'], "");
    let base = format!("http://{}", shared.addresses.storage);
    let presign = |name: &str| {
        format!("{base}/{name}/{number}.csv?X-Amz-Signature={signature}&X-Amz-Expires=900")
    };
    match (object, direction) {
        ("apps" | "integrations", "download-url") => {
            let content = match object {
                "apps" => storage::apps_csv(shared),
                _ => storage::integrations_csv(&mut tenant, shared),
            };
            let presigned = storage::Presigned::Download {
                signature: signature.clone(),
                content,
                polls_left: shared.scenario.balkanid.polls_until_ready,
            };
            tenant
                .presigned
                .insert(format!("/{object}/{number}.csv"), presigned);
            let url = presign(object);
            json_reply(200, &json!({"url": url, "pollingUrl": url}))
        }
        ("integrations" | "entities" | "entity-relations", "upload-url") => {
            let presigned = storage::Presigned::Upload {
                signature: signature.clone(),
                object: object.to_owned(),
            };
            tenant
                .presigned
                .insert(format!("/{object}/{number}.csv"), presigned);
            json_reply(200, &json!({"url": presign(object)}))
        }
        _ => text(404, "text/plain", "404 page not found"),
    }
}

fn graphql(shared: &Shared, asked: &Asked) -> Response<Body> {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let query = body["query"].as_str().unwrap_or_default();
    if !query.contains("syncIntegration") {
        return json_reply(
            200,
            &json!({"errors": [{"message": "Cannot query that field"}]}),
        );
    }
    let id = body["variables"]["input"]["integrationId"]
        .as_str()
        .unwrap_or_default();
    let mut tenant = shared.tenant();
    let reads = shared.scenario.balkanid.reads_until_synced;
    let Some(integration) = tenant
        .integrations
        .iter_mut()
        .find(|integration| integration.id == id)
    else {
        return json_reply(
            200,
            &json!({"data": null, "errors": [{"message": "integration not found"}]}),
        );
    };
    integration.syncing = Some(reads);
    tenant.syncs += 1;
    let correlation = uuid_of(&format!("sync/{}", tenant.syncs)).replace(['{', '}'], "");
    json_reply(
        200,
        &json!({"data": {"syncIntegration": {"success": true, "correlationId": correlation}}}),
    )
}

/// Moves every sync on by one read; a sync ends truthfully: the stored credentials are tried.
pub(crate) fn move_syncs_on(tenant: &mut Tenant, shared: &Shared) {
    for integration in &mut tenant.integrations {
        match integration.syncing {
            Some(0) => {
                integration.syncing = None;
                integration.last_run = "2026-11-24T12:00:00Z".to_owned();
                integration.status = "active".to_owned();
                integration.message = match credentials_work(integration, shared) {
                    true => "Data Available".to_owned(),
                    false => "1 error occured".to_owned(),
                };
            }
            Some(left) => integration.syncing = Some(left - 1),
            None => {}
        }
    }
}

fn credentials_work(integration: &Integration, shared: &Shared) -> bool {
    let value = |key: &str| {
        integration
            .secrets
            .get(key)
            .map(|(_, _, value)| value.as_str())
            .unwrap_or_default()
    };
    let credentials = shared.credentials();
    let has = |kind: Kind, secret: &str, email: Option<&str>| {
        credentials.values().any(|credential| {
            credential.kind == kind
                && credential.secret == secret
                && !credential.expired
                && !credential.unscoped
                && email.is_none_or(|email| credential.email == email)
                && credential.workspace == shared.world.slug
        })
    };
    !shared.scenario.balkanid.sync_fails
        && shared.world.is_called(value("workspace"))
        && value("api_url").trim_end_matches('/')
            == format!("http://{}", shared.addresses.bitbucket)
        && has(Kind::WorkspaceAccessToken, value("access_token"), None)
        && has(
            Kind::ApiToken,
            value("account_app_password"),
            Some(value("account_username")),
        )
}

const FIREWALL_PAGE: &str = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1><p>Cloudflare Ray ID: 8c0ffee123456789</p></body></html>";

fn json_reply(status: u16, body: &Value) -> Response<Body> {
    text(status, "application/json", &body.to_string())
}

pub(crate) fn text(status: u16, content_type: &str, body: &str) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Body::from(body.to_owned()))
        .unwrap_or_default()
}
