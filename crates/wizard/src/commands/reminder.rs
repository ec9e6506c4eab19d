//! A calendar file that reminds of the end of each token, in the form of RFC 5545.

use bbsetup_setup::expiry::WARNED_DAYS;
use bbsetup_setup::{CredentialSlot, Day, Expiry, Problem, ProblemCode};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _};

use crate::services::Services;

/// The hour of the alarm, counted from the midnight with which the day begins.
const ALARM_HOUR: i64 = 9;
/// What follows an event's name, so that it is nobody else's.
const HERE: &str = "bitbucket-setup.balkan.id";

/// The calendar file: for each token a day on which to replace it, and the day on which it ends.
///
/// # Errors
/// No day is entered.
pub fn calendar(
    services: &Services,
    workspace: &str,
    expiries: &[Expiry],
) -> Result<String, Problem> {
    if expiries.is_empty() {
        return Err(Problem::new(
            ProblemCode::ValueMissing,
            "No day is entered on which a token ends, so there is nothing to be reminded of.",
        )
        .with_hints(vec![
            "Enter it first: the page on which the token was made shows it.".to_owned(),
        ]));
    }
    let mut calendar = Calendar::new();
    calendar.name(&format!("Bitbucket tokens of {workspace}"));
    for expiry in expiries {
        let replace_on = expiry.day.days_before(WARNED_DAYS).max(services.today());
        let noun = expiry.slot.noun();
        let ends = expiry.day.words();
        if replace_on < expiry.day {
            calendar.push(event(
                services,
                &format!("{workspace}-{}-replace", expiry.slot),
                replace_on,
                &format!("Replace the {noun} of {workspace} (expires {ends})"),
                &what_to_do(workspace, *expiry),
            ));
        }
        calendar.push(event(
            services,
            &format!("{workspace}-{}-ends", expiry.slot),
            expiry.day,
            &format!("The {noun} of {workspace} expires today"),
            &what_to_do(workspace, *expiry),
        ));
    }
    Ok(calendar.done().to_string())
}

fn what_to_do(workspace: &str, expiry: Expiry) -> String {
    let page = match expiry.slot {
        CredentialSlot::WorkspaceToken => {
            "Make a new one in Bitbucket: Workspace settings > Security > Access tokens."
        }
        CredentialSlot::Account => {
            "Make a new one: https://id.atlassian.com/manage-profile/security/api-tokens, Create API token with scopes, app Bitbucket."
        }
    };
    format!(
        "{page} Then replace the old one in Bitbucket Setup for BalkanID (Replace a token, or: bbsetup rotate --workspace {workspace} --slot {}) and give it to BalkanID (bbsetup submit --workspace {workspace}). Without it BalkanID can read Bitbucket no more.",
        expiry.slot
    )
}

fn event(services: &Services, name: &str, day: Day, summary: &str, description: &str) -> Event {
    let (year, month, date) = day.parts();
    // A day that was read is one.
    let start = NaiveDate::from_ymd_opt(
        year.into(),
        month.unsigned_abs().into(),
        date.unsigned_abs().into(),
    )
    .unwrap_or_default();
    let now = DateTime::<Utc>::from_timestamp(services.now().as_second(), 0).unwrap_or_default();
    let alarm = Alarm::display(summary, Duration::hours(ALARM_HOUR))
        .uid(&format!("{name}-alarm@{HERE}"))
        .timestamp(now)
        .done();
    Event::new()
        // The same name each time, so that a calendar takes a later file for a change.
        .uid(&format!("{name}@{HERE}"))
        .timestamp(now)
        .summary(summary)
        .description(description)
        .starts(start)
        .alarm(alarm)
        .done()
}
