//! Whatever a server sends is read without harm, and what is said of it is one line.

use bbsetup_setup::{Evidence, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::check::Finding;
use crate::discovery::Announced;
use crate::groups;
use crate::paging::{self, Turned};
use crate::reply::{Body, Reply};
use crate::users::{self, People};
use crate::wire::{self, Page};

/// Names that a check looks at, and some that it does not.
const NAMES: &str = "schemas|id|userName|username|emails|active|value|type|\\$ref|members|groups|displayName|Resources|resources|totalResults|startIndex|itemsPerPage|filter|supported|maxResults|detail|status|Errors|x";

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        "[a-z0-9]{0,3}".prop_map(Value::from),
        Just(Value::from(wire::ERROR)),
        Just(Value::from(
            "urn:ietf:params:scim:api:messages:2.0:ListResponse"
        )),
        Just(Value::from("urn:scim:schemas:core:1.0")),
    ];
    leaf.prop_recursive(5, 120, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(NAMES, inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A list as a server may give it.
fn lists() -> impl Strategy<Value = Value> {
    (values(), prop::collection::vec(values(), 0..6))
        .prop_map(|(total, resources)| json!({"totalResults": total, "Resources": resources}))
}

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

fn look_at(body: &Value) -> Vec<Finding> {
    let page = Page::or_bare(body).unwrap_or_default();
    let people = People::of(&page.resources, true);
    let named = people.in_group("x", false) >= people.in_group("x", true);
    assert!(named, "those by themselves are among all");
    let _announced = Announced::of(body);
    vec![
        users::listed(&evidence(), &page),
        users::attributes(&evidence(), &page),
        groups::listed(&evidence(), &page),
    ]
}

proptest! {
    #[test]
    fn any_json_is_looked_at_and_told_in_one_line(body in prop_oneof![values(), lists()]) {
        for finding in look_at(&body) {
            let said = finding.problem.iter().flat_map(|problem| {
                problem.seen.iter().chain([&problem.message])
            });
            for line in said.chain(finding.reason.iter()) {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
                prop_assert!(line.chars().count() < 5000);
            }
            // Nobody is nothing to look at, and never as it should be.
            if finding.outcome == Outcome::Granted {
                prop_assert!(Page::or_bare(&body).is_some());
            }
        }
    }

    #[test]
    fn any_bytes_are_an_answer(
        status in any::<u16>(), kind in any::<String>(), challenge in any::<String>(),
        body in any::<Vec<u8>>(),
    ) {
        let headers = vec![
            ("content-type".to_owned(), kind),
            ("www-authenticate".to_owned(), challenge),
        ];
        let reply = Reply::of(&bbsetup_http::fuzzing::answer(status, headers, body));
        let detail = reply.detail();
        prop_assert!(detail.is_none_or(|detail| !detail.chars().any(char::is_control)));
        let of_success = reply.granted().is_some();
        prop_assert!(!of_success || matches!(reply.body, Body::Json(_)));
        let _version = reply.is_of_version_1();
    }

    #[test]
    fn any_pages_are_judged(
        total in any::<u64>(),
        pages in prop::collection::vec((any::<u64>(), any::<u64>(), lists()), 0..5),
    ) {
        let turned: Vec<Turned> = pages
            .into_iter()
            .map(|(start, count, list)| Turned {
                start,
                count,
                page: Page::of(&list).unwrap_or_default(),
            })
            .collect();
        // It ends, and says one thing or another.
        let _paging = paging::judge(total, &turned);
    }
}
