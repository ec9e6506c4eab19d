//! The files of integrations: what is uploaded, and what is downloaded.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::integration::{Field, FieldType, Integration};
use super::{Object, Tenant, apps};

/// The header of an upload, exactly as BalkanID's page has it:
/// <https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0>.
const UPLOAD_COLUMNS: [&str; 12] = [
    "ID",
    "Name",
    "Description",
    "Status",
    "Secrets",
    "Sync",
    "Reviewer Precedence",
    "Provisioning Options",
    "Extraction Options",
    "Reviewer Count",
    "Entity Request Values Templates",
    "Entity Request Values Defaults",
];

/// The header of a download:
/// <https://developer.balkan.id/apidoc/bulk-integrations-download-api-early-access-12828103e0>.
const DOWNLOAD_COLUMNS: [&str; 14] = [
    "ID",
    "Name",
    "Description",
    "Last Run",
    "Status",
    "Primary Owner",
    "Message",
    "Metadata",
    "Reviewer Precedence",
    "Provisioning Options",
    "Extraction Options",
    "Reviewer Count",
    "Entity Request Values Templates",
    "Entity Request Values Defaults",
];

/// The columns that are kept as they are.
const KEPT_COLUMNS: [&str; 6] = [
    "Reviewer Precedence",
    "Provisioning Options",
    "Extraction Options",
    "Reviewer Count",
    "Entity Request Values Templates",
    "Entity Request Values Defaults",
];

/// One entry of the cell `Secrets`.
#[derive(Deserialize)]
struct SecretEntry {
    name: String,
    key: String,
    #[serde(rename = "type")]
    kind: FieldType,
    value: String,
}

/// A row that is as it has to be.
struct Row<'a> {
    cells: BTreeMap<&'a str, &'a str>,
    app: &'static str,
    secrets: Vec<SecretEntry>,
    sync: bool,
}

/// Takes an upload row by row. A row that is not as it has to be changes nothing, except that an
/// integration which it names shows why as its message.
pub(super) fn take(tenant: &mut Tenant, file: &[u8], reads_until_synced: u32) {
    let mut reader = csv::Reader::from_reader(file);
    let is_header = reader
        .headers()
        .is_ok_and(|header| header.iter().eq(UPLOAD_COLUMNS));
    if !is_header {
        tenant.refuse(
            Object::Integrations,
            0,
            "the columns are not those of an upload",
        );
        return;
    }
    for (place, record) in reader.records().enumerate() {
        let number = place + 1;
        let Ok(record) = record else {
            tenant.refuse(
                Object::Integrations,
                number,
                "the row is not CSV of 12 cells",
            );
            continue;
        };
        let cells: BTreeMap<&str, &str> = UPLOAD_COLUMNS.into_iter().zip(record.iter()).collect();
        let id = cells["ID"];
        let held = tenant
            .integrations
            .iter()
            .position(|integration| integration.id == id);
        let row = match (id, held) {
            ("", _) | (_, Some(_)) => read(cells),
            (_, None) => Err("no integration has this ID".to_owned()),
        };
        match (row, held) {
            (Ok(row), Some(held)) => {
                write(&mut tenant.integrations[held], &row, reads_until_synced);
            }
            (Ok(row), None) => {
                tenant.created += 1;
                let mut created = Integration::new(row.app, tenant.created);
                write(&mut created, &row, reads_until_synced);
                tenant.integrations.push(created);
            }
            (Err(reason), held) => {
                if let Some(held) = held {
                    tenant.integrations[held].message = reason.clone();
                }
                tenant.refuse(Object::Integrations, number, reason);
            }
        }
    }
}

/// Reads a row; the reason why not holds no value of it, for it may be a secret.
fn read<'a>(cells: BTreeMap<&'a str, &'a str>) -> Result<Row<'a>, String> {
    let app = apps::id_of(cells["Name"]).ok_or("Name is not the name of an app")?;
    if !matches!(cells["Status"], "" | "active" | "inactive") {
        return Err("Status is neither active nor inactive".to_owned());
    }
    let sync = match cells["Sync"] {
        "true" => true,
        "" | "false" => false,
        _ => return Err("Sync is neither true nor false".to_owned()),
    };
    let secrets = match cells["Secrets"] {
        "" => Vec::new(),
        secrets => serde_json::from_str::<Vec<SecretEntry>>(secrets)
            .map_err(|_| "Secrets is not a list of name, key, type and value")?,
    };
    for column in ["Provisioning Options", "Extraction Options"] {
        let is_object =
            serde_json::from_str::<Value>(cells[column]).is_ok_and(|value| value.is_object());
        if !cells[column].is_empty() && !is_object {
            return Err(format!("{column} is not a JSON object"));
        }
    }
    if !cells["Reviewer Count"].is_empty() && cells["Reviewer Count"].parse::<u8>().is_err() {
        return Err("Reviewer Count is not a number".to_owned());
    }
    Ok(Row {
        cells,
        app,
        secrets,
        sync,
    })
}

fn write(integration: &mut Integration, row: &Row<'_>, reads_until_synced: u32) {
    let Row {
        cells,
        app: _,
        secrets,
        sync,
    } = row;
    integration.name = cells["Name"].to_owned();
    integration.description = cells["Description"].to_owned();
    integration.writes += 1;
    for SecretEntry {
        name,
        key,
        kind,
        value,
    } in secrets
    {
        // A value that is sent empty is kept: downloads show secrets blank, and a row that goes back
        // as it came must not wipe them out.
        if !value.is_empty() {
            let field = Field {
                name: name.clone(),
                kind: *kind,
                value: value.clone(),
            };
            integration.secrets.insert(key.clone(), field);
        }
    }
    for column in KEPT_COLUMNS {
        integration
            .other
            .insert(column.to_owned(), cells[column].to_owned());
    }
    // Active is what an integration becomes by running.
    match cells["Status"] {
        "inactive" => integration.status = "inactive".to_owned(),
        "active" if !integration.last_run.is_empty() => integration.status = "active".to_owned(),
        _ => {}
    }
    if *sync {
        integration.syncing = Some(reads_until_synced);
    }
}

/// The download.
pub(super) fn csv(integrations: &[Integration]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = integrations.iter().map(download_row);
    let header = DOWNLOAD_COLUMNS.map(str::to_owned);
    for row in std::iter::once(header).chain(rows) {
        // Writing to memory does not fail.
        let _written = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn download_row(integration: &Integration) -> [String; 14] {
    let metadata: Vec<Value> = integration
        .secrets
        .iter()
        .map(|(key, Field { name, kind, value })| {
            let shown = match kind {
                FieldType::Public => value.as_str(),
                FieldType::Secret => "",
            };
            json!({"name": name, "key": key, "type": kind.as_str(), "value": shown})
        })
        .collect();
    let kept = |column: &str| integration.other.get(column).cloned().unwrap_or_default();
    // What a sync that is under way shows is not known; it has no result yet.
    let message = match integration.syncing {
        Some(_) => String::new(),
        None => integration.message.clone(),
    };
    let [
        precedence,
        provisioning,
        extraction,
        count,
        templates,
        defaults,
    ] = KEPT_COLUMNS.map(kept);
    [
        integration.id.clone(),
        integration.name.clone(),
        integration.description.clone(),
        integration.last_run.clone(),
        integration.status.clone(),
        integration.primary_owner.clone(),
        message,
        Value::Array(metadata).to_string(),
        precedence,
        provisioning,
        extraction,
        count,
        templates,
        defaults,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(changes: &[(&'a str, &'a str)]) -> BTreeMap<&'a str, &'a str> {
        let mut cells: BTreeMap<&str, &str> = UPLOAD_COLUMNS
            .into_iter()
            .map(|column| (column, ""))
            .collect();
        cells.insert("Name", "Bitbucket");
        cells.extend(changes.iter().copied());
        cells
    }

    #[test]
    fn a_row_that_is_not_as_it_has_to_be_is_refused_without_its_values() {
        let wrong = [
            ("Name", "Bitbukcet"),
            ("Status", "on"),
            ("Sync", "yes"),
            ("Secrets", "[{\"key\":\"canary-secret\"}]"),
            ("Provisioning Options", "[]"),
            ("Extraction Options", "direct"),
            ("Reviewer Count", "many"),
        ];
        for (column, value) in wrong {
            let Err(reason) = read(row(&[(column, value)])) else {
                panic!("{column} {value} was taken");
            };
            assert!(reason.contains(column), "{reason}");
            assert!(!reason.contains("canary"), "{reason}");
        }
        assert!(read(row(&[])).is_ok());
    }
}
