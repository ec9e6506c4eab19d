//! The whole check, as one reads it: who is this, what does it say of itself, then users and groups.

use std::sync::{Mutex, PoisonError};

use bbsetup_setup::Outcome;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Target;
use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::discovery::{self, Announced};
use crate::groups;
use crate::paging;
use crate::report::Report;
use crate::server::{Asked, PAGE, Server};
use crate::sign_in::{self, SignIn};
use crate::users::{self, People};
use crate::wire::Page;

/// Tries everything, in at most 20 requests where the server answers each at once.
///
/// `settled` is told each finding as it comes. After `stop` what has no answer yet is unknown, and
/// the report comes at once.
pub async fn check(
    target: &Target,
    settled: &(dyn Fn(&Finding) + Send + Sync),
    stop: &CancellationToken,
) -> Report {
    let server = Server::new(target, stop);
    let found = Mutex::new(Vec::new());
    let note = |finding: Finding| {
        settled(&finding);
        found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(finding);
    };
    match sign_in::probe(&server).await {
        SignIn::Accepted(finding, first) => {
            note(finding);
            ask_the_rest(&server, first, &note).await;
        }
        SignIn::Open(first) => {
            let evidence = first.evidence.clone();
            let groups = ask_the_rest(&server, first, &note).await;
            note(match groups {
                true => Finding::granted(Check::SignIn, evidence)
                    .because("Told by the answer to the list of groups."),
                false => Finding::new(Check::SignIn, Outcome::Unknown, Some(evidence))
                    .because("Neither users nor groups were given."),
            });
        }
        SignIn::Final(finding, why) => {
            note(finding);
            for check in Check::ALL.into_iter().skip(1) {
                note(Finding::skipped(check, why));
            }
        }
    }
    let findings = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Report::settle(target.url.clone(), findings, target.client.sent())
}

/// Everything but the sign-in; whether the groups were given.
async fn ask_the_rest(
    server: &Server<'_>,
    first: Asked,
    note: &(dyn Fn(Finding) + Send + Sync),
) -> bool {
    note(users::content_type(&first));
    let announced = async {
        let (finding, announced) = discovery::config(server).await;
        note(finding);
        announced
    };
    let resource_types = async { note(discovery::resource_types(server).await) };
    let schemas = async { note(discovery::schemas(server).await) };
    let error_body = async { note(users::error_body(server).await) };
    let (announced, (), (), ()) = tokio::join!(announced, resource_types, schemas, error_body);

    let (people, groups) = tokio::join!(
        of_users(server, first, announced, note),
        of_groups(server, note),
    );
    note(match &groups {
        Groups::Given { entries, page } => {
            let pages = lengths_of_pages(announced, [people.page, *page]);
            groups::members(server, entries, &people.people, &pages).await
        }
        Groups::None => Finding::not_testable(Check::GroupMembers, "There is no group to look at."),
        Groups::Unread => {
            Finding::skipped(Check::GroupMembers, "The list of groups could not be read.")
        }
    });
    !matches!(groups, Groups::Unread)
}

/// Lengths at which a server may cut: what it says, what it showed, and what was asked for.
fn lengths_of_pages(announced: Announced, shown: [Option<u64>; 2]) -> Vec<u64> {
    let mut lengths: Vec<u64> = shown
        .into_iter()
        .chain([announced.max_results, Some(PAGE)])
        .flatten()
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// The users that were seen.
struct Users {
    people: People,
    /// The length of the first page, where there are more than it holds.
    page: Option<u64>,
}

async fn of_users(
    server: &Server<'_>,
    first: Asked,
    announced: Announced,
    note: &(dyn Fn(Finding) + Send + Sync),
) -> Users {
    let Some(page) = first.page() else {
        note(diagnosis::of_answer(server, Check::Users, first));
        let why = "The list of users could not be read.";
        for check in OF_THE_LIST {
            note(Finding::skipped(check, why));
        }
        return Users {
            people: People::default(),
            page: None,
        };
    };
    note(users::listed(&first.evidence, &page));
    if page.resources.is_empty() {
        for check in OF_THE_LIST {
            note(Finding::not_testable(check, "There is no user to look at."));
        }
        return Users {
            people: People::default(),
            page: None,
        };
    }
    note(users::attributes(&first.evidence, &page));
    let by_name = async {
        let mut finding = users::filter(server, &page).await;
        users::weigh_filter(&mut finding, announced);
        note(finding);
    };
    let by_page = async {
        let (finding, entries, whole) =
            paging::probe(server, Check::UsersPaging, "/Users", &page).await;
        note(finding);
        People::of(page.resources.iter().chain(&entries), whole)
    };
    let ((), people) = tokio::join!(by_name, by_page);
    Users {
        people,
        page: length_of(&page),
    }
}

/// The checks that need the first page of users.
const OF_THE_LIST: [Check; 3] = [
    Check::UserAttributes,
    Check::UsersPaging,
    Check::UsersFilter,
];

/// The groups that were seen.
enum Groups {
    Given {
        entries: Vec<Value>,
        /// The length of the first page, where there are more than it holds.
        page: Option<u64>,
    },
    None,
    Unread,
}

/// The groups without their members (RFC 7644, section 3.9): those of a hundred large groups may be
/// more than an answer may hold here, and each group has them too.
const WITHOUT_MEMBERS: &str = "/Groups?excludedAttributes=members";

async fn of_groups(server: &Server<'_>, note: &(dyn Fn(Finding) + Send + Sync)) -> Groups {
    let mut path = "/Groups";
    let mut asked = server.list(path, 1, PAGE).await;
    if asked.is_too_large() {
        path = WITHOUT_MEMBERS;
        asked = server.list(path, 1, PAGE).await;
    }
    let Some(page) = asked.page() else {
        note(diagnosis::of_answer(server, Check::Groups, asked));
        note(Finding::skipped(
            Check::GroupsPaging,
            "The list of groups could not be read.",
        ));
        return Groups::Unread;
    };
    let mut listed = groups::listed(&asked.evidence, &page);
    if path == WITHOUT_MEMBERS && listed.reason.is_none() {
        let reason = "With all members the list is longer than this program reads, so that it was read without them.";
        listed = listed.because(reason);
    }
    note(listed);
    if page.resources.is_empty() {
        note(Finding::not_testable(
            Check::GroupsPaging,
            "There is no group to look at.",
        ));
        return Groups::None;
    }
    let (finding, _, _) = paging::probe(server, Check::GroupsPaging, path, &page).await;
    note(finding);
    Groups::Given {
        page: length_of(&page),
        entries: page.resources,
    }
}

/// The length of a page that does not hold all.
fn length_of(page: &Page) -> Option<u64> {
    (page.total > Some(page.count())).then(|| page.count())
}
