//! What is kept between runs: progress and profiles, and no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bbsetup_setup::{Problem, ProblemCode, Step, WorkspaceId, WorkspaceNames, address, token};
use serde::{Deserialize, Serialize};

use crate::commands::check::Checked;
use crate::files::{Existing, make_folder, prove_folder, write_whole};
use crate::json::{CheckJson, DraftJson, StatusJson, UnderWayJson};
use crate::turn::Turn;

/// A file of this kind is far smaller; a larger one is none of ours.
const LARGEST: u64 = 1024 * 1024;

/// The folder of progress and profiles.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

/// A set-up that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedProgress {
    schema: String,
    /// The step to go on with, by name.
    pub current: String,
    /// The answers.
    pub draft: DraftJson,
}

/// A finished set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedProfile {
    schema: String,
    /// The workspace ID, which names the profile.
    pub workspace: String,
    /// The answers.
    pub draft: DraftJson,
    /// The integration's ID at BalkanID.
    pub integration_id: Option<String>,
    /// The last verdict and when it was found, RFC 3339.
    pub checked: Option<SavedVerdict>,
    /// The slots that were saved to the keychain.
    pub saved_slots: Vec<String>,
    /// BalkanID's Last Run from before the last sync was started.
    pub last_run_before: Option<String>,
    /// What BalkanID last said of the integration.
    #[serde(default)]
    pub status: Option<StatusJson>,
    /// Both names of the workspace, as Bitbucket last told them.
    #[serde(default)]
    pub names: Option<SavedNames>,
    /// The uuid of the account whose API token this is.
    #[serde(default)]
    pub account_uuid: Option<String>,
    /// The slots whose replaced token is kept in the keychain, so that it can come back.
    #[serde(default)]
    pub previous: BTreeMap<String, SavedPrevious>,
    /// The slots that were replaced here since BalkanID was last given them.
    #[serde(default)]
    pub outdated_at_balkanid: BTreeSet<String>,
    /// The slots whose two tokens are changing places.
    #[serde(default)]
    pub changing_places: BTreeSet<String>,
    /// The submission that was begun and has not been seen to end.
    #[serde(default)]
    pub submission: Option<SavedSubmission>,
    /// Whether BalkanID was given the tokens by hand, so that it has no ID that is known here.
    #[serde(default)]
    pub given_by_hand: bool,
}

/// A submission that was begun: what a later start goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSubmission {
    /// How far it came.
    pub stage: UnderWayJson,
    /// The integrations that BalkanID listed before anything was sent.
    pub known: BTreeSet<String>,
    /// When it was begun, RFC 3339 in UTC.
    pub at: String,
}

/// Both names of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedNames {
    /// The slug, which an administrator can change.
    pub slug: String,
    /// The uuid in braces, which stays.
    pub uuid: String,
}

/// What is known of a token that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPrevious {
    /// The day on which it ends, as typed.
    pub expires: Option<String>,
    /// When it was replaced, RFC 3339 in UTC.
    pub at: String,
    /// Whether it is the one that BalkanID was given last.
    #[serde(default)]
    pub at_balkanid: bool,
}

/// A verdict with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedVerdict {
    /// `ready`, `not_ready` or `undetermined`.
    pub verdict: String,
    /// RFC 3339 in UTC.
    pub at: String,
    /// Each check's outcome, by its ID.
    #[serde(default)]
    pub outcomes: BTreeMap<String, String>,
}

impl SavedVerdict {
    /// What is kept of a report.
    pub fn of(report: &CheckJson) -> Self {
        Self {
            verdict: report.verdict.as_str().to_owned(),
            at: report.checked_at.clone(),
            outcomes: report
                .checks
                .iter()
                .map(|check| (check.id.clone(), check.outcome.as_str().to_owned()))
                .collect(),
        }
    }
}

const PROGRESS: &str = "bbsetup.progress/1";
const PROFILE: &str = "bbsetup.profile/1";

impl SavedProgress {
    /// Progress to be kept.
    pub fn new(current: Step, draft: DraftJson) -> Self {
        Self {
            schema: PROGRESS.to_owned(),
            current: current.as_str().to_owned(),
            draft,
        }
    }
}

impl SavedProfile {
    /// A profile with nothing known of it yet.
    pub fn new(workspace: &WorkspaceId, draft: DraftJson) -> Self {
        Self {
            schema: PROFILE.to_owned(),
            workspace: workspace.to_string(),
            draft,
            integration_id: None,
            checked: None,
            saved_slots: Vec::new(),
            last_run_before: None,
            status: None,
            names: None,
            account_uuid: None,
            previous: BTreeMap::new(),
            outdated_at_balkanid: BTreeSet::new(),
            changing_places: BTreeSet::new(),
            submission: None,
            given_by_hand: false,
        }
    }

    /// Whether BalkanID has been given the tokens.
    pub fn is_at_balkanid(&self) -> bool {
        self.integration_id.is_some() || self.given_by_hand
    }

    /// Keeps that a slot's secret is in the keychain.
    pub fn was_saved(&mut self, slot: &str) {
        if !self.saved_slots.iter().any(|saved| saved == slot) {
            self.saved_slots.push(slot.to_owned());
        }
    }

    /// Keeps what a check of this set-up found.
    pub fn was_checked(&mut self, checked: &Checked) {
        let Some(report) = &checked.report else {
            return;
        };
        self.checked = Some(SavedVerdict::of(&checked.json));
        if let Some(WorkspaceNames { slug, uuid }) = report.names.clone() {
            self.names = Some(SavedNames { slug, uuid });
        }
        let account = report
            .credentials
            .iter()
            .find_map(|seen| seen.account.clone());
        self.account_uuid = account.or(self.account_uuid.take());
    }
}

impl Home {
    /// The folder; it is made when something is first kept in it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder's path.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    fn progress_file(&self) -> PathBuf {
        self.0.join("progress.json")
    }

    fn profile_file(&self, workspace: &WorkspaceId) -> PathBuf {
        // The braces of a UUID are allowed on every platform; no workspace ID holds a “%”.
        let mark = if is_device(workspace.as_str()) {
            "%"
        } else {
            ""
        };
        self.0
            .join("profiles")
            .join(format!("{workspace}{mark}.json"))
    }

    /// Proves that a profile can be kept.
    ///
    /// # Errors
    /// `file_not_written` with the reason.
    pub fn prove(&self) -> Result<(), Problem> {
        prove_folder(&self.0.join("profiles")).map_err(|problem| problem.on_field("home"))
    }

    /// The set-up that was begun, if any.
    pub fn progress(&self) -> Result<Option<SavedProgress>, Problem> {
        read(&self.progress_file(), |saved: &SavedProgress| {
            saved.schema == PROGRESS && Step::named(&saved.current).is_some()
        })
    }

    /// Keeps a set-up that was begun. A token typed into a field for something else is left out.
    pub fn keep_progress(&self, progress: &SavedProgress) -> Result<(), Problem> {
        let SavedProgress {
            schema,
            current,
            draft,
        } = progress.clone();
        let kept = SavedProgress {
            schema,
            current,
            draft: without_tokens(draft),
        };
        write(&self.progress_file(), &kept)
    }

    /// Forgets the set-up that was begun.
    pub fn drop_progress(&self) -> Result<(), Problem> {
        remove(&self.progress_file()).map(drop)
    }

    /// Every finished set-up, by workspace, with what could not be read.
    pub fn profiles(&self) -> (Vec<SavedProfile>, Vec<Problem>) {
        let mut profiles = Vec::new();
        let mut problems = Vec::new();
        let folder = self.0.join("profiles");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return (profiles, problems),
            Err(error) => return (profiles, vec![not_looked_into(&folder, &error)]),
        };
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        files.sort();
        for file in files {
            let is_ours = |profile: &SavedProfile| {
                WorkspaceId::parse(&profile.workspace)
                    .is_ok_and(|id| is_profile_of(&id, profile) && self.profile_file(&id) == file)
            };
            match read(&file, is_ours) {
                Ok(Some(profile)) => profiles.push(profile),
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        (profiles, problems)
    }

    /// One finished set-up.
    pub fn profile(&self, workspace: &WorkspaceId) -> Result<Option<SavedProfile>, Problem> {
        read(&self.profile_file(workspace), |profile| {
            is_profile_of(workspace, profile)
        })
    }

    /// The finished set-up of the same workspace under its other name, if there is one: by the names
    /// that an earlier check of it has seen, or by those that a check of this one has.
    pub fn other_name_of(
        &self,
        workspace: &WorkspaceId,
        seen: Option<&WorkspaceNames>,
    ) -> Option<SavedProfile> {
        self.profiles().0.into_iter().find(|profile| {
            let known = profile.names.as_ref();
            let by_the_earlier =
                known.is_some_and(|names| workspace.names(&names.slug, &names.uuid));
            let by_this_one = seen.is_some_and(|seen| {
                known.is_some_and(|names| names.uuid == seen.uuid)
                    || profile.workspace == seen.slug
                    || profile.workspace == seen.uuid
            });
            profile.workspace != workspace.as_str() && (by_the_earlier || by_this_one)
        })
    }

    /// Keeps a finished set-up. A token typed into a field for something else is left out.
    pub fn keep_profile(
        &self,
        workspace: &WorkspaceId,
        profile: &SavedProfile,
    ) -> Result<(), Problem> {
        let kept = SavedProfile {
            draft: without_tokens(profile.draft.clone()),
            ..profile.clone()
        };
        write(&self.profile_file(workspace), &kept)
    }

    /// Changes a finished set-up as it stands now; tells whether there is one. One that was forgotten
    /// meanwhile stays forgotten.
    ///
    /// A check and a look at BalkanID's status run at once, and each changes its own part: between
    /// reading and writing no other change comes in, of this process or of another window.
    pub fn change_profile(
        &self,
        workspace: &WorkspaceId,
        change: impl FnOnce(&mut SavedProfile),
    ) -> Result<bool, Problem> {
        if self.profile(workspace)?.is_none() {
            return Ok(false);
        }
        let _turn = self.turn();
        let Some(mut profile) = self.profile(workspace)? else {
            return Ok(false);
        };
        change(&mut profile);
        self.keep_profile(workspace, &profile).map(|()| true)
    }

    /// Changes a finished set-up, or finishes one with these answers.
    pub fn finish_profile(
        &self,
        workspace: &WorkspaceId,
        draft: DraftJson,
        change: impl FnOnce(&mut SavedProfile),
    ) -> Result<(), Problem> {
        let _turn = self.turn();
        let known = self.profile(workspace)?;
        let mut profile = known.unwrap_or_else(|| SavedProfile::new(workspace, draft));
        change(&mut profile);
        self.keep_profile(workspace, &profile)
    }

    fn turn(&self) -> Turn {
        Turn::wait(&self.0.join("profiles.lock"))
    }

    /// The lock of submissions. One at a time, whatever the workspace: of two rows that appear at
    /// once and show none, nobody could tell whose is which.
    pub fn submission_lock(&self) -> PathBuf {
        self.0.join("submission.lock")
    }

    /// Forgets a finished set-up; tells whether there was one.
    pub fn drop_profile(&self, workspace: &WorkspaceId) -> Result<bool, Problem> {
        if self.profile(workspace)?.is_none() {
            return Ok(false);
        }
        let _turn = self.turn();
        remove(&self.profile_file(workspace))
    }
}

/// A profile under another's name would lend it its integration ID.
fn is_profile_of(workspace: &WorkspaceId, profile: &SavedProfile) -> bool {
    profile.schema == PROFILE && profile.workspace == workspace.as_str()
}

/// Whether Windows takes a file of this name, whatever its ending, for a device:
/// <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file>.
fn is_device(name: &str) -> bool {
    let is_numbered = |kind: &str| {
        name.strip_prefix(kind)
            .is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
    };
    matches!(name, "con" | "prn" | "aux" | "nul") || is_numbered("com") || is_numbered("lpt")
}

/// What was typed, less any token in a field for something else: nothing here is encrypted.
pub(crate) fn without_tokens(draft: DraftJson) -> DraftJson {
    let kept = |typed: Option<String>| typed.filter(|typed| !token::holds_token(typed));
    let address =
        |typed: Option<String>| kept(typed).map(|typed| address::without_credentials(&typed));
    let DraftJson {
        service_account_confirmed,
        workspace,
        api_url,
        account,
        workspace_token_expires,
        account_token_expires,
        balkanid_url,
        balkanid_public_url,
        primary_owner,
        mut secondary_owners,
        description,
        extraction,
        scim_url,
        scim_user,
        files,
        reviewers,
        reviewer_count,
        provisioning,
    } = draft;
    secondary_owners.retain(|typed| !token::holds_token(typed));
    DraftJson {
        service_account_confirmed,
        workspace: kept(workspace),
        api_url: address(api_url),
        account: kept(account),
        workspace_token_expires: kept(workspace_token_expires),
        account_token_expires: kept(account_token_expires),
        balkanid_url: address(balkanid_url),
        balkanid_public_url: address(balkanid_public_url),
        primary_owner: kept(primary_owner),
        secondary_owners,
        description: kept(description),
        extraction,
        scim_url: address(scim_url),
        // What stands behind a colon is a password: <https://www.rfc-editor.org/rfc/rfc7617#section-2>.
        scim_user: kept(scim_user).map(|user| match user.split_once(':') {
            Some((name, _)) => name.to_owned(),
            None => user,
        }),
        files: kept(files),
        reviewers,
        reviewer_count: kept(reviewer_count),
        provisioning,
    }
}

/// Reads a file. One that cannot be understood is moved aside, so that nothing in it is lost and
/// the next start is not held up by it.
fn read<T: serde::de::DeserializeOwned>(
    path: &Path,
    is_ours: impl Fn(&T) -> bool,
) -> Result<Option<T>, Problem> {
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(not_looked_into(path, &error)),
    };
    let bytes = match metadata.len() <= LARGEST {
        true => Some(fs::read(path).map_err(|error| not_looked_into(path, &error))?),
        false => None,
    };
    let held = bytes
        .and_then(|bytes| serde_json::from_slice::<T>(&bytes).ok())
        .filter(|held| is_ours(held));
    if let Some(held) = held {
        return Ok(Some(held));
    }
    let aside = free_name_beside(path);
    let moved = match fs::rename(path, &aside) {
        Ok(()) => format!("It was moved to {}.", aside.display()),
        Err(_) => "It was left where it is.".to_owned(),
    };
    Err(Problem::new(
        ProblemCode::ValueUnreadable,
        format!(
            "{} cannot be read as saved progress. {moved}",
            path.display()
        ),
    )
    .on_field("home")
    .with_hints(vec![
        "Go on without it; secrets in the keychain are not touched.".to_owned(),
    ]))
}

/// The first free name for a file moved aside, so that an earlier one is not written over.
fn free_name_beside(path: &Path) -> PathBuf {
    let mut name = path.with_extension("json.unreadable");
    let mut number: u32 = 2;
    while name.exists() {
        name = path.with_extension(format!("json.unreadable-{number}"));
        number += 1;
    }
    name
}

/// The problem of a place that does not even tell whether something is there.
fn not_looked_into(path: &Path, error: &std::io::Error) -> Problem {
    let mut problem = Problem::new(
        ProblemCode::ValueUnreadable,
        format!(
            "{} could not be looked at, so saved progress may be there.",
            path.display()
        ),
    )
    .on_field("home")
    .with_hints(vec![
        "Check that the folder of saved progress is a folder and that this user may read it."
            .to_owned(),
    ]);
    problem.causes.push(error.to_string());
    problem
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), Problem> {
    if let Some(folder) = path.parent() {
        make_folder(folder).map_err(|problem| problem.on_field("home"))?;
    }
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| {
        Problem::new(
            ProblemCode::DefectOfThisTool,
            format!("Progress could not be written as JSON: {error}."),
        )
    })?;
    bytes.push(b'\n');
    write_whole(path, &bytes, Existing::Replace).map_err(|problem| problem.on_field("home"))
}

fn remove(path: &Path) -> Result<bool, Problem> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Problem::new(
            ProblemCode::FileNotWritten,
            format!("{} could not be removed: {error}.", path.display()),
        )
        .on_field("home")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_and_profiles_come_back_as_they_were_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::new(folder.path().join("home"));
        assert_eq!(home.progress(), Ok(None));
        let draft = DraftJson {
            workspace: Some("acme".into()),
            ..DraftJson::default()
        };
        let progress = SavedProgress::new(Step::ApiUrl, draft.clone());
        home.keep_progress(&progress).expect("room");
        assert_eq!(home.progress(), Ok(Some(progress)));
        home.drop_progress().expect("there");
        assert_eq!(home.progress(), Ok(None));

        let workspace =
            WorkspaceId::parse("{0f1e2d3c-aaaa-4bbb-8ccc-0123456789ab}").expect("an ID");
        let profile = SavedProfile::new(&workspace, draft);
        home.keep_profile(&workspace, &profile).expect("room");
        assert_eq!(home.profiles().0, [profile]);
        assert_eq!(home.drop_profile(&workspace), Ok(true));
        assert_eq!(home.drop_profile(&workspace), Ok(false));
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_moved_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::new(folder.path());
        for text in [
            "not JSON",
            "{\"schema\":\"bbsetup.progress/9\",\"current\":\"x\",\"draft\":{}}",
        ] {
            fs::write(folder.path().join("progress.json"), text).expect("room");
            let problem = home.progress().expect_err("unreadable");
            assert_eq!(problem.code, ProblemCode::ValueUnreadable);
            assert_eq!(home.progress(), Ok(None), "the next start is not held up");
            let aside = folder.path().join("progress.json.unreadable");
            assert_eq!(fs::read_to_string(&aside).expect("kept"), text);
            fs::remove_file(aside).expect("there");
        }
    }
}
