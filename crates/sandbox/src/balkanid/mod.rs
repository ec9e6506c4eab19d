//! The practice BalkanID: apps, integrations, presigned files, syncs.
//!
//! Addresses, columns and samples follow BalkanID's developer pages
//! (<https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0> and its
//! neighbours). What they leave open is this practice server's own, above all the names of
//! Bitbucket's keys ([`KEYS`]) and when a row is refused.

mod apps;
mod entities;
pub(crate) mod form;
mod integration;
mod integrations;
mod public_api;
pub(crate) mod storage;
mod sync;

use std::collections::{BTreeMap, VecDeque};

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

pub use self::entities::StoredFile;
pub(crate) use self::integration::KEYS;
pub use self::integration::{Field, FieldType, Integration};
use self::storage::{Presigned, PresignedFiles};
use crate::asked::Asked;
use crate::reply::{self, HTML, TEXT, reply};
use crate::scenario::Scenario;
use crate::state::State;

/// A row of an upload that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RefusedRow {
    /// `integrations`, `entities` or `entity-relations`.
    pub object: String,
    /// The row, the first below the header being 1; 0 is the header.
    pub row: usize,
    /// Why, without any value of the row.
    pub reason: String,
}

/// The tenant with everything in it.
pub(crate) struct Tenant {
    pub(crate) integrations: Vec<Integration>,
    pub(crate) files: Vec<StoredFile>,
    pub(crate) refused_rows: Vec<RefusedRow>,
    /// Requests to the storage that carried a credential.
    pub(crate) breaches: u32,
    presigned: PresignedFiles,
    /// Addresses of other storages, to be handed out first, by what they are for.
    pub(crate) handed_out: BTreeMap<String, VecDeque<String>>,
    /// How many integrations were created, and how many syncs have ended.
    created: u32,
    synced: u32,
}

/// What of the tenant a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Apps,
    Integrations,
    Entities,
    EntityRelations,
}

impl Object {
    fn named(name: &str) -> Option<Self> {
        match name {
            "apps" => Some(Self::Apps),
            "integrations" => Some(Self::Integrations),
            "entities" => Some(Self::Entities),
            "entity-relations" => Some(Self::EntityRelations),
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Apps => "apps",
            Self::Integrations => "integrations",
            Self::Entities => "entities",
            Self::EntityRelations => "entity-relations",
        }
    }
}

impl Tenant {
    pub(crate) fn of(scenario: &Scenario) -> Self {
        Self {
            integrations: scenario
                .balkanid
                .existing
                .iter()
                .map(|workspace| Integration::existing(workspace))
                .collect(),
            files: Vec::new(),
            refused_rows: Vec::new(),
            breaches: 0,
            presigned: PresignedFiles::default(),
            handed_out: BTreeMap::new(),
            created: 0,
            synced: 0,
        }
    }

    fn refuse(&mut self, object: Object, row: usize, reason: impl Into<String>) {
        self.refused_rows.push(RefusedRow {
            object: object.as_str().to_owned(),
            row,
            reason: reason.into(),
        });
    }
}

pub(crate) fn answer(state: &State, asked: &Asked) -> Response<Body> {
    let knobs = &state.scenario.balkanid;
    if knobs.firewall {
        return reply(403, HTML, FIREWALL_PAGE);
    }
    if asked.method != "POST" {
        return not_found();
    }
    let is_key = asked.header("x-api-key-id") == Some(knobs.key_id.as_str())
        && asked.header("x-api-key-secret") == Some(knobs.key_secret.as_str());
    let bulk = asked.path.strip_prefix("/api/rest/v0/");
    match (asked.path.as_str(), bulk) {
        ("/api/public", _) | (_, Some(_)) if !is_key => {
            reply::json(403, &json!({"message": "Forbidden"}))
        }
        ("/api/public", _)
            if !knobs
                .public_api
                .is_at(asked.header("host").unwrap_or_default()) =>
        {
            not_found()
        }
        ("/api/public", _) => public_api::answer(state, asked),
        (_, Some(path)) => bulk_address(state, asked, path),
        _ => not_found(),
    }
}

/// Hands out the addresses of a file.
fn bulk_address(state: &State, asked: &Asked, path: &str) -> Response<Body> {
    let is_json = asked.body.is_empty() || serde_json::from_slice::<Value>(&asked.body).is_ok();
    if !is_json {
        return reply::json(400, &json!({"message": "The body is not JSON"}));
    }
    let Some((object, direction)) = path
        .split_once('/')
        .and_then(|(object, direction)| Some((Object::named(object)?, direction)))
    else {
        return not_found();
    };
    let mut tenant = state.tenant();
    let presigned = match (object, direction) {
        (Object::Apps, "download-url") => Presigned::download(state, apps::csv(state)),
        (Object::Integrations, "download-url") => {
            sync::move_on(&mut tenant, state);
            Presigned::download(state, integrations::csv(&tenant.integrations))
        }
        (Object::Integrations | Object::Entities | Object::EntityRelations, "upload-url") => {
            let handed_out = tenant.handed_out.entry(object.as_str().to_owned());
            if let Some(url) = handed_out.or_default().pop_front() {
                return reply::json(200, &json!({"url": url}));
            }
            let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
            let integration = body["integrationId"].as_str().map(str::to_owned);
            Presigned::upload(state, object, integration)
        }
        _ => return not_found(),
    };
    reply::json(200, &tenant.presigned.add(state, object, presigned))
}

fn not_found() -> Response<Body> {
    reply(404, TEXT, "404 page not found")
}

/// What the firewall in front of BalkanID shows. Source: the troubleshooting notes of
/// <https://github.com/balkanid/agent-lifecycle-terraform-reference>.
const FIREWALL_PAGE: &str = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Attention Required! | Cloudflare</title></head>\
    <body><h1>Sorry, you have been blocked</h1><h2>You are unable to access balkan.id</h2>\
    <p>This website is using a security service to protect itself from online attacks.</p>\
    <p>Cloudflare Ray ID: <strong>8c0ffee123456789</strong></p></body></html>";
