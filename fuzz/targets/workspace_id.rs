//! A workspace ID prints back, and is one part of a path.

#![no_main]

use bbsetup_setup::WorkspaceId;
use bbsetup_setup::token::holds_token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| {
    match WorkspaceId::parse(typed) {
        Ok(id) => {
            assert_eq!(WorkspaceId::parse(&id.to_string()).as_ref(), Ok(&id));
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_%".contains(&byte);
            assert!(id.in_path().bytes().all(fits));
        }
        Err(error) => assert!(!holds_token(&error.to_string())),
    }
});
