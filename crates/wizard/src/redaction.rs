//! Taking out of a text what is nobody else's business.

use std::path::PathBuf;

use bbsetup_setup::{Secret, token};

/// A shorter text is no secret, and masking it would tear words apart.
const SHORTEST_SECRET: usize = 8;

/// What is taken out of a text. Whatever looks like a token always is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction {
    /// Whether e-mails stay.
    pub(crate) keeps_emails: bool,
    /// The person's own folder, which most often holds their name.
    pub(crate) user_home: Option<PathBuf>,
    /// The secrets at hand, also those that do not look like a token.
    pub(crate) secrets: Vec<Secret>,
}

impl Redaction {
    /// A text without them. It may be JSON: what is put in needs no escaping.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            let secret = secret.expose();
            if secret.len() >= SHORTEST_SECRET {
                text = text.replace(secret, "••••");
                text = text.replace(&in_json(secret), "••••");
            }
        }
        text = token::without_tokens(&text);
        if let Some(folder) = self.user_home.as_ref().and_then(|folder| folder.to_str()) {
            // The root folder, of which every path is made, is nobody's name.
            let folder = folder.trim_end_matches(['/', '\\']);
            if !folder.is_empty() {
                text = with_tilde(&text, folder);
                text = with_tilde(&text, &in_json(folder));
            }
        }
        match self.keeps_emails {
            true => text,
            false => without_emails(&text),
        }
    }
}

/// A text as it stands between the quotes of JSON.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_matches('"').to_owned()
}

/// A text with `~` for a folder, where the folder's name ends there.
fn with_tilde(text: &str, folder: &str) -> String {
    let mut shortened = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(folder) {
        let (before, from) = rest.split_at(start);
        let behind = &from[folder.len()..];
        let goes_on = behind
            .chars()
            .next()
            .is_some_and(|next| next.is_alphanumeric() || matches!(next, '-' | '_'));
        shortened.push_str(before);
        shortened.push_str(if goes_on { folder } else { "~" });
        rest = behind;
    }
    shortened.push_str(rest);
    shortened
}

/// A text in which of every e-mail the first letter and the domain are left, as in
/// `j•••@acme.example`.
pub(crate) fn without_emails(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = next_at(rest) {
        let (before, from) = rest.split_at(at);
        let behind = &from[sign.len()..];
        let local = before
            .char_indices()
            .rev()
            .take_while(|(_, character)| is_local(*character))
            .last()
            .map(|(start, _)| start)
            .filter(|_| behind.starts_with(char::is_alphanumeric));
        match local {
            Some(start) => {
                masked.push_str(&before[..start]);
                masked.extend(before[start..].chars().next());
                masked.push_str("•••");
            }
            None => masked.push_str(before),
        }
        masked.push_str(sign);
        rest = behind;
    }
    masked.push_str(rest);
    masked
}

/// The next `@`, or how an address writes it.
fn next_at(text: &str) -> Option<(usize, &'static str)> {
    ["@", "%40"]
        .into_iter()
        .filter_map(|sign| text.find(sign).map(|at| (at, sign)))
        .min()
}

/// Whether a character may stand before the `@`.
fn is_local(character: char) -> bool {
    character.is_alphanumeric() || "._%+-'!#$&*=^`{|}~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_keeps_its_first_letter_and_its_domain() {
        for (text, expected) in [
            (
                "Sent by jane.doe+x@acme.example.",
                "Sent by j•••@acme.example.",
            ),
            (
                "{\"account\": \"ümit@acme.example\"}",
                "{\"account\": \"ü•••@acme.example\"}",
            ),
            ("a@b.example,c@d.example", "a•••@b.example,c•••@d.example"),
            (
                "/users/jane%40acme.example/x",
                "/users/j•••%40acme.example/x",
            ),
            ("<JANE@ACME.EXAMPLE>", "<J•••@ACME.EXAMPLE>"),
            ("by @jane, at 5 @ home", "by @jane, at 5 @ home"),
        ] {
            assert_eq!(without_emails(text), expected);
        }
    }

    #[test]
    fn secrets_at_hand_tokens_and_the_persons_folder_go_and_emails_stay_where_asked_for() {
        let redaction = Redaction {
            keeps_emails: true,
            user_home: Some("/home/ada".into()),
            secrets: vec![Secret::new("canary/\"key\" secret"), Secret::new("short")],
        };
        let token = "ATCTT3xFfGN0canaryONE_workspace-token_IzQ7vKq2mXw=C1A2B3D4";
        let text = format!(
            "/home/ada/x of ada@acme.example, /home/adam: {token} canary/\"key\" secret canary/\\\"key\\\" secret short"
        );
        assert_eq!(
            redaction.text(&text),
            "~/x of ada@acme.example, /home/adam: •••• •••• •••• short"
        );
        let windows = Redaction {
            user_home: Some("C:\\Users\\Ada\\".into()),
            ..Redaction::default()
        };
        assert_eq!(windows.text("C:\\Users\\Ada\\x"), "~\\x");
        assert_eq!(windows.text("\"C:\\\\Users\\\\Ada\\\\x\""), "\"~\\\\x\"");
        let root = Redaction {
            user_home: Some("/".into()),
            ..Redaction::default()
        };
        assert_eq!(root.text("/var/x"), "/var/x");
    }
}
