//! One-click export of the configuration, and its encrypted form with the secrets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use bbsetup_setup::{
    Draft, Extraction, ExtractionType, OptionalConfiguration, Owner, Problem, ProblemCode, Secret,
    SecretSlot, Setup,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::files::{Existing, write_whole};
use crate::inputs::variable;
use crate::json::{
    DraftJson, ExportFormatJson, ExportJson, ExtractionJson, ProvisioningJson, ReviewerJson,
};

/// A shorter passphrase can be tried out by a machine.
const SHORTEST_PASSPHRASE: usize = 12;
/// More than five secrets of the longest kind take: a buffer that grows leaves unwiped copies.
const PLAIN_TEXT_ROOM: usize = 64 * 1024;

/// The configuration, as it is exported. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Configuration {
    schema: &'static str,
    /// The workspace ID.
    pub workspace: String,
    /// Bitbucket's API URL, where BalkanID reads Bitbucket itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
    /// The account's e-mail, where BalkanID reads Bitbucket itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The SCIM server's base address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_url: Option<String>,
    /// The SCIM server's user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_user: Option<String>,
    /// The folder of the CSV files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// BalkanID's REST base.
    pub balkanid_url: String,
    /// BalkanID's Public API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balkanid_public_url: Option<String>,
    /// The integration's ID at BalkanID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<String>,
    /// The Primary Application owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_owner: Option<String>,
    /// The Secondary Application Owner(s).
    pub secondary_owners: Vec<String>,
    /// The description.
    pub description: String,
    /// The extraction type.
    pub extraction: ExtractionJson,
    /// Who reviews, the first first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reviewers: Vec<ReviewerJson>,
    /// How many review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_count: Option<u8>,
    /// The ways of provisioning that are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning: Option<Vec<ProvisioningJson>>,
}

/// The configuration with its secrets: the plain text of the encrypted form.
#[derive(Serialize)]
struct WithSecrets<'a> {
    #[serde(flatten)]
    configuration: &'a Configuration,
    secrets: BTreeMap<&'static str, &'a str>,
}

impl Configuration {
    /// The configuration of a draft, its values in the form in which they are used.
    pub fn of(draft: &DraftJson, integration_id: Option<String>) -> Result<Self, Vec<Problem>> {
        let Setup {
            workspace,
            balkanid_url,
            balkanid_public_url,
            primary_owner,
            secondary_owners,
            description,
            extraction,
            optional,
        } = Draft::from(draft.clone()).finish(Owner::Optional)?;
        let kind = extraction.kind();
        let (mut api_url, mut account) = (None, None);
        let (mut scim_url, mut scim_user, mut files) = (None, None, None);
        match extraction {
            Extraction::Direct {
                api_url: url,
                account: email,
                expiries: _,
            } => {
                api_url = Some(url.to_string());
                account = Some(email.to_string());
            }
            Extraction::Scim { url, user } => {
                scim_url = Some(url.to_string());
                scim_user = user;
            }
            Extraction::ManualUpload { folder } | Extraction::AutomatedUpload { folder } => {
                files = Some(folder.display().to_string());
            }
        }
        let OptionalConfiguration {
            reviewers,
            reviewer_count,
            provisioning,
        } = optional;
        Ok(Self {
            schema: "bbsetup.configuration/1",
            workspace: workspace.to_string(),
            api_url,
            account,
            scim_url,
            scim_user,
            files,
            balkanid_url: balkanid_url.to_string(),
            balkanid_public_url: balkanid_public_url.map(|url| url.to_string()),
            integration_id,
            primary_owner: primary_owner.map(|owner| owner.to_string()),
            secondary_owners: secondary_owners.iter().map(ToString::to_string).collect(),
            description,
            extraction: kind.into(),
            reviewers: reviewers.into_iter().map(Into::into).collect(),
            reviewer_count,
            provisioning: provisioning.map(|ways| ways.into_iter().map(Into::into).collect()),
        })
    }

    fn env(&self) -> String {
        let mut lines =
            String::from("# Read it with: set -a; . ./this-file; set +a\n# It holds no secret.\n");
        let mut line = |name: &str, value: &str| {
            // A value in single quotes is taken as it is by every shell.
            let _infallible = writeln!(lines, "{name}='{}'", value.replace('\'', "'\\''"));
        };
        line("BBSETUP_WORKSPACE", &self.workspace);
        let optional = [
            ("BBSETUP_API_URL", &self.api_url),
            ("BBSETUP_ACCOUNT", &self.account),
            ("BBSETUP_SCIM_URL", &self.scim_url),
            ("BBSETUP_SCIM_USER", &self.scim_user),
            ("BBSETUP_FILES", &self.files),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                line(name, value);
            }
        }
        line("BBSETUP_BALKANID_URL", &self.balkanid_url);
        if let Some(url) = &self.balkanid_public_url {
            line("BBSETUP_BALKANID_PUBLIC_URL", url);
        }
        let extraction = ExtractionType::from(self.extraction);
        line("BBSETUP_EXTRACTION", extraction.as_str());
        lines
    }
}

/// The secrets of an export and the passphrase that protects them.
pub struct Sealed {
    /// The secrets.
    pub secrets: BTreeMap<SecretSlot, Secret>,
    /// The passphrase.
    pub passphrase: Secret,
}

/// Writes the configuration to a file.
///
/// # Errors
/// `file_exists`, `file_not_written`; `value_unreadable` for a passphrase that is too short;
/// `value_missing` where the encrypted form is asked for without one.
pub fn export(
    configuration: &Configuration,
    format: ExportFormatJson,
    sealed: Option<&Sealed>,
    path: &Path,
    existing: Existing,
) -> Result<ExportJson, Problem> {
    let bytes = match format {
        ExportFormatJson::Json => serde_json::to_string_pretty(configuration)
            .map(|text| (text + "\n").into_bytes())
            .map_err(|error| defect(&error))?,
        ExportFormatJson::Toml => toml::to_string_pretty(configuration)
            .map(String::into_bytes)
            .map_err(|error| defect(&error))?,
        ExportFormatJson::Env => configuration.env().into_bytes(),
        ExportFormatJson::Age => seal(configuration, sealed.ok_or_else(no_passphrase)?)?,
        ExportFormatJson::EvidenceMarkdown
        | ExportFormatJson::EvidenceHtml
        | ExportFormatJson::Reminder => {
            return Err(Problem::new(
                ProblemCode::DefectOfThisTool,
                "An evidence report or a reminder is no export of the configuration.",
            ));
        }
    };
    written(path, &bytes, existing, format == ExportFormatJson::Age)
}

/// Writes bytes and tells of them.
///
/// # Errors
/// `file_exists`, `file_not_written`.
pub fn written(
    path: &Path,
    bytes: &[u8],
    existing: Existing,
    holds_secrets: bool,
) -> Result<ExportJson, Problem> {
    write_whole(path, bytes, existing)?;
    Ok(ExportJson {
        schema: "bbsetup.export/1".to_owned(),
        file: path.display().to_string(),
        sha256: Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        holds_secrets,
    })
}

/// The problem of an encrypted export without a passphrase.
pub fn no_passphrase() -> Problem {
    Problem::new(
        ProblemCode::ValueMissing,
        "An export with secrets needs a passphrase.",
    )
    .on_field("passphrase")
    .with_hints(vec![
        "Type one when asked, or set BBSETUP_EXPORT_PASSPHRASE in the environment.".to_owned(),
    ])
}

/// Encrypts to a passphrase, in the armoured form of the age format: `age -d` opens it.
fn seal(configuration: &Configuration, sealed: &Sealed) -> Result<Vec<u8>, Problem> {
    if sealed.passphrase.expose().chars().count() < SHORTEST_PASSPHRASE {
        return Err(Problem::new(
            ProblemCode::ValueUnreadable,
            format!("The passphrase is shorter than {SHORTEST_PASSPHRASE} characters, and everything in the file rests on it."),
        )
        .on_field("passphrase")
        .with_hints(vec!["Four unrelated words are easy to keep and hard to try out.".to_owned()]));
    }
    let secrets = sealed
        .secrets
        .iter()
        .map(|(slot, secret)| (variable(*slot), secret.expose()))
        .collect();
    let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN_TEXT_ROOM));
    let whole = WithSecrets {
        configuration,
        secrets,
    };
    serde_json::to_writer_pretty(&mut *plain, &whole).map_err(|error| defect(&error))?;
    let encryptor = age::Encryptor::with_user_passphrase(age::secrecy::SecretString::from(
        sealed.passphrase.expose(),
    ));
    let mut bytes = Vec::new();
    let encrypt = || -> std::io::Result<()> {
        let armour =
            age::armor::ArmoredWriter::wrap_output(&mut bytes, age::armor::Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armour)?;
        writer.write_all(&plain)?;
        writer.finish()?.finish()?;
        Ok(())
    };
    encrypt().map_err(|error| defect(&error))?;
    Ok(bytes)
}

fn defect(error: &dyn std::error::Error) -> Problem {
    Problem::new(
        ProblemCode::DefectOfThisTool,
        format!("The export could not be put together: {error}."),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn configuration() -> Configuration {
        let draft = DraftJson {
            workspace: Some("acme".into()),
            account: Some("o'neill@acme.example".into()),
            description: Some("Ölfässer – \"quoted\"".into()),
            ..DraftJson::default()
        };
        Configuration::of(&draft, Some("bitbucket/01".into())).expect("a whole configuration")
    }

    fn sealed(passphrase: &str) -> Sealed {
        Sealed {
            secrets: BTreeMap::from([(
                SecretSlot::WorkspaceToken,
                Secret::new("canary-workspace-token"),
            )]),
            passphrase: Secret::new(passphrase),
        }
    }

    #[test]
    fn plain_formats_hold_the_values_and_no_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |format, name: &str| {
            let path = folder.path().join(name);
            let told = export(
                &configuration(),
                format,
                Some(&sealed("long enough passphrase")),
                &path,
                Existing::Keep,
            )
            .expect("room");
            assert!(!told.holds_secrets);
            let text = std::fs::read_to_string(path).expect("text");
            assert!(!text.contains("canary"));
            text
        };
        let json: serde_json::Value =
            serde_json::from_str(&write(ExportFormatJson::Json, "a.json")).expect("JSON");
        let toml: toml::Table =
            toml::from_str(&write(ExportFormatJson::Toml, "a.toml")).expect("TOML");
        assert_eq!(json["account"], "o'neill@acme.example");
        assert_eq!(toml["description"].as_str(), Some("Ölfässer – \"quoted\""));
        let env = write(ExportFormatJson::Env, "a.env");
        assert!(
            env.contains("BBSETUP_ACCOUNT='o'\\''neill@acme.example'\n"),
            "{env}"
        );
    }

    #[test]
    fn the_encrypted_form_opens_with_its_passphrase_and_holds_the_secrets() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.age");
        let told = export(
            &configuration(),
            ExportFormatJson::Age,
            Some(&sealed("long enough passphrase")),
            &path,
            Existing::Keep,
        )
        .expect("room");
        assert!(told.holds_secrets);
        let text = std::fs::read(&path).expect("readable");
        assert!(text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
        let identity =
            age::scrypt::Identity::new(age::secrecy::SecretString::from("long enough passphrase"));
        let decryptor =
            age::Decryptor::new(age::armor::ArmoredReader::new(&text[..])).expect("the age format");
        let mut plain = String::new();
        let identities: [&dyn age::Identity; 1] = [&identity];
        decryptor
            .decrypt(identities.into_iter())
            .expect("the passphrase")
            .read_to_string(&mut plain)
            .expect("text");
        assert!(plain.contains("canary-workspace-token"));
    }

    #[test]
    fn a_short_passphrase_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.age");
        let problem = export(
            &configuration(),
            ExportFormatJson::Age,
            Some(&sealed("short")),
            &path,
            Existing::Keep,
        )
        .expect_err("too short");
        assert_eq!(problem.code, ProblemCode::ValueUnreadable);
        assert!(!path.exists());
    }
}
