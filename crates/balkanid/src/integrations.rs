//! The integrations of a tenant, as its file lists them.

use bbsetup_setup::{ExtractionType, Problem, token};
use serde_json::Value;

use crate::BalkanId;
use crate::bulk::{self, Object};
use crate::one_line::one_line;
use crate::refusal::Doing;
use crate::table::{Cells, Table};

/// The columns without which neither our integration nor its state could be told.
const REQUIRED: [&str; 6] = ["ID", "Name", "Last Run", "Status", "Message", "Metadata"];

/// One row of the integrations file:
/// <https://developer.balkan.id/apidoc/bulk-integrations-download-api-early-access-12828103e0>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integration {
    /// BalkanID's ID, such as `bitbucket/01H965ZRNQHAS2B8GKJA85X75D`; it holds a slash.
    pub id: String,
    /// The app's name.
    pub name: String,
    /// The description.
    pub description: String,
    /// When it last ran, ISO 8601 as BalkanID writes it; empty when never.
    pub last_run: String,
    /// `active` or `inactive`.
    pub status: String,
    /// The Primary Application owner's e-mail.
    pub primary_owner: String,
    /// The message of the last sync, as one line.
    pub message: String,
    /// The credential's fields; empty where the cell is empty or cannot be read.
    pub metadata: Vec<SecretField>,
    /// The cells of the optional configuration, as they stand.
    pub optional: OptionalCells,
}

/// The cells that an update leaves as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionalCells {
    /// `Reviewer Precedence`
    pub reviewer_precedence: String,
    /// `Provisioning Options`
    pub provisioning_options: String,
    /// `Extraction Options`, which an update does set
    pub extraction_options: String,
    /// `Reviewer Count`
    pub reviewer_count: String,
    /// `Entity Request Values Templates`
    pub request_values_templates: String,
    /// `Entity Request Values Defaults`
    pub request_values_defaults: String,
}

/// One field of an integration's credential: `{name, key, type, value}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretField {
    /// The label on the form.
    pub name: String,
    /// The key under which BalkanID keeps it.
    pub key: String,
    /// Whether its value may be shown.
    pub kind: SecretType,
    /// The value of a public field. That of a secret one is never kept, even where a file holds it.
    pub value: String,
}

/// BalkanID's two types of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretType {
    /// The value may be shown.
    Public,
    /// The value may not be shown. Any type that is not known here counts as this one.
    Secret,
}

impl SecretType {
    /// The type as BalkanID writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Secret => "secret",
        }
    }
}

impl Integration {
    /// Whether this integrates Bitbucket: by its ID (`<app>/<ULID>`) or by its app's name.
    pub fn is_bitbucket(&self) -> bool {
        let of_bitbucket = |text: &str| text.eq_ignore_ascii_case("bitbucket");
        self.id
            .split_once('/')
            .is_some_and(|(app, _)| of_bitbucket(app))
            || of_bitbucket(&self.name)
    }

    /// Whether the row is of an extraction type; nothing where it shows none.
    pub fn is_of(&self, kind: ExtractionType) -> Option<bool> {
        let options: Value = serde_json::from_str(&self.optional.extraction_options).ok()?;
        let is_on = |flag: &str| options[flag] == Value::Bool(true);
        let shows_one = ["scim", "upload", "direct_configuration"]
            .into_iter()
            .any(is_on);
        let flag = match kind {
            ExtractionType::Direct => "direct_configuration",
            ExtractionType::Scim => "scim",
            ExtractionType::ManualUpload | ExtractionType::AutomatedUpload => "upload",
        };
        shows_one.then(|| is_on(flag))
    }

    /// The public value under a key, where the row shows one.
    pub fn public_value(&self, key: &str) -> Option<&str> {
        self.metadata
            .iter()
            .find(|field| field.key == key && !field.value.is_empty())
            .map(|field| field.value.as_str())
    }

    fn of(cells: &Cells<'_>) -> Self {
        Self {
            id: cells.text("ID"),
            name: cells.text("Name"),
            description: cells.exact("Description"),
            last_run: one_line(&cells.text("Last Run")),
            status: one_line(&cells.text("Status")),
            primary_owner: one_line(&cells.text("Primary Owner")),
            message: one_line(&cells.text("Message")),
            metadata: read_metadata(&cells.text("Metadata")),
            optional: OptionalCells {
                reviewer_precedence: cells.exact("Reviewer Precedence"),
                provisioning_options: cells.exact("Provisioning Options"),
                extraction_options: cells.exact("Extraction Options"),
                reviewer_count: cells.exact("Reviewer Count"),
                request_values_templates: cells.exact("Entity Request Values Templates"),
                request_values_defaults: cells.exact("Entity Request Values Defaults"),
            },
        }
    }
}

/// Reads a `Metadata` cell: a JSON list of `{name, key, type, value}`. What is not of that shape is
/// left out; a field without a key is of no use to anybody.
fn read_metadata(cell: &str) -> Vec<SecretField> {
    let Ok(Value::Array(fields)) = serde_json::from_str(cell) else {
        return Vec::new();
    };
    fields.iter().filter_map(read_field).collect()
}

fn read_field(field: &Value) -> Option<SecretField> {
    let text = |name: &str| field.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = text("key").trim();
    if key.is_empty() || token::looks_like_token(key) {
        return None;
    }
    let value = text("value").trim();
    let kind = match text("type").to_ascii_lowercase().as_str() {
        "public" => SecretType::Public,
        _ => SecretType::Secret,
    };
    let may_be_kept = kind == SecretType::Public && !token::looks_like_token(value);
    Some(SecretField {
        name: text("name").trim().to_owned(),
        key: key.to_owned(),
        kind,
        value: match may_be_kept {
            true => value.to_owned(),
            false => String::new(),
        },
    })
}

/// Reads the whole file.
pub(crate) fn read_rows(file: &[u8]) -> Result<Vec<Integration>, Problem> {
    let table = Table::read(file, &REQUIRED)
        .map_err(|wrong| Doing::ReadIntegrations.unreadable(&wrong.sentence()))?;
    Ok(table
        .rows()
        .map(|cells| Integration::of(&cells))
        .filter(|row| !row.id.is_empty())
        .collect())
}

impl BalkanId {
    /// Reads every integration of the tenant, of all apps.
    ///
    /// # Errors
    /// As [`BalkanId::apps`].
    pub async fn integrations(&self) -> Result<Vec<Integration>, Problem> {
        let file = bulk::download(self, Object::Integrations, Doing::ReadIntegrations).await?;
        read_rows(&file)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use bbsetup_setup::ProblemCode;

    use super::*;

    /// A row with nothing in it but what a test is about.
    pub(crate) fn row(id: &str) -> Integration {
        Integration {
            id: id.to_owned(),
            name: "Bitbucket".to_owned(),
            status: "active".to_owned(),
            ..Integration::default()
        }
    }

    /// A field, its value given.
    pub(crate) fn field(name: &str, key: &str, kind: SecretType, value: &str) -> SecretField {
        SecretField {
            name: name.to_owned(),
            key: key.to_owned(),
            kind,
            value: value.to_owned(),
        }
    }

    #[test]
    fn a_row_is_read_with_unknown_columns_and_empty_cells() {
        let file = concat!(
            "ID,Name,Description,Last Run,Status,Primary Owner,Message,Metadata,Novelty\n",
            "bitbucket/1,Bitbucket,\"a, b\",2021-07-26T18:00:00Z,active,o@a.example,1 error occured,",
            "\"[{\"\"name\"\":\"\"Workspace\"\",\"\"key\"\":\"\"ws\"\",\"\"type\"\":\"\"public\"\",\"\"value\"\":\"\"acme\"\"}]\",x\n",
            "aws/2,Amazon Web Services,,,inactive,,,,\n",
            ",a row without an ID,,,,,,,\n",
        );
        let rows = read_rows(file.as_bytes()).expect("rows");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].description, "a, b");
        assert_eq!(rows[0].message, "1 error occured");
        assert_eq!(
            rows[0].metadata,
            [field("Workspace", "ws", SecretType::Public, "acme")]
        );
        assert!(rows[0].is_bitbucket());
        assert_eq!(rows[1].last_run, "");
        assert!(!rows[1].is_bitbucket());
    }

    #[test]
    fn a_file_without_a_column_that_answers_hang_on_is_unreadable() {
        let problem = read_rows(b"ID,Name,Status,Message,Last Run\n").expect_err("no Metadata");
        assert_eq!(problem.code, ProblemCode::UnreadableReply);
        assert!(problem.message.contains("Metadata"), "{problem}");
    }

    #[test]
    fn no_secret_value_is_kept_whatever_the_file_holds() {
        let token = format!("ATCTT3xFfGN0canary{}", "a".repeat(30));
        let cell = serde_json::json!([
            {"name": "Token", "key": "access_token", "type": "secret", "value": "canary-secret"},
            {"name": "Untyped", "key": "untyped", "value": "canary-untyped"},
            {"name": "Mistyped", "key": "mistyped", "type": "public", "value": token},
            {"name": "No key", "type": "public", "value": "x"},
            "no object",
        ]);
        let fields = read_metadata(&cell.to_string());
        assert_eq!(fields.len(), 3);
        assert!(!format!("{fields:?}").contains("canary"), "{fields:?}");
    }

    #[test]
    fn a_cell_that_is_no_list_of_fields_holds_none() {
        for cell in ["", "{}", "null", "not JSON", "[1, null]"] {
            assert_eq!(read_metadata(cell), [], "{cell}");
        }
    }
}
