//! The one row that an upload writes:
//! <https://developer.balkan.id/bulk-integrations-upload-api-early-access-12828104e0>.

use std::borrow::Cow;
use std::collections::BTreeSet;

use bbsetup_setup::{ExtractionType, OptionalConfiguration, Provisioning, Secret, WorkspaceId};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::form::FormField;
use crate::integrations::{Integration, OptionalCells, SecretField, SecretType};
use crate::keys::KeyNames;
use crate::table::write_row;

/// The header, exactly as BalkanID's page has it.
const COLUMNS: [&str; 12] = [
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

/// The `Extraction Options` cell of an extraction type. That both kinds of upload are `upload` is
/// read off BalkanID's samples, which have three flags for four types.
pub(crate) fn extraction_options(kind: ExtractionType) -> &'static str {
    match kind {
        ExtractionType::Direct => r#"{"scim":false,"upload":false,"direct_configuration":true}"#,
        ExtractionType::Scim => r#"{"scim":true,"upload":false,"direct_configuration":false}"#,
        ExtractionType::ManualUpload | ExtractionType::AutomatedUpload => {
            r#"{"scim":false,"upload":true,"direct_configuration":false}"#
        }
    }
}

/// The `Provisioning Options` cell with the ways that are on, all others off.
pub(crate) fn provisioning_options(on: &BTreeSet<Provisioning>) -> String {
    let flags: Vec<String> = Provisioning::ALL
        .into_iter()
        .map(|way| format!(r#""{}":{}"#, way.as_str(), on.contains(&way)))
        .collect();
    format!("{{{}}}", flags.join(","))
}

/// The values of BalkanID's Bitbucket form.
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
}

impl Values {
    /// The value of a field of the form that is no secret.
    pub(crate) fn public(&self, field: FormField) -> Option<&str> {
        match field {
            FormField::ApiUrl => Some(&self.api_url),
            FormField::Workspace => Some(&self.workspace),
            FormField::AccountUsername => Some(&self.account),
            FormField::AccessToken | FormField::AccountAppPassword => None,
        }
    }

    fn of(&self, field: FormField) -> Value<'_> {
        match field {
            FormField::AccessToken => Value::Secret(&self.workspace_token),
            FormField::ApiUrl => Value::Public(&self.api_url),
            FormField::Workspace => Value::Public(&self.workspace),
            FormField::AccountUsername => Value::Public(&self.account),
            FormField::AccountAppPassword => Value::Secret(&self.api_token),
        }
    }
}

/// What a row says of where the data comes from.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// BalkanID reads Bitbucket itself.
    Direct {
        /// The names of the keys.
        keys: &'a KeyNames,
        /// The values.
        values: &'a Values,
    },
    /// BalkanID reads a SCIM server. Under which keys it keeps its address and its token nobody has
    /// published, so that a row carries neither.
    Scim,
    /// Files of entities and relations are uploaded.
    Upload,
}

/// The row of one integration.
///
/// An update keeps the app's name and the request values as they are, public fields that it is not
/// about, and what of the optional configuration is not set. A create leaves that to BalkanID.
pub struct UploadRow<'a> {
    /// The app's name in the tenant's list, such as `Bitbucket`.
    pub app_name: &'a str,
    /// The workspace that it is about.
    pub workspace: &'a WorkspaceId,
    /// The integration that is updated; `None` creates one.
    pub existing: Option<&'a Integration>,
    /// The description; empty keeps that of an integration which is updated.
    pub description: &'a str,
    /// The optional configuration.
    pub optional: &'a OptionalConfiguration,
    /// Where the data comes from.
    pub content: Content<'a>,
    /// Whether the row itself starts a sync: where there is no Public API to start one.
    pub sync: bool,
}

/// A column with its value as it may be shown: of a secret no more than its last four characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The column's name.
    pub column: &'static str,
    /// The value.
    pub value: String,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Public(&'a str),
    Secret(&'a Secret),
}

impl<'a> Value<'a> {
    fn masked(self) -> String {
        match self {
            Self::Public(value) => value.to_owned(),
            Self::Secret(secret) => match secret.last_four() {
                Some(four) => format!("•••• {four}"),
                None => "••••".to_owned(),
            },
        }
    }

    fn exposed(self) -> &'a str {
        match self {
            Self::Public(value) => value,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

/// One entry of the `Secrets` cell.
struct Entry<'a> {
    name: &'a str,
    key: &'a str,
    kind: SecretType,
    value: Value<'a>,
}

/// An entry of the `Secrets` cell as it is written.
#[derive(Serialize)]
struct EntryWire<'a> {
    name: &'a str,
    key: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

impl Content<'_> {
    /// The `Extraction Options` cell.
    pub(crate) fn extraction_options(self) -> &'static str {
        extraction_options(match self {
            Self::Direct { .. } => ExtractionType::Direct,
            Self::Scim => ExtractionType::Scim,
            Self::Upload => ExtractionType::AutomatedUpload,
        })
    }
}

impl UploadRow<'_> {
    /// The row column by column, to be shown and confirmed.
    pub fn masked(&self) -> Vec<Masked> {
        let entries = self.entries();
        let masked: Vec<String> = entries.iter().map(|entry| entry.value.masked()).collect();
        let wires = wires(&entries, masked.iter().map(String::as_str));
        let secrets = serde_json::to_string(&wires).unwrap_or_default();
        COLUMNS
            .into_iter()
            .zip(self.cells(&secrets))
            .map(|(column, value)| Masked {
                column,
                value: value.into_owned(),
            })
            .collect()
    }

    /// The whole file, header and row, secrets in clear: for the presigned address alone.
    ///
    /// It is written into memory that is overwritten when dropped, taken large enough at once so
    /// that growing leaves no copy behind.
    pub(crate) fn expose_file(&self) -> Secret {
        let entries = self.entries();
        // One byte of a text may become six in JSON.
        let room: usize = entries
            .iter()
            .map(
                |Entry {
                     name, key, value, ..
                 }| { 64 + 6 * (name.len() + key.len() + value.exposed().len()) },
            )
            .sum();
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        let wires = wires(&entries, entries.iter().map(|entry| entry.value.exposed()));
        let secrets = match serde_json::to_writer(&mut *json, &wires) {
            Ok(()) => std::str::from_utf8(&json).unwrap_or_default(),
            // Texts into memory: there is nothing that could fail.
            Err(_) => "",
        };
        let cells = self.cells(secrets);
        let cells = cells.each_ref().map(AsRef::as_ref);
        let room: usize = COLUMNS
            .iter()
            .chain(&cells)
            .map(|cell: &&str| 2 * cell.len() + 3)
            .sum();
        let mut file = String::with_capacity(room + 2);
        write_row(&mut file, COLUMNS);
        write_row(&mut file, cells);
        Secret::new(file)
    }

    /// The description that is written.
    pub(crate) fn description(&self) -> &str {
        match (self.description, self.existing) {
            ("", Some(existing)) => &existing.description,
            (description, _) => description,
        }
    }

    /// The entries of the form, then what else the tenant's row shows.
    fn entries(&self) -> Vec<Entry<'_>> {
        let held: &[SecretField] = self.existing.map_or(&[], |row| &row.metadata);
        let of_form: Vec<Entry<'_>> = match self.content {
            Content::Direct { keys, values } => FormField::ALL
                .into_iter()
                .map(|field| {
                    let key = keys.key(field);
                    let shown = held.iter().find(|held| held.key == key);
                    Entry {
                        name: shown.map_or(field.label(), |held| &held.name),
                        key,
                        kind: shown.map_or(field.kind(), |held| held.kind),
                        value: values.of(field),
                    }
                })
                .collect(),
            Content::Scim | Content::Upload => Vec::new(),
        };
        let of_form_keys: BTreeSet<&str> = of_form.iter().map(|entry| entry.key).collect();
        let beyond = held
            .iter()
            .filter(|held| !held.value.is_empty())
            .filter(|held| !of_form_keys.contains(held.key.as_str()))
            .map(|held| Entry {
                name: &held.name,
                key: &held.key,
                kind: held.kind,
                value: Value::Public(&held.value),
            });
        let beyond: Vec<Entry<'_>> = beyond.collect();
        of_form.into_iter().chain(beyond).collect()
    }

    fn cells<'a>(&'a self, secrets: &'a str) -> [Cow<'a, str>; 12] {
        // Written where there is no row to keep these cells of.
        static UNTOUCHED: OptionalCells = OptionalCells {
            reviewer_precedence: String::new(),
            provisioning_options: String::new(),
            extraction_options: String::new(),
            reviewer_count: String::new(),
            request_values_templates: String::new(),
            request_values_defaults: String::new(),
        };
        let OptionalCells {
            reviewer_precedence,
            provisioning_options,
            extraction_options: _,
            reviewer_count,
            request_values_templates,
            request_values_defaults,
        } = self.existing.map_or(&UNTOUCHED, |row| &row.optional);
        let precedence = self.optional.reviewers_in_file().map(Cow::Owned);
        let count = self.optional.reviewer_count.map(|count| count.to_string());
        let provisioning = self.optional.provisioning.as_ref();
        let provisioning_held = match provisioning_options.as_str() {
            "" => "{}",
            held => held,
        };
        [
            self.existing.map_or("", |row| &row.id).into(),
            self.existing.map_or(self.app_name, |row| &row.name).into(),
            self.description().into(),
            // Whoever submits wants it to run, also where it was switched off.
            "active".into(),
            secrets.into(),
            match self.sync {
                true => "true".into(),
                false => "false".into(),
            },
            precedence.unwrap_or(reviewer_precedence.into()),
            provisioning.map_or(provisioning_held.into(), |on| {
                Cow::Owned(self::provisioning_options(on))
            }),
            self.content.extraction_options().into(),
            count.map_or(reviewer_count.into(), Cow::Owned),
            request_values_templates.into(),
            request_values_defaults.into(),
        ]
    }
}

fn wires<'a>(
    entries: &'a [Entry<'a>],
    values: impl Iterator<Item = &'a str>,
) -> Vec<EntryWire<'a>> {
    entries
        .iter()
        .zip(values)
        .map(|(entry, value)| EntryWire {
            name: entry.name,
            key: entry.key,
            kind: entry.kind.as_str(),
            value,
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use bbsetup_setup::Reviewer;
    use serde_json::{Value, json};

    use super::*;
    use crate::integrations::tests::{field, row};

    pub(crate) const TOKEN: &str = "ATCTT3x-canary-\"workspace\",token-AAAA1111";
    pub(crate) const API_TOKEN: &str = "ATATT3x-canary-api-token-BBBB2222";

    pub(crate) fn acme() -> WorkspaceId {
        WorkspaceId::parse("acme").expect("an ID")
    }

    pub(crate) fn values() -> Values {
        Values {
            api_url: "https://api.bitbucket.org".into(),
            workspace: "acme".into(),
            account: "svc@acme.example".into(),
            workspace_token: Secret::new(TOKEN),
            api_token: Secret::new(API_TOKEN),
        }
    }

    pub(crate) fn keys() -> KeyNames {
        KeyNames {
            access_token: "k1".into(),
            api_url: "k2".into(),
            workspace: "k3".into(),
            account_username: "k4".into(),
            account_app_password: "k5".into(),
        }
    }

    /// What rows are made of; a row borrows it.
    pub(crate) struct Held {
        workspace: WorkspaceId,
        pub(crate) values: Values,
        keys: KeyNames,
        description: String,
        pub(crate) optional: OptionalConfiguration,
    }

    impl Held {
        pub(crate) fn with(description: &str) -> Self {
            Self {
                workspace: acme(),
                values: values(),
                keys: keys(),
                description: description.into(),
                optional: OptionalConfiguration::default(),
            }
        }

        pub(crate) fn row<'a>(&'a self, existing: Option<&'a Integration>) -> UploadRow<'a> {
            UploadRow {
                app_name: "Bitbucket",
                workspace: &self.workspace,
                existing,
                description: &self.description,
                optional: &self.optional,
                content: Content::Direct {
                    keys: &self.keys,
                    values: &self.values,
                },
                sync: existing.is_none(),
            }
        }
    }

    fn read_back(row: &UploadRow<'_>) -> Vec<(String, String)> {
        let file = row.expose_file();
        let mut reader = csv::Reader::from_reader(file.expose().as_bytes());
        let header = reader.headers().expect("a header").clone();
        let mut records = reader.records();
        let record = records.next().expect("a row").expect("CSV");
        assert!(records.next().is_none(), "one row alone");
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        header.iter().zip(record.iter()).map(owned).collect()
    }

    fn cell<'a>(cells: &'a [(String, String)], column: &str) -> &'a str {
        let found = cells.iter().find(|(name, _)| name == column);
        &found.expect("a column").1
    }

    #[test]
    fn a_create_holds_all_five_values_and_leaves_the_optional_configuration_alone() {
        let held = Held::with("Bitbucket, \"acme\"\nsecond line");
        let cells = read_back(&held.row(None));
        let columns: Vec<&str> = cells.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(columns, COLUMNS);
        assert_eq!(cell(&cells, "ID"), "");
        assert_eq!(cell(&cells, "Name"), "Bitbucket");
        assert_eq!(
            cell(&cells, "Description"),
            "Bitbucket, \"acme\"\nsecond line"
        );
        assert_eq!(cell(&cells, "Sync"), "true");
        assert_eq!(cell(&cells, "Reviewer Precedence"), "");
        let direct = extraction_options(ExtractionType::Direct);
        assert_eq!(cell(&cells, "Extraction Options"), direct);
        let secrets: Value = serde_json::from_str(cell(&cells, "Secrets")).expect("JSON");
        assert_eq!(
            secrets,
            json!([
                {"name": "Bitbucket Access Token", "key": "k1", "type": "secret", "value": TOKEN},
                {"name": "Bitbucket API URL", "key": "k2", "type": "public", "value": "https://api.bitbucket.org"},
                {"name": "Workspace", "key": "k3", "type": "public", "value": "acme"},
                {"name": "Account Username", "key": "k4", "type": "public", "value": "svc@acme.example"},
                {"name": "Account App Password", "key": "k5", "type": "secret", "value": API_TOKEN},
            ])
        );
    }

    #[test]
    fn an_update_keeps_what_it_is_not_about() {
        let mut existing = row("bitbucket/01ABC");
        existing.name = "Bitbucket (old name)".into();
        existing.description = "kept".into();
        existing.status = "inactive".into();
        existing.metadata = vec![
            field("Region", "region", SecretType::Public, "eu"),
            field("Webhook secret", "hook", SecretType::Secret, ""),
            field("Username of Workspace ID", "k3", SecretType::Public, "old"),
        ];
        existing.optional = OptionalCells {
            reviewer_precedence: "manager, primaryowner".into(),
            provisioning_options: "{\"sso\":true}".into(),
            extraction_options: "{}".into(),
            reviewer_count: "2".into(),
            request_values_templates: "t".into(),
            request_values_defaults: "d".into(),
        };
        let held = Held::with("");
        let cells = read_back(&held.row(Some(&existing)));
        let kept: Vec<&str> = [
            "ID",
            "Name",
            "Description",
            "Status",
            "Sync",
            "Reviewer Precedence",
            "Provisioning Options",
            "Extraction Options",
            "Reviewer Count",
            "Entity Request Values Templates",
            "Entity Request Values Defaults",
        ]
        .map(|column| cell(&cells, column))
        .to_vec();
        assert_eq!(
            kept,
            [
                "bitbucket/01ABC",
                "Bitbucket (old name)",
                "kept",
                "active",
                "false",
                "manager, primaryowner",
                "{\"sso\":true}",
                extraction_options(ExtractionType::Direct),
                "2",
                "t",
                "d"
            ]
        );
        let secrets: Value = serde_json::from_str(cell(&cells, "Secrets")).expect("JSON");
        let written: Vec<&str> = secrets
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|entry| entry["key"].as_str())
            .collect();
        assert_eq!(written, ["k1", "k2", "k3", "k4", "k5", "region"]);
        assert_eq!(secrets[2]["value"], "acme");
        assert_eq!(secrets[2]["name"], "Username of Workspace ID");
    }

    #[test]
    fn what_is_set_of_the_optional_configuration_is_written_and_the_rest_is_kept() {
        let mut existing = row("bitbucket/01ABC");
        existing.optional.reviewer_precedence = "manager".into();
        existing.optional.provisioning_options = r#"{"app":true}"#.into();
        existing.optional.reviewer_count = "1".into();
        let mut held = Held::with("");
        held.optional.reviewer_count = Some(2);
        held.optional.provisioning = Some(BTreeSet::from([Provisioning::Ticket]));
        let written = read_back(&held.row(Some(&existing)));
        assert_eq!(cell(&written, "Reviewer Precedence"), "manager");
        assert_eq!(cell(&written, "Reviewer Count"), "2");
        assert_eq!(
            cell(&written, "Provisioning Options"),
            r#"{"sso":false,"app":false,"ticket":true,"scim":false,"webhook":false,"playbook":false}"#
        );
        held.optional.reviewers = vec![Reviewer::RiskManager, Reviewer::FirstLineManager];
        let written = read_back(&held.row(Some(&existing)));
        assert_eq!(
            cell(&written, "Reviewer Precedence"),
            "riskmanager, manager"
        );
        // No sample shows a word for this one: the row then leaves the whole cell as it is.
        held.optional.reviewers.push(Reviewer::BusinessOwner);
        let written = read_back(&held.row(Some(&existing)));
        assert_eq!(cell(&written, "Reviewer Precedence"), "manager");
    }

    #[test]
    fn an_upload_has_no_secrets_and_keeps_what_the_row_shows() {
        let mut existing = row("bitbucket/01ABC");
        existing.metadata = vec![field("Region", "region", SecretType::Public, "eu")];
        let held = Held::with("files");
        let row = UploadRow {
            content: Content::Upload,
            ..held.row(Some(&existing))
        };
        let written = read_back(&row);
        let secrets: Value = serde_json::from_str(cell(&written, "Secrets")).expect("JSON");
        assert_eq!(
            secrets,
            json!([{"name": "Region", "key": "region", "type": "public", "value": "eu"}])
        );
        let options: Value =
            serde_json::from_str(cell(&written, "Extraction Options")).expect("JSON");
        assert_eq!(
            options,
            json!({"scim": false, "upload": true, "direct_configuration": false})
        );
    }

    #[test]
    fn what_is_shown_holds_no_secret_and_nothing_else_is_left_out() {
        let held = Held::with("d");
        let row = held.row(None);
        let masked = row.masked();
        let shown = format!("{masked:?} {:?}", held.values);
        assert!(!shown.contains("canary"), "{shown}");
        let exposed = read_back(&row);
        for (Masked { column, value }, (name, clear)) in masked.iter().zip(&exposed) {
            assert_eq!(column, name);
            if *column == "Secrets" {
                assert!(value.contains("•••• 1111") && value.contains("•••• 2222"));
                assert!(value.contains("svc@acme.example"));
                // The positive control: the file does hold them.
                assert!(clear.contains("canary"));
            } else {
                assert_eq!(value, clear);
            }
        }
    }
}
