//! An e-mail prints back, and fits into a Basic header.

#![no_main]

use bbsetup_setup::Email;
use bbsetup_setup::token::holds_token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    match Email::parse(typed) {
        Ok(email) => {
            assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(&email));
            assert!(!email.as_str().contains([':', '\r', '\n']));
        }
        Err(error) => assert!(!holds_token(&error.to_string())),
    }
});
