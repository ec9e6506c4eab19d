//! A way in for tests and for `cargo xtask fuzz`: answers that no server sent.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::answer::{Answer, Headers};

/// An answer as if a server had sent it.
pub fn answer(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Answer {
    Answer {
        status,
        headers: Headers::given(headers),
        body,
        elapsed: Duration::ZERO,
    }
}

/// The answer as the client gives it whose request held `secret`.
pub fn said_back(answer: Answer, secret: &str) -> Answer {
    answer.without(&[Zeroizing::new(secret.to_owned())])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn waits() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ +-]{0,1}[0-9]{1,25}(\\.[0-9])?",
            "(Mon|Tue), [0-3][0-9] (Jan|Feb|Dec) [0-9]{4} [0-2][0-9]:[0-9]{2}:[0-9]{2} GMT",
        ]
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_a_day(
            retry_after in waits(), reset in waits(), date in waits(),
        ) {
            let headers = vec![
                ("Retry-After".to_owned(), retry_after),
                ("X-RateLimit-Reset".to_owned(), reset),
                ("Date".to_owned(), date),
            ];
            let wait = answer(429, headers, Vec::new()).retry_after();
            prop_assert!(wait.is_none_or(|wait| wait <= A_DAY), "{:?}", wait);
        }

        #[test]
        fn seconds_are_read_as_they_are(seconds in 0_u64..=24 * 60 * 60, name in "[Rr]etry-[Aa]fter|X-RateLimit-Reset") {
            let headers = vec![(name, format!(" {seconds} "))];
            let wait = answer(429, headers, Vec::new()).retry_after();
            prop_assert_eq!(wait, Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn what_is_json_is_read_whatever_stands_before_it(
            mark in prop::bool::ANY, number in any::<i64>(), status in any::<u16>(),
        ) {
            let mark = if mark { "\u{feff}" } else { "" };
            let body = format!("{mark}{{\"a\":{number}}}").into_bytes();
            let html = ("content-type".to_owned(), "text/html".to_owned());
            let answer = answer(status, vec![html], body);
            prop_assert_eq!(answer.json().ok().and_then(|json| json["a"].as_i64()), Some(number));
            prop_assert!(!answer.is_html(), "JSON is no page, whatever its type says");
        }

        #[test]
        fn a_text_is_never_longer_than_asked_for(body in any::<Vec<u8>>(), characters in 0_usize..400) {
            let answer = answer(403, Vec::new(), body);
            prop_assert!(answer.text(characters).chars().count() <= characters);
            // Neither may fail on any bytes.
            let _known = (answer.is_html(), answer.json());
        }

        #[test]
        fn a_secret_that_is_said_back_is_in_no_part_of_the_answer(
            before in any::<Vec<u8>>(), secret in "[!-~]{8,40}", after in any::<Vec<u8>>(),
            value in any::<String>(),
        ) {
            let body = [&before[..], secret.as_bytes(), &after[..]].concat();
            let header = ("x-said".to_owned(), format!("{value}{secret}{value}"));
            let said = said_back(answer(403, vec![header], body), &secret);
            let held = |text: &[u8]| text.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            prop_assert!(!held(&said.body));
            prop_assert!(!held(said.headers.get("x-said").unwrap_or_default().as_bytes()));
        }
    }
}
