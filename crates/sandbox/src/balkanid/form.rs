//! BalkanID's form, as a person fills it in and saves it.
//!
//! The labels are those of BalkanID's pages; under which keys the values are kept, and the words of
//! a Business Owner in a file, are the practice server's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Tenant;
use super::integration::{Field, FieldType, Integration, KEYS};

/// The practice server's own names for a SCIM server's keys: label, key, type.
pub(crate) const SCIM_KEYS: [(&str, &str, FieldType); 4] = [
    ("SCIM base URL", "scim_base_url", FieldType::Public),
    ("User name", "scim_user_name", FieldType::Public),
    ("Bearer token", "scim_token", FieldType::Secret),
    ("Password", "scim_token", FieldType::Secret),
];

/// A reviewer's label, and the word in a file.
const REVIEWERS: [(&str, &str); 4] = [
    ("First Line Manager", "manager"),
    ("Business Owner", "businessowner"),
    ("Risk Manager", "riskmanager"),
    ("Application Owner", "primaryowner"),
];

/// Saves the form of a new Bitbucket integration, label by label, and gives its ID.
pub(crate) fn save(
    tenant: &mut Tenant,
    labels: &BTreeMap<String, String>,
) -> Result<String, String> {
    tenant.created += 1;
    let mut integration = Integration::new("bitbucket", tenant.created);
    integration.name = "Bitbucket".to_owned();
    integration.writes = 1;
    for (label, value) in labels {
        take(&mut integration, label, value)?;
    }
    if integration.primary_owner.is_empty() {
        return Err("the Primary Application owner is mandatory".to_owned());
    }
    if !integration.other.contains_key("Extraction Options") {
        return Err("the Extraction Type is mandatory".to_owned());
    }
    let id = integration.id.clone();
    tenant.integrations.push(integration);
    Ok(id)
}

fn take(integration: &mut Integration, label: &str, value: &str) -> Result<(), String> {
    let mut keep = |column: &str, value: String| {
        integration.other.insert(column.to_owned(), value);
    };
    match label {
        "Primary Application owner" => integration.primary_owner = value.to_owned(),
        "Description" => integration.description = value.to_owned(),
        "Secondary Application Owner(s)" => keep("Secondary Owners", value.to_owned()),
        "Extraction Type" => keep("Extraction Options", extraction_options(value)?.to_string()),
        "Reviewer precedence" => keep("Reviewer Precedence", precedence(value)?),
        "Number of reviewers" => keep("Reviewer Count", value.to_owned()),
        "Provisioning options" => keep("Provisioning Options", provisioning(value).to_string()),
        label => {
            let known = KEYS.iter().chain(&SCIM_KEYS);
            let (name, key, kind) = known
                .copied()
                .find(|(name, _, _)| *name == label)
                .ok_or_else(|| format!("the form has no field “{label}”"))?;
            let field = Field {
                name: name.to_owned(),
                kind,
                value: value.to_owned(),
            };
            integration.secrets.insert(key.to_owned(), field);
        }
    }
    Ok(())
}

fn extraction_options(label: &str) -> Result<Value, String> {
    let of = |scim, upload, direct| json!({"scim": scim, "upload": upload, "direct_configuration": direct});
    match label {
        "Direct integration" => Ok(of(false, false, true)),
        "SCIM integration" => Ok(of(true, false, false)),
        "Manual file upload" | "Automated upload using API" => Ok(of(false, true, false)),
        label => Err(format!("there is no Extraction Type “{label}”")),
    }
}

fn precedence(labels: &str) -> Result<String, String> {
    let words: Result<Vec<&str>, String> = labels
        .split(", then ")
        .map(|label| {
            let known = REVIEWERS.iter().find(|(known, _)| *known == label);
            known
                .map(|(_, word)| *word)
                .ok_or_else(|| format!("there is no reviewer “{label}”"))
        })
        .collect();
    Ok(words?.join(", "))
}

fn provisioning(labels: &str) -> Value {
    let on: Vec<String> = labels
        .split(',')
        .map(|label| label.trim().to_lowercase())
        .collect();
    ["sso", "app", "ticket", "scim", "webhook", "playbook"]
        .into_iter()
        .map(|way| {
            (
                way.to_owned(),
                Value::Bool(on.iter().any(|label| label == way)),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}
