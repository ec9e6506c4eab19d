//! A picture of every page in its main states, for people to look at: `cargo xtask screens`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    reason = "a picture that cannot be taken has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bbsetup_tests::steps::{
    by_hand, fills_in_balkanids_form, fills_in_the_account, gives_the_account,
    pastes_the_workspace_token, reaches_the_report, reaches_the_tokens, swift,
};
use bbsetup_tests::{Keychain, Light, Story, Window};
use serde_json::{Value, json};

/// Width and height of what is inside the window.
const SIZES: [(u32, u32); 2] = [(800, 600), (1280, 860)];

/// Where the pictures go, and which light they are taken in.
struct Album {
    folder: PathBuf,
    light: Light,
}

impl Album {
    fn new(light: Light) -> Self {
        let folder = std::env::var_os("BBSETUP_SCREENS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens"),
            PathBuf::from,
        );
        fs::create_dir_all(&folder).expect("room");
        Self { folder, light }
    }

    async fn open(&self, story: &Story) -> Window {
        Window::open_in(story, self.light).await
    }

    /// Takes pictures of what the window shows, one for each screenful.
    async fn takes(&self, window: &Window, name: &str) {
        let light = match self.light {
            Light::Light => "light",
            Light::Dark => "dark",
        };
        for (width, height) in SIZES {
            window.is_sized(width, height).await;
            let mut screenful = 1;
            window.scrolls_to(0).await;
            loop {
                let number = match screenful {
                    1 => String::new(),
                    number => format!(".{number}"),
                };
                let file = format!("{name}.{width}x{height}.{light}{number}.png");
                fs::write(self.folder.join(file), window.picture().await).expect("room");
                // What is behind a dialog does not scroll.
                if window.has_dialog().await
                    || !window.scrolls_to(screenful * (height - OVERLAP)).await
                {
                    break;
                }
                screenful += 1;
            }
            window.scrolls_to(0).await;
        }
    }
}

/// Two screenfuls of a page share so much of it.
const OVERLAP: u32 = 60;

fn fault(fault: Value) -> bbsetup_sandbox::Fault {
    serde_json::from_value(fault).expect("a fault")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "cargo xtask screens"]
async fn light() {
    every_page(&Album::new(Light::Light)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "cargo xtask screens"]
async fn dark() {
    every_page(&Album::new(Light::Dark)).await;
}

async fn every_page(album: &Album) {
    the_steps_to_the_report(album).await;
    the_report(album).await;
    from_balkanid_to_home(album).await;
    what_is_missing(album).await;
    by_hand_in_balkanids_form(album).await;
    while_it_runs(album).await;
    what_fails(album).await;
    practice(album).await;
    without_a_keychain(album).await;
    a_workspace_that_is_read(album).await;
}

/// Empty, with a problem, filled in.
async fn the_steps_to_the_report(album: &Album) {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = album.open(&story).await;
    album.takes(&window, "00-home-first-run").await;
    window
        .press("Begin")
        .await
        .turns_to("service_account")
        .await;
    album.takes(&window, "01-service-account").await;
    window.tick("There is an account for BalkanID").await;
    album.takes(&window, "01-service-account-filled").await;
    window.tick("There is an account for BalkanID").await;
    window
        .press("Continue")
        .await
        .sees("One thing to look at")
        .await;
    album.takes(&window, "01-service-account-problem").await;
    window.tick("There is an account for BalkanID").await;
    window.press("Continue").await.turns_to("workspace").await;
    album.takes(&window, "02-workspace").await;
    let address = "https://bitbucket.org/acme/ledger/src/main/";
    window
        .fill("Workspace ID", address)
        .await
        .sees("Read as the workspace acme")
        .await;
    album.takes(&window, "02-workspace-filled").await;
    window
        .fill("Workspace ID", "Acme Corporation")
        .await
        .press("Continue")
        .await
        .sees("One thing to look at")
        .await;
    album.takes(&window, "02-workspace-problem").await;
    window.fill("Workspace ID", address).await;
    window.press("Continue").await.turns_to("api_url").await;
    album.takes(&window, "03-api-url").await;
    let url = story.typed("BBSETUP_API_URL");
    window.fill("API URL", &url).await;
    album.takes(&window, "03-api-url-filled").await;
    window.fill("API URL", "http://api.bitbucket.org").await;
    window
        .press("Continue")
        .await
        .sees("One thing to look at")
        .await;
    album.takes(&window, "03-api-url-problem").await;
    window.fill("API URL", &url).await;
    window
        .press("Continue")
        .await
        .turns_to("workspace_token")
        .await;
    window.sees("No token is here yet").await;
    album.takes(&window, "04-workspace-token").await;
    window.fill("Workspace access token", "two words").await;
    window.sees("a token is one unbroken line").await;
    album.takes(&window, "04-workspace-token-problem").await;
    window
        .fill(
            "Workspace access token",
            &story.typed("BBSETUP_WORKSPACE_TOKEN"),
        )
        .await
        .sees("5 permissions")
        .await;
    album.takes(&window, "04-workspace-token-filled").await;
    window.press("Steps").await.sees("Cannot start yet").await;
    album.takes(&window, "04-steps").await;
    window.press("Steps").await;
    window.press("Continue").await.turns_to("account").await;
    album.takes(&window, "05-account").await;
    fills_in_the_account(&window, &story).await;
    album.takes(&window, "05-account-filled").await;
    window.fill("Account e-mail", "janesmith").await;
    window
        .press("Continue")
        .await
        .sees("One thing to look at")
        .await;
    album.takes(&window, "05-account-problem").await;
    // The next start finds what was begun.
    window.is_killed().await;
    let window = album.open(&story).await;
    album.takes(&window, "00-home-unfinished").await;
    window.press("Begin anew").await.sees("Begin anew?").await;
    album.takes(&window, "00-home-begin-anew").await;
    window.close().await;
}

async fn the_report(album: &Album) {
    let (story, _keychain) = by_hand(swift("missing-read-scopes")).await;
    let window = album.open(&story).await;
    reaches_the_tokens(&window, &story).await;
    window
        .fill(
            "Workspace access token",
            &story.typed("BBSETUP_WORKSPACE_TOKEN"),
        )
        .await
        .sees("not granted yet")
        .await;
    album.takes(&window, "04-workspace-token-missing").await;
    window.press("Continue").await.turns_to("account").await;
    fills_in_the_account(&window, &story).await;
    story.sandbox.set_latency(STANDSTILL);
    window.press("Continue").await.turns_to("report").await;
    window.sees("Asking Bitbucket…").await;
    album.takes(&window, "06-report-running").await;
    window.press("Cancel").await;
    window.waits_for_the_report().await;
    album.takes(&window, "06-report-cancelled").await;
    story.sandbox.set_latency(Duration::ZERO);
    window.press("Check again").await.sees("To mend").await;
    window.waits_for_the_report().await;
    album.takes(&window, "06-report-changed").await;
    story.sandbox.set_latency(STANDSTILL);
    window
        .press("Check again")
        .await
        .sees("Asking Bitbucket…")
        .await;
    album.takes(&window, "06-report-running-again").await;
    window.press("Cancel").await;
    window.waits_for_the_report().await;
    story.sandbox.set_latency(Duration::ZERO);
    for (name, found) in [
        (
            "rate-limited",
            json!({"server": "bitbucket", "path": "/2.0/workspaces/acme/members", "action": {"too_many_requests": {"retry_after": "3600"}}}),
        ),
        (
            "undetermined",
            json!({"server": "bitbucket", "path": "/2.0/repositories/acme$", "action": {"answer": {"status": 500}}}),
        ),
    ] {
        story.sandbox.set_fault(fault(found));
        window
            .press("Check again")
            .await
            .sees("Could not tell")
            .await;
        window.waits_for_the_report().await;
        album.takes(&window, &format!("06-report-{name}")).await;
    }
    story.sandbox.clear_faults();
    story
        .sandbox
        .set_scopes(
            "workspace_token",
            &[
                "account",
                "project",
                "project:admin",
                "repository",
                "repository:admin",
            ],
        )
        .expect("the scenario's credential");
    window.press("Check again").await.sees("Ready:").await;
    window.waits_for_the_report().await;
    album.takes(&window, "06-report-ready").await;
    window.opens_the_first_evidence().await;
    album.takes(&window, "06-report-evidence").await;
    window.close().await;

    for scenario in [
        "missing-project-admin",
        "missing-read-scopes",
        "swapped-tokens",
        "empty-workspace",
        "not-administrator",
        "ip-allow-list",
    ] {
        let (story, _keychain) = by_hand(swift(scenario)).await;
        let window = album.open(&story).await;
        reaches_the_report(&window, &story).await;
        window.waits_for_the_report().await;
        album.takes(&window, &format!("06-report-{scenario}")).await;
        window.close().await;
    }
}

/// Long enough for the pictures.
const STANDSTILL: Duration = Duration::from_secs(600);

async fn from_balkanid_to_home(album: &Album) {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;
    album.takes(&window, "07-balkanid").await;
    window.fill("Primary Application owner", "the owner").await;
    window
        .fill("BalkanID REST base", "http://app.balkan.id")
        .await;
    window
        .press("Continue")
        .await
        .sees("things to look at")
        .await;
    album.takes(&window, "07-balkanid-problem").await;
    fills_in_balkanids_form(&window, &story).await;
    album.takes(&window, "08-answers").await;
    window.press("Back").await.turns_to("balkanid").await;
    album.takes(&window, "07-balkanid-filled").await;
    window.press("Continue").await.turns_to("answers").await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window.sees("Creates an integration").await;
    album.takes(&window, "09-submit-by-api").await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await
        .sees_button("Continue")
        .await;
    album.takes(&window, "09-submit-connected").await;
    window.press("Continue").await.turns_to("done").await;
    album.takes(&window, "10-done").await;
    let file = story.path("setup.json");
    window.fill("File for JSON", &file).await;
    window.press("Export JSON").await.sees("SHA-256").await;
    album.takes(&window, "10-done-exported").await;
    window
        .press("Export JSON")
        .await
        .sees("Replace the file?")
        .await;
    album.takes(&window, "10-done-replace").await;
    window.press("Keep it").await;
    window.fill("Passphrase", "short").await;
    window
        .press("Export Everything, encrypted")
        .await
        .sees("needs at least")
        .await;
    album.takes(&window, "10-done-passphrase").await;
    window
        .press("Back to the start")
        .await
        .turns_to("home")
        .await;
    window.sees_button("Check again").await;
    album.takes(&window, "00-home-profiles").await;
    window.press("Check again").await;
    window.sees("Project permissions").await;
    album.takes(&window, "00-home-checked").await;
    for (button, name) in [
        ("Replace a token", "replace"),
        ("Export", "export"),
        ("Forget", "forget"),
    ] {
        window.press(button).await.sees_dialog().await;
        album.takes(&window, &format!("00-home-{name}")).await;
        window.key(fantoccini::key::Key::Escape).await;
        window.sees_no_dialog().await;
    }
    window.close().await;
}

async fn what_is_missing(album: &Album) {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = album.open(&story).await;
    reaches_the_tokens(&window, &story).await;
    window.press("Continue").await.turns_to("account").await;
    window
        .fill("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .await;
    window.press("Continue").await.turns_to("report").await;
    window.waits_for_the_report().await;
    album.takes(&window, "06-report-without-tokens").await;
    window.press("Continue").await.turns_to("balkanid").await;
    window
        .fill("Primary Application owner", "owner@acme.example")
        .await;
    window.press("Continue").await.turns_to("answers").await;
    window.sees("needed before it can be saved").await;
    album.takes(&window, "08-answers-missing").await;
    window.close().await;
}

async fn by_hand_in_balkanids_form(album: &Album) {
    let (story, _keychain) = by_hand(swift("first-set-up")).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(&window, &story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window.sees("I have saved it in BalkanID").await;
    album.takes(&window, "09-submit-assisted").await;
    window.press("BalkanID told me the names of the keys").await;
    album.takes(&window, "09-submit-key-names").await;
    window
        .press("I have saved it in BalkanID")
        .await
        .sees_button("Continue")
        .await;
    album.takes(&window, "09-submit-assisted-saved").await;
    window.press("Continue").await.turns_to("done").await;
    album.takes(&window, "10-done-assisted").await;
    window.close().await;
}

/// From the report to the submission, which is begun.
async fn submits(window: &Window, story: &Story) {
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(window, story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await;
}

async fn while_it_runs(album: &Album) {
    let slow = swift("ready")
        .patched(json!({"balkanid": {"reads_until_synced": 1000}}))
        .expect("a scenario");
    let (story, _keychain) = by_hand(slow).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    submits(&window, &story).await;
    window.sees_button("Stop watching").await;
    album.takes(&window, "09-submit-running").await;
    window
        .press("Stop watching")
        .await
        .sees_button("Continue")
        .await;
    album.takes(&window, "09-submit-watching-stopped").await;
    window.close().await;
}

async fn what_fails(album: &Album) {
    let (story, _keychain) = by_hand(swift("sync-fails")).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    submits(&window, &story).await;
    window.sees_button("Submit again").await;
    album.takes(&window, "09-submit-sync-failed").await;
    window.close().await;

    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    story.sandbox.set_fault(fault(
        json!({"server": "storage", "method": "PUT", "action": {"answer": {"status": 403}}}),
    ));
    submits(&window, &story).await;
    window
        .sees("Nothing was submitted")
        .await
        .sees_button("Submit again")
        .await;
    album.takes(&window, "09-submit-failed").await;
    window.close().await;

    let (story, _keychain) = by_hand(swift("balkanid-key-refused")).await;
    let window = album.open(&story).await;
    reaches_the_report(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(&window, &story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window.sees("does not accept the API key").await;
    album.takes(&window, "09-submit-key-refused").await;
    window.close().await;
}

async fn practice(album: &Album) {
    let keychain = Keychain::open();
    let mut story = Story::of(swift("ready")).await;
    story.keeps_secrets_in(&keychain);
    story.set("BBSETUP_PRACTICE", "ready");
    let window = album.open(&story).await;
    window.sees("stand-ins on this machine").await;
    album.takes(&window, "11-practice-home").await;
    window.press("Diagnose").await.turns_to("diagnose").await;
    window.sees("profiles.json").await;
    album.takes(&window, "12-diagnose").await;
    window.press("Back").await.turns_to("home").await;
    window
        .press("Begin")
        .await
        .turns_to("service_account")
        .await;
    window.press("Fill in practice values").await;
    album.takes(&window, "11-practice-service-account").await;
    for page in ["workspace", "api_url", "workspace_token", "account"] {
        window.press("Continue").await.turns_to(page).await;
        window.sees_button("Fill in practice values").await;
        window.press("Fill in practice values").await;
    }
    window.sees("API token ·").await;
    album.takes(&window, "11-practice-account").await;
    window.press("Continue").await.turns_to("report").await;
    window.waits_for_the_report().await;
    album.takes(&window, "11-practice-report").await;
    window.close().await;
}

async fn without_a_keychain(album: &Album) {
    let bus = Keychain::bus_alone();
    let mut story = Story::of(swift("ready")).await;
    story.keeps_secrets_in(&bus).gives_nothing_beforehand();
    let window = album.open(&story).await;
    reaches_the_tokens(&window, &story).await;
    window.sees_button("Go on for this process only").await;
    album.takes(&window, "12-no-keychain").await;
    window.press("Go on for this process only").await;
    pastes_the_workspace_token(&window, &story).await;
    album.takes(&window, "12-no-keychain-account").await;
    gives_the_account(&window, &story).await;
    window.waits_for_the_report().await;
    reaches_the_end_in_memory(&window, &story).await;
    album.takes(&window, "12-no-keychain-done").await;
    window.close().await;
}

async fn reaches_the_end_in_memory(window: &Window, story: &Story) {
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(window, story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window
        .press("Submit to BalkanID")
        .await
        .sees("Connected")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
}

async fn a_workspace_that_is_read(album: &Album) {
    let (story, _keychain) = by_hand(swift("large")).await;
    let mut save = story.command(&["save", "--unchecked"]);
    assert!(
        save.envs(story.sandbox.env())
            .status()
            .expect("it runs")
            .success()
    );
    let window = album.open(&story).await;
    window
        .press("Read the workspace")
        .await
        .turns_to("reading")
        .await;
    let folder = story.path("reading");
    window.fill("Folder for the files", &folder).await;
    window.press("Estimate").await.sees("an hour.").await;
    album.takes(&window, "13-reading").await;
    story.sandbox.set_latency(Duration::from_millis(500));
    window.press("Start reading").await.sees("of 200").await;
    album.takes(&window, "13-reading-running").await;
    window
        .press("Stop reading")
        .await
        .sees("Not finished")
        .await;
    album.takes(&window, "13-reading-stopped").await;
    story.sandbox.set_latency(Duration::ZERO);
    window.press("Change what is read").await;
    window.sees("and is not finished").await;
    album.takes(&window, "13-reading-unfinished").await;
    window.press("Go on").await.sees_picture("access").await;
    window.sees("What a reviewer looks for first").await;
    album.takes(&window, "13-reading-read").await;
    window.close().await;
}
