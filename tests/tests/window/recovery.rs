//! Every trouble that can be mended: it is met, its cause is mended where it lies, and the same
//! window goes on from there to Done.

use std::fs;

use bbsetup_sandbox::Mending;
use bbsetup_tests::{Keychain, Story, Window};
use serde_json::{Value, json};

use bbsetup_tests::steps::{
    CONFIRM, WORKSPACE, by_hand, holds_the_right_values, reaches_the_end, saves_and_submits, swift,
};

/// How a cause is mended.
#[derive(Clone, Copy, Debug)]
enum Mend {
    /// What went wrong on purpose stops.
    Passes,
    /// Bitbucket's administrator gives both credentials all that they need.
    Grants,
    /// The account becomes an administrator of the workspace.
    Administrator,
    /// These credentials are made anew and pasted.
    Replaced(&'static [&'static str]),
}

use Mend::{Administrator, Grants, Passes, Replaced};

/// Scenario, the problem by which it is known, and its mend.
const TROUBLES: &[(&str, &str, Mend)] = &[
    ("missing-project-admin", "scope_missing", Grants),
    ("missing-read-scopes", "scope_missing", Grants),
    ("identity-scope-missing", "scope_missing", Grants),
    ("groups-scope-missing", "scope_missing", Grants),
    ("groups-want-admin-scope", "scope_missing", Grants),
    ("expired-workspace-token", "sign_in_refused", Grants),
    ("unscoped-api-token", "sign_in_refused", Grants),
    ("not-administrator", "role_missing", Administrator),
    ("not-a-member", "workspace_mismatch", Administrator),
    (
        "app-password",
        "app_password_removed",
        Replaced(&["account"]),
    ),
    (
        "project-token-in-workspace-slot",
        "wrong_credential_kind",
        Replaced(&["workspace_token"]),
    ),
    (
        "repository-token-in-workspace-slot",
        "wrong_credential_kind",
        Replaced(&["workspace_token"]),
    ),
    (
        "swapped-tokens",
        "wrong_credential_kind",
        Replaced(&["account", "workspace_token"]),
    ),
    (
        "other-workspace-token",
        "workspace_mismatch",
        Replaced(&["workspace_token"]),
    ),
    ("workspace-deactivated", "workspace_deactivated", Passes),
    ("ip-allow-list", "network_policy", Passes),
    ("two-step-required", "network_policy", Passes),
    ("endpoint-removed", "endpoint_removed", Passes),
    ("server-error", "server_error", Passes),
    ("cut-answer", "unreadable_reply", Passes),
    ("unreadable-answer", "unreadable_reply", Passes),
    ("off-origin-link", "off_origin_link", Passes),
    ("redirect", "redirect_refused", Passes),
    ("proxy-page", "not_bitbucket", Passes),
    ("proxy-asks-sign-in", "proxy_refused", Passes),
    ("no-answer", "timed_out", Passes),
];

/// A finished set-up whose credentials are those of the scenario, wrong as they are.
pub(crate) async fn saved(scenario: &str) -> (Story, Keychain) {
    let (story, keychain) = by_hand(swift(scenario)).await;
    let mut command = story.command(&["save", "--unchecked"]);
    command.envs(story.sandbox.env());
    let ran = tokio::task::spawn_blocking(move || command.output().expect("it runs"))
        .await
        .expect("it ends");
    assert!(ran.status.success(), "{ran:?}");
    let file = story.folder.path().join("home/profiles/acme.json");
    let mut profile: Value =
        serde_json::from_slice(&fs::read(&file).expect("a profile")).expect("JSON");
    profile["draft"]["primary_owner"] = json!("owner@acme.example");
    profile["draft"]["description"] = json!("Bitbucket, \"Payments\"");
    fs::write(&file, profile.to_string()).expect("room");
    (story, keychain)
}

async fn mended(window: &Window, story: &Story, mend: Mend) {
    let sandbox = &story.sandbox;
    match mend {
        Passes => sandbox.clear_faults(),
        Grants => {
            let granted = |scopes: &[&str]| Mending {
                scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
                expired: Some(false),
                unscoped: Some(false),
                ..Mending::default()
            };
            let token = granted(&[
                "account",
                "project",
                "project:admin",
                "repository",
                "repository:admin",
            ]);
            let account = granted(&[
                "admin:workspace:bitbucket",
                "read:permission:bitbucket",
                "read:project:bitbucket",
                "read:repository:bitbucket",
                "read:user:bitbucket",
                "read:workspace:bitbucket",
            ]);
            sandbox.mend("workspace_token", token).expect("one");
            sandbox.mend("account", account).expect("one");
        }
        Administrator => {
            let roles = [("acme".to_owned(), Some("owner".to_owned()))].into();
            let mending = Mending {
                roles,
                ..Mending::default()
            };
            sandbox.mend("account", mending).expect("one");
        }
        Replaced(slots) => {
            for slot in slots {
                sandbox.make_anew(slot).expect("one");
            }
            for slot in slots {
                replaces(window, slot).await;
            }
        }
    }
}

/// The credential of the scenario `ready`.
async fn right_token(slot: &str) -> String {
    let ready = Story::named("ready").await;
    ready.typed(match slot {
        "account" => "BBSETUP_API_TOKEN",
        _ => "BBSETUP_WORKSPACE_TOKEN",
    })
}

/// Replaces a token on the card, after a check of the new one.
async fn replaces(window: &Window, slot: &str) {
    let (choice, label) = match slot {
        "account" => ("Account API token", "New account API token"),
        _ => ("Workspace access token", "New workspace access token"),
    };
    window
        .press("Replace a token")
        .await
        .sees_dialog()
        .await
        .tick(choice)
        .await
        .fill(label, &right_token(slot).await)
        .await
        .press("Check it, then replace")
        .await
        .sees("Replaced: acme now has the new")
        .await;
    // In some scenarios the new token is written as the old one was.
    if window.offers("Drop the old one").await {
        window.press("Drop the old one").await;
    }
    window.press("Close").await.sees_no_dialog().await;
}

/// From the first page, where all is well, to Done.
async fn goes_on_to_done(window: &Window) {
    window
        .press("Change answers")
        .await
        .turns_to("answers")
        .await;
    saves_and_submits(window).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn each_trouble_is_mended_where_it_lies_and_the_story_ends_at_done() {
    for (scenario, code, mend) in TROUBLES {
        println!("{scenario}");
        let (story, _keychain) = saved(scenario).await;
        let window = Window::open(&story).await;
        window.press("Check again").await.sees_problem(code).await;
        window.sees_button("Check again").await;
        mended(&window, &story, *mend).await;
        window
            .press("Check again")
            .await
            .sees("Ready · checked today")
            .await;
        goes_on_to_done(&window).await;
        let written = bbsetup_tests::steps::written(&story);
        assert_eq!(written.len(), 1, "{scenario}");
        assert_eq!(written[0].message, "Data Available", "{scenario}");
        assert_eq!(story.sandbox.breaches(), 0, "{scenario}");
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn each_wrong_value_is_mended_where_it_was_typed_and_the_story_ends_at_done() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let others = [
        ("closed-port", "No connection"),
        ("unknown-name", "No connection"),
        ("untrusted-certificate", "certificate is not trusted"),
        ("plain-http-elsewhere", "uses plain http"),
        ("data-center", "Bitbucket Data Center server"),
    ];
    let window = Window::open(&story).await;
    window.press("Begin").await;
    window.turns_to("service_account").await.tick(CONFIRM).await;
    window.press("Continue").await;
    window.turns_to("workspace").await;
    window
        .fill(WORKSPACE, &story.typed("BBSETUP_WORKSPACE"))
        .await;
    window.press("Continue").await;
    window.turns_to("api_url").await;
    for (scenario, words) in others {
        let other = Story::named(scenario).await;
        window
            .fill("API URL", &other.typed("BBSETUP_API_URL"))
            .await
            .press("Continue")
            .await;
        window.sees(words).await;
        if window.page().await != "api_url" {
            // What could not be told is a word of warning on the next page.
            window.press("Back").await.turns_to("api_url").await;
        }
    }
    window
        .fill("API URL", &story.typed("BBSETUP_API_URL"))
        .await;
    window
        .press("Continue")
        .await
        .turns_to("workspace_token")
        .await;
    bbsetup_tests::steps::pastes_the_workspace_token(&window, &story).await;
    // A user name in place of the e-mail, and an app password in place of the API token.
    window.fill("Account e-mail", "balkanid").await;
    window
        .fill("API token", "ATBBpractice0canary0app0password0000")
        .await;
    window
        .sees("App passwords ended on 28 July 2026")
        .await
        .press("Continue")
        .await;
    window.sees("is no e-mail address").await;
    window
        .fill("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .await;
    window.press("Replace API token").await;
    window
        .fill("API token", &story.typed("BBSETUP_API_TOKEN"))
        .await;
    window.sees_button("Check again").await;
    window.press("Continue").await.turns_to("report").await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    reaches_the_end(&window, &story).await;
    holds_the_right_values(&story);
    window.close().await;
}
