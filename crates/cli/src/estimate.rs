//! `bbsetup estimate`.

use bbsetup_setup::SecretSlot;
use bbsetup_wizard::commands::estimate::estimate;
use bbsetup_wizard::commands::extract::IN_FLIGHT;
use bbsetup_wizard::json::EstimateJson;

use crate::arguments::EstimateArguments;
use crate::check::stopped_by_ctrl_c;
use crate::context::Context;
use crate::extract::{budget, mode, span};
use crate::{exit, report};

pub(crate) async fn run(context: &Context, arguments: &EstimateArguments) -> exit::Code {
    let inputs = context.inputs_asked(&[SecretSlot::WorkspaceToken, SecretSlot::Account]);
    let estimated = estimate(
        &context.services,
        &inputs,
        mode(&arguments.how),
        IN_FLIGHT,
        budget(&arguments.how),
        &stopped_by_ctrl_c(),
    )
    .await;
    report::print_problems(&estimated.problems);
    match context.json {
        true => report::print_json(&estimated),
        false => report::print_text(&in_words(&estimated)),
    }
    exit::of_document(&estimated.problems)
}

fn in_words(estimate: &EstimateJson) -> String {
    let mut text = String::new();
    let EstimateJson {
        requests,
        rows,
        seconds_at_budget,
        hourly_limit,
        limit_from,
        entities,
        sampled,
        requests_made,
        notes,
        ..
    } = estimate;
    if *requests == 0 {
        return text;
    }
    line!(
        text,
        "{}: {} members, {} groups, {} projects, {} repositories",
        estimate.workspace,
        entities.user,
        entities.group,
        entities.project,
        entities.repository
    );
    line!(
        text,
        "  about {requests} requests and {rows} rows, in about {}",
        span(*seconds_at_budget)
    );
    match hourly_limit {
        0 => line!(text, "  without a limit. {limit_from}"),
        _ => line!(text, "  at {hourly_limit} requests an hour. {limit_from}"),
    }
    if *sampled > 0 {
        line!(
            text,
            "  Grants are reckoned from {sampled} projects and repositories."
        );
    }
    for note in notes {
        line!(text, "? {note}");
    }
    line!(text, "This took {requests_made} requests.");
    text
}
