//! BalkanID's Public API (GraphQL): starting a sync.
//!
//! There is no reference page; the call, its headers, its time limit and its transient statuses are
//! those of BalkanID's own scripts (github.com/balkanid/agent-lifecycle-terraform-reference).

use std::time::Duration;

use bbsetup_http::{Answer, Error as HttpError, ErrorKind, Request};
use bbsetup_setup::problem::Place;
use bbsetup_setup::{ApiUrl, Problem, ProblemCode, Secret};
use serde_json::{Value, json};

use crate::BalkanId;
use crate::bulk::is_success;
use crate::one_line::one_line_without;
use crate::refusal::Doing;

const SYNC: &str = "mutation syncIntegration($input: SyncIntegrationInput!) { syncIntegration(input: $input) { success correlationId } }";
const TIME: Duration = Duration::from_secs(120);
const ATTEMPTS: u32 = 5;
const DOING: Doing = Doing::StartSync;

impl BalkanId {
    /// Starts a sync of an integration, and gives the ID that BalkanID has for it. That it is
    /// accepted says neither that it has begun nor that it will succeed.
    ///
    /// It is sent up to five times where a gateway answers in BalkanID's place or the connection
    /// breaks, as BalkanID's own scripts do: at worst Bitbucket is read twice. After a time-out it
    /// is not, since the sync may well be under way.
    ///
    /// # Errors
    /// `balkanid_refused` with BalkanID's message, `balkanid_key_refused`, `balkanid_not_found`, or
    /// what kept a readable answer from coming; `value_missing` without a Public API.
    pub async fn start_sync(&self, integration: &str) -> Result<Option<String>, Problem> {
        let Some(public_url) = &self.public else {
            return Err(DOING
                .problem(
                    ProblemCode::ValueMissing,
                    "The address of BalkanID's Public API is not given.",
                )
                .with_first_hint("Start it in BalkanID: Configure > Integrations.")
                .on_field("balkanid-public-url"));
        };
        let mut attempt = 1;
        loop {
            let sent = self.send_sync(public_url, integration).await;
            if attempt == ATTEMPTS || !is_transient(&sent) {
                let answer = sent.map_err(|error| DOING.no_answer(&error))?;
                return read(&answer, &public_url.host(), self.key());
            }
            self.pause_before_resending(attempt).await;
            attempt += 1;
        }
    }

    async fn send_sync(&self, public_url: &ApiUrl, integration: &str) -> Result<Answer, HttpError> {
        let body = json!({
            "query": SYNC,
            "variables": {"input": {"integrationId": integration}},
        });
        let request = Request::post_json(public_url.url().clone(), &body)
            .auth(self.auth())
            .time_limit(TIME);
        self.client.send(request).await
    }
}

fn is_transient(sent: &Result<Answer, HttpError>) -> bool {
    match sent {
        Ok(answer) => matches!(answer.status, 502 | 503 | 504 | 520),
        Err(error) => matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::Cut),
    }
}

fn read(answer: &Answer, host: &str, key: [&Secret; 2]) -> Result<Option<String>, Problem> {
    if !is_success(answer.status) {
        return Err(DOING.refused(answer, host, key));
    }
    let Ok(body) = answer.json() else {
        return Err(DOING.unreadable(&format!("The answer of {host} is not JSON.")));
    };
    let errors = body.get("errors").and_then(Value::as_array);
    if let Some(first) = errors.and_then(|errors| errors.first()) {
        return Err(of_error(first, key));
    }
    let result = &body["data"]["syncIntegration"];
    if result["stepUpRequired"] == Value::Bool(true) {
        return Err(step_up());
    }
    match result["success"].as_bool() {
        Some(true) => Ok(result["correlationId"]
            .as_str()
            .map(|id| one_line_without(id, &key))
            .filter(|id| !id.is_empty())),
        Some(false) => Err(DOING.problem(
            ProblemCode::BalkanIdRefused,
            "BalkanID did not accept it, and does not say why.",
        )),
        None => Err(DOING.problem(
            ProblemCode::BalkanIdRefused,
            "BalkanID's answer holds neither data nor an error.",
        )),
    }
}

/// One entry of GraphQL's `errors`.
fn of_error(error: &Value, key: [&Secret; 2]) -> Problem {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let code = text(&error["extensions"]["code"]).to_lowercase();
    let message = text(&error["message"]);
    let spoken = format!("{code} {}", message.to_lowercase()).replace(['-', '_', ' '], "");
    if spoken.contains("stepup") {
        return step_up();
    }
    let said = match one_line_without(&message, &key) {
        said if said.is_empty() => "BalkanID refuses, and does not say why.".to_owned(),
        said => format!("BalkanID says: “{said}”"),
    };
    match code.as_str() {
        "unauthenticated" | "forbidden" | "access-denied" => {
            DOING.problem(ProblemCode::BalkanIdKeyRefused, &said)
        }
        _ => DOING.problem(ProblemCode::BalkanIdRefused, &said),
    }
}

fn step_up() -> Problem {
    DOING
        .problem(
            ProblemCode::BalkanIdRefused,
            "BalkanID asks for a second sign-in step, which only a person can take.",
        )
        .with_hints(vec![
            "Sign in to BalkanID and start the sync there: Configure > Integrations.".to_owned(),
        ])
        .mended_at(Place::BalkanIdIntegrations)
}
