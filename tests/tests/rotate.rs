//! Finished set-ups from the terminal, with a real keychain: replacing a token, its expiry, all at
//! once.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::fs;

use bbsetup_sandbox::Mending;
use bbsetup_tests::{Keychain, Ran, Story};
use serde_json::json;

/// A token of the right shape that the practice servers do not know.
const OLD: &str = "ATATT3xFfGF0oldCanaryThatNobodyKnows-0009=CCCC3333";

/// A finished set-up with a submitted integration, whose API token is another by now.
async fn submitted() -> (Story, Keychain) {
    let keychain = Keychain::open();
    let mut story = Story::named("ready").await;
    story.keeps_secrets_in(&keychain);
    let ran = story.run(&["save", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let owner = ["submit", "--primary-owner", "owner@acme.example", "--json"];
    assert_eq!(story.run(&owner).await.code, 0);
    (story, keychain)
}

fn account(keychain: &Keychain) -> (Option<String>, Option<String>) {
    (
        keychain.lookup("acme", "account"),
        keychain.lookup("acme", "account.previous"),
    )
}

fn nothing_is_told_of(ran: &Ran, secrets: &[&str]) {
    let said = format!("{ran:?}");
    for secret in secrets {
        assert!(!said.contains(secret), "a secret is told: {ran:?}");
    }
}

#[tokio::test]
async fn a_new_token_is_checked_replaces_the_old_one_and_can_be_taken_back() {
    let (mut story, keychain) = submitted().await;
    let right = story.typed("BBSETUP_API_TOKEN");
    story.set("BBSETUP_API_TOKEN", OLD);
    assert_eq!(story.run(&["save", "--unchecked"]).await.code, 0);
    story.unset("BBSETUP_WORKSPACE_TOKEN");

    // The one that is there is refused by Bitbucket, and so is every other that is not right.
    story.set("BBSETUP_API_TOKEN", "ATATT3xFfGF0alsoUnknown-0010=DDDD4444");
    let refused = story.run(&["rotate", "--json"]).await;
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(refused.json()["replaced"], false);
    assert_eq!(account(&keychain), (Some(OLD.to_owned()), None));

    story.set("BBSETUP_API_TOKEN", &right);
    let day = "2099-01-01";
    let too_far = story.run(&["rotate", "--account-expires", day]).await;
    assert_eq!(too_far.code, 2, "no API token lives that long: {too_far:?}");
    let ran = story.run(&["rotate", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(json["schema"], "bbsetup.rotate/1");
    assert_eq!(json["slots"], json!(["account"]));
    assert_eq!(json["replaced"], true);
    assert_eq!(json["profile"]["outdated_at_balkanid"], json!(["account"]));
    assert_eq!(
        account(&keychain),
        (Some(right.clone()), Some(OLD.to_owned()))
    );
    nothing_is_told_of(&ran, &[&right, OLD]);

    story.unset("BBSETUP_API_TOKEN");
    assert_eq!(story.run(&["rotate", "--undo"]).await.code, 0);
    assert_eq!(
        account(&keychain),
        (Some(OLD.to_owned()), Some(right.clone()))
    );
    let check = story.run(&["check", "--json"]).await;
    assert_eq!(check.code, 4, "the old one is refused: {check:?}");
    assert_eq!(story.run(&["rotate", "--undo"]).await.code, 0);
    assert_eq!(story.run(&["rotate", "--drop-previous"]).await.code, 0);
    assert_eq!(account(&keychain), (Some(right), None));
    assert_eq!(story.run(&["rotate", "--undo"]).await.code, 2);

    // BalkanID is given the new one, and is told to be out of date no more.
    let ran = story.run(&["submit", "--yes", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["created"], false);
    let profiles = story.run(&["profiles", "--json"]).await.json();
    assert_eq!(profiles["profiles"][0]["outdated_at_balkanid"], json!([]));
}

#[tokio::test]
async fn what_kept_a_token_from_being_replaced_is_said_in_words() {
    let (mut story, keychain) = submitted().await;
    story.unset("BBSETUP_WORKSPACE_TOKEN");
    story.set("BBSETUP_ACCOUNT", "someone.else@acme.example");
    let ran = story.run(&["rotate"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(format!("{ran:?}").contains("someone.else@acme.example is another"));
    story.unset("BBSETUP_ACCOUNT").unset("BBSETUP_API_TOKEN");
    let ran = story.run(&["rotate"]).await;
    assert_eq!(ran.code, 2, "which one is not said: {ran:?}");
    assert_eq!(account(&keychain).1, None);
}

#[tokio::test]
async fn a_day_of_expiry_is_entered_warned_of_and_put_into_a_calendar() {
    let (mut story, _keychain) = submitted().await;
    story
        .unset("BBSETUP_WORKSPACE_TOKEN")
        .unset("BBSETUP_API_TOKEN");
    let soon = jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
        .saturating_add(jiff::Span::new().days(12))
        .to_string();
    for unfit in ["next year", "03/04/2027", "2099-01-01"] {
        for command in ["check", "expiry"] {
            let given = [command, "--account-expires", unfit, "--json"];
            let ran = story.run(&given).await;
            assert_eq!(
                (ran.code, ran.json()["problems"][0]["field"].clone()),
                (2, json!("account_token_expires")),
                "{unfit}"
            );
        }
    }
    let entered = story
        .run(&["expiry", "--account-expires", &soon, "--json"])
        .await;
    assert_eq!(entered.code, 0, "{entered:?}");
    assert_eq!(entered.json()["expiries"][0]["days_left"], 12);
    let check = story.run(&["check", "--json"]).await;
    assert_eq!(
        (check.code, check.problems()),
        (0, vec!["warning expires_soon account".to_owned()])
    );
    let file = story.path("acme.ics");
    let written = ["export", "--format", "ics", "--out", &file, "--json"];
    let written = story.run(&written).await;
    assert_eq!(written.code, 0, "{written:?}");
    assert_eq!(written.json()["holds_secrets"], false);
    let calendar = fs::read_to_string(&file).expect("a file");
    assert!(calendar.starts_with("BEGIN:VCALENDAR"), "{calendar}");
    assert!(calendar.contains(&soon.replace('-', "")), "{calendar}");

    let cleared = story.run(&["expiry", "--clear", "account", "--json"]).await;
    assert_eq!(cleared.json()["expiries"], json!([]));
    let nothing = ["export", "--format", "ics", "--force", "--out", &file];
    assert_eq!(
        story.run(&nothing).await.code,
        2,
        "nothing to be reminded of"
    );
}

#[tokio::test]
async fn all_set_ups_are_checked_and_one_that_cannot_be_read_is_told() {
    let (mut story, _keychain) = submitted().await;
    story
        .unset("BBSETUP_WORKSPACE_TOKEN")
        .unset("BBSETUP_API_TOKEN");
    let all = story.run(&["check", "--all", "--json"]).await;
    assert_eq!(all.code, 0, "{all:?}");
    let json = all.json();
    assert_eq!(json["schema"], "bbsetup.check_all/1");
    assert_eq!(json["reports"][0]["changes"], json!([]));

    let scopes = Some(vec![
        "account".into(),
        "project".into(),
        "repository".into(),
    ]);
    let lacking = Mending {
        scopes,
        ..Mending::default()
    };
    story
        .sandbox
        .mend("workspace_token", lacking)
        .expect("the scenario's credential");
    let all = story.run(&["check", "--all", "--json"]).await;
    assert_eq!(all.code, 3);
    let changes = &all.json()["reports"][0]["changes"];
    assert_eq!(changes[0]["check"], "workspace_token/project_permissions");
    assert_eq!(
        (&changes[0]["before"], &changes[0]["now"]),
        (&json!("granted"), &json!("missing"))
    );

    let broken = story.folder.path().join("home/profiles/umbrella.json");
    fs::write(broken, "no profile").expect("room");
    let all = story.run(&["check", "--all", "--json"]).await;
    assert_eq!(all.code, 3);
    assert_eq!(
        all.json()["problems"][0]["code"],
        "value_unreadable",
        "it is not one set-up fewer without a word: {all:?}"
    );
}
