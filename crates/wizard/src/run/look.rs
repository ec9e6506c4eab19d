//! What an answer names, looked at as soon as it is given.

use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{Problem, ProblemCode, Step, WorkspaceId};

use crate::commands::save::by_another_name;
use crate::home::Home;
use crate::inputs::Inputs;
use crate::services::Services;

/// What was seen of a step's answer, in one line; nothing where there is nothing to look at.
///
/// `opened` is the finished set-up that is being changed, so that it is not told to be there.
///
/// # Errors
/// Something else answers than the step needs; as a warning, why that could not be told.
pub(super) async fn at(
    step: Step,
    services: &Services,
    inputs: &Inputs,
    opened: Option<&WorkspaceId>,
) -> Result<Option<String>, Problem> {
    match step {
        Step::Workspace => {
            let typed = read_workspace(inputs.draft.workspace.as_deref()).ok();
            if let Some(typed) = typed.filter(|typed| Some(typed) != opened) {
                set_up_already(services, &typed)?;
            }
            Ok(workspace(inputs))
        }
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

/// Whether a workspace has been set up already: by this name it is changed, which is worth a word; by
/// its other name it would be set up a second time.
fn set_up_already(services: &Services, workspace: &WorkspaceId) -> Result<(), Problem> {
    let home = Home::new(&services.home);
    if let Some(other) = home.other_name_of(workspace, None) {
        return Err(by_another_name(workspace, &other.workspace));
    }
    match home.profile(workspace)? {
        Some(_) => Err(Problem::new(
            ProblemCode::AlreadySetUp,
            format!("{workspace} is set up already on this machine."),
        )
        .on_field("workspace")),
        None => Ok(()),
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
