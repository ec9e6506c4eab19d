//! The parameter `fields`: which parts of a body are sent.
//!
//! Names alone leave out everything else, `next` included; `-name` leaves one out; `+name` adds one
//! to what is sent anyway, which is everything here.

use serde_json::Value;

/// What is sent of a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Selection {
    /// Whether anything is.
    sends: bool,
    /// The paths to what is sent; nothing means that all of it is, and a path that ends here too.
    chosen: Option<Vec<Vec<String>>>,
    /// The paths to what is left out of that.
    left_out: Vec<Vec<String>>,
}

impl Selection {
    /// What the parameter says.
    pub(super) fn of(fields: Option<&str>) -> Self {
        let names = fields.unwrap_or_default().split(',').map(str::trim);
        let (left_out, chosen): (Vec<&str>, Vec<&str>) = names
            .filter(|name| !name.is_empty() && !name.starts_with('+'))
            .partition(|name| name.starts_with('-'));
        let path = |name: &str| name.split('.').map(str::to_owned).collect();
        Self {
            sends: true,
            chosen: (!chosen.is_empty()).then(|| chosen.into_iter().map(path).collect()),
            left_out: left_out.iter().map(|name| path(&name[1..])).collect(),
        }
    }

    /// What is sent of a part. Lists are passed through: what is chosen of one is chosen of each
    /// that is in it.
    pub(super) fn below(&self, name: &str) -> Self {
        let chosen = self.chosen.as_ref().map(|paths| -> Vec<Vec<String>> {
            paths
                .iter()
                .filter(|path| path[0] == name || path[0] == "*")
                .map(|path| path[1..].to_vec())
                .collect()
        });
        let left_out: Vec<Vec<String>> = self
            .left_out
            .iter()
            .filter(|path| path[0] == name)
            .map(|path| path[1..].to_vec())
            .collect();
        let is_chosen = chosen.as_ref().is_none_or(|paths| !paths.is_empty());
        let is_left_out = left_out.iter().any(Vec::is_empty);
        Self {
            sends: self.sends && is_chosen && !is_left_out,
            chosen: chosen.filter(|paths| !paths.iter().any(Vec::is_empty)),
            left_out,
        }
    }

    /// Whether anything is sent.
    pub(super) fn sends(&self) -> bool {
        self.sends
    }

    /// Whether nothing is left out.
    pub(super) fn is_everything(&self) -> bool {
        self.sends && self.chosen.is_none() && self.left_out.is_empty()
    }

    /// A part, where it is sent.
    pub(super) fn part<T>(&self, name: &str, part: T) -> Option<T> {
        self.below(name).sends.then_some(part)
    }

    /// What is sent of a whole body.
    pub(super) fn select(&self, body: &Value) -> Value {
        if self.is_everything() {
            return body.clone();
        }
        match body {
            Value::Array(items) => items.iter().map(|item| self.select(item)).collect(),
            Value::Object(parts) => parts
                .iter()
                .filter_map(|(name, part)| {
                    let below = self.below(name);
                    below.sends.then(|| (name.clone(), below.select(part)))
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn select(body: Value, fields: &str) -> Value {
        Selection::of(Some(fields)).select(&body)
    }

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

    #[test]
    fn a_part_that_is_chosen_whole_stays_so_and_one_that_is_left_out_is_not_sent() {
        assert_eq!(
            select(page(), "values.links,values.links.self,-values.links.html"),
            json!({"values": [{"links": {"self": 1}}]})
        );
        assert_eq!(select(page(), "values,-values"), json!({}));
        assert_eq!(select(page(), "size.deeper"), json!({"size": 1}));
        assert!(Selection::of(None).is_everything());
        assert!(Selection::of(Some("+a")).below("b").is_everything());
    }
}
