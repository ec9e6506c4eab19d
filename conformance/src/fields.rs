//! Fields that are answered and that no schema names.
//!
//! The description allows more fields than it names, so that its schemas alone would not notice a
//! misspelt one.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::schemas::Schemas;

/// The fields of a body beyond its schema, as `type.field`, with what they hold. Where an object has
/// no `type` it goes by the name of the field that holds it.
pub(crate) fn beyond<'a>(
    schemas: &Schemas,
    schema: &Value,
    body: &'a Value,
) -> BTreeMap<String, Vec<&'a Value>> {
    let mut found = BTreeMap::new();
    look(schemas, &[schema], body, "body", &mut found);
    found
}

fn look<'a>(
    schemas: &Schemas,
    by: &[&Value],
    body: &'a Value,
    called: &str,
    found: &mut BTreeMap<String, Vec<&'a Value>>,
) {
    let described = schemas.described(by, body);
    match body {
        Value::Array(items) => {
            for item in items {
                look(schemas, &described.items, item, called, found);
            }
        }
        // An object of which nothing is named may hold anything.
        Value::Object(fields) if !described.properties.is_empty() => {
            let called = body["type"].as_str().unwrap_or(called);
            for (name, field) in fields {
                match described.properties.get(name.as_str()) {
                    Some(by) => look(schemas, by, field, name, found),
                    None => {
                        let held = found.entry(format!("{called}.{name}")).or_default();
                        if !held.contains(&field) {
                            held.push(field);
                        }
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {}
    }
}
