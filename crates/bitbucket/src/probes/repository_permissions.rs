//! Who may do what in a repository can be read, tried on the first repository.

use bbsetup_setup::{CheckName, Finding};

use super::{PAGE, path_part};
use crate::session::{Session, WhenEmpty};
use crate::wire::Grant;

/// `repository` is the slug of the repository to try.
pub(crate) async fn probe(session: &Session<'_>, repository: &str) -> Finding {
    let path = format!(
        "/2.0/repositories/{}/{}/permissions-config/users?{PAGE}",
        session.target.workspace.in_path(),
        path_part(repository)
    );
    // A repository may well have no grant of its own.
    let (finding, _) = session
        .list::<Grant>(CheckName::RepositoryPermissions, &path, WhenEmpty::Fine)
        .await;
    finding
}
