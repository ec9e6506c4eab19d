//! What is kept between runs: nothing lost, nothing taken for another's, no token on the disk.
#![allow(clippy::expect_used, reason = "a test ends at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

use bbsetup_setup::{ProblemCode, Step, WorkspaceId};
use bbsetup_wizard::home::{Home, SavedProfile, SavedProgress};
use bbsetup_wizard::json::DraftJson;
use tempfile::TempDir;

/// Shaped like a workspace access token; it opens nothing.
const CANARY: &str = "ATCTT3xFfGN0canary7f3a9c51d2e84b60canary";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn workspace(id: &str) -> WorkspaceId {
    WorkspaceId::parse(id).expect("an ID")
}

fn draft(workspace: &str) -> DraftJson {
    DraftJson {
        workspace: Some(workspace.into()),
        ..DraftJson::default()
    }
}

/// Every file below a folder, with its text.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn a_home_that_was_never_written_is_empty_and_no_problem() {
    let folder = folder();
    let home = Home::new(folder.path().join("not-yet"));
    assert_eq!(home.progress(), Ok(None));
    assert_eq!(home.profile(&workspace("acme")), Ok(None));
    assert_eq!(home.profiles(), (Vec::new(), Vec::new()));
    assert!(!home.folder().exists(), "looking makes no folder");
}

#[test]
fn every_unreadable_file_is_kept_not_the_last_alone() {
    let folder = folder();
    let home = Home::new(folder.path());
    let texts = ["not JSON", "[]", "{\"schema\":\"bbsetup.progress/9\"}"];
    for text in texts {
        fs::write(folder.path().join("progress.json"), text).expect("room");
        let problem = home.progress().expect_err("unreadable");
        assert_eq!(problem.code, ProblemCode::ValueUnreadable);
        assert!(
            problem.message.contains("progress.json"),
            "it says which file: {}",
            problem.message
        );
    }
    let mut kept: Vec<String> = files(folder.path())
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    kept.sort();
    let mut expected = texts.map(str::to_owned);
    expected.sort();
    assert_eq!(kept, expected);
}

#[test]
fn a_file_far_too_large_is_moved_aside_unread() {
    let folder = folder();
    let home = Home::new(folder.path());
    let path = folder.path().join("progress.json");
    let progress = SavedProgress::new(Step::ApiUrl, draft("acme"));
    let mut text = serde_json::to_string(&progress).expect("JSON");
    // White space after the value keeps it readable, were it read.
    text.push_str(&" ".repeat(2 * 1024 * 1024));
    fs::write(&path, text).expect("room");
    assert_eq!(
        home.progress().expect_err("too large").code,
        ProblemCode::ValueUnreadable
    );
    assert!(!path.exists());
}

#[test]
fn a_profile_of_another_workspace_is_not_taken_for_this_one() {
    let folder = folder();
    let home = Home::new(folder.path());
    let other = workspace("other");
    let mut profile = SavedProfile::new(&other, draft("other"));
    profile.integration_id = Some("bitbucket/OTHER".into());
    home.keep_profile(&other, &profile).expect("room");
    let profiles = folder.path().join("profiles");
    fs::copy(profiles.join("other.json"), profiles.join("acme.json")).expect("room");

    // With the other's integration ID a submission would write over the other's integration.
    let problem = home.profile(&workspace("acme")).expect_err("another's");
    assert_eq!(problem.code, ProblemCode::ValueUnreadable);
    assert_eq!(home.profile(&other), Ok(Some(profile.clone())));
    assert_eq!(home.profiles().0, [profile]);
}

#[test]
fn a_home_that_cannot_be_looked_into_is_not_an_empty_one() {
    let folder = folder();
    let no_folder = folder.path().join("home");
    fs::write(&no_folder, "a file where the folder should be").expect("room");
    let home = Home::new(&no_folder);
    // On Windows a path below a file is simply not there.
    if cfg!(unix) {
        assert!(home.progress().is_err(), "could not tell is never no");
        assert_eq!(home.profiles().1.len(), 1);
    }
    let problem = home
        .keep_progress(&SavedProgress::new(Step::ApiUrl, draft("acme")))
        .expect_err("no folder");
    assert_eq!(problem.code, ProblemCode::FileNotWritten);
    assert_eq!(problem.field, Some("home"), "no export's file is meant");
}

#[test]
fn a_token_typed_into_another_field_never_reaches_the_disk() {
    let folder = folder();
    let home = Home::new(folder.path());
    let acme = workspace("acme");
    let draft = DraftJson {
        service_account_confirmed: true,
        workspace: Some(format!("  {CANARY}\n")),
        api_url: Some(CANARY.into()),
        account: Some(format!("\"{CANARY}\"")),
        balkanid_url: Some(CANARY.into()),
        balkanid_public_url: Some(format!("Bearer {CANARY}")),
        primary_owner: Some(CANARY.into()),
        secondary_owners: vec![CANARY.into(), "second@acme.example".into()],
        description: Some(format!("the token is {CANARY}, made today")),
        ..DraftJson::default()
    };
    home.keep_progress(&SavedProgress::new(Step::ApiUrl, draft.clone()))
        .expect("room");
    home.keep_profile(&acme, &SavedProfile::new(&acme, draft))
        .expect("room");
    let written = files(folder.path());
    assert_eq!(written.len(), 2);
    for (path, text) in written {
        assert!(!text.contains(CANARY), "{}", path.display());
        assert!(
            text.contains("second@acme.example"),
            "what is no token stays: {}",
            path.display()
        );
    }
    let back = home.progress().expect("readable").expect("kept");
    assert!(back.draft.service_account_confirmed);
    assert_eq!(back.draft.workspace, None);
}

#[test]
fn a_workspace_named_like_a_device_has_a_file_of_its_own() {
    let folder = folder();
    let home = Home::new(folder.path());
    for id in ["con", "nul", "com1"] {
        let id = workspace(id);
        let profile = SavedProfile::new(&id, draft(id.as_str()));
        home.keep_profile(&id, &profile).expect("room");
        assert_eq!(home.profile(&id), Ok(Some(profile)));
        let device = folder.path().join(format!("profiles/{id}.json"));
        // Windows opens the device CON for con.json in any folder.
        assert!(!device.exists(), "{}", device.display());
    }
    assert_eq!(home.profiles().0.len(), 3);
}

#[test]
fn changes_made_at_once_are_all_kept_and_none_brings_a_forgotten_set_up_back() {
    let folder = folder();
    let home = Home::new(folder.path());
    let acme = workspace("acme");
    home.keep_profile(&acme, &SavedProfile::new(&acme, draft("acme")))
        .expect("room");
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (home, acme) = (&home, &acme);
            scope.spawn(move || {
                home.change_profile(acme, |profile| {
                    profile.saved_slots.push(number.to_string());
                })
                .expect("room");
            });
        }
    });
    let profile = home.profile(&acme).expect("readable").expect("a profile");
    assert_eq!(profile.saved_slots.len(), 20);

    assert!(home.drop_profile(&acme).expect("removed"));
    home.change_profile(&acme, |profile| profile.integration_id = Some("1".into()))
        .expect("nothing to do");
    assert_eq!(home.profile(&acme), Ok(None));
}
