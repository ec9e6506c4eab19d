//! Groups: can they be read, and does a group name all of its members.
//!
//! Members are an attribute and are never paged (RFC 7643, section 4.2), and yet servers cut them
//! where a page would end (<https://github.com/FusionAuth/fusionauth-issues/issues/2784>,
//! <https://github.com/wso2/product-is/issues/7211>), or leave them out of the list
//! (<https://github.com/graphql-hive/console/issues/8352>), which is no fault as long as the group
//! itself has them. What is cut shows only beside something else: the list, or the users, who may
//! name their groups.

use bbsetup_setup::{Evidence, Outcome, Problem, ProblemCode};
use serde_json::Value;

use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::reply::one_line;
use crate::server::{PAGE, Server, encoded, quoted};
use crate::users::People;
use crate::wire::{self, Page};

/// Groups that are looked at, where the first have no members.
const LOOKED_AT: usize = 3;

/// The groups as the first answer gave them.
pub(crate) fn listed(evidence: &Evidence, page: &Page) -> Finding {
    const CHECK: Check = Check::Groups;
    let evidence = evidence.clone();
    if page.resources.is_empty() {
        return Finding::wrong(CHECK, evidence, diagnosis::empty("groups"));
    }
    let lacks = |name: &str, has: &dyn Fn(&Value) -> bool| {
        let lacking = page.resources.iter().filter(|group| !has(group)).count();
        (lacking > 0).then(|| format!("{name} (of {lacking} of {} groups)", page.count()))
    };
    let missing: Vec<String> = [
        lacks("id", &|group| wire::id(group).is_some()),
        lacks("displayName", &|group| {
            wire::text(group, "displayName").is_some()
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if missing.is_empty() {
        return Finding::granted(CHECK, evidence);
    }
    let problem = Problem::new(
        ProblemCode::ScimAttributeMissing,
        format!("Groups are given without: {}.", missing.join(", ")),
    );
    Finding::wrong(CHECK, evidence, (Outcome::Missing, problem))
}

/// What is known around a group when its members are judged.
struct Around<'a> {
    /// How many users name the group, as far as they were counted.
    named: u64,
    /// Whether that was among all users.
    all_counted: bool,
    /// Lengths at which a server may cut: its pages.
    pages: &'a [u64],
}

/// A group of the list.
struct Candidate {
    id: String,
    name: String,
    /// How many members the list names; `None` where it names none of any group.
    listed: Option<u64>,
    /// How many users name it.
    named: u64,
}

/// Whether a group names all of its members. `groups` are those that were seen; `pages` the lengths
/// at which the server may cut.
pub(crate) async fn members(
    server: &Server<'_>,
    groups: &[Value],
    people: &People,
    pages: &[u64],
) -> Finding {
    const CHECK: Check = Check::GroupMembers;
    let mut candidates = candidates(groups, people);
    candidates.truncate(LOOKED_AT);
    let mut last = None;
    for candidate in candidates {
        let path = format!("/Groups/{}", encoded(&candidate.id));
        let mut asked = server.ask(&path).await;
        let granted = asked.answer.as_ref().ok().and_then(|reply| reply.granted());
        let Some(group) = granted.filter(|group| wire::id(group).is_some()) else {
            return diagnosis::of_answer(server, CHECK, asked);
        };
        let given = wire::values(group, "members").unwrap_or_default();
        let count = u64::try_from(given.len()).unwrap_or(u64::MAX);
        asked.evidence.items = Some(count);
        asked.evidence.seen = Some(format!("{}: {count} members", candidate.name));
        if count == 0 && candidate.named == 0 && candidate.listed.unwrap_or(0) == 0 {
            last = Some(asked.evidence);
            continue;
        }
        let holds_groups = given.iter().any(|member| is_group(member));
        let nameless = given
            .iter()
            .filter(|member| wire::text(member, "value").is_none())
            .count();
        if nameless > 0 {
            let problem = Problem::new(
                ProblemCode::ScimAttributeMissing,
                format!(
                    "{nameless} of the {count} members of {} have no value, which says who they are.",
                    candidate.name
                ),
            );
            return Finding::wrong(CHECK, asked.evidence, (Outcome::Missing, problem));
        }
        let seen = people.in_group(&candidate.id, holds_groups);
        let counted = match people.whole || !people.name_groups() {
            true => None,
            false => named_by_filter(server, &candidate.id, holds_groups).await,
        };
        let around = Around {
            named: counted.unwrap_or(seen).max(seen),
            all_counted: people.whole || counted.is_some(),
            pages,
        };
        return judge(asked.evidence, &candidate, count, &around);
    }
    match last {
        Some(evidence) => {
            let (outcome, problem) = diagnosis::empty("members of the groups that were looked at");
            Finding::wrong(CHECK, evidence, (outcome, problem))
        }
        None => Finding::not_testable(CHECK, "There is no group with an ID to look at."),
    }
}

/// The groups that were seen, the largest first.
fn candidates(groups: &[Value], people: &People) -> Vec<Candidate> {
    let lists_members = groups
        .iter()
        .any(|group| wire::values(group, "members").is_some_and(|members| !members.is_empty()));
    let mut candidates: Vec<Candidate> = groups
        .iter()
        .filter_map(|group| {
            let members = wire::values(group, "members").unwrap_or_default();
            let id = wire::id(group)?;
            let holds_groups = members.iter().any(|member| is_group(member));
            Some(Candidate {
                named: people.in_group(&id, holds_groups),
                name: one_line(wire::text(group, "displayName").unwrap_or(&id)),
                listed: lists_members.then(|| u64::try_from(members.len()).unwrap_or(u64::MAX)),
                id,
            })
        })
        .collect();
    candidates
        .sort_by_key(|group| std::cmp::Reverse(group.named.max(group.listed.unwrap_or_default())));
    candidates
}

fn is_group(member: &Value) -> bool {
    wire::text(member, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("group"))
        || wire::text(member, "$ref").is_some_and(|link| link.contains("/Groups/"))
}

/// How many users the server finds in a group; nothing where it does not filter by that, or where
/// what it gives does not show that it did.
async fn named_by_filter(server: &Server<'_>, group: &str, holds_groups: bool) -> Option<u64> {
    if holds_groups {
        return None;
    }
    let filter = encoded(&format!("groups.value eq {}", quoted(group)));
    let asked = server
        .ask(&format!("/Users?filter={filter}&count=10"))
        .await;
    let page = asked.page()?;
    let found = People::of(&page.resources, false);
    let all_are_in = found.in_group(group, false) == page.count() && page.count() > 0;
    page.total.filter(|_| all_are_in)
}

fn judge(evidence: Evidence, group: &Candidate, count: u64, around: &Around<'_>) -> Finding {
    const CHECK: Check = Check::GroupMembers;
    let name = &group.name;
    let named = around.named;
    let cut = |message: String| {
        let problem = Problem::new(ProblemCode::ScimMembersCut, message);
        Finding::wrong(CHECK, evidence.clone(), (Outcome::Missing, problem))
    };
    if named > count {
        return cut(format!(
            "The group {name} names {count} members, while {named} users say that they are in it."
        ));
    }
    match group.listed {
        Some(listed) if listed > 0 && listed < count => {
            return cut(format!(
                "In the list of groups {name} has {listed} members, and by itself {count}."
            ));
        }
        Some(listed) if listed > count => {
            return cut(format!(
                "In the list of groups {name} has {listed} members, and by itself only {count}."
            ));
        }
        Some(_) | None => {}
    }
    let confirmed = around.all_counted && named == count;
    if !confirmed && around.pages.contains(&count) {
        let problem = Problem::new(
            ProblemCode::ScimMembersCut,
            format!(
                "The group {name} has exactly {count} members, as many as a page holds: whether these are all cannot be told, since users do not name their groups."
            ),
        )
        .with_hints(vec![format!(
            "Compare the number with the group at its source. If there are more than {count}, the SCIM server cuts them: look in its settings for a largest number of members, or give its maker this report."
        )]);
        return Finding::wrong(CHECK, evidence, (Outcome::Unknown, problem));
    }
    // The server's own page is the shortest of what it says, what it shows and what is asked for.
    let page = around.pages.iter().copied().min().unwrap_or(PAGE);
    let finding = Finding::granted(CHECK, evidence);
    match (count > page, confirmed, group.listed) {
        (true, _, _) => finding.because(format!("More than a page of {page}.")),
        (false, true, _) => finding.because("As many as users who say that they are in it."),
        (false, false, Some(0) | None) => finding.because(
            "The list of groups leaves members out; a group by itself has them. No group that was seen is longer than a page.",
        ),
        (false, false, Some(_)) => {
            finding.because("No group that was seen is longer than a page.")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(count: u64, listed: Option<u64>, named: u64, all_counted: bool) -> Finding {
        let group = Candidate {
            id: "g".to_owned(),
            name: "Developers".to_owned(),
            listed,
            named: 0,
        };
        let evidence = Evidence {
            method: "GET",
            path: "/Groups/g".to_owned(),
            status: Some(200),
            items: Some(count),
            total: None,
            seen: None,
        };
        let around = Around {
            named,
            all_counted,
            pages: &[100, 20],
        };
        judge(evidence, &group, count, &around)
    }

    #[test]
    fn what_is_cut_is_seen_beside_the_users_or_the_list() {
        for (count, listed, named) in [
            (20, Some(20), 37),
            (37, Some(20), 0),
            (20, Some(37), 0),
            (0, None, 3),
        ] {
            let finding = found(count, listed, named, false);
            assert_eq!(
                finding.outcome,
                Outcome::Missing,
                "{count} {listed:?} {named}"
            );
        }
    }

    #[test]
    fn as_many_as_a_page_cannot_be_told_unless_the_users_agree() {
        assert_eq!(found(20, Some(20), 0, false).outcome, Outcome::Unknown);
        assert_eq!(found(19, Some(19), 0, false).outcome, Outcome::Granted);
        assert_eq!(found(120, None, 0, false).outcome, Outcome::Granted);
        assert_eq!(found(20, Some(20), 20, true).outcome, Outcome::Granted);
    }

    #[test]
    fn the_largest_group_is_looked_at_and_the_list_may_leave_members_out() {
        let users = [json!({"id": "1", "groups": [{"value": "b"}]})];
        let people = People::of(&users, true);
        let groups = [json!({"id": "a"}), json!({"id": "b"}), json!({})];
        let order: Vec<(String, Option<u64>)> = candidates(&groups, &people)
            .into_iter()
            .map(|group| (group.id, group.listed))
            .collect();
        assert_eq!(order, [("b".to_owned(), None), ("a".to_owned(), None)]);
    }
}
