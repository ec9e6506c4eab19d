//! From BalkanID's refusals to problems in words.

use bbsetup_http::{Answer, Error as HttpError};
use bbsetup_setup::{Problem, ProblemCode};
use serde_json::Value;

/// A request that got no answer. `attempted` completes "to …".
pub(crate) fn no_answer(error: &HttpError, attempted: &str) -> Problem {
    let problem = Problem::new(bbsetup_http::problem_code(error), format!("Could not {attempted}: {error}.")).with_causes(error);
    reworded(problem)
}

/// An answer that refuses, by its status.
pub(crate) fn refusal(answer: &Answer, attempted: &str) -> Problem {
    let said = said(answer).map(|said| format!(" BalkanID says: “{said}”")).unwrap_or_default();
    let problem = match answer.status {
        401 | 403 if answer.is_html() => Problem::new(
            ProblemCode::BalkanIdRefused,
            format!("Could not {attempted}: a firewall in front of BalkanID blocked the request (status {}). The key was not looked at.", answer.status),
        )
        .with_hints(vec![
            "Try from another network, or ask support@balkan.id to let this one through; the page names a Ray ID that they can look up.".to_owned(),
        ]),
        401 | 403 => Problem::new(ProblemCode::BalkanIdKeyRefused, format!("Could not {attempted}: BalkanID refuses the API key (status {}).{said}", answer.status)),
        404 => Problem::new(
            ProblemCode::BalkanIdNotFound,
            format!("Could not {attempted}: there is no such address (status 404). Either the address is of the other form, or this tenant does not have this API."),
        ),
        429 => Problem::new(ProblemCode::RateLimited, format!("Could not {attempted}: BalkanID asks to wait (status 429).")),
        500..=599 => Problem::new(ProblemCode::ServerError, format!("Could not {attempted}: BalkanID answers with a fault of its own (status {}).", answer.status)),
        status => Problem::new(ProblemCode::BalkanIdRefused, format!("Could not {attempted}: BalkanID answers with status {status}.{said}")),
    };
    reworded(problem)
}

/// An answer that does not hold what it should.
pub(crate) fn unreadable(attempted: &str, why: &str) -> Problem {
    reworded(Problem::new(ProblemCode::UnreadableReply, format!("Could not {attempted}: the answer cannot be read, since {why}.")))
}

/// The table's hints speak of Bitbucket for the codes that both services share.
fn reworded(problem: Problem) -> Problem {
    let hint = match problem.code {
        ProblemCode::RateLimited | ProblemCode::ServerError => "Try again in some minutes. What was typed is kept.",
        ProblemCode::AddressNotAllowed => "BalkanID's addresses begin with https://; plain http is for this machine alone.",
        ProblemCode::UnreadableReply => "Try again; if it stays so, a proxy may change answers on the way, or BalkanID's API has changed.",
        ProblemCode::RedirectRefused => "It was not followed, so that the key stays with BalkanID. Check the address.",
        ProblemCode::Unreachable | ProblemCode::TimedOut => "Check the network and the address, then try again. What was typed is kept.",
        _ => return problem,
    };
    problem.with_hints(vec![hint.to_owned()])
}

/// What BalkanID says in an error, cut to one line.
fn said(answer: &Answer) -> Option<String> {
    let body = answer.json().ok()?;
    let message = body.get("message").or_else(|| body.get("error")).and_then(Value::as_str)?;
    Some(one_line(message))
}

/// A message from outside, cut to one readable line.
pub(crate) fn one_line(message: &str) -> String {
    let line: String = message
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(300)
        .collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
