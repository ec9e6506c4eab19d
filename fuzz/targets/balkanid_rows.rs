//! A file of BalkanID's is a table or none, and its rows claim nothing that they do not say.

#![no_main]

use libfuzzer_sys::fuzz_target;

const HEAD: &[u8] = b"ID,Name,Last Run,Status,Message,Metadata,Description\n";

fuzz_target!(|bytes: &[u8]| {
    for file in [bytes.to_vec(), [HEAD, bytes].concat()] {
        for row in bbsetup_balkanid::fuzzing::integrations(&file).unwrap_or_default() {
            assert_eq!(bbsetup_balkanid::fuzzing::hold(&row), Ok(()));
        }
    }
});
