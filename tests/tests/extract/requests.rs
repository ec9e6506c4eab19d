//! How often and how much at once Bitbucket is asked.

use std::time::Duration;

use bbsetup_tests::Story;
use serde_json::{Value, json};

use crate::{asked, count, extract, file, is_whole};

/// For 200 people, 20 groups, 10 projects and 200 repositories: the workspace, 2 pages of members, all
/// groups, a page of projects, 2 of repositories; 427 with the others.
const LISTS: u64 = 1 + 2 + 1 + 1 + 2;
/// And what is granted on each project and repository, once to accounts and once to groups.
const FLOOR: u64 = LISTS + 2 * (10 + 200);

#[tokio::test]
async fn no_more_is_asked_than_has_to_be() {
    let story = Story::named("large").await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    assert_eq!(count(&story), FLOOR);
    assert_eq!(ran.json()["requests"], FLOOR);
    let mut each: Vec<_> = asked(&story)
        .into_iter()
        .map(|entry| (entry.path, entry.parameters.contains(&"ctx".to_owned())))
        .collect();
    assert!(
        each.iter().all(|(path, _)| !path.starts_with("/2.0/user")),
        "no request per user"
    );
    each.sort();
    each.dedup();
    let later_pages = 2;
    assert!(
        each.len() as u64 >= FLOOR - later_pages,
        "nothing is asked twice: {}",
        each.len()
    );
    for entry in asked(&story) {
        assert_eq!(
            (entry.method.as_str(), entry.status),
            ("GET", 200),
            "{entry:?}"
        );
    }
}

#[tokio::test]
async fn no_more_is_under_way_at_once_than_was_asked_for() {
    for in_flight in [1, 3, 8, 20] {
        let story = Story::named("ready").await;
        // Slow enough for all that may leave to be under way together.
        story.sandbox.set_latency(Duration::from_millis(40));
        let ran = extract(&story, &["--in-flight", &in_flight.to_string()]).await;
        is_whole(&story, &ran).await;
        assert_eq!(story.sandbox.most_in_flight(), in_flight);
    }
    let story = Story::named("ready").await;
    story.sandbox.set_latency(Duration::from_millis(40));
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(story.sandbox.most_in_flight(), 8, "where nothing is said");
}

#[tokio::test]
async fn effective_permissions_take_few_requests_and_are_called_what_they_are() {
    let story = Story::named("large").await;
    let ran = extract(&story, &["--effective-only"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(
        (&json["mode"], &json["complete"]),
        (&json!("effective"), &json!(true))
    );
    let requests = count(&story);
    let pages = asked(&story)
        .iter()
        .filter(|entry| entry.path.ends_with("/permissions/repositories"))
        .count();
    let held = json["relations"]["repository_user"]
        .as_u64()
        .expect("a count");
    assert_eq!(pages as u64, held.div_ceil(100), "{held} in pages of 100");
    assert_eq!(requests, LISTS + pages as u64);
    assert!(requests < FLOOR / 3, "{requests}");
    let manifest: Value =
        serde_json::from_slice(&file(&story, "out", "manifest.json")).expect("JSON");
    assert_eq!(manifest["mode"], "effective");

    let truth = crate::truth(&story);
    let repositories: Vec<&String> = truth.repositories.iter().map(|of| &of.uuid).collect();
    let relations = file(&story, "out", "entity_relations.csv");
    let mut reader = csv::Reader::from_reader(relations.as_slice());
    let (mut effective, mut others) = (0, 0);
    for row in reader.records() {
        let row = row.expect("a row");
        let metadata: Value = serde_json::from_str(&row[7]).expect("JSON");
        let is_permission =
            &row[2] == "identity" && repositories.iter().any(|uuid| uuid.as_str() == &row[3]);
        match is_permission {
            true => {
                assert_eq!(metadata["grant"], "effective", "{row:?}");
                effective += 1;
            }
            false => {
                assert_eq!(metadata.get("grant"), None, "{row:?}");
                others += 1;
            }
        }
        assert!(
            &row[2] != "connection",
            "no grant of a group is made up: {row:?}"
        );
    }
    assert_eq!(effective, held);
    assert!(others > 0);
    // Everybody who was given something directly comes to something.
    let rows = String::from_utf8(relations).expect("UTF-8");
    for repository in &truth.repositories {
        for grant in &repository.users {
            let ends = format!("{},identity,{},resource", grant.to, repository.uuid);
            assert!(rows.contains(&ends), "{ends}");
        }
    }

    let told = story
        .run(&["extract", "--out", "told", "--effective-only"])
        .await;
    assert!(
        told.stdout
            .contains("effective permissions of accounts on repositories"),
        "{}",
        told.stdout
    );
}
