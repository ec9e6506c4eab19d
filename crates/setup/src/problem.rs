//! What can be wrong, by code, and where a person mends it.

use std::fmt;

use crate::{CheckId, CredentialSlot, Scope};

/// What is wrong, named so that a person would do something different about each.
///
/// The names are a promise to scripts; new ones may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table in words.rs has a sentence on each")]
pub enum ProblemCode {
    AppPasswordRemoved,
    EmailExpected,
    SignInRefused,
    ScopeMissing,
    WrongCredentialKind,
    EndpointRemoved,
    RoleMissing,
    EmptyResult,
    RateLimited,
    NetworkPolicy,
    VaultUnavailable,
    VaultLocked,
    VaultTooLong,
    Unreachable,
    TimedOut,
    TlsUntrusted,
    ProxyRefused,
    NotBitbucket,
    DataCenterFound,
    ServerError,
    UnreadableReply,
    WorkspaceNotFoundOrHidden,
    WorkspaceMismatch,
    WorkspaceDeactivated,
    AccountMismatch,
    AlreadySetUp,
    ExcessScope,
    ExpiresSoon,
    OffOriginLink,
    RedirectRefused,
    AddressNotAllowed,
    BalkanIdKeyRefused,
    BalkanIdNotFound,
    BalkanIdRefused,
    BalkanIdBlocked,
    BalkanIdEmptyReply,
    BalkanIdOtherHost,
    StepUpRequired,
    ScimRefused,
    ScimOutdated,
    ScimPaging,
    ScimMembersCut,
    ScimAttributeMissing,
    ScimDeparture,
    NotScim,
    ValueMissing,
    ValueUnreadable,
    WrongField,
    SecretInArguments,
    Cancelled,
    FileExists,
    FileNotWritten,
    FileNotRead,
    FilesUnfit,
    FileChanged,
    ChecksumDiffers,
    SyncFailed,
    DesktopRefused,
    ClockDiffers,
    DefectOfThisTool,
}

impl ProblemCode {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AppPasswordRemoved => "app_password_removed",
            Self::EmailExpected => "email_expected",
            Self::SignInRefused => "sign_in_refused",
            Self::ScopeMissing => "scope_missing",
            Self::WrongCredentialKind => "wrong_credential_kind",
            Self::EndpointRemoved => "endpoint_removed",
            Self::RoleMissing => "role_missing",
            Self::EmptyResult => "empty_result",
            Self::RateLimited => "rate_limited",
            Self::NetworkPolicy => "network_policy",
            Self::VaultUnavailable => "vault_unavailable",
            Self::VaultLocked => "vault_locked",
            Self::VaultTooLong => "vault_too_long",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::TlsUntrusted => "tls_untrusted",
            Self::ProxyRefused => "proxy_refused",
            Self::NotBitbucket => "not_bitbucket",
            Self::DataCenterFound => "data_center_found",
            Self::ServerError => "server_error",
            Self::UnreadableReply => "unreadable_reply",
            Self::WorkspaceNotFoundOrHidden => "workspace_not_found_or_hidden",
            Self::WorkspaceMismatch => "workspace_mismatch",
            Self::WorkspaceDeactivated => "workspace_deactivated",
            Self::AccountMismatch => "account_mismatch",
            Self::AlreadySetUp => "already_set_up",
            Self::ExcessScope => "excess_scope",
            Self::ExpiresSoon => "expires_soon",
            Self::OffOriginLink => "off_origin_link",
            Self::RedirectRefused => "redirect_refused",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::BalkanIdKeyRefused => "balkanid_key_refused",
            Self::BalkanIdNotFound => "balkanid_not_found",
            Self::BalkanIdRefused => "balkanid_refused",
            Self::BalkanIdBlocked => "balkanid_blocked",
            Self::BalkanIdEmptyReply => "balkanid_empty_reply",
            Self::BalkanIdOtherHost => "balkanid_other_host",
            Self::StepUpRequired => "step_up_required",
            Self::ScimRefused => "scim_refused",
            Self::ScimOutdated => "scim_outdated",
            Self::ScimPaging => "scim_paging",
            Self::ScimMembersCut => "scim_members_cut",
            Self::ScimAttributeMissing => "scim_attribute_missing",
            Self::ScimDeparture => "scim_departure",
            Self::NotScim => "not_scim",
            Self::ValueMissing => "value_missing",
            Self::ValueUnreadable => "value_unreadable",
            Self::WrongField => "wrong_field",
            Self::SecretInArguments => "secret_in_arguments",
            Self::Cancelled => "cancelled",
            Self::FileExists => "file_exists",
            Self::FileNotWritten => "file_not_written",
            Self::FileNotRead => "file_not_read",
            Self::FilesUnfit => "files_unfit",
            Self::FileChanged => "file_changed",
            Self::ChecksumDiffers => "checksum_differs",
            Self::SyncFailed => "sync_failed",
            Self::DesktopRefused => "desktop_refused",
            Self::ClockDiffers => "clock_differs",
            Self::DefectOfThisTool => "defect_of_this_tool",
        }
    }
}

impl ProblemCode {
    /// Every code.
    pub const ALL: [Self; 60] = [
        Self::AppPasswordRemoved,
        Self::EmailExpected,
        Self::SignInRefused,
        Self::ScopeMissing,
        Self::WrongCredentialKind,
        Self::EndpointRemoved,
        Self::RoleMissing,
        Self::EmptyResult,
        Self::RateLimited,
        Self::NetworkPolicy,
        Self::VaultUnavailable,
        Self::VaultLocked,
        Self::VaultTooLong,
        Self::Unreachable,
        Self::TimedOut,
        Self::TlsUntrusted,
        Self::ProxyRefused,
        Self::NotBitbucket,
        Self::DataCenterFound,
        Self::ServerError,
        Self::UnreadableReply,
        Self::WorkspaceNotFoundOrHidden,
        Self::WorkspaceMismatch,
        Self::WorkspaceDeactivated,
        Self::AccountMismatch,
        Self::AlreadySetUp,
        Self::ExcessScope,
        Self::ExpiresSoon,
        Self::OffOriginLink,
        Self::RedirectRefused,
        Self::AddressNotAllowed,
        Self::BalkanIdKeyRefused,
        Self::BalkanIdNotFound,
        Self::BalkanIdRefused,
        Self::BalkanIdBlocked,
        Self::BalkanIdEmptyReply,
        Self::BalkanIdOtherHost,
        Self::StepUpRequired,
        Self::ScimRefused,
        Self::ScimOutdated,
        Self::ScimPaging,
        Self::ScimMembersCut,
        Self::ScimAttributeMissing,
        Self::ScimDeparture,
        Self::NotScim,
        Self::ValueMissing,
        Self::ValueUnreadable,
        Self::WrongField,
        Self::SecretInArguments,
        Self::Cancelled,
        Self::FileExists,
        Self::FileNotWritten,
        Self::FileNotRead,
        Self::FilesUnfit,
        Self::FileChanged,
        Self::ChecksumDiffers,
        Self::SyncFailed,
        Self::DesktopRefused,
        Self::ClockDiffers,
        Self::DefectOfThisTool,
    ];

    /// The code of a name, where there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether a problem stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The set-up is not ready with it.
    Error,
    /// Worth knowing; it does not make the set-up wrong.
    Warning,
}

/// When trying again makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At once: the cause may have passed.
    Now,
    /// After the person changed something.
    AfterChange,
    /// From a point in time on, in seconds since 1970-01-01T00:00:00Z.
    At(i64),
}

/// The place where a person mends something, so that mends can be grouped by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Bitbucket, the workspace's settings.
    WorkspaceSettings,
    /// Bitbucket, the workspace's access tokens.
    WorkspaceAccessTokens,
    /// Atlassian account, API tokens.
    AtlassianApiTokens,
    /// Bitbucket, the workspace's user groups, where administrators are made.
    WorkspaceUserGroups,
    /// Bitbucket, the workspace's access controls (IP allow-list, two-step verification).
    WorkspaceAccessControls,
    /// This program: a value typed here.
    ThisProgram,
    /// The network between here and the service.
    Network,
    /// The operating system's keychain.
    Keychain,
    /// BalkanID, the API keys of the profile menu.
    BalkanIdApiKeys,
    /// BalkanID, Configure > Integrations.
    BalkanIdIntegrations,
    /// Nothing to mend: waiting helps.
    Wait,
}

/// One thing that is wrong, with what to do about it kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of wrong.
    pub code: ProblemCode,
    /// The credential that it is about.
    pub slot: Option<CredentialSlot>,
    /// The check that met it.
    pub check: Option<CheckId>,
    /// Whether it stands in the way.
    pub severity: Severity,
    /// What happened, in a sentence or two.
    pub message: String,
    /// What was seen that bears on it, a sentence each: the ground on which the hints stand.
    pub seen: Vec<String>,
    /// What to do, most useful first.
    pub hints: Vec<String>,
    /// What lies beneath, outermost first, without addresses or secrets.
    pub causes: Vec<String>,
    /// The scopes concerned, in the vocabulary of the credential.
    pub scopes: Vec<Scope>,
    /// The input that it is about, by its flag's name without dashes.
    pub field: Option<&'static str>,
    /// Where it is mended.
    pub place: Place,
    /// When to try again.
    pub retry: Retry,
}

impl Problem {
    /// A problem of severity error, with the hints, place and retry that the table of words has
    /// for its code.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        let words = crate::words::of(code);
        Self {
            code,
            slot: None,
            check: None,
            severity: words.severity,
            message: message.into(),
            seen: Vec::new(),
            hints: words.hints.iter().map(|hint| (*hint).to_owned()).collect(),
            causes: Vec::new(),
            scopes: Vec::new(),
            field: None,
            place: words.place,
            retry: words.retry,
        }
    }

    /// Says which credential it is about.
    #[must_use]
    pub fn on_slot(mut self, slot: CredentialSlot) -> Self {
        self.slot = Some(slot);
        self
    }

    /// Says which check met it, and so which credential.
    #[must_use]
    pub fn on_check(mut self, check: CheckId) -> Self {
        self.slot = Some(check.slot);
        self.check = Some(check);
        self
    }

    /// Says which input it is about.
    #[must_use]
    pub fn on_field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Names the scopes concerned.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Vec<Scope>) -> Self {
        self.scopes = scopes;
        self
    }

    /// Puts a hint before those of the table.
    #[must_use]
    pub fn with_first_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.insert(0, hint.into());
        self
    }

    /// Says what was seen that bears on it.
    #[must_use]
    pub fn with_seen(mut self, seen: Vec<String>) -> Self {
        self.seen = seen;
        self
    }

    /// Replaces the table's hints.
    #[must_use]
    pub fn with_hints(mut self, hints: Vec<String>) -> Self {
        self.hints = hints;
        self
    }

    /// Keeps the causes of an error, outermost first.
    #[must_use]
    pub fn with_causes(mut self, error: &dyn std::error::Error) -> Self {
        let mut cause = error.source();
        while let Some(error) = cause {
            self.causes.push(error.to_string());
            cause = error.source();
        }
        self
    }

    /// Moves the mend to another place than the table's.
    #[must_use]
    pub fn mended_at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
