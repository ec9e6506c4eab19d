//! Identifiers that look like Bitbucket's, and are the same each time.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// Braces stand in every UUID and in no address.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'{')
    .add(b'}');

/// A UUID in braces, made of a name.
pub(crate) fn uuid_of(name: &str) -> String {
    let hexadecimal = in_hexadecimal(&Sha256::digest(name.as_bytes())[..16]);
    format!(
        "{{{}-{}-4{}-8{}-{}}}",
        &hexadecimal[..8],
        &hexadecimal[8..12],
        &hexadecimal[13..16],
        &hexadecimal[17..20],
        &hexadecimal[20..32]
    )
}

/// Bytes as they are written: two small digits each.
pub(crate) fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An identifier as it stands in an address.
pub(crate) fn in_url(identifier: &str) -> String {
    utf8_percent_encode(identifier, IN_PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_braces_and_is_the_same_each_time() {
        let uuid = uuid_of("acme");
        assert_eq!(uuid, uuid_of("acme"));
        assert_eq!(uuid.len(), 38, "{uuid}");
        assert!(
            in_url(&uuid).starts_with("%7B") && in_url(&uuid).ends_with("%7D"),
            "{uuid}"
        );
    }
}
