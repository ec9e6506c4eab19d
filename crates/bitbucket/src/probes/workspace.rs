//! The workspace answers, and is the one that was asked for.

use bbsetup_setup::{CheckName, Finding, Outcome};

use crate::diagnosis;
use crate::session::Session;
use crate::wire::Workspace;

pub(crate) async fn probe(session: &Session<'_>) -> Finding {
    let path = format!("/2.0/workspaces/{}", session.target.workspace.in_path());
    session
        .object(
            CheckName::Workspace,
            &path,
            |found: Workspace, evidence, around| {
                evidence.seen = Some(crate::reply::one_line(&found.slug));
                if around.workspace.names(&found.slug, &found.uuid) {
                    session.is_called(&found);
                    return (Outcome::Granted, None);
                }
                let (outcome, problem) =
                    diagnosis::other_workspace(&crate::reply::one_line(&found.slug), around);
                (outcome, Some(problem))
            },
        )
        .await
}
