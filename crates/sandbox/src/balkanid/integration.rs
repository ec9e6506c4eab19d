//! An integration as the practice BalkanID holds it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::world::uuid_of;

/// The practice server's own names for Bitbucket's keys: label, key, type. BalkanID publishes none;
/// a client has to read them off a row of the tenant or let a person confirm them.
pub(crate) const KEYS: [(&str, &str, FieldType); 5] = [
    ("Bitbucket Access Token", "access_token", FieldType::Secret),
    ("Bitbucket API URL", "api_url", FieldType::Public),
    ("Workspace", "workspace", FieldType::Public),
    ("Account Username", "account_username", FieldType::Public),
    (
        "Account App Password",
        "account_app_password",
        FieldType::Secret,
    ),
];

/// Whether BalkanID shows a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Shown in downloads.
    Public,
    /// Blank in downloads.
    Secret,
}

impl FieldType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Secret => "secret",
        }
    }
}

/// One of an integration's credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// The label on the form.
    pub name: String,
    /// Whether it is shown.
    pub kind: FieldType,
    /// The value, secret or not.
    pub value: String,
}

impl fmt::Debug for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match self.kind {
            FieldType::Public => self.value.as_str(),
            FieldType::Secret => "REDACTED",
        };
        formatter
            .debug_struct("Field")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("value", &value)
            .finish()
    }
}

/// An integration as the practice BalkanID holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// BalkanID's ID.
    pub id: String,
    /// The app's name.
    pub name: String,
    /// The description.
    pub description: String,
    /// `active` or `inactive`.
    pub status: String,
    /// The message of the last sync, or why the last row was refused.
    pub message: String,
    /// When it last ran, such as `2026-11-20T18:00:00Z`; empty when never.
    pub last_run: String,
    /// The owner's e-mail, which the API cannot set.
    pub primary_owner: String,
    /// The credentials by key.
    pub secrets: BTreeMap<String, Field>,
    /// The columns that are kept as they are.
    pub other: BTreeMap<String, String>,
    /// How often it was written.
    pub writes: u32,
    /// How many more downloads show the sync that is under way as running.
    pub(super) syncing: Option<u32>,
}

impl Integration {
    /// A new one, which never ran.
    pub(super) fn new(app: &str, number: u32) -> Self {
        Self {
            id: id_of(app, &format!("created/{number}")),
            name: String::new(),
            description: String::new(),
            status: "inactive".to_owned(),
            message: String::new(),
            last_run: String::new(),
            primary_owner: String::new(),
            secrets: BTreeMap::new(),
            other: BTreeMap::new(),
            writes: 0,
            syncing: None,
        }
    }

    /// One that the tenant has for a workspace.
    pub(super) fn existing(workspace: &str) -> Self {
        let value = |key: &str| match key {
            "workspace" => workspace.to_owned(),
            "api_url" => "https://api.bitbucket.org".to_owned(),
            "account_username" => format!("balkanid@{workspace}.example"),
            _ => format!("an older practice secret of {workspace}"),
        };
        let field = |(name, key, kind): (&str, &str, FieldType)| {
            let field = Field {
                name: name.to_owned(),
                kind,
                value: value(key),
            };
            (key.to_owned(), field)
        };
        let other = [
            ("Reviewer Precedence", "manager, primaryowner"),
            ("Provisioning Options", "{}"),
            (
                "Extraction Options",
                "{\"scim\":false,\"upload\":false,\"direct_configuration\":true}",
            ),
            ("Reviewer Count", "2"),
        ];
        Self {
            id: id_of("bitbucket", workspace),
            name: "Bitbucket".to_owned(),
            description: format!("Bitbucket of {workspace}"),
            status: "active".to_owned(),
            message: "Data Available".to_owned(),
            last_run: "2026-11-20T18:00:00Z".to_owned(),
            primary_owner: format!("owner@{workspace}.example"),
            secrets: KEYS.into_iter().map(field).collect(),
            other: other
                .map(|(column, value)| (column.to_owned(), value.to_owned()))
                .into(),
            writes: 0,
            syncing: None,
        }
    }
}

/// IDs look like `bitbucket/01H965ZRNQHAS2B8GKJA85X75D`: the app and a ULID.
fn id_of(app: &str, seed: &str) -> String {
    let letters: String = uuid_of(seed)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    format!("{app}/01{}", letters.to_uppercase())
}
