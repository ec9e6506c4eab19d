//! Finished set-ups on the first page: all at once, their expiry, a token that will not do.

use std::fs;

use bbsetup_tests::steps::is_for_everybody;
use bbsetup_tests::{Canary, Window};

use super::recovery::saved;

/// A token of the right shape that nobody knows.
const UNKNOWN: &str = "ATATT3xFfGF0canaryThatNobodyKnows7f3a9c51-0011=ABCD1234";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a display: cargo xtask test --only window"]
async fn many_set_ups_are_checked_at_once_warned_of_and_kept_from_a_wrong_token() {
    let (story, keychain) = saved("ready").await;
    let mut other = story.command(&["save", "--unchecked", "--workspace", "umbrella"]);
    let mut env = story.sandbox.env();
    env.remove("BBSETUP_WORKSPACE");
    other.envs(env);
    let ran = tokio::task::spawn_blocking(move || other.output().expect("it runs"))
        .await
        .expect("it ends");
    assert!(ran.status.success(), "{ran:?}");

    let window = Window::open(&story).await;
    is_for_everybody(&window).await;
    window
        .press("Check all")
        .await
        .sees("1 ready, 1 not ready.")
        .await;
    is_for_everybody(&window).await;

    // The day of the first card's API token.
    let soon = jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
        .saturating_add(jiff::Span::new().days(12))
        .to_string();
    window
        .press("Enter when the account API token expires")
        .await
        .sees_dialog()
        .await
        .fill("Expiry date of this token", "03/04/2027")
        .await
        .press("Save the date")
        .await
        .sees("Which number is the day and which the month cannot be told.")
        .await;
    is_for_everybody(&window).await;
    window
        .fill("Expiry date of this token", &soon)
        .await
        .press("Save the date")
        .await
        .sees_no_dialog()
        .await
        .sees("expires in 12 days")
        .await;
    is_for_everybody(&window).await;

    let file = story.path("acme.ics");
    window
        .press("Write a reminder (.ics)")
        .await
        .sees_dialog()
        .await;
    window.fill("File for", &file).await;
    window.press("Export").await.sees("SHA-256").await;
    assert!(
        fs::read_to_string(&file)
            .expect("a file")
            .contains("BEGIN:VALARM")
    );
    window.press("Close").await.sees_no_dialog().await;

    // A token that will not do replaces nothing, and leaves nothing of itself behind.
    let held = keychain.lookup("acme", "account");
    window
        .press("Replace it: the account API token")
        .await
        .sees_dialog()
        .await
        .fill("New account API token", UNKNOWN)
        .await
        .press("Check it, then replace")
        .await
        .sees("Nothing was replaced.")
        .await
        .sees_problem("sign_in_refused")
        .await;
    is_for_everybody(&window).await;
    assert_eq!(keychain.lookup("acme", "account"), held);
    assert_eq!(keychain.lookup("acme", "account.previous"), None);
    let canary = Canary::new("the new token", UNKNOWN);
    assert_eq!(window.copies(&[canary]).await, Vec::<String>::new());
    window.close().await;
}
