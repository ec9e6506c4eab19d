//! What answers at an API URL, asked without any credential.

use bbsetup_http::{Client, Error as HttpError, Request};
use bbsetup_setup::{ApiUrl, Problem, ProblemCode, WorkspaceId};

use crate::data_center;
use crate::diagnosis;
use crate::reply::{self, Form, Refusal, Reply};

/// Asks for a workspace without a credential, only to learn whether Bitbucket's API is there.
///
/// That Bitbucket does not show the workspace to strangers is no problem: most are private.
///
/// # Errors
/// `data_center_found` or `not_bitbucket` where something else answers; as a warning, why it could
/// not be told.
pub async fn reach(
    client: &Client,
    api_url: &ApiUrl,
    workspace: &WorkspaceId,
) -> Result<(), Problem> {
    let host = api_url.host();
    let path = format!("/2.0/workspaces/{}", workspace.in_path());
    let answer = client
        .send(Request::get(api_url.join(&path)))
        .await
        .map_err(|error| could_not_tell(&error))?;
    let Reply::Refused(refusal) = reply::read(&answer) else {
        return Ok(());
    };
    let problem = match refusal {
        Refusal::NotBitbucket { looks_like } => not_bitbucket(client, api_url, looks_like).await,
        Refusal::Forbidden {
            form: Form::Other, ..
        }
        | Refusal::NotFound { form: Form::Other }
            if !api_url.is_bitbucket_cloud() =>
        {
            not_bitbucket(client, api_url, "a server that does not know the address").await
        }
        Refusal::ServerError { status } => diagnosis::server_error(&host, status).as_warning(),
        Refusal::Proxy => diagnosis::proxy(&host).as_warning(),
        Refusal::Unreadable { .. } => Problem::new(
            ProblemCode::UnreadableReply,
            format!("What answered at {host} is not like anything that Bitbucket is known to say."),
        )
        .as_warning(),
        Refusal::SignIn
        | Refusal::ScopeMissing { .. }
        | Refusal::WrongKind
        | Refusal::NetworkPolicy { .. }
        | Refusal::Forbidden { .. }
        | Refusal::NotFound { .. }
        | Refusal::Deactivated { .. }
        | Refusal::Removed
        | Refusal::RateLimited { .. } => return Ok(()),
    };
    Err(problem.on_field("api-url"))
}

async fn not_bitbucket(client: &Client, api_url: &ApiUrl, looks_like: &str) -> Problem {
    let host = api_url.host();
    match data_center::at(client, api_url, looks_like).await {
        Some(version) => diagnosis::data_center(&host, &version),
        None => diagnosis::not_bitbucket(&host, looks_like),
    }
}

fn could_not_tell(error: &HttpError) -> Problem {
    Problem::new(bbsetup_http::problem_code(error), format!("{error}."))
        .with_causes(error)
        .as_warning()
        .on_field("api-url")
}
