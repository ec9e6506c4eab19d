//! What BalkanID shows before anything is written.

use std::collections::BTreeSet;

use bbsetup_balkanid::{
    Ambiguity, Integration, KeyNames, KeysUnclear, Ours, Status, appeared_since, keys_of,
};
use bbsetup_setup::{Problem, ProblemCode};
use jiff::Timestamp;

use super::Submission;
use crate::commands::watch::Tenant;
use crate::home::Home;
use crate::json::{CandidateJson, ConfirmedJson, FoundJson, KeyNamesJson, UnderWayJson};
use crate::services::Services;

/// What BalkanID shows before anything is written.
pub(super) struct Before {
    /// The tenant's name.
    pub(super) tenant: String,
    /// The app's name in the tenant's list.
    pub(super) app_name: String,
    /// The integration of this workspace, or the doubt about which one that is.
    pub(super) ours: Which,
    /// The IDs of everything that is listed.
    pub(super) known: BTreeSet<String>,
    /// The names of the keys, or why they cannot be told.
    pub(super) keys: Result<KeyNames, KeysUnclear>,
    /// What was found, in one word.
    pub(super) found: FoundJson,
    /// When an earlier submission sent a row that is not listed yet, if it did.
    pub(super) sent_at: Option<Timestamp>,
}

/// Which of the tenant's integrations is meant.
pub(super) enum Which {
    /// A new one.
    New,
    /// This one.
    This(Box<Integration>),
    /// A person has to choose.
    Asked(Ambiguity),
}

impl Which {
    fn of(ours: Ours) -> Self {
        match ours {
            Ours::None => Self::New,
            Ours::One(row) => Self::This(row),
            Ours::Ambiguous(ambiguity) => Self::Asked(ambiguity),
        }
    }

    /// The integration that is updated.
    pub(super) fn existing(&self) -> Option<&Integration> {
        match self {
            Self::This(row) => Some(row),
            Self::New | Self::Asked(_) => None,
        }
    }
}

impl Before {
    /// Reads what BalkanID shows.
    ///
    /// # Errors
    /// What BalkanID refused; an integration was chosen that is not there.
    pub(super) async fn read(
        submission: &Submission,
        services: &Services,
        tenant: &Tenant,
        confirmed: &ConfirmedJson,
    ) -> Result<Self, Problem> {
        let balkanid = &tenant.balkanid;
        let app = balkanid.bitbucket().await?;
        let rows = balkanid.integrations().await?;
        let profile = Home::new(&services.home).profile(&submission.setup.workspace)?;
        let remembered = profile
            .as_ref()
            .and_then(|profile| profile.integration_id.as_deref());
        let mut ours = match confirmed.integration.as_deref() {
            None => Which::of(tenant.ours(&rows, remembered)),
            Some(NEW) => Which::New,
            Some(id) => Which::This(Box::new(chosen(&rows, id)?)),
        };
        let mut found = match &ours {
            Which::This(_) => FoundJson::Integration,
            Which::New | Which::Asked(_) => FoundJson::Nothing,
        };
        let is_chosen = confirmed.integration.as_deref().is_some_and(|id| id != NEW);
        let cut_off = profile
            .as_ref()
            .and_then(|profile| profile.submission.as_ref())
            .filter(|begun| begun.stage == UnderWayJson::Sending)
            .filter(|_| remembered.is_none() && !is_chosen);
        let mut sent_at = None;
        if let Some(begun) = cut_off {
            let known = &begun.known;
            match &ours {
                Which::This(row) if known.contains(&row.id) => {}
                Which::This(_) => found = FoundJson::CutOff,
                // What an earlier run sent without living to see it is the only new one since then.
                Which::New | Which::Asked(_) => {
                    match appeared_since(&rows, known, &submission.setup.workspace)? {
                        Some(row) => {
                            ours = Which::This(Box::new(row));
                            found = FoundJson::CutOff;
                        }
                        None => sent_at = begun.at.parse().ok(),
                    }
                }
            }
        }
        Ok(Self {
            tenant: app.tenant_name,
            app_name: app.name,
            keys: match (keys_of(&rows, ours.existing()), &confirmed.keys) {
                (Ok(keys), _) => Ok(keys),
                (Err(_), Some(names)) => Ok(key_names(names).confirmed()?),
                (Err(unclear), None) => Err(unclear),
            },
            known: rows.into_iter().map(|row| row.id).collect(),
            ours,
            found,
            sent_at,
        })
    }
}

/// How a person says that none of the integrations is meant.
const NEW: &str = "new";

fn chosen(rows: &[Integration], id: &str) -> Result<Integration, Problem> {
    let row = rows.iter().find(|row| row.id == id && row.is_bitbucket());
    row.cloned().ok_or_else(|| {
        Problem::new(
            ProblemCode::BalkanIdNotFound,
            format!("BalkanID lists no Bitbucket integration {id}."),
        )
        .on_field("integration")
        .with_hints(vec![format!(
            "Give the ID of one that is listed under Configure > Integrations, or {NEW} to create one."
        )])
    })
}

/// The integrations to choose from.
pub(super) fn candidates(ambiguity: &Ambiguity) -> Vec<CandidateJson> {
    ambiguity
        .rows()
        .iter()
        .map(|row| CandidateJson {
            id: row.id.clone(),
            description: row.description.clone(),
            words: Status::of(row, None).words(),
            primary_owner: row.primary_owner.clone(),
        })
        .collect()
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
