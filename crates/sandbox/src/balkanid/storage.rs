//! The storage behind presigned addresses: a server of its own, to which no credential may be sent.
//!
//! It behaves as S3 does: an address holds for one method, for a while, and the signature in it is
//! all that counts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Response;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{Object, Tenant, entities, integrations};
use crate::asked::Asked;
use crate::reply::{CSV, XML, empty, reply, set_header};
use crate::state::{Server, State};
use crate::world::{in_hexadecimal, uuid_of};

/// What a presigned address is for.
enum Purpose {
    Download { content: String, polls_left: u32 },
    Upload(Object, Option<String>),
}

/// A file with its addresses.
pub(super) struct Presigned {
    purpose: Purpose,
    expires: Instant,
}

/// The files to which addresses were handed out, by the number in them.
#[derive(Default)]
pub(super) struct PresignedFiles {
    held: BTreeMap<u32, Presigned>,
    handed_out: u32,
}

/// How many files are held: a long watch must not fill the memory.
const MOST_FILES: usize = 1_000;

impl Presigned {
    pub(super) fn download(state: &State, content: String) -> Self {
        let polls_left = state.scenario.balkanid.polls_until_ready;
        Self::new(
            state,
            Purpose::Download {
                content,
                polls_left,
            },
        )
    }

    /// An upload, for the integration that was named.
    pub(super) fn upload(state: &State, object: Object, integration: Option<String>) -> Self {
        Self::new(state, Purpose::Upload(object, integration))
    }

    fn new(state: &State, purpose: Purpose) -> Self {
        let knobs = &state.scenario.balkanid;
        let seconds = match purpose {
            Purpose::Download { .. } => knobs.presigned_seconds,
            Purpose::Upload(..) => knobs.upload_seconds.unwrap_or(knobs.presigned_seconds),
        };
        Self {
            purpose,
            expires: Instant::now() + Duration::from_secs(seconds),
        }
    }
}

impl PresignedFiles {
    /// Hands out the addresses of a file, as the bulk API's body.
    pub(super) fn add(&mut self, state: &State, object: Object, presigned: Presigned) -> Value {
        self.handed_out += 1;
        let number = self.handed_out;
        let origin = state.addresses.origin(Server::Storage);
        let seconds = state.scenario.balkanid.presigned_seconds;
        let address = |method: &str| {
            let signature = signature(method, number);
            let object = object.as_str();
            format!(
                "{origin}/{object}/{number}.csv?X-Amz-Expires={seconds}&X-Amz-Signature={signature}"
            )
        };
        let body = match presigned.purpose {
            Purpose::Download { .. } => {
                json!({"url": address("GET"), "pollingUrl": address("HEAD")})
            }
            Purpose::Upload(..) => json!({"url": address("PUT")}),
        };
        if self.held.len() == MOST_FILES {
            self.held.pop_first();
        }
        self.held.insert(number, presigned);
        body
    }
}

/// The signature in an address, which holds for one method.
fn signature(method: &str, number: u32) -> String {
    let first = uuid_of(&format!("presigned/{method}/{number}"));
    let second = uuid_of(&first);
    (first + &second).replace(['{', '}', '-'], "")
}

pub(crate) fn answer(state: &State, asked: &Asked) -> Response<Body> {
    let mut tenant = state.tenant();
    let credentials = [
        "authorization",
        "x-api-key-id",
        "x-api-key-secret",
        "cookie",
    ];
    if credentials
        .iter()
        .any(|name| asked.headers.contains_key(*name))
    {
        tenant.breaches += 1;
        return error(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    let Some(number) = number_of(&asked.path) else {
        return error(404, "NoSuchKey", "The specified key does not exist.");
    };
    if asked.parameter("X-Amz-Signature") != Some(&signature(&asked.method, number)) {
        return error(
            403,
            "SignatureDoesNotMatch",
            "The signature does not match.",
        );
    }
    let Some(presigned) = tenant.presigned.held.get_mut(&number) else {
        return error(403, "AccessDenied", "The address was used.");
    };
    if Instant::now() >= presigned.expires {
        return error(403, "AccessDenied", "Request has expired");
    }
    match (asked.method.as_str(), &mut presigned.purpose) {
        ("HEAD", Purpose::Download { polls_left, .. }) if *polls_left > 0 => {
            *polls_left -= 1;
            empty(404)
        }
        ("HEAD", Purpose::Download { .. }) => empty(200),
        (
            "GET",
            Purpose::Download {
                content,
                polls_left: 0,
            },
        ) => reply(200, CSV, content.clone()),
        ("GET", Purpose::Download { .. }) => {
            error(404, "NoSuchKey", "The specified key does not exist.")
        }
        ("PUT", Purpose::Upload(object, integration)) => {
            let (object, integration) = (*object, integration.take());
            if !is_whole(asked) {
                let message = "You did not provide the number of bytes that was declared.";
                return error(400, "IncompleteBody", message);
            }
            // One upload for one address.
            tenant.presigned.held.remove(&number);
            take(&mut tenant, state, object, integration, &asked.body);
            let mut taken = empty(200);
            set_header(
                &mut taken,
                "etag",
                &format!("\"{}\"", in_hexadecimal(&Md5::digest(&asked.body))),
            );
            taken
        }
        _ => error(405, "MethodNotAllowed", "The method is not allowed."),
    }
}

/// Whether all came that was declared.
fn is_whole(asked: &Asked) -> bool {
    asked
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok())
        .is_none_or(|length| length == asked.body.len())
}

/// Takes both files of an integration, however they came.
pub(crate) fn load(state: &State, integration: &str, entities: &[u8], relations: &[u8]) {
    let mut tenant = state.tenant();
    for (object, file) in [
        (Object::Entities, entities),
        (Object::EntityRelations, relations),
    ] {
        take(
            &mut tenant,
            state,
            object,
            Some(integration.to_owned()),
            file,
        );
    }
}

fn take(
    tenant: &mut Tenant,
    state: &State,
    object: Object,
    integration: Option<String>,
    file: &[u8],
) {
    match object {
        Object::Integrations => {
            integrations::take(tenant, file, state.scenario.balkanid.reads_until_synced);
        }
        Object::Entities => entities::take_entities(tenant, integration, file),
        Object::EntityRelations => {
            entities::take_relations(tenant, integration.clone(), file);
            // The relations come last: with them the data is whole.
            let fed = tenant
                .integrations
                .iter_mut()
                .find(|held| Some(&held.id) == integration.as_ref());
            if let Some(fed) = fed {
                fed.syncing = Some(state.scenario.balkanid.reads_until_synced);
            }
        }
        Object::Apps => {}
    }
}

fn number_of(path: &str) -> Option<u32> {
    let (_, name) = path.rsplit_once('/')?;
    name.strip_suffix(".csv")?.parse().ok()
}

fn error(status: u16, code: &str, message: &str) -> Response<Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    reply(status, XML, body)
}
