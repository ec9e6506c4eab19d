//! What follows from an answer: it is taken, asked again, asked by the other credential, or a gap.

use std::time::Duration;

use bbsetup_bitbucket::reading::{Item, Question};
use bbsetup_http::Answer;
use bbsetup_setup::{CheckName, CredentialSlot, Problem, ProblemCode};
use rand::Rng;
use tokio::time::Instant;

use super::queue::{Pending, Refusal};
use super::{Reading, stopped};
use crate::checkpoint::StoreError;
use crate::take::NotTaken;
use crate::tasks::Kind;

/// How often a question is asked that meets faults.
const MOST_ATTEMPTS: u32 = 5;
/// Once so many different questions have failed without an answer between them, it is not for the
/// questions.
pub(super) const MOST_FAILING: usize = 4;
/// The longest pause before a question is asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// A fault, as [`What::Fault`](bbsetup_bitbucket::reading::What::Fault) tells it.
pub(super) struct Fault {
    pub(super) wait: Option<Duration>,
    pub(super) problem: Problem,
    pub(super) status: Option<u16>,
    pub(super) lasts: bool,
}

impl Reading<'_> {
    pub(super) fn take_body(
        &mut self,
        pending: Pending,
        slot: usize,
        question: &Question,
        answer: &Answer,
    ) -> Result<Option<Problem>, StoreError> {
        if pending.looks {
            return self.take_still_there(pending, slot, question, answer);
        }
        let kind = pending.task.kind;
        let taken = match self.store.take(&pending.task, answer) {
            Ok(taken) => taken,
            Err(NotTaken::Store(error)) => return Err(error),
            Err(NotTaken::Unfit(unfit)) => {
                let problem = self.readers[slot].unfit(question, answer, &unfit);
                return match pending.attempts {
                    0 => self.ask_later(pending, None),
                    _ => self.give_up(pending, problem),
                };
            }
        };
        self.settled.entry(kind.check()).or_insert(slot);
        // An account's lists hold what it may see; a token's hold all.
        if kind == Kind::Repositories && self.readers[slot].slot() == CredentialSlot::Account {
            self.store.add_task(Kind::OwnRole, "", "")?;
        }
        self.sums.took(kind, &taken);
        for (kind, added) in Kind::ALL.into_iter().zip(self.store.take_added()) {
            if added > 0 {
                self.sums.added(kind, added);
                self.queues.look_again(kind);
            }
        }
        if taken.ended {
            self.sums.done(kind);
        } else if let Some(task) = self.store.task(pending.task.id)? {
            self.queues.push_front(Pending::new(task));
        }
        Ok(None)
    }

    /// What was not found under its name is still there: under another name, or hidden.
    fn take_still_there(
        &mut self,
        mut pending: Pending,
        slot: usize,
        question: &Question,
        answer: &Answer,
    ) -> Result<Option<Problem>, StoreError> {
        let mut found = None;
        let target = pending.task.target.clone();
        let read = question.read(answer, &mut |item| match item {
            Item::StillThere { named, name } => found = Some((named, name)),
            // Of a group, it is whether the list still holds it.
            Item::Group { slug, name } if slug == target => found = Some((slug, Some(name))),
            _ => {}
        });
        if read.is_ok() && found.is_none() && pending.task.kind == Kind::GroupMembers {
            self.store.vanish(&pending.task)?;
            self.sums.done(pending.task.kind);
            return Ok(None);
        }
        let (Ok(_), Some((named, name))) = (read, found) else {
            return self.give_up(pending, hidden());
        };
        // A server that names it otherwise each time is asked once more and no further.
        if named == pending.task.target || pending.renamed {
            return self.give_up(pending, hidden());
        }
        self.store
            .renamed(&pending.task.item, &named, name.as_deref())?;
        self.settled
            .entry(pending.task.kind.check())
            .or_insert(slot);
        pending.task.target = named;
        pending.looks = false;
        pending.renamed = true;
        pending.refusals.clear();
        self.retries += 1;
        self.queues.push_front(pending);
        Ok(None)
    }

    pub(super) fn take_fault(
        &mut self,
        mut pending: Pending,
        Fault {
            wait,
            problem,
            status,
            lasts,
        }: Fault,
    ) -> Result<Option<Problem>, StoreError> {
        if self.failing.is_empty() && !lasts {
            // Once for all that fail together.
            self.flow.push_back();
        }
        self.failing.insert(pending.task.id);
        let is_of_groups = pending.task.kind == Kind::Groups && pending.doubt.is_none();
        if is_of_groups && is_too_much(&problem, status, pending.attempts) {
            return self.groups_one_by_one(&pending);
        }
        if lasts {
            return match problem.code {
                // Of this list or answer alone.
                ProblemCode::OffOriginLink => self.give_up(pending, problem),
                ProblemCode::UnreadableReply | ProblemCode::DefectOfThisTool => {
                    self.restart_or_give_up(pending, problem)
                }
                // Others of its kind are answered: it may be of this one alone.
                ProblemCode::RedirectRefused | ProblemCode::NetworkPolicy
                    if self.settled.contains_key(&pending.task.kind.check())
                        && self.failing.len() < MOST_FAILING =>
                {
                    self.give_up(pending, problem)
                }
                _ => {
                    self.queues.push_front(pending);
                    Ok(Some(problem))
                }
            };
        }
        let is_longer_than_patience = wait.is_some_and(|wait| wait > self.plan.max_wait);
        if is_longer_than_patience {
            self.queues.push_front(pending);
            return Ok(Some(problem));
        }
        // Nobody answers: that is the end of this run, and no gap.
        if let Some(first) = pending.doubt.take() {
            self.queues.push_front(pending);
            return Ok(Some(first));
        }
        let is_last = pending.attempts + 1 >= MOST_ATTEMPTS;
        let is_for_all = !is_of_one_answer(&problem) || self.failing.len() >= MOST_FAILING;
        match is_last {
            // Whether anybody answers at all is asked before it is called a gap.
            true if is_for_all && pending.task.kind != Kind::Workspace => {
                pending.doubt = Some(problem);
                self.queues.push_front(pending);
                Ok(None)
            }
            true => self.give_up(pending, problem),
            false => self.ask_later(pending, wait),
        }
    }

    pub(super) fn take_sign_in(
        &mut self,
        pending: Pending,
        slot: usize,
        problem: Problem,
    ) -> Option<Problem> {
        self.settled.retain(|_, settled| *settled != slot);
        self.out[slot] = Some(problem.clone());
        self.queues.push_front(pending);
        self.out.iter().all(Option::is_some).then_some(problem)
    }

    /// A question that no credential is left to ask: those that were not refused it are refused
    /// altogether.
    pub(super) fn nobody_left(&mut self, pending: Pending) -> Result<Option<Problem>, StoreError> {
        let out = self.out.iter().flatten().next().cloned();
        let problem = most_telling(&pending).or(out).unwrap_or_else(stopped);
        self.store.open_batch()?;
        self.give_up(pending, problem)
    }

    pub(super) fn take_not_found(
        &mut self,
        pending: Pending,
        slot: usize,
        problem: Problem,
    ) -> Result<Option<Problem>, StoreError> {
        if pending.task.next.is_some() && !pending.looks {
            return self.restart_or_give_up(pending, problem);
        }
        // Who may ask this kind of question is believed; the others would only say that they may not.
        let may_ask = self.settled.get(&pending.task.kind.check()) == Some(&slot);
        let mut pending = match may_ask && !pending.looks {
            true => pending,
            false => match self.ask_by_another(pending, slot, &problem, false) {
                Ok(()) => return Ok(None),
                Err(pending) => *pending,
            },
        };
        if pending.looks {
            self.store.vanish(&pending.task)?;
            self.sums.done(pending.task.kind);
            return Ok(None);
        }
        if pending.task.still_there().is_some() {
            pending.looks = true;
            pending.refusals.clear();
            self.queues.push_front(pending);
            return Ok(None);
        }
        self.give_up(pending, problem)
    }

    pub(super) fn take_refusal(
        &mut self,
        pending: Pending,
        slot: usize,
        problem: Problem,
        of_its_kind: bool,
    ) -> Result<Option<Problem>, StoreError> {
        let pending = match self.ask_by_another(pending, slot, &problem, of_its_kind) {
            Ok(()) => return Ok(None),
            Err(pending) => *pending,
        };
        let mut problem = most_telling(&pending).unwrap_or(problem);
        let has_account = self
            .readers
            .iter()
            .any(|reader| reader.slot() == CredentialSlot::Account);
        if pending.task.kind.check() == CheckName::Groups && !has_account {
            problem = problem.with_hints(vec![
                "Groups are read with the account: give its e-mail and API token too.".to_owned(),
            ]);
        }
        let nobody_may = pending.refusals.iter().all(|refusal| refusal.of_its_kind);
        let check = pending.task.kind.check();
        if nobody_may && !pending.looks {
            self.refused.insert(check, problem.clone());
        } else {
            // It was this one alone that may not be asked; others need not wait for each other.
            self.settled.entry(check).or_insert(slot);
        }
        self.give_up(pending, problem)
    }

    /// Has another credential ask, where there is one that was not refused; gives the question back
    /// where there is none.
    fn ask_by_another(
        &mut self,
        mut pending: Pending,
        slot: usize,
        problem: &Problem,
        of_its_kind: bool,
    ) -> Result<(), Box<Pending>> {
        pending.refusals.push(Refusal {
            slot,
            problem: problem.clone(),
            of_its_kind,
        });
        if of_its_kind {
            let check = pending.task.kind.check();
            self.settled
                .retain(|settled, by| *settled != check || *by != slot);
        }
        match self.slot_for(&pending) {
            Some(_) => {
                self.retries += 1;
                self.queues.push_front(pending);
                Ok(())
            }
            None => Err(Box::new(pending)),
        }
    }

    /// Marks as gaps what no credential may ask, without asking.
    pub(super) fn pass_over_refused(&mut self) -> Result<(), StoreError> {
        if self.refused.is_empty() {
            return Ok(());
        }
        for kind in Kind::ALL {
            let Some(problem) = self.refused.get(&kind.check()) else {
                continue;
            };
            if self.queues.refill(kind, self.store)?.is_none() {
                continue;
            }
            self.store.open_batch()?;
            while self.queues.refill(kind, self.store)?.is_some() {
                if let Some(pending) = self.queues.pop(kind) {
                    self.store.task_is_gap(pending.task.id, problem)?;
                    self.sums.gap(kind);
                }
            }
            self.store.write_batch()?;
        }
        Ok(())
    }

    fn ask_later(
        &mut self,
        mut pending: Pending,
        wait: Option<Duration>,
    ) -> Result<Option<Problem>, StoreError> {
        pending.attempts += 1;
        self.retries += 1;
        let pause = wait.unwrap_or_else(|| pause_before(pending.attempts));
        self.queues.push_late(Instant::now() + pause, pending);
        Ok(None)
    }

    /// A page that is not there any more: the list is begun again, once.
    fn restart_or_give_up(
        &mut self,
        pending: Pending,
        problem: Problem,
    ) -> Result<Option<Problem>, StoreError> {
        if pending.task.next.is_none() || pending.task.restarts > 0 {
            return self.give_up(pending, problem);
        }
        self.retries += 1;
        self.store.restart(&pending.task)?;
        self.sums.restarted(pending.task.kind);
        if let Some(task) = self.store.task(pending.task.id)? {
            self.queues.push_front(Pending::new(task));
        }
        Ok(None)
    }

    fn groups_one_by_one(&mut self, pending: &Pending) -> Result<Option<Problem>, StoreError> {
        self.retries += 1;
        self.store.groups_one_by_one(pending.task.id)?;
        self.sums.became(Kind::Groups, Kind::GroupsAlone);
        // It is fetched as one of its new kind.
        self.queues.look_again(Kind::GroupsAlone);
        Ok(None)
    }

    /// Something cannot be read: a gap, or the end where it is the workspace itself.
    pub(super) fn give_up(
        &mut self,
        pending: Pending,
        problem: Problem,
    ) -> Result<Option<Problem>, StoreError> {
        if pending.task.kind == Kind::Workspace {
            self.queues.push_front(pending);
            return Ok(Some(problem));
        }
        self.store.task_is_gap(pending.task.id, &problem)?;
        self.sums.gap(pending.task.kind);
        Ok(None)
    }
}

/// Whether a fault may be one question's alone; where nobody answers, it is not.
fn is_of_one_answer(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ProblemCode::ServerError | ProblemCode::TimedOut | ProblemCode::UnreadableReply
    )
}

/// Whether all groups with all members were too much for one answer.
fn is_too_much(problem: &Problem, status: Option<u16>, attempts: u32) -> bool {
    match problem.code {
        ProblemCode::TimedOut | ProblemCode::UnreadableReply => true,
        ProblemCode::ServerError => attempts > 0 || status == Some(504),
        _ => false,
    }
}

/// Anything up to a limit that doubles each time, so that those that failed together do not come back
/// together.
fn pause_before(attempt: u32) -> Duration {
    let most = Duration::from_millis(250)
        .saturating_mul(2_u32.saturating_pow(attempt))
        .min(LONGEST_PAUSE);
    most.mul_f64(rand::rng().random_range(0.5..=1.0))
}

/// The refusal that a person can do most about: a limit of the platform is none.
fn most_telling(pending: &Pending) -> Option<Problem> {
    let refusals = &pending.refusals;
    refusals
        .iter()
        .find(|refusal| refusal.problem.code != ProblemCode::WrongCredentialKind)
        .or_else(|| refusals.first())
        .map(|refusal| refusal.problem.clone())
}

fn hidden() -> Problem {
    Problem::new(
        ProblemCode::RoleMissing,
        "It is there, but Bitbucket shows nothing of who may do what in it.",
    )
}
