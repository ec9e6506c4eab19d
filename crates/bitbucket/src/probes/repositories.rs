//! The workspace's repositories can be read.

use bbsetup_setup::{CheckName, Finding};

use super::PAGE;
use crate::session::{Session, WhenEmpty};
use crate::wire::Repository;

/// Gives the slug of the first repository too, for the check of its permissions.
pub(crate) async fn probe(session: &Session<'_>) -> (Finding, Option<String>) {
    let path = format!(
        "/2.0/repositories/{}?{PAGE}",
        session.target.workspace.in_path()
    );
    let (finding, first) = session
        .list::<Repository>(CheckName::Repositories, &path, WhenEmpty::NothingToLookAt)
        .await;
    (finding, first.map(|repository| repository.slug))
}
