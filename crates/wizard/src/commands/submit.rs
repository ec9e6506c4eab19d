//! Submitting the integration to BalkanID, and watching it.

use std::time::Duration;

use bbsetup_balkanid::{
    BalkanId, Integration, KeyNames, Polling, State, Status, UploadRow, Values,
};
use bbsetup_setup::{Email, Problem, ProblemCode, Secret, SecretSlot, Setup};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::home::{Home, SavedProfile};
use crate::inputs::{Inputs, missing_secret};
use crate::json::{
    CellJson, DifferenceJson, FormFieldJson, KeyNamesJson, KeysJson, PlanJson, RouteJson,
    StateJson, StatusJson, SubmitEventJson, SubmitJson,
};
use crate::services::Services;

/// How the end of a submission is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two looks at the status.
    pub between: Duration,
    /// Until a created integration has to be in BalkanID's list.
    pub find: Duration,
    /// Until the sync has to end.
    pub watch: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            between: Duration::from_secs(2),
            find: Duration::from_secs(60),
            watch: Duration::from_secs(600),
        }
    }
}

/// Everything that a submission needs, parsed and read.
pub struct Submission {
    setup: Setup,
    values: Values,
    balkanid: Option<BalkanId>,
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
    pub async fn prepare(services: &Services, inputs: &Inputs) -> Result<Self, Vec<Problem>> {
        let setup = inputs.draft.clone().finish()?;
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
        let key = (
            secret(SecretSlot::BalkanIdKeyId).await?,
            secret(SecretSlot::BalkanIdKeySecret).await?,
        );
        let balkanid = match key {
            (Some(key_id), Some(key_secret)) => Some(BalkanId {
                client: services.client().map_err(|problem| vec![problem])?,
                rest: setup.balkanid_url.clone(),
                public: setup.balkanid_public_url.clone(),
                key_id,
                key_secret,
                polling: Polling::default(),
            }),
            (None, None) => None,
            (Some(_), None) => return Err(vec![missing_secret(SecretSlot::BalkanIdKeySecret)]),
            (None, Some(_)) => return Err(vec![missing_secret(SecretSlot::BalkanIdKeyId)]),
        };
        let values = Values {
            api_url: setup.api_url.to_string(),
            workspace: setup.workspace.to_string(),
            account: setup.account.to_string(),
            workspace_token,
            api_token,
            description: setup.description.clone(),
        };
        Ok(Self {
            setup,
            values,
            balkanid,
        })
    }

    async fn before(&self, services: &Services, balkanid: &BalkanId) -> Result<Before, Problem> {
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
        let ours = self.ours(&rows, keys.as_ref(), remembered.as_deref())?;
        Ok(Before {
            tenant: app.tenant_name.clone().into(),
            app_name: app.name.clone(),
            ours,
            keys,
            rows,
        })
    }

    /// The row of this workspace: the one written before, else the one that names the workspace.
    fn ours(
        &self,
        rows: &[Integration],
        keys: Option<&KeyNames>,
        remembered: Option<&str>,
    ) -> Result<Option<Integration>, Problem> {
        if let Some(row) = rows.iter().find(|row| Some(row.id.as_str()) == remembered) {
            return Ok(Some(row.clone()));
        }
        let Some(keys) = keys else { return Ok(None) };
        let mut named = rows.iter().filter(|row| {
            row.public_value(&keys.workspace)
                .is_some_and(|value| value.eq_ignore_ascii_case(self.setup.workspace.as_str()))
        });
        match (named.next(), named.next()) {
            (only, None) => Ok(only.cloned()),
            (_, Some(_)) => Err(Problem::new(
                ProblemCode::BalkanIdRefused,
                format!("BalkanID holds more than one Bitbucket integration of {}; which one is meant cannot be told.", self.setup.workspace),
            )
            .with_hints(vec!["Remove all but one in BalkanID: Configure > Integrations. Then submit again.".to_owned()])),
        }
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
        let Some(balkanid) = &self.balkanid else {
            return assisted("There is no API key, so BalkanID's form is filled in by hand, with every value at the ready.".to_owned(), None, KeysJson::NotNeeded, Vec::new());
        };
        let before = match self.before(services, balkanid).await {
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

    /// What BalkanID's API does not carry.
    fn by_hand(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "Primary Application owner: {} — set it in BalkanID under Configure > Integrations; the API has no column for owners.",
            self.setup.primary_owner
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
                self.setup.primary_owner.to_string(),
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
        let balkanid = self
            .balkanid
            .as_ref()
            .ok_or_else(|| missing_secret(SecretSlot::BalkanIdKeyId))?;
        let stage = |name: &str, text: &str| {
            events(SubmitEventJson::Stage {
                stage: name.to_owned(),
                text: text.to_owned(),
            })
        };
        let done = |name: &str, text: String| {
            events(SubmitEventJson::StageDone {
                stage: name.to_owned(),
                text,
            })
        };

        stage("upload", "Sending the integration to BalkanID");
        let before = self.before(services, balkanid).await?;
        let keys = before.keys.clone().or_else(|| confirmed.map(key_names)).ok_or_else(|| {
            Problem::new(ProblemCode::ValueMissing, "The names of the keys under which BalkanID keeps Bitbucket's credentials are not known.")
                .on_field("keys")
                .with_hints(vec!["Fill in BalkanID's form by hand, or confirm the names if BalkanID told you.".to_owned()])
        })?;
        balkanid.write(&self.row(&before, &keys)).await?;
        done("upload", "BalkanID took the row.".to_owned());

        stage("find", "Finding the integration in BalkanID's list");
        let written = self.find(balkanid, &before, &keys, patience).await?;
        let last_run_before = before
            .ours
            .as_ref()
            .map(|row| row.last_run.clone())
            .unwrap_or_default();
        let created = before.ours.is_none();
        let mut problems: Vec<Problem> = Vec::new();
        problems.extend(self.remember(services, &written.id, &last_run_before).err());
        done("find", format!("Found as {}.", written.id));

        stage("sync", "Starting the sync");
        let correlation_id = match balkanid.start_sync(&written.id).await {
            Ok(id) => {
                done("sync", "BalkanID accepted the sync.".to_owned());
                id
            }
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let submitted = SubmitJson {
            schema: "bbsetup.submit/1".to_owned(),
            route: RouteJson::Api,
            integration_id: Some(written.id.clone()),
            correlation_id,
            created,
            differences: self.differences(&written, &keys),
            problems: problems.into_iter().map(Into::into).collect(),
        };
        events(SubmitEventJson::Submitted {
            submission: submitted.clone(),
        });
        Ok(submitted)
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

    fn remember(
        &self,
        services: &Services,
        integration_id: &str,
        last_run_before: &str,
    ) -> Result<(), Problem> {
        let home = Home::new(&services.home);
        let workspace = &self.setup.workspace;
        let mut profile = home
            .profile(workspace)?
            .unwrap_or_else(|| SavedProfile::new(workspace, crate::json::DraftJson::default()));
        profile.integration_id = Some(integration_id.to_owned());
        profile.last_run_before = Some(last_run_before.to_owned());
        home.keep_profile(workspace, &profile)
    }

    /// What BalkanID shows otherwise than asked; secrets are not shown and cannot be compared.
    fn differences(&self, row: &Integration, keys: &KeyNames) -> Vec<DifferenceJson> {
        let public = |key: &str| row.public_value(key).unwrap_or_default().to_owned();
        [
            (
                "Primary Application owner",
                self.setup.primary_owner.to_string(),
                row.primary_owner.clone(),
            ),
            (
                "Description",
                self.setup.description.clone(),
                row.description.clone(),
            ),
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
        .into_iter()
        .filter(|(_, asked, shown)| !asked.is_empty() && asked != shown)
        .map(|(field, asked, shown)| DifferenceJson {
            field: field.to_owned(),
            asked,
            shown,
        })
        .collect()
    }

    /// BalkanID's status now.
    ///
    /// # Errors
    /// What BalkanID refused; `balkanid_not_found` where it holds no integration of this workspace.
    pub async fn status(
        &self,
        services: &Services,
        after_sync: bool,
    ) -> Result<StatusJson, Problem> {
        let balkanid = self
            .balkanid
            .as_ref()
            .ok_or_else(|| missing_secret(SecretSlot::BalkanIdKeyId))?;
        let profile = Home::new(&services.home)
            .profile(&self.setup.workspace)
            .ok()
            .flatten();
        let rows = balkanid.integrations().await?;
        let keys = rows.iter().find_map(|row| KeyNames::of(row).ok());
        let remembered = profile
            .as_ref()
            .and_then(|profile| profile.integration_id.as_deref());
        let row = self
            .ours(&rows, keys.as_ref(), remembered)?
            .ok_or_else(|| {
                Problem::new(
                    ProblemCode::BalkanIdNotFound,
                    format!(
                        "BalkanID's list holds no Bitbucket integration of {}.",
                        self.setup.workspace
                    ),
                )
                .with_hints(vec!["Submit it first.".to_owned()])
            })?;
        let before = profile
            .and_then(|profile| profile.last_run_before)
            .filter(|_| after_sync);
        Ok(status_json(&row, before.as_deref(), services))
    }

    /// Looks at the status until the sync ends, the time is over, or it is stopped.
    ///
    /// # Errors
    /// As [`Submission::status`]; `sync_failed`; `timed_out` without news.
    pub async fn watch(
        &self,
        services: &Services,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<StatusJson, Problem> {
        let until = Instant::now() + patience.watch;
        loop {
            let status = tokio::select! {
                () = stop.cancelled() => return Err(stopped()),
                status = self.status(services, true) => status?,
            };
            events(SubmitEventJson::Status {
                status: status.clone(),
            });
            match status.state {
                StateJson::Connected => return Ok(status),
                StateJson::Error => {
                    let said = status
                        .message
                        .clone()
                        .unwrap_or_else(|| "no message".to_owned());
                    return Err(Problem::new(
                        ProblemCode::SyncFailed,
                        format!("BalkanID's sync ended with an error: “{said}”."),
                    ));
                }
                StateJson::Running | StateJson::Inactive | StateJson::Unknown => {}
            }
            if Instant::now() >= until {
                return Err(Problem::new(
                    ProblemCode::TimedOut,
                    format!("BalkanID did not finish the sync within {} minutes. It may well go on by itself.", patience.watch.as_secs() / 60),
                )
                .with_hints(vec!["Look again later: the status stands on the first page, and bbsetup status shows it.".to_owned()]));
            }
            tokio::select! {
                () = stop.cancelled() => return Err(stopped()),
                () = tokio::time::sleep(patience.between) => {}
            }
        }
    }
}

fn stopped() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The watching was stopped. BalkanID goes on by itself.",
    )
    .with_hints(vec!["bbsetup status shows where it stands.".to_owned()])
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

fn status_json(row: &Integration, before: Option<&str>, services: &Services) -> StatusJson {
    let status = Status::of(row, before);
    StatusJson {
        schema: "bbsetup.status/1".to_owned(),
        state: match status.state {
            State::Connected => StateJson::Connected,
            State::Running => StateJson::Running,
            State::Error => StateJson::Error,
            State::Inactive => StateJson::Inactive,
            State::Unknown => StateJson::Unknown,
        },
        words: status.words(),
        message: status.message,
        last_run: status.last_run,
        integration_id: Some(row.id.clone()),
        seen_at: services.now().to_string(),
    }
}
