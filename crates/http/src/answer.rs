//! What comes back.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use zeroize::Zeroizing;

const BYTE_ORDER_MARK: &str = "\u{feff}";
const MASK: &str = "••••";
/// A shorter text may stand in an answer by chance.
const SHORTEST_SECRET: usize = 8;

/// The headers of an answer, by name in any case.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Keeps names and values; bytes that are no text are replaced.
    pub(crate) fn of(headers: &reqwest::header::HeaderMap) -> Self {
        Self(
            headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.as_str().to_owned(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
        )
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn given(headers: Vec<(String, String)>) -> Self {
        Self(headers)
    }

    /// The first value under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(held, _)| held.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// One whole answer, of any HTTP status.
///
/// Its `Debug` names the body's length alone: a body may hold what a server keeps for us, and that
/// may be a secret.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, never longer than the limit.
    pub body: Vec<u8>,
    /// The time from sending to the body's end.
    pub elapsed: Duration,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// The body is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not JSON")]
pub struct NotJson;

impl Answer {
    /// Whether the body is a web page, by its type or by how it begins. JSON is none, whatever its
    /// type says.
    pub fn is_html(&self) -> bool {
        let declared = self
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("text/html"));
        let text = self.text(64).to_ascii_lowercase();
        let head = text.trim_start_matches(BYTE_ORDER_MARK).trim_start();
        let begins_as_page = head.starts_with("<!doctype html") || head.starts_with("<html");
        begins_as_page || (declared && !head.starts_with(['{', '[']))
    }

    /// The body as JSON, with or without a byte order mark.
    pub fn json(&self) -> Result<Value, NotJson> {
        let mark = BYTE_ORDER_MARK.as_bytes();
        let body = self.body.strip_prefix(mark).unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|_| NotJson)
    }

    /// The answer with `secrets` masked wherever a server says them back, so that no message made
    /// of it can repeat one. A text too short to be a secret is left alone.
    pub(crate) fn without(mut self, secrets: &[Zeroizing<String>]) -> Self {
        for secret in secrets
            .iter()
            .filter(|secret| secret.len() >= SHORTEST_SECRET)
        {
            let secret = secret.as_str();
            let held = self
                .body
                .windows(secret.len())
                .any(|bytes| bytes == secret.as_bytes());
            if held {
                let text = String::from_utf8_lossy(&self.body).replace(secret, MASK);
                self.body = text.into_bytes();
            }
            for (_, value) in &mut self.headers.0 {
                if value.contains(secret) {
                    *value = value.replace(secret, MASK);
                }
            }
        }
        self
    }

    /// The beginning of the body as text, at most `characters` long.
    pub fn text(&self, characters: usize) -> String {
        let bytes = &self.body[..self.body.len().min(characters.saturating_mul(4))];
        String::from_utf8_lossy(bytes)
            .chars()
            .take(characters)
            .collect()
    }

    /// The server's own clock as its `Date` header shows it, in seconds since
    /// 1970-01-01T00:00:00Z.
    pub fn date(&self) -> Option<i64> {
        seconds_of_date(self.headers.get("date")?)
    }

    /// How long the server asks to wait: `Retry-After` in seconds or as a date, else
    /// `X-RateLimit-Reset` in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_from(SystemTime::now())
    }

    fn retry_after_from(&self, now: SystemTime) -> Option<Duration> {
        // A value larger than a day is no duration but a time of another notation.
        const LONGEST: u64 = 24 * 60 * 60;
        if let Some(value) = self.headers.get("retry-after").map(str::trim) {
            if let Ok(seconds) = value.parse::<u64>() {
                return Some(Duration::from_secs(seconds.min(LONGEST)));
            }
            if let Ok(until) = httpdate::parse_http_date(value) {
                // The server's own clock, where it shows it, so that ours need not be right.
                let now = self
                    .headers
                    .get("date")
                    .and_then(|date| httpdate::parse_http_date(date).ok())
                    .unwrap_or(now);
                let wait = until.duration_since(now).unwrap_or_default();
                return Some(wait.min(Duration::from_secs(LONGEST)));
            }
        }
        self.headers
            .get("x-ratelimit-reset")
            .and_then(|value| value.trim().parse::<u64>().ok())
            .filter(|seconds| *seconds <= LONGEST)
            .map(Duration::from_secs)
    }
}

/// What a `Date` header tells, in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn seconds_of_date(value: &str) -> Option<i64> {
    let date = httpdate::parse_http_date(value).ok()?;
    let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

#[cfg(test)]
impl Answer {
    pub(crate) fn scripted(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        crate::fuzzing::answer(status, headers.collect(), body.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)], body: &str) -> Answer {
        Answer::scripted(429, headers, body)
    }

    #[test]
    fn every_known_form_of_waiting_is_read() {
        let seconds =
            |headers: &[(&str, &str)]| answer(headers, "").retry_after().map(|wait| wait.as_secs());
        assert_eq!(seconds(&[("Retry-After", " 30 ")]), Some(30));
        assert_eq!(
            seconds(&[
                ("retry-after", "Tue, 24 Nov 2026 12:01:30 GMT"),
                ("date", "Tue, 24 Nov 2026 12:00:00 GMT"),
            ]),
            Some(90)
        );
        assert_eq!(seconds(&[("x-ratelimit-reset", "120")]), Some(120));
        assert_eq!(seconds(&[("x-ratelimit-reset", "1795000000")]), None);
        assert_eq!(seconds(&[("retry-after", "soon")]), None);
        let a_day = Some(24 * 60 * 60);
        assert_eq!(seconds(&[("retry-after", "99999999999")]), a_day);
        assert_eq!(
            seconds(&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")]),
            a_day
        );
    }

    #[test]
    fn a_secret_that_is_said_back_is_masked_in_body_and_headers() {
        let secrets = [
            Zeroizing::new("canary-7f3a9c51".to_owned()),
            Zeroizing::new("short".to_owned()),
        ];
        let said = Answer::scripted(
            403,
            &[("x-oauth-scopes", "account, canary-7f3a9c51")],
            r#"{"message":"canary-7f3a9c51 is short"}"#,
        )
        .without(&secrets);
        assert_eq!(said.headers.get("x-oauth-scopes"), Some("account, ••••"));
        assert_eq!(said.text(99), r#"{"message":"•••• is short"}"#);
    }

    #[test]
    fn a_web_page_is_known_by_its_type_and_by_its_beginning() {
        assert!(answer(&[("content-type", "Text/HTML; charset=utf-8")], "").is_html());
        assert!(answer(&[], " \n<!DOCTYPE html><html>").is_html());
        assert!(!answer(&[("content-type", "application/json")], "{}").is_html());
        assert!(!answer(&[("content-type", "text/html")], "\u{feff}{}").is_html());
        assert!(answer(&[], "\u{feff}{\"a\":1}").json().is_ok());
    }

    #[test]
    fn text_is_cut_at_characters_and_bytes_that_are_no_text_do_no_harm() {
        assert_eq!(answer(&[], "日本語テキスト").text(3), "日本語");
        let mut broken = answer(&[], "");
        broken.body = vec![0xff, b'a'];
        assert_eq!(broken.text(9), "\u{fffd}a");
        assert_eq!(broken.json(), Err(NotJson));
    }

    #[test]
    fn debug_does_not_tell_what_a_server_keeps() {
        let answer = answer(&[("set-cookie", "canary-in-header")], "canary-in-body");
        let told = format!("{answer:?}");
        assert!(!told.contains("canary"), "{told}");
        assert!(told.contains("body_bytes: 14"), "{told}");
    }
}
