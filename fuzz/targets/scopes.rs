//! A list of scopes is sorted, without repeats, and reads to the same.

#![no_main]

use bbsetup_setup::Scope;
use bbsetup_setup::scope::{covers, parse_scope_list};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    let scopes = parse_scope_list(header);
    assert!(scopes.is_sorted_by(|one, next| one < next));
    let names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    assert_eq!(parse_scope_list(&names.join(",")), scopes);
    assert!(scopes.iter().all(|scope| covers(&scopes, scope)));
});
