//! Submitting the integration to BalkanID.

mod before;
mod files;
mod form;
mod remember;
mod stages;
mod written;

use std::collections::BTreeSet;
use std::time::Duration;

use bbsetup_balkanid::{
    BalkanId, Content, Integration, KeyNames, UploadRow, Values, differences, saved_as,
};
use bbsetup_setup::{
    ApiUrl, Extraction, ExtractionType, Owner, Problem, ProblemCode, Secret, SecretSlot, Setup,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::before::{Before, Which, candidates};
use self::stages::Stages;
use self::written::Written;
use crate::commands::watch::{Patience, Tenant};
use crate::home::Home;
use crate::inputs::{Inputs, missing_secret};
use crate::json::{
    CellJson, ConfirmedJson, DifferenceJson, FoundJson, KeysJson, PlanJson, ProblemJson, RouteJson,
    SubmitEventJson, SubmitJson, UploadStateJson,
};
use crate::services::Services;

/// Everything that a submission needs, parsed and read.
pub struct Submission {
    inputs: Inputs,
    setup: Setup,
    credentials: Credentials,
    tenant: Option<Tenant>,
}

/// What BalkanID is given to read with.
enum Credentials {
    /// Bitbucket's two credentials.
    Direct(Values),
    /// The SCIM server's token.
    Scim(Secret),
    /// None: it is given files.
    Files,
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
        let required = async |slot| {
            let held = inputs.secret(slot, &setup.workspace, &services.vault).await;
            held.and_then(|held| held.ok_or_else(|| missing_secret(slot)))
                .map_err(|problem| vec![problem])
        };
        let credentials = match &setup.extraction {
            Extraction::Direct {
                api_url, account, ..
            } => Credentials::Direct(Values {
                api_url: api_url.to_string(),
                workspace: setup.workspace.to_string(),
                account: account.to_string(),
                workspace_token: required(SecretSlot::WorkspaceToken).await?,
                api_token: required(SecretSlot::Account).await?,
            }),
            Extraction::Scim { .. } => Credentials::Scim(required(SecretSlot::ScimToken).await?),
            Extraction::ManualUpload { .. } | Extraction::AutomatedUpload { .. } => {
                Credentials::Files
            }
        };
        let tenant = Tenant::prepare(services, inputs).await?;
        if setup.extraction.kind() == ExtractionType::AutomatedUpload && tenant.is_none() {
            return Err(vec![missing_secret(SecretSlot::BalkanIdKeyId)]);
        }
        Ok(Self {
            inputs: inputs.clone(),
            setup,
            credentials,
            tenant,
        })
    }

    /// What would be written and by which route. Writes nothing.
    pub async fn plan(&self, services: &Services, confirmed: &ConfirmedJson) -> PlanJson {
        let mut plan = self.plan_row(services, confirmed).await;
        match self.look_through().await {
            Ok(Some(files)) => {
                let by_team = self.extraction_kind() == ExtractionType::ManualUpload;
                plan.hand_over = by_team.then(|| self.hand_over(&files, plan.tenant.as_deref()));
                plan.files = Some(files);
            }
            Ok(None) => {}
            Err(problem) => plan.problems.push(problem.into()),
        }
        plan
    }

    async fn plan_row(&self, services: &Services, confirmed: &ConfirmedJson) -> PlanJson {
        let Some(tenant) = &self.tenant else {
            return self.assisted("There is no API key, so BalkanID's form is filled in by hand, with every value at the ready.");
        };
        let before = match Before::read(self, services, tenant, confirmed).await {
            Ok(before) => before,
            Err(problem) => {
                // No form takes the files of an automated upload.
                let by_api = self.extraction_kind() == ExtractionType::AutomatedUpload;
                let (route, reason) = match by_api {
                    true => (
                        RouteJson::Api,
                        "BalkanID's API, through which the files go, cannot be used as things are.",
                    ),
                    false => (
                        RouteJson::Assisted,
                        "BalkanID's API cannot be used as things are; its form can be filled in by hand.",
                    ),
                };
                return PlanJson {
                    route,
                    problems: vec![problem.into()],
                    ..self.assisted(reason)
                };
            }
        };
        let by_form = |reason: &str| PlanJson {
            tenant: Some(before.tenant.clone()),
            ..self.assisted(reason)
        };
        match self.extraction_kind() {
            ExtractionType::Direct | ExtractionType::AutomatedUpload => {}
            ExtractionType::Scim => {
                return by_form(
                    "BalkanID does not publish under which keys it keeps a SCIM server's address and token, so its form is filled in by hand, with every value at the ready. The sync and its status go through the API.",
                );
            }
            ExtractionType::ManualUpload => {
                return by_form(
                    "BalkanID's page says to contact its team for a manual upload: its form is filled in by hand, and the two files are sent to the team.",
                );
            }
        }
        if let Which::Asked(ambiguity) = &before.ours {
            return PlanJson {
                route: RouteJson::Api,
                candidates: candidates(ambiguity),
                problems: vec![ambiguity.problem(&self.setup.workspace).into()],
                ..by_form(
                    "It cannot be told which integration is meant; nothing is written before that is chosen.",
                )
            };
        }
        let content = match self.content(before.keys.as_ref().ok()) {
            Ok(content) => content,
            Err(_) => {
                return PlanJson {
                    keys: KeysJson::ToConfirm,
                    ..by_form(
                        "The tenant has no Bitbucket integration from which the names of the keys could be read, and BalkanID does not publish them. Fill in the form by hand, or confirm the names if BalkanID told you.",
                    )
                };
            }
        };
        let row = self.row(&before, content);
        PlanJson {
            route: RouteJson::Api,
            reason: match (before.ours.existing(), before.found) {
                (Some(row), _) if row.is_of(self.extraction_kind()) == Some(false) => "The integration of this workspace is there already, with another extraction type; it is changed to this one.",
                _ if confirmed.integration.is_some() => "It is written as it was chosen.",
                (Some(_), FoundJson::CutOff) => "An earlier submission was cut off after its row had reached BalkanID; its integration is gone on with.",
                (Some(_), FoundJson::Integration | FoundJson::Nothing) => "The integration of this workspace is there already and is updated.",
                (None, _) => "The tenant has no integration of this workspace yet; one is created.",
            }
            .to_owned(),
            updates: before.ours.existing().map(|row| row.id.clone()),
            row: row
                .masked()
                .into_iter()
                .map(|cell| CellJson {
                    column: cell.column.to_owned(),
                    value: cell.value,
                })
                .collect(),
            keys: match (&confirmed.keys, &self.credentials) {
                (_, Credentials::Scim(_) | Credentials::Files) => KeysJson::NotNeeded,
                (Some(_), Credentials::Direct(_)) => KeysJson::ToConfirm,
                (None, Credentials::Direct(_)) => KeysJson::FromTenant,
            },
            by_hand: self.by_hand(),
            ..by_form("")
        }
    }

    /// The plan of filling in BalkanID's form.
    fn assisted(&self, reason: &str) -> PlanJson {
        PlanJson {
            route: RouteJson::Assisted,
            reason: reason.to_owned(),
            tenant: None,
            updates: None,
            row: Vec::new(),
            form: self.form(),
            keys: KeysJson::NotNeeded,
            candidates: Vec::new(),
            by_hand: Vec::new(),
            files: None,
            hand_over: None,
            problems: Vec::new(),
        }
    }

    /// What a row says of where the data comes from.
    ///
    /// # Errors
    /// `value_missing` where it needs the names of the keys, and they are not known.
    fn content<'a>(&'a self, keys: Option<&'a KeyNames>) -> Result<Content<'a>, Problem> {
        match &self.credentials {
            Credentials::Direct(values) => match keys {
                Some(keys) => Ok(Content::Direct { keys, values }),
                None => Err(keys_unknown()),
            },
            Credentials::Scim(_) => Ok(Content::Scim),
            Credentials::Files => Ok(Content::Upload),
        }
    }

    fn row<'a>(&'a self, before: &'a Before, content: Content<'a>) -> UploadRow<'a> {
        UploadRow {
            app_name: &before.app_name,
            workspace: &self.setup.workspace,
            existing: before.ours.existing(),
            description: &self.setup.description,
            optional: &self.setup.optional,
            content,
            // What is uploaded is no sync of BalkanID's.
            sync: matches!(content, Content::Direct { .. })
                && self.setup.balkanid_public_url.is_none(),
        }
    }

    /// The tenant, where there is a key.
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// Writes by the API, finds what was written, and starts a sync.
    ///
    /// Submitting twice updates: the row is found by its remembered ID, by its workspace, or by
    /// what an earlier submission had noted before it was cut off. Of two windows or terminals one
    /// waits for the other.
    ///
    /// # Errors
    /// What BalkanID refused. What was written before a later failure is remembered in the profile.
    pub async fn submit(
        &self,
        services: &Services,
        confirmed: &ConfirmedJson,
        patience: Patience,
        events: &(dyn Fn(SubmitEventJson) + Send + Sync),
        stop: &CancellationToken,
    ) -> Result<SubmitJson, Problem> {
        // A row is of no use to files that are not fit.
        self.look_through().await?;
        let tenant = self
            .tenant
            .as_ref()
            .ok_or_else(|| missing_secret(SecretSlot::BalkanIdKeyId))?;
        let stages = Stages(events);
        let written = tokio::select! {
            written = self.write_row(services, tenant, confirmed, patience, stages) => written?,
            () = stop.cancelled() => return Err(cut_off()),
        };
        let Written {
            before,
            submitted,
            _turn: turn,
        } = written;
        let submitted = match self.folder() {
            Some(folder) => {
                let sent = self
                    .send_files(services, folder, submitted, events, stop)
                    .await;
                self.fed(services, sent, stages)
            }
            None => {
                let tenant_name = Some(before.tenant.as_str());
                self.sync(services, &tenant.balkanid, tenant_name, submitted, stages)
                    .await
            }
        };
        drop(turn);
        Ok(submitted)
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
        let (written, before) = match self.saved_by_hand(services, tenant, patience).await {
            Ok(found) => found,
            Err(problem) => return submitted.with(problem.as_warning()),
        };
        let remembered = self
            .remember(services, &written.id, &written.last_run)
            .await;
        stages.end("find", &format!("Found as {}.", written.id));
        let content = self.content(before.keys.as_ref().ok());
        let by_team = self.extraction_kind() == ExtractionType::ManualUpload;
        let submitted = SubmitJson {
            integration_id: Some(written.id.clone()),
            differences: content
                .map(|content| self.differences(&self.row(&before, content), &written))
                .unwrap_or_default(),
            problems: remembered.err().map(Into::into).into_iter().collect(),
            ..submitted
        };
        if by_team {
            // BalkanID's team loads the files in its own time; there is nothing to start.
            return submitted;
        }
        self.sync(
            services,
            &tenant.balkanid,
            Some(&before.tenant),
            submitted,
            stages,
        )
        .await
    }

    /// The row that the form made. A person says that it is saved, so it is not waited for long.
    async fn saved_by_hand(
        &self,
        services: &Services,
        tenant: &Tenant,
        patience: Patience,
    ) -> Result<(Integration, Before), Problem> {
        let until = Instant::now() + patience.find.min(FORM_PATIENCE);
        let of_others = self.integrations_of_others(services);
        loop {
            let before = Before::read(self, services, tenant, &ConfirmedJson::default()).await?;
            match (&before.ours, self.extraction_kind()) {
                // One that shows another type is not the one that was just saved.
                (Which::This(ours), kind) if ours.is_of(kind) != Some(false) => {
                    return Ok((ours.as_ref().clone(), before));
                }
                (Which::Asked(ambiguity), ExtractionType::Direct) => {
                    return Err(ambiguity.problem(&self.setup.workspace));
                }
                (Which::Asked(ambiguity), kind) => {
                    let saved: Vec<&Integration> =
                        saved_as(ambiguity.rows(), &self.setup.workspace, kind)
                            .filter(|row| !of_others.contains(&row.id))
                            .collect();
                    match saved.as_slice() {
                        [] => {}
                        [only] => return Ok(((*only).clone(), before)),
                        _ => return Err(ambiguity.problem(&self.setup.workspace)),
                    }
                }
                (Which::New | Which::This(_), _) => {}
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

    /// The integrations that other set-ups remember as theirs.
    fn integrations_of_others(&self, services: &Services) -> BTreeSet<String> {
        let (profiles, _) = Home::new(&services.home).profiles();
        profiles
            .into_iter()
            .filter(|profile| profile.workspace != self.setup.workspace.as_str())
            .filter_map(|profile| profile.integration_id)
            .collect()
    }

    /// Starts the sync of what was submitted.
    async fn sync(
        &self,
        services: &Services,
        balkanid: &BalkanId,
        tenant: Option<&str>,
        mut submitted: SubmitJson,
        stages: Stages<'_>,
    ) -> SubmitJson {
        let Some(id) = submitted.integration_id.clone() else {
            return submitted;
        };
        stages.begin("sync", "Starting the sync");
        let row_asks = submitted.route == RouteJson::Api && balkanid.public.is_none();
        let accepted = match row_asks {
            true => Ok(None),
            false => balkanid.start_sync(&id, tenant).await.map(Some),
        };
        match accepted {
            Ok(accepted) => {
                let told = match row_asks {
                    true => "The row itself asks BalkanID to sync.",
                    false => "BalkanID accepted the sync.",
                };
                stages.end("sync", told);
                if let Some(accepted) = accepted {
                    submitted.correlation_id = accepted.correlation_id;
                    if let Some(at) = accepted.at {
                        submitted = submitted.with(other_host(&at));
                    }
                }
                if let Err(problem) = self.is_watched(services) {
                    submitted = submitted.with(problem.as_warning());
                }
            }
            Err(problem) => submitted = submitted.with(problem),
        }
        (stages.0)(SubmitEventJson::Submitted {
            submission: submitted.clone(),
        });
        submitted
    }

    /// Whether there is an end to be watched for: a sync that was started, or files that were sent
    /// by this submission. What BalkanID's team loads, it loads in its own time.
    pub fn has_an_end(&self, submitted: &SubmitJson) -> bool {
        let is_through = submitted.integration_id.is_some()
            && !submitted.problems.iter().any(ProblemJson::is_error);
        let has_begun = match self.extraction_kind() {
            ExtractionType::Direct | ExtractionType::Scim => true,
            ExtractionType::ManualUpload => false,
            ExtractionType::AutomatedUpload => submitted
                .upload
                .iter()
                .flat_map(|upload| &upload.files)
                .any(|file| file.state == UploadStateJson::Done),
        };
        is_through && has_begun
    }

    /// The files are at BalkanID, where nothing was in their way; what becomes of them is watched.
    fn fed(
        &self,
        services: &Services,
        mut submitted: SubmitJson,
        stages: Stages<'_>,
    ) -> SubmitJson {
        let failed = submitted.problems.iter().any(ProblemJson::is_error);
        let kept = match (self.has_an_end(&submitted), failed) {
            (true, _) => self.is_watched(services),
            // Everything was there already: there is nothing to go on with.
            (false, false) => self.take_back(services, None),
            (false, true) => Ok(()),
        };
        if let Err(problem) = kept {
            submitted = submitted.with(problem.as_warning());
        }
        (stages.0)(SubmitEventJson::Submitted {
            submission: submitted.clone(),
        });
        submitted
    }

    /// What BalkanID shows otherwise than asked; secrets are not shown and cannot be compared.
    fn differences(&self, asked: &UploadRow<'_>, shown: &Integration) -> Vec<DifferenceJson> {
        differences(asked, self.setup.primary_owner.as_ref(), shown)
            .into_iter()
            .map(|difference| DifferenceJson {
                field: difference.field,
                asked: difference.asked,
                shown: difference.shown,
            })
            .collect()
    }
}

fn cut_off() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The submission was stopped before it was through.",
    )
    .with_hints(vec![
        "Submit again: it goes on with what has arrived at BalkanID by then.".to_owned(),
    ])
}

/// That the Public API answers, and not where it was said to be.
fn other_host(at: &ApiUrl) -> Problem {
    Problem::new(
        ProblemCode::BalkanIdOtherHost,
        format!("The address that was given does not have BalkanID's Public API; {at} has it, and was used."),
    )
    .on_field("balkanid-public-url")
}

/// How long an integration that a person saved by hand is looked for.
const FORM_PATIENCE: Duration = Duration::from_secs(10);

fn keys_unknown() -> Problem {
    Problem::new(
        ProblemCode::ValueMissing,
        "The names of the keys under which BalkanID keeps Bitbucket's credentials are not known.",
    )
    .on_field("keys")
    .with_hints(vec![
        "Fill in BalkanID's form by hand, or confirm the names if BalkanID told you.".to_owned(),
    ])
}
