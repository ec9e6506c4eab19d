//! The first question: are there users, and for whom.

use bbsetup_setup::{Outcome, Problem, ProblemCode};
use serde_json::Value;

use crate::Authentication;
use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::discovery;
use crate::reply::{Body, Reply};
use crate::server::{Asked, NoAnswer, PAGE, Server};

/// What the first question comes to.
pub(crate) enum SignIn {
    /// The users were given, and so the credential is accepted.
    Accepted(Finding, Asked),
    /// A SCIM server refuses or fails at this one call; whether it accepts the credential, the
    /// others tell.
    Open(Asked),
    /// Nothing else is worth asking, and why.
    Final(Finding, &'static str),
}

/// Asks for the first users.
pub(crate) async fn probe(server: &Server<'_>) -> SignIn {
    let asked = server.list("/Users", 1, PAGE).await;
    let reply = match &asked.answer {
        Ok(reply) => reply,
        Err(none) => {
            let why = diagnosis::of_no_answer(none);
            // An answer that broke off is of this one call.
            let is_of_the_call =
                matches!(none, NoAnswer::Http(_)) && why.1.code == ProblemCode::UnreadableReply;
            return match is_of_the_call {
                true => SignIn::Open(asked),
                false => SignIn::Final(
                    Finding::wrong(Check::SignIn, asked.evidence, why),
                    "The first question had no answer.",
                ),
            };
        }
    };
    let no_scim = "What answers is no SCIM 2.0 server.";
    let settled = |why, reason| {
        SignIn::Final(
            Finding::wrong(Check::SignIn, asked.evidence.clone(), why),
            reason,
        )
    };
    if reply.is_of_version_1() {
        return settled((Outcome::Missing, outdated(server)), no_scim);
    }
    match (reply.status, &reply.body) {
        (401, _) => settled(
            (Outcome::Missing, refused(server, reply)),
            "The server does not accept the sign-in.",
        ),
        (429, _) => settled(
            diagnosis::of_reply(server, &asked.evidence.path, reply),
            "The rate limit is reached.",
        ),
        (407, _) => settled(
            diagnosis::of_reply(server, &asked.evidence.path, reply),
            "A proxy stands in the way.",
        ),
        (200..300, Body::Page) => {
            settled((Outcome::Unknown, not_scim(server, "a web page")), no_scim)
        }
        (200..300, Body::Json(_)) if asked.page().is_some() => {
            let mut finding = Finding::granted(Check::SignIn, asked.evidence.clone());
            if let Some(evidence) = &mut finding.evidence {
                (evidence.items, evidence.total) = (None, None);
            }
            SignIn::Accepted(finding, asked)
        }
        (200..300, Body::Json(value)) if !is_of_scim(value) => settled(
            (Outcome::Unknown, not_scim(server, "JSON of another kind")),
            no_scim,
        ),
        (404, _) => not_found(server, asked).await,
        _ => SignIn::Open(asked),
    }
}

/// Whether JSON says of itself that it is SCIM's.
fn is_of_scim(value: &Value) -> bool {
    crate::wire::schemas(value).any(|schema| schema.starts_with("urn:ietf:params:scim:"))
}

/// No users at this address: a SCIM server without users, or the address of something else.
async fn not_found(server: &Server<'_>, asked: Asked) -> SignIn {
    let config = server.ask(discovery::CONFIG).await;
    if discovery::is_config(&config) {
        return SignIn::Open(asked);
    }
    let mut problem = not_scim(server, "a server that knows nothing of /Users there");
    if let Some(found) = elsewhere(server).await {
        problem = problem.with_first_hint(found);
    }
    SignIn::Final(
        Finding::wrong(Check::SignIn, asked.evidence, (Outcome::Unknown, problem)),
        "What answers is no SCIM 2.0 server.",
    )
}

/// The usual ends of a base address.
const USUAL: [&str; 3] = ["/scim/v2", "/v2", "/scim"];

/// Looks for a SCIM server at the usual ends of the address, without any credential.
async fn elsewhere(server: &Server<'_>) -> Option<String> {
    for end in USUAL {
        let base = server.target.url.below(end);
        let asked = server.ask_openly(&base, discovery::CONFIG).await;
        if discovery::is_config(&asked) {
            return Some(format!(
                "A SCIM server answers at {base}: use that address."
            ));
        }
        if asked.answer.is_ok_and(|reply| reply.status == 401) {
            return Some(format!(
                "Something at {base} asks for a sign-in, which may be the SCIM server: try that address."
            ));
        }
    }
    None
}

fn not_scim(server: &Server<'_>, looks_like: &str) -> Problem {
    Problem::new(
        ProblemCode::NotScim,
        format!(
            "What answers at {} is no SCIM server but {looks_like}.",
            server.target.url
        ),
    )
    .on_field("scim-url")
}

fn outdated(server: &Server<'_>) -> Problem {
    Problem::new(
        ProblemCode::ScimOutdated,
        format!("{} speaks SCIM 1.1; SCIM 2.0 is needed.", server.target.url),
    )
    .on_field("scim-url")
}

fn refused(server: &Server<'_>, reply: &Reply) -> Problem {
    let host = server.host();
    let said = reply
        .detail()
        .map(|detail| format!(" It says: “{detail}”"))
        .unwrap_or_default();
    let (what, other, hint) = match &server.target.authentication {
        Authentication::Bearer(_) => (
            "the token",
            "basic",
            "The server asks for a user name and a password: give the user name too (--scim-user), and the password in the token's place.",
        ),
        Authentication::Basic { .. } => (
            "the user name with the password",
            "bearer",
            "The server asks for a token: give it without a user name.",
        ),
    };
    let problem = Problem::new(
        ProblemCode::SignInRefused,
        format!("{host} does not accept {what} (status 401).{said}"),
    )
    .on_field("scim_token");
    match &reply.challenge {
        Some(challenge) if challenge.eq_ignore_ascii_case(other) => problem
            .with_seen(vec![format!("The server asks for {challenge}.")])
            .with_first_hint(hint),
        Some(_) | None => problem,
    }
}
