//! A workspace that is changed while it is read.

use bbsetup_tests::{Ran, Story};
use serde_json::{Value, json};

use crate::{count_of, extract, fault, is_whole, truth};

/// Once a path was answered for the first time, the workspace is changed.
fn then(story: &Story, path: &str, change: Value) {
    let action = json!({"then_change": {"change": change}});
    fault(story, json!({"path": path, "times": 1, "action": action}));
}

fn vanished(ran: &Ran) -> Value {
    ran.json()["vanished"].clone()
}

#[tokio::test]
async fn a_repository_that_is_taken_away_behind_the_list_is_told_and_in_no_file() {
    for (more, to) in [
        (&["--in-flight", "1"][..], "users"),
        (&["--in-flight", "8"], "users"),
        (&["--in-flight", "1"], "groups"),
    ] {
        let story = Story::named("ready").await;
        let removed =
            json!({"remove_repository": {"workspace": "acme", "repository": "repository-9"}});
        let path = format!("/2.0/repositories/acme/ledger/permissions-config/{to}");
        then(&story, &path, removed);
        let name = truth(&story);
        let name = name
            .repositories
            .iter()
            .find(|of| of.slug == "repository-9");
        let name = name.expect("it is there").name.clone();
        let ran = extract(&story, more).await;
        is_whole(&story, &ran).await;
        assert_eq!(vanished(&ran), json!([name]), "{more:?} {to}");
        // By its name, and by its uuid, each by both credentials at most; not again for its groups.
        assert!(count_of(&story, "/repository-9/permissions-config/users") <= 2);
        let told = story.run(&["extract", "--out", "told"]).await;
        assert_eq!(told.code, 0);
        assert!(!told.stdout.contains("was taken away"), "{}", told.stdout);
    }
}

#[tokio::test]
async fn a_project_that_is_taken_away_takes_its_repositories_along() {
    let story = Story::named("ready").await;
    let removed = json!({"remove_project": {"workspace": "acme", "project": "WEB"}});
    then(
        &story,
        "/2.0/workspaces/acme/projects/PAY/permissions-config/users",
        removed,
    );
    let before = truth(&story);
    let ran = extract(&story, &["--in-flight", "1"]).await;
    is_whole(&story, &ran).await;
    let gone = 1 + before.repositories.len() - truth(&story).repositories.len();
    assert!(gone > 1);
    assert_eq!(
        vanished(&ran).as_array().expect("names").len(),
        gone,
        "{ran:?}"
    );
}

#[tokio::test]
async fn what_vanishes_between_two_pages_takes_nothing_else_along() {
    for in_flight in ["1", "8"] {
        let story = Story::named("large").await;
        let before = truth(&story);
        let removed =
            json!({"remove_repository": {"workspace": "acme", "repository": "repository-7"}});
        // The first of the second page moves to the first, which was read.
        then(&story, "/2.0/repositories/acme$", removed);
        let ran = extract(&story, &["--in-flight", in_flight]).await;
        is_whole(&story, &ran).await;
        let gone: Vec<&String> = before
            .repositories
            .iter()
            .filter(|of| of.slug == "repository-7")
            .map(|of| &of.name)
            .collect();
        assert_eq!(vanished(&ran), json!(gone), "--in-flight {in_flight}");
    }
}

#[tokio::test]
async fn what_comes_between_two_pages_is_read_once() {
    let story = Story::named("large").await;
    let added = json!({"add_repository": {"workspace": "acme", "slug": "brand-new",
        "name": "Brand new", "project": "GEN1", "place": 3}});
    let mut added = added;
    let project = truth(&story).projects[0].key.clone();
    added["add_repository"]["project"] = json!(project);
    then(&story, "/2.0/repositories/acme$", added);
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(vanished(&ran), json!([]));
}

#[tokio::test]
async fn a_repository_that_is_renamed_behind_the_list_is_asked_by_its_new_name() {
    let story = Story::named("ready").await;
    let renamed = json!({"rename_repository": {"workspace": "acme", "repository": "repository-9",
        "name": "Renamed", "slug": "renamed"}});
    then(
        &story,
        "/2.0/repositories/acme/ledger/permissions-config/users",
        renamed,
    );
    let ran = extract(&story, &["--in-flight", "1"]).await;
    is_whole(&story, &ran).await;
    assert_eq!(vanished(&ran), json!([]));
    assert_eq!(count_of(&story, "/renamed/permissions-config/groups"), 1);
}

#[tokio::test]
async fn a_member_who_leaves_between_two_pages_takes_nobody_along() {
    let story = Story::named("large").await;
    let before = truth(&story);
    let leaves = before.accounts.iter().find(|of| of.role == Some("member"));
    let leaves = leaves.expect("a member").clone();
    let removed = json!({"remove_member": {"workspace": "acme", "account": leaves.uuid}});
    then(&story, "/2.0/workspaces/acme/permissions$", removed);
    // One after the other, so that nothing else was read before.
    let ran = extract(&story, &["--in-flight", "1"]).await;
    is_whole(&story, &ran).await;
    assert_eq!(truth(&story).accounts.len(), before.accounts.len() - 1);
    assert_eq!(vanished(&ran), json!([leaves.display_name]));
}

#[tokio::test]
async fn a_group_that_is_taken_away_before_its_members_are_read_is_told() {
    let late = json!({"bitbucket": {"groups_with_members_time_out": true}});
    let story = crate::patched("ready", late).await;
    let removed = json!({"remove_group": {"workspace": "acme", "group": "auditors"}});
    then(&story, "/1.0/groups/acme/administrators/members", removed);
    let ran = extract(&story, &["--in-flight", "1"]).await;
    is_whole(&story, &ran).await;
    assert_eq!(vanished(&ran), json!(["Auditors – 审计"]));
}

#[tokio::test]
async fn effective_permissions_on_what_came_behind_the_list_have_no_end_in_the_air() {
    let story = Story::named("ready").await;
    let added = json!({"add_repository": {"workspace": "acme", "slug": "brand-new",
        "name": "Brand new", "project": "PAY", "users": {"zoe": "write"}}});
    then(&story, "/2.0/repositories/acme$", added);
    let more = ["--effective-only", "--in-flight", "1"];
    let ran = extract(&story, &more).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let looked = story.run(&["validate", "out", "--json"]).await;
    assert_eq!(
        (looked.code, looked.json()["problems"].clone()),
        (0, json!([])),
        "{looked:?}"
    );
    // The next reading has it.
    let ran = extract(&story, &more).await;
    assert_eq!(
        ran.json()["entities"]["repository"],
        truth(&story).repositories.len()
    );
}

#[tokio::test]
async fn effective_permissions_on_repositories_that_may_not_be_listed_keep_their_names() {
    let story = Story::named("ready").await;
    let action = json!({"answer": {"status": 403, "body": "{\"type\": \"error\", \"error\": {\"message\": \"Access denied.\"}}"}});
    fault(
        &story,
        json!({"path": "/2.0/repositories/acme$", "action": action}),
    );
    let ran = extract(&story, &["--effective-only"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(crate::gaps(&ran), ["repository 1 role_missing"]);
    let looked = story.run(&["validate", "out", "--json"]).await;
    assert_eq!(looked.code, 0, "{looked:?}");
    let entities = String::from_utf8(crate::file(&story, "out", "entities.csv"));
    assert!(
        entities
            .expect("UTF-8")
            .contains("Bitbucket,Checkout – касса,resource")
    );
    // Listed after all, they have their slugs and projects.
    story.sandbox.clear_faults();
    let ran = extract(&story, &["--effective-only"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let truth = truth(&story);
    assert_eq!(
        ran.json()["relations"]["contains"],
        truth.projects.len() + truth.repositories.len()
    );
    let entities = String::from_utf8(crate::file(&story, "out", "entities.csv"));
    assert!(
        entities
            .expect("UTF-8")
            .contains("\"\"slug\"\":\"\"checkout\"\"")
    );
}

#[tokio::test]
async fn a_list_that_is_begun_again_and_then_fails_calls_nothing_vanished_that_is_there() {
    let story = Story::named("large").await;
    let list = "/2.0/repositories/acme$";
    let before = truth(&story);
    let removed = json!({"remove_repository": {"workspace": "acme", "repository": "repository-7"}});
    then(&story, list, removed);
    let as_ever = json!({"with_headers": {"headers": []}});
    fault(&story, json!({"path": list, "times": 1, "action": as_ever}));
    fault(
        &story,
        json!({"path": list, "action": {"answer": {"status": 500}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 9, "{ran:?}");
    assert_eq!(crate::gaps(&ran), ["repository 1 server_error"]);
    let gone = before
        .repositories
        .iter()
        .find(|of| of.slug == "repository-7");
    assert_eq!(vanished(&ran), json!([gone.expect("it was there").name]));
    // The first of the second page was between the pages; what was read of the others stays.
    assert_eq!(
        ran.json()["entities"]["repository"],
        before.repositories.len() - 2
    );
    story.sandbox.clear_faults();
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}
