//! What a reading would need.

use bbsetup_extract::estimate::{Estimate, Look, estimate as look};
use bbsetup_extract::{Budget, LimitFrom, Mode};
use bbsetup_setup::Problem;
use tokio_util::sync::CancellationToken;

use super::extract::Source;
use crate::inputs::Inputs;
use crate::json::{EntityCountsJson, EstimateJson, ProblemJson, RelationCountsJson};
use crate::services::Services;

/// Reckons what a reading would need, from a handful of requests. Whatever stands in the way is among
/// the `problems` of what it gives.
pub async fn estimate(
    services: &Services,
    inputs: &Inputs,
    mode: Mode,
    in_flight: usize,
    budget: Budget,
    stop: &CancellationToken,
) -> EstimateJson {
    let source = match Source::prepare(services, inputs).await {
        Ok(source) => source,
        Err(problems) => {
            let typed = inputs.draft.workspace.clone().unwrap_or_default();
            return nothing(typed, mode, problems);
        }
    };
    let estimated = look(
        &Look {
            target: &source.target,
            credentials: &source.credentials,
            mode,
            in_flight,
            budget,
        },
        stop,
    )
    .await;
    let workspace = source.target.workspace.to_string();
    let mut json = match estimated {
        Ok(estimate) => of(estimate, workspace, mode),
        Err(problem) => nothing(workspace, mode, vec![*problem]),
    };
    json.requests_made = u64::from(source.target.client.sent());
    json.problems
        .extend(source.warnings.into_iter().map(ProblemJson::from));
    json
}

fn of(estimate: Estimate, workspace: String, mode: Mode) -> EstimateJson {
    let Estimate {
        requests,
        rows,
        time,
        hourly_limit,
        limit_from,
        entities,
        relations,
        sampled,
        notes,
    } = estimate;
    let limit_from = match limit_from {
        LimitFrom::Given => "It was asked for.",
        LimitFrom::Told => {
            "Bitbucket told this credential its limit; a twentieth is left to others."
        }
        LimitFrom::Unlimited => "It was asked to reckon with none.",
        LimitFrom::Documented => {
            "Bitbucket documents it for accounts; it is not known to be told otherwise here."
        }
    };
    EstimateJson {
        schema: "bbsetup.estimate/1".to_owned(),
        workspace,
        mode: mode.into(),
        requests,
        rows,
        seconds_at_budget: u64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u64::MAX),
        hourly_limit,
        limit_from: limit_from.to_owned(),
        entities: entities.into(),
        relations: relations.into(),
        sampled,
        requests_made: 0,
        notes,
        problems: Vec::new(),
    }
}

pub(crate) fn nothing(workspace: String, mode: Mode, problems: Vec<Problem>) -> EstimateJson {
    EstimateJson {
        schema: "bbsetup.estimate/1".to_owned(),
        workspace,
        mode: mode.into(),
        requests: 0,
        rows: 0,
        seconds_at_budget: 0,
        hourly_limit: 0,
        limit_from: String::new(),
        entities: EntityCountsJson::default(),
        relations: RelationCountsJson::default(),
        sampled: 0,
        requests_made: 0,
        notes: Vec::new(),
        problems: problems.into_iter().map(ProblemJson::from).collect(),
    }
}
