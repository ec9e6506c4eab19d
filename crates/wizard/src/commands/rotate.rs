//! Replacing a token: the new one is checked whole, and only then takes the old one's place.
//!
//! The old one stays in the keychain under a name of its own until it is dropped, so that a
//! replacement can be undone. Every step is written down before the next, so that a program which
//! ends in between leaves a set-up that works: with the old token or with the new one.

use bbsetup_bitbucket::{Given, whose};
use bbsetup_setup::draft::{read_account, read_likely_expiry};
use bbsetup_setup::{
    CredentialSlot, Outcome, Problem, ProblemCode, Secret, SecretSlot, WorkspaceId,
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
/// against it: all of them or none. `account` is the e-mail that goes with the new token, where one
/// was given.
///
/// # Errors
/// There is no such set-up, something typed cannot be read, or the keychain does not answer. Nothing
/// is replaced then.
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
    inputs.draft.account = same_email(&profile, account).map_err(one)?;
    for new in replacements {
        read_into(&mut inputs, new, services).map_err(one)?;
    }
    services
        .vault
        .probe()
        .await
        .map_err(|error| one(error.problem()))?;
    let home = Home::new(&services.home);
    home.prove().map_err(one)?;

    let checked = check::check(services, &inputs, &CredentialSlot::ALL, events, stop).await;
    let slots: Vec<CredentialSlot> = replacements.iter().map(|new| new.slot).collect();
    let mut problems = against(&checked, &slots, &profile);
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
        replace_all(services, &id, &inputs, &slots)
            .await
            .map_err(one)?;
        home.change_profile(&id, |profile| {
            profile.draft.account = inputs.draft.account.clone();
            profile.was_checked(&checked);
        })
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

/// Reads a new token and the day on which it expires; without a day none is known of it.
fn read_into(inputs: &mut Inputs, new: &Replacement, services: &Services) -> Result<(), Problem> {
    let secret = read_secret(new.slot.into(), &new.pasted)?;
    let expiry = read_likely_expiry(new.slot, new.expires.as_deref(), services.today())?;
    let day = expiry.map(|expiry| expiry.day.to_string());
    inputs.draft.set_expires(new.slot, day);
    inputs.secrets.insert(new.slot.into(), secret);
    Ok(())
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
///
/// Where there was nothing to look at with the old token either, as in a workspace without a
/// project, the new one is not to blame.
fn against(checked: &Checked, slots: &[CredentialSlot], profile: &SavedProfile) -> Vec<Problem> {
    let Some(report) = &checked.report else {
        return checked.problems.clone();
    };
    let was_empty_before = |problem: &Problem| {
        let outcome = problem.check.and_then(|check| {
            let before = profile.checked.as_ref()?;
            before.outcomes.get(&check.to_string())
        });
        problem.code == ProblemCode::EmptyResult
            && outcome.is_some_and(|outcome| outcome == Outcome::NotTestable.as_str())
    };
    report
        .blocking_problems()
        .filter(|problem| problem.slot.is_none_or(|slot| slots.contains(&slot)))
        .filter(|problem| !was_empty_before(problem))
        .cloned()
        .collect()
}

/// The set-up's e-mail, or the one that was given where it has none; refuses another one.
fn same_email(profile: &SavedProfile, given: Option<&str>) -> Result<Option<String>, Problem> {
    let known = profile.draft.account.clone();
    let Some(given) = given else { return Ok(known) };
    let given = read_account(Some(given))?;
    match read_account(known.as_deref()) {
        Ok(same) if same.as_str().eq_ignore_ascii_case(given.as_str()) => Ok(known),
        Ok(other) => Err(Problem::new(
            ProblemCode::AccountMismatch,
            format!(
                "The set-up of {} is of the account {other}, and {given} is another.",
                profile.workspace
            ),
        )
        .on_field("account")),
        Err(_) => Ok(Some(given.to_string())),
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

/// Puts checked tokens in the place of the old ones; where one cannot be, puts the others back.
async fn replace_all(
    services: &Services,
    workspace: &WorkspaceId,
    inputs: &Inputs,
    slots: &[CredentialSlot],
) -> Result<(), Problem> {
    let mut done = Vec::new();
    for slot in slots {
        match replace(services, workspace, inputs, *slot).await {
            Ok(()) => done.push(*slot),
            Err(problem) => {
                for slot in done {
                    undo(services, workspace.as_str(), slot).await?;
                }
                return Err(problem);
            }
        }
    }
    Ok(())
}

/// Puts a checked token in the place of the old one, which is kept.
///
/// What is known of both is written down first: a program that ends in between leaves a set-up that
/// says too much of what BalkanID lacks, and never too little.
async fn replace(
    services: &Services,
    workspace: &WorkspaceId,
    inputs: &Inputs,
    slot: CredentialSlot,
) -> Result<(), Problem> {
    let home = Home::new(&services.home);
    let secret_slot = SecretSlot::from(slot);
    let entry = Entry::new(workspace.as_str(), secret_slot);
    let kept = Entry::previous(workspace.as_str(), secret_slot);
    let new = inputs
        .secrets
        .get(&secret_slot)
        .ok_or_else(|| missing_secret(secret_slot))?;
    let expires = inputs.draft.expires(slot).map(str::to_owned);
    let old = services.vault.read(&entry).await?;
    if old.as_ref() == Some(new) {
        // Nothing to replace; a day that was given may still be another.
        if expires.is_some() {
            home.change_profile(workspace, |profile| {
                profile.draft.set_expires(slot, expires);
            })?;
        }
        return Ok(());
    }
    let is_kept_already = old.is_some() && services.vault.read(&kept).await? == old;
    if let Some(old) = old.as_ref().filter(|_| !is_kept_already) {
        services.vault.write(&kept, old).await?;
    }
    let at = services.now().to_string();
    let is_there = home.change_profile(workspace, |profile| {
        let name = slot.as_str();
        if old.is_some() && !(is_kept_already && profile.previous.contains_key(name)) {
            let previous = SavedPrevious {
                expires: profile.draft.expires(slot).map(str::to_owned),
                at,
                at_balkanid: has_it(profile, name),
            };
            profile.previous.insert(name.to_owned(), previous);
        }
        if profile.is_at_balkanid() {
            profile.outdated_at_balkanid.insert(name.to_owned());
        }
        if services.vault.kind() == VaultKind::Os {
            profile.was_saved(name);
        }
        profile.draft.set_expires(slot, expires);
    })?;
    if !is_there {
        // No secret is left that nothing would name.
        drop(services.vault.delete(&kept).await);
        return Err(Problem::new(
            ProblemCode::ValueMissing,
            format!("The set-up of {workspace} was forgotten meanwhile; nothing was replaced."),
        ));
    }
    services.vault.write(&entry, new).await?;
    Ok(())
}

/// Whether BalkanID has the token that is in use.
fn has_it(profile: &SavedProfile, slot: &str) -> bool {
    profile.is_at_balkanid() && !profile.outdated_at_balkanid.contains(slot)
}

/// Puts the old token back, and keeps the new one in its stead: to undo twice changes nothing.
///
/// The two change places by way of a third entry. A program that ends in between loses neither, and
/// the next call goes on where it ended.
///
/// # Errors
/// There is no such set-up or no old token, or the keychain does not answer.
pub async fn undo(
    services: &Services,
    workspace: &str,
    slot: CredentialSlot,
) -> Result<(), Problem> {
    let (id, profile) = saved(services, workspace)?;
    let home = Home::new(&services.home);
    let [entry, kept, between] = [Entry::new, Entry::previous, Entry::between]
        .map(|entry| entry(id.as_str(), SecretSlot::from(slot)));
    let [mut new, mut old] = [
        services.vault.read(&entry).await?,
        services.vault.read(&kept).await?,
    ];
    let halfway = match profile.changing_places.contains(slot.as_str()) {
        true => services.vault.read(&between).await?,
        false => None,
    };
    if let Some(halfway) = halfway {
        if new.as_ref() != Some(&halfway) {
            // The old one is in its place already.
            old = new;
        }
        new = Some(halfway);
    }
    let old = old.ok_or_else(|| nothing_kept(slot))?;
    let name = slot.as_str().to_owned();
    home.change_profile(&id, |profile| {
        profile.changing_places.insert(name.clone());
    })?;
    if let Some(new) = &new {
        services.vault.write(&between, new).await?;
    }
    services.vault.write(&entry, &old).await?;
    match &new {
        Some(new) => services.vault.write(&kept, new).await?,
        None => drop(services.vault.delete(&kept).await?),
    }
    let at = services.now().to_string();
    home.change_profile(&id, |profile| {
        let now = SavedPrevious {
            expires: profile.draft.expires(slot).map(str::to_owned),
            at,
            at_balkanid: has_it(profile, &name),
        };
        let before = profile.previous.remove(&name);
        let is_given = before.as_ref().is_some_and(|before| before.at_balkanid);
        profile
            .draft
            .set_expires(slot, before.and_then(|before| before.expires));
        if new.is_some() {
            profile.previous.insert(name.clone(), now);
        }
        match profile.is_at_balkanid() && !is_given {
            true => profile.outdated_at_balkanid.insert(name.clone()),
            false => profile.outdated_at_balkanid.remove(&name),
        };
        profile.changing_places.remove(&name);
        // The verdict was on the other token.
        profile.checked = None;
    })?;
    services.vault.delete(&between).await?;
    Ok(())
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
    let kept = Entry::previous(id.as_str(), slot.into());
    services.vault.delete(&kept).await?;
    Home::new(&services.home).change_profile(&id, |profile| {
        profile.previous.remove(slot.as_str());
    })?;
    Ok(())
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
