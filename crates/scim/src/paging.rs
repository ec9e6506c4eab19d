//! Reading a list page by page, as one who wants all of it does, and judging what came.
//!
//! RFC 7644, section 3.4.2.4: `startIndex` begins at 1; a page never holds more than `count`, and
//! may hold fewer; `totalResults` is how many there are in all. Paging keeps no session, so that a
//! list may change between two pages: what then differs is nobody's fault.

use std::collections::BTreeSet;

use bbsetup_setup::{Evidence, Outcome, Problem, ProblemCode};
use serde_json::Value;

use crate::check::{Check, Finding};
use crate::diagnosis;
use crate::server::{PAGE, Server};
use crate::wire::{self, Page};

/// Pages that are read one after another: a list of up to three times [`PAGE`] is read whole.
const IN_A_ROW: usize = 3;

/// One page with what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turned {
    pub(crate) start: u64,
    pub(crate) count: u64,
    pub(crate) page: Page,
}

impl Turned {
    fn ids(&self) -> Option<Vec<String>> {
        self.page.resources.iter().map(wire::id).collect()
    }
}

/// What reading a list page by page shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Paging {
    /// All is as it should be; `whole` where every entry was read.
    Sound { whole: bool },
    /// More came than was asked for.
    CountIgnored { asked: u64, came: u64 },
    /// A later page begins as the first does.
    StartIgnored { start: u64 },
    /// Entries come on two pages.
    Repeated { entries: usize },
    /// Fewer came than there are said to be.
    Fewer { said: u64, came: u64 },
    /// More came than there are said to be.
    More { said: u64, came: u64 },
    /// `totalResults` is the length of the page.
    TotalOfPage { page: u64, before: u64 },
    /// No `totalResults`.
    NoTotal,
    /// Entries without an ID cannot be told apart.
    NoIds,
    /// The list changed meanwhile.
    Changed { before: u64, after: u64 },
}

/// Reads a list page by page. `total` is how many there are by the first answer.
pub(crate) async fn read(
    server: &Server<'_>,
    check: Check,
    path: &str,
    total: u64,
) -> Result<(Vec<Turned>, Evidence), Finding> {
    let count = (total / 3 + 1).min(PAGE);
    let mut turned: Vec<Turned> = Vec::new();
    let mut start = 1;
    let mut last = None;
    for _ in 0..IN_A_ROW {
        let (page, evidence) = match turn(server, check, path, start, count).await {
            Ok(turned) => turned,
            // No rule says what is answered beyond the end, and a reader that stops there never asks.
            Err(_) if start > total && last.is_some() => break,
            Err(finding) => return Err(finding),
        };
        let came = page.count();
        turned.push(Turned { start, count, page });
        last = Some(evidence);
        start = start.saturating_add(came);
        if came == 0 || came > count || (came < count && start > total) {
            break;
        }
    }
    // Of a longer list, the last entry.
    let is_longer = start <= total && turned.len() == IN_A_ROW;
    if is_longer {
        let (page, evidence) = turn(server, check, path, total, count).await?;
        turned.push(Turned {
            start: total,
            count,
            page,
        });
        last = Some(evidence);
    }
    match last {
        Some(evidence) => Ok((turned, evidence)),
        None => Err(Finding::skipped(check, "No page was asked for.")),
    }
}

async fn turn(
    server: &Server<'_>,
    check: Check,
    path: &str,
    start: u64,
    count: u64,
) -> Result<(Page, Evidence), Finding> {
    let asked = server.list(path, start, count).await;
    match asked.page() {
        Some(page) => Ok((page, asked.evidence)),
        None => Err(diagnosis::of_answer(server, check, asked)),
    }
}

/// Judges pages that were read one after another; `total` is how many the first answer said.
pub(crate) fn judge(total: u64, turned: &[Turned]) -> Paging {
    let Some(totals) = turned
        .iter()
        .map(|turned| turned.page.total)
        .collect::<Option<Vec<u64>>>()
    else {
        return Paging::NoTotal;
    };
    if let Some(turned) = turned
        .iter()
        .find(|turned| turned.page.count() > turned.count)
    {
        return Paging::CountIgnored {
            asked: turned.count,
            came: turned.page.count(),
        };
    }
    let Some(ids) = turned
        .iter()
        .map(Turned::ids)
        .collect::<Option<Vec<Vec<String>>>>()
    else {
        return Paging::NoIds;
    };
    let first = ids.first().and_then(|ids| ids.first());
    for (later, ids) in turned.iter().zip(&ids).skip(1) {
        if later.start > 1 && first.is_some() && ids.first() == first {
            return Paging::StartIgnored { start: later.start };
        }
    }
    let is_length = |turned: &Turned| turned.page.total == Some(turned.page.count());
    if let Some(first) = turned.first()
        && first.page.count() < total
        && turned.iter().all(is_length)
    {
        return Paging::TotalOfPage {
            page: first.page.count(),
            before: total,
        };
    }
    if let Some(after) = totals.into_iter().find(|said| *said != total) {
        return Paging::Changed {
            before: total,
            after,
        };
    }
    came_of(total, turned, &ids)
}

/// Whether what came is what there is said to be, each once.
fn came_of(total: u64, turned: &[Turned], ids: &[Vec<String>]) -> Paging {
    let came: usize = ids.iter().map(Vec::len).sum();
    let distinct: BTreeSet<&String> = ids.iter().flatten().collect();
    if distinct.len() < came {
        return Paging::Repeated {
            entries: came - distinct.len(),
        };
    }
    // How far the pages reach, and whether they reach there without a gap.
    let mut reached = 0_u64;
    let mut without_gap = true;
    for turned in turned {
        without_gap &= turned.start <= reached.saturating_add(1);
        let end = (turned.start.saturating_sub(1)).saturating_add(turned.page.count());
        if turned.page.count() == 0 && turned.start <= total {
            return Paging::Fewer {
                said: total,
                came: turned.start.saturating_sub(1),
            };
        }
        reached = reached.max(end);
    }
    if reached > total {
        return Paging::More {
            said: total,
            came: reached,
        };
    }
    Paging::Sound {
        whole: without_gap && reached == total,
    }
}

/// Reads a list page by page and says what that shows; gives the entries that were seen too, and
/// whether they are all.
pub(crate) async fn probe(
    server: &Server<'_>,
    check: Check,
    path: &str,
    first: &Page,
) -> (Finding, Vec<Value>, bool) {
    let what = path.split('?').next().unwrap_or(path);
    let what = what.trim_start_matches('/').to_lowercase();
    let (turned, mut evidence) =
        match read(server, check, path, first.total.unwrap_or(first.count())).await {
            Ok(read) => read,
            Err(finding) => return (finding, Vec::new(), false),
        };
    // Without a total there is nothing to compare with, which is said below.
    let total = first.total.unwrap_or(first.count());
    let paging = match first.total {
        Some(_) => judge(total, &turned),
        None => Paging::NoTotal,
    };
    let pages = turned.len();
    let whole = paging == Paging::Sound { whole: true };
    let largest = turned.iter().map(|turned| turned.page.count()).max();
    evidence.items = largest;
    evidence.total = Some(total);
    let finding = match wrong(&paging, &what, &server.host()) {
        Some(why) => Finding::wrong(check, evidence, why),
        None if whole => {
            evidence.seen = Some(format!("{pages} pages, all {total}"));
            Finding::granted(check, evidence)
        }
        None => {
            evidence.seen = Some(format!("{pages} pages of {total}"));
            Finding::granted(check, evidence).because(format!(
                "The first {} and the last one were read; nothing was missing and nothing came twice.",
                turned
                    .iter()
                    .take(IN_A_ROW)
                    .map(|turned| turned.page.count())
                    .sum::<u64>()
            ))
        }
    };
    let entries = turned
        .into_iter()
        .flat_map(|turned| turned.page.resources)
        .collect();
    (finding, entries, whole)
}

fn wrong(paging: &Paging, what: &str, host: &str) -> Option<(Outcome, Problem)> {
    let message = match paging {
        Paging::Sound { .. } => return None,
        Paging::Changed { before, after } => {
            let problem = Problem::new(
                ProblemCode::UnreadableReply,
                format!(
                    "The list of {what} changed while it was read: {host} said that there are {before}, then {after}."
                ),
            )
            .with_hints(vec!["Check again when nobody changes them.".to_owned()]);
            return Some((Outcome::Unknown, problem));
        }
        Paging::NoIds => {
            let problem = Problem::new(
                ProblemCode::ScimAttributeMissing,
                format!(
                    "Some {what} have no id, so that they cannot be told apart from page to page."
                ),
            );
            return Some((Outcome::Missing, problem));
        }
        Paging::CountIgnored { asked, came } => {
            format!("{host} ignores count: asked for at most {asked} {what}, it gave {came}.")
        }
        Paging::StartIgnored { start } => format!(
            "{host} ignores startIndex: the page from {start} on begins with the first of the {what} again."
        ),
        Paging::Repeated { entries } => {
            format!("{entries} of the {what} came on more than one page.")
        }
        Paging::Fewer { said, came } => {
            format!("{host} says that there are {said} {what}, and gives {came}.")
        }
        Paging::More { said, came } => {
            format!(
                "{host} says that there are {said} {what}, and gives {came}: who stops at the number told leaves some out."
            )
        }
        Paging::TotalOfPage { page, before } => format!(
            "totalResults is the length of the page: {page} on a page of {page}, where a longer page said {before}. It has to be how many {what} there are in all."
        ),
        Paging::NoTotal => format!(
            "The list of {what} does not say how many there are in all (totalResults), so that nobody knows when all were read."
        ),
    };
    Some((
        Outcome::Missing,
        Problem::new(ProblemCode::ScimPaging, message),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn turned(start: u64, count: u64, total: u64, ids: std::ops::Range<u64>) -> Turned {
        let resources = ids.map(|id| json!({"id": id.to_string()})).collect();
        Turned {
            start,
            count,
            page: Page {
                total: Some(total),
                resources,
            },
        }
    }

    #[test]
    fn pages_without_gap_or_repeat_are_sound() {
        let whole = [
            turned(1, 4, 10, 0..4),
            turned(5, 4, 10, 4..8),
            turned(9, 4, 10, 8..10),
        ];
        assert_eq!(judge(10, &whole), Paging::Sound { whole: true });
        let short_pages = [
            turned(1, 100, 900, 0..10),
            turned(11, 100, 900, 10..20),
            turned(21, 100, 900, 20..30),
            turned(900, 100, 900, 899..900),
        ];
        assert_eq!(judge(900, &short_pages), Paging::Sound { whole: false });
        let only_one = [turned(1, 1, 1, 0..1), turned(2, 1, 1, 0..0)];
        assert_eq!(judge(1, &only_one), Paging::Sound { whole: true });
    }

    #[test]
    fn each_fault_is_told_apart() {
        let cases: [(u64, Vec<Turned>, Paging); 9] = [
            (
                9,
                vec![turned(1, 4, 9, 0..9)],
                Paging::CountIgnored { asked: 4, came: 9 },
            ),
            (
                9,
                vec![turned(1, 4, 9, 0..4), turned(5, 4, 9, 0..4)],
                Paging::StartIgnored { start: 5 },
            ),
            (
                1,
                vec![turned(1, 1, 1, 0..1), turned(2, 1, 1, 0..1)],
                Paging::StartIgnored { start: 2 },
            ),
            (
                9,
                vec![
                    turned(1, 4, 9, 0..4),
                    turned(5, 4, 9, 3..7),
                    turned(9, 4, 9, 8..9),
                ],
                Paging::Repeated { entries: 1 },
            ),
            (
                9,
                vec![turned(1, 4, 9, 0..4), turned(5, 4, 9, 4..4)],
                Paging::Fewer { said: 9, came: 4 },
            ),
            (
                9,
                vec![
                    turned(1, 4, 9, 0..4),
                    turned(5, 4, 9, 4..8),
                    turned(9, 4, 9, 8..12),
                ],
                Paging::More { said: 9, came: 12 },
            ),
            (
                10,
                vec![
                    turned(1, 4, 4, 0..4),
                    turned(5, 4, 4, 4..8),
                    turned(9, 4, 2, 8..10),
                ],
                Paging::TotalOfPage {
                    page: 4,
                    before: 10,
                },
            ),
            (
                9,
                vec![turned(1, 4, 9, 0..4), turned(5, 4, 10, 4..8)],
                Paging::Changed {
                    before: 9,
                    after: 10,
                },
            ),
            (
                900,
                vec![
                    turned(1, 10, 900, 0..10),
                    turned(11, 10, 900, 10..20),
                    turned(21, 10, 900, 20..30),
                    turned(900, 10, 900, 0..0),
                ],
                Paging::Fewer {
                    said: 900,
                    came: 899,
                },
            ),
        ];
        for (total, turned, expected) in cases {
            assert_eq!(judge(total, &turned), expected);
        }
        let mut nameless = turned(1, 4, 9, 0..4);
        nameless.page.resources[1] = json!({});
        assert_eq!(judge(9, &[nameless]), Paging::NoIds);
    }
}
