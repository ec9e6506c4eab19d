//! Under which keys a tenant keeps Bitbucket's five values.
//!
//! BalkanID does not publish the keys. A tenant that has a Bitbucket integration shows them in its
//! `Metadata`; they are told apart by the labels of BalkanID's form and page, then by the words in
//! label and key. Where that leaves a doubt, nothing is guessed: the doubt is the answer.

use std::collections::BTreeSet;

use bbsetup_setup::problem::Place;
use bbsetup_setup::{Problem, ProblemCode, token};

use crate::form::FormField;
use crate::integrations::{Integration, SecretField, SecretType};

/// What a field of a tenant's row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Of(FormField),
    /// None of the five.
    Other,
    /// Label and key speak of different fields.
    Contradictory,
}

impl Meaning {
    /// A documented label decides; words decide only where label and key do not differ.
    fn of(field: &SecretField) -> Self {
        if let Some(labelled) = FormField::labelled(&field.name) {
            return Self::Of(labelled);
        }
        match (
            FormField::worded(&field.name),
            FormField::worded(&field.key),
        ) {
            (Some(name), Some(key)) if name != key => Self::Contradictory,
            (Some(found), _) | (None, Some(found)) => Self::Of(found),
            (None, None) => Self::Other,
        }
    }
}

/// The names of the keys under which a tenant keeps the five values.
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

impl KeyNames {
    /// Reads the names off one row.
    ///
    /// # Errors
    /// Why they cannot be told for certain.
    pub fn of(row: &Integration) -> Result<Self, KeysUnclear> {
        let seen = || row.metadata.iter().map(KeySeen::of).collect();
        if row.metadata.is_empty() {
            return Err(KeysUnclear {
                why: WhyUnclear::NoKeysShown,
                seen: Vec::new(),
            });
        }
        let found = FormField::ALL.map(|field| fields_of(row, Meaning::Of(field)));
        let contradictory = fields_of(row, Meaning::Contradictory);
        let fields_where = |is_so: fn(FormField, &[&SecretField]) -> bool| -> Vec<FormField> {
            FormField::ALL
                .into_iter()
                .zip(&found)
                .filter(|(field, keys)| is_so(*field, keys))
                .map(|(field, _)| field)
                .collect()
        };
        let marked_public = fields_where(|field, keys| {
            field.is_secret() && keys.iter().any(|key| key.kind == SecretType::Public)
        });
        match found.each_ref().map(Vec::as_slice) {
            [[token], [url], [workspace], [username], [password]]
                if contradictory.is_empty() && marked_public.is_empty() =>
            {
                Ok(Self {
                    access_token: token.key.clone(),
                    api_url: url.key.clone(),
                    workspace: workspace.key.clone(),
                    account_username: username.key.clone(),
                    account_app_password: password.key.clone(),
                })
            }
            _ => Err(KeysUnclear {
                why: WhyUnclear::Fields {
                    missing: fields_where(|_, keys| keys.is_empty()),
                    several: fields_where(|_, keys| keys.len() > 1),
                    contradictory: contradictory
                        .into_iter()
                        .map(|field| field.key.clone())
                        .collect(),
                    marked_public,
                },
                seen: seen(),
            }),
        }
    }

    /// The key of a field.
    pub fn key(&self, field: FormField) -> &str {
        match field {
            FormField::AccessToken => &self.access_token,
            FormField::ApiUrl => &self.api_url,
            FormField::Workspace => &self.workspace,
            FormField::AccountUsername => &self.account_username,
            FormField::AccountAppPassword => &self.account_app_password,
        }
    }

    /// Takes names that an admin typed or confirmed; spaces around them do not matter.
    ///
    /// # Errors
    /// `value_missing`, `wrong_field` for a token in a name's place, `value_unreadable` for what
    /// cannot be five different keys.
    pub fn confirmed(self) -> Result<Self, Problem> {
        let Self {
            access_token,
            api_url,
            workspace,
            account_username,
            account_app_password,
        } = self;
        let names = Self {
            access_token: access_token.trim().to_owned(),
            api_url: api_url.trim().to_owned(),
            workspace: workspace.trim().to_owned(),
            account_username: account_username.trim().to_owned(),
            account_app_password: account_app_password.trim().to_owned(),
        };
        for field in FormField::ALL {
            refuse_unusable_name(field, names.key(field))?;
        }
        let different: BTreeSet<&str> = FormField::ALL.map(|field| names.key(field)).into();
        match different.len() == FormField::ALL.len() {
            true => Ok(names),
            false => Err(name_problem(
                ProblemCode::ValueUnreadable,
                "Two of the five keys have the same name.",
            )),
        }
    }
}

fn fields_of(row: &Integration, meaning: Meaning) -> Vec<&SecretField> {
    row.metadata
        .iter()
        .filter(|field| Meaning::of(field) == meaning)
        .collect()
}

fn refuse_unusable_name(field: FormField, name: &str) -> Result<(), Problem> {
    let label = field.label();
    if name.is_empty() {
        return Err(name_problem(
            ProblemCode::ValueMissing,
            &format!("The name of the key for {label} is empty."),
        ));
    }
    if token::looks_like_token(name) {
        return Err(name_problem(
            ProblemCode::WrongField,
            &format!(
                "This is a token, and the name of the key for {label} was asked for; the token has a field of its own."
            ),
        ));
    }
    if name.len() > 100 || !name.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(name_problem(
            ProblemCode::ValueUnreadable,
            &format!("The name of the key for {label} holds spaces or is too long for a key."),
        ));
    }
    Ok(())
}

fn name_problem(code: ProblemCode, message: &str) -> Problem {
    Problem::new(code, message).on_field("keys")
}

/// One key as a row shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySeen {
    /// The label.
    pub name: String,
    /// The key.
    pub key: String,
}

impl KeySeen {
    fn of(field: &SecretField) -> Self {
        Self {
            name: field.name.clone(),
            key: field.key.clone(),
        }
    }
}

/// Why the keys cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysUnclear {
    /// The reason.
    pub why: WhyUnclear,
    /// What the row shows, without values; empty where there is no row.
    pub seen: Vec<KeySeen>,
}

/// The reason why keys cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyUnclear {
    /// The tenant has no Bitbucket integration.
    NoRow,
    /// It has, and the row shows no keys.
    NoKeysShown,
    /// Not each of the five has exactly one key.
    Fields {
        /// Fields without a key.
        missing: Vec<FormField>,
        /// Fields for which there are several.
        several: Vec<FormField>,
        /// Keys whose label says something else than the key.
        contradictory: Vec<String>,
        /// Secret fields whose key is marked public: a value sent to it would be shown.
        marked_public: Vec<FormField>,
    },
    /// Two rows of the tenant name different keys.
    RowsDiffer,
}

impl KeysUnclear {
    /// The doubt as a warning, since the assisted route needs no keys.
    pub fn problem(&self) -> Problem {
        let why = match &self.why {
            WhyUnclear::NoRow => {
                "BalkanID does not publish the keys under which it keeps Bitbucket's values, and this tenant has no Bitbucket integration to read them from.".to_owned()
            }
            WhyUnclear::NoKeysShown => {
                "The tenant's Bitbucket integration does not show the keys of its values.".to_owned()
            }
            WhyUnclear::Fields {
                missing,
                several,
                contradictory,
                marked_public,
            } => {
                let mut parts = vec!["The keys of the tenant's Bitbucket integration cannot be told apart for certain.".to_owned()];
                parts.extend(about("No key is found for", missing));
                parts.extend(about("Several keys could be", several));
                if !contradictory.is_empty() {
                    parts.push(format!("Label and key differ for {}.", contradictory.join(", ")));
                }
                parts.extend(about("A key marked public is found for", marked_public));
                parts.join(" ")
            }
            WhyUnclear::RowsDiffer => {
                "Two Bitbucket integrations of the tenant name different keys.".to_owned()
            }
        };
        Problem::new(ProblemCode::ValueMissing, why)
            .with_hints(vec![
                "Fill in BalkanID's form beside this program, or confirm the five keys yourself."
                    .to_owned(),
            ])
            .on_field("keys")
            .mended_at(Place::BalkanIdIntegrations)
            .as_warning()
    }
}

fn about(words: &str, fields: &[FormField]) -> Option<String> {
    let labels: Vec<&str> = fields.iter().map(|field| field.label()).collect();
    (!labels.is_empty()).then(|| format!("{words} {}.", labels.join(", ")))
}

/// Tells the names from the tenant's rows.
///
/// `own` is the row that is to be updated: then it alone counts. Else every Bitbucket row that
/// shows all five is asked, and all have to agree.
///
/// # Errors
/// Why they cannot be told for certain.
pub fn keys_of(rows: &[Integration], own: Option<&Integration>) -> Result<KeyNames, KeysUnclear> {
    if let Some(own) = own {
        return KeyNames::of(own);
    }
    let mut told: Vec<KeyNames> = Vec::new();
    let mut unclear = None;
    for row in rows.iter().filter(|row| row.is_bitbucket()) {
        match KeyNames::of(row) {
            Ok(names) => told.push(names),
            Err(why) => unclear = unclear.or(Some(why)),
        }
    }
    let Some(names) = told.pop() else {
        return Err(unclear.unwrap_or(KeysUnclear {
            why: WhyUnclear::NoRow,
            seen: Vec::new(),
        }));
    };
    match told.iter().all(|other| *other == names) {
        true => Ok(names),
        false => Err(KeysUnclear {
            why: WhyUnclear::RowsDiffer,
            seen: Vec::new(),
        }),
    }
}

/// The workspace that a row shows; nothing where it shows none for certain.
pub(crate) fn workspace_shown(row: &Integration) -> Option<&str> {
    match fields_of(row, Meaning::Of(FormField::Workspace)).as_slice() {
        [field] if !field.value.is_empty() => Some(&field.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::tests::{field, row};

    use SecretType::{Public, Secret};

    fn row_with(fields: &[(&str, &str, SecretType)]) -> Integration {
        let mut row = row("bitbucket/1");
        row.metadata = fields
            .iter()
            .map(|(name, key, kind)| field(name, key, *kind, ""))
            .collect();
        row
    }

    fn names(row: &Integration) -> Vec<String> {
        let names = KeyNames::of(row).expect("five keys");
        FormField::ALL
            .map(|field| names.key(field).to_owned())
            .to_vec()
    }

    #[test]
    fn the_labels_of_the_form_tell_keys_that_say_nothing() {
        let row = row_with(&[
            ("Account App Password", "k5", Secret),
            ("Bitbucket Access Token", "k1", Secret),
            ("Workspace", "k3", Public),
            ("Account Username", "k4", Public),
            ("Bitbucket API URL", "k2", Public),
        ]);
        assert_eq!(names(&row), ["k1", "k2", "k3", "k4", "k5"]);
    }

    #[test]
    fn the_labels_of_the_page_outrank_what_a_key_sounds_like() {
        let row = row_with(&[
            (
                "Bitbucket Access token of Workspace (Organization)",
                "token",
                Secret,
            ),
            (
                "Bitbucket API Url (example: https://api.bucket.org)",
                "host",
                Public,
            ),
            (
                "Username of Workspace ID (example: myworkspace)",
                "username",
                Public,
            ),
            (
                "Bitbucket Account Username (example: janesmith)",
                "account",
                Public,
            ),
            ("BitBucket App Password", "pass", Secret),
        ]);
        assert_eq!(
            names(&row),
            ["token", "host", "username", "account", "pass"]
        );
    }

    #[test]
    fn words_tell_labels_that_nobody_has_documented() {
        let row = row_with(&[
            ("", "accessToken", Secret),
            ("Base URL", "baseUrl", Public),
            ("Your workspace", "ws", Public),
            ("Account e-mail", "account_email", Public),
            ("Account API token", "apiToken", Secret),
        ]);
        assert_eq!(
            names(&row),
            ["accessToken", "baseUrl", "ws", "account_email", "apiToken"]
        );
    }

    fn unclear(fields: &[(&str, &str, SecretType)]) -> WhyUnclear {
        KeyNames::of(&row_with(fields)).expect_err("a doubt").why
    }

    const FORM: [(&str, &str, SecretType); 5] = [
        ("Bitbucket Access Token", "access_token", Secret),
        ("Bitbucket API URL", "api_url", Public),
        ("Workspace", "workspace", Public),
        ("Account Username", "account_username", Public),
        ("Account App Password", "account_app_password", Secret),
    ];

    #[test]
    fn two_that_match_are_a_doubt() {
        let mut fields = FORM.to_vec();
        fields.push(("Workspace ID", "workspace_id", Public));
        assert_eq!(
            unclear(&fields),
            WhyUnclear::Fields {
                missing: vec![],
                several: vec![FormField::Workspace],
                contradictory: vec![],
                marked_public: vec![],
            }
        );
    }

    #[test]
    fn one_that_is_missing_is_a_doubt_as_with_integrations_from_before_the_two_new_fields() {
        let WhyUnclear::Fields { missing, .. } = unclear(&FORM[..3]) else {
            panic!("another reason");
        };
        assert_eq!(
            missing,
            [FormField::AccountUsername, FormField::AccountAppPassword]
        );
    }

    #[test]
    fn a_bare_token_is_neither_of_the_two() {
        let mut fields = FORM.to_vec();
        fields[0] = ("Token", "api_token", Secret);
        let WhyUnclear::Fields { missing, .. } = unclear(&fields) else {
            panic!("another reason");
        };
        assert_eq!(missing, [FormField::AccessToken]);
    }

    #[test]
    fn a_label_and_a_key_that_differ_are_a_doubt() {
        let mut fields = FORM.to_vec();
        fields[2] = ("Name of the workspace", "email", Public);
        let WhyUnclear::Fields { contradictory, .. } = unclear(&fields) else {
            panic!("another reason");
        };
        assert_eq!(contradictory, ["email"]);
    }

    #[test]
    fn a_secret_is_never_put_under_a_key_that_is_marked_public() {
        let mut fields = FORM.to_vec();
        fields[4].2 = Public;
        let WhyUnclear::Fields { marked_public, .. } = unclear(&fields) else {
            panic!("another reason");
        };
        assert_eq!(marked_public, [FormField::AccountAppPassword]);
    }

    #[test]
    fn rows_have_to_agree_and_rows_of_other_apps_do_not_count() {
        let mut aws = row_with(&FORM);
        aws.id = "aws/1".into();
        aws.name = "Amazon Web Services".into();
        assert_eq!(
            keys_of(&[aws.clone()], None).map_err(|unclear| unclear.why),
            Err(WhyUnclear::NoRow)
        );
        let mut other = row_with(&FORM);
        other.metadata[1].key = "url".into();
        let rows = [aws, row_with(&FORM), other];
        assert_eq!(
            keys_of(&rows, None).map_err(|unclear| unclear.why),
            Err(WhyUnclear::RowsDiffer)
        );
        let own = keys_of(&rows, Some(&rows[2])).expect("the own row alone counts");
        assert_eq!(own.api_url, "url");
        assert_eq!(
            keys_of(&rows, Some(&row("bitbucket/9"))).map_err(|unclear| unclear.why),
            Err(WhyUnclear::NoKeysShown)
        );
    }

    #[test]
    fn every_doubt_is_a_warning_with_words_and_no_value() {
        let mut row = row_with(&FORM[..2]);
        row.metadata[1].value = "canary-value".into();
        let unclear = KeyNames::of(&row).expect_err("a doubt");
        let problem = unclear.problem();
        assert_eq!(problem.severity, bbsetup_setup::Severity::Warning);
        assert!(
            problem.message.contains("Account App Password"),
            "{problem}"
        );
        assert!(!format!("{unclear:?}{problem:?}").contains("canary"));
    }

    #[test]
    fn confirmed_names_are_five_different_keys() {
        let names = KeyNames {
            access_token: " access_token ".into(),
            api_url: "api_url".into(),
            workspace: "workspace".into(),
            account_username: "account_username".into(),
            account_app_password: "account_app_password".into(),
        };
        let taken = names.clone().confirmed().expect("five names");
        assert_eq!(taken.access_token, "access_token");
        let refused = |change: fn(&mut KeyNames)| {
            let mut names = names.clone();
            change(&mut names);
            names.confirmed().expect_err("not usable").code
        };
        assert_eq!(
            refused(|names| names.workspace.clear()),
            ProblemCode::ValueMissing
        );
        assert_eq!(
            refused(|names| names.workspace = "api_url".into()),
            ProblemCode::ValueUnreadable
        );
        assert_eq!(
            refused(|names| names.workspace = "two words".into()),
            ProblemCode::ValueUnreadable
        );
        assert_eq!(
            refused(|names| names.access_token = format!("ATCTT3x{}", "a".repeat(40))),
            ProblemCode::WrongField
        );
    }
}
