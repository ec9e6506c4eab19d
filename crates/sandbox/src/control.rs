//! Changing the servers while they run: `/_practice/…` on any of their ports.
//!
//! | call | does |
//! |---|---|
//! | `GET /_practice/log` | what was asked |
//! | `GET /_practice/integrations` | what BalkanID holds, secrets as their SHA-256 |
//! | `PUT /_practice/faults` | sets the faults, a JSON list |
//! | `PUT /_practice/latency` | sets the delay, a JSON number of milliseconds |
//! | `PUT /_practice/scopes/NAME` | gives a credential other scopes, a JSON list |

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::balkanid::text;
use crate::fault::Fault;
use crate::server::{Asked, Shared};

pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Response<Body> {
    let what = asked.path.trim_start_matches("/_practice/");
    let done = |changed: Option<()>| match changed {
        Some(()) => text(204, "application/json", ""),
        None => text(
            400,
            "text/plain",
            "That cannot be read; see the documentation of crates/sandbox.",
        ),
    };
    match (asked.method.as_str(), what) {
        ("GET", "log") => json_reply(&json!(*shared.log())),
        ("GET", "integrations") => json_reply(&integrations(shared)),
        ("PUT", "faults") => {
            done(read::<Vec<Fault>>(asked).map(|faults| *shared.faults() = faults))
        }
        ("PUT", "latency") => done(
            read::<u64>(asked).map(|millis| shared.latency_ms.store(millis, Ordering::Relaxed)),
        ),
        ("PUT", name) if name.starts_with("scopes/") => {
            let name = name.trim_start_matches("scopes/");
            done(read::<Vec<String>>(asked).and_then(|scopes| {
                let mut credentials = shared.credentials();
                credentials
                    .get_mut(name)
                    .map(|credential| credential.scopes = scopes)
            }))
        }
        _ => text(404, "text/plain", "There is no such practice call."),
    }
}

fn read<T: serde::de::DeserializeOwned>(asked: &Asked) -> Option<T> {
    serde_json::from_slice(&asked.body).ok()
}

fn integrations(shared: &Shared) -> Value {
    let tenant = shared.tenant();
    tenant
        .integrations
        .iter()
        .map(|integration| {
            let secrets: serde_json::Map<String, Value> = integration
                .secrets
                .iter()
                .map(|(key, (_, kind, value))| {
                    let shown = match kind.as_str() {
                        "public" => value.clone(),
                        _ => Sha256::digest(value.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
                    };
                    (key.clone(), Value::String(shown))
                })
                .collect();
            json!({"id": integration.id, "name": integration.name, "description": integration.description,
                "status": integration.status, "message": integration.message, "last_run": integration.last_run,
                "writes": integration.writes, "secrets": secrets})
        })
        .collect()
}

fn json_reply(value: &Value) -> Response<Body> {
    text(200, "application/json", &value.to_string())
}
