//! What each check calls and needs: the one table that steps, help, checks and evidence all read.
//!
//! A live `error.detail.required` outranks this table; a new finding is one line's change.

use crate::{CheckId, CheckName, CredentialSlot, Scope, Vocabulary};

/// The API description from which the calls and scopes were read.
const SPECIFICATION: &str = "https://developer.atlassian.com/cloud/bitbucket/rest/intro/";
/// The page on the v1 groups API.
const GROUPS_PAGE: &str = "https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/";
/// BalkanID's page on this integration.
pub const BALKANID_PAGE: &str = "https://docs.balkan.id/getting-started/setting-up-your-tenant/application-integrations/direct-application-integration/bitbucket-integration-setup";
/// The day on which the sources below were last read, as year-month-day.
const AS_OF: &str = "2026-11-23";

/// A right of the person or token beyond its scopes, and where it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Administrator of the workspace.
    WorkspaceAdministrator,
    /// Administrator of the project.
    ProjectAdministrator,
    /// Administrator of the repository.
    RepositoryAdministrator,
}

impl Role {
    /// What a sentence calls the role.
    pub fn noun(self) -> &'static str {
        match self {
            Self::WorkspaceAdministrator => "administrator of the workspace",
            Self::ProjectAdministrator => "administrator of the project",
            Self::RepositoryAdministrator => "administrator of the repository",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The check's name.
    pub name: CheckName,
    /// The path that is read, with `{workspace}`, `{project}` and `{repository}` to fill in.
    pub path: &'static str,
    /// The scopes in short names.
    pub classic: &'static [&'static str],
    /// The scopes in the long names of API tokens.
    pub api_token: &'static [&'static str],
    /// Scopes in long names that some sources name in place of those: each by itself would do.
    pub alternatives: &'static [&'static str],
    /// The role beyond the scopes.
    pub role: Option<Role>,
    /// Where this was read.
    pub source: &'static str,
    /// When it was last read, as year-month-day.
    pub as_of: &'static str,
    /// What the sources leave open, in one sentence.
    pub doubt: Option<&'static str>,
}

/// The table itself, a line a check name.
pub const REQUIREMENTS: [Requirement; 9] = [
    Requirement {
        name: CheckName::Identity,
        path: "/2.0/user",
        classic: &["account"],
        api_token: &["read:user:bitbucket"],
        alternatives: &[],
        role: None,
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: Some(
            "An access token is normally refused here; its kind and scopes are read off the refusal.",
        ),
    },
    Requirement {
        name: CheckName::Workspace,
        path: "/2.0/workspaces/{workspace}",
        classic: &[],
        api_token: &["read:workspace:bitbucket"],
        alternatives: &[],
        role: None,
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: None,
    },
    Requirement {
        name: CheckName::Membership,
        path: "/2.0/user/workspaces",
        classic: &["account"],
        api_token: &["read:workspace:bitbucket"],
        alternatives: &[],
        role: Some(Role::WorkspaceAdministrator),
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: None,
    },
    Requirement {
        name: CheckName::Members,
        path: "/2.0/workspaces/{workspace}/members",
        classic: &["account"],
        api_token: &["read:workspace:bitbucket"],
        alternatives: &[],
        role: None,
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: None,
    },
    Requirement {
        name: CheckName::Projects,
        path: "/2.0/workspaces/{workspace}/projects",
        classic: &["project"],
        api_token: &["read:project:bitbucket"],
        alternatives: &[],
        role: None,
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: None,
    },
    Requirement {
        name: CheckName::Repositories,
        path: "/2.0/repositories/{workspace}",
        classic: &["repository"],
        api_token: &["read:repository:bitbucket"],
        alternatives: &[],
        role: None,
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: None,
    },
    Requirement {
        name: CheckName::ProjectPermissions,
        path: "/2.0/workspaces/{workspace}/projects/{project}/permissions-config/users",
        classic: &["project:admin"],
        api_token: &["read:project:bitbucket"],
        alternatives: &[],
        role: Some(Role::ProjectAdministrator),
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: Some(
            "Bitbucket's introduction says that access tokens cannot read permissions; its reference lists a scope for it. The live answer decides.",
        ),
    },
    Requirement {
        name: CheckName::RepositoryPermissions,
        path: "/2.0/repositories/{workspace}/{repository}/permissions-config/users",
        classic: &["repository:admin"],
        api_token: &["read:repository:bitbucket"],
        alternatives: &[],
        role: Some(Role::RepositoryAdministrator),
        source: SPECIFICATION,
        as_of: AS_OF,
        doubt: Some(
            "Bitbucket's introduction says that access tokens cannot read permissions; its reference lists a scope for it. The live answer decides.",
        ),
    },
    Requirement {
        name: CheckName::Groups,
        path: "/1.0/groups/{workspace}",
        classic: &["account"],
        api_token: &["read:permission:bitbucket"],
        alternatives: &["admin:workspace:bitbucket"],
        role: Some(Role::WorkspaceAdministrator),
        source: GROUPS_PAGE,
        as_of: AS_OF,
        doubt: Some(
            "Sources name two scopes for this call: read:permission:bitbucket and admin:workspace:bitbucket. The live answer decides.",
        ),
    },
];

/// The line of the table for a check.
pub fn requirement(name: CheckName) -> &'static Requirement {
    // The table holds a line for every name; a test holds it to that.
    REQUIREMENTS
        .iter()
        .find(|requirement| requirement.name == name)
        .unwrap_or(&REQUIREMENTS[0])
}

impl Requirement {
    /// The scopes in one of the vocabularies.
    pub fn scopes(&self, vocabulary: Vocabulary) -> Vec<Scope> {
        let names = match vocabulary {
            Vocabulary::Classic => self.classic,
            Vocabulary::ApiToken => self.api_token,
        };
        names.iter().copied().map(Scope::new).collect()
    }
}

/// The scopes that a check needs, in the vocabulary that its credential should speak.
///
/// A workspace access token needs no scope to be recognised: its kind is read off any answer.
pub fn needs(id: CheckId) -> Vec<Scope> {
    match (id.slot, id.name) {
        (CredentialSlot::WorkspaceToken, CheckName::Identity) => Vec::new(),
        (CredentialSlot::WorkspaceToken, name) => requirement(name).scopes(Vocabulary::Classic),
        (CredentialSlot::Account, name) => requirement(name).scopes(Vocabulary::ApiToken),
    }
}

/// Every scope that a credential should hold, sorted, each once.
pub fn needed_scopes(slot: CredentialSlot) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = CheckId::of_slot(slot).into_iter().flat_map(needs).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// The scopes that a credential holds beyond what any check needs.
///
/// A scope that a needed one brings along (`project` brings `repository`) is not beyond need.
pub fn excess_scopes(slot: CredentialSlot, granted: &[Scope]) -> Vec<Scope> {
    let needed = needed_scopes(slot);
    granted
        .iter()
        .filter(|scope| !needed.contains(scope) && !crate::scope::covers(&needed, scope))
        .filter(|scope| !is_alternative(slot, scope))
        .cloned()
        .collect()
}

/// Whether a scope is one that some sources name for a call in place of another.
fn is_alternative(slot: CredentialSlot, scope: &Scope) -> bool {
    slot == CredentialSlot::Account
        && REQUIREMENTS
            .iter()
            .any(|line| line.alternatives.contains(&scope.as_str()))
}

/// The scope that is held in place of the one that the table names, where the table's is not held.
pub fn held_alternative(id: CheckId, held: &[Scope]) -> Option<Scope> {
    let line = requirement(id.name);
    let holds = |name: &str| held.iter().any(|scope| scope.as_str() == name);
    if id.slot != CredentialSlot::Account || line.api_token.iter().any(|name| holds(name)) {
        return None;
    }
    let alternative = line.alternatives.iter().find(|name| holds(name))?;
    Some(Scope::new(*alternative))
}

/// What a granted check adds to a question that the sources leave open: which of the scopes that
/// they name sufficed here. Nothing where the credential holds both or its scopes are not known.
pub fn found_out(id: CheckId, granted: &[Scope]) -> Option<String> {
    let line = requirement(id.name);
    if id.slot != CredentialSlot::Account || line.alternatives.is_empty() {
        return None;
    }
    let (held, others): (Vec<&str>, Vec<&str>) = line
        .api_token
        .iter()
        .chain(line.alternatives)
        .copied()
        .partition(|name| granted.iter().any(|scope| scope.as_str() == *name));
    let [sufficed] = held[..] else {
        return None;
    };
    Some(format!(
        "Sources differ on the scope; here {sufficed} sufficed, without {}.",
        others.join(" or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scopes: &[Scope]) -> Vec<&str> {
        scopes.iter().map(Scope::as_str).collect()
    }

    #[test]
    fn every_check_has_its_own_line() {
        for name in CheckName::ALL {
            assert_eq!(requirement(name).name, name);
        }
    }

    #[test]
    fn the_five_boxes_and_the_five_scopes() {
        assert_eq!(
            names(&needed_scopes(CredentialSlot::WorkspaceToken)),
            [
                "account",
                "project",
                "project:admin",
                "repository",
                "repository:admin"
            ]
        );
        assert_eq!(
            names(&needed_scopes(CredentialSlot::Account)),
            [
                "read:permission:bitbucket",
                "read:project:bitbucket",
                "read:repository:bitbucket",
                "read:user:bitbucket",
                "read:workspace:bitbucket",
            ]
        );
    }

    #[test]
    fn what_goes_beyond_need_is_listed() {
        let granted = crate::scope::parse_scope_list("account, project, repository:write, webhook");
        assert_eq!(
            names(&excess_scopes(CredentialSlot::WorkspaceToken, &granted)),
            ["repository:write", "webhook"]
        );
        let granted =
            crate::scope::parse_scope_list("admin:workspace:bitbucket, write:repository:bitbucket");
        assert_eq!(
            names(&excess_scopes(CredentialSlot::Account, &granted)),
            ["write:repository:bitbucket"]
        );
    }

    #[test]
    fn a_live_answer_tells_which_of_two_named_scopes_sufficed() {
        let groups = CheckId::new(CredentialSlot::Account, CheckName::Groups);
        let found = |granted: &str| found_out(groups, &crate::scope::parse_scope_list(granted));
        assert_eq!(
            found("read:user:bitbucket, admin:workspace:bitbucket").as_deref(),
            Some(
                "Sources differ on the scope; here admin:workspace:bitbucket sufficed, without read:permission:bitbucket."
            )
        );
        assert_eq!(
            found("read:permission:bitbucket, admin:workspace:bitbucket"),
            None,
            "with both, neither is shown to suffice"
        );
        let members = CheckId::new(CredentialSlot::Account, CheckName::Members);
        assert_eq!(found_out(members, &[]), None, "nothing is open there");
    }
}
