//! The type of every secret: one exit, no voice.

use std::fmt;

use zeroize::Zeroizing;

/// A secret value: a token, an API key or a passphrase.
///
/// It has no `Display` and no `Serialize`, its `Debug` prints `REDACTED`, and its memory is
/// overwritten when it is dropped. [`Secret::expose`] is the only way out, so that a search for
/// `expose` lists every place where a secret leaves this type.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The secret itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters, by which a person recognises a token; `None` where showing four
    /// would show more than a quarter of the secret.
    pub fn last_four(&self) -> Option<String> {
        let length = self.0.chars().count();
        (length >= 16).then(|| self.0.chars().skip(length - 4).collect())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("REDACTED")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_nothing_of_the_secret() {
        let secret = Secret::new("canary-7f3a9c51d2e84b60");
        assert_eq!(format!("{secret:?}"), "REDACTED");
        assert_eq!(format!("{secret:#?}"), "REDACTED");
    }

    #[test]
    fn last_four_counts_characters_and_hides_short_secrets() {
        assert_eq!(
            Secret::new("0123456789abcdéf").last_four().as_deref(),
            Some("cdéf")
        );
        assert_eq!(Secret::new("short-secret").last_four(), None);
    }
}
