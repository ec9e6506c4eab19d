//! What BalkanID shows otherwise than asked.

use bbsetup_setup::Email;
use serde_json::Value;

use crate::form::FormField;
use crate::integrations::Integration;
use crate::row::{Content, UploadRow, provisioning_options};

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
    if let Content::Direct { keys, values } = asked.content {
        found.extend(FormField::ALL.into_iter().filter_map(|field| {
            let value = values.public(field)?;
            let held = shown.public_value(keys.key(field))?;
            let same = held.trim_end_matches('/') == value.trim_end_matches('/');
            (!same).then(|| Difference {
                field: field.label().to_owned(),
                asked: value.to_owned(),
                shown: held.to_owned(),
            })
        }));
    }
    let optional = &shown.optional;
    found.extend(cell(
        "Extraction Options",
        Some(asked.content.extraction_options().to_owned()),
        &optional.extraction_options,
    ));
    found.extend(cell(
        "Reviewer Precedence",
        asked.optional.reviewers_in_file(),
        &optional.reviewer_precedence,
    ));
    found.extend(cell(
        "Reviewer Count",
        asked.optional.reviewer_count.map(|count| count.to_string()),
        &optional.reviewer_count,
    ));
    found.extend(cell(
        "Provisioning Options",
        asked
            .optional
            .provisioning
            .as_ref()
            .map(provisioning_options),
        &optional.provisioning_options,
    ));
    found
}

/// A cell that was asked for and reads otherwise. One that is not shown is no difference.
fn cell(column: &str, asked: Option<String>, shown: &str) -> Option<Difference> {
    let asked = asked?;
    let differs = !shown.trim().is_empty() && !reads_the_same(&asked, shown);
    differs.then(|| Difference {
        field: column.to_owned(),
        asked,
        shown: shown.to_owned(),
    })
}

/// Whether two cells say the same, however their JSON or their list is spaced.
fn reads_the_same(one: &str, other: &str) -> bool {
    match (
        serde_json::from_str::<Value>(one),
        serde_json::from_str::<Value>(other),
    ) {
        (Ok(one), Ok(other)) => one == other,
        _ => one
            .split(',')
            .map(str::trim)
            .eq(other.split(',').map(str::trim)),
    }
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
    use std::collections::BTreeSet;

    use bbsetup_setup::Reviewer;

    use super::*;
    use crate::integrations::SecretType;
    use crate::integrations::tests::{field, row};
    use crate::row::tests::Held;

    fn fields(description: &str, shown: &Integration) -> Vec<String> {
        let held = Held::with(description);
        let owner = Email::parse("owner@acme.example").expect("an e-mail");
        differences(&held.row(None), Some(&owner), shown)
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

    #[test]
    fn of_the_optional_configuration_only_what_was_set_can_differ() {
        let mut shown = row("bitbucket/1");
        shown.optional.reviewer_precedence = "manager,primaryowner".into();
        shown.optional.reviewer_count = "3".into();
        shown.optional.provisioning_options = r#"{"sso":true}"#.into();
        let mut held = Held::with("");
        let found = |held: &Held| -> Vec<String> {
            differences(&held.row(None), None, &shown)
                .into_iter()
                .map(|difference| difference.field)
                .collect()
        };
        assert_eq!(found(&held), [""; 0]);
        held.optional.reviewers = vec![Reviewer::FirstLineManager, Reviewer::ApplicationOwner];
        assert_eq!(found(&held), [""; 0], "spaces make no difference");
        held.optional.reviewers.reverse();
        held.optional.reviewer_count = Some(1);
        held.optional.provisioning = Some(BTreeSet::new());
        assert_eq!(
            found(&held),
            [
                "Reviewer Precedence",
                "Reviewer Count",
                "Provisioning Options"
            ]
        );
    }
}
