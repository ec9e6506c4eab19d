//! The files, compared with the practice Bitbucket's own truth, row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bbsetup_sandbox::{TrueAccount, TrueGrant, Truth};
use bbsetup_tests::Story;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{extract, file, files, into, is_whole, patched, truth};

const ENTITIES: &str =
    "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata";
const RELATIONS: &str = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata";

/// A row, its metadata apart.
type Row = (Vec<String>, Value);

/// The rows of a file below its header, in their order.
fn rows(text: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text);
    let records = reader.records();
    records
        .map(|record| {
            let record = record.expect("a row");
            assert_eq!(record.len(), 8, "{record:?}");
            let cells: Vec<String> = record.iter().take(7).map(str::to_owned).collect();
            let metadata = serde_json::from_str(&record[7]).expect("metadata is JSON");
            (cells, metadata)
        })
        .collect()
}

fn cells(of: [&str; 7]) -> Vec<String> {
    of.map(str::to_owned).to_vec()
}

/// Nickname and account ID of every account, by uuid, as the practice Bitbucket's own world has them.
async fn names_of_accounts(story: &Story) -> BTreeMap<String, (String, String)> {
    let address = story.sandbox.bitbucket_url().replace("http://", "");
    let request =
        format!("GET /_practice/world HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(&address).await.expect("the servers run");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let body = &answer[answer.find('{').expect("a body")..=answer.rfind('}').expect("its end")];
    let world: Value = serde_json::from_str(body).expect("the world");
    let accounts = world["accounts"].as_array().expect("accounts").iter();
    accounts
        .map(|account| {
            let text = |name: &str| account[name].as_str().expect("a text").to_owned();
            (text("uuid"), (text("nickname"), text("account_id")))
        })
        .collect()
}

fn account_row(account: &TrueAccount, names: &BTreeMap<String, (String, String)>) -> Row {
    let (nickname, account_id) = &names[&account.uuid];
    let mut metadata = json!({"accountId": account_id});
    let source_type = match account.is_app_user {
        true => "app_user",
        false => {
            metadata["username"] = json!(nickname);
            "user"
        }
    };
    if !account.is_active {
        metadata["status"] = json!("inactive");
    }
    let cells = cells([
        "Bitbucket",
        &account.display_name,
        "identity",
        "bitbucket",
        &account.uuid,
        source_type,
        "1",
    ]);
    (cells, metadata)
}

fn entity_rows(truth: &Truth, names: &BTreeMap<String, (String, String)>) -> Vec<Row> {
    let row = |name: &str, kind: &str, id: &str, source_type: &str, metadata: Value| {
        let cells = cells(["Bitbucket", name, kind, "bitbucket", id, source_type, "1"]);
        (cells, metadata)
    };
    let resource = |name: &str, id: &str, source_type: &str, metadata: Value| {
        row(name, "resource", id, source_type, metadata)
    };
    let mut rows: Vec<Row> = truth
        .accounts
        .iter()
        .map(|account| account_row(account, names))
        .collect();
    rows.push(resource(
        &truth.name,
        &truth.uuid,
        "workspace",
        json!({"slug": truth.slug}),
    ));
    rows.extend(truth.groups.iter().map(|group| {
        let id = format!("{}/group/{}", truth.slug, group.slug);
        row(
            &group.name,
            "connection",
            &id,
            "group",
            json!({"slug": group.slug}),
        )
    }));
    rows.extend(
        truth
            .projects
            .iter()
            .map(|of| resource(&of.name, &of.uuid, "project", json!({"key": of.key}))),
    );
    rows.extend(
        truth
            .repositories
            .iter()
            .map(|of| resource(&of.name, &of.uuid, "repository", json!({"slug": of.slug}))),
    );
    rows
}

/// The rows of every relation, by its name in the contract.
fn relation_rows(truth: &Truth) -> BTreeMap<&'static str, Vec<Row>> {
    let row = |[parent, parent_type, entity, entity_type]: [&str; 4], privilege: &str| {
        let cells = cells([
            "Bitbucket",
            parent,
            parent_type,
            entity,
            entity_type,
            "bitbucket",
            "1",
        ]);
        let mut metadata =
            json!({"project": truth.slug, "privilegeName": privilege, "privilegeValue": true});
        if entity_type == "connection" {
            metadata["connectionType"] = json!("group");
        }
        (cells, metadata)
    };
    let group = |slug: &str| format!("{}/group/{slug}", truth.slug);
    let to_users = |id: &str, grants: &[TrueGrant]| -> Vec<Row> {
        let grants = grants.iter();
        grants
            .map(|grant| row([&grant.to, "identity", id, "resource"], grant.permission))
            .collect()
    };
    let to_groups = |id: &str, grants: &[TrueGrant]| -> Vec<Row> {
        let grants = grants.iter();
        grants
            .map(|grant| {
                let from = group(&grant.to);
                row([&from, "connection", id, "resource"], grant.permission)
            })
            .collect()
    };
    let contains =
        |parent: &str, entity: &str| row([parent, "resource", entity, "resource"], "contains");
    let accounts = truth.accounts.iter();
    let groups = truth.groups.iter();
    let projects = || truth.projects.iter();
    let repositories = || truth.repositories.iter();
    BTreeMap::from([
        (
            "workspace_member",
            accounts
                .filter_map(|account| {
                    let ends = [&account.uuid, "identity", &truth.uuid, "resource"];
                    Some(row(ends, account.role?))
                })
                .collect(),
        ),
        (
            "group_member",
            groups
                .flat_map(|held| {
                    let id = group(&held.slug);
                    let members = held.members.iter();
                    members
                        .map(|member| row([member, "identity", &id, "connection"], "member"))
                        .collect::<Vec<_>>()
                })
                .collect(),
        ),
        (
            "project_user",
            projects()
                .flat_map(|of| to_users(&of.uuid, &of.users))
                .collect(),
        ),
        (
            "project_group",
            projects()
                .flat_map(|of| to_groups(&of.uuid, &of.groups))
                .collect(),
        ),
        (
            "repository_user",
            repositories()
                .flat_map(|of| to_users(&of.uuid, &of.users))
                .collect(),
        ),
        (
            "repository_group",
            repositories()
                .flat_map(|of| to_groups(&of.uuid, &of.groups))
                .collect(),
        ),
        (
            "contains",
            projects()
                .map(|of| contains(&truth.uuid, &of.uuid))
                .chain(repositories().map(|of| contains(&of.project, &of.uuid)))
                .collect(),
        ),
    ])
}

/// Exactly these rows, no more, no less, and none twice.
#[track_caller]
fn are(what: &str, found: &[Row], expected: &[Row]) {
    let set =
        |rows: &[Row]| -> BTreeSet<String> { rows.iter().map(|row| format!("{row:?}")).collect() };
    let (found_set, expected_set) = (set(found), set(expected));
    let lost: Vec<_> = expected_set.difference(&found_set).collect();
    let made_up: Vec<_> = found_set.difference(&expected_set).collect();
    assert!(
        lost.is_empty() && made_up.is_empty(),
        "{what}: lost {lost:#?}, made up {made_up:#?}"
    );
    assert_eq!(
        found.len(),
        expected.len(),
        "{what}: a row stands there twice"
    );
}

/// The files of a folder hold the truth, and the document counts what they hold.
pub(crate) async fn compare(story: &Story, folder: &str, truth: &Truth) {
    let names = names_of_accounts(story).await;
    let entities = rows(&file(story, folder, "entities.csv"));
    are("entities", &entities, &entity_rows(truth, &names));
    let relations = rows(&file(story, folder, "entity_relations.csv"));
    let expected = relation_rows(truth);
    let all: Vec<Row> = expected.values().flatten().cloned().collect();
    are("relations", &relations, &all);
    let manifest: Value =
        serde_json::from_slice(&file(story, folder, "manifest.json")).expect("JSON");
    for (name, rows) in &expected {
        assert_eq!(
            manifest["relations"][name],
            rows.len(),
            "{name}: {manifest:#}"
        );
    }
    let groups = truth.groups.len();
    let (projects, repositories) = (truth.projects.len(), truth.repositories.len());
    let app_users = truth.accounts.iter().filter(|of| of.is_app_user).count();
    assert_eq!(
        manifest["entities"],
        json!({"user": truth.accounts.len() - app_users, "app_user": app_users, "group": groups,
            "workspace": 1, "project": projects, "repository": repositories})
    );
    assert_eq!(manifest["files"][0]["rows"], entities.len());
    assert_eq!(manifest["files"][1]["rows"], relations.len());
}

#[tokio::test]
async fn every_name_and_every_relation_of_a_small_workspace_is_in_the_files() {
    let story = Story::named("ready").await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
    // What the scenario is there for is really in it.
    let truth = truth(&story);
    assert!(truth.accounts.iter().any(|of| of.is_app_user));
    assert!(truth.accounts.iter().any(|of| !of.is_active));
    assert!(truth.groups.iter().any(|of| of.members.is_empty()));
    let is_given = |uuid: &String| {
        let mut grants = truth.repositories.iter().map(|of| &of.users);
        grants.any(|users| users.iter().any(|grant| &grant.to == uuid))
    };
    assert!(truth.accounts.iter().any(|of| !is_given(&of.uuid)));
    let entities = String::from_utf8(file(&story, "out", "entities.csv")).expect("UTF-8");
    for name in [
        "Bitbucket,=SUM(A1:A9),identity",
        "Bitbucket,=cmd|' /C calc'!A0,identity",
        "Bitbucket,\"Robert \"\"Bobby\"\" Tables, Jr.\",identity",
        "Bitbucket,אבי כהן,identity",
        "Bitbucket,Łukasz 👩‍💻 Nowak,identity",
        "Bitbucket,Release bot,identity",
    ] {
        assert!(entities.contains(name), "{name}: {entities}");
    }
}

#[tokio::test]
async fn a_workspace_of_many_pages_is_in_the_files_to_the_last_row() {
    let story = Story::named("large").await;
    let ran = extract(&story, &[]).await;
    is_whole(&story, &ran).await;
}

#[tokio::test]
async fn a_name_with_a_line_end_or_a_sign_that_spreadsheets_take_for_a_formula_is_carried_exactly()
{
    let strange = [
        "first\nsecond",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tTab",
        " spaced ",
        "a,b;c",
        "\u{feff}mark",
        "'quoted'",
    ];
    let mut accounts = json!({});
    let mut members = json!({});
    for (number, name) in strange.iter().enumerate() {
        let id = format!("strange-{number}");
        accounts[&id] = json!({"name": name, "email": format!("{id}@acme.example")});
        members[&id] = json!("member");
    }
    let world = json!({"accounts": accounts, "workspaces": {"acme": {"members": members}}});
    let story = patched("ready", json!({"world": world})).await;
    let ran = extract(&story, &["--spreadsheet-safe"]).await;
    is_whole(&story, &ran).await;

    let exact = rows(&file(&story, "out", "entities.csv"));
    let guarded = file(&story, "out", "entities.spreadsheet.csv");
    let guarded = guarded
        .strip_prefix("\u{feff}".as_bytes())
        .expect("a mark, for spreadsheets");
    let guarded = rows(guarded);
    assert_eq!(exact.len(), guarded.len());
    let mut changed = 0;
    for ((exact, _), (guarded, _)) in exact.iter().zip(&guarded) {
        for (exact, guarded) in exact.iter().zip(guarded) {
            let is_formula = exact.starts_with(['=', '+', '-', '@', '\t', '\r']);
            changed += usize::from(is_formula);
            match is_formula {
                true => assert_eq!(guarded, &format!("'{exact}")),
                false => assert_eq!(guarded, exact),
            }
        }
    }
    assert_eq!(changed, 6, "two of the scenario, +, -, @ and the tab");
    let told = ran.json();
    let told: Vec<&str> = told["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| file["name"].as_str())
        .collect();
    assert_eq!(
        told,
        [
            "entities.csv",
            "entity_relations.csv",
            "entities.spreadsheet.csv",
            "entity_relations.spreadsheet.csv"
        ]
    );
}

#[tokio::test]
async fn rows_are_sorted_below_the_header_that_balkanid_wants_and_nothing_is_found_in_them() {
    let story = Story::named("ready").await;
    let ran = extract(&story, &[]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for (name, header) in [
        ("entities.csv", ENTITIES),
        ("entity_relations.csv", RELATIONS),
    ] {
        let text = file(&story, "out", name);
        assert!(text.starts_with(header.as_bytes()), "{name}");
        assert!(text.ends_with(b"\n"), "{name}");
        let rows: Vec<Vec<String>> = rows(&text).into_iter().map(|(cells, _)| cells).collect();
        assert!(rows.len() > 20, "{name}: {}", rows.len());
        assert!(rows.is_sorted(), "{name}");
    }
    let looked = story.run(&["validate", "out", "--json"]).await;
    assert_eq!(looked.code, 0, "{looked:?}");
    assert_eq!(looked.json()["problems"], json!([]), "{looked:?}");
}

#[tokio::test]
async fn what_the_document_says_of_the_files_is_so() {
    let story = Story::named("ready").await;
    let ran = extract(&story, &[]).await;
    let json = ran.json();
    assert_eq!(
        (
            &json["schema"],
            &json["workspace"],
            &json["mode"],
            &json["resumed"]
        ),
        (
            &json!("bbsetup.extract/1"),
            &json!("acme"),
            &json!("grants"),
            &json!(false)
        )
    );
    assert_eq!(json["requests"], crate::count(&story));
    assert_eq!(json["retries"], 0);
    let manifest: Value =
        serde_json::from_slice(&file(&story, "out", "manifest.json")).expect("JSON");
    assert_eq!(manifest["schema"], "bbsetup.manifest/1");
    for name in [
        "workspace",
        "complete",
        "entities",
        "relations",
        "gaps",
        "files",
    ] {
        assert_eq!(json[name], manifest[name], "{name}");
    }
    let summed = std::process::Command::new("sha256sum")
        .args(["entities.csv", "entity_relations.csv"])
        .current_dir(story.path("out"))
        .output();
    // Where there is such a program; the files are named in the same order.
    if let Ok(summed) = summed {
        let summed = String::from_utf8(summed.stdout).expect("a text");
        for (line, file) in summed.lines().zip(json["files"].as_array().expect("files")) {
            assert_eq!(line.split(' ').next(), file["sha256"].as_str(), "{line}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let story = Story::named("ready").await;
    let ran = into(&story, "deep/er/out", &[]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let mode = |path: &str| {
        let held = std::fs::metadata(story.path(path)).expect("it is there");
        held.permissions().mode() & 0o777
    };
    assert_eq!(mode("deep/er/out"), 0o700);
    for name in crate::names(&story, "deep/er/out") {
        assert_eq!(mode(&format!("deep/er/out/{name}")), 0o600, "{name}");
    }
    assert!(Path::new(&story.path("deep/er/out/entities.csv")).exists());
}

#[tokio::test]
async fn two_runs_over_unchanged_data_give_the_same_bytes() {
    let story = Story::named("ready").await;
    let mut held: Option<[Vec<u8>; 3]> = None;
    for (folder, more) in [
        ("one", &["--in-flight", "1"][..]),
        ("eight", &["--in-flight", "8"]),
        ("many", &["--in-flight", "64"]),
        // Once more into the same folder.
        ("one", &["--in-flight", "8"]),
    ] {
        let ran = into(&story, folder, more).await;
        assert_eq!(ran.code, 0, "{folder}: {ran:?}");
        assert_eq!(ran.json()["resumed"], false, "{folder}: it is read anew");
        let files = files(&story, folder);
        let first = held.get_or_insert_with(|| files.clone());
        for ((name, one), other) in crate::FILES.iter().zip(first.iter()).zip(&files) {
            assert_eq!(
                String::from_utf8_lossy(one),
                String::from_utf8_lossy(other),
                "{folder}/{name}"
            );
        }
    }
}
