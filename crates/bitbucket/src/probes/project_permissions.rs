//! Who may do what in a project can be read, tried on the first project.

use bbsetup_setup::{CheckName, Finding};

use super::{PAGE, path_part};
use crate::session::{Session, WhenEmpty};
use crate::wire::Grant;

/// `project` is the key of the project to try.
pub(crate) async fn probe(session: &Session<'_>, project: &str) -> Finding {
    let path = format!(
        "/2.0/workspaces/{}/projects/{}/permissions-config/users?{PAGE}",
        session.target.workspace.in_path(),
        path_part(project)
    );
    // A project may well have no grant of its own.
    let (finding, _) = session
        .list::<Grant>(CheckName::ProjectPermissions, &path, WhenEmpty::Fine)
        .await;
    finding
}
