//! What an answer names, looked at as soon as it is given.

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{Problem, Step};

use crate::inputs::Inputs;
use crate::services::Services;

/// What was seen of a step's answer, in one line; nothing where there is nothing to look at.
///
/// # Errors
/// Something else answers than the step needs; as a warning, why that could not be told.
pub(super) async fn at(
    step: Step,
    services: &Services,
    inputs: &Inputs,
) -> Result<Option<String>, Problem> {
    match step {
        Step::Workspace => Ok(workspace(inputs)),
        Step::ApiUrl => api_url(services, inputs).await,
        Step::ServiceAccount
        | Step::WorkspaceToken
        | Step::Account
        | Step::Report
        | Step::BalkanId
        | Step::Answers
        | Step::Submit
        | Step::Done => Ok(None),
    }
}

/// The workspace ID, and whether it had to be read out of something longer.
fn workspace(inputs: &Inputs) -> Option<String> {
    let typed = inputs.draft.workspace.as_deref();
    let read = read_workspace(typed).ok()?;
    Some(match typed.map(str::trim) == Some(read.as_str()) {
        true => format!("Workspace ID: {read}"),
        false => format!("Workspace ID: {read}, read from what was pasted"),
    })
}

async fn api_url(services: &Services, inputs: &Inputs) -> Result<Option<String>, Problem> {
    // Without a workspace there is nothing to ask for; its own step says so.
    let Ok(place) = inputs.place() else {
        return Ok(None);
    };
    let client = services.client()?;
    bbsetup_bitbucket::reach(&client, &place.api_url, &place.workspace).await?;
    Ok(Some(format!(
        "Bitbucket answers at {}",
        place.api_url.host()
    )))
}
