//! The workspace's members can be read.

use bbsetup_setup::{CheckName, Finding};

use super::PAGE;
use crate::session::{Session, WhenEmpty};
use crate::wire::Member;

pub(crate) async fn probe(session: &Session<'_>) -> Finding {
    let path = format!(
        "/2.0/workspaces/{}/members?{PAGE}",
        session.target.workspace.in_path()
    );
    let (finding, _) = session
        .list::<Member>(CheckName::Members, &path, WhenEmpty::NothingToLookAt)
        .await;
    finding
}
