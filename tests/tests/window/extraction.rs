//! The other extraction types, each to its end in the real window; and the end of a sync that no
//! window had seen.

use std::fs;

use bbsetup_sandbox::Integration;
use bbsetup_tests::steps::{
    WORKSPACE, by_hand, gives_the_key, is_for_everybody, reaches_the_report,
    reaches_the_submission, swift, written,
};
use bbsetup_tests::{Canary, Notice, Notices, Story, Window, until};
use serde_json::{Value, json};

const ENTITIES: &str = "\
App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata
Bitbucket,Ayşe,identity,bitbucket,{a1},user,,
Bitbucket,Payments,resource,bitbucket,{r1},repository,,
";
const RELATIONS: &str = "\
App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata
Bitbucket,{a1},identity,{r1},resource,bitbucket,v1,\"{\"\"privilegeName\"\":\"\"write\"\"}\"
";

/// From the first page to the page BalkanID of another extraction type, with the workspace given.
async fn chooses(window: &Window, story: &Story, kind: &str) {
    window
        .press("Begin")
        .await
        .turns_to("service_account")
        .await
        .press("Another extraction type")
        .await
        .turns_to("balkanid")
        .await
        .tick(kind)
        .await
        .sees("This set-up has 4 steps.")
        .await
        .press("Back")
        .await
        .turns_to("workspace")
        .await
        .fill(WORKSPACE, &story.typed("BBSETUP_WORKSPACE"))
        .await
        .press("Continue")
        .await
        .turns_to("balkanid")
        .await
        .fill("Primary Application owner", "owner@acme.example")
        .await
        .fill("Description", "Another way")
        .await;
}

/// What BalkanID holds that was written or saved since the story began.
fn held(story: &Story) -> Integration {
    let [only] = written(story).try_into().expect("one alone");
    only
}

fn files(story: &Story) -> String {
    let folder = story.path("files");
    fs::create_dir_all(&folder).expect("room");
    fs::write(format!("{folder}/entities.csv"), ENTITIES).expect("room");
    fs::write(format!("{folder}/entity_relations.csv"), RELATIONS).expect("room");
    folder
}

fn extraction_options(row: &Integration) -> Value {
    serde_json::from_str(&row.other["Extraction Options"]).expect("JSON")
}

/// Saves BalkanID's form as the window lays it out, with what the story knows of secrets.
fn saves_the_form(story: &Story, kind: &str, more: &[(&str, String)]) -> String {
    let mut form: std::collections::BTreeMap<String, String> = [
        ("Primary Application owner", "owner@acme.example"),
        ("Description", "Another way"),
        ("Extraction Type", kind),
    ]
    .map(|(label, value)| (label.to_owned(), value.to_owned()))
    .into();
    for (label, value) in more {
        form.insert((*label).to_owned(), value.clone());
    }
    story.sandbox.save_form(&form).expect("the form takes it")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_scim_integration_is_checked_laid_out_and_followed() {
    let (story, keychain) = by_hand(swift("ready")).await;
    let notices = Notices::on(&keychain).await;
    let window = Window::open(&story).await;
    chooses(&window, &story, "SCIM integration").await;
    let token = story.typed("BBSETUP_SCIM_TOKEN");
    window
        .fill("SCIM base URL", &story.typed("BBSETUP_SCIM_URL"))
        .await
        .fill("SCIM bearer token", &token)
        .await
        .sees("Ready: BalkanID can read")
        .await;
    gives_the_key(&window, &story).await;
    is_for_everybody(&window).await;
    window
        .press("Continue")
        .await
        .turns_to("answers")
        .await
        .sees("SCIM base URL")
        .await;
    reaches_the_submission(&window).await;
    window.sees("Bearer token").await;
    is_for_everybody(&window).await;
    let canary = Canary::new("the SCIM token", &token);
    assert_eq!(window.copies(&[canary]).await, [""; 0]);
    let id = saves_the_form(
        &story,
        "SCIM integration",
        &[
            ("SCIM base URL", story.typed("BBSETUP_SCIM_URL")),
            ("Bearer token", token.clone()),
        ],
    );
    window
        .press("I have saved it in BalkanID")
        .await
        .sees("Connected / Data available")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
    is_for_everybody(&window).await;
    let row = held(&story);
    assert_eq!((row.id, row.message.as_str()), (id, "Data Available"));
    assert_eq!(keychain.lookup("acme", "scim_token"), Some(token));
    is_told(&notices, "BalkanID reads acme");
    window.close().await;
}

/// Waits until a notice was shown on the desktop.
fn is_told(notices: &Notices, title: &str) {
    let shown = |notice: &Notice| notice.title == title;
    until("the notice is shown", || notices.shown().iter().any(shown));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn an_automated_upload_is_looked_through_sent_and_watched() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    chooses(&window, &story, "Automated upload using API").await;
    let folder = files(&story);
    let broken = RELATIONS.replace("{r1}", "{nowhere}");
    fs::write(format!("{folder}/entity_relations.csv"), broken).expect("room");
    window
        .fill("Folder with the CSV files", &folder)
        .await
        .press("Look through the files")
        .await
        .sees("relation_end_missing")
        .await;
    is_for_everybody(&window).await;
    files(&story);
    window
        .press("Look again")
        .await
        .sees("nothing is in the way")
        .await;
    gives_the_key(&window, &story).await;
    window.press("Continue").await.turns_to("answers").await;
    reaches_the_submission(&window).await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected / Data available")
        .await;
    is_for_everybody(&window).await;
    window.press("Continue").await.turns_to("done").await;
    let row = held(&story);
    assert_eq!(row.message, "Data Available");
    assert_eq!(
        extraction_options(&row),
        json!({"scim": false, "upload": true, "direct_configuration": false})
    );
    assert!(row.secrets.is_empty(), "nothing of Bitbucket's is given");
    let sent: Vec<usize> = story
        .sandbox
        .stored_files()
        .iter()
        .map(|file| file.rows.len())
        .collect();
    assert_eq!(sent, [2, 1]);
    assert_eq!(story.sandbox.breaches(), 0);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_manual_upload_is_laid_out_for_balkanids_team() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    chooses(&window, &story, "Manual file upload").await;
    window
        .fill("Folder with the CSV files", &files(&story))
        .await;
    gives_the_key(&window, &story).await;
    window.press("Continue").await.turns_to("answers").await;
    reaches_the_submission(&window).await;
    window
        .sees("support@balkan.id")
        .await
        .sees("entities.csv: 2 rows")
        .await;
    is_for_everybody(&window).await;
    let id = saves_the_form(&story, "Manual file upload", &[]);
    window
        .press("I have saved it in BalkanID")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
    assert_eq!(held(&story).id, id);
    is_for_everybody(&window).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_sync_whose_end_no_window_saw_is_watched_on_at_the_next_start() {
    let (mut story, keychain) = by_hand(swift("ready")).await;
    // As a terminal leaves it that does not wait.
    for (name, value) in story.sandbox.env() {
        story.set(&name, &value);
    }
    let submitted = story.run(&["save", "--json"]).await;
    assert_eq!(submitted.code, 0, "{submitted:?}");
    let submitted = story.run(&["submit", "--json"]).await;
    assert_eq!(submitted.code, 0, "{submitted:?}");
    story.gives_nothing_beforehand();
    let notices = Notices::on(&keychain).await;
    let window = Window::open(&story).await;
    window.sees("Connected / Data available").await;
    is_told(&notices, "BalkanID reads acme");
    is_for_everybody(&window).await;
    window.close().await;
    let cards = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(cards["profiles"][0]["under_way"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn the_optional_configuration_and_the_choice_of_an_integration_reach_balkanid() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    // An integration of somebody's that shows no workspace.
    let form = [
        ("Primary Application owner", "owner@acme.example"),
        ("Description", "Whose is it"),
        ("Extraction Type", "Direct integration"),
    ]
    .map(|(label, value)| (label.to_owned(), value.to_owned()))
    .into();
    let theirs = story.sandbox.save_form(&form).expect("the form takes it");
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    window
        .press("Continue")
        .await
        .turns_to("balkanid")
        .await
        .fill("Primary Application owner", "owner@acme.example")
        .await
        .press("Optional Configuration")
        .await
        .press("Add: Risk Manager")
        .await
        .press("Add: First Line Manager")
        .await
        .press("Move up: First Line Manager")
        .await
        .sees("First Line Manager is now 1 of 2.")
        .await
        .tick("Set it")
        .await
        .tick("Ticket")
        .await;
    gives_the_key(&window, &story).await;
    is_for_everybody(&window).await;
    window
        .press("Continue")
        .await
        .turns_to("answers")
        .await
        .sees("First Line Manager, then Risk Manager")
        .await;
    reaches_the_submission(&window).await;
    window.sees("Which integration is meant?").await;
    is_for_everybody(&window).await;
    window
        .tick("Create a new one")
        .await
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await;
    let held = story.sandbox.integrations();
    let ours = held
        .iter()
        .find(|row| row.id != theirs && row.writes > 0)
        .expect("a new one");
    assert_eq!(ours.other["Reviewer Precedence"], "manager, riskmanager");
    let provisioning: Value =
        serde_json::from_str(&ours.other["Provisioning Options"]).expect("JSON");
    assert_eq!(
        provisioning,
        json!({"sso": false, "app": false, "ticket": true, "scim": false, "webhook": false, "playbook": false})
    );
    let other = held.iter().find(|row| row.id == theirs).expect("theirs");
    assert_eq!(
        (other.writes, other.description.as_str()),
        (1, "Whose is it")
    );
    window.close().await;
}
