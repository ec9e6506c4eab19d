//! The addresses of Bitbucket and BalkanID, from whatever a person pastes for them.

use std::fmt;

use url::{Host, Url};

/// Bitbucket Cloud's API, the same for everybody:
/// <https://developer.atlassian.com/cloud/bitbucket/rest/intro/>.
pub const BITBUCKET_CLOUD_API: &str = "https://api.bitbucket.org";
/// BalkanID's REST API: <https://developer.balkan.id/>.
pub const BALKANID_API: &str = "https://app.balkan.id";

/// The base address of an API: `https`, or plain `http` on this machine alone; no path that the
/// API itself adds, no user name, no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUrl(Url);

/// Why a text is no address of an API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiUrlError {
    /// Nothing was typed.
    #[error("The API URL is empty.")]
    Empty,
    /// No address can be read out of the text.
    #[error("“{0}” is not a web address.")]
    NoAddress(String),
    /// A token in the field for an address. It is not repeated.
    #[error("This is a token, and a web address was asked for; the token has a field of its own.")]
    Token,
    /// Plain http to another machine: the credentials could be read on the way.
    #[error(
        "The address {0} uses plain http, over which anybody on the way can read a token; it has to begin with https://."
    )]
    PlainHttp(String),
    /// Some other scheme.
    #[error("The address begins with {0}:, and it has to begin with https://.")]
    Scheme(String),
    /// A user name or a password inside the address. It is not repeated.
    #[error("The address holds a user name or a password; credentials have fields of their own.")]
    Credentials,
    /// The example on BalkanID's page, whose host does not exist.
    #[error(
        "{0} stands on BalkanID's page as an example and is no working address; Bitbucket Cloud's API is https://api.bitbucket.org."
    )]
    DocumentationExample(String),
    /// A Bitbucket Data Center address.
    #[error(
        "The address {0} is of a Bitbucket Data Center server; BalkanID's integration is described for Bitbucket Cloud, whose API is https://api.bitbucket.org."
    )]
    DataCenter(String),
}

/// Hosts that BalkanID's page prints as examples.
const EXAMPLES: [&str; 3] = [
    "api.bucket.org",
    "api.your_bitbucket_domain.org",
    "your_bitbucket_domain.org",
];

impl ApiUrl {
    /// Reads the address of Bitbucket's API: with or without scheme, `/2.0` and slashes; a
    /// bitbucket.org page address is understood as Bitbucket Cloud.
    pub fn parse_bitbucket(typed: &str) -> Result<Self, ApiUrlError> {
        let mut url = read_address(typed)?;
        let host = url.host_str().unwrap_or_default().to_lowercase();
        if EXAMPLES.contains(&host.as_str()) {
            return Err(ApiUrlError::DocumentationExample(host));
        }
        if url.path().contains("/rest/api") || url.path().contains("/plugins/servlet") {
            return Err(ApiUrlError::DataCenter(host));
        }
        if matches!(
            host.as_str(),
            "bitbucket.org" | "www.bitbucket.org" | "api.bitbucket.org"
        ) {
            return Self::parse_exact(BITBUCKET_CLOUD_API);
        }
        let base = base_of(url.path()).to_owned();
        url.set_path(&base);
        Ok(Self(url))
    }

    /// Reads the address of BalkanID's REST API; anything after the host is left off.
    pub fn parse_balkanid(typed: &str) -> Result<Self, ApiUrlError> {
        let mut url = read_address(typed)?;
        url.set_path("");
        Ok(Self(url))
    }

    /// Reads the address of BalkanID's Public API, whose path is `/api/public`.
    pub fn parse_balkanid_public(typed: &str) -> Result<Self, ApiUrlError> {
        let mut url = read_address(typed)?;
        url.set_path("/api/public");
        Ok(Self(url))
    }

    fn parse_exact(address: &str) -> Result<Self, ApiUrlError> {
        Url::parse(address)
            .map(Self)
            .map_err(|_| ApiUrlError::NoAddress(address.to_owned()))
    }

    /// The base that an address has been found to be.
    pub(crate) fn at(url: Url) -> Self {
        Self(url)
    }

    /// Bitbucket Cloud's API.
    pub fn bitbucket_cloud() -> Self {
        // The constant parses; a test holds it to that.
        Self::parse_exact(BITBUCKET_CLOUD_API).unwrap_or_else(|_| unreachable!("a constant"))
    }

    /// BalkanID's REST API.
    pub fn balkanid() -> Self {
        Self::parse_exact(BALKANID_API).unwrap_or_else(|_| unreachable!("a constant"))
    }

    /// The address of a path of this API; `path` begins with a slash and is already encoded.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let base = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url.set_query(query);
        url
    }

    /// The base address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with its port where it has one.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether this is Bitbucket Cloud's own API.
    pub fn is_bitbucket_cloud(&self) -> bool {
        self.0.scheme() == "https" && self.0.host_str() == Some("api.bitbucket.org")
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Whether the host of an address is this machine, where plain http cannot be read on the way.
///
/// Names below `localhost` are this machine's too, and `crates/http` asks no name server for them:
/// <https://www.rfc-editor.org/rfc/rfc6761#section-6.3>.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a name is `localhost` or below it.
pub fn is_local_name(name: &str) -> bool {
    name.rsplit('.').next() == Some("localhost")
}

/// A path without what the API itself adds, however often it was typed, nor a quote left at its end.
fn base_of(path: &str) -> &str {
    let mut base = path;
    loop {
        base = base.trim_end_matches(['/', '\'']);
        match ["/!api/2.0", "/2.0", "/1.0"]
            .iter()
            .find_map(|version| base.strip_suffix(version))
        {
            Some(shorter) => base = shorter,
            None => return base,
        }
    }
}

/// Reads an address to which a credential may be sent, whatever its path.
pub(crate) fn read_address(typed: &str) -> Result<Url, ApiUrlError> {
    let text = typed.trim().trim_matches(['"', '\'', '`', '<', '>']).trim();
    if text.is_empty() {
        return Err(ApiUrlError::Empty);
    }
    if crate::token::holds_token(text) {
        return Err(ApiUrlError::Token);
    }
    let with_scheme = match text.contains("://") {
        true => text.to_owned(),
        false => format!("https://{text}"),
    };
    if text.contains(char::is_whitespace) {
        return Err(ApiUrlError::NoAddress(without_userinfo(text)));
    }
    let mut url =
        Url::parse(&with_scheme).map_err(|_| ApiUrlError::NoAddress(without_userinfo(text)))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ApiUrlError::Credentials);
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    // A bare word is a slip of the hand; behind a typed scheme it may be a host of the intranet.
    let named = text.contains("://") || is_loopback(&url) || host.contains('.');
    if !named || !is_written_as_host(&url) {
        return Err(ApiUrlError::NoAddress(without_userinfo(text)));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(ApiUrlError::PlainHttp(host)),
        other => return Err(ApiUrlError::Scheme(other.to_owned())),
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether a host is written as one: addresses may hold others, and nobody gives them.
fn is_written_as_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let fits = |character: char| {
                character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
            };
            name.chars().all(fits) && name.contains(|character: char| character.is_alphanumeric())
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// What was typed for an address, without a user name and a password in it: what may be kept.
pub fn without_credentials(typed: &str) -> String {
    match Url::parse(typed.trim()) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            // An address that cannot hold them has none.
            let _had_none = url.set_username("").and(url.set_password(None));
            url.into()
        }
        Ok(_) => typed.to_owned(),
        Err(_) => match typed.rsplit_once('@') {
            Some((before, host)) if before.contains(':') => host.to_owned(),
            Some(_) | None => typed.to_owned(),
        },
    }
}

/// A text that was meant as an address, without the password that may stand before its `@`.
pub(crate) fn without_userinfo(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, host)) if before.contains(':') => format!("…@{host}"),
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitbucket(typed: &str) -> Result<String, ApiUrlError> {
        ApiUrl::parse_bitbucket(typed).map(|url| url.to_string())
    }

    #[test]
    fn every_way_to_write_the_cloud_address_is_understood() {
        for typed in [
            "https://api.bitbucket.org",
            " https://api.bitbucket.org/2.0/ ",
            "api.bitbucket.org",
            "https://bitbucket.org/acme",
            "http://bitbucket.org".replace("http:", "https:").as_str(),
            "https://api.bitbucket.org/2.0/workspaces/acme?x=y",
            "https://api.bitbucket.org/2.0/2.0",
        ] {
            assert_eq!(bitbucket(typed), Ok(BITBUCKET_CLOUD_API.into()), "{typed}");
        }
        assert!(ApiUrl::bitbucket_cloud().is_bitbucket_cloud());
        assert_eq!(ApiUrl::balkanid().to_string(), BALKANID_API);
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert_eq!(
            bitbucket("http://127.0.0.1:4010/2.0"),
            Ok("http://127.0.0.1:4010".into())
        );
        assert_eq!(
            bitbucket("http://[::1]:4010"),
            Ok("http://[::1]:4010".into())
        );
        assert_eq!(
            bitbucket("http://localhost:1"),
            Ok("http://localhost:1".into())
        );
        assert!(matches!(
            bitbucket("http://api.bitbucket.org"),
            Err(ApiUrlError::PlainHttp(_))
        ));
        assert!(matches!(
            bitbucket("http://127.0.0.1.example.org"),
            Err(ApiUrlError::PlainHttp(_))
        ));
    }

    #[test]
    fn refusals_name_their_reason_and_repeat_no_secret() {
        assert_eq!(bitbucket(""), Err(ApiUrlError::Empty));
        assert_eq!(
            bitbucket("ftp://api.bitbucket.org"),
            Err(ApiUrlError::Scheme("ftp".into()))
        );
        assert_eq!(
            bitbucket("https://me:canary@api.bitbucket.org"),
            Err(ApiUrlError::Credentials)
        );
        assert!(matches!(
            bitbucket("https://api.bucket.org"),
            Err(ApiUrlError::DocumentationExample(_))
        ));
        assert!(matches!(
            bitbucket("https://git.acme.example/rest/api/1.0"),
            Err(ApiUrlError::DataCenter(_))
        ));
        assert!(matches!(bitbucket("acme"), Err(ApiUrlError::NoAddress(_))));
        assert!(matches!(bitbucket(".`"), Err(ApiUrlError::NoAddress(_))));
        assert_eq!(
            bitbucket("https://me:canary@api bitbucket.org"),
            Err(ApiUrlError::NoAddress("…@api bitbucket.org".into()))
        );
        assert_eq!(
            bitbucket("a:canary@://"),
            Err(ApiUrlError::NoAddress("…@://".into()))
        );
        assert!(matches!(
            bitbucket("my server"),
            Err(ApiUrlError::NoAddress(_))
        ));
    }

    #[test]
    fn paths_join_under_the_base() {
        let url = ApiUrl::parse_bitbucket("http://127.0.0.1:4010/proxy/2.0").expect("an address");
        assert_eq!(
            url.join("/2.0/user?pagelen=10").as_str(),
            "http://127.0.0.1:4010/proxy/2.0/user?pagelen=10"
        );
        let odd = "https://a.example/ATBBHHHATBB\u{1f}\u{1f}\u{1f}\u{1f}iiii";
        let odd = ApiUrl::parse_bitbucket(odd).expect("an address");
        assert_eq!(ApiUrl::parse_bitbucket(&odd.to_string()), Ok(odd));
        let twice = ApiUrl::parse_bitbucket("http://127.0.0.1:4010/2.0//2.0/").expect("an address");
        assert_eq!(twice.to_string(), "http://127.0.0.1:4010");
        let public = ApiUrl::parse_balkanid_public("acme.balkanid.app").expect("an address");
        assert_eq!(
            public.url().as_str(),
            "https://acme.balkanid.app/api/public"
        );
    }
}
