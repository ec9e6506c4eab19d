//! The parameter `fields`, held against a plain reading of it.

use serde_json::{Map, Value};

use crate::client::{basic, get, started};

/// What is chosen of a whole body, as one reads the description: slow and short.
fn chosen(body: &Value, fields: &str) -> Value {
    let (left_out, kept): (Vec<&str>, Vec<&str>) = fields
        .split(',')
        .filter(|name| !name.starts_with('+'))
        .partition(|name| name.starts_with('-'));
    let paths: Vec<Vec<&str>> = kept.iter().map(|name| name.split('.').collect()).collect();
    let mut body = match paths.is_empty() {
        true => body.clone(),
        false => keep(body, &paths),
    };
    for name in left_out {
        leave_out(&mut body, &name[1..].split('.').collect::<Vec<_>>());
    }
    body
}

fn keep(body: &Value, paths: &[Vec<&str>]) -> Value {
    match body {
        Value::Array(items) => items.iter().map(|item| keep(item, paths)).collect(),
        Value::Object(parts) => {
            let mut kept = Map::new();
            for (name, part) in parts {
                let below: Vec<Vec<&str>> = paths
                    .iter()
                    .filter(|path| path[0] == name || path[0] == "*")
                    .map(|path| path[1..].to_vec())
                    .collect();
                if below.iter().any(Vec::is_empty) {
                    kept.insert(name.clone(), part.clone());
                } else if !below.is_empty() {
                    kept.insert(name.clone(), keep(part, &below));
                }
            }
            kept.into()
        }
        other => other.clone(),
    }
}

fn leave_out(body: &mut Value, path: &[&str]) {
    match (body, path) {
        (Value::Array(items), path) => items.iter_mut().for_each(|item| leave_out(item, path)),
        (Value::Object(parts), [name]) => {
            parts.remove(*name);
        }
        (Value::Object(parts), [name, below @ ..]) => {
            if let Some(part) = parts.get_mut(*name) {
                leave_out(part, below);
            }
        }
        _ => {}
    }
}

const PATHS: [&str; 17] = [
    "/2.0/user",
    "/2.0/user/workspaces",
    "/2.0/user/workspaces/acme/permission",
    "/2.0/user/workspaces/acme/permissions/repositories",
    "/2.0/workspaces/acme",
    "/2.0/workspaces/acme/members",
    "/2.0/workspaces/acme/permissions",
    "/2.0/workspaces/acme/permissions/repositories",
    "/2.0/workspaces/acme/permissions/repositories/ledger",
    "/2.0/workspaces/acme/projects",
    "/2.0/workspaces/acme/projects/PAY",
    "/2.0/workspaces/acme/projects/PAY/permissions-config/users",
    "/2.0/workspaces/acme/projects/PAY/permissions-config/groups",
    "/2.0/repositories/acme",
    "/2.0/repositories/acme/ledger",
    "/1.0/groups/acme",
    "/1.0/groups/acme/developers/members",
];

const FIELDS: [&str; 14] = [
    "next,values.user.uuid,values.permission",
    "next,size,page,pagelen",
    "values",
    "values.group.slug,values.links.self.href,values.type",
    "values.links.self,-values.links.self.href",
    "values.*.uuid",
    "values.user.links.*.href,values.workspace,-values.workspace.links",
    "values.repository.slug,values.administrator",
    "-values.user,-size,-links,-uuid",
    "-values.links.self.href,-values.workspace.slug",
    "slug,name,members.uuid,members.display_name,permission,owner.is_team",
    "uuid,links.self,permission.deeper,user.uuid,workspace.slug",
    "+values.more",
    "nothing.of.this",
];

#[tokio::test]
async fn what_is_chosen_of_every_body_is_what_stands_in_the_whole_one() {
    let sandbox = started("ready").await;
    let account = basic(&sandbox);
    for path in PATHS {
        let whole = get(&sandbox, &account, &format!("{path}?pagelen=7")).await;
        assert_eq!(whole.status, 200, "{path}: {}", whole.text());
        for fields in FIELDS {
            let asked = format!("{path}?pagelen=7&fields={}", fields.replace('+', "%2B"));
            let mut expected = chosen(&whole.json(), fields);
            // The further page keeps what was asked.
            let next = expected["next"].as_str().map(|next| {
                let (before, behind) = next.split_once('?').expect("a query");
                let encoded = fields.replace('+', "%2B").replace(',', "%2C");
                let (ctx, pagelen) = behind.split_once("&").expect("two parameters");
                assert!(ctx.starts_with("pagelen=7"), "{next}");
                format!("{before}?fields={encoded}&{ctx}&{pagelen}")
            });
            if let Some(next) = next {
                expected["next"] = next.into();
            }
            // Twice, because what is chosen once is held.
            for _ in 0..2 {
                let answer = get(&sandbox, &account, &asked).await;
                assert_eq!(answer.json(), expected, "{asked}");
            }
        }
    }
}
