//! The one kind of filter that is read: `userName eq "jane"` (RFC 7644, section 3.4.2.2).

use serde_json::Value;

/// An attribute that has to be equal to a text.
pub(super) struct Filter {
    attribute: String,
    part: Option<String>,
    value: String,
}

/// Reads a filter; nothing where it is of another kind.
pub(super) fn read(text: &str) -> Option<Filter> {
    let (attribute, rest) = text.trim().split_once(' ')?;
    let (operator, value) = rest.trim().split_once(' ')?;
    if !operator.eq_ignore_ascii_case("eq") {
        return None;
    }
    let (attribute, part) = match attribute.split_once('.') {
        Some((attribute, part)) => (attribute, Some(part.to_owned())),
        None => (attribute, None),
    };
    Some(Filter {
        attribute: attribute.to_owned(),
        part,
        value: serde_json::from_str(value.trim()).ok()?,
    })
}

impl Filter {
    /// Whether a resource has the value. A text is the same in any case, as userName is (RFC 7643,
    /// section 4.1.1).
    pub(super) fn fits(&self, resource: &Value) -> bool {
        let held = resource.as_object().and_then(|object| {
            object
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&self.attribute))
                .map(|(_, value)| value)
        });
        let is_it = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case(&self.value))
        };
        match (held, &self.part) {
            (Some(Value::Array(values)), part) => {
                let part = part.as_deref().unwrap_or("value");
                values.iter().any(|value| is_it(&value[part]))
            }
            (Some(value), None) => is_it(value),
            (Some(value), Some(part)) => is_it(&value[part.as_str()]),
            (None, _) => false,
        }
    }
}
