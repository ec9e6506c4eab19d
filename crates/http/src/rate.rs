//! What an answer tells of the rate limit that it counts against.
//!
//! Bitbucket's own three are `X-RateLimit-Limit`, `-Resource` and `-NearLimit`
//! (<https://community.atlassian.com/forums/Bitbucket-questions/Reqeust-limitation/qaa-p/3218562>); its
//! anonymous answers have `"60, 60;w=3600"` with `-Remaining` and `-Reset`. The names without `X-` and
//! the one header of several parts are of the IETF's drafts
//! (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>), which gateways send.

use std::time::{Duration, SystemTime};

use crate::answer::{Answer, Headers};

/// The window of a limit that names none.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);
/// A number of seconds beyond this is a moment of Unix time.
const FIRST_MOMENT: u64 = 1_000_000_000;
/// A reset further away than this is of no use.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// So many requests within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub requests: u32,
    /// Within which time.
    pub window: Duration,
}

/// What an answer tells of its rate limit. What is not told is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateSigns {
    /// The limit.
    pub limit: Option<Limit>,
    /// How many requests are left.
    pub remaining: Option<u32>,
    /// After which time the limit begins anew.
    pub reset: Option<Duration>,
    /// Whether the limit is nearly reached.
    pub near: bool,
}

impl Answer {
    /// What the headers tell of the rate limit, in every form that is known.
    pub fn rate_signs(&self) -> RateSigns {
        let now = self
            .date()
            .and_then(|seconds| u64::try_from(seconds).ok())
            .unwrap_or_else(|| {
                SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .map_or(0, |since| since.as_secs())
            });
        read(&self.headers, now)
    }
}

fn read(headers: &Headers, now: u64) -> RateSigns {
    let own = |name: &str| {
        headers
            .get(&format!("x-ratelimit-{name}"))
            .or_else(|| headers.get(&format!("ratelimit-{name}")))
    };
    let combined = headers.get("ratelimit");
    let policy = own("policy");
    let limit = own("limit")
        .and_then(|limit| limit_in(limit, policy))
        .or_else(|| combined.and_then(|parts| limit_of_parts(parts, policy)))
        .or_else(|| policy.and_then(|policy| limit_in(policy, None)));
    let remaining = own("remaining")
        .and_then(first_number)
        .or_else(|| combined.and_then(|parts| part(parts, &["remaining", "r"])));
    let reset = own("reset")
        .and_then(first_number)
        .or_else(|| combined.and_then(|parts| part(parts, &["reset", "t"])));
    RateSigns {
        limit,
        remaining: remaining.map(at_most_u32),
        reset: reset.map(|seconds| until(seconds, now)),
        near: own("nearlimit").is_some_and(|value| {
            matches!(
                value.trim().to_ascii_lowercase().as_str(),
                "true" | "1" | "yes"
            )
        }),
    }
}

/// `1000`; `60, 60;w=3600`; `"default";q=100;w=60`; with the window in the policy where it is not here.
fn limit_in(value: &str, policy: Option<&str>) -> Option<Limit> {
    let window = part(value, &["w"]).or_else(|| policy.and_then(|policy| part(policy, &["w"])));
    let window = window.map_or(AN_HOUR, Duration::from_secs);
    let requests = part(value, &["q"]).or_else(|| first_number(value))?;
    usable(requests, window)
}

/// `limit=100, remaining=50, reset=50`, with the window in a header of its own.
fn limit_of_parts(parts: &str, policy: Option<&str>) -> Option<Limit> {
    let requests = part(parts, &["limit"])?;
    let window = policy.and_then(|policy| part(policy, &["w"]));
    usable(requests, window.map_or(AN_HOUR, Duration::from_secs))
}

fn usable(requests: u64, window: Duration) -> Option<Limit> {
    (requests > 0 && !window.is_zero()).then(|| Limit {
        requests: at_most_u32(requests),
        window: window.min(LONGEST),
    })
}

/// The number behind one of these names, as in `limit=100` and `;w=60`.
fn part(value: &str, names: &[&str]) -> Option<u64> {
    value.split([',', ';']).find_map(|part| {
        let (name, number) = part.split_once('=')?;
        names
            .iter()
            .any(|wanted| name.trim().eq_ignore_ascii_case(wanted))
            .then(|| number.trim().parse().ok())
            .flatten()
    })
}

fn first_number(value: &str) -> Option<u64> {
    value.split([',', ';']).next()?.trim().parse().ok()
}

fn until(seconds: u64, now: u64) -> Duration {
    let left = match seconds >= FIRST_MOMENT {
        true => seconds.saturating_sub(now),
        false => seconds,
    };
    Duration::from_secs(left).min(LONGEST)
}

fn at_most_u32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_000_000;

    fn signs(headers: &[(&str, &str)]) -> RateSigns {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(&Headers::given(headers.collect()), NOW)
    }

    fn limit(requests: u32, seconds: u64) -> Option<Limit> {
        Some(Limit {
            requests,
            window: Duration::from_secs(seconds),
        })
    }

    #[test]
    fn bitbuckets_own_headers_are_read() {
        let told = signs(&[
            ("X-RateLimit-Limit", "1000"),
            ("X-RateLimit-Resource", "repositories"),
            ("X-RateLimit-NearLimit", "true"),
        ]);
        assert_eq!(told.limit, limit(1000, 3600));
        assert!(told.near);
        assert_eq!(told.remaining, None);
        assert!(!signs(&[("X-RateLimit-NearLimit", "false")]).near);
    }

    #[test]
    fn a_limit_with_its_window_remaining_and_reset_are_read() {
        let told = signs(&[
            ("x-ratelimit-limit", "60, 60;w=1800"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "17"),
        ]);
        assert_eq!(told.limit, limit(60, 1800));
        assert_eq!(told.remaining, Some(0));
        assert_eq!(told.reset, Some(Duration::from_secs(17)));
    }

    #[test]
    fn a_reset_may_be_a_moment() {
        let at = (NOW + 40).to_string();
        let told = signs(&[("X-RateLimit-Reset", &at)]);
        assert_eq!(told.reset, Some(Duration::from_secs(40)));
        let past = signs(&[("X-RateLimit-Reset", "1700000000")]);
        assert_eq!(past.reset, Some(Duration::ZERO));
    }

    #[test]
    fn the_drafts_of_the_ietf_are_read() {
        let parts = signs(&[
            ("RateLimit", "limit=100, remaining=50, reset=5"),
            ("RateLimit-Policy", "100;w=60"),
        ]);
        assert_eq!(parts.limit, limit(100, 60));
        assert_eq!(parts.remaining, Some(50));
        assert_eq!(parts.reset, Some(Duration::from_secs(5)));
        let apart = signs(&[("RateLimit-Limit", "100"), ("RateLimit-Policy", "100;w=60")]);
        assert_eq!(apart.limit, limit(100, 60));
        let items = signs(&[
            ("RateLimit", "\"default\";r=3;t=9"),
            ("RateLimit-Policy", "\"default\";q=30;w=10"),
        ]);
        assert_eq!(items.limit, limit(30, 10));
        assert_eq!(items.remaining, Some(3));
        assert_eq!(items.reset, Some(Duration::from_secs(9)));
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        for value in ["", "many", "0", "-1", "1e3"] {
            assert_eq!(
                signs(&[("X-RateLimit-Limit", value)]).limit,
                None,
                "{value}"
            );
        }
        assert_eq!(signs(&[]), RateSigns::default());
    }
}
