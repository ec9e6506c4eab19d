//! The names of the keys under which a tenant keeps Bitbucket's credentials.
//!
//! BalkanID does not publish them. They are read off a Bitbucket row that the tenant has, and only
//! where each is told beyond doubt; else the admin confirms them.

use crate::rows::{Integration, SecretField, SecretType};

/// The five names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNames {
    /// Of the workspace access token.
    pub access_token: String,
    /// Of the API URL.
    pub api_url: String,
    /// Of the workspace.
    pub workspace: String,
    /// Of the account's e-mail.
    pub account_username: String,
    /// Of the account's API token.
    pub account_app_password: String,
}

/// The names could not be told from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysUnclear {
    /// The names that were seen, as `name (key)`.
    pub seen: Vec<String>,
}

impl KeyNames {
    /// Reads the names off a row.
    ///
    /// # Errors
    /// One of the five is not there, or could be two.
    pub fn of(row: &Integration) -> Result<Self, KeysUnclear> {
        let find = |kind: Option<SecretType>, with: &[&str], without: &[&str]| {
            let mut found = row.metadata.iter().filter(|field| {
                let words = words(field);
                kind.is_none_or(|kind| field.kind == kind)
                    && with.iter().all(|word| words.contains(word))
                    && !without.iter().any(|word| words.contains(word))
            });
            match (found.next(), found.next()) {
                (Some(only), None) => Some(only.key.clone()),
                _ => None,
            }
        };
        let names = || {
            Some(Self {
                access_token: find(Some(SecretType::Secret), &["token"], &["password"])?,
                api_url: find(None, &["url"], &[])?,
                workspace: find(None, &["workspace"], &["token", "password", "account"])?,
                account_username: find(None, &["username"], &["workspace", "password"])?,
                account_app_password: find(Some(SecretType::Secret), &["password"], &[])?,
            })
        };
        names().ok_or_else(|| KeysUnclear {
            seen: row.metadata.iter().map(|field| format!("{} ({})", field.name, field.key)).collect(),
        })
    }
}

/// The label and the key of a field, as one text to look for words in.
fn words(field: &SecretField) -> String {
    format!("{} {}", field.name, field.key).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, key: &str, kind: SecretType) -> SecretField {
        SecretField { name: name.into(), key: key.into(), kind, value: String::new() }
    }

    fn row(metadata: Vec<SecretField>) -> Integration {
        Integration { metadata, ..Integration::default() }
    }

    #[test]
    fn both_ways_in_which_the_page_names_the_fields_are_understood() {
        let long = row(vec![
            field("Bitbucket Access token of Workspace (Organization)", "token", SecretType::Secret),
            field("Bitbucket API Url", "url", SecretType::Public),
            field("Username of Workspace ID", "workspace_id", SecretType::Public),
            field("Bitbucket Account Username", "acc_user", SecretType::Public),
            field("BitBucket App Password", "app_password", SecretType::Secret),
        ]);
        let names = KeyNames::of(&long).expect("told");
        assert_eq!(names.access_token, "token");
        assert_eq!(names.workspace, "workspace_id");
        assert_eq!(names.account_username, "acc_user");
        assert_eq!(names.account_app_password, "app_password");
    }

    #[test]
    fn where_two_could_be_meant_nothing_is_guessed() {
        let unclear = row(vec![
            field("Token", "token", SecretType::Secret),
            field("Other token", "token2", SecretType::Secret),
        ]);
        let KeysUnclear { seen } = KeyNames::of(&unclear).expect_err("two tokens");
        assert_eq!(seen, ["Token (token)", "Other token (token2)"]);
    }
}
