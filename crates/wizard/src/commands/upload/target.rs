//! Where the files go: the tenant, its app Bitbucket, and the integration.

use bbsetup_balkanid::{App, BalkanId, Integration, KeyNames, Polling};
use bbsetup_setup::draft::{read_balkanid_url, read_workspace};
use bbsetup_setup::{Problem, ProblemCode, SecretSlot, WorkspaceId};

use super::noted::Place;
use crate::commands::watch::Tenant;
use crate::home::Home;
use crate::inputs::{Inputs, missing_secret, read_secret};
use crate::services::Services;

/// The way to BalkanID, and what was said of the integration.
pub(super) struct Target {
    pub(super) balkanid: BalkanId,
    workspace: Option<WorkspaceId>,
    given: Option<String>,
}

/// What BalkanID tells of where the files go.
pub(super) struct Destination {
    pub(super) tenant: Option<String>,
    pub(super) tenant_id: String,
    pub(super) app_id: String,
    pub(super) integration: Option<String>,
    pub(super) note: Option<String>,
}

impl Target {
    /// Reads address and key. The workspace is asked for by nothing but the keychain.
    pub(super) async fn prepare(
        services: &Services,
        inputs: &Inputs,
        integration: Option<&str>,
    ) -> Result<Self, Vec<Problem>> {
        let typed = inputs.draft.workspace.as_deref();
        let workspace = match typed.filter(|typed| !typed.trim().is_empty()) {
            Some(typed) => Some(read_workspace(Some(typed)).map_err(|problem| vec![problem])?),
            None => None,
        };
        let balkanid = match &workspace {
            Some(_) => Tenant::prepare(services, inputs)
                .await?
                .map(|tenant| tenant.balkanid),
            None => Some(without_keychain(services, inputs)?),
        };
        let given = integration.map(str::trim).filter(|id| !id.is_empty());
        Ok(Self {
            balkanid: balkanid.ok_or_else(|| vec![missing_secret(SecretSlot::BalkanIdKeyId)])?,
            workspace,
            given: given.map(str::to_owned),
        })
    }

    /// Tries the key, and finds the integration.
    pub(super) async fn find(&self, services: &Services) -> Result<Destination, Problem> {
        let app = self.balkanid.bitbucket().await?;
        let rows: Vec<Integration> = self
            .balkanid
            .integrations()
            .await?
            .into_iter()
            .filter(Integration::is_bitbucket)
            .collect();
        let integration = self.choose(services, &rows)?;
        Ok(destination(&app, integration))
    }

    /// The integration that is meant: the one that was given, that was written before, that shows
    /// the workspace, or the only one that may be of it. Nothing is guessed among several.
    fn choose(&self, services: &Services, rows: &[Integration]) -> Result<Option<String>, Problem> {
        let listed = |id: &str| rows.iter().any(|row| row.id == id);
        if let Some(given) = &self.given {
            return match listed(given) {
                true => Ok(Some(given.clone())),
                false => Err(not_chosen(
                    ProblemCode::BalkanIdNotFound,
                    "BalkanID's list holds no Bitbucket integration of that ID.",
                    rows,
                )),
            };
        }
        let profile = match &self.workspace {
            Some(workspace) => Home::new(&services.home).profile(workspace)?,
            None => None,
        };
        let remembered = profile
            .and_then(|profile| profile.integration_id)
            .filter(|id| listed(id));
        if remembered.is_some() {
            return Ok(remembered);
        }
        let shown = |row: &Integration| {
            let keys = KeyNames::of(row).ok()?;
            row.public_value(&keys.workspace).map(str::to_owned)
        };
        let (of_workspace, untold): (Vec<&Integration>, Vec<&Integration>) = match &self.workspace {
            None => (Vec::new(), rows.iter().collect()),
            Some(workspace) => {
                let is_ours = |row: &&Integration| {
                    shown(row).is_some_and(|name| name.eq_ignore_ascii_case(workspace.as_str()))
                };
                (
                    rows.iter().filter(is_ours).collect(),
                    rows.iter().filter(|row| shown(row).is_none()).collect(),
                )
            }
        };
        match (of_workspace.as_slice(), untold.as_slice()) {
            ([only], _) | ([], [only]) => Ok(Some(only.id.clone())),
            ([], []) => Ok(None),
            _ => Err(not_chosen(
                ProblemCode::ValueMissing,
                "BalkanID holds more than one Bitbucket integration; which one is meant cannot be told.",
                rows,
            )),
        }
    }

    pub(super) fn place(&self, destination: &Destination) -> Place {
        Place {
            balkanid_url: self.balkanid.rest.to_string(),
            tenant_id: destination.tenant_id.clone(),
            integration_id: destination.integration.clone(),
        }
    }
}

fn destination(app: &App, integration: Option<String>) -> Destination {
    let note = match integration {
        Some(_) => None,
        None => Some("The tenant has no Bitbucket integration that is known to be of this workspace, so that none was named; BalkanID tells the app by the files' column App alone. Whether it takes them so is not confirmed.".to_owned()),
    };
    Destination {
        tenant: Some(app.tenant_name.clone()).filter(|name| !name.is_empty()),
        tenant_id: app.tenant_id.clone(),
        app_id: app.id.clone(),
        integration,
        note,
    }
}

fn not_chosen(code: ProblemCode, message: &str, rows: &[Integration]) -> Problem {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let hint = match ids.is_empty() {
        true => "There is none at all: make it in BalkanID first, or leave --integration out."
            .to_owned(),
        false => format!("Give one with --integration: {}.", ids.join(", ")),
    };
    Problem::new(code, format!("{message} Nothing was sent."))
        .on_field("integration")
        .with_hints(vec![hint])
}

fn without_keychain(services: &Services, inputs: &Inputs) -> Result<BalkanId, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let secret = |slot: SecretSlot| {
        let given = inputs
            .secrets
            .get(&slot)
            .ok_or_else(|| missing_secret(slot));
        given
            .and_then(|secret| read_secret(slot, secret))
            .map_err(one)
    };
    Ok(BalkanId {
        client: services.client().map_err(one)?,
        rest: read_balkanid_url(inputs.draft.balkanid_url.as_deref()).map_err(one)?,
        public: None,
        key_id: secret(SecretSlot::BalkanIdKeyId)?,
        key_secret: secret(SecretSlot::BalkanIdKeySecret)?,
        polling: Polling::default(),
    })
}
