//! The pages that guides open, and which pages the program opens at all.

use url::Url;

use crate::{ApiUrl, WorkspaceId};

/// The page on which API tokens are made.
const API_TOKENS_PAGE: &str = "https://id.atlassian.com/manage-profile/security/api-tokens";
/// The page that shows the account's e-mail.
const EMAIL_PAGE: &str = "https://id.atlassian.com/manage-profile/email";

/// The hosts whose pages the program may open in a browser.
pub const LINK_HOSTS: [&str; 11] = [
    "bitbucket.org",
    "id.atlassian.com",
    "admin.atlassian.com",
    "support.atlassian.com",
    "developer.atlassian.com",
    "community.atlassian.com",
    "jira.atlassian.com",
    "bitbucket.status.atlassian.com",
    "docs.balkan.id",
    "developer.balkan.id",
    "app.balkan.id",
];

/// The address of a page that the program may open in a browser: on one of [`LINK_HOSTS`] over
/// TLS, or on the practice Bitbucket.
pub fn page(address: &str, practice: Option<&ApiUrl>) -> Option<Url> {
    let page = Url::parse(address).ok()?;
    let is_practice = practice.is_some_and(|practice| practice.url().origin() == page.origin());
    let is_known = page.scheme() == "https"
        && page.port().is_none()
        && page
            .host_str()
            .is_some_and(|host| LINK_HOSTS.contains(&host));
    let has_credentials = !page.username().is_empty() || page.password().is_some();
    ((is_known || is_practice) && !has_credentials).then_some(page)
}

/// The addresses that a guide opens. Practice mode puts its own pages in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The workspace's settings.
    pub workspace_settings: String,
    /// The workspace's access tokens.
    pub access_tokens: String,
    /// The workspace's user groups.
    pub user_groups: String,
    /// The Atlassian account's API tokens.
    pub api_tokens: String,
    /// The Atlassian account's e-mail.
    pub email: String,
    /// BalkanID itself.
    pub balkanid: String,
}

impl Pages {
    /// The real pages, of a workspace once one is known.
    pub fn real(workspace: Option<&WorkspaceId>) -> Self {
        let settings = match workspace {
            Some(workspace) => {
                format!(
                    "https://bitbucket.org/{}/workspace/settings",
                    workspace.in_path()
                )
            }
            None => "https://bitbucket.org/account/workspaces".to_owned(),
        };
        let below = |page: &str| match workspace {
            Some(_) => format!("{settings}/{page}"),
            None => settings.clone(),
        };
        Self {
            access_tokens: below("access-tokens"),
            user_groups: below("groups"),
            workspace_settings: settings,
            api_tokens: API_TOKENS_PAGE.to_owned(),
            email: EMAIL_PAGE.to_owned(),
            balkanid: "https://app.balkan.id".to_owned(),
        }
    }

    /// The practice servers' stand-ins, below the practice Bitbucket's own address.
    pub fn practice(bitbucket: &ApiUrl) -> Self {
        let page = |name: &str| bitbucket.join(&format!("/practice/{name}")).to_string();
        Self {
            workspace_settings: page("workspace"),
            access_tokens: page("access-tokens"),
            user_groups: page("workspace"),
            api_tokens: page("api-tokens"),
            email: page("api-tokens"),
            balkanid: page("balkanid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_pages_are_opened() {
        let practice = ApiUrl::parse_bitbucket("http://127.0.0.1:4711").expect("an address");
        let opened = |address: &str| page(address, Some(&practice)).is_some();
        assert!(opened("https://bitbucket.org/acme/workspace/settings"));
        assert!(opened("http://127.0.0.1:4711/practice/workspace"));
        for refused in [
            "http://bitbucket.org/acme",
            "https://bitbucket.org:8443/acme",
            "https://bitbucket.org.example/acme",
            "https://someone@bitbucket.org/acme",
            "http://127.0.0.1:4712/practice/workspace",
            "file:///etc/hostname",
            "bitbucket.org",
        ] {
            assert!(!opened(refused), "{refused}");
        }
        assert!(page("http://127.0.0.1:4711/practice/workspace", None).is_none());
    }
}
