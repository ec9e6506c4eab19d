//! No wait is longer than a day, and a secret that is said back is in no part of an answer.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

fuzz_target!(|input: (&str, &[u8])| {
    let (secret, bytes) = input;
    let answer = bbsetup_fuzz::answer(bytes);
    assert!(answer.retry_after().is_none_or(|wait| wait <= A_DAY));
    assert!(answer.text(60).chars().count() <= 60);
    let _known = (answer.is_html(), answer.json());
    // A shorter text is none, and may stand in an answer by chance.
    if secret.len() < 8 || "••••".contains(secret) {
        return;
    }
    let said = bbsetup_http::fuzzing::said_back(answer, secret);
    let held = said
        .body
        .windows(secret.len())
        .any(|bytes| bytes == secret.as_bytes());
    assert!(!held);
});
