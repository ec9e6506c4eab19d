//! With the keyboard alone.

use bbsetup_tests::Window;
use fantoccini::key::Key;

use bbsetup_tests::steps::{by_hand, swift};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn the_first_three_steps_and_their_problems_need_no_mouse() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    window.tabs_to("Begin").await.key(Key::Enter).await;
    window.turns_to("service_account").await;
    assert_eq!(
        window.focus().await,
        window.heading().await,
        "the heading is read first"
    );

    // What is wrong takes the focus, and leads to its field.
    window.tabs_to("Continue").await.key(Key::Enter).await;
    window.sees("One thing to look at").await;
    assert!(window.focus().await.starts_with("One thing to look at"));
    window.key(Key::Tab).await.key(Key::Enter).await;
    let confirm = "There is an account for BalkanID, and it is an administrator of the workspace";
    assert_eq!(window.focus().await, confirm);
    window.types(" ").await;
    window.tabs_to("Continue").await.key(Key::Enter).await;
    window.turns_to("workspace").await;
    assert_eq!(window.focus().await, window.heading().await);

    window
        .tabs_to("Workspace ID, or any address of the workspace")
        .await
        .types("https://bitbucket.org/acme/ledger/src/main/")
        .await
        .key(Key::Enter)
        .await;
    window.turns_to("api_url").await;
    window.sees("Workspace ID: acme").await;

    window.tabs_to("API URL").await.selects_all().await;
    window
        .types(&story.typed("BBSETUP_API_URL"))
        .await
        .key(Key::Enter)
        .await;
    window.turns_to("workspace_token").await;
    window.sees("Bitbucket answers at 127.0.0.1").await;

    // The list of steps opens, leads back, and closes by Escape.
    window.tabs_back_to("Steps").await.key(Key::Enter).await;
    window.sees("Cannot start yet").await;
    window.key(Key::Escape).await;
    assert_eq!(window.focus().await, "Steps");
    window.key(Key::Enter).await;
    window.tabs_to("Workspace ID").await.key(Key::Enter).await;
    window.turns_to("workspace").await;
    assert_eq!(
        window.typed("Workspace ID").await,
        "https://bitbucket.org/acme/ledger/src/main/"
    );
    window.close().await;
}
