//! What BalkanID shows otherwise than asked.

use bbsetup_setup::Email;
use serde_json::Value;

use crate::form::FormField;
use crate::integrations::Integration;
use crate::row::{DIRECT, UploadRow};

/// A value that BalkanID shows otherwise than asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field, in BalkanID's words.
    pub field: String,
    /// What was asked.
    pub asked: String,
    /// What BalkanID shows; empty where it shows nothing.
    pub shown: String,
}

/// Compares what was asked for with what BalkanID lists.
///
/// Secrets and secondary owners are never shown, and a public value that is not shown is no
/// difference. The Primary Application owner often is one: the API has no column for it.
pub fn differences(
    asked: &UploadRow<'_>,
    primary_owner: Option<&Email>,
    shown: &Integration,
) -> Vec<Difference> {
    let mut found: Vec<Difference> = primary_owner
        .and_then(|asked| owner(asked, shown))
        .into_iter()
        .collect();
    found.extend(of_row(asked, shown));
    found
}

/// The differences that a written row itself can have.
pub(crate) fn of_row(asked: &UploadRow<'_>, shown: &Integration) -> Vec<Difference> {
    let mut found = Vec::new();
    if asked.description().trim() != shown.description.trim() {
        found.push(Difference {
            field: "Description".to_owned(),
            asked: asked.description().to_owned(),
            shown: shown.description.clone(),
        });
    }
    found.extend(FormField::ALL.into_iter().filter_map(|field| {
        let value = asked.values.public(field)?;
        let held = shown.public_value(asked.keys.key(field))?;
        let same = held.trim_end_matches('/') == value.trim_end_matches('/');
        (!same).then(|| Difference {
            field: field.label().to_owned(),
            asked: value.to_owned(),
            shown: held.to_owned(),
        })
    }));
    found.extend(extraction_options(&shown.optional.extraction_options));
    found
}

fn extraction_options(shown: &str) -> Option<Difference> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let differs = !shown.trim().is_empty() && read(shown) != read(DIRECT);
    differs.then(|| Difference {
        field: "Extraction Options".to_owned(),
        asked: DIRECT.to_owned(),
        shown: shown.to_owned(),
    })
}

fn owner(asked: &Email, shown: &Integration) -> Option<Difference> {
    let owner = &shown.primary_owner;
    (!owner.eq_ignore_ascii_case(asked.as_str())).then(|| Difference {
        field: "Primary Application owner".to_owned(),
        asked: asked.to_string(),
        shown: owner.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::SecretType;
    use crate::integrations::tests::{field, row};
    use crate::row::tests::{keys, upload, values};

    fn fields(description: &str, shown: &Integration) -> Vec<String> {
        let (values, keys) = (values(description), keys());
        let owner = Email::parse("owner@acme.example").expect("an e-mail");
        differences(&upload(&values, &keys, None), Some(&owner), shown)
            .into_iter()
            .map(|difference| difference.field)
            .collect()
    }

    #[test]
    fn only_what_is_shown_and_otherwise_is_a_difference() {
        let mut shown = row("bitbucket/1");
        shown.description = "Bitbucket of acme".into();
        shown.primary_owner = "Owner@acme.example".into();
        shown.metadata = vec![
            field(
                "Bitbucket API URL",
                "k2",
                SecretType::Public,
                "https://api.bitbucket.org/",
            ),
            field("Workspace", "k3", SecretType::Public, ""),
        ];
        shown.optional.extraction_options =
            r#"{"direct_configuration": true, "scim": false, "upload": false}"#.into();
        assert_eq!(fields("Bitbucket of acme", &shown), [""; 0]);

        shown.description = "older".into();
        shown.primary_owner.clear();
        shown.metadata[1].value = "umbrella".into();
        shown.optional.extraction_options = "{}".into();
        assert_eq!(
            fields("Bitbucket of acme", &shown),
            [
                "Primary Application owner",
                "Description",
                "Workspace",
                "Extraction Options"
            ]
        );
    }
}
