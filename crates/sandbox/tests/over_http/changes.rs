//! A workspace that changes while it is read.

use std::collections::BTreeMap;

use bbsetup_sandbox::{Action, Change, Fault, Mending, Sandbox, Scenario};
use serde_json::{Value, json};

use crate::client::{basic, bearer, get, send, started};

async fn repositories(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let path = format!("/2.0/repositories/acme?{query}");
    slugs(&get(sandbox, &basic(sandbox), &path).await.json())
}

fn slugs(page: &Value) -> Vec<String> {
    let values = page["values"].as_array().expect("a list");
    values
        .iter()
        .filter_map(|value| value["slug"].as_str().map(str::to_owned))
        .collect()
}

fn remove_repository(slug: &str) -> Change {
    Change::RemoveRepository {
        workspace: "acme".into(),
        repository: slug.into(),
    }
}

#[tokio::test]
async fn a_repository_goes_and_those_behind_it_move_up() {
    let sandbox = started("ready").await;
    let before = repositories(&sandbox, "pagelen=100&fields=values.slug").await;
    sandbox
        .change(&remove_repository("ledger"))
        .expect("a change");
    let expected: Vec<String> = before.into_iter().filter(|slug| slug != "ledger").collect();
    assert_eq!(
        repositories(&sandbox, "pagelen=100&fields=values.slug").await,
        expected
    );
    assert_eq!(repositories(&sandbox, "pagelen=100").await, expected);
    for path in [
        "/2.0/repositories/acme/ledger",
        "/2.0/repositories/acme/ledger/permissions-config/users",
    ] {
        assert_eq!(get(&sandbox, &basic(&sandbox), path).await.status, 404);
    }
    let next = format!(
        "/2.0/repositories/acme/{}/permissions-config/users",
        expected[1]
    );
    let grants = get(&sandbox, &basic(&sandbox), &next).await.json();
    let truth = sandbox.truth("acme").expect("a workspace");
    assert_eq!(truth.repositories[1].slug, expected[1]);
    assert_eq!(grants["size"], truth.repositories[1].users.len());
    let again = sandbox
        .change(&remove_repository("ledger"))
        .expect_err("it is gone");
    assert_eq!(again.to_string(), "there is no repository ledger");
}

#[tokio::test]
async fn a_repository_comes_at_its_place_with_its_grants() {
    let sandbox = started("ready").await;
    let add = |slug: &str, place| Change::AddRepository {
        workspace: "acme".into(),
        slug: slug.into(),
        name: format!("The {slug}"),
        project: "PAY".into(),
        place,
        users: BTreeMap::from([("jane".into(), "write".into())]),
        groups: BTreeMap::from([("developers".into(), "admin".into())]),
    };
    sandbox.change(&add("first", Some(0))).expect("a change");
    sandbox.change(&add("last", None)).expect("a change");
    let slugs = repositories(&sandbox, "pagelen=100").await;
    assert_eq!(slugs.first().map(String::as_str), Some("first"));
    assert_eq!(slugs.last().map(String::as_str), Some("last"));
    let path = "/2.0/repositories/acme/last/permissions-config";
    let users = get(&sandbox, &basic(&sandbox), &format!("{path}/users")).await;
    assert_eq!(users.json()["values"][0]["user"]["nickname"], "jane");
    assert_eq!(users.json()["values"][0]["permission"], "write");
    let groups = get(&sandbox, &basic(&sandbox), &format!("{path}/groups")).await;
    assert_eq!(groups.json()["values"][0]["group"]["slug"], "developers");
    let nowhere = Change::AddRepository {
        workspace: "acme".into(),
        slug: "x".into(),
        name: "x".into(),
        project: "NOWHERE".into(),
        place: None,
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
    };
    assert!(sandbox.change(&nowhere).is_err());
}

#[tokio::test]
async fn members_groups_and_projects_go_with_what_hangs_on_them() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    let before = sandbox.truth("acme").expect("a workspace");
    let wang = before
        .accounts
        .iter()
        .find(|account| account.display_name == "王小明")
        .expect("an account")
        .uuid
        .clone();
    for change in [
        Change::RemoveMember {
            workspace: "acme".into(),
            account: wang.clone(),
        },
        Change::RemoveGroup {
            workspace: "acme".into(),
            group: before.groups[0].slug.clone(),
        },
        Change::RemoveProject {
            workspace: "acme".into(),
            project: "PAY".into(),
        },
    ] {
        sandbox.change(&change).expect("a change");
    }
    let after = sandbox.truth("acme").expect("a workspace");
    assert_eq!(after.accounts.len(), before.accounts.len() - 1);
    assert_eq!(after.groups, {
        let mut groups = before.groups[1..].to_vec();
        for group in &mut groups {
            group.members.retain(|member| *member != wang);
        }
        groups
    });
    let members = get(&sandbox, &account, "/2.0/workspaces/acme/members").await;
    assert_eq!(members.json()["size"], after.accounts.len());
    let groups = get(&sandbox, &account, "/1.0/groups/acme").await.json();
    assert_eq!(groups.as_array().map(Vec::len), Some(after.groups.len()));
    let projects = get(&sandbox, &account, "/2.0/workspaces/acme/projects").await;
    assert_eq!(projects.json()["size"], before.projects.len() - 1);
    assert_eq!(
        get(&sandbox, &account, "/2.0/workspaces/acme/projects/PAY")
            .await
            .status,
        404
    );
    // What is left is granted to the same as before.
    for repository in &after.repositories {
        let earlier = before
            .repositories
            .iter()
            .find(|earlier| earlier.uuid == repository.uuid)
            .expect("it was there");
        assert_eq!(earlier.project, repository.project);
        let groups: Vec<_> = earlier
            .groups
            .iter()
            .filter(|grant| grant.to != before.groups[0].slug)
            .cloned()
            .collect();
        assert_eq!(repository.groups, groups, "{}", repository.slug);
        let path = format!(
            "/2.0/repositories/acme/{}/permissions-config/groups",
            repository.slug
        );
        let served = get(&sandbox, &account, &path).await.json();
        let served: Vec<&str> = served["values"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|grant| grant["group"]["slug"].as_str())
            .collect();
        let expected: Vec<&str> = groups.iter().map(|grant| grant.to.as_str()).collect();
        assert_eq!(served, expected, "{}", repository.slug);
    }
}

#[tokio::test]
async fn what_is_renamed_is_served_by_its_new_name() {
    let sandbox = started("ready").await;
    let control = format!("{}/world", sandbox.control());
    let uuid = sandbox.truth("acme").expect("a workspace").repositories[0]
        .uuid
        .clone();
    let changes = [
        json!({"rename_account": {"account": "jane", "name": "Jane Müller"}}),
        json!({"rename_repository": {"workspace": "acme", "repository": uuid, "name": "Till", "slug": "till"}}),
    ];
    for change in changes {
        let changed = send("PUT", &control, &[], &change.to_string()).await;
        assert_eq!(changed.status, 204, "{}", changed.text());
    }
    let account = basic(&sandbox);
    let till = get(&sandbox, &account, "/2.0/repositories/acme/till")
        .await
        .json();
    assert_eq!(
        (&till["name"], &till["uuid"]),
        (&json!("Till"), &json!(uuid))
    );
    let members = get(
        &sandbox,
        &account,
        "/2.0/workspaces/acme/members?pagelen=100&fields=values.user.display_name",
    )
    .await;
    assert!(members.text().contains("Jane Müller"), "{}", members.text());
    let refused = send(
        "PUT",
        &control,
        &[],
        r#"{"remove_group": {"workspace": "acme", "group": "ghosts"}}"#,
    )
    .await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("no group ghosts"));
}

#[tokio::test]
async fn a_change_comes_between_two_pages_where_a_fault_says_so() {
    let sandbox = started("ready").await;
    let all = repositories(&sandbox, "pagelen=100").await;
    sandbox.set_fault(Fault {
        server: "bitbucket".into(),
        path: "/2.0/repositories/acme$".into(),
        method: String::new(),
        credential: String::new(),
        times: Some(1),
        action: Action::ThenChange {
            change: remove_repository(&all[0]),
        },
    });
    let first = repositories(&sandbox, "pagelen=3").await;
    let second = repositories(&sandbox, "pagelen=3&page=2").await;
    assert_eq!(first, all[..3], "the first page is as it was");
    assert_eq!(second, all[4..7], "one is on neither page");
}

#[tokio::test]
async fn a_token_of_what_moves_reaches_it_and_of_what_goes_nothing() {
    let scenario = Scenario::named("repository-token-in-workspace-slot").expect("a scenario");
    let sandbox = Sandbox::start(scenario).await.expect("free ports");
    let own = repositories_of_token(&sandbox).await;
    let first = sandbox.truth("acme").expect("a workspace").repositories[0]
        .slug
        .clone();
    assert_ne!(own[0], first, "another goes first");
    sandbox
        .change(&remove_repository(&first))
        .expect("a change");
    assert_eq!(repositories_of_token(&sandbox).await, own);
    sandbox
        .change(&remove_repository(&own[0]))
        .expect("a change");
    let refused = get(&sandbox, &bearer(&sandbox), "/2.0/repositories/acme").await;
    assert_eq!(refused.status, 401);
}

async fn repositories_of_token(sandbox: &Sandbox) -> Vec<String> {
    slugs(
        &get(sandbox, &bearer(sandbox), "/2.0/repositories/acme")
            .await
            .json(),
    )
}

#[tokio::test]
async fn one_who_becomes_an_administrator_sees_all_at_once() {
    let sandbox = started("nothing-visible").await;
    assert_eq!(repositories(&sandbox, "pagelen=100").await, [""; 0]);
    sandbox
        .mend(
            "account",
            Mending {
                roles: BTreeMap::from([("acme".into(), Some("owner".into()))]),
                ..Mending::default()
            },
        )
        .expect("a credential");
    let truth = sandbox.truth("acme").expect("a workspace");
    let every: Vec<String> = truth.repositories.into_iter().map(|of| of.slug).collect();
    assert_eq!(repositories(&sandbox, "pagelen=100").await, every);
}
