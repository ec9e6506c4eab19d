//! Entities and the relations between them, as they are uploaded.
//!
//! Columns: <https://developer.balkan.id/bulk-entities-upload-api-early-access-12828095e0> and
//! <https://developer.balkan.id/apidoc/bulk-entity-relations-upload-api-early-access-12828102e0>.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Object, Tenant};
use crate::world::in_hexadecimal;

const ENTITY_COLUMNS: [&str; 8] = [
    "App",
    "Name",
    "Entity Type",
    "Source System",
    "Source ID",
    "Source Type",
    "Metadata Version",
    "Metadata",
];

const ENTITY_NEEDS: [&str; 5] = [
    "Name",
    "Entity Type",
    "Source System",
    "Source ID",
    "Source Type",
];

const RELATION_COLUMNS: [&str; 8] = [
    "App",
    "Parent Entity Source ID",
    "Parent Entity Type",
    "Entity Source ID",
    "Entity Type",
    "Source System",
    "Metadata Version",
    "Metadata",
];

const RELATION_NEEDS: [&str; 4] = [
    "Parent Entity Source ID",
    "Parent Entity Type",
    "Entity Source ID",
    "Entity Type",
];

/// An upload of entities or relations, as far as it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredFile {
    /// `entities` or `entity-relations`.
    pub object: String,
    /// The `integrationId` with which its address was asked for.
    pub integration: Option<String>,
    /// The SHA-256 of the file in hexadecimal.
    pub sha256: String,
    /// Column to value.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// Takes an upload of entities.
pub(super) fn take_entities(tenant: &mut Tenant, integration: Option<String>, file: &[u8]) {
    let of = (Object::Entities, integration);
    take(tenant, file, of, &ENTITY_COLUMNS, &ENTITY_NEEDS, |_| Ok(()));
}

/// Takes an upload of relations. Both ends have to be among the entities of the last upload.
pub(super) fn take_relations(tenant: &mut Tenant, integration: Option<String>, file: &[u8]) {
    let known: BTreeSet<(String, String)> = tenant
        .files
        .iter()
        .rev()
        .find(|file| file.object == Object::Entities.as_str())
        .into_iter()
        .flat_map(|file| &file.rows)
        .map(|row| (row["Entity Type"].clone(), row["Source ID"].clone()))
        .collect();
    let are_known = |row: &BTreeMap<String, String>| {
        for (kind, id) in [
            ("Parent Entity Type", "Parent Entity Source ID"),
            ("Entity Type", "Entity Source ID"),
        ] {
            if !known.contains(&(row[kind].clone(), row[id].clone())) {
                return Err(format!("{id} is not among the last entities"));
            }
        }
        Ok(())
    };
    let of = (Object::EntityRelations, integration);
    take(
        tenant,
        file,
        of,
        &RELATION_COLUMNS,
        &RELATION_NEEDS,
        are_known,
    );
}

fn take(
    tenant: &mut Tenant,
    file: &[u8],
    (object, integration): (Object, Option<String>),
    columns: &[&str],
    needed: &[&str],
    fits: impl Fn(&BTreeMap<String, String>) -> Result<(), String>,
) {
    let mut reader = csv::Reader::from_reader(file);
    let is_header = reader
        .headers()
        .is_ok_and(|header| header.iter().eq(columns.iter().copied()));
    if !is_header {
        tenant.refuse(object, 0, "the columns are not those of an upload");
        return;
    }
    let mut rows = Vec::new();
    for (place, record) in reader.records().enumerate() {
        let row = record
            .map_err(|_| format!("the row is not CSV of {} cells", columns.len()))
            .map(|record| {
                let cells = columns.iter().map(|column| (*column).to_owned());
                cells.zip(record.iter().map(str::to_owned)).collect()
            })
            .and_then(|row| checked(row, needed))
            .and_then(|row| fits(&row).map(|()| row));
        match row {
            Ok(row) => rows.push(row),
            Err(reason) => tenant.refuse(object, place + 1, reason),
        }
    }
    tenant.files.push(StoredFile {
        object: object.as_str().to_owned(),
        integration,
        sha256: in_hexadecimal(&Sha256::digest(file)),
        rows,
    });
}

fn checked(
    row: BTreeMap<String, String>,
    needed: &[&str],
) -> Result<BTreeMap<String, String>, String> {
    if let Some(missing) = needed.iter().find(|column| row[**column].is_empty()) {
        return Err(format!("{missing} is empty"));
    }
    for column in ["Entity Type", "Parent Entity Type"] {
        let is_known = row
            .get(column)
            .is_none_or(|kind| matches!(kind.as_str(), "identity" | "connection" | "resource"));
        if !is_known {
            return Err(format!("{column} is not identity, connection or resource"));
        }
    }
    let metadata = row["Metadata"].as_str();
    let is_object = serde_json::from_str::<Value>(metadata).is_ok_and(|value| value.is_object());
    if !metadata.is_empty() && !is_object {
        return Err("Metadata is not a JSON object".to_owned());
    }
    Ok(row)
}
