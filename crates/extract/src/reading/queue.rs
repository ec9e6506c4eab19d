//! What is to be asked next: a few tasks of each kind at a time, so that memory stays flat.

use std::collections::{BTreeMap, VecDeque};

use bbsetup_bitbucket::reading::Question;
use bbsetup_setup::Problem;
use tokio::time::Instant;

use crate::checkpoint::{Store, StoreError};
use crate::tasks::{Kind, Task};

/// How many tasks of a kind are fetched at a time.
const FETCHED: usize = 64;

/// A task with what was tried so far.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) task: Task,
    /// Faults so far.
    pub(super) attempts: u32,
    /// Readers that may not ask it.
    pub(super) refusals: Vec<Refusal>,
    /// Whether it is asked if what it is about is still there.
    pub(super) looks: bool,
    /// Whether it is asked by a name that was found so.
    pub(super) renamed: bool,
    /// The fault after which it is asked first whether anybody answers at all.
    pub(super) doubt: Option<Problem>,
}

/// A reader that may not ask.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) slot: usize,
    pub(super) problem: Problem,
    /// Whether it may ask nothing of this kind.
    pub(super) of_its_kind: bool,
}

impl Pending {
    pub(super) fn new(task: Task) -> Self {
        Self {
            task,
            attempts: 0,
            refusals: Vec::new(),
            looks: false,
            renamed: false,
            doubt: None,
        }
    }

    pub(super) fn was_refused(&self, slot: usize) -> bool {
        self.refusals.iter().any(|refusal| refusal.slot == slot)
    }

    /// What is asked now, and for which page.
    pub(super) fn question(&self) -> (Question, Option<String>) {
        if self.doubt.is_some() {
            return (Question::Workspace, None);
        }
        match self.task.still_there().filter(|_| self.looks) {
            Some(question) => (question, None),
            None => (self.task.question(), self.task.next.clone()),
        }
    }
}

/// The tasks that wait, by kind.
#[derive(Default)]
pub(super) struct Queues {
    kinds: BTreeMap<Kind, Queue>,
    /// Those that failed, with the moment before which they are not tried again.
    late: Vec<(Instant, Pending)>,
}

#[derive(Default)]
struct Queue {
    pending: VecDeque<Pending>,
    /// The ID of the last task that was fetched.
    behind: i64,
    /// Whether there are no more, for the time being.
    is_dry: bool,
}

impl Queues {
    /// Fetches tasks of a kind where none waits; `None` where there are none.
    pub(super) fn refill(&mut self, kind: Kind, store: &Store) -> Result<Option<()>, StoreError> {
        let queue = self.kinds.entry(kind).or_default();
        if queue.pending.is_empty() && !queue.is_dry {
            let tasks = store.open_tasks(kind, queue.behind, FETCHED)?;
            queue.is_dry = tasks.is_empty();
            queue.behind = tasks.last().map_or(queue.behind, |task| task.id);
            queue.pending.extend(tasks.into_iter().map(Pending::new));
        }
        Ok((!queue.pending.is_empty()).then_some(()))
    }

    /// There are new tasks of a kind.
    pub(super) fn look_again(&mut self, kind: Kind) {
        self.kinds.entry(kind).or_default().is_dry = false;
    }

    pub(super) fn first(&self, kind: Kind) -> Option<&Pending> {
        self.kinds.get(&kind)?.pending.front()
    }

    pub(super) fn pop(&mut self, kind: Kind) -> Option<Pending> {
        self.kinds.get_mut(&kind)?.pending.pop_front()
    }

    pub(super) fn push_front(&mut self, pending: Pending) {
        let queue = self.kinds.entry(pending.task.kind).or_default();
        queue.pending.push_front(pending);
    }

    pub(super) fn push_late(&mut self, at: Instant, pending: Pending) {
        self.late.push((at, pending));
    }

    /// The moment at which the next of those that failed is tried again.
    pub(super) fn next_late(&self) -> Option<Instant> {
        self.late.iter().map(|(at, _)| *at).min()
    }

    /// Puts those whose moment has come back to the others; gives how many.
    pub(super) fn take_late(&mut self, now: Instant) -> usize {
        let (due, late): (Vec<_>, Vec<_>) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.late = late;
        let count = due.len();
        for (_, pending) in due {
            self.push_front(pending);
        }
        count
    }
}
