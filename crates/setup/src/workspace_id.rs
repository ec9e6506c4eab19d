//! The workspace ID, from whatever a person pastes for it.

use std::fmt;

use url::Url;

use crate::address::without_userinfo;

/// A workspace ID that Bitbucket's paths accept: a slug such as `acme`, or a UUID in braces.
///
/// Source: <https://support.atlassian.com/bitbucket-cloud/kb/fix-workspace-creation-errors-in-bitbucket-cloud/>
/// (the characters), <https://developer.atlassian.com/cloud/bitbucket/rest/intro/> (slug or UUID).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkspaceId(String);

/// Why a text is no workspace ID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkspaceIdError {
    /// Nothing was typed.
    #[error("The workspace ID is empty.")]
    Empty,
    /// The text reads like the workspace's display name.
    #[error(
        "“{0}” reads like the workspace's name; the workspace ID has no spaces or capitals of its own and is the first part of the address after bitbucket.org/."
    )]
    DisplayName(String),
    /// The text is an e-mail address.
    #[error(
        "“{0}” is an e-mail address; the workspace ID is the first part of the address after bitbucket.org/."
    )]
    Email(String),
    /// The text is a secret in the wrong field. It is not repeated.
    #[error(
        "This is a token, and the workspace ID was asked for; the token has a field of its own."
    )]
    Token,
    /// The address has no workspace in it.
    #[error(
        "The address {0} names no workspace; open the workspace in Bitbucket and copy the address from there."
    )]
    AddressWithoutWorkspace(String),
    /// The address is of another site.
    #[error("The address is on {0}; a workspace's address begins with https://bitbucket.org/.")]
    OtherSite(String),
    /// A character that no workspace ID holds.
    #[error("“{found}” is no part of a workspace ID; it is made of letters, digits, “-” and “_”.")]
    Character {
        /// The first such character.
        found: char,
    },
    /// Longer than any workspace ID is.
    #[error("The text has {length} characters, more than any workspace ID has.")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
}

/// First path parts of bitbucket.org that are pages of Bitbucket's own and no workspace.
const PAGES: [&str; 9] = [
    "account",
    "dashboard",
    "product",
    "repo",
    "socialauth",
    "site",
    "support",
    "blog",
    "features",
];

/// Longer than any ID that Bitbucket is known to give; the exact limit is not published.
const LONGEST: usize = 128;

impl WorkspaceId {
    /// Reads a slug, a UUID in or out of braces, or any pasted bitbucket.org address.
    pub fn parse(typed: &str) -> Result<Self, WorkspaceIdError> {
        let text = typed.trim().trim_matches(['"', '\'', '`', '<', '>']).trim();
        if text.is_empty() {
            return Err(WorkspaceIdError::Empty);
        }
        if crate::token::holds_token(text) {
            return Err(WorkspaceIdError::Token);
        }
        match address_in(text) {
            // Line ends inside an address are no part of it, and may have cut a token in two.
            Some(url) if crate::token::holds_token(url.as_str()) => Err(WorkspaceIdError::Token),
            Some(url) => Self::from_address(&url),
            None => Self::from_text(text),
        }
    }

    fn from_address(url: &Url) -> Result<Self, WorkspaceIdError> {
        let host = url.host_str().unwrap_or_default();
        let mut parts = url
            .path_segments()
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty());
        let first = match host.strip_prefix("www.").unwrap_or(host) {
            "bitbucket.org" => parts.next().and_then(|first| match first {
                // https://bitbucket.org/workspaces/acme/… and …/account/workspaces/acme
                "workspaces" => parts.next(),
                page if PAGES.contains(&page) => None,
                first => Some(first),
            }),
            "api.bitbucket.org" => parts
                .find(|part| matches!(*part, "workspaces" | "repositories" | "groups"))
                .and_then(|_| parts.next()),
            other => return Err(WorkspaceIdError::OtherSite(other.to_owned())),
        };
        match first {
            Some(first) => Self::from_text(&first.replace("%7B", "{").replace("%7D", "}")),
            None => Err(WorkspaceIdError::AddressWithoutWorkspace(format!(
                "{host}{}",
                url.path()
            ))),
        }
    }

    fn from_text(text: &str) -> Result<Self, WorkspaceIdError> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(WorkspaceIdError::TooLong { length });
        }
        if let Some(uuid) = uuid_in_braces(text) {
            return Ok(Self(uuid));
        }
        let slug = text
            .trim_matches('/')
            .trim_start_matches('@')
            .to_lowercase();
        if text.contains('@') && text.contains('.') {
            return Err(WorkspaceIdError::Email(without_userinfo(text)));
        }
        if slug.contains(char::is_whitespace) {
            return Err(WorkspaceIdError::DisplayName(without_userinfo(text)));
        }
        match slug
            .chars()
            .find(|character| !is_slug_character(*character))
        {
            Some(found) => Err(WorkspaceIdError::Character { found }),
            None if slug.is_empty() => Err(WorkspaceIdError::Empty),
            None => Ok(Self(slug)),
        }
    }

    /// The ID as paths and keychain entries hold it: a slug, or a UUID in braces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ID as one part of a URL's path, its braces percent-encoded.
    pub fn in_path(&self) -> String {
        self.0.replace('{', "%7B").replace('}', "%7D")
    }

    /// Whether a workspace that Bitbucket describes by `slug` and `uuid` is this one.
    pub fn names(&self, slug: &str, uuid: &str) -> bool {
        self.0.eq_ignore_ascii_case(slug) || self.0.eq_ignore_ascii_case(uuid)
    }

    /// Whether the ID is a UUID rather than a slug.
    pub fn is_uuid(&self) -> bool {
        self.0.starts_with('{')
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_slug_character(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_')
}

/// The address in a text, where it is one: with a scheme, as `git@bitbucket.org:acme/repo.git`,
/// or with the scheme left off.
fn address_in(text: &str) -> Option<Url> {
    if let Some(path) = text.strip_prefix("git@bitbucket.org:") {
        return Url::parse(&format!("https://bitbucket.org/{path}")).ok();
    }
    if text.contains("://") {
        return Url::parse(text).ok().filter(|url| url.has_host());
    }
    let host = text.split('/').next().unwrap_or_default().to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    if host == "bitbucket.org" || host == "api.bitbucket.org" {
        return Url::parse(&format!("https://{text}")).ok();
    }
    None
}

fn uuid_in_braces(text: &str) -> Option<String> {
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    let groups: Vec<&str> = inner.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hexadecimal = groups
        .iter()
        .all(|group| group.chars().all(|character| character.is_ascii_hexdigit()));
    (lengths == [8, 4, 4, 4, 12] && hexadecimal).then(|| format!("{{{}}}", inner.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> String {
        WorkspaceId::parse(typed).expect(typed).0
    }

    #[test]
    fn slugs_uuids_and_addresses_are_understood() {
        assert_eq!(parsed("acme"), "acme");
        assert_eq!(parsed("  Acme-Corp_2\r\n"), "acme-corp_2");
        assert_eq!(parsed("https://bitbucket.org/acme/"), "acme");
        assert_eq!(parsed("bitbucket.org/acme/repo/src/main"), "acme");
        assert_eq!(
            parsed("https://bitbucket.org/acme/workspace/settings/"),
            "acme"
        );
        assert_eq!(parsed("https://www.bitbucket.org/Acme?tab=x#y"), "acme");
        assert_eq!(parsed("git@bitbucket.org:acme/repo.git"), "acme");
        assert_eq!(
            parsed("https://janesmith@bitbucket.org/acme/repo.git"),
            "acme"
        );
        assert_eq!(
            parsed("https://api.bitbucket.org/2.0/workspaces/acme"),
            "acme"
        );
        assert_eq!(
            parsed("https://api.bitbucket.org/2.0/repositories/acme/x"),
            "acme"
        );
        let uuid = "{0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab}";
        assert_eq!(parsed(uuid), uuid);
        assert_eq!(parsed("0F1E2D3C-AAAA-4BBB-8CCC-0123456789AB"), uuid);
        assert_eq!(
            parsed("https://bitbucket.org/%7B0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab%7D/"),
            uuid
        );
    }

    #[test]
    fn a_uuid_is_encoded_in_paths() {
        let id = WorkspaceId::parse("{0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab}").expect("a UUID");
        assert_eq!(id.in_path(), "%7B0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab%7D");
        assert!(id.is_uuid());
        assert!(id.names("acme", "{0F1E2D3C-AAAA-4bbb-8ccc-0123456789ab}"));
    }

    #[test]
    fn refusals_name_their_reason() {
        let refused = |typed: &str| WorkspaceId::parse(typed).expect_err(typed);
        assert_eq!(refused(" \n"), WorkspaceIdError::Empty);
        assert!(matches!(
            refused("Acme Corporation"),
            WorkspaceIdError::DisplayName(_)
        ));
        assert!(matches!(
            refused("jane@acme.example"),
            WorkspaceIdError::Email(_)
        ));
        assert!(matches!(
            refused("https://bitbucket.org/"),
            WorkspaceIdError::AddressWithoutWorkspace(_)
        ));
        assert!(matches!(
            refused("https://bitbucket.org/account/settings/"),
            WorkspaceIdError::AddressWithoutWorkspace(_)
        ));
        assert_eq!(
            refused("https://github.com/acme"),
            WorkspaceIdError::OtherSite("github.com".into())
        );
        assert_eq!(refused("acme!"), WorkspaceIdError::Character { found: '!' });
        assert_eq!(
            refused("株式会社"),
            WorkspaceIdError::Character { found: '株' }
        );
        assert_eq!(
            refused(&"a".repeat(129)),
            WorkspaceIdError::TooLong { length: 129 }
        );
        assert_eq!(
            refused("me:canary@bitbucket.org/acme"),
            WorkspaceIdError::Email("…@bitbucket.org/acme".into())
        );
        let broken = "https://bitbucket.org/account/ATATT3xFfGF0777\n\ncc-0123456789ab";
        assert_eq!(refused(broken), WorkspaceIdError::Token);
        let token = format!("ATCTT3xFfGN0{}", "a".repeat(100));
        let error = refused(&token);
        assert_eq!(error, WorkspaceIdError::Token);
        assert!(!error.to_string().contains("aaaa"));
    }
}
