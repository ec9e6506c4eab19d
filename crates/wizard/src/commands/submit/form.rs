//! BalkanID's form, with every value in its place.

use bbsetup_balkanid::{FormField, Values};
use bbsetup_setup::{Email, Extraction, ExtractionType, Secret};

use super::{Credentials, Submission};
use crate::json::FormFieldJson;

impl Submission {
    /// The Primary Application owner as text, empty where none was named.
    fn owner(&self) -> String {
        self.setup
            .primary_owner
            .as_ref()
            .map(Email::to_string)
            .unwrap_or_default()
    }

    fn secondary_owners(&self) -> String {
        let owners: Vec<&str> = self
            .setup
            .secondary_owners
            .iter()
            .map(Email::as_str)
            .collect();
        owners.join(", ")
    }

    /// What BalkanID's API does not carry.
    pub(super) fn by_hand(&self) -> Vec<String> {
        let owner = match self.owner() {
            owner if owner.is_empty() => "none given".to_owned(),
            owner => owner,
        };
        let mut lines = vec![format!(
            "Primary Application owner: {owner} — set it in BalkanID under Configure > Integrations; the API has no column for owners."
        )];
        if !self.setup.secondary_owners.is_empty() {
            lines.push(format!(
                "Secondary Application Owner(s): {}",
                self.secondary_owners()
            ));
        }
        let optional = &self.setup.optional;
        if !optional.reviewers.is_empty() && optional.reviewers_in_file().is_none() {
            let unwritten = optional
                .in_words()
                .into_iter()
                .filter(|(label, _)| *label == "Reviewer precedence")
                .map(|(label, words)| {
                    format!("{label}: {words} — set it in the form's Optional Configuration; BalkanID's samples show no word for a Business Owner in a file.")
                });
            lines.extend(unwritten);
        }
        lines
    }

    /// The fields of BalkanID's form, in its order and words.
    pub(super) fn form(&self) -> Vec<FormFieldJson> {
        let mut fields = vec![
            plain("primary-owner", "Primary Application owner", self.owner()),
            plain("description", "Description", self.setup.description.clone()),
            plain(
                "secondary-owner",
                "Secondary Application Owner(s)",
                self.secondary_owners(),
            ),
            plain(
                "extraction",
                "Extraction Type",
                self.setup.extraction.kind().label().to_owned(),
            ),
        ];
        fields.extend(self.credential_fields());
        let optional = self.setup.optional.in_words();
        fields.extend(optional.into_iter().map(|(label, words)| {
            let field = label.to_lowercase().replace(' ', "-");
            plain(&field, label, words)
        }));
        fields
    }

    /// The fields of the extraction type.
    fn credential_fields(&self) -> Vec<FormFieldJson> {
        match (&self.credentials, &self.setup.extraction) {
            (Credentials::Direct(values), _) => FormField::ALL
                .into_iter()
                .map(|field| of_bitbucket(field, values))
                .collect(),
            (Credentials::Scim(token), Extraction::Scim { url, user }) => {
                let mut fields = vec![plain("scim-url", "SCIM base URL", url.to_string())];
                fields.extend(
                    user.clone()
                        .map(|user| plain("scim-user", "User name", user)),
                );
                let label = match user {
                    Some(_) => "Password",
                    None => "Bearer token",
                };
                fields.push(secret("scim_token", label, None, token));
                fields
            }
            (Credentials::Scim(_) | Credentials::Files, _) => Vec::new(),
        }
    }

    /// The exposed value of a form field, for the clipboard alone, and whether it is a secret.
    pub fn form_value(&self, field: &str) -> Option<(Secret, bool)> {
        let secret = match (&self.credentials, field) {
            (Credentials::Direct(values), "workspace_token") => Some(&values.workspace_token),
            (Credentials::Direct(values), "account_token") => Some(&values.api_token),
            (Credentials::Scim(token), "scim_token") => Some(token),
            _ => None,
        };
        if let Some(secret) = secret {
            return Some((secret.clone(), true));
        }
        let held = self.form().into_iter().find(|held| held.field == field)?;
        Some((Secret::new(held.value), false))
    }

    /// The extraction type.
    pub(super) fn extraction_kind(&self) -> ExtractionType {
        self.setup.extraction.kind()
    }
}

fn of_bitbucket(field: FormField, values: &Values) -> FormFieldJson {
    let also = Some(field.also_called());
    let shown = |name: &str, value: &str| FormFieldJson {
        also_called: also.map(str::to_owned),
        ..plain(name, field.label(), value.to_owned())
    };
    match field {
        FormField::AccessToken => secret(
            "workspace_token",
            field.label(),
            also,
            &values.workspace_token,
        ),
        FormField::ApiUrl => shown("api-url", &values.api_url),
        FormField::Workspace => shown("workspace", &values.workspace),
        FormField::AccountUsername => shown("account", &values.account),
        FormField::AccountAppPassword => {
            secret("account_token", field.label(), also, &values.api_token)
        }
    }
}

fn plain(field: &str, label: &str, value: String) -> FormFieldJson {
    FormFieldJson {
        field: field.to_owned(),
        label: label.to_owned(),
        also_called: None,
        value,
        secret: false,
    }
}

fn secret(field: &str, label: &str, also: Option<&str>, secret: &Secret) -> FormFieldJson {
    FormFieldJson {
        field: field.to_owned(),
        label: label.to_owned(),
        also_called: also.map(str::to_owned),
        value: secret
            .last_four()
            .map_or_else(|| "••••".to_owned(), |four| format!("•••• {four}")),
        secret: true,
    }
}
