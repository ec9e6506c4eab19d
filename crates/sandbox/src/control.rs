//! Changing the servers while they run: `/_practice/…` on any of their ports.
//!
//! | call | does |
//! |---|---|
//! | `GET /_practice/log` | what was asked |
//! | `GET /_practice/world` | what Bitbucket holds; numbers are places in its lists |
//! | `PUT /_practice/world` | changes what Bitbucket holds, a [`Change`] |
//! | `GET /_practice/load` | requests to Bitbucket: `in_flight`, `most_in_flight` at once, and `answered` |
//! | `PUT /_practice/load` | counts them anew from now on |
//! | `GET /_practice/integrations` | what BalkanID holds, secrets as their SHA-256 |
//! | `GET /_practice/uploads` | uploaded entities and relations, and the rows that were refused |
//! | `GET`, `PUT /_practice/faults` | the faults, a JSON list of [`Fault`](crate::Fault) |
//! | `PUT /_practice/form` | saves BalkanID's form, a JSON object of labels and values; answers with the ID |
//! | `PUT /_practice/upload-addresses` | addresses of other storages that BalkanID hands out first, `{"entities": ["http://…"]}` |
//! | `PUT /_practice/latency` | the delay before every answer, a JSON number of milliseconds |
//! | `PUT /_practice/credentials/NAME` | mends a credential, see [`Mending`](crate::Mending) |

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::asked::Asked;
use crate::balkanid::{Field, FieldType, Integration, form};
use crate::reply::{JSON, TEXT, empty, reply};
use crate::state::State;
use crate::world::{Change, in_hexadecimal};

pub(crate) fn answer(state: &State, asked: &Asked) -> Response<Body> {
    let what = asked.path.trim_start_matches("/_practice/");
    match (asked.method.as_str(), what) {
        ("GET", "log") => shown(&state.log().entries()),
        ("GET", "world") => shown(&*state.world()),
        ("PUT", "world") => {
            changed(read(asked).and_then(|change: Change| {
                state.change(&change).map_err(|error| error.to_string())
            }))
        }
        ("GET", "load") => shown(&state.load.counts()),
        ("PUT", "load") => {
            state.load.begin_anew();
            empty(204)
        }
        ("GET", "integrations") => {
            let tenant = state.tenant();
            shown(&tenant.integrations.iter().map(masked).collect::<Vec<_>>())
        }
        ("GET", "uploads") => {
            let tenant = state.tenant();
            shown(&json!({"files": tenant.files, "refused_rows": tenant.refused_rows}))
        }
        ("GET", "faults") => shown(&*state.faults()),
        ("PUT", "faults") => changed(read(asked).map(|faults: Vec<_>| *state.faults() = faults)),
        ("PUT", "form") => {
            match read(asked).and_then(|labels| form::save(&mut state.tenant(), &labels)) {
                Ok(id) => shown(&json!({"id": id})),
                Err(why) => changed(Err(why)),
            }
        }
        ("PUT", "upload-addresses") => {
            changed(read(asked).map(|addresses| state.tenant().handed_out = addresses))
        }
        ("PUT", "latency") => {
            changed(read(asked).map(|millis| state.latency_ms.store(millis, Ordering::Relaxed)))
        }
        ("PUT", name) if name.starts_with("credentials/") => {
            let name = name.trim_start_matches("credentials/");
            changed(
                read(asked).and_then(|mending| {
                    state.mend(name, mending).map_err(|error| error.to_string())
                }),
            )
        }
        _ => reply(404, TEXT, "There is no such practice call."),
    }
}

fn read<T: DeserializeOwned>(asked: &Asked) -> Result<T, String> {
    serde_json::from_slice(&asked.body).map_err(|error| error.to_string())
}

fn shown(what: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(what) {
        Ok(body) => reply(200, JSON, body),
        Err(error) => reply(500, TEXT, error.to_string()),
    }
}

fn changed(result: Result<(), String>) -> Response<Body> {
    match result {
        Ok(()) => empty(204),
        Err(why) => reply(400, TEXT, format!("That cannot be done: {why}.")),
    }
}

/// An integration with its secrets as their SHA-256.
fn masked(integration: &Integration) -> Value {
    let secrets: serde_json::Map<String, Value> = integration
        .secrets
        .iter()
        .map(|(key, Field { kind, value, .. })| {
            let shown = match kind {
                FieldType::Public => value.clone(),
                FieldType::Secret => in_hexadecimal(&Sha256::digest(value.as_bytes())),
            };
            (key.clone(), Value::String(shown))
        })
        .collect();
    json!({"id": integration.id, "name": integration.name, "description": integration.description,
        "status": integration.status, "message": integration.message, "last_run": integration.last_run,
        "primary_owner": integration.primary_owner, "other": integration.other,
        "writes": integration.writes, "secrets": secrets})
}
