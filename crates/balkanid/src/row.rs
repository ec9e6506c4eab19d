//! The one row that is written: masked for a person's eyes, exposed for the upload alone.
//!
//! Columns: <https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0>.

use bbsetup_setup::Secret;
use serde_json::{Value, json};
use zeroize::Zeroize;

use crate::keys::KeyNames;
use crate::rows::Integration;

/// What is written besides what the tenant's row already holds.
#[derive(Clone, Debug)]
pub struct Values {
    /// Bitbucket's API URL.
    pub api_url: String,
    /// The workspace ID.
    pub workspace: String,
    /// The account's e-mail.
    pub account: String,
    /// The workspace access token.
    pub workspace_token: Secret,
    /// The account's API token.
    pub api_token: Secret,
    /// The description.
    pub description: String,
}

/// One row to be written.
pub struct UploadRow<'a> {
    /// The app's name in the tenant's list, such as `Bitbucket`.
    pub app_name: &'a str,
    /// The integration that is updated; `None` creates one.
    pub existing: Option<&'a Integration>,
    /// The names of the keys.
    pub keys: &'a KeyNames,
    /// The values.
    pub values: &'a Values,
    /// Whether BalkanID should start a sync by itself, since none can be started from here.
    pub sync: bool,
}

/// A column with its value, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The column's name.
    pub column: &'static str,
    /// Its value.
    pub value: String,
}

/// What a direct integration has in `Extraction Options`.
const DIRECT: &str = "{\"scim\":false,\"upload\":false,\"direct_configuration\":true}";

impl UploadRow<'_> {
    /// The row with secrets masked, for a person to confirm.
    pub fn masked(&self) -> Vec<Masked> {
        let mask = |secret: &Secret| match secret.last_four() {
            Some(last_four) => format!("•••• {last_four}"),
            None => "••••".to_owned(),
        };
        self.cells(&mask).into_iter().map(|(column, value)| Masked { column, value }).collect()
    }

    /// The CSV with its secrets.
    pub(crate) fn exposed(&self) -> String {
        let mut cells = self.cells(&|secret| secret.expose().to_owned());
        let header: Vec<&str> = cells.iter().map(|(column, _)| *column).collect();
        let line: Vec<String> = cells.iter().map(|(_, value)| quoted(value)).collect();
        let csv = format!("{}\r\n{}\r\n", header.join(","), line.join(","));
        cells.iter_mut().for_each(|(_, value)| value.zeroize());
        csv
    }

    fn cells(&self, show: &dyn Fn(&Secret) -> String) -> Vec<(&'static str, String)> {
        // On an update what the tenant set stays as it is.
        let kept = |column: &str, otherwise: &str| {
            self.existing
                .and_then(|row| row.other.get(column))
                .filter(|value| !value.is_empty())
                .map_or_else(|| otherwise.to_owned(), Clone::clone)
        };
        let description = match (self.values.description.as_str(), self.existing) {
            ("", Some(row)) => row.description.clone(),
            (description, _) => description.to_owned(),
        };
        vec![
            ("ID", self.existing.map(|row| row.id.clone()).unwrap_or_default()),
            ("Name", self.app_name.to_owned()),
            ("Description", description),
            ("Status", "active".to_owned()),
            ("Secrets", self.secrets(show).to_string()),
            ("Sync", self.sync.to_string()),
            ("Reviewer Precedence", kept("Reviewer Precedence", "manager, primaryowner, riskmanager")),
            ("Provisioning Options", kept("Provisioning Options", "{}")),
            ("Extraction Options", DIRECT.to_owned()),
            ("Reviewer Count", kept("Reviewer Count", "1")),
            ("Entity Request Values Templates", kept("Entity Request Values Templates", "")),
            ("Entity Request Values Defaults", kept("Entity Request Values Defaults", "")),
        ]
    }

    fn secrets(&self, show: &dyn Fn(&Secret) -> String) -> Value {
        let KeyNames { access_token, api_url, workspace, account_username, account_app_password } = self.keys;
        let values = self.values;
        let label = |key: &str, otherwise: &str| {
            self.existing
                .and_then(|row| row.metadata.iter().find(|field| field.key == key))
                .map_or_else(|| otherwise.to_owned(), |field| field.name.clone())
        };
        let field = |key: &str, otherwise: &str, kind: &str, value: String| {
            json!({"name": label(key, otherwise), "key": key, "type": kind, "value": value})
        };
        json!([
            field(access_token, "Bitbucket Access Token", "secret", show(&values.workspace_token)),
            field(api_url, "Bitbucket API URL", "public", values.api_url.clone()),
            field(workspace, "Workspace", "public", values.workspace.clone()),
            field(account_username, "Account Username", "public", values.account.clone()),
            field(account_app_password, "Account App Password", "secret", show(&values.api_token)),
        ])
    }
}

/// A CSV cell, always in quotes.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> KeyNames {
        KeyNames {
            access_token: "t".into(),
            api_url: "u".into(),
            workspace: "w".into(),
            account_username: "a".into(),
            account_app_password: "p".into(),
        }
    }

    fn values() -> Values {
        Values {
            api_url: "https://api.bitbucket.org".into(),
            workspace: "acme".into(),
            account: "svc@acme.example".into(),
            workspace_token: Secret::new("canary-workspace-token-1111"),
            api_token: Secret::new("canary-api-token-2222"),
            description: "It says \"hello\", twice".into(),
        }
    }

    #[test]
    fn the_masked_row_holds_no_secret_and_the_upload_holds_both() {
        let (keys, values) = (keys(), values());
        let row = UploadRow { app_name: "Bitbucket", existing: None, keys: &keys, values: &values, sync: false };
        let shown = format!("{:?}", row.masked());
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("•••• 1111"), "{shown}");
        let csv = row.exposed();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().expect("a header").len(), 12);
        let record = reader.records().next().expect("a row").expect("CSV");
        assert_eq!(&record[2], "It says \"hello\", twice");
        let secrets: Value = serde_json::from_str(&record[4]).expect("JSON");
        assert_eq!(secrets[0]["value"], "canary-workspace-token-1111");
        assert_eq!(secrets[4]["value"], "canary-api-token-2222");
    }

    #[test]
    fn an_update_keeps_what_the_tenant_set() {
        let (keys, values) = (keys(), Values { description: String::new(), ..values() });
        let existing = Integration {
            id: "bitbucket/01".into(),
            description: "theirs".into(),
            other: [("Reviewer Count".to_owned(), "2".to_owned())].into(),
            ..Integration::default()
        };
        let row = UploadRow { app_name: "Bitbucket", existing: Some(&existing), keys: &keys, values: &values, sync: true };
        let cell = |name: &str| row.masked().into_iter().find(|cell| cell.column == name).map(|cell| cell.value);
        assert_eq!(cell("ID").as_deref(), Some("bitbucket/01"));
        assert_eq!(cell("Description").as_deref(), Some("theirs"));
        assert_eq!(cell("Reviewer Count").as_deref(), Some("2"));
        assert_eq!(cell("Sync").as_deref(), Some("true"));
    }
}
