//! What the server holds, in SCIM's words.

use serde_json::{Value, json};

use super::BASE;
use crate::scenario::ScimKnobs;
use crate::state::{Server, State};
use crate::world::{Account, AccountKind, Workspace, World};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The people of the first workspace (RFC 7643, section 4.1).
pub(super) fn users(state: &State) -> Vec<Value> {
    let world = state.world();
    let Some(workspace) = world.workspaces.first() else {
        return Vec::new();
    };
    workspace
        .members
        .iter()
        .filter(|(account, _)| is_person(&world, *account))
        .map(|(account, _)| user(state, &world, workspace, *account))
        .collect()
}

/// Its groups (RFC 7643, section 4.2).
pub(super) fn groups(state: &State) -> Vec<Value> {
    let world = state.world();
    let knobs = &state.scenario.scim;
    let Some(workspace) = world.workspaces.first() else {
        return Vec::new();
    };
    workspace
        .groups
        .iter()
        .map(|group| {
            let members: Vec<Value> = group
                .members
                .iter()
                .filter(|account| is_person(&world, **account))
                .take(knobs.cuts_members.unwrap_or(usize::MAX))
                .map(|account| {
                    let account = &world.accounts[*account];
                    json!({
                        "value": id(account),
                        "display": account.display_name,
                        "type": "User",
                        "$ref": location(state, "Users", &id(account)),
                    })
                })
                .collect();
            json!({
                "schemas": [GROUP],
                "id": group.slug,
                "displayName": group.name,
                "members": members,
                "meta": {
                    "resourceType": "Group",
                    "location": location(state, "Groups", &group.slug),
                },
            })
        })
        .collect()
}

fn user(state: &State, world: &World, workspace: &Workspace, place: usize) -> Value {
    let account = &world.accounts[place];
    let knobs = &state.scenario.scim;
    let mut user = json!({
        "schemas": [USER],
        "id": id(account),
        "userName": account.email,
        "displayName": account.display_name,
        "name": {"formatted": account.display_name},
        "active": account.active,
        "emails": [{"value": account.email, "type": "work", "primary": true}],
        "meta": {
            "resourceType": "User",
            "location": location(state, "Users", &id(account)),
        },
    });
    if knobs.user_groups {
        let groups: Vec<Value> = workspace
            .groups
            .iter()
            .filter(|group| group.members.contains(&place))
            .map(|group| {
                json!({
                    "value": group.slug,
                    "display": group.name,
                    "type": "direct",
                    "$ref": location(state, "Groups", &group.slug),
                })
            })
            .collect();
        user["groups"] = json!(groups);
    }
    if let Some(user) = user.as_object_mut() {
        for attribute in &knobs.without {
            user.remove(attribute);
        }
    }
    user
}

fn is_person(world: &World, account: usize) -> bool {
    world.accounts[account].kind == AccountKind::Person
}

fn id(account: &Account) -> String {
    account.uuid.trim_matches(['{', '}']).to_owned()
}

fn location(state: &State, kind: &str, id: &str) -> String {
    let origin = state.addresses.origin(Server::Scim);
    format!("{origin}{BASE}/{kind}/{id}")
}

/// What the server can do (RFC 7643, section 5).
pub(super) fn config(knobs: &ScimKnobs) -> Value {
    let scheme = match knobs.user {
        Some(_) => "httpbasic",
        None => "oauthbearertoken",
    };
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": false},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": !knobs.no_filter, "maxResults": knobs.page_limit},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "authenticationSchemes": [{
            "type": scheme,
            "name": "Practice",
            "description": "Opens nothing but the practice SCIM server",
        }],
    })
}

/// What the server holds (RFC 7643, section 6).
pub(super) fn types() -> Vec<Value> {
    [("User", USER), ("Group", GROUP)]
        .map(|(name, schema)| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
                "id": name,
                "name": name,
                "endpoint": format!("/{name}s"),
                "schema": schema,
            })
        })
        .to_vec()
}

/// The attributes that it holds (RFC 7643, section 7).
pub(super) fn schemas() -> Vec<Value> {
    let attribute = |name: &str, kind: &str, multi: bool| {
        json!({"name": name, "type": kind, "multiValued": multi, "required": name == "userName",
            "caseExact": false, "mutability": "readOnly", "returned": "default", "uniqueness": "none"})
    };
    vec![
        json!({"id": USER, "name": "User", "description": "User Account", "attributes": [
            attribute("userName", "string", false),
            attribute("displayName", "string", false),
            attribute("active", "boolean", false),
            attribute("emails", "complex", true),
            attribute("groups", "complex", true),
        ]}),
        json!({"id": GROUP, "name": "Group", "description": "Group", "attributes": [
            attribute("displayName", "string", false),
            attribute("members", "complex", true),
        ]}),
    ]
}
