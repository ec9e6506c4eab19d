//! A calendar day, as a page of Bitbucket's or Atlassian's shows when a token ends.

use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// Why a typed text is no day. The text itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Day and month cannot be told apart, as in 03/04/2027.
    #[error("Which number is the day and which the month cannot be told.")]
    Ambiguous,
    /// A token.
    #[error("This is a token; here the day is asked for on which it ends.")]
    Token,
    /// Anything else.
    #[error("This cannot be read as a day.")]
    Unreadable,
}

/// Longer than any way to write a day.
const LONGEST: usize = 64;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Day {
    /// Reads a day generously: `2027-11-20`, `20 November 2027`, `Nov 20, 2027`, `20.11.2027`, or
    /// the beginning of a time in RFC 3339.
    ///
    /// # Errors
    /// What is written is no day, or day and month cannot be told apart.
    pub fn parse(typed: &str) -> Result<Self, DayError> {
        let typed = typed.trim();
        if crate::token::holds_token(typed) {
            return Err(DayError::Token);
        }
        if typed.is_empty() || typed.len() > LONGEST {
            return Err(DayError::Unreadable);
        }
        // A time of day after the date is of no matter.
        let date = match typed.split_once(['T', 't']) {
            Some((date, rest)) if rest.starts_with(|first: char| first.is_ascii_digit()) => date,
            _ => typed,
        };
        let parts: Vec<&str> = date
            .split(|character: char| !character.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        let [first, second, third] = parts[..] else {
            return Err(DayError::Unreadable);
        };
        match (month_named(first), month_named(second)) {
            (Some(month), _) => of(third, month, second),
            (None, Some(month)) if first.len() == 4 => of(first, month, third),
            (None, Some(month)) => of(third, month, first),
            (None, None) if first.len() == 4 => of(first, number(second)?, third),
            (None, None) if date.contains('.') => of(third, number(second)?, first),
            (None, None) if third.len() == 4 => match (number(first)?, number(second)?) {
                (13.., month) => of(third, month, first),
                (month, 13..) => of(third, month, second),
                (_, _) => Err(DayError::Ambiguous),
            },
            (None, None) => Err(DayError::Unreadable),
        }
    }

    /// The day of a moment, in UTC; `seconds` since 1970-01-01T00:00:00Z.
    pub fn at(seconds: i64) -> Self {
        let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        Self(TimeZone::UTC.to_datetime(moment).date())
    }

    /// How many days lie between `today` and this day; below 0 where it is past.
    pub fn days_after(self, today: Self) -> i32 {
        today
            .0
            .until(self.0)
            .map_or(i32::MAX, |span| span.get_days())
    }

    /// The day that is this many days before this one.
    pub fn days_before(self, days: i32) -> Self {
        Self(self.0.saturating_sub(days.days()))
    }

    /// The day as a sentence has it: `7 December 2026`.
    pub fn words(self) -> String {
        let month = usize::from(self.0.month().unsigned_abs()).saturating_sub(1);
        let month = MONTHS.get(month).copied().unwrap_or_default();
        format!("{} {month} {}", self.0.day(), self.0.year())
    }

    /// Year, month from 1, and day from 1.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Display for Day {
    /// Writes `2027-11-20`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

fn of(year: &str, month: i8, day: &str) -> Result<Day, DayError> {
    let year = match year.len() {
        4 => year.parse::<i16>().map_err(|_| DayError::Unreadable)?,
        _ => return Err(DayError::Unreadable),
    };
    Date::new(year, month, number(day)?)
        .map(Day)
        .map_err(|_| DayError::Unreadable)
}

fn number(text: &str) -> Result<i8, DayError> {
    let is_number = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    match is_number {
        true => text.parse().map_err(|_| DayError::Unreadable),
        false => Err(DayError::Unreadable),
    }
}

/// The month that an English word names, whole or by its first letters, three at the least.
fn month_named(word: &str) -> Option<i8> {
    let place = MONTHS.iter().position(|month| {
        let beginning = month.get(..word.len());
        word.len() >= 3 && beginning.is_some_and(|letters| letters.eq_ignore_ascii_case(word))
    })?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_forms_that_pages_show() {
        for typed in [
            "2027-11-20",
            " 2027/11/20 ",
            "20 November 2027",
            "20 nov 2027",
            "Nov 20, 2027",
            "November 20 2027",
            "20.11.2027",
            "20/11/2027",
            "11/20/2027",
            "2027 November 20",
            "2027-11-20T23:59:59.999Z",
        ] {
            assert_eq!(
                Day::parse(typed).map(|day| day.to_string()),
                Ok("2027-11-20".to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_day_is_told_with_its_reason() {
        let token = format!("ATATT3xFf{}", "a".repeat(40));
        for (typed, why) in [
            ("", DayError::Unreadable),
            ("next year", DayError::Unreadable),
            ("2027-02-30", DayError::Unreadable),
            ("20-11-27", DayError::Unreadable),
            ("03/04/2027", DayError::Ambiguous),
            ("20 Brumaire 2027", DayError::Unreadable),
            (token.as_str(), DayError::Token),
        ] {
            assert_eq!(Day::parse(typed), Err(why), "{typed}");
        }
    }

    #[test]
    fn days_are_counted_across_months_and_years() {
        let day = |typed: &str| Day::parse(typed).expect("a day");
        assert_eq!(day("2027-01-03").days_after(day("2026-12-04")), 30);
        assert_eq!(day("2026-12-03").days_after(day("2026-12-04")), -1);
        assert_eq!(day("2028-03-01").days_before(1), day("2028-02-29"));
        assert_eq!(day("2026-12-07").words(), "7 December 2026");
        assert_eq!(Day::at(1_795_600_000).to_string(), "2026-11-25");
    }
}
