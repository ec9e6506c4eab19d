//! The one table of words: what to do about each kind of problem, and where.

use crate::problem::{Place, ProblemCode, Retry, Severity};

/// What the table says of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The kind of problem in a few words, as a heading.
    pub title: &'static str,
    /// Whether it stands in the way, unless what else was found says otherwise.
    pub severity: Severity,
    /// What to do, most useful first.
    pub hints: &'static [&'static str],
    /// Where it is mended.
    pub place: Place,
    /// When to try again.
    pub retry: Retry,
}

/// The line of the table for a code.
pub fn of(code: ProblemCode) -> Words {
    use Place::{
        AtlassianApiTokens, BalkanIdApiKeys, BalkanIdIntegrations, Keychain, Network, ThisProgram,
        Wait, WorkspaceAccessControls, WorkspaceAccessTokens, WorkspaceSettings,
        WorkspaceUserGroups,
    };
    use Retry::{AfterChange, Now};
    use Severity::{Error, Warning};

    let (title, severity, hints, place, retry): (_, _, &'static [&'static str], _, _) = match code {
        ProblemCode::AppPasswordRemoved => (
            "App passwords have ended",
            Error,
            &[
                "Make an API token: Atlassian account settings > Security > Create and manage API tokens > Create API token with scopes, app Bitbucket.",
            ],
            AtlassianApiTokens,
            AfterChange,
        ),
        ProblemCode::EmailExpected => (
            "The e-mail is needed, not the user name",
            Error,
            &[
                "Enter the e-mail of the Atlassian account that made the API token; it stands at https://id.atlassian.com/manage-profile/email.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::SignInRefused => (
            "Sign-in refused",
            Error,
            &["Copy the token once more, whole; where that is not possible, make a new one."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScopeMissing => (
            "A permission is missing",
            Error,
            &[
                "A token's permissions cannot be changed afterwards: make a new token with the missing ones ticked too, and paste it here.",
            ],
            WorkspaceAccessTokens,
            AfterChange,
        ),
        ProblemCode::WrongCredentialKind => (
            "Another kind of credential is needed here",
            Error,
            &[],
            WorkspaceAccessTokens,
            AfterChange,
        ),
        ProblemCode::EndpointRemoved => (
            "Bitbucket has removed this call",
            Error,
            &[
                "This is a defect of this program and nothing that you did. Look for a newer version, or report it.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::RoleMissing => (
            "An administrator's role is missing",
            Error,
            &[
                "Ask an administrator of the workspace to add the account to the Administrators group: Workspace settings > User groups > Administrators.",
            ],
            WorkspaceUserGroups,
            AfterChange,
        ),
        ProblemCode::EmptyResult => (
            "Nothing to read",
            Warning,
            &[
                "If the workspace does hold something, the credential may not see it: check that it belongs to this workspace.",
            ],
            WorkspaceSettings,
            AfterChange,
        ),
        ProblemCode::RateLimited => (
            "A rate limit is reached",
            Error,
            &["Nothing is wrong with the credential. Wait, then check again."],
            Wait,
            Now,
        ),
        ProblemCode::NetworkPolicy => (
            "A policy of the workspace stands in the way",
            Error,
            &[
                "An administrator can look at Workspace settings > Security > Access controls: allowed IP addresses and required two-step verification.",
            ],
            WorkspaceAccessControls,
            AfterChange,
        ),
        ProblemCode::VaultUnavailable => (
            "No keychain answers",
            Error,
            &[
                "Start the system's keychain (on Linux, GNOME Keyring or KWallet with the Secret Service), then try again.",
                "Or go on for this process only: nothing is stored, and the secrets are gone when it ends.",
            ],
            Keychain,
            AfterChange,
        ),
        ProblemCode::VaultLocked => (
            "The keychain is locked",
            Error,
            &["Unlock the keychain (logging in to the desktop does it as a rule), then try again."],
            Keychain,
            AfterChange,
        ),
        ProblemCode::VaultTooLong => (
            "The keychain cannot hold a secret this long",
            Error,
            &["Windows limits one secret to 2,560 bytes. Check that the token alone was pasted."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::Unreachable => (
            "No connection",
            Error,
            &[
                "Check the network, a VPN and the address. Nothing was found out about the credential.",
            ],
            Network,
            Now,
        ),
        ProblemCode::TimedOut => (
            "No answer in time",
            Error,
            &[
                "Try again; if it stays so, look at the network or a proxy on the way. Nothing was found out about the credential.",
            ],
            Network,
            Now,
        ),
        ProblemCode::TlsUntrusted => (
            "The server's certificate is not trusted",
            Error,
            &[
                "Where the company inspects TLS, its root certificate has to be in this system's certificate store; ask those who run the network.",
                "Otherwise do not go on: somebody may stand between you and the server.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::ProxyRefused => (
            "The proxy refuses",
            Error,
            &[
                "Check the system's proxy settings, or ask those who run the network to let this address through.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::NotBitbucket => (
            "Something else answers",
            Error,
            &[
                "Check the API URL and its port; a proxy or a sign-in page of the network may answer in Bitbucket's place. Nothing was found out about the credential.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::DataCenterFound => (
            "A Bitbucket Data Center server",
            Error,
            &[
                "BalkanID's integration is described for Bitbucket Cloud only. If the workspace is on bitbucket.org, the API URL is https://api.bitbucket.org.",
                "If it is not, ask support@balkan.id whether Data Center is supported.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ServerError => (
            "The server has trouble of its own",
            Error,
            &[
                "Try again in some minutes; https://bitbucket.status.atlassian.com tells of outages. Nothing was found out about the credential.",
            ],
            Wait,
            Now,
        ),
        ProblemCode::UnreadableReply => (
            "An answer that cannot be read",
            Error,
            &[
                "Try again; if it stays so, a proxy may change answers on the way. Nothing was found out about the credential.",
            ],
            Network,
            Now,
        ),
        ProblemCode::WorkspaceNotFoundOrHidden => (
            "No such workspace, or no access to it",
            Error,
            &[
                "Compare the workspace ID with the address in Bitbucket: bitbucket.org/<workspace ID>/.",
                "If it is right, the credential has no access to the workspace.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::WorkspaceMismatch => (
            "Of another workspace",
            Error,
            &["Use a credential of this workspace, or change the workspace ID."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::WorkspaceDeactivated => (
            "The workspace is switched off",
            Error,
            &[
                "An administrator signs in at bitbucket.org and opens the workspace: Bitbucket offers there to switch it on again.",
            ],
            WorkspaceSettings,
            AfterChange,
        ),
        ProblemCode::AccountMismatch => (
            "Of another account",
            Error,
            &[
                "Make the token with the account that the set-up names, or set the workspace up anew with the other account.",
            ],
            AtlassianApiTokens,
            AfterChange,
        ),
        ProblemCode::AlreadySetUp => (
            "Set up already",
            Warning,
            &[
                "Going on changes that set-up; BalkanID's integration is updated and not made a second time.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ExcessScope => (
            "More permissions than needed",
            Warning,
            &[
                "BalkanID only reads. A token with the needed permissions alone limits what a leak could do.",
            ],
            WorkspaceAccessTokens,
            AfterChange,
        ),
        ProblemCode::ExpiresSoon => (
            "A token expires soon",
            Warning,
            &["Make a new token before that day and replace the old one here and in BalkanID."],
            AtlassianApiTokens,
            AfterChange,
        ),
        ProblemCode::OffOriginLink => (
            "A link to another server",
            Error,
            &[
                "The link was not followed, so that the credential stays with Bitbucket. Check the API URL and any proxy.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::RedirectRefused => (
            "A redirect",
            Error,
            &[
                "It was not followed, so that the credential stays with Bitbucket. Check the API URL; a sign-in page of the network also answers like this.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::AddressNotAllowed => (
            "An address to which no credential is sent",
            Error,
            &[
                "Bitbucket Cloud's API is https://api.bitbucket.org; plain http is for this machine alone.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::BalkanIdKeyRefused => (
            "BalkanID refuses the API key",
            Error,
            &["Make a new key in BalkanID: profile menu > API Keys. Copy both halves."],
            BalkanIdApiKeys,
            AfterChange,
        ),
        ProblemCode::BalkanIdNotFound => (
            "Not found at BalkanID",
            Error,
            &[
                "The Public API is at https://<tenant>.balkanid.app/api/public for most tenants; some use the platform's own host. Try the other form.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::BalkanIdRefused => (
            "BalkanID refuses",
            Error,
            &["Read the message; if it does not help, send it to support@balkan.id."],
            BalkanIdIntegrations,
            AfterChange,
        ),
        ProblemCode::BalkanIdBlocked => (
            "A firewall in front of BalkanID",
            Error,
            &[
                "Try from another network, without a VPN; else ask support@balkan.id to let this one through.",
            ],
            Network,
            AfterChange,
        ),
        ProblemCode::BalkanIdEmptyReply => (
            "BalkanID answers with nothing",
            Error,
            &[
                "Look under Configure > Integrations whether it has happened; if not, do it again, and send the time of both to support@balkan.id.",
            ],
            BalkanIdIntegrations,
            Now,
        ),
        ProblemCode::BalkanIdOtherHost => (
            "BalkanID's Public API is at another host",
            Warning,
            &["Change the address, so that the next time needs no detour."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::StepUpRequired => (
            "BalkanID asks for a second sign-in step",
            Error,
            &["Sign in to BalkanID and start the sync there: Configure > Integrations."],
            BalkanIdIntegrations,
            AfterChange,
        ),
        ProblemCode::ScimRefused => (
            "The SCIM server refuses",
            Error,
            &[
                "Give the token the right to read users and groups; nothing more is needed. Then check again.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScimOutdated => (
            "An older version of SCIM",
            Error,
            &[
                "Look in the server's documents for its SCIM 2.0 address; it often ends in /scim/v2 where the older one ends in /scim/v1.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScimPaging => (
            "A list that cannot be read page by page",
            Error,
            &[
                "This is a fault of the SCIM server: give its maker this report. A product that reads all pages would miss people or groups, or see them twice.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScimMembersCut => (
            "A group without all of its members",
            Error,
            &[
                "This is a fault or a limit of the SCIM server: look in its settings for a largest number of members, or give its maker this report. Until then a review of the group would leave people out.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScimAttributeMissing => (
            "An attribute is missing",
            Error,
            &[
                "Look in the SCIM server's attribute mapping, and give the token the right to read the attribute.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ScimDeparture => (
            "Not as the SCIM standard has it",
            Error,
            &["This is the SCIM server's affair: give its maker this report."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::NotScim => (
            "No SCIM server answers",
            Error,
            &[
                "Check the base URL: it often ends in /scim/v2. A proxy or a sign-in page of the network may answer in the server's place. Nothing was found out about the token.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::ValueMissing => ("A value is missing", Error, &[], ThisProgram, AfterChange),
        ProblemCode::ValueUnreadable => (
            "A value cannot be read",
            Error,
            &[],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::WrongField => (
            "A value for another field",
            Error,
            &[],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::SecretInArguments => (
            "A secret on the command line",
            Error,
            &[
                "Leave it out: the program asks for it without showing it, or reads it from the environment or from the keychain. bbsetup --help names the variables.",
                "If it was a real one, make a new one: the shell's history keeps what was typed.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::Cancelled => (
            "Stopped before the answer",
            Error,
            &["Check again when ready. Nothing was found out about the credential."],
            ThisProgram,
            Now,
        ),
        ProblemCode::FileExists => (
            "The file is there already",
            Error,
            &["Choose another name, or say that it may be replaced."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::FileNotWritten => (
            "The file could not be written",
            Error,
            &[
                "Check that the folder exists, may be written to, and has room; nothing half-written was left.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::FileNotRead => (
            "A file could not be read",
            Error,
            &["Check that it is there, that it is a file, and that this user may read it."],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::FilesUnfit => (
            "The files have problems",
            Error,
            &[
                "See each with bbsetup validate, mend the files, then go on; --unchecked sends them as they are.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::FileChanged => (
            "A file changed while it was sent",
            Error,
            &["Wait until nothing writes to it any more, then give the command again."],
            ThisProgram,
            Now,
        ),
        ProblemCode::ChecksumDiffers => (
            "What arrived is not what was sent",
            Error,
            &[
                "Something on the way changes what is sent, such as a proxy that looks into uploads. Try from another network; else send what is shown here to support@balkan.id.",
            ],
            Network,
            Now,
        ),
        ProblemCode::SyncFailed => (
            "BalkanID's sync ended with an error",
            Error,
            &["Check the permissions again, then submit again."],
            BalkanIdIntegrations,
            AfterChange,
        ),
        ProblemCode::DesktopRefused => (
            "The desktop did not do it",
            Error,
            &["Do it by hand; nothing else depends on it."],
            ThisProgram,
            Now,
        ),
        ProblemCode::ClockDiffers => (
            "This computer's clock is off",
            Warning,
            &[
                "Set the clock by the network: the system's settings have it under date and time. A clock that is far off makes certificates look expired.",
            ],
            ThisProgram,
            AfterChange,
        ),
        ProblemCode::DefectOfThisTool => (
            "A defect of this program",
            Error,
            &["Nothing that you did. Report it with what is shown here."],
            ThisProgram,
            AfterChange,
        ),
    };
    Words {
        title,
        severity,
        hints,
        place,
        retry,
    }
}
