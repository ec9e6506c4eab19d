//! Text from outside, made fit to be shown.

use bbsetup_setup::{Secret, readable};

/// Longer than any message that helps.
const LONGEST: usize = 300;

/// A text of BalkanID's as one line of at most 300 characters: no control or direction characters,
/// no runs of spaces, and nothing that looks like a Bitbucket token.
pub(crate) fn one_line(text: &str) -> String {
    let line = readable::one_line(text, LONGEST);
    match line.char_indices().nth(LONGEST) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

/// The same, with each of `secrets` left out wherever it stands.
pub(crate) fn one_line_without(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.expose().is_empty()) {
        text = text.replace(secret.expose(), "••••");
    }
    one_line(&text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        assert_eq!(
            one_line(" 1 error\u{1b}[31m\r\n occured\u{202e} "),
            "1 error [31m occured"
        );
        assert_eq!(
            one_line("é".repeat(301).as_str()),
            format!("{}…", "é".repeat(300))
        );
    }

    #[test]
    fn a_token_or_a_key_inside_is_masked() {
        let token = format!("ATCTT3xFfGN0canary{}", "a".repeat(30));
        let line = one_line(&format!("refused (token \"{token}\")."));
        assert!(line.starts_with("refused (token \"••••"), "{line}");
        assert!(!line.contains("canary"), "{line}");
        let key = Secret::new("canary-key-0001");
        assert_eq!(
            one_line_without("key canary-key-0001 is unknown", &[&key]),
            "key •••• is unknown"
        );
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_line(text in any::<String>()) {
            let line = one_line(&text);
            prop_assert!(line.chars().count() <= LONGEST + 1);
            prop_assert!(!line.contains(readable::is_invisible));
        }
    }
}
