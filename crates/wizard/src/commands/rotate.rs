//! Replacing a token: the new one is checked whole, and only then takes the old one's place.
//!
//! The old one stays in the keychain under a name of its own until it is dropped, so that a
//! replacement can be undone. Every step is written down before the next, so that a program which
//! ends in between leaves a set-up that works: with the old token or with the new one.

use bbsetup_bitbucket::{Given, whose};
use bbsetup_setup::draft::{read_account, read_expiry};
use bbsetup_setup::problem::Severity;
use bbsetup_setup::{
    CredentialSlot, Problem, ProblemCode, Report, Secret, SecretSlot, Verdict, WorkspaceId,
};
use bbsetup_vault::{Entry, VaultKind};
use tokio_util::sync::CancellationToken;

use super::check::{self, Checked};
use super::profiles::{card, inputs_of, saved};
use crate::home::{Home, SavedPrevious, SavedProfile};
use crate::inputs::{Inputs, missing_secret, read_secret};
use crate::json::{CheckEventJson, RotateJson};
use crate::services::Services;

/// A token that is to take the place of another.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Which token it is.
    pub slot: CredentialSlot,
    /// The new token, as pasted.
    pub pasted: Secret,
    /// The day on which it ends, as typed.
    pub expires: Option<String>,
}

/// What a rotation came to.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The document.
    pub json: RotateJson,
    /// Why nothing was replaced; empty where it was.
    pub problems: Vec<Problem>,
}

/// Checks new tokens with the rest of the set-up, and replaces the old ones where nothing speaks
/// against it. `account` is the e-mail that goes with the new token, where one was given.
///
/// # Errors
/// There is no such set-up, something typed cannot be read, or the keychain does not answer. Nothing
/// was asked of Bitbucket then, and nothing replaced.
pub async fn rotate(
    services: &Services,
    workspace: &str,
    account: Option<&str>,
    replacements: &[Replacement],
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Result<Rotated, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let (id, profile) = saved(services, workspace).map_err(one)?;
    let mut inputs = inputs_of(services, &profile);
    same_email(&profile, account).map_err(one)?;
    let mut expires = Vec::new();
    for Replacement {
        slot,
        pasted,
        expires: typed,
    } in replacements
    {
        let secret = read_secret((*slot).into(), pasted).map_err(one)?;
        let expiry = read_expiry(*slot, typed.as_deref()).map_err(one)?;
        if let Some(doubt) = expiry.and_then(|expiry| expiry.doubt(services.today())) {
            return Err(one(doubt));
        }
        let day = expiry.map(|expiry| expiry.day.to_string());
        inputs.draft.set_expires(*slot, day.clone());
        inputs.secrets.insert((*slot).into(), secret);
        expires.push(day);
    }
    services
        .vault
        .probe()
        .await
        .map_err(|error| one(error.problem()))?;
    Home::new(&services.home).prove().map_err(one)?;

    let checked = check::check(services, &inputs, &CredentialSlot::ALL, events, stop).await;
    let slots: Vec<CredentialSlot> = replacements.iter().map(|new| new.slot).collect();
    let mut problems = against(&checked, &slots);
    if problems.is_empty() {
        problems.extend(other_account(services, &profile, &inputs, &checked).await);
    }
    if problems.is_empty() && stop.is_cancelled() {
        problems.push(Problem::new(
            ProblemCode::Cancelled,
            "The check was stopped, so nothing was replaced.",
        ));
    }
    if problems.is_empty() {
        for (slot, day) in slots.iter().zip(expires) {
            replace(services, &id, &inputs, *slot, day)
                .await
                .map_err(one)?;
        }
        Home::new(&services.home)
            .change_profile(&id, |profile| profile.was_checked(&checked))
            .map_err(one)?;
    }
    Ok(Rotated {
        json: RotateJson {
            problems: problems.iter().cloned().map(Into::into).collect(),
            report: Some(checked.json),
            ..as_it_stands(services, workspace, &slots, problems.is_empty()).map_err(one)?
        },
        problems,
    })
}

/// The document of a set-up whose token was put back or dropped.
///
/// # Errors
/// There is no such set-up.
pub fn as_it_stands(
    services: &Services,
    workspace: &str,
    slots: &[CredentialSlot],
    replaced: bool,
) -> Result<RotateJson, Problem> {
    let (id, profile) = saved(services, workspace)?;
    Ok(RotateJson {
        schema: "bbsetup.rotate/1".to_owned(),
        workspace: id.to_string(),
        slots: slots.iter().map(|slot| slot.as_str().to_owned()).collect(),
        replaced,
        problems: Vec::new(),
        report: None,
        profile: card(services, profile),
    })
}

/// What speaks against new tokens: everything that is wrong where both are new; else what is wrong
/// with the one, since the other may be what is replaced next.
fn against(checked: &Checked, slots: &[CredentialSlot]) -> Vec<Problem> {
    let Some(report) = &checked.report else {
        return checked.problems.clone();
    };
    if report.verdict == Verdict::Ready {
        return Vec::new();
    }
    let is_about_them = |problem: &&Problem| problem.slot.is_none_or(|slot| slots.contains(&slot));
    let found: Vec<Problem> = report
        .blocking_problems()
        .filter(is_about_them)
        .cloned()
        .collect();
    match found.is_empty() && not_told(report, slots) {
        true => vec![Problem::new(
            ProblemCode::Cancelled,
            "The new token could not be checked whole, so nothing was replaced.",
        )],
        false => found,
    }
}

/// Whether a required check of these slots has no answer although no problem says why.
fn not_told(report: &Report, slots: &[CredentialSlot]) -> bool {
    use bbsetup_setup::Outcome::{Granted, Missing, NotTestable, Skipped, Unknown};
    report.checks.iter().any(|check| {
        let counts = check.required && slots.contains(&check.id.slot);
        let explained = report.problems.iter().any(|problem| {
            problem.check == Some(check.id) && problem.severity == Severity::Warning
        });
        counts
            && match check.outcome {
                Granted => false,
                Missing | Unknown | NotTestable | Skipped => !explained,
            }
    })
}

/// Refuses another e-mail than the set-up's.
fn same_email(profile: &SavedProfile, given: Option<&str>) -> Result<(), Problem> {
    let Some(given) = given else { return Ok(()) };
    let given = read_account(Some(given))?;
    match read_account(profile.draft.account.as_deref()) {
        Ok(known) if known.as_str().eq_ignore_ascii_case(given.as_str()) => Ok(()),
        Ok(known) => Err(Problem::new(
            ProblemCode::AccountMismatch,
            format!(
                "The set-up of {} is of the account {known}, and {given} is another.",
                profile.workspace
            ),
        )
        .on_field("account")),
        // A set-up without a readable e-mail takes the one that comes.
        Err(_) => Ok(()),
    }
}

/// The problem of a token that belongs to another account than the old one; nothing where it is the
/// same, or where that cannot be told and the e-mail is the same.
async fn other_account(
    services: &Services,
    profile: &SavedProfile,
    inputs: &Inputs,
    checked: &Checked,
) -> Option<Problem> {
    let report = checked.report.as_ref()?;
    let found = report
        .credentials
        .iter()
        .find(|seen| seen.slot == CredentialSlot::Account)?
        .account
        .clone()?;
    if !inputs.secrets.contains_key(&SecretSlot::Account) {
        return None;
    }
    let known = match &profile.account_uuid {
        Some(known) => known.clone(),
        None => of_the_old_token(services, profile).await?,
    };
    (known != found).then(|| {
        Problem::new(
            ProblemCode::AccountMismatch,
            "The new API token belongs to another account than the old one, although the e-mail is the same.",
        )
        .on_slot(CredentialSlot::Account)
    })
}

async fn of_the_old_token(services: &Services, profile: &SavedProfile) -> Option<String> {
    let inputs = inputs_of(services, profile);
    let place = inputs.place().ok()?;
    let given = inputs
        .given(CredentialSlot::Account, &place.workspace, &services.vault)
        .await;
    match given {
        Given::Credential(old) => whose(&services.client().ok()?, &place.api_url, &old).await,
        Given::Nothing(..) => None,
    }
}

/// Puts a checked token in the place of the old one, which is kept.
async fn replace(
    services: &Services,
    workspace: &WorkspaceId,
    inputs: &Inputs,
    slot: CredentialSlot,
    expires: Option<String>,
) -> Result<(), Problem> {
    let home = Home::new(&services.home);
    let secret_slot = SecretSlot::from(slot);
    let entry = Entry::new(workspace.as_str(), secret_slot);
    let new = inputs
        .secrets
        .get(&secret_slot)
        .ok_or_else(|| missing_secret(secret_slot))?;
    let old = read(services, &entry).await?;
    if old.as_ref() == Some(new) {
        // Nothing to replace; the day may still be another.
        return home.change_profile(workspace, |profile| {
            profile.draft.set_expires(slot, expires)
        });
    }
    if let Some(old) = old {
        write(
            services,
            &Entry::previous(workspace.as_str(), secret_slot),
            &old,
        )
        .await?;
        let at = services.now().to_string();
        home.change_profile(workspace, |profile| {
            let expires = profile.draft.expires(slot).map(str::to_owned);
            let previous = SavedPrevious { expires, at };
            profile.previous.insert(slot.as_str().to_owned(), previous);
        })?;
    }
    write(services, &entry, new).await?;
    home.change_profile(workspace, |profile| {
        profile.draft.set_expires(slot, expires);
        if profile.integration_id.is_some() {
            profile
                .outdated_at_balkanid
                .insert(slot.as_str().to_owned());
        }
        let is_named = profile
            .saved_slots
            .iter()
            .any(|saved| saved == slot.as_str());
        if !is_named && services.vault.kind() == VaultKind::Os {
            profile.saved_slots.push(slot.as_str().to_owned());
        }
    })
}

/// Puts the old token back, and keeps the new one in its stead: to undo twice changes nothing.
///
/// # Errors
/// There is no such set-up or no old token, or the keychain does not answer.
pub async fn undo(
    services: &Services,
    workspace: &str,
    slot: CredentialSlot,
) -> Result<(), Problem> {
    let (id, _) = saved(services, workspace)?;
    let entry = Entry::new(id.as_str(), slot.into());
    let kept = Entry::previous(id.as_str(), slot.into());
    let old = read(services, &kept)
        .await?
        .ok_or_else(|| nothing_kept(slot))?;
    let new = read(services, &entry).await?;
    write(services, &entry, &old).await?;
    match &new {
        Some(new) => write(services, &kept, new).await?,
        None => drop(services.vault.delete(&kept).await),
    }
    let at = services.now().to_string();
    Home::new(&services.home).change_profile(&id, |profile| {
        let name = slot.as_str().to_owned();
        let expires = profile.draft.expires(slot).map(str::to_owned);
        let before = profile.previous.remove(&name);
        profile
            .draft
            .set_expires(slot, before.and_then(|before| before.expires));
        if new.is_some() {
            profile
                .previous
                .insert(name.clone(), SavedPrevious { expires, at });
        }
        // BalkanID has the one that it was given last: after an undo it may be the right one again.
        if !profile.outdated_at_balkanid.remove(&name) && profile.integration_id.is_some() {
            profile.outdated_at_balkanid.insert(name);
        }
        // The verdict was on the other token.
        profile.checked = None;
    })
}

/// Deletes the old token that was kept; from then on the replacement cannot be undone.
///
/// # Errors
/// There is no such set-up, or the keychain does not answer.
pub async fn drop_previous(
    services: &Services,
    workspace: &str,
    slot: CredentialSlot,
) -> Result<(), Problem> {
    let (id, _) = saved(services, workspace)?;
    services
        .vault
        .delete(&Entry::previous(id.as_str(), slot.into()))
        .await
        .map_err(|error| error.problem())?;
    Home::new(&services.home).change_profile(&id, |profile| {
        profile.previous.remove(slot.as_str());
    })
}

fn nothing_kept(slot: CredentialSlot) -> Problem {
    Problem::new(
        ProblemCode::ValueMissing,
        format!(
            "No earlier {} is kept, so there is nothing to put back.",
            slot.noun()
        ),
    )
}

async fn read(services: &Services, entry: &Entry) -> Result<Option<Secret>, Problem> {
    services
        .vault
        .read(entry)
        .await
        .map_err(|error| error.problem())
}

async fn write(services: &Services, entry: &Entry, secret: &Secret) -> Result<(), Problem> {
    services
        .vault
        .write(entry, secret)
        .await
        .map_err(|error| error.problem())
}
