//! When a token ends, as far as a person has entered it: Bitbucket's API tells no such day.

use crate::problem::{Problem, ProblemCode};
use crate::{CredentialSlot, Day};

/// How many days before its end a token is warned about.
pub const WARNED_DAYS: i32 = 30;

/// The longest life of an API token in days, with one for a leap year and one for time zones:
/// Atlassian allows a year at most.
///
/// Source: <https://support.atlassian.com/bitbucket-cloud/docs/api-tokens/>.
const LONGEST_LIFE: i32 = 367;

/// The day on which a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The token.
    pub slot: CredentialSlot,
    /// Its last day.
    pub day: Day,
}

impl Expiry {
    /// Days until the end; below 0 where it is past.
    pub fn days_left(self, today: Day) -> i32 {
        self.day.days_after(today)
    }

    /// Whether the end is near or past.
    pub fn is_soon(self, today: Day) -> bool {
        self.days_left(today) <= WARNED_DAYS
    }

    /// "in 12 days, on 7 December 2026".
    pub fn when(self, today: Day) -> String {
        let on = self.day.words();
        match self.days_left(today) {
            ..=-1 => format!("on {on}"),
            0 => format!("today, on {on}"),
            1 => format!("tomorrow, on {on}"),
            days => format!("in {days} days, on {on}"),
        }
    }

    /// The warning that a token ends soon; nothing where that is further off. `accepted` says
    /// whether Bitbucket has just accepted it.
    pub fn warning(self, today: Day, accepted: bool) -> Option<Problem> {
        if !self.is_soon(today) {
            return None;
        }
        let noun = self.slot.noun();
        let is_past = self.days_left(today) < 0;
        let message = match (is_past, accepted) {
            (true, true) => format!(
                "By the day that was entered the {noun} expired {}, and Bitbucket still accepts it: the day is another.",
                self.when(today)
            ),
            (true, false) => format!(
                "By the day that was entered the {noun} expired {}.",
                self.when(today)
            ),
            (false, _) => format!("The {noun} expires {}.", self.when(today)),
        };
        let problem = Problem::new(ProblemCode::ExpiresSoon, message)
            .on_slot(self.slot)
            .mended_at(self.slot.page());
        Some(match is_past && accepted {
            true => problem
                .with_first_hint("Look the day up where the token was made, and correct it here."),
            false => problem,
        })
    }

    /// What speaks against the day itself; nothing where it can be right.
    pub fn doubt(self, today: Day) -> Option<Problem> {
        let too_far = self.slot == CredentialSlot::Account && self.days_left(today) > LONGEST_LIFE;
        too_far.then(|| {
            Problem::new(
                ProblemCode::ValueUnreadable,
                format!(
                    "An API token lives a year at most, and {} is further off than that.",
                    self.day.words()
                ),
            )
            .with_hints(vec![
                "Look the day up on the page of API tokens, where each stands with its own."
                    .to_owned(),
            ])
            .on_field(field(self.slot))
        })
    }
}

/// The name of the field in which the day is typed.
pub fn field(slot: CredentialSlot) -> &'static str {
    match slot {
        CredentialSlot::WorkspaceToken => "workspace_token_expires",
        CredentialSlot::Account => "account_token_expires",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(typed: &str) -> Day {
        Day::parse(typed).expect("a day")
    }

    fn account(typed: &str) -> Expiry {
        Expiry {
            slot: CredentialSlot::Account,
            day: day(typed),
        }
    }

    #[test]
    fn a_warning_begins_thirty_days_before() {
        let today = day("2026-11-25");
        assert_eq!(account("2026-12-26").warning(today, true), None);
        let warning = account("2026-12-25").warning(today, true).expect("soon");
        assert_eq!(
            warning.message,
            "The account's API token expires in 30 days, on 25 December 2026."
        );
        assert_eq!(warning.severity, crate::Severity::Warning);
        assert_eq!(
            account("2026-11-25").when(today),
            "today, on 25 November 2026"
        );
    }

    #[test]
    fn a_day_that_is_past_does_not_outweigh_what_bitbucket_says() {
        let today = day("2026-11-25");
        let past = account("2026-11-01");
        let accepted = past.warning(today, true).expect("past");
        assert!(accepted.message.contains("still accepts it"), "{accepted}");
        let refused = past.warning(today, false).expect("past");
        assert!(!refused.message.contains("still accepts"), "{refused}");
    }

    #[test]
    fn no_api_token_lives_longer_than_a_year() {
        let today = day("2026-11-25");
        assert_eq!(account("2027-11-25").doubt(today), None);
        let doubt = account("2028-11-25").doubt(today).expect("too far");
        assert_eq!(doubt.field, Some("account_token_expires"));
        let workspace = Expiry {
            slot: CredentialSlot::WorkspaceToken,
            ..account("2036-11-25")
        };
        assert_eq!(
            workspace.doubt(today),
            None,
            "these may live as long as they like"
        );
    }
}
