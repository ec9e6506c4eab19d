//! From an answer that refuses, or from no answer at all, to a problem in words.

use bbsetup_http::{Answer, Error as HttpError, problem_code};
use bbsetup_setup::problem::Retry;
use bbsetup_setup::{Problem, ProblemCode, Secret};
use serde_json::Value;

use crate::one_line::one_line_without;
use crate::polling::in_words;

/// What was being done, so that a problem can begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    ReadApps,
    ReadIntegrations,
    Upload,
    StartSync,
    SendEntities,
    SendRelations,
}

impl Doing {
    /// What could not be done, as a sentence.
    fn failed(self) -> &'static str {
        match self {
            Self::ReadApps => "BalkanID's list of apps could not be read.",
            Self::ReadIntegrations => "BalkanID's list of integrations could not be read.",
            Self::Upload => "The integration could not be written to BalkanID.",
            Self::StartSync => "The sync could not be started.",
            Self::SendEntities => "The entities could not be sent to BalkanID.",
            Self::SendRelations => "The entity relations could not be sent to BalkanID.",
        }
    }

    /// The input that tells the address which was asked.
    fn field(self) -> &'static str {
        match self {
            Self::ReadApps
            | Self::ReadIntegrations
            | Self::Upload
            | Self::SendEntities
            | Self::SendRelations => "balkanid-url",
            Self::StartSync => "balkanid-public-url",
        }
    }

    /// A problem that begins with what could not be done; `why` is a sentence.
    pub(crate) fn problem(self, code: ProblemCode, why: &str) -> Problem {
        let problem = Problem::new(code, format!("{} {why}", self.failed()));
        match hints(code) {
            Some(hint) => problem.with_hints(vec![hint.to_owned()]),
            None => problem,
        }
    }

    /// An answer that cannot be read.
    pub(crate) fn unreadable(self, why: &str) -> Problem {
        self.problem(ProblemCode::UnreadableReply, why)
    }

    /// No whole answer came.
    pub(crate) fn no_answer(self, error: &HttpError) -> Problem {
        self.problem(problem_code(error), &format!("{error}."))
            .with_causes(error)
    }

    /// BalkanID's own answer, of any status but 2xx. `host` is the one that was asked.
    pub(crate) fn refused(self, answer: &Answer, host: &str, key: [&Secret; 2]) -> Problem {
        match answer.status {
            // A firewall answers for everybody alike, so that its 403 tells nothing of the key.
            403 if answer.is_html() => self.blocked(answer, host),
            401 | 403 => self.problem(
                ProblemCode::BalkanIdKeyRefused,
                &format!(
                    "{host} does not accept the API key, or the key may not do this (status {}).{}",
                    answer.status,
                    said(answer, key)
                ),
            ),
            404 => self
                .problem(
                    ProblemCode::BalkanIdNotFound,
                    &format!("{host} does not know the address (status 404)."),
                )
                .on_field(self.field()),
            407 => self.problem(
                ProblemCode::ProxyRefused,
                &format!(
                    "A proxy on the way to {host} asks for a sign-in of its own (status 407)."
                ),
            ),
            429 => self.problem(
                ProblemCode::RateLimited,
                &match answer.retry_after() {
                    Some(wait) => format!("{host} asks to wait {}.", in_words(wait)),
                    None => format!("{host} asks to wait, and does not say how long."),
                },
            ),
            status @ 500..=599 => self.server_error(status, host),
            status if answer.is_html() => self.unreadable(&format!(
                "{host} answered with a web page (status {status})."
            )),
            status => self.problem(
                ProblemCode::BalkanIdRefused,
                &format!("{host} refuses (status {status}).{}", said(answer, key)),
            ),
        }
    }

    /// The storage's answer to a file, of any status but 2xx.
    pub(crate) fn refused_by_storage(self, status: u16, host: &str) -> Problem {
        match status {
            500..=599 => self.server_error(status, host),
            429 => self.problem(ProblemCode::RateLimited, &format!("{host} asks to wait.")),
            _ => self.problem(
                ProblemCode::BalkanIdRefused,
                &format!("The storage at {host}, whose address BalkanID gave, refuses the file (status {status})."),
            ),
        }
    }

    fn server_error(self, status: u16, host: &str) -> Problem {
        self.problem(
            ProblemCode::ServerError,
            &format!("{host} has trouble of its own (status {status})."),
        )
    }

    fn blocked(self, answer: &Answer, host: &str) -> Problem {
        // Cloudflare's number of the request, by which BalkanID can find out why.
        let ray = answer
            .headers
            .get("cf-ray")
            .filter(|ray| ray.len() <= 40)
            .filter(|ray| {
                ray.chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
            })
            .map(|ray| format!(" Its Ray ID is {ray}."))
            .unwrap_or_default();
        self.problem(
            ProblemCode::BalkanIdBlocked,
            &format!("A firewall in front of {host} answered with a web page instead of BalkanID (status 403). Nothing was found out about the API key.{ray}"),
        )
    }
}

/// What else the answer says, as a sentence after a space; nothing if nothing.
fn said(answer: &Answer, key: [&Secret; 2]) -> String {
    let body = answer.json().unwrap_or(Value::Null);
    let message = body
        .get("message")
        .or_else(|| body.pointer("/error/message"))
        .or_else(|| body.pointer("/errors/0/message"))
        .or_else(|| body.get("error"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    match one_line_without(message, &key) {
        message if message.is_empty() => String::new(),
        message => format!(" BalkanID says: “{message}”"),
    }
}

/// The hint where the table's speaks of Bitbucket's side.
fn hints(code: ProblemCode) -> Option<&'static str> {
    match code {
        ProblemCode::RateLimited => {
            Some("Nothing is wrong with the API key. Wait, then try again.")
        }
        ProblemCode::ServerError => {
            Some("Try again in some minutes. Nothing was found out about the API key.")
        }
        ProblemCode::Unreachable => Some(
            "Check the network, a VPN and BalkanID's address. Nothing was found out about the API key.",
        ),
        ProblemCode::TimedOut => {
            Some("Try again; if it stays so, look at the network or a proxy on the way.")
        }
        ProblemCode::UnreadableReply => Some(
            "Try again; if it stays so, check BalkanID's address, or a proxy changes answers on the way.",
        ),
        ProblemCode::RedirectRefused => Some(
            "It was not followed, so that the API key stays with BalkanID. Check BalkanID's address; a sign-in page of the network also answers like this.",
        ),
        ProblemCode::OffOriginLink => Some(
            "Send what is shown here to support@balkan.id; a proxy on the way may also change answers.",
        ),
        ProblemCode::AddressNotAllowed => {
            Some("BalkanID's addresses begin with https://; plain http is for this machine alone.")
        }
        _ => None,
    }
}

/// Whether looking again later may give another answer, with nothing changed by anybody.
pub(crate) fn may_pass(problem: &Problem) -> bool {
    problem.retry == Retry::Now
}
