//! What is asked, and under which address.

use std::time::Duration;

use bbsetup_setup::{CheckName, WorkspaceId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a path as it is: the unreserved characters of RFC 3986.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What is looked at of an account, wherever one stands.
const ACCOUNT: [&str; 6] = [
    "uuid",
    "type",
    "display_name",
    "nickname",
    "account_id",
    "account_status",
];

/// The v1 groups call gives up after 28 s
/// (<https://support.atlassian.com/bitbucket-cloud/kb/requesttimeouterror-with-10-groups-endpoint>).
const GROUPS_TIME: Duration = Duration::from_secs(40);
/// All groups with all members in one answer: about 200 bytes for a membership.
const GROUPS_BYTES: usize = 32 * 1024 * 1024;

/// One question of a reading. Lists go on with the page that an answer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The workspace.
    Workspace,
    /// What the account that asks is in the workspace.
    OwnRole,
    /// The members with their roles.
    Members,
    /// The groups with their members, by the v1 API, which has no pages.
    Groups,
    /// The groups without their members.
    GroupsAlone,
    /// The members of one group, by its slug.
    GroupMembers(String),
    /// The projects.
    Projects,
    /// The repositories.
    Repositories,
    /// What was granted explicitly.
    Grants(On, To),
    /// What each person comes to on each repository.
    Effective,
    /// Whether a project or repository is still there, by its uuid.
    StillThere(On),
}

/// On what something is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// A project, by its key, or its uuid where it may have another key by now.
    Project(String),
    /// A repository, by its slug, or its uuid where it may have another slug by now.
    Repository(String),
}

/// To whom something is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To accounts.
    Users,
    /// To groups.
    Groups,
}

impl Question {
    /// The check that asks the same of a credential.
    pub fn check(&self) -> CheckName {
        match self {
            Self::Workspace => CheckName::Workspace,
            Self::OwnRole => CheckName::Membership,
            Self::Members => CheckName::Members,
            Self::Groups | Self::GroupsAlone | Self::GroupMembers(_) => CheckName::Groups,
            Self::Projects | Self::StillThere(On::Project(_)) => CheckName::Projects,
            Self::Repositories | Self::StillThere(On::Repository(_)) => CheckName::Repositories,
            Self::Grants(On::Project(_), _) => CheckName::ProjectPermissions,
            Self::Grants(On::Repository(_), _) | Self::Effective => {
                CheckName::RepositoryPermissions
            }
        }
    }

    /// Its path, encoded, with its query.
    pub(super) fn path(&self, workspace: &WorkspaceId) -> String {
        let workspace = workspace.in_path();
        let part = |name: &str| utf8_percent_encode(name, KEPT).to_string();
        match self {
            Self::Workspace => format!("/2.0/workspaces/{workspace}?fields=uuid,slug,name"),
            Self::OwnRole => {
                format!("/2.0/user/workspaces/{workspace}/permission?fields=permission")
            }
            Self::Members => page(
                &format!("/2.0/workspaces/{workspace}/permissions"),
                &with_account(&["permission"]),
            ),
            Self::Groups => format!("/1.0/groups/{workspace}"),
            Self::GroupsAlone => format!("/1.0/groups/{workspace}?exclude_members=true"),
            Self::GroupMembers(group) => {
                format!("/1.0/groups/{workspace}/{}/members", part(group))
            }
            Self::Projects => page(
                &format!("/2.0/workspaces/{workspace}/projects"),
                &values(&["uuid", "key", "name"]),
            ),
            Self::Repositories => page(
                &format!("/2.0/repositories/{workspace}"),
                &values(&[
                    "uuid",
                    "slug",
                    "name",
                    "project.uuid",
                    "project.key",
                    "project.name",
                ]),
            ),
            Self::Grants(on, to) => {
                let (to, fields) = match to {
                    To::Users => ("users", with_account(&["permission"])),
                    To::Groups => (
                        "groups",
                        values(&["permission", "group.slug", "group.name"]),
                    ),
                };
                page(
                    &format!("{}/permissions-config/{to}", on.path(&workspace)),
                    &fields,
                )
            }
            Self::Effective => page(
                &format!("/2.0/workspaces/{workspace}/permissions/repositories"),
                &with_account(&["permission", "repository.uuid", "repository.name"]),
            ),
            Self::StillThere(on) => format!(
                "{}?fields=uuid,{}",
                on.path(&workspace),
                match on {
                    On::Project(_) => "key",
                    On::Repository(_) => "slug",
                }
            ),
        }
    }

    /// Its own limits of time and size, where they are others than those of every request.
    pub(super) fn limits(&self) -> Option<(Duration, usize)> {
        matches!(self, Self::Groups).then_some((GROUPS_TIME, GROUPS_BYTES))
    }
}

impl On {
    fn path(&self, workspace: &str) -> String {
        let part = |name: &str| utf8_percent_encode(name, KEPT).to_string();
        match self {
            Self::Project(key) => format!("/2.0/workspaces/{workspace}/projects/{}", part(key)),
            Self::Repository(slug) => format!("/2.0/repositories/{workspace}/{}", part(slug)),
        }
    }
}

/// Of a page's values these; `next` and `size` are left out too where they are not named.
fn values(names: &[&str]) -> String {
    let named: Vec<String> = names.iter().map(|name| format!("values.{name}")).collect();
    format!("next,size,{}", named.join(","))
}

fn with_account(names: &[&str]) -> String {
    let account: Vec<String> = ACCOUNT.iter().map(|name| format!("user.{name}")).collect();
    let all: Vec<&str> = names
        .iter()
        .copied()
        .chain(account.iter().map(String::as_str))
        .collect();
    values(&all)
}

fn page(path: &str, fields: &str) -> String {
    format!("{path}?pagelen=100&fields={fields}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_and_cannot_lead_elsewhere() {
        let workspace = WorkspaceId::parse("acme").expect("a workspace");
        let path = |question: Question| {
            let path = question.path(&workspace);
            path.split('?').next().unwrap_or_default().to_owned()
        };
        assert_eq!(
            path(Question::GroupMembers("../a b?c#d".into())),
            "/1.0/groups/acme/..%2Fa%20b%3Fc%23d/members"
        );
        assert_eq!(
            path(Question::StillThere(On::Repository("{0-1}".into()))),
            "/2.0/repositories/acme/%7B0-1%7D"
        );
        assert_eq!(
            path(Question::Grants(On::Project("PRJ".into()), To::Groups)),
            "/2.0/workspaces/acme/projects/PRJ/permissions-config/groups"
        );
    }
}
