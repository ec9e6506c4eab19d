//! What comes back.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::Value;

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
    /// Whether the body is a web page, by its type or by how it begins.
    pub fn is_html(&self) -> bool {
        let declared = self
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("text/html"));
        let head: String = self.text(64).trim_start().to_ascii_lowercase();
        declared || head.starts_with("<!doctype html") || head.starts_with("<html")
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, NotJson> {
        serde_json::from_slice(&self.body).map_err(|_| NotJson)
    }

    /// The beginning of the body as text, at most `characters` long.
    pub fn text(&self, characters: usize) -> String {
        let bytes = &self.body[..self.body.len().min(characters.saturating_mul(4))];
        String::from_utf8_lossy(bytes)
            .chars()
            .take(characters)
            .collect()
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
                return Some(until.duration_since(now).unwrap_or_default());
            }
        }
        self.headers
            .get("x-ratelimit-reset")
            .and_then(|value| value.trim().parse::<u64>().ok())
            .filter(|seconds| *seconds <= LONGEST)
            .map(Duration::from_secs)
    }
}

#[cfg(test)]
impl Answer {
    pub(crate) fn scripted(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Self {
            status,
            headers: Headers(headers.collect()),
            body: body.into(),
            elapsed: Duration::ZERO,
        }
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
    }

    #[test]
    fn a_web_page_is_known_by_its_type_and_by_its_beginning() {
        assert!(answer(&[("content-type", "Text/HTML; charset=utf-8")], "").is_html());
        assert!(answer(&[], " \n<!DOCTYPE html><html>").is_html());
        assert!(!answer(&[("content-type", "application/json")], "{}").is_html());
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
