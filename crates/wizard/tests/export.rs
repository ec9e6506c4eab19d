//! An export read back by what people read it with: parsers, a shell, the age program.
#![allow(clippy::expect_used, reason = "a test ends at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bbsetup_setup::{ProblemCode, Secret, SecretSlot};
use bbsetup_wizard::commands::export::{Configuration, Sealed, export, no_passphrase};
use bbsetup_wizard::files::Existing;
use bbsetup_wizard::json::{DraftJson, ExportFormatJson, ExportJson};
use sha2::{Digest, Sha256};

const PASSPHRASE: &str = "correct horse battery staple";
/// Shaped like a workspace access token; it opens nothing.
const CANARY: &str = "ATCTT3xFfGN0canary7f3a9c51d2e84b60canary";

fn draft() -> DraftJson {
    DraftJson {
        workspace: Some("https://bitbucket.org/Acme/".into()),
        account: Some("o'neill$HOME`id`@acme.example".into()),
        balkanid_public_url: Some("acme.balkanid.app".into()),
        primary_owner: Some("Owner <owner@acme.example>".into()),
        secondary_owners: vec![" ".into(), "王@acme.example".into()],
        description: Some("Ölfässer – \"quoted\"\nsecond line".into()),
        ..DraftJson::default()
    }
}

fn configuration() -> Configuration {
    Configuration::of(&draft(), Some("bitbucket/01".into())).expect("a whole configuration")
}

fn sealed() -> Sealed {
    let secrets = SecretSlot::ALL.map(|slot| (slot, Secret::new(format!("{CANARY}-{slot}"))));
    Sealed {
        secrets: BTreeMap::from(secrets),
        passphrase: Secret::new(PASSPHRASE),
    }
}

fn write(format: ExportFormatJson, path: &Path) -> ExportJson {
    export(
        &configuration(),
        format,
        Some(&sealed()),
        path,
        Existing::Keep,
    )
    .expect("room")
}

#[test]
fn json_and_toml_say_the_same_and_the_told_sum_is_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = |format, name: &str| {
        let path = folder.path().join(name);
        let told = write(format, &path);
        let text = fs::read_to_string(&path).expect("text");
        let sum: String = Sha256::digest(text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(told.sha256, sum);
        assert!(!told.holds_secrets);
        assert!(!text.contains("canary"), "{name}");
        text
    };
    let json: serde_json::Value =
        serde_json::from_str(&read(ExportFormatJson::Json, "a.json")).expect("JSON");
    let toml: serde_json::Value =
        toml::from_str(&read(ExportFormatJson::Toml, "a.toml")).expect("TOML");
    assert_eq!(json, toml);
    assert_eq!(json["schema"], "bbsetup.configuration/1");
    assert_eq!(json["workspace"], "acme");
    assert_eq!(
        json["primary_owner"], "owner@acme.example",
        "as it is used, not as it was typed"
    );
    assert_eq!(
        json["secondary_owners"],
        serde_json::json!(["王@acme.example"])
    );
}

#[cfg(unix)]
#[test]
fn a_shell_reads_the_variables_as_they_are() {
    use std::process::Command;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.env");
    write(ExportFormatJson::Env, &path);
    let output = Command::new("sh")
        .args([
            "-c",
            "set -a; . \"$1\"; exec env -i sh -c 'printf \"%s\\n\" \"$@\"' - \"$BBSETUP_WORKSPACE\" \"$BBSETUP_ACCOUNT\" \"$BBSETUP_BALKANID_PUBLIC_URL\"",
            "sh",
        ])
        .arg(&path)
        .output()
        .expect("a shell");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "acme\no'neill$HOME`id`@acme.example\nhttps://acme.balkanid.app/api/public\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_token_in_a_field_of_another_kind_is_not_exported() {
    let with = |change: fn(&mut DraftJson)| {
        let mut draft = draft();
        change(&mut draft);
        Configuration::of(&draft, None).expect_err("a token")
    };
    let all = [
        with(|draft| draft.primary_owner = Some(CANARY.into())),
        with(|draft| draft.secondary_owners.push(CANARY.into())),
        with(|draft| draft.description = Some(format!("token: \"{CANARY}\""))),
    ];
    let fields = all.map(|problems| {
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].code, ProblemCode::WrongField);
        assert!(!problems[0].message.contains("canary"));
        problems[0].field
    });
    assert_eq!(
        fields,
        [
            Some("primary-owner"),
            Some("secondary-owner"),
            Some("description")
        ]
    );
}

#[test]
fn everything_that_keeps_a_configuration_from_being_whole_is_told() {
    let problems = Configuration::of(&DraftJson::default(), None).expect_err("nothing typed");
    let fields: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.field)
        .collect();
    assert_eq!(fields, ["workspace", "account"]);
}

#[test]
fn without_a_passphrase_nothing_is_sealed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.age");
    let problem = export(
        &configuration(),
        ExportFormatJson::Age,
        None,
        &path,
        Existing::Keep,
    )
    .expect_err("no passphrase");
    assert_eq!(problem, no_passphrase());
    assert!(!path.exists());
}

/// The age program asks for a passphrase on a terminal alone; `script` gives it one.
#[cfg(target_os = "linux")]
#[test]
fn the_age_program_opens_the_encrypted_form_with_the_passphrase_alone() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().expect("a folder");
    write(ExportFormatJson::Age, &folder.path().join("a.age"));
    let decrypt = |passphrase: &str| {
        let _absent = fs::remove_file(folder.path().join("plain.json"));
        let mut script = Command::new("script")
            .args([
                "--quiet",
                "--return",
                "--command",
                "age --decrypt --output plain.json a.age",
                "/dev/null",
            ])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script, of the package bsdutils");
        let mut keyboard = script.stdin.take().expect("a pipe");
        writeln!(keyboard, "{passphrase}").expect("a reader");
        let output = script.wait_with_output().expect("an end");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (opened, said) = decrypt("not the passphrase");
    assert!(!opened, "{said}");
    assert!(!folder.path().join("plain.json").exists());

    let (opened, said) = decrypt(PASSPHRASE);
    assert!(opened, "{said}");
    let text = fs::read_to_string(folder.path().join("plain.json")).expect("text");
    let plain: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(plain["workspace"], "acme");
    assert_eq!(
        plain["secrets"]["BBSETUP_WORKSPACE_TOKEN"],
        format!("{CANARY}-workspace_token")
    );
    assert_eq!(
        plain["secrets"].as_object().map(serde_json::Map::len),
        Some(5)
    );
}
