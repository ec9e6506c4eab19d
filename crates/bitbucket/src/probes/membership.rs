//! The account belongs to the workspace and administers it.

use bbsetup_setup::{CheckName, Evidence, Finding, Outcome};

use crate::diagnosis;
use crate::reply::{Reply, one_line};
use crate::session::{Asked, Refused, Session, off_origin_problem};
use crate::wire::{Page, WorkspaceAccess};

/// An account in more workspaces than these pages hold is looked for no further.
const PAGES: usize = 5;
/// How many other workspaces are named to the person.
const NAMED: usize = 5;

pub(crate) async fn probe(session: &Session<'_>) -> Finding {
    let name = CheckName::Membership;
    let base = session.target.api_url.url();
    let mut path = "/2.0/user/workspaces?pagelen=100".to_owned();
    let mut listed: u64 = 0;
    let mut others = Vec::new();
    for page_number in 1..=PAGES {
        let Asked {
            mut evidence,
            answer,
        } = session.ask(&path).await;
        let value = match answer {
            Ok(Reply::Granted(value)) => value,
            Ok(Reply::Refused(refusal)) => {
                return session.refused(name, evidence, Refused::Answer(&refusal));
            }
            Err(none) => return session.refused(name, evidence, Refused::NoAnswer(&none)),
        };
        let Ok(page) = serde_json::from_value::<Page<WorkspaceAccess>>(value) else {
            return session.unreadable(name, evidence);
        };
        listed = listed.saturating_add(u64::try_from(page.values.len()).unwrap_or(u64::MAX));
        evidence.items = Some(listed);
        evidence.total = page.size;
        let workspace = &session.target.workspace;
        if let Some(ours) = page
            .values
            .iter()
            .find(|access| workspace.names(&access.workspace.slug, &access.workspace.uuid))
        {
            return of_access(session, ours.administrator, evidence);
        }
        others.extend(
            page.values
                .into_iter()
                .map(|access| one_line(&access.workspace.slug)),
        );
        let next = match page
            .next
            .as_deref()
            .map(|next| bbsetup_http::next_link(base, next))
        {
            Some(Err(off_origin)) => {
                let problem = session.judge(name, |around| off_origin_problem(&off_origin, around));
                return session.finding(name, Some(evidence), Outcome::Unknown, Some(problem));
            }
            Some(Ok(next)) if page_number < PAGES => next,
            Some(Ok(_)) => {
                let mut finding = session.finding(name, Some(evidence), Outcome::Unknown, None);
                finding.reason = Some(format!(
                    "The workspace is not among the first {listed} that the account belongs to."
                ));
                return finding;
            }
            None => {
                others.truncate(NAMED);
                let (outcome, problem) =
                    session.judge(name, |around| diagnosis::not_listed(&others, around));
                return session.finding(name, Some(evidence), outcome, Some(problem));
            }
        };
        path = within(base.path(), &next);
    }
    // The loop returns on its last page.
    session.skipped(name, "The list of workspaces did not end.")
}

fn of_access(session: &Session<'_>, administrator: bool, mut evidence: Evidence) -> Finding {
    let name = CheckName::Membership;
    if administrator {
        evidence.seen = Some("administrator".to_owned());
        return session.finding(name, Some(evidence), Outcome::Granted, None);
    }
    evidence.seen = Some("member".to_owned());
    let (outcome, problem) = session.judge(name, diagnosis::not_administrator);
    session.finding(name, Some(evidence), outcome, Some(problem))
}

/// A link of the same origin as a path below the API's base.
fn within(base: &str, link: &url::Url) -> String {
    let base = base.trim_end_matches('/');
    let path = link.path().strip_prefix(base).unwrap_or(link.path());
    match link.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}
