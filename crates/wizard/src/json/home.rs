//! What the window opens with.

use bbsetup_setup::{Day, Expiry, SecretSlot};
use serde::Serialize;
use ts_rs::TS;

use super::{ProblemJson, ProgressJson, VerdictJson};

/// The first thing the window asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HomeJson {
    /// The program's version.
    pub version: String,
    /// The practice servers' scenario; nothing outside practice mode.
    pub practice: Option<PracticeJson>,
    /// The keychain's state.
    pub keychain: KeychainJson,
    /// A set-up that was begun and not finished.
    pub unfinished: Option<ProgressJson>,
    /// Finished set-ups, one a workspace.
    pub profiles: Vec<ProfileJson>,
    /// What there is to choose on BalkanID's form.
    pub choices: super::ChoicesJson,
    /// Where progress is kept.
    pub home_folder: String,
    /// What keeps progress from being saved, such as a folder that may not be written to.
    pub problems: Vec<ProblemJson>,
}

/// What practice mode tells the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PracticeJson {
    /// Where the practice Bitbucket is.
    pub bitbucket_url: String,
    /// Values to try. They open nothing but the practice servers on this machine.
    pub values: Vec<PracticeValueJson>,
}

/// A value to try in practice mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PracticeValueJson {
    /// The field that it is for, by the name that a problem's `field` has for it.
    pub input: String,
    /// What a person calls it.
    pub label: String,
    /// The value.
    pub value: String,
}

/// The keychain's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct KeychainJson {
    /// What the system calls it: "Secret Service", "Keychain", "Credential Manager", "this
    /// process only".
    pub store: String,
    /// Whether a write, a read and a delete have proved it; false also while that is not known.
    pub proved: bool,
    /// Whether the person chose to go on for this process only.
    pub memory_only: bool,
    /// What is wrong with it.
    pub problem: Option<ProblemJson>,
}

/// One finished set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ProfileJson {
    /// The workspace ID, which names the profile.
    pub workspace: String,
    /// The account's e-mail; empty where the extraction type needs none.
    pub account: String,
    /// The extraction type.
    pub extraction: super::ExtractionJson,
    /// The last report's verdict.
    pub verdict: Option<VerdictJson>,
    /// When it was checked, RFC 3339 in UTC.
    pub checked_at: Option<String>,
    /// BalkanID's status when last seen.
    pub balkanid: Option<super::StatusJson>,
    /// The integration's ID at BalkanID.
    pub integration_id: Option<String>,
    /// How far a submission came that has not been seen to end.
    pub under_way: Option<super::UnderWayJson>,
    /// When each token ends, where that was entered.
    pub expiries: Vec<ExpiryJson>,
    /// The slots whose replaced token is kept in the keychain, so that it can come back.
    pub kept_previous: Vec<String>,
    /// The slots that were replaced here since BalkanID was last given them.
    pub outdated_at_balkanid: Vec<String>,
}

/// When a token ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExpiryJson {
    /// `workspace_token` or `account`.
    pub slot: String,
    /// What a person calls the token.
    pub label: String,
    /// The last day, such as `2027-11-20`.
    pub day: String,
    /// Days until then; below 0 where it is past.
    pub days_left: i32,
    /// Whether it is time to replace it: within 30 days, or past.
    pub soon: bool,
}

impl ExpiryJson {
    /// What crosses of a day of expiry.
    pub fn new(expiry: Expiry, today: Day) -> Self {
        Self {
            slot: expiry.slot.as_str().to_owned(),
            label: SecretSlot::from(expiry.slot).label().to_owned(),
            day: expiry.day.to_string(),
            days_left: expiry.days_left(today),
            soon: expiry.is_soon(today),
        }
    }
}
