//! What a pasted token can tell by its shape alone. A shape is a hint, never a verdict.

use std::ops::Range;

use crate::{CredentialSlot, Secret};

/// What the head of a token suggests.
///
/// Source: <https://community.atlassian.com/forums/Bitbucket-questions/Can-we-confirm-BitBucket-s-token-prefixes/qaq-p/3093481>.
/// Lengths vary by Atlassian's own word, so no length is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenShape {
    /// `ATCT…`: an access token of a workspace, a project or a repository.
    AccessToken,
    /// `ATAT…`: an Atlassian API token, of any product, with or without scopes.
    ApiToken,
    /// `ATBB…`: an app password, a kind that ended on 28 July 2026.
    AppPassword,
    /// No head that is known here.
    Unknown,
}

impl TokenShape {
    /// Reads the shape off the head of a token.
    pub fn of(token: &str) -> Self {
        match token.get(..4) {
            Some("ATCT") => Self::AccessToken,
            Some("ATAT") => Self::ApiToken,
            Some("ATBB") => Self::AppPassword,
            _ => Self::Unknown,
        }
    }

    /// What a sentence calls a token of this shape; `None` where the shape tells nothing.
    pub fn noun(self) -> Option<&'static str> {
        match self {
            Self::AccessToken => Some("an access token of a workspace, project or repository"),
            Self::ApiToken => Some("an Atlassian API token"),
            Self::AppPassword => Some("an app password"),
            Self::Unknown => None,
        }
    }

    /// Whether the shape speaks against a slot.
    pub fn speaks_against(self, slot: CredentialSlot) -> bool {
        match (self, slot) {
            (Self::AccessToken, CredentialSlot::Account)
            | (Self::ApiToken, CredentialSlot::WorkspaceToken)
            | (Self::AppPassword, _) => true,
            (Self::AccessToken, CredentialSlot::WorkspaceToken)
            | (Self::ApiToken, CredentialSlot::Account)
            | (Self::Unknown, _) => false,
        }
    }
}

/// What the end of a token suggests.
///
/// Atlassian's tokens have been seen to end in `=` and eight hexadecimal digits, in public scanners
/// for secrets; Atlassian does not say so. An end is a hint, never a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEnd {
    /// As the tokens that have been seen.
    Whole,
    /// The head is known and the end is another, as where a part was not copied.
    Cut,
    /// Nothing is known of tokens with such a head.
    Unknown,
}

impl TokenEnd {
    /// Reads the end of a token.
    pub fn of(token: &str) -> Self {
        match TokenShape::of(token) {
            TokenShape::AppPassword | TokenShape::Unknown => return Self::Unknown,
            TokenShape::AccessToken | TokenShape::ApiToken => {}
        }
        let is_whole = token.rsplit_once('=').is_some_and(|(_, end)| {
            end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        match is_whole {
            true => Self::Whole,
            false => Self::Cut,
        }
    }
}

/// Why a pasted text cannot be a token. The text itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing, or only spaces, was pasted.
    #[error("The field is empty.")]
    Empty,
    /// Spaces or line ends inside the token.
    #[error("The pasted text has spaces or line ends inside; a token is one unbroken line.")]
    Broken,
    /// A web address.
    #[error("This is a web address, and a token was asked for.")]
    Address,
    /// An e-mail address.
    #[error("This is an e-mail address, and a token was asked for.")]
    Email,
    /// A character that cannot travel in a header.
    #[error("The pasted text holds a character that no token has; copy the token once more.")]
    Character,
    /// Far longer than a token.
    #[error("The pasted text is far longer than a token; copy the token alone.")]
    TooLong,
}

/// More than four times the longest token seen in the wild (about 190 to 800 characters).
const LONGEST: usize = 4096;

/// Reads a pasted token generously: spaces, line ends and quotes around it do not matter, nor does
/// a `Bearer ` before it, nor line ends that a mail program put inside.
pub fn parse_token(pasted: &str) -> Result<Secret, TokenError> {
    let mut trimmed = pasted.trim_matches(is_around_token);
    while let Some(rest) = trimmed
        .strip_prefix("Bearer ")
        .or_else(|| trimmed.strip_prefix("bearer "))
    {
        trimmed = rest.trim_matches(is_around_token);
    }
    if trimmed.is_empty() {
        return Err(TokenError::Empty);
    }
    if trimmed.len() > LONGEST {
        return Err(TokenError::TooLong);
    }
    if trimmed.contains("://") {
        return Err(TokenError::Address);
    }
    if trimmed.contains(char::is_whitespace) {
        return Err(TokenError::Broken);
    }
    if trimmed.contains('@') && !looks_like_token(trimmed) {
        return Err(TokenError::Email);
    }
    if !trimmed
        .chars()
        .all(|character| character.is_ascii_graphic())
    {
        return Err(TokenError::Character);
    }
    Ok(Secret::new(trimmed))
}

/// What a person copies along with a token.
fn is_around_token(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '\u{200b}' | '\u{feff}')
}

/// Whether a text pasted into a field for something else is a token, so that it is neither echoed
/// nor saved.
pub fn looks_like_token(text: &str) -> bool {
    text.len() >= SHORTEST && TokenShape::of(text.trim()) != TokenShape::Unknown
}

/// Whether a token stands anywhere in a text, whatever stands around it.
pub fn holds_token(text: &str) -> bool {
    first_token(text).is_some()
}

/// A text with everything in it that looks like a token masked, as what others say is shown.
pub fn without_tokens(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(token) = first_token(rest) {
        masked.push_str(&rest[..token.start]);
        masked.push_str("••••");
        rest = &rest[token.end..];
    }
    masked.push_str(rest);
    masked
}

/// A head without this much behind it is a word.
const SHORTEST: usize = 24;

/// Where the first token of a text stands: from its head on as far as a token goes. What is before
/// the head does not matter, since people copy all kinds of things along: `token=`, `**`, `x`.
fn first_token(text: &str) -> Option<Range<usize>> {
    let heads = text.match_indices("AT").map(|(start, _)| start);
    heads
        .filter(|start| TokenShape::of(&text[*start..]) != TokenShape::Unknown)
        .map(|start| {
            let length = length_of_token(&text[start..]);
            start..start + length
        })
        .find(|token| token.len() >= SHORTEST)
}

/// How far a token goes from its head on; an address writes the `=` near its end as `%3D`.
fn length_of_token(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        length += rest
            .find(|character: char| !is_token_character(character))
            .unwrap_or(rest.len());
        match text[length..].get(..3) {
            Some("%3D" | "%3d") => length += 3,
            Some(_) | None => return length,
        }
    }
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_out_of_what_surrounds_it() {
        let read = |pasted: &str| parse_token(pasted).map(|token| token.expose().to_owned());
        assert_eq!(read("  ATCTT3x-_=AB\r\n"), Ok("ATCTT3x-_=AB".into()));
        assert_eq!(read("\"Bearer ATCTT3x\""), Ok("ATCTT3x".into()));
        assert_eq!(read("\u{feff}ATATT3x\u{200b}"), Ok("ATATT3x".into()));
        assert_eq!(read("Bearer \"ATCTT3x\""), Ok("ATCTT3x".into()));
    }

    #[test]
    fn what_is_no_token_is_refused_with_its_reason() {
        let refused = |pasted: &str| parse_token(pasted).expect_err("no token");
        assert_eq!(refused(" \t\n"), TokenError::Empty);
        assert_eq!(refused("ATCTT3x yyy"), TokenError::Broken);
        assert_eq!(refused("https://bitbucket.org/acme"), TokenError::Address);
        assert_eq!(refused("jane@acme.example"), TokenError::Email);
        assert_eq!(refused("ATCTT3xé"), TokenError::Character);
        assert_eq!(refused(&"a".repeat(5000)), TokenError::TooLong);
    }

    #[test]
    fn a_token_is_found_among_other_words() {
        let token = format!("ATATT3xFf{}", "a".repeat(40));
        for text in [
            token.clone(),
            format!("\u{feff}Bearer {token}\r\n"),
            format!("the token:\"{token}\", made today"),
            format!("token={token}"),
            format!("**{token}**"),
            format!("mytoken_{token}"),
        ] {
            assert!(holds_token(&text), "{text:?}");
        }
        assert!(!holds_token("ATAT is how an API token begins"));
        assert!(!holds_token(
            "https://a.example/ATBBword%1F%1F%1F%1F%1F%1F%1F"
        ));
        assert!(!holds_token("Reads Bitbucket for access reviews"));
    }

    #[test]
    fn a_token_in_what_others_say_is_masked() {
        let token = format!("ATCTT3xFfGN0canary{}=AB", "a".repeat(30));
        assert_eq!(
            without_tokens(&format!("é (token \"{token}\") of {token}: refused")),
            "é (token \"••••\") of ••••: refused"
        );
        assert_eq!(without_tokens("project:admin"), "project:admin");
        assert_eq!(
            without_tokens(&format!("https://a.example/?token={token}%3DAB12CD34&x=y")),
            "https://a.example/?token=••••&x=y"
        );
    }

    #[test]
    fn an_end_that_is_cut_off_is_told_from_a_whole_one() {
        assert_eq!(TokenEnd::of("ATCTT3xFfGN0abc=AAAA1111"), TokenEnd::Whole);
        for cut in [
            "ATCTT3xFfGN0abc=AAAA111",
            "ATATT3xFfGF0abc",
            "ATATT3x=AAAA11112",
        ] {
            assert_eq!(TokenEnd::of(cut), TokenEnd::Cut, "{cut}");
        }
        assert_eq!(TokenEnd::of("opaque"), TokenEnd::Unknown);
    }

    #[test]
    fn shapes_are_hints_for_their_slots() {
        assert_eq!(TokenShape::of("ATCTT3xFfGN0abc"), TokenShape::AccessToken);
        assert_eq!(TokenShape::of("é"), TokenShape::Unknown);
        assert!(TokenShape::of("ATATT3x").speaks_against(CredentialSlot::WorkspaceToken));
        assert!(TokenShape::of("ATBBx").speaks_against(CredentialSlot::Account));
        assert!(!TokenShape::of("opaque").speaks_against(CredentialSlot::Account));
    }
}
