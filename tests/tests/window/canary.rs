//! No page, and nothing that a script of a page can reach, holds a secret.

use bbsetup_sandbox::Scenario;
use bbsetup_tests::{Canary, Window, copies_in_folder};
use serde_json::json;

use bbsetup_tests::steps::{
    by_hand, fills_in_balkanids_form, gives_the_account, holds_each_secret, reaches_the_tokens,
};

/// Slot and marked secret, in the order in which they are pasted.
const SECRETS: [(&str, &str); 4] = [
    (
        "workspace_token",
        "ATCTT3xFfGN0canaryONE_workspace-token_IzQ7vKq2mXw=C1A2B3D4",
    ),
    (
        "account",
        "ATATT3xFfGF0canaryTWO_account-token_Pn5RbYd8tLs=E5F6A7B8",
    ),
    ("balkanid_key_id", "canaryTHREE-key-id-Wk4HgTz9uC"),
    (
        "balkanid_key_secret",
        "canaryFOUR/key+secret=Xe6MfJa3oVyQ0rNs",
    ),
];

const PASSPHRASE: &str = "canaryFIVE, a passphrase & its sign: Lh2DpBi7eGk";

fn canaries() -> Vec<Canary> {
    SECRETS
        .iter()
        .map(|(slot, secret)| Canary::new(slot, secret))
        .chain([Canary::new("passphrase", PASSPHRASE)])
        .collect()
}

fn scenario() -> Scenario {
    let [(_, token), (_, account), (_, key_id), (_, key_secret)] = SECRETS;
    Scenario::named("ready")
        .and_then(|ready| {
            ready.patched(json!({
                "credentials": {"workspace_token": {"secret": token}, "account": {"secret": account}},
                "balkanid": {"key_id": key_id, "key_secret": key_secret, "polls_until_ready": 0, "reads_until_synced": 0},
            }))
        })
        .expect("a scenario")
}

async fn is_clean(window: &Window) {
    let page = window.page().await;
    assert_eq!(
        window.copies(&canaries()).await,
        Vec::<String>::new(),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn no_page_holds_a_secret_once_it_was_handed_over() {
    let (story, keychain) = by_hand(scenario()).await;
    let window = Window::open(&story).await;
    reaches_the_tokens(&window, &story).await;
    window
        .fill(
            "Workspace access token",
            &story.typed("BBSETUP_WORKSPACE_TOKEN"),
        )
        .await
        .sees("5 permissions")
        .await;
    is_clean(&window).await;
    window.press("Continue").await.turns_to("account").await;
    is_clean(&window).await;
    gives_the_account(&window, &story).await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    is_clean(&window).await;
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(&window, &story).await;
    is_clean(&window).await;
    for page in ["balkanid", "report", "account", "workspace_token"] {
        window.press("Back").await.turns_to(page).await;
        is_clean(&window).await;
    }
    for page in ["account", "report", "balkanid", "answers"] {
        window.press("Continue").await.turns_to(page).await;
    }
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await
        .sees("Creates an integration")
        .await;
    is_clean(&window).await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await
        .sees("Connected")
        .await;
    is_clean(&window).await;
    window.press("Continue").await.turns_to("done").await;
    is_clean(&window).await;
    window.fill("Passphrase", PASSPHRASE).await;
    window.fill("Passphrase, once more", PASSPHRASE).await;
    window
        .fill("File for Everything, encrypted", &story.path("setup.age"))
        .await
        .press("Export Everything, encrypted")
        .await
        .sees("encrypted with your passphrase")
        .await;
    is_clean(&window).await;
    window
        .press("Back to the start")
        .await
        .turns_to("home")
        .await;
    is_clean(&window).await;
    holds_each_secret(&keychain, &story);
    window.close().await;
    // What the window and its engine wrote to the disk: state, caches, logs, the exports.
    assert_eq!(
        copies_in_folder(story.folder.path(), &canaries()),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_planted_secret_is_caught_wherever_a_script_can_reach_it() {
    let (story, _keychain) = by_hand(scenario()).await;
    let window = Window::open(&story).await;
    is_clean(&window).await;
    let secret = SECRETS[0].1;
    for (place, plant, remove) in [
        (
            "a property",
            "window.planted = arguments[0]",
            "delete window.planted",
        ),
        (
            "deep in maps and sets",
            "window.planted = { list: [new Map([['key', new Set([{ held: arguments[0] }])]])] }",
            "delete window.planted",
        ),
        (
            "the key of a map",
            "window.planted = new Map([[{ key: arguments[0] }, 1]])",
            "delete window.planted",
        ),
        (
            "a property named by a symbol",
            "window[Symbol.for('planted')] = [arguments[0]]",
            "delete window[Symbol.for('planted')]",
        ),
        (
            "a property that no loop shows",
            "Object.defineProperty(window, 'planted', { value: { held: arguments[0] }, configurable: true })",
            "delete window.planted",
        ),
        (
            "behind a getter",
            "const held = arguments[0]; Object.defineProperty(window, 'planted', { get: () => held, configurable: true })",
            "delete window.planted",
        ),
        (
            "a property of a function",
            "window.planted = () => 1; window.planted.held = arguments[0]",
            "delete window.planted",
        ),
        (
            "a prototype",
            "window.planted = Object.create({ held: arguments[0] })",
            "delete window.planted",
        ),
        (
            "bytes",
            "window.planted = new TextEncoder().encode(arguments[0])",
            "delete window.planted",
        ),
        (
            "base64",
            "window.planted = btoa('balkanid@acme.example:' + arguments[0])",
            "delete window.planted",
        ),
        (
            "an address",
            "window.planted = encodeURIComponent(arguments[0])",
            "delete window.planted",
        ),
        (
            "a property of an element",
            "document.querySelector('h1').planted = { held: arguments[0] }",
            "delete document.querySelector('h1').planted",
        ),
        (
            "an attribute",
            "document.querySelector('h1').dataset.planted = arguments[0]",
            "delete document.querySelector('h1').dataset.planted",
        ),
        (
            "an input",
            "const input = document.createElement('input'); input.id = 'planted'; document.body.append(input); input.value = arguments[0]",
            "document.getElementById('planted').remove()",
        ),
        (
            "the storage of the session",
            "sessionStorage.setItem('planted', arguments[0])",
            "sessionStorage.removeItem('planted')",
        ),
        (
            "the state of the history",
            "history.replaceState({ planted: arguments[0] }, '')",
            "history.replaceState(null, '')",
        ),
    ] {
        window.does(plant, vec![json!(secret)]).await;
        assert!(!window.copies(&canaries()).await.is_empty(), "{place}");
        window.does(remove, vec![]).await;
        is_clean(&window).await;
    }
    window.close().await;
}
