//! Secrets into the keychain.

use bbsetup_setup::{Problem, Report, SecretSlot};
use bbsetup_vault::{Entry, VaultKind};

use crate::home::{Home, SavedProfile, SavedVerdict};
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
    report: Option<&Report>,
) -> Result<SaveJson, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let workspace = inputs.place()?.workspace;
    services
        .vault
        .probe()
        .await
        .map_err(|error| one(error.problem()))?;
    let home = Home::new(&services.home);
    // First, so that no secret is saved that nothing would name.
    home.prove().map_err(one)?;
    let mut saved = Vec::new();
    for slot in SecretSlot::ALL {
        let Some(pasted) = inputs.secrets.get(&slot) else {
            continue;
        };
        let secret = read_secret(slot, pasted).map_err(one)?;
        services
            .vault
            .write(&Entry::new(workspace.as_str(), slot), &secret)
            .await
            .map_err(|error| one(error.problem()))?;
        saved.push(slot.as_str().to_owned());
    }
    let known = home.profile(&workspace).ok().flatten();
    let mut profile =
        known.unwrap_or_else(|| SavedProfile::new(&workspace, inputs.draft.clone().into()));
    profile.draft = inputs.draft.clone().into();
    let known_slots = profile.saved_slots.clone();
    if services.vault.kind() == VaultKind::Os {
        // What is in this process alone is not there for the next.
        let new = saved.iter().filter(|slot| !known_slots.contains(slot));
        profile.saved_slots.extend(new.cloned());
    }
    match report {
        Some(report) => {
            profile.checked = Some(SavedVerdict {
                verdict: report.verdict.as_str().to_owned(),
                at: services.now().to_string(),
            });
        }
        // The verdict of before was on other secrets.
        None if !saved.is_empty() => profile.checked = None,
        None => {}
    }
    home.keep_profile(&workspace, &profile).map_err(one)?;
    Ok(SaveJson {
        schema: "bbsetup.save/1".to_owned(),
        profile: workspace.to_string(),
        saved,
        store: services.vault.store_name().to_owned(),
    })
}
