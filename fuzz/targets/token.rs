//! A token is one line and reads to the same; a masked text holds none.

#![no_main]

use bbsetup_setup::token::{holds_token, parse_token, without_tokens};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pasted: &str| {
    if let Ok(token) = parse_token(pasted) {
        assert!(token.expose().bytes().all(|byte| byte.is_ascii_graphic()));
        let again = parse_token(token.expose());
        assert_eq!(again.as_ref().ok(), Some(&token));
    }
    let masked = without_tokens(pasted);
    assert!(!holds_token(&masked));
    assert_eq!(masked == pasted, !holds_token(pasted));
});
