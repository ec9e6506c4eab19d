//! Forgetting a profile: its file, and its secrets in the keychain.

use bbsetup_setup::{Problem, SecretSlot, WorkspaceId};
use bbsetup_vault::Entry;
use serde::Serialize;

use crate::home::Home;
use crate::services::Services;

/// `bbsetup.forget/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Always `bbsetup.forget/1`.
    pub schema: &'static str,
    /// The workspace ID.
    pub profile: String,
    /// The slots that were deleted from the keychain.
    pub deleted: Vec<String>,
    /// Whether there was a profile.
    pub had_profile: bool,
}

/// Forgets a profile. Nothing is changed at Bitbucket or BalkanID.
///
/// # Errors
/// The keychain does not answer, or the file cannot be removed.
pub async fn forget(services: &Services, workspace: &WorkspaceId) -> Result<Forgotten, Problem> {
    let mut deleted = Vec::new();
    for slot in SecretSlot::ALL {
        let entry = Entry::new(workspace.as_str(), slot);
        if services.vault.delete(&entry).await? {
            deleted.push(slot.as_str().to_owned());
        }
        for beside in [Entry::previous, Entry::between] {
            services
                .vault
                .delete(&beside(workspace.as_str(), slot))
                .await?;
        }
    }
    let had_profile = Home::new(&services.home).drop_profile(workspace)?;
    Ok(Forgotten {
        schema: "bbsetup.forget/1",
        profile: workspace.to_string(),
        deleted,
        had_profile,
    })
}
