//! How the servers behave where the documents leave it open.

use serde::Deserialize;

/// How the practice Bitbucket behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BitbucketKnobs {
    /// Where the address that a person types leads.
    pub(crate) reach: Reach,
    /// Whether the headers that tell kind and scopes are sent.
    pub(crate) credential_headers: bool,
    /// Whether access tokens may read permissions; Bitbucket's own documents differ.
    pub(crate) access_tokens_read_permissions: bool,
    /// Whether access tokens may read the v1 groups; nobody has said.
    pub(crate) access_tokens_read_groups: bool,
    /// The scope that the v1 groups API wants of an API token; sources differ.
    pub(crate) groups_scope: String,
    /// Whether this is a Data Center server instead.
    pub(crate) data_center: bool,
    /// Requests an hour that access tokens are told of in `X-RateLimit-Limit`; nothing leaves the
    /// headers off.
    pub(crate) scaled_limit: Option<u32>,
    /// When requests are refused for being too many; nothing means never.
    pub(crate) rate_limit: Option<RateLimit>,
}

/// Where the address of Bitbucket's API leads that a person types.
///
/// The practice Bitbucket itself is always there; in scenarios about the address, another one is
/// typed than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reach {
    /// To the practice Bitbucket.
    Here,
    /// To a port of this machine at which nobody listens.
    ClosedPort,
    /// To the practice Bitbucket, behind a certificate that nobody trusts.
    UntrustedCertificate,
    /// Nowhere: no such name.
    UnknownName,
    /// To another machine, without TLS.
    PlainHttpElsewhere,
}

/// A rate limit. Each credential has its own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    /// How many requests go through before.
    pub(crate) after_requests: u32,
    /// Seconds in `Retry-After`; nothing means the header is not sent.
    pub(crate) retry_after: Option<u64>,
    /// How many requests are refused before they are let through again.
    pub(crate) refusals: u32,
    /// Whether the refusal is plain text rather than JSON.
    #[serde(default)]
    pub(crate) plain_text: bool,
}

/// How the practice BalkanID behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BalkanIdKnobs {
    pub(crate) tenant: String,
    pub(crate) key_id: String,
    pub(crate) key_secret: String,
    /// The key that a person types, where it is not the one that is known.
    #[serde(default)]
    pub(crate) typed_key_secret: Option<String>,
    /// Bitbucket integrations that the tenant has already, by workspace.
    pub(crate) existing: Vec<String>,
    /// How often a download is asked for before it is ready.
    pub(crate) polls_until_ready: u32,
    /// How many downloads of the integrations show a sync as running before one shows its end.
    pub(crate) reads_until_synced: u32,
    /// Whether a sync fails whatever the credentials.
    pub(crate) sync_fails: bool,
    /// For how long presigned addresses work.
    pub(crate) presigned_seconds: u64,
    /// Whether a firewall answers in its place.
    pub(crate) firewall: bool,
    /// At which of its hosts the Public API is.
    #[serde(default)]
    pub(crate) public_api: PublicApi,
}

/// At which host the Public API is: BalkanID's own scripts name both, at different times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PublicApi {
    /// At any.
    #[default]
    Anywhere,
    /// At the tenant's alone, a name below `localhost`; a person types the platform's.
    TenantHost,
    /// At the platform's alone, which is `localhost`; a person types the tenant's.
    PlatformHost,
}

impl PublicApi {
    /// The host that a person types; nothing where the usual address does.
    pub(crate) fn typed_host(self) -> Option<&'static str> {
        match self {
            Self::Anywhere => None,
            Self::TenantHost => Some("localhost"),
            Self::PlatformHost => Some("practice.localhost"),
        }
    }

    /// Whether it is at a host.
    pub(crate) fn is_at(self, host: &str) -> bool {
        let host = host.split(':').next().unwrap_or_default();
        match self {
            Self::Anywhere => true,
            Self::TenantHost => host == "practice.localhost",
            Self::PlatformHost => host == "localhost",
        }
    }
}
