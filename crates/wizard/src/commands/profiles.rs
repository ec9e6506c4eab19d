//! Finished set-ups: checking one again, checking all, and what changed since the last time.

use std::collections::BTreeMap;

use bbsetup_http::Client;
use bbsetup_setup::draft::{read_likely_expiry, read_workspace};
use bbsetup_setup::{CredentialSlot, Draft, Problem, ProblemCode, WorkspaceId};
use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::check::{self, Checked};
use crate::home::{Home, SavedProfile, SavedVerdict};
use crate::inputs::Inputs;
use crate::json::{
    AllChecksJson, ChangeJson, CheckEventJson, CheckJson, ExpiryJson, ExtractionJson, OutcomeJson,
    ProfileCheckEventJson, ProfileJson, VerdictJson,
};
use crate::services::Services;

/// How many set-ups are checked at once. Each asks some ten questions at once by itself.
const AT_ONCE: usize = 4;

/// A finished set-up by its workspace.
///
/// # Errors
/// The workspace cannot be read, or there is no such set-up.
pub fn saved(services: &Services, workspace: &str) -> Result<(WorkspaceId, SavedProfile), Problem> {
    let id = read_workspace(Some(workspace))?;
    let profile = Home::new(&services.home).profile(&id)?.ok_or_else(|| {
        Problem::new(
            ProblemCode::ValueMissing,
            format!("There is no saved set-up of {id}."),
        )
        .on_field("workspace")
        .with_hints(vec![
            "bbsetup profiles lists those that there are.".to_owned(),
        ])
    })?;
    Ok((id, profile))
}

/// What a set-up is checked with: its answers, and its secrets from the keychain.
pub fn inputs_of(services: &Services, profile: &SavedProfile) -> Inputs {
    let draft = Draft::from(profile.draft.clone());
    Inputs {
        draft: match &services.practice {
            Some(practice) => practice.at_hand(draft),
            None => draft,
        },
        secrets: BTreeMap::new(),
    }
}

/// Checks a finished set-up, and says what changed since it was last checked.
///
/// # Errors
/// There is no such set-up. Where its verdict could not be kept, the report warns of that.
pub async fn check_one(
    services: &Services,
    workspace: &str,
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Result<Checked, Problem> {
    let (_, profile) = saved(services, workspace)?;
    Ok(check_saved(services, None, &profile, events, stop).await)
}

async fn check_saved(
    services: &Services,
    client: Option<&Client>,
    profile: &SavedProfile,
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    let inputs = inputs_of(services, profile);
    let slots = &CredentialSlot::ALL;
    let mut checked = check::check_silently(services, client, &inputs, slots, events, stop).await;
    if let Err(problem) = remember(services, &mut checked, stop) {
        // What was found is no less true where it could not be kept.
        let problem = problem.as_warning();
        checked.json.problems.push(problem.clone().into());
        if let Some(report) = &mut checked.report {
            report.problems.push(problem);
        }
    }
    events(CheckEventJson::Finished {
        report: Box::new(checked.json.clone()),
    });
    checked
}

/// Compares a check of a finished set-up with the last one, and keeps it in its place. A check that
/// was stopped says nothing new.
///
/// # Errors
/// The file of the set-up could not be written.
pub fn remember(
    services: &Services,
    checked: &mut Checked,
    stop: &CancellationToken,
) -> Result<(), Problem> {
    let workspace = checked
        .report
        .as_ref()
        .map(|report| report.workspace.clone());
    let Some(workspace) = workspace.filter(|_| !stop.is_cancelled()) else {
        return Ok(());
    };
    Home::new(&services.home).change_profile(&workspace, |profile| {
        if let Some(before) = &profile.checked {
            compare(before, &mut checked.json);
        }
        profile.was_checked(checked);
    })?;
    Ok(())
}

fn compare(before: &SavedVerdict, report: &mut CheckJson) {
    report.since = Some(before.at.clone());
    report.changes = report
        .checks
        .iter()
        .filter_map(|check| {
            let outcome = OutcomeJson::named(before.outcomes.get(&check.id)?)?;
            (outcome != check.outcome).then(|| ChangeJson {
                check: check.id.clone(),
                slot: check.slot.clone(),
                title: check.title.clone(),
                before: outcome,
                now: check.outcome,
            })
        })
        .collect();
}

/// Checks every finished set-up, some at once, through one client: a rate limit that one of them
/// meets holds all of them back, and the budget of waits and repeats is one.
///
/// Gives a report for each, by workspace, and what kept one from being checked.
pub async fn check_all(
    services: &Services,
    events: &(dyn Fn(ProfileCheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> (Vec<Checked>, Vec<Problem>) {
    let (profiles, mut problems) = Home::new(&services.home).profiles();
    let client = match services.client() {
        Ok(client) => client,
        Err(problem) => {
            problems.push(problem);
            return (Vec::new(), problems);
        }
    };
    let mut checks = Vec::new();
    // Of the others nothing is asked at Bitbucket.
    let direct = |profile: &&SavedProfile| profile.draft.extraction == ExtractionJson::Direct;
    for profile in profiles.iter().filter(direct) {
        checks.push(check_among_others(services, &client, profile, events, stop));
    }
    let checked = futures_util::stream::iter(checks)
        .buffered(AT_ONCE)
        .collect()
        .await;
    (checked, problems)
}

async fn check_among_others(
    services: &Services,
    client: &Client,
    profile: &SavedProfile,
    events: &(dyn Fn(ProfileCheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    let workspace = &profile.workspace;
    let told = |event| {
        events(ProfileCheckEventJson {
            workspace: workspace.clone(),
            event,
        });
    };
    check_saved(services, Some(client), profile, &told, stop).await
}

/// The document of a check of all set-ups.
pub fn all_checks(checked: Vec<Checked>, problems: Vec<Problem>) -> AllChecksJson {
    AllChecksJson {
        schema: "bbsetup.check_all/1".to_owned(),
        reports: checked.into_iter().map(|checked| checked.json).collect(),
        problems: problems.into_iter().map(Into::into).collect(),
    }
}

/// Enters the day on which a token of a finished set-up ends; nothing typed takes it away.
///
/// # Errors
/// There is no such set-up, the day cannot be read or cannot be right, or it was not kept.
pub fn set_expiry(
    services: &Services,
    workspace: &str,
    slot: CredentialSlot,
    typed: Option<&str>,
) -> Result<(), Problem> {
    let (id, _) = saved(services, workspace)?;
    let expiry = read_likely_expiry(slot, typed, services.today())?;
    let day = expiry.map(|expiry| expiry.day.to_string());
    Home::new(&services.home)
        .change_profile(&id, |profile| profile.draft.set_expires(slot, day))?;
    Ok(())
}

/// What crosses of a finished set-up.
pub fn card(services: &Services, profile: SavedProfile) -> ProfileJson {
    let today = services.today();
    let expiries = Draft::from(profile.draft.clone()).expiries();
    ProfileJson {
        account: profile.draft.account.clone().unwrap_or_default(),
        extraction: profile.draft.extraction,
        verdict: profile
            .checked
            .as_ref()
            .and_then(|checked| VerdictJson::named(&checked.verdict)),
        checked_at: profile.checked.map(|checked| checked.at),
        balkanid: profile.status,
        integration_id: profile.integration_id,
        under_way: profile.submission.map(|begun| begun.stage),
        expiries: expiries
            .into_iter()
            .map(|expiry| ExpiryJson::new(expiry, today))
            .collect(),
        kept_previous: profile.previous.into_keys().collect(),
        outdated_at_balkanid: profile.outdated_at_balkanid.into_iter().collect(),
        workspace: profile.workspace,
    }
}
