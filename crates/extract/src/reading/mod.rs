//! Reading a workspace: asking what is still to be asked, until nothing is.
//!
//! The workspace first and alone, then its lists, then who may do what, as the lists name it; within
//! that as many questions at once as [`Flow`] allows. Each answer is taken before it counts as read.

mod judge;
mod progress;
mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bbsetup_bitbucket::reading::{Question, Reader, Said, What};
use bbsetup_bitbucket::{Credential, Target};
use bbsetup_setup::problem::Retry;
use bbsetup_setup::{CheckName, CredentialSlot, Problem, ProblemCode};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::checkpoint::{Store, StoreError};
use crate::pace::{Budget, Flow, Leave, Pace, Why};
use crate::tasks::Kind;

use judge::{Fault, MOST_FAILING};
pub(crate) use progress::PAGE;
use progress::Sums;
pub use progress::{Progress, Stage, StageName};
use queue::{Pending, Queues};

/// Answers that are taken in one transaction.
const BATCH: usize = 16;
/// Between two reports of how far it is.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// By how much a wait may be longer than was asked for.
const JITTER: Duration = Duration::from_millis(200);
/// A wait shorter than this is not worth a word.
const SHORT: Duration = Duration::from_secs(2);

/// What is read, and how.
pub struct Plan<'a> {
    /// The workspace, and a way to it that repeats nothing by itself.
    pub target: &'a Target,
    /// The credentials, one or both.
    pub credentials: &'a [Credential],
    /// The most requests at once.
    pub in_flight: usize,
    /// How many requests may be made.
    pub budget: Budget,
    /// The longest wait for a rate limit that Bitbucket names.
    pub max_wait: Duration,
}

/// What is told of a reading.
#[derive(Clone, Debug)]
pub enum Event {
    /// How far it is.
    Progress(Progress),
    /// It waits.
    Waiting {
        /// Until when, in seconds since 1970-01-01T00:00:00Z.
        until: i64,
        /// For how long.
        wait: Duration,
        /// Why, in a sentence.
        reason: String,
    },
}

/// How a reading ended.
#[derive(Debug)]
pub enum Ended {
    /// Everything was asked; [`Store::gaps`] tells what could not be read.
    Read,
    /// It stopped, and can be gone on with.
    Stopped(Box<Problem>),
    /// The checkpoint could not be written.
    NotKept(StoreError),
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ended: Ended,
    /// Requests that were made again after a refusal or a fault.
    pub retries: u64,
    /// How long it waited for rate limits.
    pub waited: Duration,
    /// Sign-ins that were refused, for which the other credential stood in.
    pub refused: Vec<Problem>,
}

/// A question under way.
struct Back {
    pending: Pending,
    slot: usize,
    question: Question,
    said: Said,
    sent: Instant,
}

struct Reading<'a> {
    plan: &'a Plan<'a>,
    store: &'a mut Store,
    readers: &'a [Reader<'a>],
    /// By reader.
    paces: Vec<Pace>,
    /// Readers whose sign-in was refused, with the reason.
    out: Vec<Option<Problem>>,
    queues: Queues,
    /// Which reader may ask a kind of question, once one was answered.
    settled: BTreeMap<CheckName, usize>,
    /// Kinds that no reader may ask.
    refused: BTreeMap<CheckName, Problem>,
    /// Questions of a kind under way.
    under_way: BTreeMap<CheckName, usize>,
    flow: Flow,
    sums: Sums,
    /// Questions that failed since the last answer.
    failing: BTreeSet<i64>,
    retries: u64,
    waited: Duration,
}

/// What the loop does next.
enum Next {
    Send(Box<Pending>, usize),
    WaitUntil(Instant, Why),
    Stop(Box<Problem>),
    Nothing,
}

/// Reads what is still to be read into the checkpoint.
///
/// It writes to the disk as it goes, and so wants a thread of its own. Dropping the future loses
/// nothing that was taken.
pub async fn read(
    plan: &Plan<'_>,
    store: &mut Store,
    tell: &mut dyn FnMut(Event),
    stop: &CancellationToken,
) -> Outcome {
    let readers: Vec<Reader<'_>> = plan
        .credentials
        .iter()
        .map(|credential| Reader::new(plan.target, credential, stop))
        .collect();
    let begun = Reading::begin(plan, store, &readers);
    let mut reading = match begun {
        Ok(reading) => reading,
        Err(error) => {
            return Outcome {
                ended: Ended::NotKept(error),
                retries: 0,
                waited: Duration::ZERO,
                refused: Vec::new(),
            };
        }
    };
    let ended = reading.run(tell, stop).await;
    // However it ends, what was taken is written.
    let ended = ended.and_then(|ended| reading.store.write_batch().map(|()| ended));
    let ended = ended.unwrap_or_else(Ended::NotKept);
    Outcome {
        ended,
        retries: reading.retries,
        waited: reading.waited,
        refused: reading.out.into_iter().flatten().collect(),
    }
}

impl<'a> Reading<'a> {
    fn begin(
        plan: &'a Plan<'a>,
        store: &'a mut Store,
        readers: &'a [Reader<'a>],
    ) -> Result<Self, StoreError> {
        let an_hour_ago = (plan.target.clock)() / 60 - 60;
        let mut paces = Vec::new();
        for reader in readers {
            let spent = store.spent_since(reader.slot().as_str(), an_hour_ago)?;
            let is_cloud = plan.target.api_url.is_bitbucket_cloud();
            paces.push(Pace::new(plan.budget, is_cloud, &spent));
        }
        Ok(Self {
            sums: Sums::of(store)?,
            out: readers.iter().map(|_| None).collect(),
            plan,
            store,
            readers,
            paces,
            queues: Queues::default(),
            settled: BTreeMap::new(),
            refused: BTreeMap::new(),
            under_way: BTreeMap::new(),
            flow: Flow::new(plan.in_flight),
            failing: BTreeSet::new(),
            retries: 0,
            waited: Duration::ZERO,
        })
    }

    async fn run(
        &mut self,
        tell: &mut dyn FnMut(Event),
        stop: &CancellationToken,
    ) -> Result<Ended, StoreError> {
        let mut under_way = FuturesUnordered::new();
        let mut told_at = Instant::now();
        let mut waiting_until = None;
        let mut tells_spread = false;
        tell(Event::Progress(self.progress()));
        loop {
            // Those that failed are due once there is room for them.
            let has_room = under_way.len() < self.flow.limit();
            let mut wake = self.queues.next_late().filter(|_| has_room);
            let mut waits_for_limit = false;
            while under_way.len() < self.flow.limit() {
                match self.next(Instant::now())? {
                    Next::Send(pending, slot) => under_way.push(self.ask(*pending, slot)),
                    Next::WaitUntil(at, why) => {
                        let wait = at.saturating_duration_since(Instant::now());
                        let is_told = under_way.is_empty() && why != Why::Spread;
                        if is_told && wait > self.plan.max_wait + JITTER {
                            return Ok(Ended::Stopped(Box::new(self.too_long(wait, why))));
                        }
                        // That it is spread is told once, since it goes on by itself.
                        if why == Why::Spread && wait >= SHORT && !tells_spread {
                            tells_spread = true;
                            tell(self.waiting(wait, why));
                        }
                        if is_told && wait >= SHORT && waiting_until != Some(at) {
                            waiting_until = Some(at);
                            tell(self.waiting(wait, why));
                        }
                        waits_for_limit = is_told;
                        wake = Some(wake.map_or(at, |wake| wake.min(at)));
                        break;
                    }
                    Next::Stop(problem) => return Ok(Ended::Stopped(problem)),
                    Next::Nothing => break,
                }
            }
            if under_way.is_empty() && wake.is_none() {
                self.store.write_batch()?;
                if self.store.is_open()? {
                    return Ok(Ended::Stopped(Box::new(left_over())));
                }
                self.store.drop_what_came_later()?;
                self.store.drop_what_vanished()?;
                self.sums = Sums::of(self.store)?;
                tell(Event::Progress(self.progress()));
                return Ok(Ended::Read);
            }
            let due = self.store.due_in().map(|due| Instant::now() + due);
            let wake = wake.into_iter().chain(due).min();
            let sleep = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now));
            let mut backs = Vec::new();
            let asleep = Instant::now();
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                Some(back) = under_way.next(), if !under_way.is_empty() => backs.push(back),
                () = sleep, if wake.is_some() => {}
            }
            if waits_for_limit {
                self.waited += asleep.elapsed();
            }
            if stop.is_cancelled() && backs.is_empty() {
                return Ok(Ended::Stopped(Box::new(stopped())));
            }
            while backs.len() < BATCH
                && let Some(Some(back)) = under_way.next().now_or_never()
            {
                backs.push(back);
            }
            if let Some(problem) = self.take_all(backs)? {
                return Ok(Ended::Stopped(Box::new(problem)));
            }
            if told_at.elapsed() >= TELL_EVERY {
                told_at = Instant::now();
                tell(Event::Progress(self.progress()));
            }
        }
    }

    /// What to send next, or until when there is nothing to send.
    fn next(&mut self, now: Instant) -> Result<Next, StoreError> {
        let due = self.queues.take_late(now);
        // Where many fail and none is answered, nothing new is tried: those that failed tell.
        if self.failing.len() >= MOST_FAILING && due == 0 && self.queues.next_late().is_some() {
            return Ok(Next::Nothing);
        }
        self.pass_over_refused()?;
        let wanted = self.sums.requests_left();
        let wall = (self.plan.target.clock)();
        let mut wait: Option<(Instant, Why)> = None;
        for kind in Kind::ALL {
            if self.queues.refill(kind, self.store)?.is_none() {
                continue;
            }
            let check = kind.check();
            let is_under_way = self.under_way.get(&check).is_some_and(|count| *count > 0);
            // Who may ask is found out by one question, not by all at once.
            if !self.settled.contains_key(&check) && is_under_way {
                continue;
            }
            let slot = self.queues.first(kind).map(|first| self.slot_for(first));
            let slot = match slot {
                Some(Some(slot)) => slot,
                Some(None) => {
                    if let Some(pending) = self.queues.pop(kind)
                        && let Some(problem) = self.nobody_left(pending)?
                    {
                        return Ok(Next::Stop(Box::new(problem)));
                    }
                    // The next of its kind.
                    return self.next(now);
                }
                None => continue,
            };
            let pace = &self.paces[slot];
            if pace.is_scouting() && pace.under_way > 0 {
                continue;
            }
            match pace.leave(now, wall, wanted) {
                Leave::Now => {
                    if let Some(pending) = self.queues.pop(kind) {
                        return Ok(Next::Send(Box::new(pending), slot));
                    }
                }
                Leave::At(at, why) => {
                    if wait.is_none_or(|(before, _)| at < before) {
                        wait = Some((at, why));
                    }
                }
            }
        }
        Ok(match wait {
            Some((at, why)) => Next::WaitUntil(at, why),
            None => Next::Nothing,
        })
    }

    /// The reader that is to ask: the one that may, else the likelier one that has not been refused.
    fn slot_for(&self, pending: &Pending) -> Option<usize> {
        let check = pending.task.kind.check();
        let may = |slot: &usize| self.out[*slot].is_none() && !pending.was_refused(*slot);
        let settled = self.settled.get(&check).copied().filter(may);
        let first = first_slot(check);
        let mut likelier: Vec<usize> = (0..self.readers.len()).collect();
        likelier.sort_by_key(|slot| self.readers[*slot].slot() != first);
        settled.or_else(|| likelier.into_iter().find(may))
    }

    fn ask(&mut self, pending: Pending, slot: usize) -> impl Future<Output = Back> + use<'a> {
        let now = Instant::now();
        self.paces[slot].left_now(now, (self.plan.target.clock)());
        *self.under_way.entry(pending.task.kind.check()).or_default() += 1;
        let reader = &self.readers[slot];
        async move {
            let (question, next) = pending.question();
            let said = reader.ask(&question, next.as_deref()).await;
            Back {
                pending,
                slot,
                question,
                said,
                sent: now,
            }
        }
    }

    /// Takes answers; gives the problem that stops the reading.
    ///
    /// What is killed is asked again: what was under way, and what was taken and not written. Both
    /// together are kept to a fiftieth of what was answered.
    fn take_all(&mut self, backs: Vec<Back>) -> Result<Option<Problem>, StoreError> {
        let under_way = u64::try_from(self.plan.in_flight).unwrap_or(u64::MAX);
        let unwritten = (self.sums.answered() / 50).saturating_sub(under_way);
        let answers = u64::try_from(backs.len()).unwrap_or(u64::MAX);
        if backs.is_empty() {
            self.store.write_if_due(0, unwritten)?;
            return Ok(None);
        }
        let minute = (self.plan.target.clock)() / 60;
        self.store.open_batch()?;
        let mut stops = None;
        for back in backs {
            let slot = self.readers[back.slot].slot();
            self.store.spend(slot.as_str(), minute, 1)?;
            let stopped = self.take(back)?;
            stops = stops.or(stopped);
        }
        self.store.write_if_due(answers, unwritten)?;
        Ok(stops)
    }

    fn take(&mut self, back: Back) -> Result<Option<Problem>, StoreError> {
        let Back {
            mut pending,
            slot,
            question,
            said: Said { rate, what },
            sent,
        } = back;
        let now = Instant::now();
        let pace = &mut self.paces[slot];
        pace.under_way = pace.under_way.saturating_sub(1);
        pace.hear(&rate, now);
        let was_answered = !matches!(
            what,
            What::TooMany { .. } | What::Fault { .. } | What::Stopped
        );
        if was_answered {
            pace.passed(sent);
            self.failing.clear();
            self.flow.passed();
        }
        if let Some(count) = self.under_way.get_mut(&pending.task.kind.check()) {
            *count = count.saturating_sub(1);
        }
        let is_somebody = matches!(
            what,
            What::Body(_) | What::NotFound(_) | What::Refused { .. }
        );
        if is_somebody && let Some(problem) = pending.doubt.take() {
            // It is this question alone that cannot be answered.
            return self.give_up(pending, problem);
        }
        match what {
            What::Body(answer) => self.take_body(pending, slot, &question, &answer),
            What::TooMany { wait, problem } => {
                self.retries += 1;
                self.queues.push_front(pending);
                let begun = self.paces[slot].refused(sent, now, wait, self.plan.max_wait);
                if begun != Ok(None) {
                    // Once for all that are refused together.
                    self.flow.push_back();
                }
                Ok(begun.is_err().then(|| problem.with_hints(patience())))
            }
            What::Fault {
                wait,
                problem,
                status,
                lasts,
            } => {
                let problem = *problem;
                let fault = Fault {
                    wait,
                    problem,
                    status,
                    lasts,
                };
                self.take_fault(pending, fault)
            }
            What::SignIn(problem) => Ok(self.take_sign_in(pending, slot, *problem)),
            What::NotFound(problem) => self.take_not_found(pending, slot, *problem),
            What::Refused {
                problem,
                of_its_kind,
            } => self.take_refusal(pending, slot, *problem, of_its_kind),
            What::Stopped => Ok(None),
        }
    }

    fn waiting(&self, wait: Duration, why: Why) -> Event {
        Event::Waiting {
            until: self.moment_after(wait),
            wait,
            reason: why.in_words().to_owned(),
        }
    }

    /// The problem of a wait that is longer than patience.
    fn too_long(&self, wait: Duration, why: Why) -> Problem {
        Problem::new(
            ProblemCode::RateLimited,
            format!(
                "{} The reading could go on in {} s. Nothing is lost: it goes on where it was when it is begun again.",
                why.in_words(),
                wait.as_secs()
            ),
        )
        .with_hints(patience())
        .with_retry(Retry::At(self.moment_after(wait)))
    }

    fn moment_after(&self, wait: Duration) -> i64 {
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        (self.plan.target.clock)().saturating_add(seconds)
    }
}

/// Who asks first: the token, which has a limit of its own that grows with the workspace; for what
/// access tokens are known not to be let into, or may not be, the account.
pub(crate) fn first_slot(check: CheckName) -> CredentialSlot {
    match check {
        CheckName::Groups | CheckName::Identity | CheckName::Membership => CredentialSlot::Account,
        CheckName::Workspace
        | CheckName::Members
        | CheckName::Projects
        | CheckName::Repositories
        | CheckName::ProjectPermissions
        | CheckName::RepositoryPermissions => CredentialSlot::WorkspaceToken,
    }
}

/// Nothing is asked any more, and something was not.
fn left_over() -> Problem {
    Problem::new(
        ProblemCode::DefectOfThisTool,
        "The reading came to its end with questions left over, which must not be.",
    )
}

/// What to do about a wait that was not waited out.
fn patience() -> Vec<String> {
    vec![
        "Begin it again later, and it goes on where it was; or let it wait (in the terminal: --max-wait SECONDS).".to_owned(),
    ]
}

pub(crate) fn stopped() -> Problem {
    Problem::new(
        ProblemCode::Cancelled,
        "The reading was stopped. Nothing is lost: it goes on where it was when it is begun again.",
    )
    .with_hints(Vec::new())
}
