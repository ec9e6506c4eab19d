//! What the targets share.

use bbsetup_http::{Answer, Url};

/// The server that every answer comes from.
pub fn base() -> Url {
    Url::parse("https://api.bitbucket.org/2.0").expect("an address")
}

/// An answer out of any bytes: a byte for the status, lines of `name: value`, an empty line, a body.
pub fn answer(bytes: &[u8]) -> Answer {
    const STATUSES: [u16; 14] = [
        200, 204, 301, 400, 401, 403, 404, 407, 410, 418, 429, 500, 503, 0,
    ];
    let (status, rest) = match bytes.split_first() {
        Some((first, rest)) => (STATUSES[usize::from(*first) % STATUSES.len()], rest),
        None => (200, bytes),
    };
    let split = rest.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match split {
        Some(place) => (&rest[..place], &rest[place + 2..]),
        None => (&b""[..], rest),
    };
    let headers = String::from_utf8_lossy(head)
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    bbsetup_http::fuzzing::answer(status, headers, body.to_vec())
}
