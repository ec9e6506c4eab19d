//! The base address of a SCIM server, from whatever a person pastes for it.

use std::fmt;

use url::Url;

use crate::address::{ApiUrl, ApiUrlError, is_loopback, read_address};

/// The base address of a SCIM server, such as `https://id.acme.example/scim/v2`: `https`, or plain
/// `http` on this machine alone; no user name, no query, none of the paths that SCIM itself adds
/// (RFC 7644, section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimUrl(ApiUrl);

/// Why a text is no address of a SCIM server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScimUrlError {
    /// Nothing was typed.
    #[error("The SCIM base URL is empty.")]
    Empty,
    /// It is no address to which a credential may go.
    #[error(transparent)]
    Address(ApiUrlError),
}

/// The paths that SCIM adds to a base address.
const ENDPOINTS: [&str; 9] = [
    "users",
    "groups",
    "me",
    "bulk",
    ".search",
    "serviceproviderconfig",
    "serviceproviderconfigs",
    "resourcetypes",
    "schemas",
];

impl ScimUrl {
    /// Reads the base address: with or without scheme, and without the `/Users` that a person
    /// copied along.
    pub fn parse(typed: &str) -> Result<Self, ScimUrlError> {
        let mut url = read_address(typed).map_err(|error| match error {
            ApiUrlError::Empty => ScimUrlError::Empty,
            other => ScimUrlError::Address(other),
        })?;
        let parts: Vec<&str> = url
            .path()
            .split('/')
            .map(|part| part.trim_matches('\''))
            .filter(|part| !part.is_empty())
            .collect();
        let is_endpoint = |part: &&str| ENDPOINTS.contains(&part.to_lowercase().as_str());
        let base: Vec<&str> = match parts.iter().position(is_endpoint) {
            Some(place) => parts[..place].to_vec(),
            None => parts,
        };
        let base = base.join("/");
        url.set_path(&base);
        Ok(Self(ApiUrl::at(url)))
    }

    /// The address of a path below the base; `path` begins with a slash and is already encoded.
    pub fn join(&self, path: &str) -> Url {
        self.0.join(path)
    }

    /// The same server with a longer path, such as `/scim/v2`.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        Self(ApiUrl::at(self.join(path)))
    }

    /// The host, with its port where it has one.
    pub fn host(&self) -> String {
        self.0.host()
    }

    /// Whether the server is on this machine.
    pub fn is_here(&self) -> bool {
        is_loopback(self.0.url())
    }
}

impl fmt::Display for ScimUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Result<String, ScimUrlError> {
        ScimUrl::parse(typed).map(|url| url.to_string())
    }

    #[test]
    fn every_way_to_write_the_base_is_understood() {
        for typed in [
            "https://id.acme.example/scim/v2",
            " id.acme.example/scim/v2/ ",
            "\"https://id.acme.example/scim/v2/Users\"",
            "https://id.acme.example/scim/v2/users?startIndex=1",
            "https://id.acme.example/scim/v2/Groups/2819c223",
            "https://id.acme.example/scim/v2/ServiceProviderConfig",
            "https://id.acme.example//scim//v2//Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
        ] {
            let read = read(typed);
            assert_eq!(
                read,
                Ok("https://id.acme.example/scim/v2".into()),
                "{typed}"
            );
        }
        assert_eq!(
            read("http://127.0.0.1:4711/"),
            Ok("http://127.0.0.1:4711".into())
        );
        assert_eq!(
            read("https://id.acme.example/tenants/users-eu/scim"),
            Ok("https://id.acme.example/tenants/users-eu/scim".into())
        );
    }

    #[test]
    fn refusals_name_their_reason_and_repeat_no_secret() {
        assert_eq!(read(" "), Err(ScimUrlError::Empty));
        let reason = |typed: &str| read(typed).expect_err("a refusal").to_string();
        assert!(reason("http://id.acme.example/scim").contains("https://"));
        assert!(reason("ftp://id.acme.example/scim").contains("ftp:"));
        assert!(reason("scim").contains("not a web address"));
        let said = reason("https://me:canary@id.acme.example/scim");
        assert!(
            said.contains("user name") && !said.contains("canary"),
            "{said}"
        );
    }

    #[test]
    fn what_is_printed_reads_back() {
        for typed in ["https://a.example", "https://a.example:8443/x/y%20z"] {
            let url = ScimUrl::parse(typed).expect("an address");
            assert_eq!(ScimUrl::parse(&url.to_string()), Ok(url));
        }
        let base = ScimUrl::parse("https://a.example/scim").expect("an address");
        assert_eq!(
            base.join("/Users?count=1").as_str(),
            "https://a.example/scim/Users?count=1"
        );
        assert_eq!(base.below("/v2").to_string(), "https://a.example/scim/v2");
    }
}
