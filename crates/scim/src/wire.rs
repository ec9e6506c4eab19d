//! The shapes of SCIM, as far as a check looks at them.
//!
//! Names of attributes are the same in any case (RFC 7643, section 2.1). What is of another type
//! than it should be is as good as not there.

use serde_json::Value;

/// The schema of an error (RFC 7644, section 3.12).
pub(crate) const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// The schema of a list (RFC 7644, section 3.4.2).
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// An attribute by its name in any case.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| {
        object
            .iter()
            .find(|(held, _)| held.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// An attribute that is a text with something in it.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    member(value, name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// The schemas that a body says it is of.
pub(crate) fn schemas(value: &Value) -> impl Iterator<Item = &str> {
    member(value, "schemas")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// The identifier of a resource; a number is taken for its digits.
pub(crate) fn id(resource: &Value) -> Option<String> {
    match member(resource, "id")? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The values of a multi-valued attribute; `None` where the attribute is not there.
pub(crate) fn values<'a>(resource: &'a Value, name: &str) -> Option<Vec<&'a Value>> {
    let held = member(resource, name)?.as_array()?;
    Some(held.iter().collect())
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    /// How many there are in all, where the server says so.
    pub(crate) total: Option<u64>,
    pub(crate) resources: Vec<Value>,
}

impl Page {
    /// Reads a list; `None` where it is none. `Resources` may be left out of an empty one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let total = member(value, "totalResults").and_then(Value::as_u64);
        let resources = member(value, "Resources").and_then(Value::as_array);
        let is_list = schemas(value).any(|schema| schema == LIST);
        if resources.is_none() && (total.is_none() || total > Some(0)) && !is_list {
            return None;
        }
        Some(Self {
            total,
            resources: resources.cloned().unwrap_or_default(),
        })
    }

    /// A list as some servers give it whole: without an envelope.
    pub(crate) fn or_bare(value: &Value) -> Option<Self> {
        let bare = value.as_array().map(|resources| Self {
            total: None,
            resources: resources.clone(),
        });
        bare.or_else(|| Self::of(value))
    }

    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.resources.len()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_known_by_its_parts_and_nothing_else_is_one() {
        let of = |value: Value| Page::of(&value).map(|page| (page.total, page.count()));
        assert_eq!(
            of(json!({"totalResults": 2, "Resources": [{}, {}]})),
            Some((Some(2), 2))
        );
        assert_eq!(
            of(json!({"totalresults": 2, "resources": [{}]})),
            Some((Some(2), 1))
        );
        assert_eq!(of(json!({"totalResults": 0})), Some((Some(0), 0)));
        assert_eq!(of(json!({"Resources": []})), Some((None, 0)));
        for other in [
            json!({}),
            json!([]),
            json!("x"),
            json!({"values": []}),
            json!({"totalResults": 3}),
        ] {
            assert_eq!(of(other.clone()), None, "{other}");
        }
    }
}
