//! Users: can they be read, all of them, by name, and with what a review needs of them.

use std::collections::BTreeMap;

use bbsetup_setup::{Evidence, Outcome, Problem, ProblemCode};
use serde_json::Value;

use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::discovery::Announced;
use crate::reply::{Body, one_line};
use crate::server::{Asked, Server, encoded, quoted};
use crate::wire::{self, ERROR, Page};

/// The users that were seen, by ID, each with the groups that it names as its own.
#[derive(Debug, Default)]
pub(crate) struct People {
    groups: BTreeMap<String, Vec<Membership>>,
    /// Whether they are all that there are.
    pub(crate) whole: bool,
}

/// A group that a user names.
#[derive(Debug, PartialEq, Eq)]
struct Membership {
    group: String,
    /// Whether the user is in it by itself; `None` where that is not said.
    direct: Option<bool>,
}

impl People {
    pub(crate) fn of<'a>(users: impl IntoIterator<Item = &'a Value>, whole: bool) -> Self {
        let groups = users
            .into_iter()
            .filter_map(|user| Some((wire::id(user)?, memberships(user))))
            .collect();
        Self { groups, whole }
    }

    /// Whether any user names its groups, which RFC 7643 (section 4.1.2) leaves to the server.
    pub(crate) fn name_groups(&self) -> bool {
        self.groups.values().any(|groups| !groups.is_empty())
    }

    /// How many users name a group as their own. Where the group holds other groups, those alone
    /// that say that they are in it by themselves.
    pub(crate) fn in_group(&self, group: &str, holds_groups: bool) -> u64 {
        let is_in = |groups: &&Vec<Membership>| {
            groups.iter().any(|membership| {
                membership.group == group
                    && match membership.direct {
                        Some(direct) => direct,
                        None => !holds_groups,
                    }
            })
        };
        let count = self.groups.values().filter(is_in).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

fn memberships(user: &Value) -> Vec<Membership> {
    let groups = wire::values(user, "groups").unwrap_or_default();
    groups
        .into_iter()
        .filter_map(|group| {
            Some(Membership {
                group: wire::text(group, "value")?.to_owned(),
                direct: wire::text(group, "type").map(|kind| kind.eq_ignore_ascii_case("direct")),
            })
        })
        .collect()
}

/// The users as the first answer gave them.
pub(crate) fn listed(evidence: &Evidence, page: &Page) -> Finding {
    if page.resources.is_empty() {
        return Finding::wrong(Check::Users, evidence.clone(), diagnosis::empty("users"));
    }
    Finding::granted(Check::Users, evidence.clone())
}

/// The media type of the first answer.
pub(crate) fn content_type(asked: &Asked) -> Finding {
    const CHECK: Check = Check::ContentType;
    // A refusal may come from what stands in between.
    let granted = asked.answer.as_ref().ok();
    let Some(reply) = granted.filter(|reply| reply.granted().is_some()) else {
        return Finding::skipped(CHECK, "The list of users could not be read.");
    };
    let mut evidence = asked.evidence.clone();
    (evidence.items, evidence.total) = (None, None);
    let given = one_line(&reply.content_type);
    evidence.seen = Some(given.clone());
    if given == "application/scim+json" {
        return Finding::granted(CHECK, evidence);
    }
    let given = match given.as_str() {
        "" => "without a content type".to_owned(),
        given => format!("as {given}"),
    };
    let problem = Problem::new(
        ProblemCode::ScimDeparture,
        format!("Answers come {given}, and not as application/scim+json."),
    );
    Finding::wrong(CHECK, evidence, (Outcome::Missing, problem))
}

/// An attribute, and whether a user has it.
type Attribute = (&'static str, fn(&Value) -> bool);

/// What a review needs of a user.
const NEEDED: [Attribute; 4] = [
    ("id", |user| wire::id(user).is_some()),
    ("userName", |user| wire::text(user, "userName").is_some()),
    ("emails", |user| {
        wire::values(user, "emails")
            .unwrap_or_default()
            .into_iter()
            .any(|email| wire::text(email, "value").is_some() || email.is_string())
    }),
    ("active", |user| {
        wire::member(user, "active").is_some_and(Value::is_boolean)
    }),
];

/// Attributes without which a user is nobody (RFC 7643, sections 3.1 and 4.1.1).
const OF_EVERY_USER: [&str; 2] = ["id", "userName"];

/// Whether users have what is needed of them.
pub(crate) fn attributes(evidence: &Evidence, page: &Page) -> Finding {
    const CHECK: Check = Check::UserAttributes;
    let mut evidence = evidence.clone();
    let all = page.resources.len();
    let mut missing: Vec<String> = Vec::new();
    let mut some: Vec<String> = Vec::new();
    for (name, has) in NEEDED {
        let lacking = page.resources.iter().filter(|user| !has(user)).count();
        if lacking == all || (lacking > 0 && OF_EVERY_USER.contains(&name)) {
            missing.push(match lacking == all {
                true => name.to_owned(),
                false => format!("{name} (of {lacking} of {all} users)"),
            });
        } else if lacking > 0 {
            some.push(format!("{lacking} of {all} users have no {name}"));
        }
    }
    if !missing.is_empty() {
        let given: Vec<&str> = page
            .resources
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|user| user.keys().map(String::as_str))
            .take(60)
            .collect();
        let mut given: Vec<String> = given.into_iter().map(one_line).collect();
        given.sort();
        given.dedup();
        given.truncate(20);
        let problem = Problem::new(
            ProblemCode::ScimAttributeMissing,
            format!("Users are given without: {}.", missing.join(", ")),
        )
        .with_seen(vec![format!("Given are: {}.", given.join(", "))]);
        return Finding::wrong(CHECK, evidence, (Outcome::Missing, problem));
    }
    evidence.seen = Some("userName, emails, active".to_owned());
    let finding = Finding::granted(CHECK, evidence);
    match some.is_empty() {
        true => finding,
        false => finding.because(format!("{}.", some.join("; "))),
    }
}

/// Looks for one user by name.
pub(crate) async fn filter(server: &Server<'_>, page: &Page) -> Finding {
    const CHECK: Check = Check::UsersFilter;
    let Some((name, id)) = page
        .resources
        .iter()
        .find_map(|user| Some((wire::text(user, "userName")?, wire::id(user)?)))
    else {
        return Finding::not_testable(CHECK, "There is no user with a userName to look for.");
    };
    let filter = encoded(&format!("userName eq {}", quoted(name)));
    let asked = server.ask(&format!("/Users?filter={filter}")).await;
    let Some(found) = asked.page() else {
        return diagnosis::of_answer(server, CHECK, asked);
    };
    let is_asked_for = |user: &Value| wire::id(user).as_deref() == Some(id.as_str());
    let of_others = found
        .resources
        .iter()
        .filter(|user| !is_asked_for(user))
        .count();
    let wrong = match (found.resources.iter().any(is_asked_for), of_others) {
        (true, 0) => return Finding::granted(CHECK, asked.evidence),
        (true, others) => format!(
            "A filter for one userName gives {others} other users too, as if there were no filter."
        ),
        (false, 0) => "A filter for the userName of a user that is there finds nobody.".to_owned(),
        (false, others) => {
            format!("A filter for one userName gives {others} users, and not the one asked for.")
        }
    };
    let problem = Problem::new(ProblemCode::ScimDeparture, wrong);
    Finding::wrong(CHECK, asked.evidence, (Outcome::Missing, problem))
}

/// Where the server says itself that it does not filter, that is no fault of it.
pub(crate) fn weigh_filter(finding: &mut Finding, announced: Announced) {
    if announced.filter == Some(false) && finding.outcome == Outcome::Missing {
        finding.required = false;
        finding.reason = Some("The server says itself that it does not filter.".to_owned());
    }
}

/// A user that there is not.
const NOBODY: &str = "/Users/00000000-0000-4000-8000-b1bbce7000aa";

/// What a refusal looks like.
pub(crate) async fn error_body(server: &Server<'_>) -> Finding {
    const CHECK: Check = Check::ErrorBody;
    let asked = server.ask(NOBODY).await;
    let form = match &asked.answer {
        // Whatever is refused: the form is what is looked at.
        Ok(reply) if (400..500).contains(&reply.status) && !matches!(reply.status, 407 | 429) => {
            match &reply.body {
                Body::Json(value) if wire::schemas(value).any(|schema| schema == ERROR) => {
                    return Finding::granted(CHECK, asked.evidence);
                }
                Body::Json(_) => "JSON of another form",
                Body::Page => "a web page",
                Body::Other => "no JSON",
            }
        }
        Ok(reply) if (200..300).contains(&reply.status) => {
            let problem = Problem::new(
                ProblemCode::ScimDeparture,
                format!(
                    "For a user that is not there the status is {}, and not 404.",
                    reply.status
                ),
            );
            return Finding::wrong(CHECK, asked.evidence, (Outcome::Missing, problem));
        }
        Ok(_) | Err(_) => return diagnosis::of_answer(server, CHECK, asked),
    };
    let problem = Problem::new(
        ProblemCode::ScimDeparture,
        format!("A refusal is {form}, and not SCIM's error ({ERROR})."),
    );
    Finding::wrong(CHECK, asked.evidence, (Outcome::Missing, problem))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evidence() -> Evidence {
        Evidence {
            method: "GET",
            path: "/Users".to_owned(),
            status: Some(200),
            items: None,
            total: None,
            seen: None,
        }
    }

    fn page(users: Vec<Value>) -> Page {
        Page {
            total: None,
            resources: users,
        }
    }

    fn jane() -> Value {
        json!({"id": "1", "userName": "jane", "active": true, "emails": [{"value": "jane@acme.example"}]})
    }

    #[test]
    fn what_nobody_has_is_missing_and_what_some_lack_is_said() {
        let found = |users| attributes(&evidence(), &page(users));
        assert_eq!(found(vec![jane()]).outcome, Outcome::Granted);

        let robot = json!({"id": "2", "userName": "robot", "active": false});
        let some = found(vec![jane(), robot.clone()]);
        assert_eq!(some.outcome, Outcome::Granted);
        assert_eq!(some.reason.as_deref(), Some("1 of 2 users have no emails."));

        let none = found(vec![robot]);
        assert_eq!(none.outcome, Outcome::Missing);
        let message = none.problem.expect("a problem").message;
        assert_eq!(message, "Users are given without: emails.");

        let nameless = json!({"id": "3", "active": true, "emails": [{"value": "x@acme.example"}]});
        assert_eq!(found(vec![jane(), nameless]).outcome, Outcome::Missing);

        let as_text = json!({"id": "4", "userName": "x", "active": "true", "emails": [{"value": "x@acme.example"}]});
        assert_eq!(found(vec![as_text]).outcome, Outcome::Missing);
    }

    #[test]
    fn a_user_is_in_a_group_by_itself_or_through_another() {
        let user = |id: &str, kind: Option<&str>| match kind {
            Some(kind) => json!({"id": id, "groups": [{"value": "g", "type": kind}]}),
            None => json!({"id": id, "groups": [{"value": "g"}]}),
        };
        let users = [
            user("1", Some("direct")),
            user("2", Some("indirect")),
            user("3", None),
            json!({"id": "4"}),
        ];
        let people = People::of(&users, true);
        assert!(people.name_groups());
        assert_eq!(people.in_group("g", false), 2);
        assert_eq!(people.in_group("g", true), 1);
        assert_eq!(people.in_group("other", false), 0);
    }
}
