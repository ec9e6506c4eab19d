//! An address prints back, is https or this machine's, and holds no credential.

#![no_main]

use bbsetup_setup::ApiUrl;
use bbsetup_setup::address::is_loopback;
use bbsetup_setup::token::holds_token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    for parse in [
        ApiUrl::parse_bitbucket,
        ApiUrl::parse_balkanid,
        ApiUrl::parse_balkanid_public,
    ] {
        match parse(typed) {
            Ok(url) => {
                assert_eq!(parse(&url.to_string()).as_ref(), Ok(&url));
                let url = url.url();
                assert!(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
                assert!(url.username().is_empty() && url.password().is_none());
            }
            Err(error) => assert!(!holds_token(&error.to_string())),
        }
    }
});
