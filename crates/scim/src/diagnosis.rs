//! From a refusal, or from no answer at all, to an outcome and a problem in words.

use bbsetup_http::Error as HttpError;
use bbsetup_setup::problem::{Place, Retry};
use bbsetup_setup::{Outcome, Problem, ProblemCode};

use crate::check::{Check, Finding};
use crate::reply::{Body, Reply};
use crate::server::{Asked, NoAnswer, Server};

/// What is wrong with an answer that does not hold what the check asks for.
pub(crate) fn of_answer(server: &Server<'_>, check: Check, asked: Asked) -> Finding {
    let Asked { evidence, answer } = asked;
    let why = match &answer {
        Err(none) => of_no_answer(none),
        Ok(reply) => of_reply(server, &evidence.path, reply),
    };
    Finding::wrong(check, evidence, why)
}

/// No answer came.
pub(crate) fn of_no_answer(none: &NoAnswer) -> (Outcome, Problem) {
    let problem = match none {
        NoAnswer::Stopped => Problem::new(
            ProblemCode::Cancelled,
            "It was stopped before the server's answer came.",
        ),
        NoAnswer::Http(error) => of_transport(error),
    };
    (Outcome::Unknown, problem)
}

fn of_transport(error: &HttpError) -> Problem {
    let code = bbsetup_http::problem_code(error);
    let problem = Problem::new(code, format!("{error}.")).with_causes(error);
    let hint = match code {
        // What the table says of these is about Bitbucket's API.
        ProblemCode::RedirectRefused => {
            "It was not followed, so that the token stays with the server. Check the base URL; a sign-in page of the network also answers like this."
        }
        ProblemCode::AddressNotAllowed => {
            "The base URL has to begin with https://; plain http is for this machine alone."
        }
        _ => return problem,
    };
    problem.with_hints(vec![hint.to_owned()])
}

/// An answer that is none to the question.
pub(crate) fn of_reply(server: &Server<'_>, path: &str, reply: &Reply) -> (Outcome, Problem) {
    let host = server.host();
    let said = reply
        .detail()
        .map(|detail| format!(" It says: “{detail}”"))
        .unwrap_or_default();
    match (reply.status, &reply.body) {
        (429, _) => (
            Outcome::Unknown,
            rate_limited(&host, reply, (server.target.clock)()),
        ),
        (407, _) => (
            Outcome::Unknown,
            Problem::new(
                ProblemCode::ProxyRefused,
                format!("A proxy on the way to {host} asks for a sign-in of its own."),
            ),
        ),
        // A firewall answers for everybody alike, so that its page tells nothing of the token.
        (403, Body::Page) => (
            Outcome::Unknown,
            Problem::new(
                ProblemCode::NotScim,
                format!(
                    "A web page came for {path} (status 403), as a firewall sends it. Nothing was found out about the token."
                ),
            ),
        ),
        (401, _) => (
            Outcome::Missing,
            Problem::new(
                ProblemCode::ScimRefused,
                format!("{host} refuses the sign-in for {path} (status 401).{said}"),
            ),
        ),
        (403, _) => (
            Outcome::Missing,
            Problem::new(
                ProblemCode::ScimRefused,
                format!("{host} does not let this token read {path} (status 403).{said}"),
            ),
        ),
        (404 | 405 | 410 | 501, _) => (
            Outcome::Missing,
            Problem::new(
                ProblemCode::ScimDeparture,
                format!(
                    "{host} does not offer {path} (status {}).{said}",
                    reply.status
                ),
            ),
        ),
        (500.., _) => (Outcome::Unknown, server_error(&host, reply.status)),
        (_, Body::Page) => (
            Outcome::Unknown,
            Problem::new(
                ProblemCode::NotScim,
                format!("A web page came for {path} (status {}).", reply.status),
            ),
        ),
        (400..500, _) => (
            Outcome::Missing,
            Problem::new(
                ProblemCode::ScimRefused,
                format!("{host} refuses {path} (status {}).{said}", reply.status),
            )
            .with_hints(vec!["Give the SCIM server's maker this report.".to_owned()]),
        ),
        (status, Body::Json(_) | Body::Other) => (
            Outcome::Unknown,
            Problem::new(
                ProblemCode::UnreadableReply,
                format!("What {host} gives for {path} cannot be read (status {status})."),
            ),
        ),
    }
}

fn server_error(host: &str, status: u16) -> Problem {
    Problem::new(
        ProblemCode::ServerError,
        format!("{host} answered with a fault of its own (status {status})."),
    )
    .with_hints(vec![
        "Try again in some minutes; if it stays so, tell those who run the SCIM server. Nothing was found out about the token.".to_owned(),
    ])
}

fn rate_limited(host: &str, reply: &Reply, now: i64) -> Problem {
    let (message, retry) = match reply.retry_after {
        None => (
            format!("The rate limit of {host} is reached; it does not say for how long."),
            Retry::Now,
        ),
        Some(wait) => {
            let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
            (
                format!("The rate limit of {host} is reached; it asks to wait {seconds} s."),
                Retry::At(now.saturating_add(seconds)),
            )
        }
    };
    Problem::new(ProblemCode::RateLimited, message).with_retry(retry)
}

/// A list in which there is nothing.
pub(crate) fn empty(what: &str) -> (Outcome, Problem) {
    let problem = Problem::new(
        ProblemCode::EmptyResult,
        format!("The server gives no {what}."),
    )
    .with_hints(vec![format!(
        "If it does hold {what}, the token may not see them: give it the right to read all of them."
    )])
    .mended_at(Place::ThisProgram);
    (Outcome::NotTestable, problem)
}
