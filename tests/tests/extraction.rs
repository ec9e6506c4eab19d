//! The extraction types of BalkanID's form, and its optional configuration: what BalkanID holds at
//! the end, compared field by field with what was asked.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bbsetup_sandbox::Integration;
use bbsetup_tests::{Canary, Story, copies_in};
use serde_json::{Value, json};

/// What BalkanID holds that was written or saved since the story began.
fn written(story: &Story) -> Vec<Integration> {
    let held = story.sandbox.integrations();
    held.into_iter().filter(|row| row.writes > 0).collect()
}

fn parsed(cell: &str) -> Value {
    serde_json::from_str(cell).expect("JSON")
}

/// The form of a SCIM integration, label by label, as the program lays it out.
fn scim_form(story: &Story) -> BTreeMap<String, String> {
    [
        ("Primary Application owner", "owner@acme.example".to_owned()),
        ("Description", "People of acme".to_owned()),
        (
            "Secondary Application Owner(s)",
            "second@acme.example".to_owned(),
        ),
        ("Extraction Type", "SCIM integration".to_owned()),
        ("SCIM base URL", story.typed("BBSETUP_SCIM_URL")),
        ("Bearer token", story.typed("BBSETUP_SCIM_TOKEN")),
        (
            "Reviewer precedence",
            "First Line Manager, then Business Owner".to_owned(),
        ),
        ("Number of reviewers", "2".to_owned()),
        ("Provisioning options", "Ticket".to_owned()),
    ]
    .map(|(label, value)| (label.to_owned(), value))
    .into()
}

const SCIM: [&str; 17] = [
    "setup",
    "--answers-from-environment",
    "--json",
    "--extraction",
    "scim",
    "--primary-owner",
    "owner@acme.example",
    "--secondary-owner",
    "second@acme.example",
    "--description",
    "People of acme",
    "--reviewers",
    "first_line_manager,business_owner",
    "--reviewer-count",
    "2",
    "--provisioning",
    "ticket",
];

#[tokio::test]
async fn a_scim_integration_is_checked_saved_by_hand_and_followed_to_its_end() {
    let story = Story::named("ready").await;
    let form = scim_form(&story);
    let id = story.sandbox.save_form(&form).expect("the form takes it");
    let ran = story.run(&SCIM).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let token = [Canary::new(
        "the SCIM token",
        &story.typed("BBSETUP_SCIM_TOKEN"),
    )];
    for (label, value) in &form {
        // The token is laid out by its end alone.
        let shown = match label.as_str() {
            "Bearer token" => "•••• ",
            _ => value.as_str(),
        };
        let line = ran
            .stderr
            .lines()
            .find(|line| line.trim_start().starts_with(label.as_str()) && line.contains(shown));
        assert!(line.is_some(), "{label} is not laid out:\n{}", ran.stderr);
    }
    assert_eq!(copies_in(ran.stderr.as_bytes(), &token), [""; 0]);
    assert_eq!(copies_in(ran.stdout.as_bytes(), &token), [""; 0]);
    assert!(
        !ran.stderr.contains("Workspace access token"),
        "nothing of Bitbucket's is asked for:\n{}",
        ran.stderr
    );

    let ended = ran.json();
    let submission = &ended["submission"];
    assert_eq!(submission["integration_id"], json!(id));
    assert_eq!(submission["route"], json!("assisted"));
    assert_eq!(
        submission["differences"],
        json!([]),
        "what the form holds is what was asked"
    );
    let [held] = written(&story).try_into().expect("one alone");
    assert_eq!(held.message, "Data Available");
    assert_eq!(held.primary_owner, "owner@acme.example");
    let status = story.run(&["status", "--json"]).await;
    assert_eq!(status.json()["words"], "Connected / Data available");
}

#[tokio::test]
async fn what_the_form_holds_otherwise_is_told_field_by_field() {
    let story = Story::named("ready").await;
    let mut form = scim_form(&story);
    form.insert("Description".into(), "Something else".into());
    form.insert(
        "Primary Application owner".into(),
        "nobody@acme.example".into(),
    );
    form.insert("Reviewer precedence".into(), "Risk Manager".into());
    form.insert("Number of reviewers".into(), "3".into());
    form.insert("Provisioning options".into(), "App, SSO".into());
    story.sandbox.save_form(&form).expect("the form takes it");
    let ran = story.run(&SCIM).await.json();
    let fields: Vec<&str> = ran["submission"]["differences"]
        .as_array()
        .expect("differences")
        .iter()
        .filter_map(|difference| difference["field"].as_str())
        .collect();
    // The precedence holds a Business Owner, whose word in a file nobody knows.
    assert_eq!(
        fields,
        [
            "Primary Application owner",
            "Description",
            "Reviewer Count",
            "Provisioning Options"
        ]
    );
}

#[tokio::test]
async fn a_scim_server_that_is_not_fit_is_told_before_anything_is_saved() {
    let story = Story::named("scim-cuts-members").await;
    let ran = story.run(&SCIM).await;
    assert_ne!(ran.code, 0, "{ran:?}");
    let ended = ran.json();
    assert_eq!(ended["step"], "balkanid");
    assert!(
        ran.problems()
            .iter()
            .any(|problem| problem.contains("scim_members_cut")),
        "{ran:?}"
    );
    assert!(written(&story).is_empty());
}

const ENTITIES: &str = "\
App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata
Bitbucket,Ayşe Öz,identity,bitbucket,{a1},user,v1,\"{\"\"username\"\":\"\"ayse\"\"}\"
Bitbucket,=Payments,resource,bitbucket,{r1},repository,,
Bitbucket,Engineers,connection,bitbucket,acme/group/engineers,group,,
";
const RELATIONS: &str = "\
App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata
Bitbucket,{a1},identity,acme/group/engineers,connection,bitbucket,v1,\"{\"\"privilegeName\"\":\"\"member\"\"}\"
Bitbucket,acme/group/engineers,connection,{r1},resource,bitbucket,v1,\"{\"\"privilegeName\"\":\"\"write\"\"}\"
";

/// Puts both files into the story's folder, and gives the path.
fn files(story: &Story) -> String {
    let folder = story.path("files");
    fs::create_dir_all(&folder).expect("room");
    fs::write(Path::new(&folder).join("entities.csv"), ENTITIES).expect("room");
    fs::write(Path::new(&folder).join("entity_relations.csv"), RELATIONS).expect("room");
    folder
}

/// The rows of a CSV file, column to value.
fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(file.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("CSV")
}

#[tokio::test]
async fn an_automated_upload_makes_the_integration_sends_both_files_and_ends_connected() {
    let story = Story::named("ready").await;
    let folder = files(&story);
    let arguments = [
        "submit",
        "--json",
        "--watch",
        "--extraction",
        "automated_upload",
        "--files",
        &folder,
        "--description",
        "Files of acme",
    ];
    let ran = story.run(&arguments).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let submitted = ran.json();
    assert_eq!(submitted["route"], "api");
    assert_eq!(submitted["created"], json!(true));
    assert_eq!(submitted["differences"], json!([]));
    let states: Vec<&Value> = submitted["upload"]["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| &file["state"])
        .collect();
    assert_eq!(states, ["done", "done"]);

    let [held] = written(&story).try_into().expect("one alone");
    assert_eq!(held.message, "Data Available");
    assert_eq!(held.description, "Files of acme");
    assert!(
        held.secrets.is_empty(),
        "no credential of Bitbucket's is given"
    );
    assert_eq!(
        parsed(&held.other["Extraction Options"]),
        json!({"scim": false, "upload": true, "direct_configuration": false})
    );
    let uploads = story.sandbox.stored_files();
    let taken: Vec<_> = uploads
        .iter()
        .map(|file| {
            (
                file.object.as_str(),
                file.integration.as_deref(),
                &file.rows,
            )
        })
        .collect();
    let (entities, relations) = (rows(ENTITIES), rows(RELATIONS));
    assert_eq!(
        taken,
        [
            ("entities", Some(held.id.as_str()), &entities),
            ("entity-relations", Some(held.id.as_str()), &relations)
        ],
        "cell by cell as they were"
    );
    assert_eq!(story.sandbox.breaches(), 0, "no key goes to the storage");

    let again = story.run(&arguments).await.json();
    assert_eq!(again["created"], json!(false));
    assert_eq!(again["integration_id"], submitted["integration_id"]);
    assert_eq!(again["upload"]["files"][0]["state"], "already_done");
    assert_eq!(written(&story).len(), 1);
}

#[tokio::test]
async fn files_that_are_not_fit_make_no_integration() {
    let story = Story::named("ready").await;
    let folder = files(&story);
    let broken = RELATIONS.replace("{r1}", "{nowhere}");
    fs::write(Path::new(&folder).join("entity_relations.csv"), broken).expect("room");
    let ran = story
        .run(&[
            "submit",
            "--json",
            "--extraction",
            "automated_upload",
            "--files",
            &folder,
        ])
        .await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(ran.problems(), ["error files_unfit -"]);
    assert!(ran.stderr.contains("row 3"), "{}", ran.stderr);
    assert!(written(&story).is_empty());
    assert!(story.sandbox.stored_files().is_empty());
}

#[tokio::test]
async fn a_manual_upload_says_what_to_send_to_whom_and_its_integration_is_found() {
    let story = Story::named("ready").await;
    let folder = files(&story);
    let form = [
        ("Primary Application owner", "owner@acme.example"),
        ("Description", "Files of acme"),
        ("Extraction Type", "Manual file upload"),
    ]
    .map(|(label, value)| (label.to_owned(), value.to_owned()))
    .into();
    let id = story.sandbox.save_form(&form).expect("the form takes it");
    let ran = story
        .run(&[
            "setup",
            "--answers-from-environment",
            "--json",
            "--extraction",
            "manual_upload",
            "--files",
            &folder,
            "--primary-owner",
            "owner@acme.example",
            "--description",
            "Files of acme",
        ])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for told in [
        "support@balkan.id",
        "the tenant Practice Tenant",
        "entities.csv: 3 rows",
        "entity_relations.csv: 2 rows",
        "Manual file upload",
    ] {
        assert!(ran.stderr.contains(told), "{told}:\n{}", ran.stderr);
    }
    let submission = &ran.json()["submission"];
    assert_eq!(submission["integration_id"], json!(id));
    assert_eq!(submission["differences"], json!([]));

    story
        .sandbox
        .load_by_team(&id, ENTITIES.as_bytes(), RELATIONS.as_bytes());
    let status = story.run(&["status", "--json", "--watch"]).await;
    assert_eq!(
        status.json()["words"],
        "Connected / Data available",
        "{status:?}"
    );
}

#[tokio::test]
async fn the_optional_configuration_travels_with_the_row_and_what_is_not_set_stays() {
    let story = Story::named("existing-integration").await;
    let ran = story
        .run(&[
            "submit",
            "--json",
            "--reviewers",
            "risk_manager,first_line_manager",
            "--provisioning",
            "ticket,scim",
        ])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["differences"], json!([]));
    let [held] = written(&story).try_into().expect("one alone");
    assert_eq!(held.other["Reviewer Precedence"], "riskmanager, manager");
    assert_eq!(held.other["Reviewer Count"], "2", "it was not set");
    assert_eq!(
        parsed(&held.other["Provisioning Options"]),
        json!({"sso": false, "app": false, "ticket": true, "scim": true, "webhook": false, "playbook": false})
    );
    assert_eq!(
        parsed(&held.other["Extraction Options"]),
        json!({"scim": false, "upload": false, "direct_configuration": true})
    );

    let none = story
        .run(&[
            "submit",
            "--json",
            "--provisioning",
            "none",
            "--reviewers",
            "business_owner",
        ])
        .await;
    assert_eq!(none.code, 0, "{none:?}");
    assert!(
        none.stderr.contains("Reviewer precedence: Business Owner"),
        "what a file cannot carry is said before it is written:\n{}",
        none.stderr
    );
    let [held] = written(&story).try_into().expect("one alone");
    assert_eq!(held.other["Reviewer Precedence"], "riskmanager, manager");
    assert!(
        parsed(&held.other["Provisioning Options"])
            .as_object()
            .expect("flags")
            .values()
            .all(|on| *on == json!(false))
    );
}

#[tokio::test]
async fn what_cannot_be_chosen_is_a_slip_of_usage_and_names_what_can() {
    let story = Story::named("ready").await;
    for (arguments, named) in [
        (["submit", "--extraction", "ldap"], "manual_upload"),
        (["submit", "--reviewers", "everybody"], "business_owner"),
        (["submit", "--provisioning", "magic"], "playbook"),
    ] {
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(named), "{}", ran.stderr);
    }
    let ran = story
        .run(&["submit", "--json", "--reviewer-count", "9"])
        .await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error value_unreadable -".to_owned()])
    );
    assert!(written(&story).is_empty());
}
