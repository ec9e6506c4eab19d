//! The workspace's projects can be read.

use bbsetup_setup::{CheckName, Finding};

use super::PAGE;
use crate::session::{Session, WhenEmpty};
use crate::wire::Project;

/// Gives the key of the first project too, for the check of its permissions.
pub(crate) async fn probe(session: &Session<'_>) -> (Finding, Option<String>) {
    let path = format!(
        "/2.0/workspaces/{}/projects?{PAGE}",
        session.target.workspace.in_path()
    );
    let (finding, first) = session
        .list::<Project>(CheckName::Projects, &path, WhenEmpty::NothingToLookAt)
        .await;
    (finding, first.map(|project| project.key))
}
