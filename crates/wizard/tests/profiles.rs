//! Finished set-ups against the practice servers: checking again, replacing a token, its end.
#![allow(clippy::expect_used, reason = "a test ends at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use bbsetup_http::{Limits, Network, Proxy};
use bbsetup_sandbox::{Mending, Sandbox, Scenario};
use bbsetup_setup::{CredentialSlot, ProblemCode, Secret, SecretSlot, WorkspaceId};
use bbsetup_vault::{Entry, Vault};
use bbsetup_wizard::Services;
use bbsetup_wizard::commands::profiles::{card, check_all, check_one, saved, set_expiry};
use bbsetup_wizard::commands::reminder::calendar;
use bbsetup_wizard::commands::rotate::{self, Replacement, Rotated};
use bbsetup_wizard::home::{Home, SavedProfile};
use bbsetup_wizard::json::{CheckEventJson, DraftJson, OutcomeJson, ProfileJson, SeverityJson};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const ACCOUNT: CredentialSlot = CredentialSlot::Account;
const TOKEN: CredentialSlot = CredentialSlot::WorkspaceToken;
/// A token of the right shape that the practice servers do not know.
const UNKNOWN: &str = "ATATT3xFfGF0unknownToThePracticeServers-0009=CCCC3333";

/// A finished set-up of `acme`, its secrets in a keychain of this process.
struct Desk {
    services: Services,
    sandbox: Sandbox,
    _home: TempDir,
}

impl Desk {
    async fn of(scenario: &str) -> Self {
        let scenario = Scenario::named(scenario).expect("a scenario");
        let home = tempfile::tempdir().expect("a folder");
        let services = Services {
            vault: Vault::memory(),
            limits: Limits {
                connect: Duration::from_secs(5),
                total: Duration::from_secs(5),
                retries: 0,
                ..Limits::default()
            },
            network: Network {
                proxy: Proxy::None,
                ..Network::default()
            },
            home: home.path().into(),
            clock: Arc::new(|| "2026-11-25T12:00:00Z".parse().expect("a time")),
            practice: None,
            version: "0.0.0",
        };
        let sandbox = Sandbox::start(scenario).await.expect("free ports");
        let desk = Self {
            services,
            sandbox,
            _home: home,
        };
        for slot in CredentialSlot::ALL {
            desk.put(slot, &desk.typed(slot)).await;
        }
        desk.keep("acme");
        desk
    }

    fn keep(&self, workspace: &str) {
        let id = WorkspaceId::parse(workspace).expect("an ID");
        let draft = DraftJson {
            workspace: Some(workspace.into()),
            api_url: Some(self.env("BBSETUP_API_URL")),
            account: Some(self.env("BBSETUP_ACCOUNT")),
            ..DraftJson::default()
        };
        Home::new(&self.services.home)
            .keep_profile(&id, &SavedProfile::new(&id, draft))
            .expect("room");
    }

    fn env(&self, name: &str) -> String {
        self.sandbox.env()[name].clone()
    }

    fn typed(&self, slot: CredentialSlot) -> String {
        self.env(match slot {
            TOKEN => "BBSETUP_WORKSPACE_TOKEN",
            ACCOUNT => "BBSETUP_API_TOKEN",
        })
    }

    async fn put(&self, slot: CredentialSlot, secret: &str) {
        let entry = Entry::new("acme", slot.into());
        self.services
            .vault
            .write(&entry, &Secret::new(secret))
            .await
            .expect("room");
    }

    async fn held(&self, slot: CredentialSlot) -> Option<String> {
        self.read(&Entry::new("acme", slot.into())).await
    }

    async fn kept(&self, slot: CredentialSlot) -> Option<String> {
        self.read(&Entry::previous("acme", slot.into())).await
    }

    async fn read(&self, entry: &Entry) -> Option<String> {
        let held = self.services.vault.read(entry).await.expect("an answer");
        held.map(|secret| secret.expose().to_owned())
    }

    async fn rotate(&self, slot: CredentialSlot, pasted: &str, expires: Option<&str>) -> Rotated {
        let new = Replacement {
            slot,
            pasted: Secret::new(pasted),
            expires: expires.map(str::to_owned),
        };
        let stop = CancellationToken::new();
        rotate::rotate(&self.services, "acme", None, &[new], &|_| {}, &stop)
            .await
            .expect("a check")
    }

    fn card(&self) -> ProfileJson {
        let (_, profile) = saved(&self.services, "acme").expect("a set-up");
        card(&self.services, profile)
    }
}

fn codes(rotated: &Rotated) -> Vec<ProblemCode> {
    rotated
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect()
}

#[tokio::test]
async fn a_token_that_can_do_all_takes_the_place_of_the_old_one_which_is_kept() {
    let desk = Desk::of("ready").await;
    let new = desk.typed(ACCOUNT);
    // What is in the keychain is another one, which Bitbucket refuses by now.
    desk.put(ACCOUNT, UNKNOWN).await;
    let rotated = desk.rotate(ACCOUNT, &new, Some("2027-11-20")).await;
    assert_eq!(codes(&rotated), []);
    assert!(rotated.json.replaced);
    assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(new.as_str()));
    assert_eq!(desk.kept(ACCOUNT).await.as_deref(), Some(UNKNOWN));
    let card = desk.card();
    assert_eq!(card.kept_previous, ["account"]);
    assert_eq!(card.expiries[0].day, "2027-11-20");
    assert_eq!(card.expiries[0].days_left, 360);

    rotate::undo(&desk.services, "acme", ACCOUNT)
        .await
        .expect("kept");
    assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(UNKNOWN));
    assert!(
        desk.card().expiries.is_empty(),
        "nor is its day the old one's"
    );
    rotate::undo(&desk.services, "acme", ACCOUNT)
        .await
        .expect("kept");
    assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(new.as_str()));
    assert_eq!(desk.card().expiries.len(), 1);

    rotate::drop_previous(&desk.services, "acme", ACCOUNT)
        .await
        .expect("an answer");
    assert_eq!(desk.kept(ACCOUNT).await, None);
    let refused = rotate::undo(&desk.services, "acme", ACCOUNT).await;
    assert_eq!(
        refused.map_err(|problem| problem.code),
        Err(ProblemCode::ValueMissing)
    );
}

#[tokio::test]
async fn a_token_that_lacks_something_replaces_nothing() {
    for (scenario, slot, code) in [
        ("missing-project-admin", TOKEN, ProblemCode::ScopeMissing),
        ("expired-workspace-token", TOKEN, ProblemCode::SignInRefused),
        ("unscoped-api-token", ACCOUNT, ProblemCode::SignInRefused),
        ("not-administrator", ACCOUNT, ProblemCode::RoleMissing),
    ] {
        let desk = Desk::of(scenario).await;
        let new = desk.typed(slot);
        desk.put(slot, UNKNOWN).await;
        let rotated = desk.rotate(slot, &new, None).await;
        assert!(codes(&rotated).contains(&code), "{scenario}: {rotated:?}");
        assert!(!rotated.json.replaced, "{scenario}");
        assert_eq!(
            desk.held(slot).await.as_deref(),
            Some(UNKNOWN),
            "{scenario}"
        );
        assert_eq!(desk.kept(slot).await, None, "{scenario}");
        assert!(desk.card().kept_previous.is_empty(), "{scenario}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_other_token_does_not_stand_in_the_way() {
    let desk = Desk::of("expired-workspace-token").await;
    let new = desk.typed(ACCOUNT);
    desk.put(ACCOUNT, UNKNOWN).await;
    let rotated = desk.rotate(ACCOUNT, &new, None).await;
    assert_eq!(
        codes(&rotated),
        [],
        "or two tokens that have ended could never be replaced"
    );
    assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(new.as_str()));
}

#[tokio::test]
async fn a_token_of_another_account_or_workspace_is_refused() {
    let desk = Desk::of("other-workspace-token").await;
    let new = desk.typed(TOKEN);
    desk.put(TOKEN, UNKNOWN).await;
    let rotated = desk.rotate(TOKEN, &new, None).await;
    assert!(
        codes(&rotated)
            .iter()
            .all(|code| *code == ProblemCode::WorkspaceMismatch),
        "{rotated:?}"
    );
    assert_eq!(desk.held(TOKEN).await.as_deref(), Some(UNKNOWN));

    let desk = Desk::of("ready").await;
    let new = desk.typed(ACCOUNT);
    let id = WorkspaceId::parse("acme").expect("an ID");
    Home::new(&desk.services.home)
        .change_profile(&id, |profile| {
            profile.account_uuid = Some("{00000000-0000-4000-8000-000000000000}".into());
        })
        .expect("room");
    desk.put(ACCOUNT, UNKNOWN).await;
    let rotated = desk.rotate(ACCOUNT, &new, None).await;
    assert_eq!(codes(&rotated), [ProblemCode::AccountMismatch]);
    assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(UNKNOWN));

    let stop = CancellationToken::new();
    let email = Some("someone.else@acme.example");
    let refused = rotate::rotate(&desk.services, "acme", email, &[], &|_| {}, &stop).await;
    assert_eq!(
        refused.expect_err("another e-mail")[0].code,
        ProblemCode::AccountMismatch
    );
}

#[tokio::test]
async fn a_replaced_token_is_outdated_at_balkanid_until_it_is_given_the_new_one() {
    let desk = Desk::of("ready").await;
    let id = WorkspaceId::parse("acme").expect("an ID");
    Home::new(&desk.services.home)
        .change_profile(&id, |profile| {
            profile.integration_id = Some("bitbucket/1".into())
        })
        .expect("room");
    let new = desk.typed(TOKEN);
    desk.put(TOKEN, UNKNOWN).await;
    desk.rotate(TOKEN, &new, None).await;
    assert_eq!(desk.card().outdated_at_balkanid, ["workspace_token"]);
    rotate::undo(&desk.services, "acme", TOKEN)
        .await
        .expect("kept");
    assert!(
        desk.card().outdated_at_balkanid.is_empty(),
        "BalkanID has the old one, which is back"
    );
}

#[tokio::test]
async fn what_balkanid_has_is_known_across_two_rotations() {
    let desk = Desk::of("ready").await;
    let id = WorkspaceId::parse("acme").expect("an ID");
    Home::new(&desk.services.home)
        .change_profile(&id, |profile| profile.given_by_hand = true)
        .expect("room");
    let right = desk.typed(ACCOUNT);
    desk.put(ACCOUNT, UNKNOWN).await;
    desk.rotate(ACCOUNT, &right, None).await;
    // Another one takes its place, as a second rotation does; BalkanID has neither.
    desk.put(ACCOUNT, "ATATT3xFfGF0between-0003=DDDD4444").await;
    desk.rotate(ACCOUNT, &right, None).await;
    assert_eq!(desk.card().outdated_at_balkanid, ["account"]);
    rotate::undo(&desk.services, "acme", ACCOUNT)
        .await
        .expect("kept");
    assert_eq!(
        desk.card().outdated_at_balkanid,
        ["account"],
        "the one that is back was never given to BalkanID"
    );
}

#[tokio::test]
async fn a_change_of_places_that_ended_half_way_is_gone_on_with_and_loses_no_token() {
    let (old, new) = (UNKNOWN, "ATATT3xFfGF0new-0004=EEEE5555");
    // What stands in the three places after each step, when the program ends there.
    for (entry, kept, between) in [
        (new, old, None),
        (new, old, Some(new)),
        (old, old, Some(new)),
        (old, new, Some(new)),
    ] {
        let desk = Desk::of("ready").await;
        let id = WorkspaceId::parse("acme").expect("an ID");
        Home::new(&desk.services.home)
            .change_profile(&id, |profile| {
                profile.changing_places.insert("account".into());
            })
            .expect("room");
        desk.put(ACCOUNT, entry).await;
        let put = async |entry: Entry, secret: &str| {
            let secret = Secret::new(secret);
            desk.services
                .vault
                .write(&entry, &secret)
                .await
                .expect("room");
        };
        put(Entry::previous("acme", ACCOUNT.into()), kept).await;
        if let Some(between) = between {
            put(Entry::between("acme", ACCOUNT.into()), between).await;
        }
        rotate::undo(&desk.services, "acme", ACCOUNT)
            .await
            .expect("both are there");
        assert_eq!(desk.held(ACCOUNT).await.as_deref(), Some(old));
        assert_eq!(desk.kept(ACCOUNT).await.as_deref(), Some(new));
        let between = Entry::between("acme", ACCOUNT.into());
        assert_eq!(desk.read(&between).await, None);
    }
}

#[tokio::test]
async fn a_check_says_what_changed_since_the_last_one() {
    let desk = Desk::of("ready").await;
    let stop = CancellationToken::new();
    let check = async || {
        check_one(&desk.services, "acme", &|_| {}, &stop)
            .await
            .expect("a set-up")
            .json
    };
    let first = check().await;
    assert_eq!((first.since, first.changes.len()), (None, 0));
    let again = check().await;
    assert!(again.since.is_some());
    assert_eq!(again.changes, []);
    let scopes = vec!["account".into(), "project".into(), "repository".into()];
    desk.sandbox
        .mend(
            "workspace_token",
            Mending {
                scopes: Some(scopes),
                ..Mending::default()
            },
        )
        .expect("a credential");
    let changed = check().await.changes;
    let told: Vec<_> = changed
        .iter()
        .map(|change| (change.check.as_str(), change.before, change.now))
        .collect();
    assert_eq!(
        told,
        [
            (
                "workspace_token/project_permissions",
                OutcomeJson::Granted,
                OutcomeJson::Missing
            ),
            (
                "workspace_token/repository_permissions",
                OutcomeJson::Granted,
                OutcomeJson::Missing
            ),
        ]
    );
}

#[tokio::test]
async fn a_verdict_that_could_not_be_kept_is_told_all_the_same() {
    let desk = Desk::of("ready").await;
    let file = desk.services.home.join("profiles/acme.json");
    // While Bitbucket is asked, something takes the file's place that nobody can write over.
    let taken = |event| {
        if matches!(event, CheckEventJson::Started { .. }) {
            std::fs::remove_file(&file).expect("there");
            std::fs::create_dir(&file).expect("room");
        }
    };
    let stop = CancellationToken::new();
    let json = check_one(&desk.services, "acme", &taken, &stop)
        .await
        .expect("a set-up")
        .json;
    assert_eq!(json.verdict.as_str(), "ready");
    let told: Vec<_> = json
        .problems
        .iter()
        .map(|problem| (problem.code.as_str(), problem.severity))
        .collect();
    assert_eq!(told, [("value_unreadable", SeverityJson::Warning)]);
}

#[tokio::test]
async fn all_set_ups_are_checked_and_each_report_counts_its_own_requests() {
    let desk = Desk::of("ready").await;
    desk.keep("umbrella");
    let stop = CancellationToken::new();
    let (checked, problems) = check_all(&desk.services, &|_| {}, &stop).await;
    assert_eq!(problems, []);
    let told: Vec<_> = checked
        .iter()
        .map(|checked| (checked.json.workspace.as_str(), checked.json.requests))
        .collect();
    // The other has no secrets, so that nothing is asked for it.
    assert_eq!(told, [("acme", 15), ("umbrella", 0)]);
    assert_eq!(desk.sandbox.requests().len(), 15);
}

#[tokio::test]
async fn a_token_that_ends_soon_is_a_warning_of_a_check_that_is_ready() {
    let desk = Desk::of("ready").await;
    set_expiry(&desk.services, "acme", ACCOUNT, Some("7 Dec 2026")).expect("a day");
    let refused = set_expiry(&desk.services, "acme", ACCOUNT, Some("2029-01-01"));
    assert_eq!(
        refused.map_err(|problem| problem.field),
        Err(Some("account_token_expires")),
        "no API token lives that long"
    );
    let stop = CancellationToken::new();
    let json = check_one(&desk.services, "acme", &|_| {}, &stop)
        .await
        .expect("a set-up")
        .json;
    assert_eq!(json.verdict.as_str(), "ready");
    let told: Vec<_> = json
        .problems
        .iter()
        .map(|problem| (problem.code.as_str(), problem.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [(
            "expires_soon",
            "The account's API token expires in 12 days, on 7 December 2026."
        )]
    );
    assert!(desk.card().expiries[0].soon);
}

#[tokio::test]
async fn a_reminder_names_the_day_to_replace_and_the_day_of_the_end() {
    let desk = Desk::of("ready").await;
    let none = calendar(&desk.services, "acme", &[]);
    assert_eq!(
        none.map_err(|problem| problem.code),
        Err(ProblemCode::ValueMissing)
    );
    set_expiry(&desk.services, "acme", ACCOUNT, Some("2027-11-20")).expect("a day");
    let (_, profile) = saved(&desk.services, "acme").expect("a set-up");
    let expiries = bbsetup_setup::Draft::from(profile.draft).expiries();
    let text = calendar(&desk.services, "acme", &expiries).expect("a day is entered");
    // Lines are folded after 75 bytes; a reader unfolds them.
    let unfolded = text.replace("\r\n ", "");
    for line in [
        "DTSTART;VALUE=DATE:20271021",
        "DTSTART;VALUE=DATE:20271120",
        "UID:acme-account-ends@bitbucket-setup.balkan.id",
        "DTSTAMP:20261125T120000Z",
        "SUMMARY:The account's API token of acme expires today",
        "BEGIN:VALARM",
        "END:VCALENDAR",
    ] {
        assert!(unfolded.lines().any(|held| held == line), "{line}\n{text}");
    }
    let secret = desk.typed(ACCOUNT);
    assert!(!text.contains(&secret));
}

#[tokio::test]
async fn forgetting_deletes_a_replaced_token_too() {
    let desk = Desk::of("ready").await;
    let new = desk.typed(ACCOUNT);
    desk.put(ACCOUNT, UNKNOWN).await;
    desk.rotate(ACCOUNT, &new, None).await;
    let id = WorkspaceId::parse("acme").expect("an ID");
    bbsetup_wizard::commands::forget::forget(&desk.services, &id)
        .await
        .expect("an answer");
    for slot in SecretSlot::ALL {
        assert_eq!(desk.read(&Entry::new("acme", slot)).await, None);
        assert_eq!(desk.read(&Entry::previous("acme", slot)).await, None);
    }
}
