//! The Public API: GraphQL, of which starting a sync is all that is needed here.

use bbsetup_http::Request;
use bbsetup_setup::{Problem, ProblemCode};
use serde::Deserialize;
use serde_json::json;

use crate::{BalkanId, trouble};

const SYNC: &str = "mutation syncIntegration($input: SyncIntegrationInput!) { syncIntegration(input: $input) { success correlationId } }";

#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<GraphError>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "syncIntegration")]
    sync: Option<Sync>,
}

#[derive(Deserialize)]
struct Sync {
    success: bool,
    #[serde(rename = "correlationId")]
    correlation_id: Option<String>,
}

#[derive(Deserialize)]
struct GraphError {
    message: String,
}

impl BalkanId {
    /// Starts a sync; gives the ID by which BalkanID can look it up. That it is accepted does not
    /// say that it will succeed. It is sent once: whether BalkanID takes a second one for the same
    /// is not known.
    ///
    /// # Errors
    /// `balkanid_refused` with BalkanID's message, `balkanid_key_refused`, `balkanid_not_found`, or
    /// what kept an answer from coming. `value_missing` where no Public API was named.
    pub async fn start_sync(&self, integration_id: &str) -> Result<Option<String>, Problem> {
        let attempted = "start the sync";
        let Some(public) = &self.public else {
            return Err(Problem::new(ProblemCode::ValueMissing, "The sync was not started from here: no address of BalkanID's Public API was given.")
                .on_field("balkanid-public-url")
                .with_hints(vec!["Start it in BalkanID: Configure > Integrations > Bitbucket > Sync.".to_owned()]));
        };
        let body = json!({"query": SYNC, "variables": {"input": {"integrationId": integration_id}}});
        let request = Request::post_json(public.url().clone(), &body).auth(self.auth());
        let answer = self.client.send(request).await.map_err(|error| trouble::no_answer(&error, attempted))?;
        if answer.status != 200 {
            return Err(trouble::refusal(&answer, attempted));
        }
        let reply: Reply = answer
            .json()
            .ok()
            .and_then(|body| serde_json::from_value(body).ok())
            .ok_or_else(|| trouble::unreadable(attempted, "it is no answer of a GraphQL API"))?;
        if let Some(error) = reply.errors.first() {
            return Err(refused(&format!("BalkanID says: “{}”", trouble::one_line(&error.message))));
        }
        match reply.data.and_then(|data| data.sync) {
            Some(Sync { success: true, correlation_id }) => Ok(correlation_id),
            Some(Sync { success: false, .. }) => Err(refused("BalkanID did not accept it and does not say why.")),
            None => Err(refused("BalkanID's answer is empty.")),
        }
    }
}

fn refused(why: &str) -> Problem {
    Problem::new(ProblemCode::BalkanIdRefused, format!("Could not start the sync. {why}"))
}
