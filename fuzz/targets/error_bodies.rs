//! What is taken from any answer of Bitbucket's is fit to be shown and to be followed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let base = bbsetup_fuzz::base();
    let taken = bbsetup_bitbucket::fuzzing::take(&bbsetup_fuzz::answer(bytes), &base);
    assert_eq!(bbsetup_bitbucket::fuzzing::hold(&taken, &base), Ok(()));
});
