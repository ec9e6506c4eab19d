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
    /// Whether the v1 list of groups with their members takes too long, as in a big workspace: it is
    /// answered 504, and `exclude_members=true` as ever. Source:
    /// <https://support.atlassian.com/bitbucket-cloud/kb/requesttimeouterror-with-10-groups-endpoint>.
    #[serde(default)]
    pub(crate) groups_with_members_time_out: bool,
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
    /// Within how many seconds: of any so many, no more requests go through, and a refusal says in
    /// `Retry-After` when the next one does. Nothing means that the limit is reached once.
    #[serde(default)]
    pub(crate) window_seconds: Option<u64>,
    /// Seconds in `Retry-After`, where there is no window; nothing means the header is not sent.
    pub(crate) retry_after: Option<u64>,
    /// How many requests are refused before they are let through again, where there is no window;
    /// all of them, where nothing is said.
    #[serde(default = "all_of_them")]
    pub(crate) refusals: u32,
    /// Whether the refusal is plain text rather than JSON.
    #[serde(default)]
    pub(crate) plain_text: bool,
}

fn all_of_them() -> u32 {
    u32::MAX
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
    /// For how long presigned addresses of uploads work, where that is another time.
    #[serde(default)]
    pub(crate) upload_seconds: Option<u64>,
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

/// How the practice SCIM server behaves; as it should where nothing is said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ScimKnobs {
    /// The bearer token that it knows; the password, where there is a user.
    pub(crate) token: String,
    /// The user that it knows; then Basic is what it takes.
    pub(crate) user: Option<String>,
    /// The token that a person types, where it is not the one that is known.
    pub(crate) typed_token: Option<String>,
    /// The path that a person types, where it is not the server's own.
    pub(crate) typed_path: Option<String>,
    /// The most that a page holds.
    pub(crate) page_limit: usize,
    /// Whether every page is the first.
    pub(crate) ignores_start_index: bool,
    /// Whether a page holds all.
    pub(crate) ignores_count: bool,
    /// How many entries of a page come again on the next.
    pub(crate) repeats_on_pages: usize,
    /// Whether `totalResults` is the length of the page.
    pub(crate) total_of_page: bool,
    /// The most members that a group names.
    pub(crate) cuts_members: Option<usize>,
    /// Whether users name their groups, which is left to a server.
    pub(crate) user_groups: bool,
    /// Whether filters are refused, which it then says of itself.
    pub(crate) no_filter: bool,
    /// Whether a filter changes nothing.
    pub(crate) ignores_filter: bool,
    /// Attributes that users are given without.
    pub(crate) without: Vec<String>,
    /// Whether answers are plain JSON by their type.
    pub(crate) json_content_type: bool,
    /// Whether refusals have a form of their own.
    pub(crate) plain_errors: bool,
    /// Whether it says nothing of itself.
    pub(crate) no_discovery: bool,
    /// Whether it speaks SCIM 1.1.
    pub(crate) version_1: bool,
    /// Whether a web page answers in its place.
    pub(crate) html: bool,
    /// Whether the token may read neither users nor groups.
    pub(crate) refuses: bool,
    /// Whether there is nobody and nothing.
    pub(crate) empty: bool,
}

impl Default for ScimKnobs {
    fn default() -> Self {
        Self {
            token: "practice-scim-token-that-opens-nothing-but-the-practice-servers-0003"
                .to_owned(),
            user: None,
            typed_token: None,
            typed_path: None,
            page_limit: 100,
            ignores_start_index: false,
            ignores_count: false,
            repeats_on_pages: 0,
            total_of_page: false,
            cuts_members: None,
            user_groups: true,
            no_filter: false,
            ignores_filter: false,
            without: Vec::new(),
            json_content_type: false,
            plain_errors: false,
            no_discovery: false,
            version_1: false,
            html: false,
            refuses: false,
            empty: false,
        }
    }
}
