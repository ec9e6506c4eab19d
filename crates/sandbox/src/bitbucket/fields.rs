//! The parameter `fields`: which parts of a body are sent.
//!
//! Names alone leave out everything else, `next` included; `-name` leaves one out; `+name` adds one
//! to what is sent anyway, which is everything here.

use serde_json::{Map, Value};

/// A body with the chosen parts.
pub(super) fn select(body: Value, fields: &str) -> Value {
    let names: Vec<&str> = fields.split(',').map(str::trim).collect();
    let (left_out, chosen): (Vec<&str>, Vec<&str>) = names
        .into_iter()
        .filter(|name| !name.is_empty() && !name.starts_with('+'))
        .partition(|name| name.starts_with('-'));
    let mut body = match chosen.is_empty() {
        true => body,
        false => kept(&body, &paths(&chosen)),
    };
    for name in left_out {
        let path: Vec<&str> = name[1..].split('.').collect();
        leave_out(&mut body, &path);
    }
    body
}

fn paths<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    names.iter().map(|name| name.split('.').collect()).collect()
}

fn kept(body: &Value, paths: &[Vec<&str>]) -> Value {
    match body {
        Value::Array(items) => items.iter().map(|item| kept(item, paths)).collect(),
        Value::Object(parts) => parts
            .iter()
            .filter_map(|(name, part)| {
                let below: Vec<Vec<&str>> = paths
                    .iter()
                    .filter(|path| path[0] == name || path[0] == "*")
                    .map(|path| path[1..].to_vec())
                    .collect();
                match below.iter().any(Vec::is_empty) {
                    true => Some((name.clone(), part.clone())),
                    false if below.is_empty() => None,
                    false => Some((name.clone(), kept(part, &below))),
                }
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn leave_out(body: &mut Value, path: &[&str]) {
    match (body, path) {
        (Value::Array(items), path) => {
            for item in items {
                leave_out(item, path);
            }
        }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page() -> Value {
        json!({"next": "n", "size": 1, "values": [{"slug": "a", "links": {"self": 1, "html": 2}}]})
    }

    #[test]
    fn names_leave_out_everything_else() {
        assert_eq!(
            select(page(), "values.slug,values.links.self"),
            json!({"values": [{"slug": "a", "links": {"self": 1}}]})
        );
        assert_eq!(select(page(), "next"), json!({"next": "n"}));
        assert_eq!(
            select(page(), "values.*.self"),
            json!({"values": [{"slug": "a", "links": {"self": 1}}]})
        );
    }

    #[test]
    fn a_minus_leaves_out_and_a_plus_changes_nothing() {
        assert_eq!(
            select(page(), "-values.links,-size"),
            json!({"next": "n", "values": [{"slug": "a"}]})
        );
        assert_eq!(select(page(), "+values.owner"), page());
    }
}
