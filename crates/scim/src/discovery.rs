//! What the server says of itself. RFC 7644 (section 4) asks for all three; many servers leave some
//! of them out, and who reads people and groups does without.

use bbsetup_setup::{Outcome, Problem, ProblemCode};
use serde_json::Value;

use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::server::{Asked, Server};
use crate::wire::{self, Page};

/// Where the server tells what it can do.
pub(crate) const CONFIG: &str = "/ServiceProviderConfig";

/// What the server says that it can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announced {
    /// Whether it filters.
    pub(crate) filter: Option<bool>,
    /// The most that it gives at once.
    pub(crate) max_results: Option<u64>,
}

/// Whether a server tells there what it can do.
pub(crate) fn is_config(asked: &Asked) -> bool {
    asked
        .answer
        .as_ref()
        .ok()
        .and_then(|reply| reply.granted())
        .is_some_and(is_config_body)
}

fn is_config_body(value: &Value) -> bool {
    let is_named = wire::schemas(value)
        .any(|schema| schema.ends_with(":ServiceProviderConfig") && schema.contains(":2.0:"));
    let has_parts = ["patch", "filter", "bulk", "sort"]
        .iter()
        .all(|part| wire::member(value, part).is_some_and(Value::is_object));
    is_named || has_parts
}

impl Announced {
    pub(crate) fn of(value: &Value) -> Self {
        let filter = wire::member(value, "filter");
        Self {
            filter: filter
                .and_then(|filter| wire::member(filter, "supported"))
                .and_then(Value::as_bool),
            max_results: filter
                .and_then(|filter| wire::member(filter, "maxResults"))
                .and_then(Value::as_u64)
                .filter(|most| *most > 0),
        }
    }
}

/// What the server can do, by its own words.
pub(crate) async fn config(server: &Server<'_>) -> (Finding, Announced) {
    const CHECK: Check = Check::ServiceProviderConfig;
    let mut asked = server.ask(CONFIG).await;
    if !is_config(&asked) {
        return (
            diagnosis::of_answer(server, CHECK, asked),
            Announced::default(),
        );
    }
    let announced = asked
        .answer
        .as_ref()
        .ok()
        .and_then(|reply| reply.granted())
        .map(Announced::of)
        .unwrap_or_default();
    asked.evidence.seen = Some(match (announced.filter, announced.max_results) {
        (Some(false), _) => "no filter".to_owned(),
        (_, Some(most)) => format!("at most {most} at once"),
        (_, None) => "no largest page named".to_owned(),
    });
    (Finding::granted(CHECK, asked.evidence), announced)
}

/// The kinds of resource that it names.
pub(crate) async fn resource_types(server: &Server<'_>) -> Finding {
    let names = |resource: &Value, kind: &str| {
        let path = format!("/{kind}s");
        let is_kind = |name: &str| wire::text(resource, name) == Some(kind);
        is_kind("id")
            || is_kind("name")
            || wire::text(resource, "endpoint").is_some_and(|endpoint| endpoint.ends_with(&path))
    };
    named(server, Check::ResourceTypes, "/ResourceTypes", &names).await
}

/// The schemas that it describes.
pub(crate) async fn schemas(server: &Server<'_>) -> Finding {
    let names = |resource: &Value, kind: &str| {
        wire::text(resource, "id").is_some_and(|id| {
            id.eq_ignore_ascii_case(&format!("urn:ietf:params:scim:schemas:core:2.0:{kind}"))
        })
    };
    named(server, Check::Schemas, "/Schemas", &names).await
}

/// Asks for a list that has to name both users and groups.
async fn named(
    server: &Server<'_>,
    check: Check,
    path: &str,
    names: &(dyn Fn(&Value, &str) -> bool + Sync),
) -> Finding {
    let mut asked = server.ask(path).await;
    let granted = asked.answer.as_ref().ok().and_then(|reply| reply.granted());
    let Some(page) = granted.and_then(Page::or_bare) else {
        return diagnosis::of_answer(server, check, asked);
    };
    asked.evidence.items = Some(page.count());
    let lacking: Vec<&str> = ["User", "Group"]
        .into_iter()
        .filter(|kind| !page.resources.iter().any(|resource| names(resource, kind)))
        .collect();
    if lacking.is_empty() {
        return Finding::granted(check, asked.evidence);
    }
    let problem = Problem::new(
        ProblemCode::ScimDeparture,
        format!("{path} does not name: {}.", lacking.join(", ")),
    );
    Finding::wrong(check, asked.evidence, (Outcome::Missing, problem))
}
