//! Links that a server gives: followed only where they stay with the same server.

use url::Url;

/// A link that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OffOrigin {
    /// To another scheme, host or port.
    #[error("the link leads to {0}")]
    Elsewhere(String),
    /// Not an absolute address.
    #[error("the link is no whole address")]
    NoAddress,
}

/// Whether two addresses have the same scheme, host and port.
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin().is_tuple() && one.origin() == other.origin()
}

/// A `next` link as an address, if it stays with the server at `base`.
pub fn next_link(base: &Url, next: &str) -> Result<Url, OffOrigin> {
    let url = Url::parse(next).map_err(|_| OffOrigin::NoAddress)?;
    if same_origin(base, &url) && url.username().is_empty() && url.password().is_none() {
        return Ok(url);
    }
    Err(OffOrigin::Elsewhere(
        url.host_str().unwrap_or("no host").to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "(https?|ftp|data|file):/{0,3}([a-z@:]{0,6}@)?(api\\.bitbucket\\.org|127\\.0\\.0\\.1|\\[::1\\]|[a-z.]{0,12})(:[0-9]{1,5})?([/?#\\\\][!-~]{0,20})?",
        ]
    }

    proptest! {
        #[test]
        fn a_link_of_another_origin_is_never_followed(base in addresses(), next in addresses()) {
            let Ok(base) = Url::parse(&base) else { return Ok(()) };
            let Ok(link) = next_link(&base, &next) else { return Ok(()) };
            prop_assert_eq!(link.scheme(), base.scheme());
            prop_assert_eq!(link.host(), base.host());
            prop_assert_eq!(link.port_or_known_default(), base.port_or_known_default());
            prop_assert!(link.username().is_empty() && link.password().is_none());
        }

        #[test]
        fn a_link_of_the_same_server_is_followed_as_it_is(path in "[a-z0-9/]{0,20}", query in "[a-z0-9=&]{0,20}") {
            let base = Url::parse("https://api.bitbucket.org/2.0").expect("an address");
            let next = format!("https://api.bitbucket.org/{path}?{query}");
            prop_assert_eq!(next_link(&base, &next).map(String::from), Ok(next));
        }
    }

    #[test]
    fn a_link_stays_with_scheme_host_and_port() {
        let base = Url::parse("https://api.bitbucket.org").expect("an address");
        let ok = |next: &str| next_link(&base, next).is_ok();
        assert!(ok("https://api.bitbucket.org/2.0/x?page=2"));
        assert!(ok("https://api.bitbucket.org:443/2.0/x"));
        assert!(!ok("http://api.bitbucket.org/2.0/x"));
        assert!(!ok("https://api.bitbucket.org:8443/2.0/x"));
        assert!(!ok("https://api.bitbucket.org.evil.example/"));
        assert!(!ok("https://user@api.bitbucket.org/"));
        assert!(!ok("/2.0/x"));
        assert!(!ok("data:text/plain,x"));
    }
}
