//! Bitbucket's permission scopes in both of their vocabularies.
//!
//! OAuth consumers and access tokens use short names (`project:admin`); API tokens use long ones
//! (`admin:project:bitbucket`). Source: <https://developer.atlassian.com/cloud/bitbucket/rest/intro/>.

use std::fmt;

/// Which of Bitbucket's two families of scope names a credential speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// Short names, of OAuth consumers and of access tokens: `repository`, `project:admin`.
    Classic,
    /// Long names, of API tokens: `read:repository:bitbucket`.
    ApiToken,
}

/// More than twice the longest name in Bitbucket's lists.
const LONGEST_NAME: usize = 64;

/// One scope, written as Bitbucket writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

impl Scope {
    /// Takes a scope name as Bitbucket writes it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Reads a scope name that came from outside; nothing where it is not written as one.
    ///
    /// A name is shown to people, so that no server may put anything else there, least of all a
    /// token that it repeats.
    pub fn read(name: &str) -> Option<Self> {
        let is_name = !name.is_empty()
            && name.len() <= LONGEST_NAME
            && name.chars().all(|character| {
                character.is_ascii_lowercase()
                    || character.is_ascii_digit()
                    || matches!(character, ':' | '-' | '_' | '.')
            });
        is_name.then(|| Self::new(name))
    }

    /// The name as Bitbucket writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The family to which the name belongs.
    pub fn vocabulary(&self) -> Vocabulary {
        if self.0.ends_with(":bitbucket") {
            Vocabulary::ApiToken
        } else {
            Vocabulary::Classic
        }
    }

    /// Whether the scope allows a change: no check here ever needs one of these.
    pub fn allows_change(&self) -> bool {
        match self.vocabulary() {
            Vocabulary::ApiToken => self.0.starts_with("write:") || self.0.starts_with("delete:"),
            Vocabulary::Classic => self.0.ends_with(":write") || self.0.ends_with(":delete"),
        }
    }

    /// The box to tick on Bitbucket's page, such as `Projects: Admin`; `None` for a scope that no
    /// documented form offers under a name known here.
    pub fn form_label(&self) -> Option<&'static str> {
        Some(match self.0.as_str() {
            "account" => "Account: Read",
            "project" => "Projects: Read",
            "project:admin" => "Projects: Admin",
            "repository" => "Repositories: Read",
            "repository:write" => "Repositories: Write",
            "repository:admin" => "Repositories: Admin",
            "repository:delete" => "Repositories: Delete",
            _ => return None,
        })
    }

    /// What a person ticks: the form's label for a short name, the name itself for a long one.
    pub fn tick(&self) -> &str {
        self.form_label().unwrap_or(&self.0)
    }

    /// What the scope would let its holder do beyond reading, as a warning says it.
    pub fn would_allow(&self) -> &'static str {
        let name = self.0.as_str();
        if name.contains("delete") {
            "deleting"
        } else if name.contains("admin") {
            "changing settings and permissions"
        } else if name.contains("write") {
            "changing content"
        } else {
            "reading more than BalkanID needs"
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads the value of an `x-oauth-scopes` header: names between commas, with or without spaces. What
/// is not written as a scope's name is left out.
pub fn parse_scope_list(header: &str) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = header
        .split(|character: char| character == ',' || character.is_whitespace())
        .filter_map(Scope::read)
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// The short-name scopes that a short-name scope brings with it; long names bring nothing.
///
/// `project:admin` and `repository:admin` bring no right to read: both boxes have to be ticked.
fn implied(name: &str) -> &'static [&'static str] {
    match name {
        "project" | "repository:write" | "pullrequest" => &["repository"],
        "pullrequest:write" => &["pullrequest", "repository:write", "repository"],
        _ => &[],
    }
}

/// Whether a credential with the scopes `granted` holds `needed`, implications included.
pub fn covers(granted: &[Scope], needed: &Scope) -> bool {
    granted
        .iter()
        .any(|scope| scope == needed || implied(scope.as_str()).contains(&needed.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(names: &[&str]) -> Vec<Scope> {
        names.iter().map(|name| Scope::new(*name)).collect()
    }

    #[test]
    fn a_header_is_read_with_and_without_spaces_and_repeats() {
        assert_eq!(
            parse_scope_list("project:admin, account,account ,, repository"),
            scopes(&["account", "project:admin", "repository"])
        );
        assert_eq!(parse_scope_list(""), []);
        assert_eq!(
            parse_scope_list("ATCTT3xFfGN0=AB, <b>account</b>, account"),
            scopes(&["account"]),
            "what is no name is left out"
        );
        assert_eq!(parse_scope_list(&"a".repeat(65)), []);
    }

    #[test]
    fn admin_brings_no_read() {
        assert!(!covers(&scopes(&["project:admin"]), &Scope::new("project")));
        assert!(!covers(
            &scopes(&["repository:admin"]),
            &Scope::new("repository")
        ));
    }

    #[test]
    fn project_and_pull_requests_bring_repository() {
        assert!(covers(&scopes(&["project"]), &Scope::new("repository")));
        assert!(covers(
            &scopes(&["pullrequest:write"]),
            &Scope::new("repository")
        ));
    }

    #[test]
    fn long_names_bring_nothing() {
        let granted = scopes(&["write:repository:bitbucket", "admin:repository:bitbucket"]);
        assert!(!covers(&granted, &Scope::new("read:repository:bitbucket")));
    }
}
