//! The e-mail of the account whose API token BalkanID uses.

use std::fmt;

use crate::address::without_userinfo;

/// An e-mail address as far as a form can know one: something, an `@`, a domain.
///
/// REST takes the Atlassian account's e-mail with an API token, never the Bitbucket user name:
/// <https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/>.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Email(String);

/// Why a text is no e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("The e-mail is empty.")]
    Empty,
    /// A name without `@`: most often the Bitbucket user name.
    #[error(
        "“{0}” is no e-mail address. An API token goes with the e-mail of its Atlassian account, not with the Bitbucket user name."
    )]
    UserName(String),
    /// A token in the field for the e-mail. It is not repeated.
    #[error("This is a token, and the e-mail was asked for; the token has a field of its own.")]
    Token,
    /// An `@`, yet no address.
    #[error("“{0}” is not a whole e-mail address.")]
    Unfinished(String),
}

impl Email {
    /// Reads an e-mail address; spaces around it, `mailto:` and angle brackets do not matter.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let text = typed.trim();
        let text = match (text.rfind('<'), text.rfind('>')) {
            (Some(open), Some(close)) if open < close => text[open + 1..close].trim(),
            _ => text,
        };
        let text = text.strip_prefix("mailto:").unwrap_or(text);
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if crate::token::holds_token(text) {
            return Err(EmailError::Token);
        }
        let Some((name, domain)) = text.rsplit_once('@') else {
            return Err(EmailError::UserName(text.to_owned()));
        };
        let whole = !name.is_empty()
            && !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && text.len() <= 254
            // A colon would end the user name in a Basic header.
            && !text.contains(|character: char| character.is_whitespace() || character.is_control() || character == ':');
        if whole {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailError::Unfinished(without_userinfo(text)))
        }
    }

    /// The address as typed, without what surrounded it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_out_of_what_surrounds_them() {
        for typed in [
            " svc@acme.example\n",
            "mailto:svc@acme.example",
            "Service <svc@acme.example>",
        ] {
            assert_eq!(
                Email::parse(typed).map(|email| email.0),
                Ok("svc@acme.example".into())
            );
        }
    }

    #[test]
    fn a_user_name_is_told_from_a_broken_address() {
        assert_eq!(
            Email::parse("janesmith"),
            Err(EmailError::UserName("janesmith".into()))
        );
        assert_eq!(
            Email::parse("jane@"),
            Err(EmailError::Unfinished("jane@".into()))
        );
        assert_eq!(
            Email::parse("a b@c.example"),
            Err(EmailError::Unfinished("a b@c.example".into()))
        );
        assert_eq!(
            Email::parse("me:canary@c.example"),
            Err(EmailError::Unfinished("…@c.example".into()))
        );
        assert_eq!(Email::parse(" "), Err(EmailError::Empty));
        assert_eq!(
            Email::parse(&format!("ATATT3xFf{}", "a".repeat(40))),
            Err(EmailError::Token)
        );
    }
}
