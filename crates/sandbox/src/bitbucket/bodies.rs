//! What the practice Bitbucket answers where it does not refuse.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::rules::{Place, Rule};
use crate::scenario::Credential;
use crate::server::{Asked, Shared};
use crate::world::{Account, Project, World, uuid_of};

type Refused = (u16, String);

pub(super) fn of(
    shared: &Shared,
    asked: &Asked,
    credential: &Credential,
    rule: &Rule<'_>,
) -> Result<Value, Refused> {
    let world = &shared.world;
    let base = format!("http://{}", shared.addresses.bitbucket);
    // The other workspace exists and shows nothing but itself.
    let is_ours = rule
        .workspace()
        .is_none_or(|workspace| world.is_called(workspace));
    let all = |count: usize| if is_ours { count } else { 0 };
    match rule.place {
        Place::User => Ok(own_account(&base, credential)),
        Place::UserWorkspaces => page(shared, asked, 1, |_| {
            json!({"type": "workspace_access", "administrator": credential.administrator,
                "workspace": workspace_base(&base, shared, &credential.workspace)})
        }),
        Place::UserPermission { workspace } => Ok(json!({
            "type": "workspace_membership",
            "permission": if credential.administrator { "owner" } else { "member" },
            "workspace": workspace_base(&base, shared, workspace),
            "user": own_account(&base, credential),
        })),
        Place::Workspace { .. } => Ok(workspace(&base, shared, &credential.workspace)),
        Place::Members { .. } => page(shared, asked, all(world.accounts.len()), |place| {
            json!({"type": "workspace_membership", "user": account(&base, &world.accounts[place]),
                "workspace": workspace_base(&base, shared, &world.slug)})
        }),
        Place::WorkspacePermissions { .. } => {
            page(shared, asked, all(world.accounts.len()), |place| {
                json!({"type": "workspace_membership", "permission": world.accounts[place].permission,
                "user": account(&base, &world.accounts[place]),
                "workspace": workspace_base(&base, shared, &world.slug)})
            })
        }
        Place::Projects { .. } => page(shared, asked, all(world.projects.len()), |place| {
            project(&base, world, &world.projects[place])
        }),
        Place::Repositories { .. } => page(shared, asked, all(world.repositories.len()), |place| {
            repository(&base, shared, place)
        }),
        Place::ProjectPermissions {
            project, groups, ..
        } => {
            let place = world
                .projects
                .iter()
                .position(|known| known.key == project)
                .ok_or_else(|| (404, "No Project matches the given query.".to_owned()))?;
            grants(shared, asked, &base, place, groups, "project")
        }
        Place::RepositoryPermissions {
            repository, groups, ..
        } => {
            let place = world.repositories.iter().position(|known| known.slug == repository).ok_or_else(|| {
                (404, "You may not have access to this repository or it no longer exists in this workspace.".to_owned())
            })?;
            grants(shared, asked, &base, place, groups, "repository")
        }
        Place::Groups { .. } => Ok(Value::Array(self::groups(
            shared,
            asked,
            &base,
            all(world.groups.len()),
        ))),
        Place::Removed => Err((410, "gone".to_owned())),
    }
}

/// One page of a list. `next` is an absolute address with a cursor that means nothing outside.
fn page(
    shared: &Shared,
    asked: &Asked,
    count: usize,
    item: impl Fn(usize) -> Value,
) -> Result<Value, Refused> {
    let wrong = || (400, "Invalid pagelen".to_owned());
    let pagelen = match asked.query.get("pagelen") {
        Some(text) => text.parse::<usize>().map_err(|_| wrong())?,
        None => 10,
    };
    if !(1..=100).contains(&pagelen) {
        return Err(wrong());
    }
    let start = match asked.query.get("ctx") {
        Some(cursor) => start_of(cursor).ok_or_else(|| (400, "Invalid page".to_owned()))?,
        None => match asked.query.get("page").map(|page| page.parse::<usize>()) {
            Some(Ok(page)) if page > 0 => (page - 1) * pagelen,
            Some(_) => return Err((400, "Invalid page".to_owned())),
            None => 0,
        },
    };
    let end = count.min(start.saturating_add(pagelen));
    let values: Vec<Value> = (start.min(end)..end).map(item).collect();
    let mut body =
        json!({"values": values, "pagelen": pagelen, "size": count, "page": start / pagelen + 1});
    if end < count {
        let cursor = BASE64_URL_SAFE_NO_PAD.encode(format!("from:{end}"));
        let base = format!("http://{}", shared.addresses.bitbucket);
        body["next"] = json!(format!(
            "{base}{}?pagelen={pagelen}&ctx={cursor}",
            asked.path
        ));
    }
    Ok(body)
}

fn start_of(cursor: &str) -> Option<usize> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(decoded)
        .ok()?
        .strip_prefix("from:")?
        .parse()
        .ok()
}

fn link(href: String) -> Value {
    json!({"href": href})
}

fn own_account(base: &str, credential: &Credential) -> Value {
    let uuid = uuid_of(&credential.email);
    json!({
        "type": "user", "uuid": uuid, "account_id": "712020:00000000-0000-4000-8000-000000000001",
        "display_name": "BalkanID service account", "nickname": "balkanid", "username": "balkanid-service",
        "created_on": "2026-01-05T09:00:00.000000+00:00",
        "account_status": "active", "has_2fa_enabled": null, "is_staff": false,
        "links": {"self": link(format!("{base}/2.0/users/{uuid}"))},
    })
}

fn account(base: &str, account: &Account) -> Value {
    json!({
        "type": "user", "uuid": account.uuid, "account_id": account.account_id,
        "display_name": account.display_name, "nickname": account.nickname,
        "links": {"self": link(format!("{base}/2.0/users/{}", account.uuid))},
    })
}

fn workspace_base(base: &str, shared: &Shared, slug: &str) -> Value {
    let world = &shared.world;
    let (slug, uuid) = match world.is_called(slug) {
        true => (world.slug.clone(), world.uuid.clone()),
        false => (slug.to_owned(), uuid_of(slug)),
    };
    json!({"type": "workspace_base", "slug": slug, "uuid": uuid,
        "links": {"self": link(format!("{base}/2.0/workspaces/{slug}"))}})
}

fn workspace(base: &str, shared: &Shared, slug: &str) -> Value {
    let mut workspace = workspace_base(base, shared, slug);
    workspace["type"] = json!("workspace");
    workspace["name"] = json!("Acme – Practice & Sons");
    workspace["is_private"] = json!(true);
    workspace["is_privacy_enforced"] = json!(false);
    workspace["forking_mode"] = json!("allow_forks");
    workspace["created_on"] = json!("2020-03-01T10:00:00.000000+00:00");
    workspace
}

fn project(base: &str, world: &World, project: &Project) -> Value {
    json!({
        "type": "project", "uuid": project.uuid, "key": project.key, "name": project.name,
        "description": "", "is_private": true,
        "created_on": "2021-05-01T10:00:00.000000+00:00", "updated_on": "2026-10-01T10:00:00.000000+00:00",
        "has_publicly_visible_repos": false,
        "links": {"self": link(format!("{base}/2.0/workspaces/{}/projects/{}", world.slug, project.key))},
    })
}

fn repository(base: &str, shared: &Shared, place: usize) -> Value {
    let world = &shared.world;
    let repository = &world.repositories[place];
    let mut body = json!({
        "type": "repository", "uuid": repository.uuid, "slug": repository.slug, "name": repository.name,
        "full_name": format!("{}/{}", world.slug, repository.slug),
        "is_private": true, "scm": "git", "description": "", "size": 1024, "language": "rust",
        "has_issues": false, "has_wiki": false, "fork_policy": "no_public_forks",
        "created_on": "2022-05-01T10:00:00.000000+00:00", "updated_on": "2026-10-01T10:00:00.000000+00:00",
        "links": {"self": link(format!("{base}/2.0/repositories/{}/{}", world.slug, repository.slug))},
    });
    if let Some(of) = world.projects.get(repository.project) {
        body["project"] = project(base, world, of);
    }
    body
}

fn group(base: &str, shared: &Shared, place: usize) -> Value {
    let group = &shared.world.groups[place];
    json!({"type": "group", "slug": group.slug, "name": group.name,
        "full_slug": format!("{}:{}", shared.world.slug, group.slug),
        "workspace": workspace(base, shared, &shared.world.slug),
        "links": {"self": link(format!("{base}/2.0/groups/{}/{}", shared.world.slug, group.slug))}})
}

fn grants(
    shared: &Shared,
    asked: &Asked,
    base: &str,
    place: usize,
    groups: bool,
    what: &str,
) -> Result<Value, Refused> {
    let world = &shared.world;
    let own = format!("{base}{}", asked.path);
    if groups {
        let grants = world.group_grants(place);
        return page(shared, asked, grants.len(), |number| {
            let (of, permission) = grants[number];
            json!({"type": format!("{what}_group_permission"), "permission": permission,
                "group": group(base, shared, of),
                "links": {"self": link(format!("{own}/{}", world.groups[of].slug))}})
        });
    }
    let grants = world.user_grants(place);
    page(shared, asked, grants.len(), |number| {
        let (of, permission) = grants[number];
        json!({"type": format!("{what}_user_permission"), "permission": permission,
            "user": account(base, &world.accounts[of]),
            "links": {"self": link(format!("{own}/{}", world.accounts[of].uuid))}})
    })
}

/// The v1 API's bare array.
fn groups(shared: &Shared, asked: &Asked, base: &str, count: usize) -> Vec<Value> {
    let world = &shared.world;
    let without_members = asked
        .query
        .get("exclude_members")
        .is_some_and(|value| value == "true");
    world.groups[..count]
        .iter()
        .map(|group| {
            let mut body = json!({
                "name": group.name, "slug": group.slug, "permission": null,
                "auto_add": false, "email_forwarding_disabled": false,
                "owner": workspace_base(base, shared, &world.slug),
            });
            if !without_members {
                let members = group.members.iter().map(|member| {
                    let member = &world.accounts[*member];
                    json!({"display_name": member.display_name, "account_id": member.account_id,
                        "uuid": member.uuid, "nickname": member.nickname, "is_active": true})
                });
                body["members"] = members.collect();
            }
            body
        })
        .collect()
}
