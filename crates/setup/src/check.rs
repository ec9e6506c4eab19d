//! The checks of a set-up and what one of them can find.

use std::fmt;

use crate::{CredentialSlot, ProblemCode, Scope};

/// What a check looks at, the same word for both credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckName {
    /// What kind of credential this is, and its scopes.
    Identity,
    /// The workspace answers.
    Workspace,
    /// The account belongs to the workspace and administers it.
    Membership,
    /// The workspace's members can be read.
    Members,
    /// Its projects can be read.
    Projects,
    /// Its repositories can be read.
    Repositories,
    /// Who may do what in a project can be read.
    ProjectPermissions,
    /// Who may do what in a repository can be read.
    RepositoryPermissions,
    /// The workspace's groups can be read, which only Bitbucket's v1 API offers.
    Groups,
}

impl CheckName {
    /// Every check, in the order in which a report shows them.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Workspace,
        Self::Membership,
        Self::Members,
        Self::Projects,
        Self::Repositories,
        Self::ProjectPermissions,
        Self::RepositoryPermissions,
        Self::Groups,
    ];

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Workspace => "workspace",
            Self::Membership => "membership",
            Self::Members => "members",
            Self::Projects => "projects",
            Self::Repositories => "repositories",
            Self::ProjectPermissions => "project_permissions",
            Self::RepositoryPermissions => "repository_permissions",
            Self::Groups => "groups",
        }
    }

    /// The row's heading in a report.
    pub fn title(self) -> &'static str {
        match self {
            Self::Identity => "Sign-in",
            Self::Workspace => "Workspace",
            Self::Membership => "Administrator",
            Self::Members => "Members",
            Self::Projects => "Projects",
            Self::Repositories => "Repositories",
            Self::ProjectPermissions => "Project permissions",
            Self::RepositoryPermissions => "Repository permissions",
            Self::Groups => "Groups",
        }
    }
}

/// One check of one credential: `workspace_token/repositories`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId {
    /// The credential that is checked.
    pub slot: CredentialSlot,
    /// What is looked at.
    pub name: CheckName,
}

impl CheckId {
    /// Names a check.
    pub const fn new(slot: CredentialSlot, name: CheckName) -> Self {
        Self { slot, name }
    }

    /// The checks of one credential, in the order in which a report shows them.
    pub fn of_slot(slot: CredentialSlot) -> Vec<Self> {
        CheckName::ALL
            .into_iter()
            .filter(|name| match slot {
                CredentialSlot::WorkspaceToken => {
                    !matches!(name, CheckName::Membership | CheckName::Groups)
                }
                CredentialSlot::Account => !matches!(name, CheckName::Workspace),
            })
            .map(|name| Self { slot, name })
            .collect()
    }

    /// The checks of both credentials.
    pub fn all() -> Vec<Self> {
        CredentialSlot::ALL
            .into_iter()
            .flat_map(Self::of_slot)
            .collect()
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.slot, self.name.as_str())
    }
}

/// What a check found. Five outcomes, counted apart: "could not tell" is never "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The credential can do this; Bitbucket's answer shows it.
    Granted,
    /// The credential cannot do this; Bitbucket's answer shows it.
    Missing,
    /// The answer, or the lack of one, tells neither.
    Unknown,
    /// Not asked, since an earlier answer made the question moot.
    Skipped,
    /// Allowed as far as it goes, but the workspace has nothing to look at.
    NotTestable,
}

impl Outcome {
    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
            Self::NotTestable => "not_testable",
        }
    }

    /// The word that a person reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "Granted",
            Self::Missing => "Missing",
            Self::Unknown => "Could not tell",
            Self::Skipped => "Skipped",
            Self::NotTestable => "Nothing to look at",
        }
    }
}

/// What was sent and what came back: the ground on which an outcome stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The HTTP method.
    pub method: &'static str,
    /// The path without its query.
    pub path: String,
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// How many items the first page of a list held.
    pub items: Option<u64>,
    /// How many items the list holds in all, where Bitbucket says so.
    pub total: Option<u64>,
    /// One more thing that was seen, such as `administrator`.
    pub seen: Option<String>,
}

/// One row of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// Which check this is.
    pub id: CheckId,
    /// The scopes that it needs, in the vocabulary of its credential.
    pub needs: Vec<Scope>,
    /// What was found.
    pub outcome: Outcome,
    /// Whether BalkanID's integration stands or falls with it, after what the other credential
    /// grants is taken into account.
    pub required: bool,
    /// The ground of the outcome; `None` where nothing was sent.
    pub evidence: Option<Evidence>,
    /// The code of the problem that belongs to it.
    pub problem: Option<ProblemCode>,
    /// Why it was skipped, or what else explains the outcome, in one sentence.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_names_seven_and_eight_checks() {
        let ids: Vec<String> = CheckId::all().iter().map(CheckId::to_string).collect();
        assert_eq!(
            ids,
            [
                "workspace_token/identity",
                "workspace_token/workspace",
                "workspace_token/members",
                "workspace_token/projects",
                "workspace_token/repositories",
                "workspace_token/project_permissions",
                "workspace_token/repository_permissions",
                "account/identity",
                "account/membership",
                "account/members",
                "account/projects",
                "account/repositories",
                "account/project_permissions",
                "account/repository_permissions",
                "account/groups",
            ]
        );
    }
}
