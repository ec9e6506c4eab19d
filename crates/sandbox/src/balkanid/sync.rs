//! Syncs: how they go on, and how they end.

use serde_json::Value;

use super::integration::Integration;
use super::{RefusedRow, StoredFile, Tenant};
use crate::bitbucket::email_of;
use crate::scenario::{Credential, Holder, Kind};
use crate::state::{Server, State};

/// Moves every sync on by one download. One that ends tells the truth: the stored credentials are
/// tried.
pub(super) fn move_on(tenant: &mut Tenant, state: &State) {
    let Tenant {
        integrations,
        files,
        refused_rows,
        synced,
        ..
    } = tenant;
    for integration in integrations {
        match integration.syncing {
            None => {}
            Some(0) => {
                integration.syncing = None;
                *synced += 1;
                integration.last_run = time_of(*synced);
                integration.status = "active".to_owned();
                integration.message = match works(integration, state, |integration| {
                    is_fed(integration, files, refused_rows)
                }) {
                    true => "Data Available".to_owned(),
                    // BalkanID's own spelling.
                    false => "1 error occured".to_owned(),
                };
            }
            Some(left) => integration.syncing = Some(left - 1),
        }
    }
}

/// When a sync ended. It is no clock's time, so that a run looks the same each time; each is later
/// than the one before.
fn time_of(sync: u32) -> String {
    let (minute, hours) = (sync % 60, sync / 60);
    let (hour, day) = (hours % 12 + 12, 24 + hours / 12);
    format!("2026-11-{day:02}T{hour:02}:{minute:02}:00Z")
}

/// Whether BalkanID has the data, or can read it with what it was given, by the extraction type.
fn works(
    integration: &Integration,
    state: &State,
    is_fed: impl FnOnce(&Integration) -> bool,
) -> bool {
    let options = integration.other.get("Extraction Options");
    let options: Value = options
        .and_then(|options| serde_json::from_str(options).ok())
        .unwrap_or_default();
    let is_on = |flag: &str| options[flag] == Value::Bool(true);
    let syncs = !state.scenario.balkanid.sync_fails;
    match (is_on("scim"), is_on("upload")) {
        (true, _) => syncs && scim_works(integration, state),
        // What was uploaded is no sync of BalkanID's.
        (false, true) => is_fed(integration),
        (false, false) => syncs && credentials_work(integration, state),
    }
}

/// Whether both files of an integration came, with no row that was refused.
fn is_fed(integration: &Integration, files: &[StoredFile], refused: &[RefusedRow]) -> bool {
    let came = |object: &str| {
        let is_its = |file: &&StoredFile| file.integration.as_ref() == Some(&integration.id);
        files
            .iter()
            .filter(is_its)
            .any(|file| file.object == object)
    };
    came("entities") && came("entity-relations") && refused.is_empty()
}

/// Whether BalkanID could read the SCIM server with what it was given.
fn scim_works(integration: &Integration, state: &State) -> bool {
    let knobs = &state.scenario.scim;
    let value = |key: &str| {
        integration
            .secrets
            .get(key)
            .map(|field| field.value.as_str())
    };
    let server = format!(
        "{}{}",
        state.addresses.origin(Server::Scim),
        crate::scim::BASE
    );
    value("scim_base_url") == Some(server.as_str())
        && value("scim_token") == Some(knobs.token.as_str())
        && value("scim_user_name") == knobs.user.as_deref()
        && !(knobs.refuses || knobs.html || knobs.version_1 || knobs.empty)
}

/// Whether BalkanID could read the workspace with what it was given: a token of the workspace that
/// reads it, and an API token of one of its administrators with that account's e-mail.
fn credentials_work(integration: &Integration, state: &State) -> bool {
    let value = |key: &str| {
        integration
            .secrets
            .get(key)
            .map(|field| field.value.as_str())
            .unwrap_or_default()
    };
    let world = state.world();
    let Some(place) = world.workspace_called(value("workspace")) else {
        return false;
    };
    let works = |secret: &str, fits: &dyn Fn(&Credential) -> bool| {
        state
            .credential(|credential| {
                credential.secret == secret && credential.is_accepted() && fits(credential)
            })
            .is_some()
    };
    let reads = |credential: &Credential| {
        ["account", "project", "repository"]
            .iter()
            .all(|scope| credential.scopes.iter().any(|held| held == scope))
    };
    let is_its_token = |credential: &Credential| {
        credential.kind == Kind::WorkspaceAccessToken
            && credential.holder == Holder::Workspace(place)
            && reads(credential)
    };
    let is_its_administrator = |credential: &Credential| {
        credential.kind == Kind::ApiToken
            && email_of(state, credential) == Some(value("account_username"))
            && matches!(credential.holder, Holder::Account(account)
                if world.workspaces[place].is_administrator(account))
    };
    let address = value("api_url").trim_end_matches('/');
    let address = address.strip_suffix("/2.0").unwrap_or(address);
    address == state.addresses.origin(Server::Bitbucket)
        && works(value("access_token"), &is_its_token)
        && works(value("account_app_password"), &is_its_administrator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sync_ends_later_than_the_one_before() {
        let times: Vec<String> = (1..5000).map(time_of).collect();
        assert_eq!(times[0], "2026-11-24T12:01:00Z");
        assert!(times.is_sorted());
    }
}
