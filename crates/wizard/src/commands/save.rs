//! Secrets into the keychain.

use bbsetup_setup::{
    CredentialSlot, Problem, ProblemCode, Secret, SecretSlot, Severity, WorkspaceId,
};
use bbsetup_vault::{Entry, VaultKind};

use super::check::Checked;
use crate::home::Home;
use crate::inputs::{Inputs, read_secret};
use crate::json::SaveJson;
use crate::services::Services;

/// Saves every secret that was given, and the profile that names them.
///
/// # Errors
/// What is wrong with the values or with the keychain. Secrets that were saved before a failure
/// stay saved: saving again writes them over.
pub async fn save(
    services: &Services,
    inputs: &Inputs,
    checked: Option<&Checked>,
) -> Result<SaveJson, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let workspace = inputs.place()?.workspace;
    services
        .vault
        .probe()
        .await
        .map_err(|error| one(error.problem()))?;
    let home = Home::new(&services.home);
    let seen = checked
        .and_then(|checked| checked.report.as_ref())
        .and_then(|report| report.names.as_ref());
    if let Some(other) = home.other_name_of(&workspace, seen) {
        return Err(one(by_another_name(&workspace, &other.workspace)));
    }
    // First, so that no secret is saved that nothing would name.
    home.prove().map_err(one)?;
    let mut saved = Vec::new();
    let mut changed = Vec::new();
    for slot in SecretSlot::ALL {
        let Some(pasted) = inputs.secrets.get(&slot) else {
            continue;
        };
        let secret = read_secret(slot, pasted).map_err(one)?;
        if put(services, &workspace, slot, &secret)
            .await
            .map_err(one)?
        {
            changed.push(slot.as_str().to_owned());
        }
        saved.push(slot.as_str().to_owned());
    }
    home.finish_profile(&workspace, inputs.draft.clone().into(), |profile| {
        profile.draft = inputs.draft.clone().into();
        for slot in &changed {
            // What could be put back was the one before the one that is now gone.
            profile.previous.remove(slot);
            let is_credential = CredentialSlot::named(slot).is_some();
            if is_credential && profile.is_at_balkanid() {
                // Until it is submitted again, BalkanID has what was there before.
                profile.outdated_at_balkanid.insert(slot.clone());
            }
        }
        if services.vault.kind() == VaultKind::Os {
            // What is in this process alone is not there for the next.
            for slot in &saved {
                profile.was_saved(slot);
            }
        }
        match checked {
            Some(checked) => profile.was_checked(checked),
            // The verdict of before was on other secrets.
            None if !changed.is_empty() => profile.checked = None,
            None => {}
        }
    })
    .map_err(one)?;
    Ok(SaveJson {
        schema: "bbsetup.save/1".to_owned(),
        profile: workspace.to_string(),
        saved,
        store: services.vault.store_name().to_owned(),
    })
}

/// Writes a secret where another stands; tells whether it is another.
async fn put(
    services: &Services,
    workspace: &WorkspaceId,
    slot: SecretSlot,
    secret: &Secret,
) -> Result<bool, Problem> {
    let vault = &services.vault;
    let entry = Entry::new(workspace.as_str(), slot);
    if vault.read(&entry).await?.as_ref() == Some(secret) {
        return Ok(false);
    }
    vault.write(&entry, secret).await?;
    // The one that could be put back was there before the one that is gone now.
    vault
        .delete(&Entry::previous(workspace.as_str(), slot))
        .await?;
    Ok(true)
}

/// The problem of a workspace that has been set up under its other name.
pub(crate) fn by_another_name(workspace: &WorkspaceId, other: &str) -> Problem {
    Problem {
        severity: Severity::Error,
        ..Problem::new(
            ProblemCode::AlreadySetUp,
            format!("{workspace} and {other} are two names of one workspace, and it is set up already as {other}."),
        )
        .on_field("workspace")
        .with_hints(vec![
            format!("Enter {other} to change that set-up; BalkanID would otherwise read the same workspace twice."),
            format!("If {other} is its name no more, forget that set-up first, and remove its integration in BalkanID."),
        ])
    }
}
