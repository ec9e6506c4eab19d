//! The schemas of OpenAPI 3.0 in the dialect that the validator knows.
//!
//! OpenAPI 3.0 extends draft 4 of JSON Schema, but for `nullable`, `discriminator` and what stands
//! beside a `$ref`. Source: <https://spec.openapis.org/oas/v3.0.3#schema-object>.
//!
//! A discriminated schema is divided in two: its own part, which those beneath it take in, and the
//! choice among itself and those beneath it, which a use of it means. So an object has to be what
//! its `type` says, and that has to be what is asked for there. The same holds for a schema that
//! demands a `type` without a discriminator: it is a choice of one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Keywords that say nothing about an instance, or that are resolved here.
const LEFT_OUT: [&str; 11] = [
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// The own part of a discriminated schema goes by its name with this behind it.
const OWN: &str = "--own";

/// The schemas of a document, converted.
pub(crate) struct Schemas {
    components: Map<String, Value>,
}

impl Schemas {
    pub(crate) fn of(document: &Value) -> Self {
        let empty = Map::new();
        let originals = document["components"]["schemas"]
            .as_object()
            .unwrap_or(&empty);
        let families = Families::of(originals);
        let mut components = Map::new();
        for (name, original) in originals {
            match families.discriminator(name) {
                None => {
                    components.insert(name.clone(), converted(original));
                }
                Some(property) => {
                    components.insert(own(name), families.own_part(original));
                    components.insert(name.clone(), families.choice(name, property));
                }
            }
        }
        Self { components }
    }

    /// A schema that stands in the document, as a document of its own with all that it refers to.
    pub(crate) fn standing_alone(&self, schema: &Value) -> Value {
        let schema = converted(schema);
        let mut needed = Map::new();
        self.collect(&schema, &mut needed);
        json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "allOf": [schema],
            "components": {"schemas": needed},
        })
    }

    fn collect(&self, schema: &Value, into: &mut Map<String, Value>) {
        match schema {
            Value::Object(parts) => {
                let name = parts
                    .get("$ref")
                    .and_then(|reference| reference.as_str().and_then(name_of));
                if let Some((name, referred)) = name
                    .filter(|name| !into.contains_key(*name))
                    .and_then(|name| self.components.get_key_value(name))
                {
                    into.insert(name.clone(), referred.clone());
                    self.collect(referred, into);
                }
                parts.values().for_each(|part| self.collect(part, into));
            }
            Value::Array(parts) => parts.iter().for_each(|part| self.collect(part, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// What is described at a place, by schemas and all that they refer to. The `type` of what
    /// stands there chooses among discriminated schemas.
    pub(crate) fn described<'a>(&'a self, by: &[&'a Value], instance: &Value) -> Described<'a> {
        let mut described = Described::default();
        for schema in by {
            self.describe(schema, instance, &mut described);
        }
        described
    }

    fn describe<'a>(&'a self, schema: &'a Value, instance: &Value, into: &mut Described<'a>) {
        if let Some(name) = schema["$ref"].as_str().and_then(name_of) {
            if let Some(referred) = self.components.get(name) {
                self.describe(referred, instance, into);
            }
            return;
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            into.properties.entry(name).or_default().push(property);
        }
        if schema["items"].is_object() {
            into.items.push(&schema["items"]);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.describe(part, instance, into);
        }
        for choice in schema["anyOf"].as_array().into_iter().flatten() {
            if is_choice_for(choice, instance) {
                self.describe(choice, instance, into);
            }
        }
    }
}

/// What is described at a place of a body.
#[derive(Default)]
pub(crate) struct Described<'a> {
    pub(crate) properties: BTreeMap<&'a str, Vec<&'a Value>>,
    pub(crate) items: Vec<&'a Value>,
}

/// Whether a branch of a choice is the one that an object names; a branch that asks for no name is.
fn is_choice_for(branch: &Value, instance: &Value) -> bool {
    let Some(properties) = branch["allOf"][1]["properties"].as_object() else {
        return true;
    };
    properties.iter().all(|(name, wanted)| {
        wanted["enum"]
            .as_array()
            .is_none_or(|values| values.contains(&instance[name]))
    })
}

/// Which schemas are beneath which.
struct Families<'a> {
    originals: &'a Map<String, Value>,
    /// The schemas that each takes in at its top.
    parents: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Families<'a> {
    fn of(originals: &'a Map<String, Value>) -> Self {
        let parents = originals
            .iter()
            .map(|(name, schema)| {
                let parts = schema["allOf"].as_array().into_iter().flatten();
                let taken_in = parts
                    .filter_map(|part| part["$ref"].as_str().and_then(name_of))
                    .collect();
                (name.as_str(), taken_in)
            })
            .collect();
        Self { originals, parents }
    }

    /// The property that tells a schema from its relatives.
    fn discriminator(&self, name: &str) -> Option<&'a str> {
        let own = self
            .originals
            .get(name)
            .and_then(|schema| schema["discriminator"]["propertyName"].as_str());
        own.or_else(|| {
            let parents = self.parents.get(name)?;
            parents.iter().find_map(|parent| self.discriminator(parent))
        })
        .or_else(|| self.names_itself(name).then_some("type"))
    }

    /// Whether a schema demands a `type` of its own without saying which: the description says of
    /// such an element that it tells what the object is, and its examples have the schema's name.
    fn names_itself(&self, name: &str) -> bool {
        self.originals.get(name).is_some_and(|schema| {
            let required = schema["required"].as_array();
            required.is_some_and(|required| required.contains(&json!("type")))
                && schema["properties"]["type"] == json!({"type": "string"})
        })
    }

    /// A schema and all beneath it.
    fn line(&self, name: &'a str) -> BTreeSet<&'a str> {
        let mut line = BTreeSet::from([name]);
        for (child, parents) in &self.parents {
            if parents.contains(&name) {
                line.extend(self.line(child));
            }
        }
        line
    }

    fn own_part(&self, original: &Value) -> Value {
        let mut part = original.clone();
        for taken_in in part["allOf"].as_array_mut().into_iter().flatten() {
            let name = taken_in["$ref"].as_str().and_then(name_of);
            if let Some(name) = name.filter(|name| self.discriminator(name).is_some()) {
                *taken_in = reference(&own(name));
            }
        }
        converted(&part)
    }

    fn choice(&self, name: &'a str, property: &str) -> Value {
        let branches: Vec<Value> = self
            .line(name)
            .into_iter()
            .map(|member| {
                json!({"allOf": [
                    reference(&own(member)),
                    {"type": "object", "required": [property],
                        "properties": {property: {"enum": [member]}}},
                ]})
            })
            .collect();
        json!({"anyOf": branches})
    }
}

fn own(name: &str) -> String {
    format!("{name}{OWN}")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn name_of(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// A schema with everything in it, in the validator's dialect.
pub(crate) fn converted(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else {
        // `additionalProperties` may be true or false.
        return schema.clone();
    };
    if let Some(reference) = object.get("$ref") {
        return json!({"$ref": reference});
    }
    let mut out = Map::new();
    for (keyword, value) in object {
        if LEFT_OUT.contains(&keyword.as_str()) || keyword.starts_with("x-") {
            continue;
        }
        let value = match keyword.as_str() {
            "properties" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, property)| (name.clone(), converted(property)))
                .collect::<Map<_, _>>()
                .into(),
            "items" | "additionalProperties" | "not" => converted(value),
            "allOf" | "anyOf" | "oneOf" => value
                .as_array()
                .into_iter()
                .flatten()
                .map(converted)
                .collect(),
            _ => value.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    match object.get("nullable") {
        Some(Value::Bool(true)) => json!({"anyOf": [out, {"enum": [null]}]}),
        _ => Value::Object(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_constraints_is_kept() {
        let schema = json!({"type": "object", "description": "d", "x-more": 1, "properties": {
            "description": {"type": "string", "example": "e"},
            "none": {"type": "string", "nullable": true},
            "other": {"$ref": "#/components/schemas/a", "description": "beside"},
        }});
        assert_eq!(
            converted(&schema),
            json!({"type": "object", "properties": {
                "description": {"type": "string"},
                "none": {"anyOf": [{"type": "string"}, {"enum": [null]}]},
                "other": {"$ref": "#/components/schemas/a"},
            }})
        );
    }

    #[test]
    fn a_discriminated_schema_is_itself_or_one_beneath_it() {
        let document = json!({"components": {"schemas": {
            "thing": {"discriminator": {"propertyName": "type"}},
            "account": {"allOf": [{"$ref": "#/components/schemas/thing"}]},
            "user": {"allOf": [{"$ref": "#/components/schemas/account"}]},
            "project": {"allOf": [{"$ref": "#/components/schemas/thing"}]},
            "plain": {"type": "string"},
            "grant": {"required": ["type"], "properties": {"type": {"type": "string"}}},
        }}});
        let schemas = Schemas::of(&document);
        let named = |name: &str| -> Vec<String> {
            let branches = schemas.components[name]["anyOf"].as_array();
            branches
                .into_iter()
                .flatten()
                .map(|branch| branch["allOf"][1]["properties"]["type"]["enum"][0].to_string())
                .collect()
        };
        assert_eq!(named("account"), ["\"account\"", "\"user\""]);
        assert_eq!(named("user"), ["\"user\""]);
        assert_eq!(named("thing").len(), 4);
        assert_eq!(named("grant"), ["\"grant\""]);
        assert_eq!(schemas.components["plain"], json!({"type": "string"}));
        assert_eq!(
            schemas.components["user--own"],
            json!({"allOf": [{"$ref": "#/components/schemas/account--own"}]})
        );
    }
}
