//! A page is read whatever is in it, and its link stays with its server.

#![no_main]

use bbsetup_http::{Url, next_link, same_origin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (server, next, body) = input;
    let base = Url::parse(server).unwrap_or_else(|_| bbsetup_fuzz::base());
    if let Ok(link) = next_link(&base, next) {
        assert!(same_origin(&base, &link));
        assert_eq!(link.host_str(), base.host_str());
        assert!(link.username().is_empty() && link.password().is_none());
    }
    let page = [
        b"{\"values\": [",
        body,
        b"], \"next\": \"https://api.bitbucket.org/x\"}",
    ]
    .concat();
    for body in [page, body.to_vec()] {
        let answer = bbsetup_http::fuzzing::answer(200, Vec::new(), body);
        let taken = bbsetup_bitbucket::fuzzing::take(&answer, &base);
        assert_eq!(bbsetup_bitbucket::fuzzing::hold(&taken, &base), Ok(()));
    }
});
