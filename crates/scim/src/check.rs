//! The checks, and what one of them can find.

use std::fmt;

use bbsetup_setup::{Evidence, Outcome, Problem};

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The server accepts the credential.
    SignIn,
    /// It tells what it can do (RFC 7643, section 5; RFC 7644, section 4).
    ServiceProviderConfig,
    /// It names what it holds: users and groups (RFC 7643, section 6).
    ResourceTypes,
    /// It describes the attributes of users and groups (RFC 7643, section 7).
    Schemas,
    /// Users can be read (RFC 7644, section 3.4.2).
    Users,
    /// All users can be read, page by page (RFC 7644, section 3.4.2.4).
    UsersPaging,
    /// One user can be found by name (RFC 7644, section 3.4.2.2).
    UsersFilter,
    /// Users have what a review needs of them (RFC 7643, section 4.1).
    UserAttributes,
    /// Groups can be read.
    Groups,
    /// All groups can be read, page by page.
    GroupsPaging,
    /// A group names all of its members (RFC 7643, section 4.2).
    GroupMembers,
    /// Answers are `application/scim+json` (RFC 7644, sections 3.1 and 8.1).
    ContentType,
    /// A refusal has the body that clients read (RFC 7644, section 3.12).
    ErrorBody,
}

impl Check {
    /// Every check, in the order in which a report shows them.
    pub const ALL: [Self; 13] = [
        Self::SignIn,
        Self::ServiceProviderConfig,
        Self::ResourceTypes,
        Self::Schemas,
        Self::Users,
        Self::UsersPaging,
        Self::UsersFilter,
        Self::UserAttributes,
        Self::Groups,
        Self::GroupsPaging,
        Self::GroupMembers,
        Self::ContentType,
        Self::ErrorBody,
    ];

    /// The name in JSON, without the `scim/` before it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::ServiceProviderConfig => "service_provider_config",
            Self::ResourceTypes => "resource_types",
            Self::Schemas => "schemas",
            Self::Users => "users",
            Self::UsersPaging => "users_paging",
            Self::UsersFilter => "users_filter",
            Self::UserAttributes => "user_attributes",
            Self::Groups => "groups",
            Self::GroupsPaging => "groups_paging",
            Self::GroupMembers => "group_members",
            Self::ContentType => "content_type",
            Self::ErrorBody => "error_body",
        }
    }

    /// The row's heading in a report.
    pub fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Sign-in",
            Self::ServiceProviderConfig => "Service provider configuration",
            Self::ResourceTypes => "Resource types",
            Self::Schemas => "Schemas",
            Self::Users => "Users",
            Self::UsersPaging => "Users, page by page",
            Self::UsersFilter => "Users, by name",
            Self::UserAttributes => "User attributes",
            Self::Groups => "Groups",
            Self::GroupsPaging => "Groups, page by page",
            Self::GroupMembers => "Group members",
            Self::ContentType => "Content type",
            Self::ErrorBody => "Error bodies",
        }
    }

    /// Whether a review stands or falls with it. The filter is required unless the server says
    /// itself that it has none, which RFC 7643 (section 5) allows.
    pub fn is_required(self) -> bool {
        match self {
            Self::SignIn
            | Self::Users
            | Self::UsersPaging
            | Self::UsersFilter
            | Self::UserAttributes
            | Self::Groups
            | Self::GroupsPaging
            | Self::GroupMembers => true,
            // Many servers leave these out, and who reads people and groups does without.
            Self::ServiceProviderConfig
            | Self::ResourceTypes
            | Self::Schemas
            | Self::ContentType
            | Self::ErrorBody => false,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "scim/{}", self.as_str())
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check this is.
    pub check: Check,
    /// What was found.
    pub outcome: Outcome,
    /// Whether a review stands or falls with it.
    pub required: bool,
    /// The ground of the outcome; `None` where nothing was sent.
    pub evidence: Option<Evidence>,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// Why it was skipped, or what else explains the outcome, in one sentence.
    pub reason: Option<String>,
}

impl Finding {
    pub(crate) fn new(check: Check, outcome: Outcome, evidence: Option<Evidence>) -> Self {
        Self {
            check,
            outcome,
            required: check.is_required(),
            evidence,
            problem: None,
            reason: None,
        }
    }

    pub(crate) fn granted(check: Check, evidence: Evidence) -> Self {
        Self::new(check, Outcome::Granted, Some(evidence))
    }

    pub(crate) fn wrong(
        check: Check,
        evidence: Evidence,
        (outcome, problem): (Outcome, Problem),
    ) -> Self {
        let mut finding = Self::new(check, outcome, Some(evidence));
        finding.problem = Some(problem);
        finding
    }

    pub(crate) fn skipped(check: Check, reason: &str) -> Self {
        Self::new(check, Outcome::Skipped, None).because(reason)
    }

    /// Nothing is there by which it could be told.
    pub(crate) fn not_testable(check: Check, reason: &str) -> Self {
        Self::new(check, Outcome::NotTestable, None).because(reason)
    }

    #[must_use]
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own() {
        let mut names: Vec<String> = Check::ALL.iter().map(Check::to_string).collect();
        assert!(names.iter().all(|name| name.starts_with("scim/")));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Check::ALL.len());
    }
}
