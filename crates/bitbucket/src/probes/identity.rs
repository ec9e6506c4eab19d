//! What kind of credential this is, and whether Bitbucket accepts it at all.
//!
//! Asked first and alone: where the sign-in is refused nothing more is sent with the credential,
//! since Atlassian locks an account after repeated failures.

use bbsetup_http::ErrorKind;
use bbsetup_setup::{CheckName, CredentialSlot, Finding, Outcome};

use crate::diagnosis;
use crate::reply::{Form, Refusal, Reply, one_line};
use crate::session::{Asked, NoAnswer, Refused, Session};
use crate::wire::Account;

/// What the first answer means for the checks that follow.
pub(crate) enum Identity {
    /// Settled; the other checks go on.
    Settled(Finding),
    /// Not settled; the answers to the other checks may still tell.
    Open(Finding),
    /// Settled, and nothing more is asked; the text says why.
    Final(Finding, &'static str),
}

pub(crate) async fn probe(session: &Session<'_>) -> Identity {
    let name = CheckName::Identity;
    let Asked {
        mut evidence,
        answer,
    } = session.ask("/2.0/user").await;
    let kind = session.seen().kind;
    if let Some(kind) = kind.filter(|kind| kind.fits(session.slot()) == Some(false)) {
        evidence.seen = Some(kind.as_str().to_owned());
        let (outcome, problem) = session.judge(name, |around| diagnosis::other_kind(kind, around));
        let finding = session.finding(name, Some(evidence), outcome, Some(problem));
        return Identity::Final(
            finding,
            "The credential is of another kind than this slot takes.",
        );
    }
    let is_token = session.slot() == CredentialSlot::WorkspaceToken;
    match answer {
        Ok(Reply::Granted(value)) if is_token => {
            evidence.seen = kind.map(|kind| kind.as_str().to_owned());
            match value.is_object() {
                true => {
                    Identity::Settled(session.finding(name, Some(evidence), Outcome::Granted, None))
                }
                false => Identity::Open(session.unreadable(name, evidence)),
            }
        }
        Ok(Reply::Granted(value)) => match serde_json::from_value::<Account>(value) {
            Ok(account) if account.is_somebody() => {
                evidence.seen = Some(one_line(account.shown_name()));
                if let Some(uuid) = account.uuid() {
                    session.belongs_to(&one_line(uuid));
                }
                Identity::Settled(session.finding(name, Some(evidence), Outcome::Granted, None))
            }
            Ok(_) | Err(_) => Identity::Settled(session.unreadable(name, evidence)),
        },
        // Bitbucket answers so to access tokens; kind and scopes stand in the headers.
        Ok(Reply::Refused(Refusal::WrongKind | Refusal::ScopeMissing { .. })) if is_token => {
            evidence.seen = kind.map(|kind| kind.as_str().to_owned());
            Identity::Settled(session.finding(name, Some(evidence), Outcome::Granted, None))
        }
        Ok(Reply::Refused(refusal)) => {
            let refusal = of_no_bitbucket(refusal);
            if let Refusal::NotBitbucket { looks_like } = &refusal
                && let Some(version) = session.data_center(looks_like).await
            {
                let problem = session.judge(name, |around| {
                    diagnosis::data_center(around.host, &version).on_check(around.id)
                });
                let finding =
                    session.finding(name, Some(evidence), Outcome::Missing, Some(problem));
                return Identity::Final(finding, "The API URL is not of Bitbucket Cloud.");
            }
            let finding = session.refused(name, evidence, Refused::Answer(&refusal));
            match after_refusal(&refusal) {
                Some(why) => Identity::Final(finding, why),
                None if is_token => Identity::Open(finding),
                None => Identity::Settled(finding),
            }
        }
        Err(none) => {
            let finding = session.refused(name, evidence, Refused::NoAnswer(&none));
            match after_no_answer(&none) {
                Some(why) => Identity::Final(finding, why),
                None if is_token => Identity::Open(finding),
                None => Identity::Settled(finding),
            }
        }
    }
}

/// Bitbucket knows this address whatever the workspace: a 404 in another form is some other
/// server's.
fn of_no_bitbucket(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::NotFound { form: Form::Other } => Refusal::NotBitbucket {
            looks_like: "a server that does not know the address",
        },
        other => other,
    }
}

/// Why nothing more is asked after a refusal; `None` where the other checks may fare better.
fn after_refusal(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::SignIn => Some("Bitbucket refused the sign-in, so nothing more was sent."),
        Refusal::NetworkPolicy { .. } => {
            Some("A policy of the workspace refuses requests from here.")
        }
        Refusal::RateLimited { .. } => Some("Bitbucket's rate limit is reached."),
        Refusal::Proxy | Refusal::NotBitbucket { .. } => {
            Some("Something else than Bitbucket answers.")
        }
        Refusal::ScopeMissing { .. }
        | Refusal::WrongKind
        | Refusal::Deactivated { .. }
        | Refusal::Forbidden { .. }
        | Refusal::NotFound { .. }
        | Refusal::Removed
        | Refusal::ServerError { .. }
        | Refusal::Unreadable { .. } => None,
    }
}

/// Why nothing more is asked after no answer; `None` where this one call may be the exception.
fn after_no_answer(none: &NoAnswer) -> Option<&'static str> {
    match none {
        NoAnswer::Stopped => Some("The check was stopped."),
        NoAnswer::Http(error) => match error.kind() {
            ErrorKind::TimedOutAnswering | ErrorKind::TooLarge | ErrorKind::Cut => None,
            _ => Some("Bitbucket could not be reached."),
        },
    }
}
