//! What a reading would need, from a handful of requests.
//!
//! The lists tell how much there is; how many grants a project or repository has is reckoned from a
//! few of them.

use std::time::Duration;

use bbsetup_bitbucket::reading::{Item, On, Question, Reader, Rest, To, What};
use bbsetup_bitbucket::{Credential, Target};
use bbsetup_setup::{Problem, ProblemCode};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Mode;
use crate::counts::{EntityCounts, RelationCounts};
use crate::pace::{Budget, DOCUMENTED, LimitFrom, Pace};
use crate::reading::{PAGE, first_slot};

/// How many repositories are looked at for their grants, and how many projects.
const SAMPLED: (usize, usize) = (3, 1);

/// What a reading would need.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Requests.
    pub requests: u64,
    /// Rows of both files.
    pub rows: u64,
    /// How long it takes within the budget.
    pub time: Duration,
    /// Requests an hour that were reckoned with; 0 where without a limit.
    pub hourly_limit: u32,
    /// Where that number comes from.
    pub limit_from: LimitFrom,
    /// What there is.
    pub entities: EntityCounts,
    /// How it belongs together; of grants, by the sample.
    pub relations: RelationCounts,
    /// How many projects and repositories were looked at for their grants.
    pub sampled: u64,
    /// What could not be told, a sentence each.
    pub notes: Vec<String>,
}

/// What is looked at, and how.
pub struct Look<'a> {
    /// The workspace.
    pub target: &'a Target,
    /// The credentials, one or both.
    pub credentials: &'a [Credential],
    /// What would be read of who may do what.
    pub mode: Mode,
    /// The most requests at once.
    pub in_flight: usize,
    /// How many requests may be made.
    pub budget: Budget,
}

/// Reckons what a reading would need. It makes at most 14 requests, or twice as many where the first
/// credential may not ask.
///
/// # Errors
/// The workspace cannot be looked at.
pub async fn estimate(look: &Look<'_>, stop: &CancellationToken) -> Result<Estimate, Box<Problem>> {
    let readers: Vec<Reader<'_>> = look
        .credentials
        .iter()
        .map(|credential| Reader::new(look.target, credential, stop))
        .collect();
    let mut asking = Asking {
        readers: &readers,
        pace: Pace::new(look.budget, look.target.api_url.is_bitbucket_cloud(), &[]),
        slowest: Duration::ZERO,
        notes: Vec::new(),
    };
    asking.ask(&Question::Workspace).await?;
    let mut entities = EntityCounts {
        workspace: 1,
        ..EntityCounts::default()
    };
    let mut relations = RelationCounts::default();

    let members = asking.list(Question::Members, "members").await?;
    entities.user = members.count;
    relations.workspace_member = members.count;
    let groups = asking.list(Question::Groups, "groups").await?;
    entities.group = groups
        .items
        .iter()
        .filter(|item| matches!(item, Item::Group { .. }))
        .count() as u64;
    relations.group_member = groups.items.len() as u64 - entities.group;
    let projects = asking.list(Question::Projects, "projects").await?;
    entities.project = projects.count;
    let repositories = asking.list(Question::Repositories, "repositories").await?;
    entities.repository = repositories.count;
    relations.contains = projects.count + repositories.count;

    let lists = pages(members.count) + pages(projects.count) + pages(repositories.count);
    let mut requests = 1 + 1 + lists;
    let mut sampled = 0;
    match look.mode {
        Mode::Grants => {
            requests += 2 * (projects.count + repositories.count);
            let of_projects = asking.sample(&projects.items, SAMPLED.1).await?;
            let of_repositories = asking.sample(&repositories.items, SAMPLED.0).await?;
            sampled = of_projects.sampled + of_repositories.sampled;
            relations.project_user = of_projects.of_all(of_projects.users, projects.count);
            relations.project_group = of_projects.of_all(of_projects.groups, projects.count);
            relations.repository_user =
                of_repositories.of_all(of_repositories.users, repositories.count);
            relations.repository_group =
                of_repositories.of_all(of_repositories.groups, repositories.count);
        }
        Mode::Effective => {
            let effective = asking.list(Question::Effective, "permissions").await?;
            requests += pages(effective.count);
            relations.repository_user = effective.count;
        }
    }
    let (hourly_limit, limit_from) = match (asking.pace.limit(), look.budget) {
        (Some((limit, from)), _) => (limit.requests, from),
        (None, Budget::Unlimited) => (0, LimitFrom::Unlimited),
        (None, _) => (DOCUMENTED.requests, LimitFrom::Documented),
    };
    let in_flight = u64::try_from(look.in_flight.max(1)).unwrap_or(1);
    let is_over = requests > u64::from(hourly_limit) && limit_from != LimitFrom::Unlimited;
    let time = match is_over {
        true => Duration::from_secs((requests * 3600).div_ceil(u64::from(hourly_limit))),
        false => {
            let rounds = u32::try_from(requests.div_ceil(in_flight)).unwrap_or(u32::MAX);
            asking.slowest.saturating_mul(rounds)
        }
    };
    Ok(Estimate {
        requests,
        rows: entities.sum() + relations.sum(),
        time,
        hourly_limit,
        limit_from,
        entities,
        relations,
        sampled,
        notes: asking.notes,
    })
}

fn pages(entries: u64) -> u64 {
    entries.div_ceil(PAGE).max(1)
}

struct Asking<'a> {
    readers: &'a [Reader<'a>],
    pace: Pace,
    /// The longest that an answer took.
    slowest: Duration,
    notes: Vec<String>,
}

/// A list as far as its first page tells.
struct Listed {
    items: Vec<Item>,
    count: u64,
}

/// Grants of those that were looked at.
#[derive(Default)]
struct Sample {
    sampled: u64,
    users: u64,
    groups: u64,
}

impl Sample {
    fn of_all(&self, grants: u64, all: u64) -> u64 {
        match self.sampled {
            0 => 0,
            sampled => (grants * all).div_ceil(sampled),
        }
    }
}

impl Asking<'_> {
    /// The first page, by the first credential that may ask.
    async fn ask(&mut self, question: &Question) -> Result<(Vec<Item>, Rest), Box<Problem>> {
        let first = first_slot(question.check());
        let mut readers: Vec<&Reader<'_>> = self.readers.iter().collect();
        readers.sort_by_key(|reader| reader.slot() != first);
        let mut refused = None;
        for reader in readers {
            let sent = Instant::now();
            let said = reader.ask(question, None).await;
            self.pace.hear(&said.rate, Instant::now());
            let problem = match said.what {
                What::Body(answer) => {
                    // All groups at once take longer than any other answer.
                    if *question != Question::Groups {
                        self.slowest = self.slowest.max(sent.elapsed());
                    }
                    let mut items = Vec::new();
                    match question.read(&answer, &mut |item| items.push(item)) {
                        Ok(rest) => return Ok((items, rest)),
                        Err(unfit) => Box::new(reader.unfit(question, &answer, &unfit)),
                    }
                }
                What::SignIn(problem)
                | What::NotFound(problem)
                | What::TooMany { problem, .. }
                | What::Fault { problem, .. }
                | What::Refused { problem, .. } => problem,
                What::Stopped => return Err(Box::new(crate::reading::stopped())),
            };
            refused = refused.or(Some(problem));
        }
        Err(refused.unwrap_or_else(|| Box::new(crate::reading::stopped())))
    }

    /// As [`Asking::ask`]; `None`, with a note, where it may not be asked.
    async fn ask_or_note(
        &mut self,
        question: &Question,
        what: &str,
    ) -> Result<Option<(Vec<Item>, Rest)>, Box<Problem>> {
        match self.ask(question).await {
            Ok(answered) => Ok(Some(answered)),
            Err(problem) if may_be_left_out(problem.code) => {
                let note = format!("The {what} could not be looked at: {}", problem.message);
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn list(&mut self, question: Question, what: &str) -> Result<Listed, Box<Problem>> {
        let Some((items, rest)) = self.ask_or_note(&question, what).await? else {
            return Ok(Listed {
                items: Vec::new(),
                count: 0,
            });
        };
        let held = items.len() as u64;
        if rest.next.is_some() && rest.size.is_none() {
            self.notes.push(format!(
                "Bitbucket does not say how many {what} there are; there are more than {held}."
            ));
        }
        Ok(Listed {
            count: rest.size.unwrap_or(held).max(held),
            items,
        })
    }

    /// The grants of a few, spread over the page.
    async fn sample(&mut self, items: &[Item], count: usize) -> Result<Sample, Box<Problem>> {
        let mut sample = Sample::default();
        let step = (items.len() / count.max(1)).max(1);
        for item in items.iter().step_by(step).take(count) {
            let on = match item {
                Item::Project { key, .. } => On::Project(key.clone()),
                Item::Repository { slug, .. } => On::Repository(slug.clone()),
                _ => continue,
            };
            let users = Question::Grants(on.clone(), To::Users);
            let groups = Question::Grants(on, To::Groups);
            let users = self.ask_or_note(&users, "grants").await?;
            let groups = self.ask_or_note(&groups, "grants").await?;
            if let (Some((users, _)), Some((groups, _))) = (users, groups) {
                sample.sampled += 1;
                sample.users += users.len() as u64;
                sample.groups += groups.len() as u64;
            }
        }
        Ok(sample)
    }
}

/// Whether an estimate is worth something without the answer: it may not be asked. Where nobody answers,
/// or not now, nothing can be told.
fn may_be_left_out(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::ScopeMissing
            | ProblemCode::RoleMissing
            | ProblemCode::WrongCredentialKind
            | ProblemCode::EndpointRemoved
            | ProblemCode::WorkspaceNotFoundOrHidden
            | ProblemCode::UnreadableReply
    )
}
