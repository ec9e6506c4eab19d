//! The bodies of the world's things, written once: pages are put together from them.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::bodies::Bodies;
use crate::world::{Account, AccountKind, Group, Project, Repository, Workspace, World, in_url};

/// The bodies of everything, by the places of the world's lists.
pub(crate) struct Fragments {
    pub(super) accounts: Bodies,
    /// As the v1 API has them.
    pub(super) accounts_v1: Bodies,
    /// The workspaces as an account's own list has them.
    pub(super) bases: Bodies,
    pub(super) workspaces: Vec<WorkspaceFragments>,
}

/// The bodies of a workspace and of what is in it.
pub(super) struct WorkspaceFragments {
    pub(super) itself: Bodies,
    /// The short form, as other things hold it.
    pub(super) short: Bodies,
    /// As the v1 API has the owner of a group.
    pub(super) owner_v1: Bodies,
    pub(super) groups: Bodies,
    pub(super) projects: Bodies,
    pub(super) repositories: Bodies,
}

const MADE: &str = "2021-05-01T10:00:00.000000+00:00";
const CHANGED: &str = "2026-10-01T10:00:00.000000+00:00";

impl Fragments {
    /// Writes the bodies; links lead to `origin`.
    pub(crate) fn of(world: &World, origin: &str) -> Self {
        let workspaces = &world.workspaces;
        Self {
            accounts: Bodies::of(world.accounts.iter().map(|held| account(origin, held))),
            accounts_v1: Bodies::of(world.accounts.iter().map(account_v1)),
            bases: Bodies::of(workspaces.iter().map(|held| workspace_base(origin, held))),
            workspaces: workspaces
                .iter()
                .map(|held| WorkspaceFragments::of(held, origin))
                .collect(),
        }
    }
}

impl WorkspaceFragments {
    fn of(held: &Workspace, origin: &str) -> Self {
        let short = workspace_short(origin, held);
        let groups = held.groups.iter();
        let projects = held.projects.iter();
        let repositories = held.repositories.iter();
        Self {
            itself: Bodies::one(&workspace(origin, held)),
            owner_v1: Bodies::one(&json!({"display_name": held.name, "uuid": held.uuid,
                "is_team": true})),
            groups: Bodies::of(groups.map(|of| group(origin, held, of, &short))),
            projects: Bodies::of(projects.map(|of| project(origin, held, of, &short))),
            repositories: Bodies::of(repositories.map(|of| repository(origin, held, of, &short))),
            short: Bodies::one(&short),
        }
    }
}

fn link(href: String) -> Value {
    json!({"href": href})
}

/// An account with every field: what `/2.0/user` answers to its owner.
pub(super) fn own_account(account: &Account, fragment: &RawValue) -> Value {
    let mut own: Value = serde_json::from_str(fragment.get()).unwrap_or_default();
    own["username"] = json!(account.nickname);
    own["account_status"] = json!("active");
    own["has_2fa_enabled"] = json!(false);
    own["is_staff"] = json!(false);
    own
}

fn account(origin: &str, account: &Account) -> Value {
    let links = json!({
        "self": link(format!("{origin}/2.0/users/{}", in_url(&account.uuid))),
        "avatar": link(format!("{origin}/practice/avatar/{}", in_url(&account.uuid))),
        "html": link(format!("https://bitbucket.org/{}/", in_url(&account.uuid))),
    });
    let mut body = json!({
        "uuid": account.uuid, "account_id": account.account_id,
        "display_name": account.display_name, "created_on": MADE,
    });
    match account.kind {
        AccountKind::Person => {
            body["type"] = json!("user");
            body["nickname"] = json!(account.nickname);
            body["links"] = links;
        }
        AccountKind::AppUser => {
            body["type"] = json!("app_user");
            // The description gives apps a picture and no page.
            body["links"] = json!({"avatar": links["avatar"]});
            body["kind"] = json!("repository_access_token");
        }
    }
    if !account.active {
        body["account_status"] = json!("inactive");
    }
    body
}

fn account_v1(account: &Account) -> Value {
    json!({"display_name": account.display_name, "account_id": account.account_id,
        "uuid": account.uuid, "nickname": account.nickname, "is_team": false})
}

fn workspace_base(origin: &str, workspace: &Workspace) -> Value {
    json!({"type": "workspace_base", "slug": workspace.slug, "uuid": workspace.uuid, "links": {
        "self": link(format!("{origin}/2.0/workspaces/{}", workspace.slug)),
        "avatar": link(format!("{origin}/workspaces/{}/avatar/", workspace.slug)),
    }})
}

/// What `/2.0/workspaces/…` answers, cut down to what tells one workspace from another.
fn workspace_short(origin: &str, workspace: &Workspace) -> Value {
    json!({"type": "workspace", "slug": workspace.slug, "uuid": workspace.uuid,
    "name": workspace.name, "links": {
        "self": link(format!("{origin}/2.0/workspaces/{}", workspace.slug)),
        "html": link(format!("https://bitbucket.org/{}/", workspace.slug)),
        "avatar": link(format!("{origin}/workspaces/{}/avatar/", workspace.slug)),
    }})
}

fn workspace(origin: &str, workspace: &Workspace) -> Value {
    let slug = &workspace.slug;
    let under = |path: &str| link(format!("{origin}/2.0/{path}"));
    json!({
        "type": "workspace", "uuid": workspace.uuid, "slug": slug, "name": workspace.name,
        "is_private": true, "is_privacy_enforced": false, "forking_mode": "allow_forks",
        "created_on": MADE, "updated_on": CHANGED,
        "links": {
            "self": under(&format!("workspaces/{slug}")),
            "html": link(format!("https://bitbucket.org/{slug}/")),
            "avatar": link(format!("{origin}/workspaces/{slug}/avatar/")),
            "members": under(&format!("workspaces/{slug}/members")),
            "owners": under(&format!("workspaces/{slug}/permissions?q=permission%3D%22owner%22")),
            "projects": under(&format!("workspaces/{slug}/projects")),
            "repositories": under(&format!("repositories/{slug}")),
        },
    })
}

fn group(origin: &str, workspace: &Workspace, group: &Group, short: &Value) -> Value {
    let slug = &workspace.slug;
    json!({"type": "group", "slug": group.slug, "name": group.name,
    "full_slug": format!("{slug}:{}", group.slug), "workspace": short,
    "links": {
        "self": link(format!("{origin}/2.0/groups/{slug}/{}", group.slug)),
        "html": link(format!("https://bitbucket.org/{slug}/workspace/settings/groups/{}", group.slug)),
    }})
}

fn project(origin: &str, workspace: &Workspace, project: &Project, short: &Value) -> Value {
    let slug = &workspace.slug;
    let key = &project.key;
    json!({
        "type": "project", "uuid": project.uuid, "key": key, "name": project.name,
        "description": "", "is_private": true, "has_publicly_visible_repos": false,
        "created_on": MADE, "updated_on": CHANGED, "workspace": short,
        "links": {
            "html": link(format!("https://bitbucket.org/{slug}/workspace/projects/{key}")),
            "avatar": link(format!("{origin}/{slug}/workspace/projects/{key}/avatar/32")),
        },
    })
}

fn repository(
    origin: &str,
    workspace: &Workspace,
    repository: &Repository,
    short: &Value,
) -> Value {
    let full_name = format!("{}/{}", workspace.slug, repository.slug);
    let own = format!("{origin}/2.0/repositories/{full_name}");
    let of = &workspace.projects[repository.project];
    json!({
        "type": "repository", "uuid": repository.uuid, "slug": repository.slug,
        "name": repository.name, "full_name": full_name, "is_private": true, "scm": "git",
        "description": "", "size": 1024, "language": "rust", "has_issues": false, "has_wiki": false,
        "fork_policy": "no_public_forks", "created_on": MADE, "updated_on": CHANGED,
        "project": {"type": "project", "uuid": of.uuid, "key": of.key, "name": of.name},
        "workspace": short,
        "links": {
            "self": link(own.clone()),
            "html": link(format!("https://bitbucket.org/{full_name}")),
            "avatar": link(format!("https://bytebucket.org/ravatar/{}", in_url(&repository.uuid))),
            "pullrequests": link(format!("{own}/pullrequests")),
            "commits": link(format!("{own}/commits")),
            "forks": link(format!("{own}/forks")),
            "watchers": link(format!("{own}/watchers")),
            "downloads": link(format!("{own}/downloads")),
            "hooks": link(format!("{own}/hooks")),
        },
    })
}
