//! The storage behind presigned addresses: a server of its own, to which no credential may be sent.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use super::{Integration, Tenant, id_of, move_syncs_on, text};
use crate::server::{Asked, Shared};

/// The header of an upload, exactly as BalkanID's page has it.
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

/// The header of a download.
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

/// What a presigned address is for.
pub(crate) enum Presigned {
    Download {
        signature: String,
        content: String,
        polls_left: u32,
    },
    Upload {
        signature: String,
        object: String,
    },
}

pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Response<Body> {
    let mut tenant = shared.tenant();
    let credentials = ["authorization", "x-api-key-id", "x-api-key-secret"];
    if credentials.iter().any(|name| asked.header(name).is_some()) {
        tenant.breaches += 1;
        return text(
            400,
            "application/xml",
            "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>",
        );
    }
    let denied = || {
        text(
            403,
            "application/xml",
            "<Error><Code>AccessDenied</Code></Error>",
        )
    };
    let given = asked
        .query
        .get("X-Amz-Signature")
        .cloned()
        .unwrap_or_default();
    match (asked.method.as_str(), tenant.presigned.get_mut(&asked.path)) {
        (
            "HEAD" | "GET",
            Some(Presigned::Download {
                signature,
                content,
                polls_left,
            }),
        ) if *signature == given => {
            if *polls_left > 0 {
                *polls_left -= 1;
                return text(404, "application/xml", "");
            }
            let content = if asked.method == "GET" {
                content.clone()
            } else {
                String::new()
            };
            text(200, "text/csv", &content)
        }
        ("PUT", Some(Presigned::Upload { signature, object })) if *signature == given => {
            let object = object.clone();
            // A presigned address takes one upload.
            tenant.presigned.remove(&asked.path);
            if object == "integrations" {
                take_integrations(&mut tenant, &asked.body);
            }
            text(200, "application/xml", "")
        }
        _ => denied(),
    }
}

fn take_integrations(tenant: &mut Tenant, body: &[u8]) {
    let mut reader = csv::Reader::from_reader(body);
    let columns: Vec<String> = reader
        .headers()
        .map(|header| header.iter().map(str::to_owned).collect())
        .unwrap_or_default();
    if columns != UPLOAD_COLUMNS {
        return;
    }
    for row in reader.records().flatten() {
        let cells: BTreeMap<&str, &str> = UPLOAD_COLUMNS.into_iter().zip(row.iter()).collect();
        let cell = |name: &str| cells.get(name).copied().unwrap_or_default();
        let number = tenant.next_number();
        let place = tenant
            .integrations
            .iter()
            .position(|integration| integration.id == cell("ID"));
        if cell("ID").is_empty() {
            let id = id_of(&format!("created/{number}"));
            let mut created = Integration {
                id,
                status: "inactive".to_owned(),
                ..Integration::default()
            };
            write(&mut created, &cell);
            tenant.integrations.push(created);
        } else if let Some(place) = place {
            write(&mut tenant.integrations[place], &cell);
        }
    }
}

fn write<'a>(integration: &mut Integration, cell: &impl Fn(&str) -> &'a str) {
    integration.name = cell("Name").to_owned();
    integration.description = cell("Description").to_owned();
    integration.writes += 1;
    let secrets: Value = serde_json::from_str(cell("Secrets")).unwrap_or_default();
    for secret in secrets.as_array().into_iter().flatten() {
        let text = |name: &str| secret[name].as_str().unwrap_or_default().to_owned();
        // A secret that is sent empty keeps its value.
        if !text("value").is_empty() {
            integration
                .secrets
                .insert(text("key"), (text("name"), text("type"), text("value")));
        }
    }
    for name in [
        "Reviewer Precedence",
        "Provisioning Options",
        "Extraction Options",
        "Reviewer Count",
    ] {
        integration
            .other
            .insert(name.to_owned(), cell(name).to_owned());
    }
    if cell("Sync") == "true" {
        integration.syncing = Some(1);
    }
}

pub(super) fn apps_csv(shared: &Shared) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let tenant = shared.scenario.balkanid.tenant.as_str();
    let columns = [
        "Tenant ID",
        "Tenant Name",
        "Tenant Status",
        "Tenant Created At",
        "ID",
        "Name",
        "Description",
        "Logo",
    ];
    let rows = [
        columns,
        [
            "practice",
            tenant,
            "active",
            "2025-01-01T00:00:00Z",
            "aws",
            "Amazon Web Services",
            "",
            "",
        ],
        [
            "practice",
            tenant,
            "active",
            "2025-01-01T00:00:00Z",
            "bitbucket",
            "Bitbucket",
            "",
            "",
        ],
        [
            "practice",
            tenant,
            "active",
            "2025-01-01T00:00:00Z",
            "github",
            "GitHub",
            "",
            "",
        ],
    ];
    finish(
        rows.iter().try_for_each(|row| writer.write_record(row)),
        writer,
    )
}

pub(super) fn integrations_csv(tenant: &mut Tenant, shared: &Shared) -> String {
    move_syncs_on(tenant, shared);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut written = writer.write_record(DOWNLOAD_COLUMNS);
    for integration in &tenant.integrations {
        let metadata: Vec<Value> = integration
            .secrets
            .iter()
            .map(|(key, (name, kind, value))| {
                let shown = if kind == "public" { value.as_str() } else { "" };
                json!({"name": name, "key": key, "type": kind, "value": shown})
            })
            .collect();
        let other = |name: &str| integration.other.get(name).cloned().unwrap_or_default();
        let syncing = integration.syncing.is_some();
        written = written.and_then(|()| {
            writer.write_record([
                integration.id.clone(),
                integration.name.clone(),
                integration.description.clone(),
                integration.last_run.clone(),
                integration.status.clone(),
                integration.primary_owner.clone(),
                if syncing {
                    String::new()
                } else {
                    integration.message.clone()
                },
                Value::Array(metadata).to_string(),
                other("Reviewer Precedence"),
                other("Provisioning Options"),
                other("Extraction Options"),
                other("Reviewer Count"),
                String::new(),
                String::new(),
            ])
        });
    }
    finish(written, writer)
}

fn finish(written: csv::Result<()>, writer: csv::Writer<Vec<u8>>) -> String {
    match (written, writer.into_inner()) {
        (Ok(()), Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}
