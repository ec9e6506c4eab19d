//! Where the practice Bitbucket and what is sent to it differ from the description, and why.
//!
//! One table. An entry that nothing needs any more is told as a failure, so that the table says what
//! is so today and no more.

use std::collections::BTreeMap;

use crate::groups;

/// What an exception is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A path that the description does not hold, with its query parameters.
    Path(&'static str, &'static [&'static str]),
    /// A query parameter that it lists for no call.
    Parameter(&'static str),
    /// An error's status that it does not list for the call.
    Status(u16),
    /// Answers of this status that are no JSON; the media type, or nothing where there is no body.
    NoJson(u16, &'static str),
    /// A scenario whose answers are not Bitbucket Cloud's.
    Scenario(&'static str),
    /// A place of a body of this status that its schema refuses.
    Place(u16, &'static str),
    /// A field that the schemas do not name, `type.field`, with the schema that it has instead.
    Field(&'static str, &'static str),
    /// Scopes of a call that no description tells.
    Scopes(&'static str),
    /// Calls that are described and gone.
    Gone,
}

/// One exception.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) about: About,
    pub(crate) reason: &'static str,
    pub(crate) source: &'static str,
}

const PAGINATION: &str = "https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination";
const ERRORS: &str = "https://developer.atlassian.com/cloud/bitbucket/rest/intro/#uri-uuid";
const WORKSPACES: &str =
    "https://developer.atlassian.com/cloud/bitbucket/bitbucket-api-teams-deprecation/";
const GROUPS: &str = "https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/";

/// Every exception.
pub(crate) const TABLE: [Exception; 25] = [
    Exception {
        about: About::Path(groups::LIST, &["exclude_members"]),
        reason: "The v1 groups have no successor and stand on a page of their own.",
        source: GROUPS,
    },
    Exception {
        about: About::Path("/rest/api/latest/application-properties", &[]),
        reason: "Asked without a credential, and only where the address is not Bitbucket Cloud's: it tells a Data Center server.",
        source: "https://developer.atlassian.com/server/bitbucket/rest/v920/api-group-system-maintenance/",
    },
    Exception {
        about: About::Parameter("pagelen"),
        reason: "Every list takes it; the description tells it once for all.",
        source: PAGINATION,
    },
    Exception {
        about: About::Parameter("fields"),
        reason: "Every call of the v2 API takes it; the description tells it once for all, in its introduction.",
        source: "https://developer.atlassian.com/cloud/bitbucket/rest/intro/#partial-response",
    },
    Exception {
        about: About::Parameter("ctx"),
        reason: "Part of a link to the next page, which is followed as it is.",
        source: PAGINATION,
    },
    Exception {
        about: About::Scopes(groups::LIST),
        reason: "Atlassian tells none for API tokens, and others tell different ones (read:permission there, admin:workspace at https://conductorone.com/docs/baton/bitbucket), so the scenario decides.",
        source: "https://github.com/DrFaust92/terraform-provider-bitbucket/pull/243",
    },
    Exception {
        about: About::Scopes(groups::MEMBERS),
        reason: "As for the list of groups.",
        source: "https://github.com/DrFaust92/terraform-provider-bitbucket/pull/243",
    },
    Exception {
        about: About::Scenario("data-center"),
        reason: "What answers is another product, which the description is not of.",
        source: "https://developer.atlassian.com/server/bitbucket/rest/",
    },
    Exception {
        about: About::Status(400),
        reason: "A length of page or a query that is refused; the schema of errors holds for every call.",
        source: ERRORS,
    },
    Exception {
        about: About::Status(401),
        reason: "The sign-in is refused; the schema of errors holds for every call.",
        source: ERRORS,
    },
    Exception {
        about: About::Status(403),
        reason: "Scope, role or kind is refused; the schema of errors holds for every call.",
        source: ERRORS,
    },
    Exception {
        about: About::Status(404),
        reason: "Nothing is there, or it is hidden; the schema of errors holds for every call.",
        source: ERRORS,
    },
    Exception {
        about: About::Status(405),
        reason: "The method is not known; the schema of errors holds for every call.",
        source: ERRORS,
    },
    Exception {
        about: About::Status(410),
        reason: "The call is gone; the schema of errors holds for every call.",
        source: "https://github.com/ktrysmt/go-bitbucket/issues/357",
    },
    Exception {
        about: About::Status(429),
        reason: "Too many requests; the schema of errors holds for every call.",
        source: "https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/",
    },
    Exception {
        about: About::Place(403, "/error/detail"),
        reason: "Described as text; for scopes that are missing it is an object, as users recorded it.",
        source: "https://github.com/backstage/backstage/issues/22383",
    },
    Exception {
        about: About::NoJson(401, ""),
        reason: "An app password: since their removal no body is known, before there was none.",
        source: "https://support.atlassian.com/bitbucket-cloud/kb/getting-401-http-error-while-authenticating-to-bitbucket-cloud-rest-apis",
    },
    Exception {
        about: About::NoJson(200, "text/html"),
        reason: "The page of a proxy, which answers in Bitbucket's place.",
        source: "https://www.rfc-editor.org/rfc/rfc9110#section-3.7",
    },
    Exception {
        about: About::NoJson(429, "text/plain"),
        reason: "Too many requests, as some users recorded it.",
        source: "https://github.com/renovatebot/renovate/issues/9438",
    },
    Exception {
        about: About::Field("workspace_membership.permission", "string"),
        reason: "The schema leaves it out; the description's own example of the call has it.",
        source: "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-workspaces/#api-workspaces-workspace-permissions-get",
    },
    Exception {
        about: About::Field("repository.workspace", "workspace"),
        reason: "It took the place of the owner.",
        source: WORKSPACES,
    },
    Exception {
        about: About::Field("project.workspace", "workspace"),
        reason: "It took the place of the owner.",
        source: WORKSPACES,
    },
    Exception {
        about: About::Field("repository.slug", "string"),
        reason: "The schema leaves it out; clients read it, and it is the name in addresses.",
        source: "https://github.com/ktrysmt/go-bitbucket/blob/master/repository.go",
    },
    Exception {
        about: About::Field("user.username", "string"),
        reason: "The schema leaves it out; the account that asks still sees its own.",
        source: "https://developer.atlassian.com/cloud/bitbucket/bitbucket-api-changes-gdpr/",
    },
    Exception {
        about: About::Gone,
        reason: "Described and gone: the answer is 410 whatever the scopes.",
        source: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770",
    },
];

/// Which exceptions were needed, and how often.
pub(crate) struct Needed(BTreeMap<usize, usize>);

impl Needed {
    pub(crate) fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether there is an exception of this kind; counts it.
    pub(crate) fn excepts(&mut self, is_about: impl Fn(About) -> bool) -> bool {
        self.excepting(is_about).is_some()
    }

    /// What the exception of this kind is about; counts it.
    pub(crate) fn excepting(&mut self, is_about: impl Fn(About) -> bool) -> Option<About> {
        let number = TABLE
            .iter()
            .position(|exception| is_about(exception.about))?;
        *self.0.entry(number).or_default() += 1;
        Some(TABLE[number].about)
    }

    /// The table with the counts.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (&'static Exception, usize)> {
        TABLE
            .iter()
            .enumerate()
            .map(|(number, exception)| (exception, self.0.get(&number).copied().unwrap_or(0)))
    }
}
