//! A whole workspace, read from the first page to the picture of access.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bbsetup_tests::steps::is_for_everybody;
use bbsetup_tests::{Story, Window, until};
use serde_json::json;

use super::recovery::saved;

/// From a card to the page that reads its workspace, into a folder of the story's.
async fn opens_the_page(window: &Window, story: &Story) -> String {
    let folder = story.path("reading");
    window
        .press("Read the workspace")
        .await
        .turns_to("reading")
        .await
        .fill("Folder for the files", &folder)
        .await;
    folder
}

/// How many rows a file of the folder has below its header.
fn rows(folder: &str, name: &str) -> usize {
    let file = Path::new(folder).join(name);
    let mut reader = csv::Reader::from_path(&file).expect("the file is there");
    reader.records().filter(Result::is_ok).count()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_workspace_is_read_stopped_gone_on_with_and_seen() {
    let (story, _keychain) = saved("large").await;
    let window = Window::open(&story).await;
    let folder = opens_the_page(&window, &story).await;
    is_for_everybody(&window).await;
    window
        .press("Estimate")
        .await
        .sees("200 people, 20 groups, 10 projects and 200 repositories")
        .await;
    is_for_everybody(&window).await;

    // Slow enough to be stopped half-way.
    story.sandbox.set_latency(Duration::from_millis(300));
    window
        .press("Start reading")
        .await
        .sees("Reading acme")
        .await
        .sees("of 200")
        .await;
    is_for_everybody(&window).await;
    // It goes on while another page is looked at.
    window
        .press("Back")
        .await
        .turns_to("home")
        .await
        .press("Reading acme")
        .await
        .turns_to("reading")
        .await
        .press("Stop reading")
        .await
        .sees("The reading stopped before its end. What it has read is kept.")
        .await;
    is_for_everybody(&window).await;
    assert!(
        !Path::new(&folder).join("entities.csv").exists(),
        "no file is half a file"
    );

    // The next window finds it.
    window.close().await;
    story.sandbox.set_latency(Duration::ZERO);
    let window = Window::open(&story).await;
    opens_the_page(&window, &story).await;
    window.sees("and is not finished").await;
    is_for_everybody(&window).await;
    window
        .press("Go on")
        .await
        .sees("200 people, 20 groups, 10 projects and 200 repositories. Everything was read.")
        .await
        .sees("A part of it was read before.")
        .await;
    until("the files are there", || {
        Path::new(&folder).join("manifest.json").exists()
    });
    assert_eq!(rows(&folder, "entities.csv"), 431);

    // The library that draws is loaded under the policy of the pages.
    window
        .sees("What a reviewer looks for first")
        .await
        .sees_picture("access")
        .await;
    is_for_everybody(&window).await;
    window
        .press("The picture as tables")
        .await
        .sees("People: by which way")
        .await;
    is_for_everybody(&window).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn what_could_not_be_read_is_said_with_its_reason() {
    let (story, _keychain) = saved("ready").await;
    let refused = json!({
        "server": "bitbucket",
        "path": "/2.0/workspaces/*/projects/*/permissions-config/groups",
        "action": {"answer": {"status": 403}},
    });
    story
        .sandbox
        .set_fault(serde_json::from_value(refused).expect("a fault"));
    let window = Window::open(&story).await;
    opens_the_page(&window, &story).await;
    window
        .press("Start reading")
        .await
        .sees("Not everything could be read.")
        .await
        .sees("Permissions of groups in projects")
        .await
        .sees("what is missing is not in the picture")
        .await;
    is_for_everybody(&window).await;
    story.sandbox.clear_faults();
    window
        .press("Ask again for what is missing")
        .await
        .sees("Everything was read.")
        .await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn effective_permissions_are_shown_without_a_way() {
    let (story, _keychain) = saved("ready").await;
    let window = Window::open(&story).await;
    let folder = opens_the_page(&window, &story).await;
    window
        .tick("Effective permissions only")
        .await
        .tick("Write a second copy for spreadsheets")
        .await
        .press("Start reading")
        .await
        .sees("Everything was read.")
        .await
        .sees("Read as effective permissions")
        .await
        .sees_picture("access")
        .await;
    is_for_everybody(&window).await;
    let names: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        names.contains(&"entities.spreadsheet.csv".to_owned()),
        "{names:?}"
    );
    window.close().await;
}
