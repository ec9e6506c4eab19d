//! The page that looks at the surroundings, and the zip that it writes.

use std::fs;
use std::io::Read;

use bbsetup_sandbox::Scenario;
use bbsetup_tests::{Keychain, Story, Window};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn what_was_looked_at_is_shown_and_saved_as_it_was_shown() {
    let keychain = Keychain::open();
    let mut story = Story::of(Scenario::named("ready").expect("a scenario")).await;
    // In practice mode the window knows the addresses before any set-up is begun.
    story
        .keeps_secrets_in(&keychain)
        .set("BBSETUP_PRACTICE", "ready");
    let window = Window::open(&story).await;
    window.press("Diagnose").await.turns_to("diagnose").await;
    window
        .sees("Nothing that was looked at is wrong.")
        .await
        .sees("The same value came back.")
        .await
        .sees("Without a workspace ID it is not asked whether Bitbucket answers.")
        .await
        .sees("WebKitGTK")
        .await;
    assert!(keychain.names().is_empty(), "nothing is left behind");
    window.press("Look again").await;
    window.sees("path=\"/2.0/user\"").await;

    let path = story.path("diagnosis.zip");
    window
        .fill("File", &path)
        .await
        .press("Save as zip")
        .await
        .sees("SHA-256")
        .await;
    let file = fs::File::open(&path).expect("the zip is there");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut text = String::new();
    archive
        .by_name("report.txt")
        .expect("the report")
        .read_to_string(&mut text)
        .expect("text");
    let first = text.lines().next().expect("a line");
    window.sees(first).await;
    assert!(first.contains("WebKitGTK"), "{first}");

    // A file that is there already is replaced only after asking.
    let before = fs::read(&path).expect("the zip");
    window
        .tick("Include e-mail addresses")
        .await
        .press("Save as zip")
        .await
        .sees_dialog()
        .await
        .press("Keep it")
        .await
        .sees_no_dialog()
        .await;
    assert_eq!(fs::read(&path).expect("still there"), before);
    window.press("Back").await.turns_to("home").await;
    window.close().await;
}
