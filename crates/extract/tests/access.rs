//! How access flows, and the findings, against the practice Bitbucket's own truth.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bbsetup_bitbucket::{Credential, Target};
use bbsetup_extract::access::{self, FindingKind, Found, Layer};
use bbsetup_extract::{Budget, Ended, Identity, Mode, Plan, Store, read};
use bbsetup_http::{Client, Limits, Network};
use bbsetup_sandbox::{Sandbox, Scenario, TrueGrant, Truth};
use bbsetup_setup::Secret;
use bbsetup_setup::draft::{read_account, read_api_url, read_workspace};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Reads the workspace of a scenario; gives the checkpoint and the truth.
async fn read_whole(scenario: Scenario, mode: Mode) -> (Store, Truth, tempfile::TempDir) {
    let sandbox = Sandbox::start(scenario).await.expect("servers");
    let env = sandbox.env();
    let network = Network::default();
    let target = Target {
        client: Client::new(Limits::default(), &network).expect("a client"),
        api_url: read_api_url(Some(&sandbox.bitbucket_url())).expect("an address"),
        workspace: read_workspace(Some("acme")).expect("a workspace"),
        expiries: Vec::new(),
        clock: Arc::new(|| 1_795_000_000),
    };
    let email = read_account(Some(&env["BBSETUP_ACCOUNT"])).expect("an e-mail");
    let secret = |name: &str| Secret::new(env[name].clone());
    let credentials = [
        Credential::workspace_token(secret("BBSETUP_WORKSPACE_TOKEN")).expect("a token"),
        Credential::account(&email, secret("BBSETUP_API_TOKEN")).expect("a token"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(&folder.path().join("checkpoint.sqlite")).expect("a checkpoint");
    let identity = Identity {
        workspace: "acme".into(),
        api: target.api_url.to_string(),
        mode,
    };
    store
        .begin(&identity, false, 1_795_000_000)
        .expect("a beginning");
    let plan = Plan {
        target: &target,
        credentials: &credentials,
        in_flight: 8,
        budget: Budget::Unlimited,
        max_wait: Duration::from_secs(60),
    };
    let outcome = read(&plan, &mut store, &mut |_| {}, &CancellationToken::new()).await;
    assert!(matches!(outcome.ended, Ended::Read), "{outcome:?}");
    assert_eq!(store.gaps().expect("gaps"), []);
    let truth = sandbox.truth("acme").expect("the workspace");
    (store, truth, folder)
}

/// A way from a person to a repository: who, by which group if any, where, to do what.
type Path = (String, Option<String>, String, String);

/// Every way that the truth knows, one by one.
fn ways(truth: &Truth) -> Vec<Path> {
    let members: BTreeMap<&str, &[String]> = truth
        .groups
        .iter()
        .map(|group| (group.slug.as_str(), group.members.as_slice()))
        .collect();
    let mut ways = Vec::new();
    for repository in &truth.repositories {
        let project = truth
            .projects
            .iter()
            .find(|project| project.uuid == repository.project)
            .expect("its project");
        for owner in truth
            .accounts
            .iter()
            .filter(|account| account.role == Some("owner"))
        {
            ways.push((
                owner.uuid.clone(),
                Some("ownership".into()),
                repository.uuid.clone(),
                "admin".into(),
            ));
        }
        let grants = |users: &[TrueGrant], groups: &[TrueGrant]| -> Vec<Path> {
            let permission = |grant: &TrueGrant| match grant.permission {
                "create-repo" => "write".to_owned(),
                other => other.to_owned(),
            };
            let direct = users.iter().map(|grant| {
                (
                    grant.to.clone(),
                    None,
                    repository.uuid.clone(),
                    permission(grant),
                )
            });
            let through = groups.iter().flat_map(|grant| {
                members[grant.to.as_str()].iter().map(move |member| {
                    (
                        member.clone(),
                        Some(grant.to.clone()),
                        repository.uuid.clone(),
                        permission(grant),
                    )
                })
            });
            direct.chain(through).collect()
        };
        ways.extend(grants(&repository.users, &repository.groups));
        ways.extend(grants(&project.users, &project.groups));
    }
    ways
}

fn sum(store: &Store, layer: Layer) -> u64 {
    let access = access::look(store).expect("a look");
    let nodes = access.nodes.iter().filter(|node| node.layer() == layer);
    nodes.map(|node| node.paths).sum()
}

#[tokio::test]
async fn every_way_of_the_truth_flows_through_every_layer() {
    for name in ["ready", "large"] {
        let scenario = Scenario::named(name).expect("a scenario");
        let (store, truth, _folder) = read_whole(scenario, Mode::Grants).await;
        let ways = ways(&truth);
        let all = u64::try_from(ways.len()).expect("a number");
        for layer in [Layer::People, Layer::Way, Layer::Project, Layer::Permission] {
            assert_eq!(sum(&store, layer), all, "{name}, {layer:?}");
        }
        let access = access::look(&store).expect("a look");
        let flows_out = |id: &str| -> u64 {
            access
                .links
                .iter()
                .filter(|link| link.from == id)
                .map(|link| link.paths)
                .sum()
        };
        let flows_in = |id: &str| -> u64 {
            access
                .links
                .iter()
                .filter(|link| link.to == id)
                .map(|link| link.paths)
                .sum()
        };
        for node in &access.nodes {
            if node.layer() != Layer::Permission {
                assert_eq!(flows_out(&node.id), node.paths, "out of {}", node.id);
            }
            if node.layer() != Layer::People {
                assert_eq!(flows_in(&node.id), node.paths, "into {}", node.id);
            }
        }
        for permission in ["read", "write", "admin"] {
            let id = format!("permission/{permission}");
            let told = access
                .nodes
                .iter()
                .find(|node| node.id == id)
                .map(|node| node.paths);
            let true_ways = ways.iter().filter(|way| way.3 == permission).count();
            assert_eq!(told, Some(true_ways as u64), "{name}, {permission}");
        }
    }
}

#[tokio::test]
async fn few_nodes_are_drawn_of_many_groups_and_projects() {
    let scenario = Scenario::named("large").expect("a scenario");
    let (store, truth, _folder) = read_whole(scenario, Mode::Grants).await;
    assert!(truth.groups.len() > 12, "more than are drawn");
    let access = access::look(&store).expect("a look");
    let ways = access
        .nodes
        .iter()
        .filter(|node| node.layer() == Layer::Way)
        .count();
    assert_eq!(
        ways,
        12 + 3,
        "twelve groups, the others, direct and ownership"
    );
}

fn found(store: &Store, kind: FindingKind) -> (u64, BTreeSet<String>) {
    access::look(store).expect("a look");
    let findings = access::find(store).expect("findings");
    let finding = findings.into_iter().find(|finding| finding.kind == kind);
    match finding.expect("every kind is looked for").found {
        Found::Cases(count, cases) => (
            count,
            cases.into_iter().map(|case| case.source_id).collect(),
        ),
        Found::CannotTell(why) => panic!("{why}"),
    }
}

#[tokio::test]
async fn the_findings_are_those_of_the_truth() {
    let scenario = Scenario::named("ready").expect("a scenario");
    let (store, truth, _folder) = read_whole(scenario, Mode::Grants).await;

    let owners: BTreeSet<String> = truth
        .accounts
        .iter()
        .filter(|account| account.role == Some("owner"))
        .map(|account| account.uuid.clone())
        .collect();
    let (_, admins) = found(&store, FindingKind::AdminEverywhere);
    assert!(owners.is_subset(&admins) && !owners.is_empty());

    let (_, empty) = found(&store, FindingKind::GroupWithoutMembers);
    let truly: BTreeSet<String> = truth
        .groups
        .iter()
        .filter(|group| group.members.is_empty())
        .map(|group| format!("acme/group/{}", group.slug))
        .collect();
    assert_eq!(empty, truly);
    assert!(!truly.is_empty());

    let ways = ways(&truth);
    let (_, deactivated) = found(&store, FindingKind::DeactivatedWithAccess);
    let truly: BTreeSet<String> = truth
        .accounts
        .iter()
        .filter(|account| !account.is_active)
        .filter(|account| ways.iter().any(|way| way.0 == account.uuid))
        .map(|account| account.uuid.clone())
        .collect();
    assert_eq!(deactivated, truly);
    assert!(!truly.is_empty());

    let mut both = 0;
    let groups_of = |account: &str| -> Vec<&str> {
        let of = truth
            .groups
            .iter()
            .filter(|group| group.members.iter().any(|member| member == account));
        of.map(|group| group.slug.as_str()).collect()
    };
    let things = truth
        .projects
        .iter()
        .map(|project| (&project.users, &project.groups))
        .chain(
            truth
                .repositories
                .iter()
                .map(|repository| (&repository.users, &repository.groups)),
        );
    for (users, groups) in things {
        for user in users {
            let of_user = groups_of(&user.to);
            both += groups
                .iter()
                .filter(|group| of_user.contains(&group.to.as_str()))
                .count();
        }
    }
    assert_eq!(found(&store, FindingKind::DirectBesideGroup).0, both as u64);
    assert!(both > 0);
}

/// Two members and an owner; together, two groups and one direct grant reach all of them in one
/// repository, and all but one in another.
#[tokio::test]
async fn a_repository_that_everyone_can_write_by_different_ways_is_found() {
    let empty = Scenario::named("empty-workspace").expect("a scenario");
    let scenario = empty
        .patched(json!({"world": {
            "accounts": {
                "jane": {"name": "Jane"}, "jose": {"name": "José"},
                "former": {"name": "Former", "deactivated": true}
            },
            "workspaces": {"acme": {
                "members": {"jane": "member", "jose": "member", "former": "member"},
                "groups": {"one": {"name": "One", "members": ["jane"]}},
                "projects": {"PAY": {"name": "Pay", "groups": {"one": "create-repo"}}},
                "repositories": {
                    "all": {"name": "All", "project": "PAY", "users": {"jose": "write"}},
                    "some": {"name": "Some", "project": "PAY", "users": {"jose": "read"}}
                }
            }}
        }}))
        .expect("a world");
    let (store, truth, _folder) = read_whole(scenario, Mode::Grants).await;
    let all = truth
        .repositories
        .iter()
        .find(|repository| repository.slug == "all");
    let all = all.expect("it").uuid.clone();
    assert_eq!(
        found(&store, FindingKind::WritableByAll),
        (1, BTreeSet::from([all]))
    );
}

#[tokio::test]
async fn effective_permissions_say_that_the_way_cannot_be_told() {
    let scenario = Scenario::named("ready").expect("a scenario");
    let (store, _truth, _folder) = read_whole(scenario, Mode::Effective).await;
    access::look(&store).expect("a look");
    let findings = access::find(&store).expect("findings");
    let direct = findings
        .iter()
        .find(|finding| finding.kind == FindingKind::DirectBesideGroup);
    assert!(matches!(direct.expect("it").found, Found::CannotTell(_)));
    assert_eq!(sum(&store, Layer::Way), sum(&store, Layer::People));
}
