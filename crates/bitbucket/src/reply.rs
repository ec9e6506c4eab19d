//! Reading an HTTP answer as Bitbucket's: what it grants, or how it refuses.

use std::time::Duration;

use bbsetup_http::Answer;
use bbsetup_setup::Scope;
use bbsetup_setup::report::CredentialKind;
use bbsetup_setup::scope::parse_scope_list;
use bbsetup_setup::token;
use serde_json::Value;

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A 2xx with JSON.
    Granted(Value),
    /// Anything else.
    Refused(Refusal),
}

/// In what form a refusal comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In Bitbucket's own, `{"type":"error","error":{…}}`.
    Bitbucket,
    /// In another one, or empty: a gateway's, as where the path of the API is not right.
    Other,
}

/// How an answer refuses, as far as the answer alone can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 401: the credential was not accepted. One text stands for four causes.
    SignIn,
    /// 403 that names the scopes it wants.
    ScopeMissing {
        required: Vec<Scope>,
        granted: Option<Vec<Scope>>,
    },
    /// 403 since this kind of credential may not ask at all.
    WrongKind,
    /// 403 by a policy of the workspace: allowed addresses or two-step verification.
    NetworkPolicy { message: String },
    /// 403 since the workspace was switched off for want of use.
    Deactivated { message: String },
    /// 403 with another message: the holder of the credential lacks a role.
    Forbidden { message: String, form: Form },
    /// 404.
    NotFound { form: Form },
    /// 410: the call is gone.
    Removed,
    /// 429.
    RateLimited { retry_after: Option<Duration> },
    /// 5xx.
    ServerError { status: u16 },
    /// 407.
    Proxy,
    /// Not an answer of Bitbucket Cloud; `looks_like` says of what, as far as it can be told.
    NotBitbucket { looks_like: &'static str },
    /// An answer that fits nothing known.
    Unreadable { status: u16, why: &'static str },
}

/// What the headers of an answer tell of the credential. A header that is not there tells nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kind: Option<CredentialKind>,
    pub(crate) scopes: Option<Vec<Scope>>,
}

impl Seen {
    /// Reads `x-credential-type` and `x-oauth-scopes`, which come with refusals too.
    pub(crate) fn of(answer: &Answer) -> Self {
        Self {
            kind: answer
                .headers
                .get("x-credential-type")
                .map(CredentialKind::from_header)
                .filter(|kind| *kind != CredentialKind::Unknown),
            scopes: answer.headers.get("x-oauth-scopes").map(parse_scope_list),
        }
    }

    /// Keeps what is known and adds what was not.
    pub(crate) fn add(&mut self, other: Self) {
        self.kind = self.kind.or(other.kind);
        if self.scopes.is_none() {
            self.scopes = other.scopes;
        }
    }
}

/// Reads an answer.
pub(crate) fn read(answer: &Answer) -> Reply {
    match answer.status {
        200..=299 => read_granted(answer),
        status => Reply::Refused(read_refused(status, answer)),
    }
}

fn read_granted(answer: &Answer) -> Reply {
    if answer.is_html() {
        return Reply::Refused(Refusal::NotBitbucket {
            looks_like: "a web page",
        });
    }
    match answer.json() {
        Ok(value) => Reply::Granted(value),
        Err(_) => Reply::Refused(Refusal::Unreadable {
            status: answer.status,
            why: "it is not JSON",
        }),
    }
}

fn read_refused(status: u16, answer: &Answer) -> Refusal {
    match status {
        429 => {
            return Refusal::RateLimited {
                retry_after: answer.retry_after(),
            };
        }
        407 => return Refusal::Proxy,
        500..=599 => return Refusal::ServerError { status },
        _ => {}
    }
    if answer.is_html() {
        return Refusal::NotBitbucket {
            looks_like: "a web page",
        };
    }
    let body = answer.json().unwrap_or(Value::Null);
    if is_data_center_error(&body) {
        return Refusal::NotBitbucket {
            looks_like: "a Bitbucket Data Center server",
        };
    }
    match status {
        // Known from one fixture with this status; everything else has it with 403.
        401 if speaks_of_the_mechanism(&body) => Refusal::WrongKind,
        401 => Refusal::SignIn,
        403 => read_forbidden(&body, answer),
        404 => Refusal::NotFound { form: form(&body) },
        410 => Refusal::Removed,
        _ => Refusal::Unreadable {
            status,
            why: "the status is none that this call is known to give",
        },
    }
}

fn read_forbidden(body: &Value, answer: &Answer) -> Refusal {
    let message = message_in(body).unwrap_or_else(|| answer.text(300));
    let lower = message.to_lowercase();
    if let Some(required) = scopes_at(body, "required") {
        return Refusal::ScopeMissing {
            required,
            granted: scopes_at(body, "granted"),
        };
    }
    if lower.contains("privilege scope") {
        return Refusal::ScopeMissing {
            required: Vec::new(),
            granted: None,
        };
    }
    if speaks_of_the_mechanism(body) {
        return Refusal::WrongKind;
    }
    let message = one_line(&message);
    if speaks_of_a_policy(&lower) {
        return Refusal::NetworkPolicy { message };
    }
    if lower.contains("deactivated") {
        return Refusal::Deactivated { message };
    }
    Refusal::Forbidden {
        message,
        form: form(body),
    }
}

fn speaks_of_the_mechanism(body: &Value) -> bool {
    message_in(body).is_some_and(|message| {
        message
            .to_lowercase()
            .contains("this authentication mechanism")
    })
}

/// Whether a message, in lower case, speaks of allowed addresses or of two-step verification: how
/// Bitbucket's REST API words that is not published.
fn speaks_of_a_policy(message: &str) -> bool {
    let phrases = [
        "allowlist",
        "allow list",
        "allow-list",
        "whitelist",
        "two-step",
        "two step",
        "2-step",
        "two-factor",
        "two factor",
    ];
    let words = ["ip", "ips", "2sv", "2fa", "mfa"];
    phrases.iter().any(|phrase| message.contains(phrase))
        || message
            .split(|character: char| !character.is_alphanumeric())
            .any(|word| words.contains(&word))
}

/// `error.detail.<name>` as scopes; the detail can also be a text or not there at all.
fn scopes_at(body: &Value, name: &str) -> Option<Vec<Scope>> {
    let listed = body.get("error")?.get("detail")?.get(name)?.as_array()?;
    let scopes: Vec<Scope> = listed
        .iter()
        .filter_map(Value::as_str)
        .filter_map(Scope::read)
        .collect();
    (name == "granted" || !scopes.is_empty()).then_some(scopes)
}

/// The message of Bitbucket's error envelope, or of the bare form that its gateway uses.
fn message_in(body: &Value) -> Option<String> {
    let error = body.get("error").unwrap_or(body);
    error
        .get("message")
        .or(Some(error))
        .and_then(Value::as_str)
        .map(str::to_owned)
}

fn form(body: &Value) -> Form {
    let is_error = body.get("type").and_then(Value::as_str) == Some("error")
        || body
            .get("error")
            .is_some_and(|error| error.get("message").is_some());
    match is_error {
        true => Form::Bitbucket,
        false => Form::Other,
    }
}

/// Data Center's errors: `{"errors":[{"context":…,"message":…,"exceptionName":…}]}`.
fn is_data_center_error(body: &Value) -> bool {
    body.get("errors")
        .and_then(|errors| errors.get(0))
        .is_some_and(|error| error.get("exceptionName").is_some())
}

/// Longer than any message that helps.
const LONGEST_MESSAGE: usize = 200;

/// A message from outside as one readable line, with nothing in it that looks like a token.
pub(crate) fn one_line(message: &str) -> String {
    let plain: String = message
        .chars()
        .take(LONGEST_MESSAGE * 8)
        .map(|character| match character.is_control() {
            true => ' ',
            false => character,
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    // Masked before it is cut, so that no half of a token is left.
    let masked = token::without_tokens(&words.join(" "));
    masked.chars().take(LONGEST_MESSAGE).collect()
}
