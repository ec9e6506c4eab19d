//! A window that ends half-way, and the next one.

use std::fs;

use bbsetup_tests::Window;

use bbsetup_tests::steps::{
    by_hand, gives_the_account, holds_each_secret, holds_the_right_values,
    pastes_the_workspace_token, reaches_the_end, reaches_the_tokens, swift,
};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_window_that_is_killed_half_way_is_gone_on_with_at_the_next_start() {
    let (story, keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    reaches_the_tokens(&window, &story).await;
    pastes_the_workspace_token(&window, &story).await;
    window
        .fill("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .await;
    // What was typed is kept as soon as the field is left.
    let file = story.folder.path().join("home/progress.json");
    let email = story.typed("BBSETUP_ACCOUNT");
    bbsetup_tests::until("the e-mail is kept", || {
        fs::read_to_string(&file).is_ok_and(|kept| kept.contains(&email))
    });
    window.is_killed().await;

    let kept = fs::read_to_string(&file).expect("progress is kept");
    assert!(kept.contains("acme"), "{kept}");
    assert!(
        !kept.contains(&story.typed("BBSETUP_WORKSPACE_TOKEN")),
        "no secret is kept"
    );
    assert!(keychain.names().is_empty(), "nothing was submitted yet");

    let window = Window::open(&story).await;
    assert_eq!(window.heading().await, "Your set-ups");
    window
        .press("Go on with acme")
        .await
        .turns_to("workspace_token")
        .await;
    // The token was not kept; its page says so, and takes it again.
    window.sees("No token is here yet").await;
    pastes_the_workspace_token(&window, &story).await;
    assert_eq!(window.typed("Account e-mail").await, email);
    gives_the_account(&window, &story).await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    reaches_the_end(&window, &story).await;
    holds_each_secret(&keychain, &story);
    holds_the_right_values(&story);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_second_set_up_of_the_same_workspace_updates_and_does_not_duplicate() {
    let (story, keychain) = by_hand(swift("existing-integration")).await;
    let before = story.sandbox.integrations();
    let window = Window::open(&story).await;
    bbsetup_tests::steps::reaches_the_report(&window, &story).await;
    reaches_the_end(&window, &story).await;
    holds_each_secret(&keychain, &story);
    holds_the_right_values(&story);
    let held = story.sandbox.integrations();
    assert_eq!((held.len(), &held[0].id), (1, &before[0].id));
    assert_eq!(
        held[0].other["Reviewer Count"], "2",
        "what the tenant set stays"
    );

    // Once more from the first page, with what the keychain holds.
    window
        .press("Back to the start")
        .await
        .turns_to("home")
        .await;
    window
        .press("Change answers")
        .await
        .turns_to("answers")
        .await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window
        .sees("Updates the integration")
        .await
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await
        .press("Continue")
        .await
        .turns_to("done")
        .await;
    assert_eq!(story.sandbox.integrations().len(), 1);
    holds_each_secret(&keychain, &story);
    window.close().await;
}
