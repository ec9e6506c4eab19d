//! What scopes cover.

/// Whether scopes cover one: short names bring others along, long names bring nothing.
///
/// In short names an `:admin` scope does not bring its reading one; `project:admin` and `project`
/// are two things to tick. Source: the section on scopes of
/// <https://developer.atlassian.com/cloud/bitbucket/rest/intro/>.
pub(super) fn covers(granted: &[String], needed: &str) -> bool {
    granted
        .iter()
        .any(|scope| scope == needed || brings(scope).contains(&needed))
}

fn brings(scope: &str) -> &'static [&'static str] {
    match scope {
        "project" | "repository:write" | "pullrequest" => &["repository"],
        "pullrequest:write" => &["pullrequest", "repository:write", "repository"],
        "account:write" => &["account"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(granted: &[&str], needed: &str) -> bool {
        let granted: Vec<String> = granted.iter().map(|scope| (*scope).to_owned()).collect();
        covers(&granted, needed)
    }

    #[test]
    fn short_names_bring_what_the_documents_say() {
        assert!(covered(&["project"], "repository"));
        assert!(covered(&["pullrequest:write"], "repository:write"));
        assert!(!covered(&["project:admin"], "project"));
        assert!(!covered(&["repository:admin"], "repository"));
        assert!(!covered(&["repository"], "project"));
    }

    #[test]
    fn long_names_bring_nothing() {
        assert!(covered(
            &["read:project:bitbucket"],
            "read:project:bitbucket"
        ));
        assert!(!covered(
            &["admin:project:bitbucket"],
            "read:project:bitbucket"
        ));
        assert!(!covered(
            &["write:repository:bitbucket"],
            "read:repository:bitbucket"
        ));
        assert!(!covered(
            &["read:project:bitbucket"],
            "read:repository:bitbucket"
        ));
    }
}
