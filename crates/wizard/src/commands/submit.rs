//! Submitting the integration to BalkanID, and watching it.

mod remember;

use std::time::Duration;

use bbsetup_balkanid::{BalkanId, Integration, KeyNames, UploadRow, Values};
use bbsetup_setup::{Draft, Email, Owner, Problem, ProblemCode, Secret, SecretSlot, Setup};
use tokio::time::Instant;

use crate::commands::watch::{Patience, Tenant};
use crate::home::Home;
use crate::inputs::{Inputs, missing_secret};
use crate::json::{
    CellJson, DifferenceJson, FormFieldJson, KeyNamesJson, KeysJson, PlanJson, RouteJson,
    SubmitEventJson, SubmitJson,
};
use crate::services::Services;

/// Everything that a submission needs, parsed and read.
pub struct Submission {
    draft: Draft,
    setup: Setup,
    values: Values,
    tenant: Option<Tenant>,
}

/// What BalkanID shows before anything is written.
struct Before {
    tenant: Option<String>,
    app_name: String,
    ours: Option<Integration>,
    rows: Vec<Integration>,
    keys: Option<KeyNames>,
}

impl Submission {
    /// Reads values and secrets.
    ///
    /// # Errors
    /// Everything that is missing or cannot be read.
    pub async fn prepare(
        services: &Services,
        inputs: &Inputs,
        owner: Owner,
    ) -> Result<Self, Vec<Problem>> {
        let setup = inputs.draft.clone().finish(owner)?;
        let secret = async |slot| {
            inputs
                .secret(slot, &setup.workspace, &services.vault)
                .await
                .map_err(|problem| vec![problem])
        };
        let required = |slot, held: Option<Secret>| held.ok_or_else(|| vec![missing_secret(slot)]);
        let workspace_token = required(
            SecretSlot::WorkspaceToken,
            secret(SecretSlot::WorkspaceToken).await?,
        )?;
        let api_token = required(SecretSlot::Account, secret(SecretSlot::Account).await?)?;
        let tenant = Tenant::prepare(services, inputs).await?;
        let values = Values {
            api_url: setup.api_url.to_string(),
            workspace: setup.workspace.to_string(),
            account: setup.account.to_string(),
            workspace_token,
            api_token,
            description: setup.description.clone(),
        };
        Ok(Self {
            draft: inputs.draft.clone(),
            setup,
            values,
            tenant,
        })
    }

    async fn before(&self, services: &Services, tenant: &Tenant) -> Result<Before, Problem> {
        let balkanid = &tenant.balkanid;
        let apps = balkanid.apps().await?;
        let app = apps
            .iter()
            .find(|app| {
                app.id.eq_ignore_ascii_case("bitbucket")
                    || app.name.eq_ignore_ascii_case("bitbucket")
            })
            .ok_or_else(|| {
                Problem::new(
                    ProblemCode::BalkanIdNotFound,
                    "The tenant's list of apps holds no Bitbucket.",
                )
            })?;
        let rows: Vec<Integration> = balkanid
            .integrations()
            .await?
            .into_iter()
            .filter(|row| row.name.eq_ignore_ascii_case(&app.name))
            .collect();
        let keys = rows.iter().find_map(|row| KeyNames::of(row).ok());
        let remembered = Home::new(&services.home)
            .profile(&self.setup.workspace)
            .ok()
            .flatten()
            .and_then(|profile| profile.integration_id);
        let ours = tenant.ours(&rows, keys.as_ref(), remembered.as_deref())?;
        Ok(Before {
            tenant: app.tenant_name.clone().into(),
            app_name: app.name.clone(),
            ours,
            keys,
            rows,
        })
    }

    /// What would be written and by which route. Writes nothing.
    pub async fn plan(&self, services: &Services, confirmed: Option<&KeyNamesJson>) -> PlanJson {
        let by_hand = self.by_hand();
        let assisted = |reason: String, tenant, keys, problems: Vec<Problem>| PlanJson {
            route: RouteJson::Assisted,
            reason,
            tenant,
            updates: None,
            row: Vec::new(),
            form: self.form(),
            keys,
            by_hand: Vec::new(),
            problems: problems.into_iter().map(Into::into).collect(),
        };
        let Some(tenant) = &self.tenant else {
            return assisted("There is no API key, so BalkanID's form is filled in by hand, with every value at the ready.".to_owned(), None, KeysJson::NotNeeded, Vec::new());
        };
        let before = match self.before(services, tenant).await {
            Ok(before) => before,
            Err(problem) => {
                return assisted("BalkanID's API cannot be used as things are; its form can be filled in by hand.".to_owned(), None, KeysJson::NotNeeded, vec![problem]);
            }
        };
        let keys_known = before.keys.is_some();
        let Some(keys) = before.keys.clone().or_else(|| confirmed.map(key_names)) else {
            return assisted(
                "The tenant has no Bitbucket integration from which the names of the keys could be read, and BalkanID does not publish them. Fill in the form by hand, or confirm the names if BalkanID told you.".to_owned(),
                before.tenant,
                KeysJson::ToConfirm,
                Vec::new(),
            );
        };
        let row = self.row(&before, &keys);
        PlanJson {
            route: RouteJson::Api,
            reason: match &before.ours {
                Some(_) => {
                    "The integration of this workspace is there already and is updated.".to_owned()
                }
                None => "The tenant has no integration of this workspace yet; one is created."
                    .to_owned(),
            },
            tenant: before.tenant.clone(),
            updates: before.ours.as_ref().map(|row| row.id.clone()),
            row: row
                .masked()
                .into_iter()
                .map(|cell| CellJson {
                    column: cell.column.to_owned(),
                    value: cell.value,
                })
                .collect(),
            form: self.form(),
            keys: if keys_known {
                KeysJson::FromTenant
            } else {
                KeysJson::ToConfirm
            },
            by_hand,
            problems: Vec::new(),
        }
    }

    fn row<'a>(&'a self, before: &'a Before, keys: &'a KeyNames) -> UploadRow<'a> {
        UploadRow {
            app_name: &before.app_name,
            existing: before.ours.as_ref(),
            keys,
            values: &self.values,
            sync: self.setup.balkanid_public_url.is_none(),
        }
    }

    /// The Primary Application owner as text, empty where none was named.
    fn owner(&self) -> String {
        self.setup
            .primary_owner
            .as_ref()
            .map(Email::to_string)
            .unwrap_or_default()
    }

    /// What BalkanID's API does not carry.
    fn by_hand(&self) -> Vec<String> {
        let owner = self
            .setup
            .primary_owner
            .as_ref()
            .map_or("none given", Email::as_str);
        let mut lines = vec![format!(
            "Primary Application owner: {owner} — set it in BalkanID under Configure > Integrations; the API has no column for owners."
        )];
        if !self.setup.secondary_owners.is_empty() {
            let owners: Vec<&str> = self
                .setup
                .secondary_owners
                .iter()
                .map(Email::as_str)
                .collect();
            lines.push(format!(
                "Secondary Application Owner(s): {}",
                owners.join(", ")
            ));
        }
        lines
    }

    /// The fields of BalkanID's form, in its order and words.
    fn form(&self) -> Vec<FormFieldJson> {
        let plain = |field: &str, label: &str, also: Option<&str>, value: String| FormFieldJson {
            field: field.to_owned(),
            label: label.to_owned(),
            also_called: also.map(str::to_owned),
            value,
            secret: false,
        };
        let secret = |field: &str, label: &str, also: &str, secret: &Secret| FormFieldJson {
            field: field.to_owned(),
            label: label.to_owned(),
            also_called: Some(also.to_owned()),
            value: secret
                .last_four()
                .map_or_else(|| "••••".to_owned(), |four| format!("•••• {four}")),
            secret: true,
        };
        let owners: Vec<&str> = self
            .setup
            .secondary_owners
            .iter()
            .map(Email::as_str)
            .collect();
        vec![
            plain(
                "primary-owner",
                "Primary Application owner",
                None,
                self.owner(),
            ),
            plain(
                "description",
                "Description",
                None,
                self.setup.description.clone(),
            ),
            plain(
                "secondary-owner",
                "Secondary Application Owner(s)",
                None,
                owners.join(", "),
            ),
            plain(
                "extraction",
                "Extraction Type",
                None,
                self.setup.extraction.label().to_owned(),
            ),
            secret(
                "workspace_token",
                "Bitbucket Access Token",
                "Bitbucket Access token of Workspace (Organization)",
                &self.values.workspace_token,
            ),
            plain(
                "api-url",
                "Bitbucket API URL",
                Some("Bitbucket API Url"),
                self.values.api_url.clone(),
            ),
            plain(
                "workspace",
                "Workspace",
                Some("Username of Workspace ID"),
                self.values.workspace.clone(),
            ),
            plain(
                "account",
                "Account Username",
                Some("Bitbucket Account Username"),
                self.values.account.clone(),
            ),
            secret(
                "account_token",
                "Account App Password",
                "BitBucket App Password",
                &self.values.api_token,
            ),
        ]
    }

    /// The tenant, where there is a key.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// The exposed value of a form field, for the clipboard alone.
    pub fn form_value(&self, field: &str) -> Option<(Secret, bool)> {
        match field {
            "workspace_token" => Some((self.values.workspace_token.clone(), true)),
            "account_token" => Some((self.values.api_token.clone(), true)),
            _ => self
                .form()
                .into_iter()
                .find(|held| held.field == field)
                .map(|held| (Secret::new(held.value), false)),
        }
    }

    /// Writes by the API, finds what was written, and starts a sync.
    ///
    /// Submitting twice updates: the row is found by its remembered ID or by its workspace.
    ///
    /// # Errors
    /// What BalkanID refused. What was written before a later failure is remembered in the profile.
    pub async fn submit(
        &self,
        services: &Services,
        confirmed: Option<&KeyNamesJson>,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
    ) -> Result<SubmitJson, Problem> {
        let tenant = self
            .tenant
            .as_ref()
            .ok_or_else(|| missing_secret(SecretSlot::BalkanIdKeyId))?;
        let balkanid = &tenant.balkanid;
        let stages = Stages(events);
        stages.begin("upload", "Sending the integration to BalkanID");
        let before = self.before(services, tenant).await?;
        let keys = before.keys.clone().or_else(|| confirmed.map(key_names)).ok_or_else(|| {
            Problem::new(ProblemCode::ValueMissing, "The names of the keys under which BalkanID keeps Bitbucket's credentials are not known.")
                .on_field("keys")
                .with_hints(vec!["Fill in BalkanID's form by hand, or confirm the names if BalkanID told you.".to_owned()])
        })?;
        balkanid.write(&self.row(&before, &keys)).await?;
        stages.end("upload", "BalkanID took the row.");

        stages.begin("find", "Finding the integration in BalkanID's list");
        let written = self.find(balkanid, &before, &keys, patience).await?;
        let last_run_before = before
            .ours
            .as_ref()
            .map(|row| row.last_run.clone())
            .unwrap_or_default();
        let remembered = self.remember(services, &written.id, &last_run_before).await;
        stages.end("find", &format!("Found as {}.", written.id));
        let submitted = SubmitJson {
            created: before.ours.is_none(),
            integration_id: Some(written.id.clone()),
            differences: self.differences(&written, Some(&keys)),
            problems: remembered.err().map(Into::into).into_iter().collect(),
            ..SubmitJson::of(RouteJson::Api)
        };
        Ok(self.sync(balkanid, submitted, stages).await)
    }

    /// Finds what was saved by hand in BalkanID's form, and starts a sync.
    ///
    /// Without a key, and where it is not found, nothing is wrong: BalkanID's page shows the rest.
    pub async fn follow_form(
        &self,
        services: &Services,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
    ) -> SubmitJson {
        let submitted = SubmitJson::of(RouteJson::Assisted);
        let Some(tenant) = &self.tenant else {
            return match self.remember_by_hand(services).await {
                Ok(()) => submitted,
                Err(problem) => submitted.with(problem.as_warning()),
            };
        };
        let stages = Stages(events);
        stages.begin("find", "Finding the integration in BalkanID's list");
        let (written, keys) = match self.saved_by_hand(services, tenant, patience).await {
            Ok(found) => found,
            Err(problem) => return submitted.with(problem.as_warning()),
        };
        let remembered = self
            .remember(services, &written.id, &written.last_run)
            .await;
        stages.end("find", &format!("Found as {}.", written.id));
        let submitted = SubmitJson {
            integration_id: Some(written.id.clone()),
            differences: self.differences(&written, keys.as_ref()),
            problems: remembered.err().map(Into::into).into_iter().collect(),
            ..submitted
        };
        self.sync(&tenant.balkanid, submitted, stages).await
    }

    /// The row that the form made. A person says that it is saved, so it is not waited for long.
    async fn saved_by_hand(
        &self,
        services: &Services,
        tenant: &Tenant,
        patience: Patience,
    ) -> Result<(Integration, Option<KeyNames>), Problem> {
        let until = Instant::now() + patience.find.min(FORM_PATIENCE);
        loop {
            let Before { ours, keys, .. } = self.before(services, tenant).await?;
            if let Some(ours) = ours {
                return Ok((ours, keys));
            }
            if Instant::now() >= until {
                return Err(Problem::new(
                    ProblemCode::BalkanIdNotFound,
                    format!(
                        "BalkanID's list holds no Bitbucket integration of {} yet.",
                        self.setup.workspace
                    ),
                )
                .with_hints(vec![
                    "Save it in BalkanID's form: Configure > Integrations > Add Integration. Then submit again to follow it from here.".to_owned(),
                ]));
            }
            tokio::time::sleep(patience.between).await;
        }
    }

    /// Starts the sync of what was submitted.
    async fn sync(
        &self,
        balkanid: &BalkanId,
        mut submitted: SubmitJson,
        stages: Stages<'_>,
    ) -> SubmitJson {
        let Some(id) = submitted.integration_id.clone() else {
            return submitted;
        };
        stages.begin("sync", "Starting the sync");
        let row_asks = submitted.route == RouteJson::Api && balkanid.public.is_none();
        if row_asks {
            stages.end("sync", "The row itself asks BalkanID to sync.");
        } else {
            match balkanid.start_sync(&id).await {
                Ok(correlation_id) => {
                    stages.end("sync", "BalkanID accepted the sync.");
                    submitted.correlation_id = correlation_id;
                }
                Err(problem) => submitted = submitted.with(problem),
            }
        }
        (stages.0)(SubmitEventJson::Submitted {
            submission: submitted.clone(),
        });
        submitted
    }

    async fn find(
        &self,
        balkanid: &BalkanId,
        before: &Before,
        keys: &KeyNames,
        patience: Patience,
    ) -> Result<Integration, Problem> {
        let until = Instant::now() + patience.find;
        loop {
            let rows = balkanid.integrations().await?;
            let found = rows.into_iter().find(|row| match &before.ours {
                Some(ours) => row.id == ours.id,
                None => {
                    let is_new = !before.rows.iter().any(|held| held.id == row.id);
                    is_new
                        && row.public_value(&keys.workspace) == Some(self.values.workspace.as_str())
                }
            });
            match found {
                Some(row) => return Ok(row),
                None if Instant::now() < until => tokio::time::sleep(patience.between).await,
                None => {
                    return Err(Problem::new(
                        ProblemCode::BalkanIdRefused,
                        format!("BalkanID took the upload, and the integration is not in its list after {} seconds.", patience.find.as_secs()),
                    )
                    .with_hints(vec![
                        "Look under Configure > Integrations in BalkanID before submitting again.".to_owned(),
                        "If it is not there either, send the time of this submission to support@balkan.id.".to_owned(),
                    ]));
                }
            }
        }
    }

    /// What BalkanID shows otherwise than asked; secrets are not shown and cannot be compared.
    fn differences(&self, row: &Integration, keys: Option<&KeyNames>) -> Vec<DifferenceJson> {
        let credentials = keys.map(|keys| self.credential_fields(row, keys));
        let form = [
            (
                "Primary Application owner",
                self.owner(),
                row.primary_owner.clone(),
            ),
            (
                "Description",
                self.setup.description.clone(),
                row.description.clone(),
            ),
        ];
        form.into_iter()
            .chain(credentials.into_iter().flatten())
            .filter(|(_, asked, shown)| !asked.is_empty() && asked != shown)
            .map(|(field, asked, shown)| DifferenceJson {
                field: field.to_owned(),
                asked,
                shown,
            })
            .collect()
    }

    /// The values that are no secrets: field, as asked, as shown.
    fn credential_fields(
        &self,
        row: &Integration,
        keys: &KeyNames,
    ) -> [(&'static str, String, String); 3] {
        let public = |key: &str| row.public_value(key).unwrap_or_default().to_owned();
        [
            (
                "Bitbucket API URL",
                self.values.api_url.clone(),
                public(&keys.api_url),
            ),
            (
                "Workspace",
                self.values.workspace.clone(),
                public(&keys.workspace),
            ),
            (
                "Account Username",
                self.values.account.clone(),
                public(&keys.account_username),
            ),
        ]
    }
}

/// How long an integration that a person saved by hand is looked for.
const FORM_PATIENCE: Duration = Duration::from_secs(10);

/// Tells the stages of a submission.
#[derive(Clone, Copy)]
struct Stages<'a>(&'a (dyn Fn(SubmitEventJson) + Send + Sync));

impl Stages<'_> {
    fn begin(self, stage: &str, text: &str) {
        (self.0)(SubmitEventJson::Stage {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }

    fn end(self, stage: &str, text: &str) {
        (self.0)(SubmitEventJson::StageDone {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }
}

fn key_names(keys: &KeyNamesJson) -> KeyNames {
    let KeyNamesJson {
        access_token,
        api_url,
        workspace,
        account_username,
        account_app_password,
    } = keys.clone();
    KeyNames {
        access_token,
        api_url,
        workspace,
        account_username,
        account_app_password,
    }
}
