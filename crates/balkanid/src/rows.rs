//! The rows of BalkanID's downloads.
//!
//! Columns are found by name, so that their order may change and new ones may come.

use std::collections::HashMap;

use bbsetup_setup::Problem;
use serde::Deserialize;

use crate::trouble;

/// One row of the apps download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The tenant's name.
    pub tenant_name: String,
    /// The app's ID, such as `bitbucket`.
    pub id: String,
    /// The app's name, such as `Bitbucket`.
    pub name: String,
}

/// One row of the integrations download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integration {
    /// BalkanID's ID, to be taken as it is.
    pub id: String,
    /// The app's name.
    pub name: String,
    /// The description.
    pub description: String,
    /// When it last ran, as BalkanID writes it; empty when never.
    pub last_run: String,
    /// `active` or `inactive`.
    pub status: String,
    /// The Primary Application owner's e-mail.
    pub primary_owner: String,
    /// The message of the last sync.
    pub message: String,
    /// The credentials' keys with their public values.
    pub metadata: Vec<SecretField>,
    /// The other columns, by name, to be written back as they are.
    pub other: HashMap<String, String>,
}

/// One entry of `Metadata`, and of `Secrets` in an upload.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SecretField {
    /// The label on the form.
    pub name: String,
    /// The key.
    pub key: String,
    /// Whether BalkanID shows the value.
    #[serde(rename = "type")]
    pub kind: SecretType,
    /// The value; empty for a secret.
    #[serde(default)]
    pub value: String,
}

/// Whether BalkanID shows a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretType {
    /// Shown.
    Public,
    /// Not shown.
    #[serde(other)]
    Secret,
}

impl Integration {
    /// The public value under a key.
    pub fn public_value(&self, key: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|field| field.key == key && field.kind == SecretType::Public)
            .map(|field| field.value.as_str())
    }
}

fn records(bytes: &[u8], required: &[&str], attempted: &str) -> Result<Vec<HashMap<String, String>>, Problem> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|_| trouble::unreadable(attempted, "its first line is no list of columns"))?
        .iter()
        .map(|name| name.trim().trim_start_matches('\u{feff}').trim_end_matches('*').to_owned())
        .collect::<Vec<_>>();
    if let Some(missing) = required.iter().find(|name| !header.iter().any(|held| held == *name)) {
        return Err(trouble::unreadable(attempted, &format!("the column {missing} is not in it")));
    }
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|_| trouble::unreadable(attempted, "one of its lines is no CSV"))?;
            Ok(header.iter().cloned().zip(record.iter().map(str::to_owned)).collect())
        })
        .collect()
}

fn take(row: &mut HashMap<String, String>, column: &str) -> String {
    row.remove(column).unwrap_or_default()
}

/// Reads the apps download.
pub(crate) fn apps(bytes: &[u8]) -> Result<Vec<App>, Problem> {
    let rows = records(bytes, &["ID", "Name", "Tenant Name"], "read BalkanID's list of apps")?;
    Ok(rows
        .into_iter()
        .map(|mut row| App {
            tenant_name: take(&mut row, "Tenant Name"),
            id: take(&mut row, "ID"),
            name: take(&mut row, "Name"),
        })
        .collect())
}

/// Reads the integrations download.
pub(crate) fn integrations(bytes: &[u8]) -> Result<Vec<Integration>, Problem> {
    let rows = records(bytes, &["ID", "Name", "Status"], "read BalkanID's list of integrations")?;
    Ok(rows
        .into_iter()
        .map(|mut row| Integration {
            id: take(&mut row, "ID"),
            name: take(&mut row, "Name"),
            description: take(&mut row, "Description"),
            last_run: take(&mut row, "Last Run"),
            status: take(&mut row, "Status"),
            primary_owner: take(&mut row, "Primary Owner"),
            message: take(&mut row, "Message"),
            // Metadata that is no list of keys tells nothing, which is not an error by itself.
            metadata: serde_json::from_str(&take(&mut row, "Metadata")).unwrap_or_default(),
            other: row,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_unknown_ones_are_kept() {
        let csv = "\u{feff}Name,ID*,New Column,Status,Metadata\nBitbucket,bitbucket/01,kept,active,\"[{\"\"name\"\":\"\"Workspace\"\",\"\"key\"\":\"\"ws\"\",\"\"type\"\":\"\"public\"\",\"\"value\"\":\"\"acme\"\"}]\"\n";
        let rows = integrations(csv.as_bytes()).expect("readable");
        assert_eq!(rows[0].id, "bitbucket/01");
        assert_eq!(rows[0].public_value("ws"), Some("acme"));
        assert_eq!(rows[0].other.get("New Column").map(String::as_str), Some("kept"));
    }

    #[test]
    fn a_column_that_is_not_there_is_named() {
        let problem = integrations(b"Name,Status\n").expect_err("no ID");
        assert!(problem.message.contains("the column ID"), "{}", problem.message);
        integrations(b"<html>").expect_err("no CSV of integrations");
    }
}
