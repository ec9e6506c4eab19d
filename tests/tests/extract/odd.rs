//! Answers that mislead: each by itself is believable, and together they must not make a reading call
//! itself whole that is not.

use bbsetup_tests::Story;
use serde_json::{Value, json};

use crate::{count, extract, fault, file, gaps, is_whole, patched};

const FORBIDDEN: &str = r#"{"type": "error", "error": {"message": "Access denied. You must have write or admin access."}}"#;

/// A page of a list, as Bitbucket writes it; `next` is a path of the practice Bitbucket.
fn page(story: &Story, values: &Value, size: u64, next: Option<&str>) -> Value {
    let mut body = json!({"values": values, "size": size});
    if let Some(next) = next {
        body["next"] = format!("{}{next}", story.sandbox.bitbucket_url()).into();
    }
    json!({"answer": {"status": 200, "body": body.to_string()}})
}

/// The projects of the workspace as their list has them.
fn projects(story: &Story, count: usize) -> Value {
    let truth = story.sandbox.truth("acme").expect("acme is there");
    let projects = truth.projects.iter().take(count);
    projects
        .map(|project| json!({"uuid": project.uuid, "key": project.key, "name": project.name}))
        .collect()
}

#[tokio::test]
async fn what_one_credential_may_not_and_the_other_cannot_is_never_passed_over() {
    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": "/2.0/workspaces/acme$", "credential": "workspace_access_token",
            "action": {"answer": {"status": 403, "body": FORBIDDEN}}}),
    );
    fault(
        &story,
        json!({"credential": "api_token", "action": {"answer": {"status": 401}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_ne!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["complete"], false, "{ran:?}");
    assert_eq!(ran.json()["files"], json!([]), "{ran:?}");

    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": "/2.0/repositories/acme/*/permissions-config/users",
            "credential": "workspace_access_token",
            "action": {"answer": {"status": 403, "body": FORBIDDEN}}}),
    );
    fault(
        &story,
        json!({"credential": "api_token", "action": {"answer": {"status": 401}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.json()["complete"], false, "{ran:?}");
    let told = gaps(&ran);
    assert!(
        told.iter()
            .any(|gap| gap == "repository_user 12 role_missing"),
        "{told:?}"
    );
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_before_a_stop_is_still_missing_after_it() {
    let story = Story::named("ready").await;
    let list = "/2.0/repositories/acme";
    let first = page(
        &story,
        &json!([7]),
        12,
        Some(&format!("{list}?pagelen=100")),
    );
    fault(
        &story,
        json!({"path": format!("{list}$"), "times": 1, "action": first}),
    );
    fault(
        &story,
        json!({"path": format!("{list}$"), "action": {"too_many_requests": {"retry_after": "3600"}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 6, "{ran:?}");

    story.sandbox.clear_faults();
    let ran = extract(&story, &[]).await;
    assert_eq!(gaps(&ran), ["repository 1 unreadable_reply"], "{ran:?}");
    assert_eq!(ran.code, 9, "{ran:?}");
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}

#[tokio::test]
async fn a_group_that_is_listed_and_shows_no_members_is_not_called_gone() {
    let late = json!({"bitbucket": {"groups_with_members_time_out": true}});
    let story = patched("ready", late).await;
    fault(
        &story,
        json!({"path": "/1.0/groups/acme/developers/members",
            "action": {"answer": {"status": 404, "body": "{\"type\": \"error\", \"error\": {\"message\": \"No such group.\"}}"}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(gaps(&ran), ["group_member 1 role_missing"], "{ran:?}");
    assert_eq!(ran.json()["vanished"], json!([]), "{ran:?}");
    let relations = String::from_utf8(file(&story, "out", "entity_relations.csv")).expect("text");
    assert!(
        relations.contains("acme/group/developers"),
        "its grants stay"
    );
}

#[tokio::test]
async fn a_project_that_its_repositories_name_is_there_whatever_a_list_says_that_was_begun_again() {
    let story = Story::named("ready").await;
    let list = "/2.0/workspaces/acme/projects";
    let next = format!("{list}?pagelen=100");
    let one = projects(&story, 1);
    // The list says another size on its second page, is begun again, and then holds one alone.
    for action in [
        page(&story, &one, 3, Some(&next)),
        page(&story, &json!([]), 1, None),
        page(&story, &one, 1, None),
    ] {
        fault(
            &story,
            json!({"path": format!("{list}$"), "times": 1, "action": action}),
        );
    }
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(ran.json()["vanished"], json!([]), "{ran:?}");
}

#[tokio::test]
async fn a_list_that_holds_fewer_than_it_says_is_a_gap() {
    let story = Story::named("ready").await;
    let action = page(&story, &projects(&story, 1), 3, None);
    fault(
        &story,
        json!({"path": "/2.0/workspaces/acme/projects$", "action": action}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(gaps(&ran), ["project 1 unreadable_reply"], "{ran:?}");
    assert_eq!(ran.code, 9, "{ran:?}");
}

#[tokio::test]
async fn a_list_that_leads_back_to_itself_comes_to_an_end() {
    let story = Story::named("ready").await;
    let list = "/2.0/workspaces/acme/permissions";
    let action = page(
        &story,
        &json!([]),
        0,
        Some(&format!("{list}?pagelen=100&ctx=again")),
    );
    fault(
        &story,
        json!({"path": format!("{list}$"), "action": action}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(
        gaps(&ran),
        ["workspace_member 1 unreadable_reply"],
        "{ran:?}"
    );
    assert!(count(&story) < 60, "{} requests", count(&story));
}

#[tokio::test]
async fn a_redirect_of_one_repository_is_its_gap_and_stops_no_reading() {
    let story = Story::named("ready").await;
    fault(
        &story,
        json!({"path": "/2.0/repositories/acme/ledger/permissions-config", "action": {"redirect": {}}}),
    );
    let ran = extract(&story, &[]).await;
    assert_eq!(
        gaps(&ran),
        [
            "repository_user 1 redirect_refused",
            "repository_group 1 redirect_refused"
        ],
        "{ran:?}"
    );
    assert_eq!(story.sandbox.breaches(), 0, "nothing was sent elsewhere");
}

#[tokio::test]
async fn a_name_does_nothing_to_the_terminal() {
    let name = "\u{1b}[2JCleared \u{202e}desrever";
    let story = patched(
        "ready",
        json!({"world": {"workspaces": {"acme": {"projects": {"PAY": {"name": name}}}}}}),
    )
    .await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    let ran = story.run(&["access", "out"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("Cleared"), "{ran:?}");
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']), "{ran:?}");
}

#[tokio::test]
async fn of_what_was_not_read_no_finding_says_that_there_is_none() {
    let mut story = Story::named("missing-project-admin").await;
    story.unset("BBSETUP_API_TOKEN").unset("BBSETUP_ACCOUNT");
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let validated = story.run(&["validate", "out", "--json"]).await;
    let notes = validated.json()["notes"].to_string();
    assert!(notes.contains("not everything"), "{notes}");
    let ran = story.run(&["access", "out", "--json"]).await;
    let access = ran.json();
    assert_eq!(access["complete"], false);
    for finding in access["findings"].as_array().expect("findings") {
        assert!(
            finding["count"] != 0 || finding["cannot_tell"].is_string(),
            "{finding}"
        );
    }
}
