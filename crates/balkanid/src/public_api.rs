//! BalkanID's Public API (GraphQL): starting a sync.
//!
//! There is no reference page; the call, its headers, its time limit and its transient statuses are
//! those of BalkanID's own scripts (github.com/balkanid/agent-lifecycle-terraform-reference).

use std::time::Duration;

use bbsetup_http::{Answer, Error as HttpError, ErrorKind, Request};
use bbsetup_setup::{ApiUrl, Problem, ProblemCode, Secret};
use serde_json::{Value, json};

use crate::BalkanId;
use crate::bulk::is_success;
use crate::one_line::one_line_without;
use crate::refusal::{Doing, may_pass};

const SYNC: &str = "mutation syncIntegration($input: SyncIntegrationInput!) { syncIntegration(input: $input) { success correlationId } }";
const TIME: Duration = Duration::from_secs(120);
const ATTEMPTS: u32 = 5;
const DOING: Doing = Doing::StartSync;

/// A sync that BalkanID accepted, which says neither that it has begun nor that it will succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncAccepted {
    /// The ID that BalkanID has for it.
    pub correlation_id: Option<String>,
    /// The address that accepted it, where that is another than the one that was given.
    pub at: Option<ApiUrl>,
}

impl BalkanId {
    /// Starts a sync of an integration.
    ///
    /// BalkanID's scripts name two forms of the address, the tenant's own host and the platform's:
    /// where one does not know it (404), the other is tried. `tenant` is the tenant's name, from
    /// which its host can be told where it is one word.
    ///
    /// It is sent up to five times where a gateway answers in BalkanID's place or the connection
    /// breaks, as BalkanID's own scripts do: at worst Bitbucket is read twice. After a time-out it
    /// is not, since the sync may well be under way.
    ///
    /// # Errors
    /// `balkanid_refused` with BalkanID's message, `balkanid_key_refused`, `balkanid_not_found`, or
    /// `balkanid_blocked`, `balkanid_empty_reply`, `step_up_required`, or what kept a readable
    /// answer from coming; `value_missing` without a Public API.
    pub async fn start_sync(
        &self,
        integration: &str,
        tenant: Option<&str>,
    ) -> Result<SyncAccepted, Problem> {
        let Some(public_url) = &self.public else {
            return Err(DOING
                .problem(
                    ProblemCode::ValueMissing,
                    "The address of BalkanID's Public API is not given.",
                )
                .with_first_hint("Start it in BalkanID: Configure > Integrations.")
                .on_field("balkanid-public-url"));
        };
        let not_here = match self.start_sync_at(public_url, integration).await {
            Ok(correlation_id) => {
                return Ok(SyncAccepted {
                    correlation_id,
                    at: None,
                });
            }
            Err(problem) if problem.code == ProblemCode::BalkanIdNotFound => problem,
            Err(problem) => return Err(problem),
        };
        let Some(other) = other_form(public_url, tenant) else {
            return Err(not_here);
        };
        match self.start_sync_at(&other, integration).await {
            Ok(correlation_id) => Ok(SyncAccepted {
                correlation_id,
                at: Some(other),
            }),
            // What the other form says is told where it has the API at all.
            Err(there) if there.code != ProblemCode::BalkanIdNotFound && !may_pass(&there) => {
                Err(there)
            }
            Err(there) => {
                let more = match there.code {
                    ProblemCode::BalkanIdNotFound => "does not know it either",
                    _ => "could not be asked",
                };
                Err(Problem {
                    message: format!(
                        "{} {}, the address's other form, {more}.",
                        not_here.message,
                        other.host()
                    ),
                    ..not_here
                })
            }
        }
    }

    async fn start_sync_at(
        &self,
        public_url: &ApiUrl,
        integration: &str,
    ) -> Result<Option<String>, Problem> {
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

/// BalkanID's own zones: the key is sent to no other host than the one that was given.
const ZONES: [&str; 4] = ["balkanid.app", "balkanid.dev", "balkan.id", "localhost"];

/// The other form of an address of the Public API: `https://acme.balkanid.app/api/public` and
/// `https://balkanid.app/api/public`. Nothing outside BalkanID's zones, and nothing where the
/// tenant's host cannot be told from its name.
fn other_form(public_url: &ApiUrl, tenant: Option<&str>) -> Option<ApiUrl> {
    let host = public_url.url().host_str()?;
    let other = match host.split_once('.') {
        Some((_, zone)) if ZONES.contains(&zone) => zone.to_owned(),
        _ if ZONES.contains(&host) => {
            let label = tenant?.trim().to_lowercase();
            let is_label = !label.is_empty()
                && label
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
            is_label.then(|| format!("{label}.{host}"))?
        }
        _ => return None,
    };
    let mut url = public_url.url().clone();
    url.set_host(Some(&other)).ok()?;
    ApiUrl::parse_balkanid_public(url.as_str()).ok()
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
            ProblemCode::BalkanIdEmptyReply,
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
    DOING.problem(
        ProblemCode::StepUpRequired,
        "BalkanID asks for a second sign-in step, which only a person can take.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(typed: &str, tenant: Option<&str>) -> Option<String> {
        let url = ApiUrl::parse_balkanid_public(typed).expect("an address");
        other_form(&url, tenant).map(|url| url.to_string())
    }

    #[test]
    fn the_tenants_host_and_the_platforms_are_each_others_other_form() {
        let tenants = "https://acme.balkanid.app/api/public";
        let platforms = "https://balkanid.app/api/public";
        assert_eq!(other(tenants, None).as_deref(), Some(platforms));
        assert_eq!(other(platforms, Some("Acme")).as_deref(), Some(tenants));
        assert_eq!(
            other("http://acme.localhost:4010", None).as_deref(),
            Some("http://localhost:4010/api/public")
        );
    }

    #[test]
    fn a_key_goes_to_no_host_outside_balkanids_zones_and_to_no_guessed_tenant() {
        for (typed, tenant) in [
            ("https://acme.example.com", Some("acme")),
            ("https://acme.balkanid.app.example.com", None),
            ("https://balkanid.app", Some("Acme Corporation")),
            ("https://balkanid.app", Some("acme.example.com/")),
            ("https://balkanid.app", Some("")),
            ("https://balkanid.app", None),
            ("http://127.0.0.1:4010", Some("acme")),
        ] {
            assert_eq!(other(typed, tenant), None, "{typed} {tenant:?}");
        }
    }
}
