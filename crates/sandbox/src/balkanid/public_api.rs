//! The Public API: GraphQL, of which starting a sync is all that is here.
//!
//! Source: <https://github.com/balkanid/agent-lifecycle-terraform-reference>, scripts/trigger_sync.py.

use axum::body::Body;
use axum::http::Response;
use serde::Deserialize;
use serde_json::json;

use crate::asked::Asked;
use crate::reply::json;
use crate::state::State;
use crate::world::uuid_of;

#[derive(Deserialize)]
struct Call {
    query: String,
    #[serde(default)]
    variables: Variables,
}

#[derive(Default, Deserialize)]
struct Variables {
    input: Option<SyncInput>,
}

#[derive(Deserialize)]
struct SyncInput {
    #[serde(rename = "integrationId")]
    integration_id: String,
}

pub(super) fn answer(state: &State, asked: &Asked) -> Response<Body> {
    let Ok(call) = serde_json::from_slice::<Call>(&asked.body) else {
        return json(
            400,
            &json!({"errors": [{"message": "The body is not a GraphQL call"}]}),
        );
    };
    if !call.query.contains("syncIntegration") {
        return refused("Cannot query this field on type \"Mutation\".");
    }
    let Some(SyncInput { integration_id }) = call.variables.input else {
        return refused(
            "Variable \"$input\" of required type \"SyncIntegrationInput!\" was not provided.",
        );
    };
    let mut tenant = state.tenant();
    let Some(integration) = tenant
        .integrations
        .iter_mut()
        .find(|integration| integration.id == integration_id)
    else {
        return refused("integration not found");
    };
    integration.syncing = Some(state.scenario.balkanid.reads_until_synced);
    let seed = format!("sync/{integration_id}/{}", tenant.synced);
    let correlation = uuid_of(&seed).replace(['{', '}'], "");
    json(
        200,
        &json!({"data": {"syncIntegration": {"success": true, "correlationId": correlation}}}),
    )
}

/// GraphQL refuses with a 200.
fn refused(why: &str) -> Response<Body> {
    json(200, &json!({"data": null, "errors": [{"message": why}]}))
}
