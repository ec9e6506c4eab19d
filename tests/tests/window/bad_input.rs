//! What people really type, and what really answers: told in the words of the terminal, and
//! nothing typed is lost. `../bad_input.rs` and `../check.rs` have the terminal's half.

use std::collections::BTreeMap;
use std::net::TcpListener;

use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_tests::{Ran, Story, Window};
use serde_json::{Value, json};

use bbsetup_tests::steps::{
    by_hand, fills_in_balkanids_form, gives_the_account, pastes_the_workspace_token,
    reaches_the_end, reaches_the_report, reaches_the_tokens, swift, written,
};

/// What the terminal says where the same is typed.
async fn in_the_terminal(story: &Story, arguments: &[&str], typed: &[(&str, &str)]) -> Ran {
    let mut command = story.command(arguments);
    command
        .envs(story.sandbox.env())
        .envs(typed.iter().copied())
        // A home of its own, so that neither door finds what the other has kept.
        .env("BBSETUP_HOME", story.path("terminal"))
        .env("BBSETUP_VAULT", "memory");
    tokio::task::spawn_blocking(move || command.output().expect("it runs").into())
        .await
        .expect("it ends")
}

/// The same in the story's own home.
async fn in_the_terminal_with_its_home(story: &Story, arguments: &[&str]) -> Ran {
    let mut command = story.command(arguments);
    command
        .envs(story.sandbox.env())
        .env("BBSETUP_VAULT", "memory");
    tokio::task::spawn_blocking(move || command.output().expect("it runs").into())
        .await
        .expect("it ends")
}

/// The problems of a document, as code and message, each once.
fn told(document: &Value) -> BTreeMap<String, String> {
    let text = |problem: &Value, name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    document["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| (text(problem, "message"), text(problem, "code")))
        .collect()
}

/// The page says what the terminal says.
async fn says_the_same(window: &Window, terminal: &Ran, what: &str) {
    let problems = told(&terminal.json());
    assert!(
        !problems.is_empty(),
        "{what}: the terminal finds nothing wrong"
    );
    for message in problems.keys() {
        window.sees(message).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn what_cannot_be_read_is_refused_in_the_terminals_words_and_stays_to_be_mended() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let token = story.typed("BBSETUP_API_TOKEN");
    let window = Window::open(&story).await;
    window
        .press("Begin")
        .await
        .turns_to("service_account")
        .await;
    window.press("Continue").await;
    window
        .sees("Say that there is an account for BalkanID before going on.")
        .await;
    window.tick("There is an account for BalkanID").await;
    window.press("Continue").await.turns_to("workspace").await;

    let refused = async |label: &str, variable: &str, typed: &str, command: &str| {
        let terminal = in_the_terminal(&story, &[command, "--json"], &[(variable, typed)]).await;
        let page = window.page().await;
        window.fill(label, typed).await.press("Continue").await;
        says_the_same(&window, &terminal, typed).await;
        assert_eq!(window.page().await, page, "{typed}: the page stays");
        typed_is_there(&window, label, typed).await;
    };
    for typed in [
        "",
        "   ",
        "Acme Corporation",
        "jane@acme.example",
        "https://github.com/acme",
        "株式会社",
    ] {
        refused("Workspace ID", "BBSETUP_WORKSPACE", typed, "check").await;
    }
    window.fill("Workspace ID", "acme").await;
    window.press("Continue").await.turns_to("api_url").await;
    for typed in [
        "http://api.bitbucket.org",
        "ftp://api.bitbucket.org",
        "https://api.bucket.org",
        "https://git.acme.example/rest/api/1.0",
    ] {
        refused("API URL", "BBSETUP_API_URL", typed, "check").await;
    }
    window
        .fill("API URL", &story.typed("BBSETUP_API_URL"))
        .await;
    window
        .press("Continue")
        .await
        .turns_to("workspace_token")
        .await;

    // A secret is never shown again, so that there is nothing to stay; its message is there.
    for typed in [
        "https://bitbucket.org/acme",
        "two words",
        "jane@acme.example",
    ] {
        let given = [("BBSETUP_WORKSPACE_TOKEN", typed)];
        let terminal = in_the_terminal(&story, &["check", "--json"], &given).await;
        window.fill("Workspace access token", typed).await;
        says_the_same(&window, &terminal, typed).await;
        assert_eq!(window.typed("Workspace access token").await, "");
    }
    // Nothing but spaces is nothing: one can go on, and the report asks for it.
    window.fill("Workspace access token", "   ").await;
    window.sees("No token is here yet").await;
    pastes_the_workspace_token(&window, &story).await;

    refused("Account e-mail", "BBSETUP_ACCOUNT", "janesmith", "check").await;
    window
        .fill("Account e-mail", &story.typed("BBSETUP_ACCOUNT"))
        .await;
    gives_the_account(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;

    // A token of Bitbucket's where BalkanID's key is asked for.
    let given = [("BBSETUP_BALKANID_KEY_SECRET", token.as_str())];
    let terminal = in_the_terminal(&story, &["submit", "--json", "--yes"], &given).await;
    window.fill("Description", "Typed before the slip").await;
    window.fill("API key secret", &token).await;
    says_the_same(&window, &terminal, "a Bitbucket token").await;
    window.press("Continue").await;
    window.sees("things to look at").await;
    typed_is_there(&window, "Description", "Typed before the slip").await;
    fills_in_balkanids_form(&window, &story).await;
    window.close().await;
}

async fn typed_is_there(window: &Window, label: &str, typed: &str) {
    assert_eq!(
        window.typed(label).await,
        typed,
        "what was typed is there to be mended"
    );
}

/// Checks again, and compares the report with the terminal's.
async fn reports_the_same(window: &Window, story: &Story, typed: &[(&str, &str)], what: &str) {
    let terminal = in_the_terminal(story, &["check", "--json"], typed);
    let (terminal, ()) = tokio::join!(terminal, async {
        window.sees("Continue").await;
    });
    compares(window, &terminal, what).await;
}

async fn compares(window: &Window, terminal: &Ran, what: &str) {
    let document = terminal.json();
    says_the_same(window, terminal, what).await;
    let rows: BTreeMap<String, String> = document["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|check| {
            let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
            (text("id"), text("outcome"))
        })
        .collect();
    assert_eq!(window.report().await, rows, "{what}");
    let mut codes: Vec<String> = told(&document).into_values().collect();
    codes.sort();
    codes.dedup();
    assert_eq!(window.problems().await, codes, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn what_answers_wrongly_is_told_in_the_terminals_words_and_mended_in_place() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    let repositories = |action: Value| json!({"server": "bitbucket", "path": "/2.0/repositories/acme$", "credential": "workspace_access_token", "action": action});
    for (what, fault) in [
        (
            "a reply of 100 MB",
            repositories(json!({"huge": {"bytes": 100_000_000}})),
        ),
        (
            "a proxy that answers HTML",
            json!({"server": "bitbucket", "action": {"page": {"status": 200}}}),
        ),
        (
            "a proxy that refuses in HTML",
            json!({"server": "bitbucket", "action": {"page": {"status": 403}}}),
        ),
        ("a reply that is cut", repositories(json!("cut"))),
        ("a reply that stalls", repositories(json!("stall"))),
    ] {
        story
            .sandbox
            .set_fault(serde_json::from_value(fault).expect("a fault"));
        let (terminal, _) =
            tokio::join!(in_the_terminal(&story, &["check", "--json"], &[]), async {
                window.press("Check again").await;
                window.waits_for_the_report().await;
            });
        compares(&window, &terminal, what).await;
    }
    // Everything typed is still there, and the story ends well.
    story.sandbox.clear_faults();
    window.press("Check again").await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;
    reaches_the_end(&window, &story).await;
    window.close().await;
}

/// Goes back to the first steps, types something else, and comes to the report again.
async fn with(window: &Window, story: &Story, typed: &[(&str, &str)], what: &str) {
    window
        .press("Steps")
        .await
        .press("Workspace ID")
        .await
        .turns_to("workspace")
        .await;
    let value = |name: &str| {
        let given = typed.iter().find(|(variable, _)| *variable == name);
        given.map_or_else(|| story.typed(name), |(_, value)| (*value).to_owned())
    };
    window
        .fill("Workspace ID", &value("BBSETUP_WORKSPACE"))
        .await;
    window.press("Continue").await.turns_to("api_url").await;
    window.fill("API URL", &value("BBSETUP_API_URL")).await;
    window
        .press("Continue")
        .await
        .turns_to("workspace_token")
        .await;
    if window.offers("Replace Workspace access token").await {
        window.press("Replace Workspace access token").await;
    }
    window
        .fill("Workspace access token", &value("BBSETUP_WORKSPACE_TOKEN"))
        .await
        .sees_button("Check again")
        .await;
    window.press("Continue").await.turns_to("account").await;
    window.press("Continue").await.turns_to("report").await;
    window.waits_for_the_report().await;
    reports_the_same(window, story, typed, what).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn what_leads_elsewhere_is_told_in_the_terminals_words() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    window
        .sees("Ready: BalkanID will be able to read acme.")
        .await;

    with(
        &window,
        &story,
        &[("BBSETUP_WORKSPACE", "nowhere")],
        "an unknown workspace",
    )
    .await;
    let key = story.typed("BBSETUP_BALKANID_KEY_SECRET");
    with(
        &window,
        &story,
        &[("BBSETUP_WORKSPACE_TOKEN", &key)],
        "BalkanID's key in Bitbucket's field",
    )
    .await;
    let account = story.typed("BBSETUP_API_TOKEN");
    with(
        &window,
        &story,
        &[("BBSETUP_WORKSPACE_TOKEN", &account)],
        "the other token",
    )
    .await;
    let closed = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    with(
        &window,
        &story,
        &[("BBSETUP_API_URL", &format!("http://{closed}"))],
        "a wrong port",
    )
    .await;
    // The name is reserved: nowhere is it known, as nothing is where there is no network.
    with(
        &window,
        &story,
        &[("BBSETUP_API_URL", "https://bitbucket.invalid")],
        "no network",
    )
    .await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_data_center_server_is_recognised_before_any_token_is_asked_for() {
    let server = Scenario::named("data-center").expect("a scenario");
    let server = Sandbox::start(server).await.expect("free ports");
    let (story, _keychain) = by_hand(swift("ready")).await;
    let url = server.bitbucket_url();
    let terminal =
        in_the_terminal(&story, &["check", "--json"], &[("BBSETUP_API_URL", &url)]).await;
    let codes: Vec<String> = told(&terminal.json()).into_values().collect();
    assert_eq!(codes, ["data_center_found"]);

    let window = Window::open(&story).await;
    reaches_the_tokens(&window, &story).await;
    window.press("Back").await.turns_to("api_url").await;
    window.fill("API URL", &url).await.press("Continue").await;
    says_the_same(&window, &terminal, "a Data Center host").await;
    assert_eq!(window.page().await, "api_url");
    typed_is_there(&window, "API URL", &url).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_full_disk_at_export_leaves_nothing_half_written_and_loses_nothing() {
    let (story, _keychain) = by_hand(swift("ready")).await;
    let window = Window::open(&story).await;
    reaches_the_report(&window, &story).await;
    reaches_the_end(&window, &story).await;
    let file = story.path("exports/setup.json");
    std::fs::create_dir(story.path("exports")).expect("room");
    window.fill("File for JSON", &file).await;
    window.may_write(Some(0));
    window.press("Export JSON").await.sees("setup.json").await;
    window.sees_problem("file_not_written").await;
    window.may_write(None);
    let left: Vec<_> = std::fs::read_dir(story.path("exports"))
        .expect("a folder")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(window.typed("File for JSON").await, file);
    window.press("Export JSON").await.sees("SHA-256").await;
    assert!(std::fs::metadata(&file).expect("a file").len() > 0);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn a_home_that_takes_no_file_is_told_at_once_and_stops_nothing_before_the_last_step() {
    let (mut story, keychain) = by_hand(swift("ready")).await;
    // No user may make a folder there, root neither.
    story.set("BBSETUP_HOME", "/sys/bbsetup-stories");
    let terminal = in_the_terminal_with_its_home(&story, &["save", "--json"]).await;
    assert_eq!(terminal.problems(), ["error file_not_written -"]);

    let window = Window::open(&story).await;
    window
        .press("Begin")
        .await
        .turns_to("service_account")
        .await;
    window.tick("There is an account for BalkanID").await;
    window.press("Continue").await.turns_to("workspace").await;
    window.sees_problem("file_not_written").await;
    window.sees("The set-up can go on").await;
    window.fill("Workspace ID", "acme").await;
    window.press("Continue").await.turns_to("api_url").await;
    window
        .fill("API URL", &story.typed("BBSETUP_API_URL"))
        .await
        .press("Continue")
        .await
        .turns_to("workspace_token")
        .await;
    pastes_the_workspace_token(&window, &story).await;
    gives_the_account(&window, &story).await;
    window.press("Continue").await.turns_to("balkanid").await;
    fills_in_balkanids_form(&window, &story).await;
    window
        .press("Save and submit")
        .await
        .turns_to("submit")
        .await;
    window
        .press("Save to keychain and submit to BalkanID")
        .await;
    says_the_same(&window, &terminal, "a home that takes no file").await;
    window.sees("Nothing was submitted.").await;
    assert!(written(&story).is_empty());
    assert!(
        keychain.names().is_empty(),
        "no secret is saved that nothing would name"
    );
    window.close().await;
}
