//! The workspace's groups can be read, through the v1 API that has no successor.
//!
//! Source: <https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/>; members are left
//! out, since in large workspaces the call runs into Bitbucket's time limit with them.

use bbsetup_setup::{CheckName, Finding, Outcome};

use crate::diagnosis;
use crate::session::Session;
use crate::wire::Group;

pub(crate) async fn probe(session: &Session<'_>) -> Finding {
    let path = format!(
        "/1.0/groups/{}?exclude_members=true",
        session.target.workspace.in_path()
    );
    session
        .object(
            CheckName::Groups,
            &path,
            |groups: Vec<Group>, evidence, around| {
                let count = u64::try_from(groups.len()).ok();
                evidence.items = count;
                evidence.total = count;
                if groups.is_empty() {
                    let (outcome, problem) = diagnosis::empty(around);
                    return (outcome, Some(problem));
                }
                (Outcome::Granted, None)
            },
        )
        .await
}
