//! The window's steps, each as a person takes it who types what the scenario gives.

use bbsetup_sandbox::{Integration, Scenario};
use serde_json::json;

use crate::{Keychain, Story, Window};

/// The box of the first step.
pub const CONFIRM: &str = "There is an account for BalkanID";
/// The field of the second step.
pub const WORKSPACE: &str = "Workspace ID";

/// A scenario in which BalkanID answers at once.
pub fn swift(name: &str) -> Scenario {
    Scenario::named(name)
        .and_then(|scenario| {
            scenario.patched(json!({"balkanid": {"polls_until_ready": 0, "reads_until_synced": 0}}))
        })
        .expect("a scenario")
}

/// A story whose person types everything, and whose secrets go to a real keychain.
pub async fn by_hand(scenario: Scenario) -> (Story, Keychain) {
    let keychain = Keychain::open();
    let mut story = Story::of(scenario).await;
    story.keeps_secrets_in(&keychain).gives_nothing_beforehand();
    (story, keychain)
}

/// Steps 1 to 3.
pub async fn reaches_the_tokens(window: &Window, story: &Story) {
    window.press("Begin").await;
    window.turns_to("service_account").await.tick(CONFIRM).await;
    window.press("Continue").await;
    window.turns_to("workspace").await;
    window
        .fill(WORKSPACE, &story.typed("BBSETUP_WORKSPACE"))
        .await;
    window.press("Continue").await;
    window.turns_to("api_url").await;
    window
        .fill("API URL", &story.typed("BBSETUP_API_URL"))
        .await;
    window.press("Continue").await;
    window.turns_to("workspace_token").await;
}

/// Step 4.
pub async fn pastes_the_workspace_token(window: &Window, story: &Story) {
    window
        .fill(
            "Workspace access token",
            &story.typed("BBSETUP_WORKSPACE_TOKEN"),
        )
        .await;
    sees_what_it_may_do(window).await;
    window.press("Continue").await.turns_to("account").await;
}

/// Step 5.
pub async fn gives_the_account(window: &Window, story: &Story) {
    fills_in_the_account(window, story).await;
    window.press("Continue").await.turns_to("report").await;
}

/// Step 5, without going on.
pub async fn fills_in_the_account(window: &Window, story: &Story) {
    window
        .fill("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .await
        .fill("API token", &story.typed("BBSETUP_API_TOKEN"))
        .await;
    sees_what_it_may_do(window).await;
}

/// Reads the answers that come in below a token, until the last is there.
async fn sees_what_it_may_do(window: &Window) {
    window.sees_button("Check again").await;
}

/// Steps 1 to 5.
pub async fn reaches_the_report(window: &Window, story: &Story) {
    reaches_the_tokens(window, story).await;
    pastes_the_workspace_token(window, story).await;
    gives_the_account(window, story).await;
}

/// Step 7.
pub async fn fills_in_balkanids_form(window: &Window, story: &Story) {
    for (label, text) in [
        ("Primary Application owner", "owner@acme.example".to_owned()),
        (
            "Secondary Application Owner(s)",
            "second@acme.example".to_owned(),
        ),
        ("Description", "Bitbucket, \"Payments\"".to_owned()),
    ] {
        window.fill(label, &text).await;
    }
    gives_the_key(window, story).await;
    window.press("Continue").await.turns_to("answers").await;
}

/// BalkanID's key and addresses, on the page of step 7.
pub async fn gives_the_key(window: &Window, story: &Story) {
    for (label, variable) in [
        ("API key ID", "BBSETUP_BALKANID_KEY_ID"),
        ("API key secret", "BBSETUP_BALKANID_KEY_SECRET"),
        ("BalkanID REST base", "BBSETUP_BALKANID_URL"),
        ("BalkanID Public API", "BBSETUP_BALKANID_PUBLIC_URL"),
    ] {
        window.fill(label, &story.typed(variable)).await;
    }
}

/// From the report to Done, by API.
pub async fn reaches_the_end(window: &Window, story: &Story) {
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(window, story).await;
    saves_and_submits(window).await;
}

/// From "Check your answers" to the page of the submission.
pub async fn reaches_the_submission(window: &Window) {
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
}

/// Axe finds nothing on this page.
pub async fn is_for_everybody(window: &Window) {
    let page = window.page().await;
    assert_eq!(window.violations().await, Vec::<String>::new(), "{page}");
}

/// From "Check your answers" to Done, by API.
pub async fn saves_and_submits(window: &Window) {
    reaches_the_submission(window).await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
}

/// Each secret of the story stands in the keychain, and nothing else.
pub fn holds_each_secret(keychain: &Keychain, story: &Story) {
    for (slot, variable) in [
        ("workspace_token", "BBSETUP_WORKSPACE_TOKEN"),
        ("account", "BBSETUP_API_TOKEN"),
        ("balkanid_key_id", "BBSETUP_BALKANID_KEY_ID"),
        ("balkanid_key_secret", "BBSETUP_BALKANID_KEY_SECRET"),
    ] {
        assert_eq!(
            keychain.lookup("acme", slot),
            Some(story.typed(variable)),
            "{slot}"
        );
    }
    assert_eq!(
        keychain.names().len(),
        4,
        "and nothing else, no probe either"
    );
}

/// The integration that the story wrote.
pub fn written(story: &Story) -> Vec<Integration> {
    let mut integrations = story.sandbox.integrations();
    integrations.retain(|integration| integration.writes > 0);
    integrations
}

/// BalkanID holds what was typed.
pub fn holds_the_right_values(story: &Story) {
    let written = written(story);
    assert_eq!(written.len(), 1, "one integration, and no second");
    let value = |key: &str| written[0].secrets[key].value.clone();
    assert_eq!(value("workspace"), "acme");
    assert_eq!(value("api_url"), story.sandbox.bitbucket_url());
    assert_eq!(value("account_username"), story.typed("BBSETUP_ACCOUNT"));
    assert_eq!(
        value("access_token"),
        story.typed("BBSETUP_WORKSPACE_TOKEN")
    );
    assert_eq!(
        value("account_app_password"),
        story.typed("BBSETUP_API_TOKEN")
    );
    assert_eq!(written[0].description, "Bitbucket, \"Payments\"");
    assert_eq!(written[0].message, "Data Available");
}
