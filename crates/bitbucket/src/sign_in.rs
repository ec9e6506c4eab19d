//! Narrowing a refused sign-in: Bitbucket's answer is the same whatever the cause, and what else is
//! known tells some causes from others.
//!
//! What bears on it: the token's head and end, whether the same token is accepted when it is sent
//! as the other credential is, whether the other credential is accepted from here, this machine's
//! clock, and the day of expiry that a person has entered.

use bbsetup_http::{Auth, Request};
use bbsetup_setup::report::CredentialKind;
use bbsetup_setup::{
    CredentialSlot, Day, Expiry, Finding, Outcome, Problem, ProblemCode, TokenEnd, TokenShape,
    clock,
};
use tokio_util::sync::CancellationToken;

use crate::Target;
use crate::diagnosis;
use crate::reply::{self, Reply, Seen};
use crate::session::{Credential, Session};

/// What is known of a credential once its checks are done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearing {
    slot: CredentialSlot,
    shape: TokenShape,
    end: TokenEnd,
    /// Whether Bitbucket accepts it; `None` where no answer told.
    accepted: Option<bool>,
    /// Seconds by which this machine's clock is ahead of Bitbucket's.
    clock_difference: Option<i64>,
}

impl Bearing {
    pub(crate) fn of(session: &Session<'_>, credential: &Credential) -> Self {
        Self {
            slot: session.slot(),
            shape: credential.shape(),
            end: credential.end(),
            accepted: session.accepted(),
            clock_difference: session.clock_difference(),
        }
    }
}

/// What came of sending the token as the other credential is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TheOtherWay {
    NotTried,
    Refused,
    Accepted(Option<CredentialKind>),
}

/// Narrows a refused sign-in; any other finding on who the credential is stays as it is.
pub(crate) async fn narrow(
    target: &Target,
    finding: &mut Finding,
    bearing: Bearing,
    others: &[Bearing],
    credentials: &[&Credential],
    stop: &CancellationToken,
) {
    let is_refused_sign_in = finding
        .problem
        .as_ref()
        .is_some_and(|problem| problem.code == ProblemCode::SignInRefused);
    if !is_refused_sign_in || bearing.accepted == Some(true) {
        return;
    }
    let the_other_way = match bearing.shape {
        // Only where the head tells nothing: Atlassian locks an account after repeated failures.
        TokenShape::Unknown => try_the_other_way(target, bearing.slot, credentials, stop).await,
        TokenShape::AccessToken | TokenShape::ApiToken | TokenShape::AppPassword => {
            TheOtherWay::NotTried
        }
    };
    if let TheOtherWay::Accepted(kind) = the_other_way
        && kind.and_then(|kind| kind.fits(bearing.slot)) != Some(true)
    {
        finding.outcome = Outcome::Missing;
        finding.problem = Some(accepted_the_other_way(bearing.slot, kind).on_check(finding.id));
        return;
    }
    let case = Case {
        bearing,
        the_other_way,
        other_accepted: others
            .iter()
            .find(|other| other.slot != bearing.slot)
            .and_then(|other| other.accepted),
        expiry: target
            .expiries
            .iter()
            .copied()
            .find(|expiry| expiry.slot == bearing.slot),
        today: Day::at((target.clock)()),
    };
    finding.problem = Some(case.problem().on_check(finding.id));
}

async fn try_the_other_way(
    target: &Target,
    slot: CredentialSlot,
    credentials: &[&Credential],
    stop: &CancellationToken,
) -> TheOtherWay {
    let of = |wanted: CredentialSlot| {
        credentials
            .iter()
            .copied()
            .find(|credential| credential.slot() == wanted)
    };
    let Some(auth) =
        of(slot).and_then(|credential| credential.the_other_way(of(CredentialSlot::Account)))
    else {
        return TheOtherWay::NotTried;
    };
    let Some((status, seen, reply)) = ask(target, auth, stop).await else {
        return TheOtherWay::NotTried;
    };
    match (status, reply) {
        (401, _) => TheOtherWay::Refused,
        (200, Reply::Granted(_)) => TheOtherWay::Accepted(seen.kind),
        // Bitbucket names the kind of what it knows, on refusals too.
        (_, _) if seen.kind.is_some() => TheOtherWay::Accepted(seen.kind),
        (_, _) => TheOtherWay::NotTried,
    }
}

async fn ask(target: &Target, auth: Auth, stop: &CancellationToken) -> Option<(u16, Seen, Reply)> {
    let request = Request::get(target.api_url.join("/2.0/user")).auth(auth);
    let answer = tokio::select! {
        () = stop.cancelled() => return None,
        sent = target.client.send(request) => sent.ok()?,
    };
    Some((answer.status, Seen::of(&answer), reply::read(&answer)))
}

fn accepted_the_other_way(slot: CredentialSlot, kind: Option<CredentialKind>) -> Problem {
    let found = kind.map_or_else(
        || "a credential of the other kind".to_owned(),
        |kind| kind.noun().to_owned(),
    );
    let how = match slot {
        CredentialSlot::WorkspaceToken => "with the account's e-mail",
        CredentialSlot::Account => "by itself, without an e-mail",
    };
    Problem::new(
        ProblemCode::WrongCredentialKind,
        format!(
            "Bitbucket refuses this as the {}, and accepts it when it is sent {how}: it is {found}.",
            slot.noun()
        ),
    )
    .with_hints(vec![diagnosis::make_hint(slot)])
    .mended_at(slot.page())
}

/// Everything that bears on one refused sign-in.
struct Case {
    bearing: Bearing,
    the_other_way: TheOtherWay,
    /// Whether Bitbucket accepted the other credential in this same check; `None` where there was
    /// none, or no answer told.
    other_accepted: Option<bool>,
    expiry: Option<Expiry>,
    today: Day,
}

/// A cause that is still possible. The most likely stands first; the order of this list is the
/// order where nothing else is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Of the account: made without scopes, or for another product.
    Unscoped,
    /// Of the account: the e-mail is another account's.
    OtherEmail,
    /// Not copied whole.
    NotWhole,
    /// Past its day, or revoked.
    Ended,
    /// Of the workspace token: made by something else than the workspace's settings.
    OtherKind,
}

impl Case {
    fn problem(&self) -> Problem {
        let message = match self.bearing.slot {
            CredentialSlot::WorkspaceToken => {
                "Bitbucket refuses the workspace access token. Its answer is the same whatever the cause."
            }
            CredentialSlot::Account => {
                "Bitbucket refuses the e-mail and API token together. Its answer is the same whatever the cause."
            }
        };
        let mut hints: Vec<String> = self
            .causes()
            .into_iter()
            .map(|cause| self.words(cause).to_owned())
            .collect();
        if let Some(first) = hints.first_mut() {
            *first = format!("Most likely: {first}");
        }
        Problem::new(ProblemCode::SignInRefused, message)
            .with_seen(self.seen())
            .with_hints(hints)
            .mended_at(self.bearing.slot.page())
    }

    /// The causes that remain, the most likely first.
    fn causes(&self) -> Vec<Cause> {
        let mut causes = match self.bearing.slot {
            CredentialSlot::WorkspaceToken => {
                vec![Cause::NotWhole, Cause::Ended, Cause::OtherKind]
            }
            CredentialSlot::Account => vec![
                Cause::Unscoped,
                Cause::OtherEmail,
                Cause::NotWhole,
                Cause::Ended,
            ],
        };
        // A stable sort: what evidence speaks for comes first, what it speaks against last.
        causes.sort_by_key(|cause| match cause {
            // The token is one of this kind, so that what goes with it is not right.
            Cause::OtherEmail if matches!(self.the_other_way, TheOtherWay::Accepted(_)) => 0,
            Cause::Ended if self.is_past() == Some(true) => 0,
            Cause::NotWhole if self.bearing.end == TokenEnd::Cut => 1,
            Cause::NotWhole if self.bearing.end == TokenEnd::Whole => 4,
            Cause::Ended if self.is_past() == Some(false) => 3,
            Cause::Unscoped
            | Cause::OtherEmail
            | Cause::NotWhole
            | Cause::Ended
            | Cause::OtherKind => 2,
        });
        causes
    }

    fn is_past(&self) -> Option<bool> {
        self.expiry.map(|expiry| expiry.days_left(self.today) < 0)
    }

    fn words(&self, cause: Cause) -> &'static str {
        match (cause, self.bearing.slot) {
            (Cause::Unscoped, _) => {
                "The token was made without scopes or for another product. Make it with Create API token with scopes, app Bitbucket."
            }
            (Cause::OtherEmail, _) => {
                "The e-mail is not that of the account which made the token: compare it with https://id.atlassian.com/manage-profile/email."
            }
            (Cause::NotWhole, _) => {
                "The token was not copied whole. Copy it once more; it is shown only once, so a new one may be needed."
            }
            (Cause::Ended, CredentialSlot::WorkspaceToken) => {
                "It has expired or was revoked: Workspace settings > Security > Access tokens lists it with its date."
            }
            (Cause::Ended, CredentialSlot::Account) => {
                "It has expired or was revoked: the API tokens page lists it with its date."
            }
            (Cause::OtherKind, _) => {
                "It is not a workspace access token: check that it was made under Workspace settings."
            }
        }
    }

    /// What was seen, a sentence each.
    fn seen(&self) -> Vec<String> {
        let mut seen = Vec::new();
        let noun = self.bearing.slot.noun();
        match self.bearing.shape.noun() {
            Some(kind) => seen.push(format!("By its first letters it is {kind}.")),
            None => seen.push(format!(
                "Its first letters are those of no token that is known here; that alone does not make it a wrong {noun}."
            )),
        }
        match self.bearing.end {
            TokenEnd::Whole => seen.push("Its end is that of a whole token.".to_owned()),
            TokenEnd::Cut => seen.push(
                "It ends otherwise than such tokens have been seen to end, as if a part were missing."
                    .to_owned(),
            ),
            TokenEnd::Unknown => {}
        }
        let how = match self.bearing.slot {
            CredentialSlot::WorkspaceToken => "Sent with the account's e-mail",
            CredentialSlot::Account => "Sent by itself, without the e-mail,",
        };
        match self.the_other_way {
            TheOtherWay::Refused => seen.push(format!("{how} it is refused as well.")),
            TheOtherWay::Accepted(_) => seen.push(format!("{how} it is accepted.")),
            TheOtherWay::NotTried => {}
        }
        let other = self.bearing.slot.other();
        match self.other_accepted {
            Some(true) => seen.push(format!(
                "The {} is accepted from here, so neither the network nor the API URL is the cause.",
                other.noun()
            )),
            Some(false) => seen.push(format!("The {} was not accepted either.", other.noun())),
            None => {}
        }
        seen.extend(self.clock());
        if let Some(expiry) = self.expiry {
            seen.push(match self.is_past() {
                Some(true) => format!(
                    "By the day that was entered it expired on {}.",
                    expiry.day.words()
                ),
                Some(false) | None => {
                    format!(
                        "By the day that was entered it is good until {}.",
                        expiry.day.words()
                    )
                }
            });
        }
        seen
    }

    fn clock(&self) -> Option<String> {
        let difference = self.bearing.clock_difference?;
        if difference.unsigned_abs() < clock::CLOCK_TOLERANCE {
            return Some("This machine's clock agrees with Bitbucket's.".to_owned());
        }
        Some(format!(
            "This machine's clock is {} Bitbucket's; whether a token has expired is told by Bitbucket's.",
            clock::difference(difference)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(slot: CredentialSlot, end: TokenEnd, expires: Option<&str>) -> Case {
        Case {
            bearing: Bearing {
                slot,
                shape: TokenShape::ApiToken,
                end,
                accepted: Some(false),
                clock_difference: Some(0),
            },
            the_other_way: TheOtherWay::NotTried,
            other_accepted: Some(true),
            expiry: expires.map(|day| Expiry {
                slot,
                day: Day::parse(day).expect("a day"),
            }),
            today: Day::parse("2026-11-25").expect("a day"),
        }
    }

    #[test]
    fn causes_stand_in_the_order_that_the_evidence_gives_them() {
        let account = CredentialSlot::Account;
        let first = |case: &Case| case.causes()[0];
        assert_eq!(
            first(&case(account, TokenEnd::Unknown, None)),
            Cause::Unscoped
        );
        assert_eq!(first(&case(account, TokenEnd::Cut, None)), Cause::NotWhole);
        assert_eq!(
            first(&case(account, TokenEnd::Cut, Some("2026-11-01"))),
            Cause::Ended,
            "a day that is past outweighs an end that is only a hint"
        );
        let whole = case(account, TokenEnd::Whole, Some("2027-11-01"));
        assert_eq!(
            whole.causes(),
            [
                Cause::Unscoped,
                Cause::OtherEmail,
                Cause::Ended,
                Cause::NotWhole
            ]
        );
    }

    #[test]
    fn every_cause_stays_in_the_list_since_none_is_known_to_be_it() {
        for slot in CredentialSlot::ALL {
            let length = case(slot, TokenEnd::Unknown, None).causes().len();
            for end in [TokenEnd::Whole, TokenEnd::Cut] {
                for expires in [None, Some("2026-01-01"), Some("2027-01-01")] {
                    assert_eq!(case(slot, end, expires).causes().len(), length);
                }
            }
        }
    }

    #[test]
    fn the_clock_is_told_with_its_direction() {
        let told = |difference| {
            let mut case = case(CredentialSlot::Account, TokenEnd::Whole, None);
            case.bearing.clock_difference = difference;
            case.clock()
        };
        assert_eq!(told(None), None);
        assert!(told(Some(59)).expect("told").contains("agrees"));
        assert!(told(Some(-301)).expect("told").contains("5 minutes behind"));
        assert!(told(Some(3600)).expect("told").contains("60 minutes ahead"));
    }
}
