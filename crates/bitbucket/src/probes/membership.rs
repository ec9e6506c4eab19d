//! The account belongs to the workspace and administers it.

use bbsetup_setup::{CheckName, Evidence, Finding, Outcome};

use crate::diagnosis;
use crate::reply::{Refusal, Reply, one_line};
use crate::session::{Asked, Refused, Session, off_origin_problem};
use crate::wire::{OwnPermission, Page, WorkspaceAccess};

/// Where the list goes on after these pages, the workspace is asked about by itself.
const PAGES: usize = 5;
/// How many other workspaces are named to the person.
pub(crate) const NAMED: usize = 5;

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
        let Ok(page) = serde_json::from_value::<Page>(value) else {
            return session.unreadable(name, evidence);
        };
        listed = listed.saturating_add(page.count());
        evidence.items = Some(listed);
        evidence.total = page.size();
        let workspace = &session.target.workspace;
        let (entries, all_are_readable) = page.entries::<WorkspaceAccess>();
        if let Some(ours) = entries
            .iter()
            .find(|access| workspace.names(&access.workspace.slug, &access.workspace.uuid))
        {
            session.is_called(&ours.workspace);
            return match ours.administrator {
                Some(administrator) => of_access(session, administrator, evidence),
                None => session.unreadable(name, evidence),
            };
        }
        if !all_are_readable {
            // One of those may be ours.
            return session.unreadable(name, evidence);
        }
        others.extend(
            entries
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
            Some(Ok(_)) => return of_own_permission(session).await,
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

/// Asks for the role in this one workspace, where the list is too long to be read to its end.
async fn of_own_permission(session: &Session<'_>) -> Finding {
    let name = CheckName::Membership;
    let path = format!(
        "/2.0/user/workspaces/{}/permission",
        session.target.workspace.in_path()
    );
    let Asked { evidence, answer } = session.ask(&path).await;
    match answer {
        Ok(Reply::Granted(value)) => match serde_json::from_value::<OwnPermission>(value) {
            Ok(own) => of_access(session, own.permission == "owner", evidence),
            Err(_) => session.unreadable(name, evidence),
        },
        Ok(Reply::Refused(Refusal::Forbidden { .. } | Refusal::NotFound { .. })) => {
            let (outcome, problem) =
                session.judge(name, |around| diagnosis::not_listed(&[], around));
            session.finding(name, Some(evidence), outcome, Some(problem))
        }
        Ok(Reply::Refused(refusal)) => session.refused(name, evidence, Refused::Answer(&refusal)),
        Err(none) => session.refused(name, evidence, Refused::NoAnswer(&none)),
    }
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
