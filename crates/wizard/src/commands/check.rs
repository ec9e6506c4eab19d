//! Checking every permission, live.

use std::time::Instant;

use bbsetup_bitbucket::{Given, Target};
use bbsetup_http::Client;
use bbsetup_setup::check::CheckResult;
use bbsetup_setup::{
    CheckId, CheckName, CredentialSlot, Day, Expiry, Finding, Outcome, Problem, Report, requirement,
};
use tokio_util::sync::CancellationToken;

use crate::inputs::{Inputs, Place};
use crate::json::{CheckEventJson, CheckJson, CheckResultJson, ProblemJson, VerdictJson};
use crate::services::Services;

/// A check's outcome, in both shapes.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The document.
    pub json: CheckJson,
    /// The domain's report; nothing where no request could be made for lack of readable values.
    pub report: Option<Report>,
    /// What was wrong with the values.
    pub problems: Vec<Problem>,
}

/// Checks the given slots. `events` is told everything in the order of [`CheckEventJson`].
pub async fn check(
    services: &Services,
    inputs: &Inputs,
    slots: &[CredentialSlot],
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    let checked = check_silently(services, None, inputs, slots, events, stop).await;
    events(CheckEventJson::Finished {
        report: Box::new(checked.json.clone()),
    });
    checked
}

/// As [`check`], through a client that others use too, and without its last event: the report may
/// still be compared with another.
pub(super) async fn check_silently(
    services: &Services,
    client: Option<&Client>,
    inputs: &Inputs,
    slots: &[CredentialSlot],
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    let ids: Vec<CheckId> = slots.iter().copied().flat_map(CheckId::of_slot).collect();
    events(CheckEventJson::Started {
        checks: ids.iter().map(CheckId::to_string).collect(),
    });
    let started = Instant::now();
    match place_and_client(services, client, inputs) {
        Ok((place, client)) => {
            let target = Target {
                client,
                api_url: place.api_url,
                workspace: place.workspace.clone(),
                expiries: inputs.draft.expiries(),
                clock: {
                    let clock = services.clock.clone();
                    std::sync::Arc::new(move || clock().as_second())
                },
            };
            let mut given: Vec<Given> = Vec::new();
            for slot in slots {
                given.push(inputs.given(*slot, &place.workspace, &services.vault).await);
            }
            let settled = |finding: &Finding| events(settled_event(finding));
            let mut report = bbsetup_bitbucket::check(&target, &given, &settled, stop).await;
            warn_of_ends(&mut report, &target.expiries, services.today());
            let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            Checked {
                json: CheckJson::new(report.clone(), services.now(), elapsed),
                report: Some(report),
                problems: Vec::new(),
            }
        }
        Err(problems) => not_asked(services, inputs, &ids, problems),
    }
}

/// Adds a warning for each credential that ends soon, by the day that was entered.
fn warn_of_ends(report: &mut Report, expiries: &[Expiry], today: Day) {
    for expiry in expiries {
        let identity = report.check(CheckId::new(expiry.slot, CheckName::Identity));
        let Some(identity) = identity else {
            continue;
        };
        let accepted = identity.outcome == Outcome::Granted;
        report.problems.extend(expiry.warning(today, accepted));
    }
}

fn place_and_client(
    services: &Services,
    client: Option<&Client>,
    inputs: &Inputs,
) -> Result<(Place, Client), Vec<Problem>> {
    let place = inputs.place()?;
    let client = match client {
        Some(client) => client.counted_apart(),
        None => services.client().map_err(|problem| vec![problem])?,
    };
    Ok((place, client))
}

fn settled_event(finding: &Finding) -> CheckEventJson {
    let Finding {
        id,
        needs,
        outcome,
        evidence,
        problem,
        reason,
    } = finding.clone();
    let check = CheckResult {
        id,
        needs,
        outcome,
        required: true,
        evidence,
        problem: problem.as_ref().map(|problem| problem.code),
        reason,
    };
    CheckEventJson::Settled {
        check: Box::new(check.into()),
        problem: problem.map(|problem| Box::new(problem.into())),
    }
}

/// The document where the values could not be read and nothing was asked.
fn not_asked(
    services: &Services,
    inputs: &Inputs,
    ids: &[CheckId],
    problems: Vec<Problem>,
) -> Checked {
    let checks: Vec<CheckResultJson> = ids
        .iter()
        .map(|id| {
            CheckResult {
                id: *id,
                needs: requirement::needs(*id),
                outcome: Outcome::Skipped,
                required: true,
                evidence: None,
                problem: None,
                reason: Some("A value that it needs cannot be read.".to_owned()),
            }
            .into()
        })
        .collect();
    let place = |read: Option<String>| read.unwrap_or_default();
    let json = CheckJson {
        schema: "bbsetup.check/1".to_owned(),
        workspace: place(
            bbsetup_setup::draft::read_workspace(inputs.draft.workspace.as_deref())
                .ok()
                .map(|id| id.to_string()),
        ),
        api_url: place(
            bbsetup_setup::draft::read_api_url(inputs.draft.api_url.as_deref())
                .ok()
                .map(|url| url.to_string()),
        ),
        verdict: VerdictJson::NotReady,
        credentials: Vec::new(),
        checks,
        problems: problems.iter().cloned().map(ProblemJson::from).collect(),
        requests: 0,
        checked_at: services.now().to_string(),
        elapsed_ms: 0,
        since: None,
        changes: Vec::new(),
    };
    Checked {
        json,
        report: None,
        problems,
    }
}
