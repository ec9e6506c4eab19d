//! What tests compare a reading with.

use std::collections::BTreeMap;

use bbsetup_sandbox::Fault;

use crate::client::{basic, get, started};

#[tokio::test]
async fn the_truth_holds_everything_whatever_goes_wrong() {
    let sandbox = started("large").await;
    sandbox.set_fault(Fault {
        server: "bitbucket".into(),
        path: String::new(),
        method: String::new(),
        credential: String::new(),
        times: None,
        action: bbsetup_sandbox::Action::Page { status: 502 },
    });
    let truth = sandbox.truth("acme").expect("a workspace");
    assert_eq!(
        (truth.accounts.len(), truth.groups.len()),
        (200, 20),
        "accounts and groups"
    );
    assert_eq!(
        (truth.projects.len(), truth.repositories.len()),
        (10, 200),
        "projects and repositories"
    );
    let given: usize = truth.repositories.iter().map(|of| of.users.len()).sum();
    assert_eq!(given, 1000);
    assert!(sandbox.truth("nowhere").is_none());
    assert_eq!(sandbox.truth(&truth.uuid), Some(truth));
}

#[tokio::test]
async fn the_truth_is_what_is_served_where_nothing_goes_wrong() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    let truth = sandbox.truth("acme").expect("a workspace");
    let roles = get(
        &sandbox,
        &account,
        "/2.0/workspaces/acme/permissions?pagelen=100",
    )
    .await
    .json();
    let served: BTreeMap<&str, &str> = roles["values"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|held| Some((held["user"]["uuid"].as_str()?, held["permission"].as_str()?)))
        .collect();
    let known: BTreeMap<&str, &str> = truth
        .accounts
        .iter()
        .filter_map(|account| Some((account.uuid.as_str(), account.role?)))
        .collect();
    assert_eq!(served, known);
    let bot = truth.accounts.iter().find(|account| account.is_app_user);
    assert_eq!(
        bot.map(|bot| bot.display_name.as_str()),
        Some("Release bot")
    );
    assert_eq!(
        truth
            .accounts
            .iter()
            .filter(|account| !account.is_active)
            .map(|account| account.display_name.as_str())
            .collect::<Vec<_>>(),
        ["Former Employee"]
    );
    for project in &truth.projects {
        let path = format!(
            "/2.0/workspaces/acme/projects/{}/permissions-config/groups",
            project.key
        );
        let grants = get(&sandbox, &account, &path).await.json();
        let served: Vec<(&str, &str)> = grants["values"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|held| {
                Some((
                    held["group"]["slug"].as_str()?,
                    held["permission"].as_str()?,
                ))
            })
            .collect();
        let known: Vec<(&str, &str)> = project
            .groups
            .iter()
            .map(|grant| (grant.to.as_str(), grant.permission))
            .collect();
        assert_eq!(served, known, "{}", project.key);
    }
}
