//! Pages, queries, fields, and what is in the lists.

use bbsetup_sandbox::Sandbox;
use serde_json::{Value, json};
use url::Url;

use crate::client::{basic, bearer, get, send, started, started_with};

/// Follows `next` from a path to the end; gives the values of all pages and how many pages there
/// were.
async fn all(sandbox: &Sandbox, authorization: &str, path: &str) -> (Vec<Value>, usize) {
    let mut address = Some(format!("{}{path}", sandbox.bitbucket_url()));
    let (mut values, mut pages) = (Vec::new(), 0);
    while let Some(url) = address {
        let page = send("GET", &url, &[("authorization", authorization)], "")
            .await
            .json();
        values.extend(page["values"].as_array().expect("a list").iter().cloned());
        pages += 1;
        address = page["next"].as_str().map(str::to_owned);
    }
    (values, pages)
}

#[tokio::test]
async fn pages_lead_to_each_other_and_hold_everything_once() {
    let sandbox = started("ready").await;
    let (ten_each, pages) = all(&sandbox, &bearer(&sandbox), "/2.0/workspaces/acme/members").await;
    assert_eq!((ten_each.len(), pages), (16, 2));
    let (one_each, pages) = all(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/workspaces/acme/members?pagelen=1",
    )
    .await;
    assert_eq!(pages, 16);
    assert_eq!(one_each, ten_each);
    let (at_once, pages) = all(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/workspaces/acme/members?pagelen=100",
    )
    .await;
    assert_eq!((at_once, pages), (ten_each, 1));
}

#[tokio::test]
async fn next_stays_on_the_address_that_was_used_and_keeps_what_was_asked() {
    let sandbox = started("ready").await;
    let port = Url::parse(&sandbox.bitbucket_url())
        .expect("an address")
        .port()
        .expect("a port");
    let url =
        format!("http://localhost:{port}/2.0/repositories/acme?pagelen=5&fields=next,values.slug");
    let page = send("GET", &url, &[("authorization", &bearer(&sandbox))], "")
        .await
        .json();
    let next = page["next"].as_str().expect("a further page");
    assert!(
        next.starts_with(&format!("http://localhost:{port}/2.0/repositories/acme?")),
        "{next}"
    );
    assert!(
        next.contains("fields=next%2Cvalues.slug") && next.contains("pagelen=5"),
        "{next}"
    );
    assert!(!next.contains("page=2"), "the cursor is opaque: {next}");
}

#[tokio::test]
async fn lengths_and_pages_out_of_range_are_refused() {
    let sandbox = started("ready").await;
    for (query, message) in [
        ("pagelen=0", "Invalid pagelen"),
        ("pagelen=101", "Invalid pagelen"),
        ("pagelen=many", "Invalid pagelen"),
        ("page=0", "Invalid page"),
        ("ctx=nonsense", "Invalid page"),
    ] {
        let answer = get(
            &sandbox,
            &bearer(&sandbox),
            &format!("/2.0/repositories/acme?{query}"),
        )
        .await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (400, message),
            "{query}"
        );
    }
    let beyond = get(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/repositories/acme?page=99",
    )
    .await
    .json();
    assert_eq!(beyond["values"], json!([]));
}

#[tokio::test]
async fn fields_leave_out_what_is_not_named_even_next() {
    let sandbox = started("ready").await;
    let page = get(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/repositories/acme?fields=values.slug&pagelen=2",
    )
    .await
    .json();
    assert_eq!(
        page,
        json!({"values": [{"slug": "checkout"}, {"slug": "ledger"}]})
    );
}

#[tokio::test]
async fn members_are_looked_up_by_an_email_that_is_not_shown() {
    let sandbox = started("ready").await;
    let query = "q=user.email%20IN%20(%22jane@acme.example%22,%22nobody@acme.example%22)";
    for authorization in [bearer(&sandbox), basic(&sandbox)] {
        let page = get(
            &sandbox,
            &authorization,
            &format!("/2.0/workspaces/acme/members?{query}"),
        )
        .await;
        assert_eq!(page.json()["size"], 1);
        assert_eq!(
            page.json()["values"][0]["user"]["display_name"],
            "Jane Smith"
        );
        assert!(!page.text().contains("jane@"), "{}", page.text());
    }
    let emails = vec!["%22a@b.example%22"; 91].join(",");
    let path = format!("/2.0/workspaces/acme/members?q=user.email%20IN%20({emails})");
    assert_eq!(get(&sandbox, &bearer(&sandbox), &path).await.status, 400);
    let member = started("not-administrator").await;
    let path = format!("/2.0/workspaces/acme/members?{query}");
    assert_eq!(get(&member, &basic(&member), &path).await.status, 403);
}

#[tokio::test]
async fn a_query_that_is_not_spoken_is_refused_rather_than_ignored() {
    let sandbox = started("ready").await;
    for path in [
        "/2.0/repositories/acme?q=name~%22x%22",
        "/2.0/workspaces/acme/members?q=slug=%22x%22",
    ] {
        assert_eq!(
            get(&sandbox, &bearer(&sandbox), path).await.status,
            400,
            "{path}"
        );
    }
}

#[tokio::test]
async fn own_workspaces_are_found_by_slug_and_by_administrator() {
    let sandbox = started("ready").await;
    let size = async |query: &str| {
        get(
            &sandbox,
            &basic(&sandbox),
            &format!("/2.0/user/workspaces?{query}"),
        )
        .await
        .json()["size"]
            .clone()
    };
    assert_eq!(size("q=slug=%22acme%22").await, 1);
    assert_eq!(size("q=slug=%22umbrella%22").await, 0);
    assert_eq!(size("administrator=true").await, 1);
    assert_eq!(size("q=administrator=false").await, 0);
}

#[tokio::test]
async fn roles_in_the_workspace_are_listed_and_filtered() {
    let sandbox = started("ready").await;
    let page = get(
        &sandbox,
        &basic(&sandbox),
        "/2.0/workspaces/acme/permissions?q=permission=%22owner%22",
    )
    .await
    .json();
    assert_eq!(page["size"], 2);
    let own = get(
        &sandbox,
        &basic(&sandbox),
        "/2.0/user/workspaces/acme/permission",
    )
    .await
    .json();
    assert_eq!(own["permission"], "owner");
}

#[tokio::test]
async fn grants_are_explicit_ones_and_effective_ones_are_what_they_come_to() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    let (users, _) = all(
        &sandbox,
        &account,
        "/2.0/repositories/acme/ledger/permissions-config/users",
    )
    .await;
    let explicit: Vec<_> = users
        .iter()
        .map(|grant| {
            (
                grant["user"]["nickname"].as_str(),
                grant["permission"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        explicit,
        [
            (Some("command"), Some("read")),
            (Some("muhammad"), Some("admin"))
        ]
    );
    let (groups, _) = all(
        &sandbox,
        &account,
        "/2.0/workspaces/acme/projects/PAY/permissions-config/groups",
    )
    .await;
    assert_eq!(groups.len(), 3);
    assert_eq!(groups[0]["type"], "project_group_permission");
    assert_eq!(groups[0]["group"]["slug"], "administrators");

    let (effective, _) = all(
        &sandbox,
        &account,
        "/2.0/workspaces/acme/permissions/repositories/ledger",
    )
    .await;
    let of = |nickname: &str| {
        effective
            .iter()
            .find(|held| held["user"]["nickname"] == nickname)
            .map(|held| held["permission"].clone())
    };
    assert_eq!(
        of("jane"),
        Some(json!("admin")),
        "an administrator of the workspace"
    );
    assert_eq!(
        of("wang"),
        Some(json!("write")),
        "through create-repo on the project"
    );
    assert_eq!(
        of("zoe"),
        Some(json!("read")),
        "through a group on the project"
    );
    assert_eq!(of("lukasz"), None);
    let (every, _) = all(
        &sandbox,
        &account,
        "/2.0/workspaces/acme/permissions/repositories?pagelen=100",
    )
    .await;
    assert!(every.len() > effective.len());
    let (own, _) = all(
        &sandbox,
        &account,
        "/2.0/user/workspaces/acme/permissions/repositories?pagelen=100",
    )
    .await;
    assert_eq!(own.len(), 12);
}

#[tokio::test]
async fn v1_groups_are_a_bare_array_with_members_or_without() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    let groups = get(&sandbox, &account, "/1.0/groups/acme").await.json();
    let groups = groups.as_array().expect("a bare array");
    assert_eq!(groups.len(), 4);
    assert_eq!(groups[0]["members"].as_array().map(Vec::len), Some(2));
    let without = get(&sandbox, &account, "/1.0/groups/acme?exclude_members=true")
        .await
        .json();
    assert!(
        without
            .as_array()
            .expect("an array")
            .iter()
            .all(|group| group.get("members").is_none())
    );
    let members = get(&sandbox, &account, "/1.0/groups/acme/developers/members")
        .await
        .json();
    assert_eq!(members.as_array().map(Vec::len), Some(6));
}

#[tokio::test]
async fn accounts_are_of_several_kinds_and_scripts() {
    let sandbox = started("ready").await;
    let (members, _) = all(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/workspaces/acme/members?pagelen=100",
    )
    .await;
    let names: Vec<&str> = members
        .iter()
        .filter_map(|member| member["user"]["display_name"].as_str())
        .collect();
    for name in [
        "王小明",
        "محمد علي",
        "Łukasz 👩‍💻 Nowak",
        "Robert \"Bobby\" Tables, Jr.",
        "=cmd|' /C calc'!A0",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let of = |name: &str| {
        members
            .iter()
            .map(|member| &member["user"])
            .find(|user| user["display_name"] == name)
            .expect("a member")
    };
    assert_eq!(of("Release bot")["type"], "app_user");
    assert_eq!(of("Former Employee")["account_status"], "inactive");
    let id = of("Jane Smith")["account_id"].as_str().expect("an ID");
    let jane = get(&sandbox, &basic(&sandbox), &format!("/2.0/users/{id}"))
        .await
        .json();
    assert_eq!(jane["display_name"], "Jane Smith");
}

#[tokio::test]
async fn an_empty_workspace_answers_with_empty_lists() {
    let sandbox = started("empty-workspace").await;
    for path in ["/2.0/workspaces/acme/projects", "/2.0/repositories/acme"] {
        assert_eq!(
            get(&sandbox, &bearer(&sandbox), path).await.json()["size"],
            0,
            "{path}"
        );
    }
    assert_eq!(
        get(&sandbox, &basic(&sandbox), "/1.0/groups/acme")
            .await
            .json(),
        json!([])
    );
}

#[tokio::test]
async fn a_world_of_twenty_thousand_is_generated() {
    let sandbox = started_with(json!({"world": {"workspaces": {"acme": {"generate":
        {"users": 20000, "groups": 500, "projects": 100, "repositories": 5000}}}}}))
    .await;
    let page = get(
        &sandbox,
        &bearer(&sandbox),
        "/2.0/workspaces/acme/members?pagelen=100&page=200",
    )
    .await
    .json();
    assert_eq!(page["size"], 20000);
    assert_eq!(page["values"].as_array().map(Vec::len), Some(100));
    assert_eq!(page.get("next"), None);
}
