//! How fast: within what Bitbucket allows, and slower where it says so.

use std::collections::VecDeque;
use std::time::Duration;

use bbsetup_http::{Limit, RateSigns};
use rand::Rng;
use tokio::time::Instant;

/// What Bitbucket documents for an account that is told of no other limit
/// (<https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/>).
pub(crate) const DOCUMENTED: Limit = Limit {
    requests: 1000,
    window: Duration::from_secs(60 * 60),
};
/// The wait after a first refusal, where a shorter one is asked for or none is named; each that
/// follows upon a wait doubles it.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Of a limit that is told or documented, one part in so many is left to whoever else uses it.
const LEFT_ALONE: u32 = 20;

/// How many requests may be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Budget {
    /// As Bitbucket says; at Bitbucket Cloud, and until it says so, as it documents.
    #[default]
    AsTold,
    /// So many an hour, whatever is said.
    PerHour(u32),
    /// As many as are answered.
    Unlimited,
}

/// Where a limit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitFrom {
    /// It was asked for.
    Given,
    /// An answer told it.
    Told,
    /// Bitbucket documents it.
    Documented,
    /// There is to be none.
    Unlimited,
}

/// Whether a request may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    Now,
    /// Not before this moment, and why.
    At(Instant, Why),
}

/// Why a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Bitbucket refused one for its rate, or said that none is left.
    Refused,
    /// The budget of the hour is used up.
    UsedUp,
    /// The rest does not fit into the hour, so that it is spread over it.
    Spread,
}

impl Why {
    /// In a sentence.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Refused => "Bitbucket's rate limit is reached.",
            Self::UsedUp => "The requests that may be made within an hour are used up.",
            Self::Spread => {
                "What is left does not fit into this hour's requests, and is spread over the hours."
            }
        }
    }
}

/// The pace of one credential: each has a limit of its own.
pub(crate) struct Pace {
    budget: Budget,
    /// Whether the documented limit holds where nothing is told.
    is_cloud: bool,
    told: Option<Limit>,
    near: bool,
    /// What is left by the server's own count, and when it begins anew.
    left: Option<(u32, Instant)>,
    /// Seconds since 1970-01-01T00:00:00Z with the requests that left within each.
    spent: VecDeque<(i64, u32)>,
    last: Option<Instant>,
    held: Option<Held>,
    /// Refusals one upon the other, each after a wait.
    refusals: u32,
    /// Requests under way.
    pub(crate) under_way: usize,
}

#[derive(Clone, Copy)]
struct Held {
    since: Instant,
    until: Instant,
}

impl Pace {
    /// `spent` is what left within the last hour, by minute since 1970-01-01T00:00:00Z.
    pub(crate) fn new(budget: Budget, is_cloud: bool, spent: &[(i64, u32)]) -> Self {
        Self {
            budget,
            is_cloud,
            told: None,
            near: false,
            left: None,
            // At the end of its minute, so that nothing counts for shorter than it should.
            spent: spent
                .iter()
                .map(|(minute, count)| (minute * 60 + 59, *count))
                .collect(),
            last: None,
            held: None,
            refusals: 0,
            under_way: 0,
        }
    }

    /// The limit that is kept, and where it comes from; `None` where none is known.
    pub(crate) fn limit(&self) -> Option<(Limit, LimitFrom)> {
        let beneath = |limit: Limit| Limit {
            requests: (limit.requests - limit.requests / LEFT_ALONE).max(1),
            ..limit
        };
        match (self.budget, self.told) {
            (Budget::PerHour(requests), _) => Some((
                Limit {
                    requests: requests.max(1),
                    ..DOCUMENTED
                },
                LimitFrom::Given,
            )),
            (Budget::Unlimited, _) => None,
            (Budget::AsTold, Some(told)) => Some((beneath(told), LimitFrom::Told)),
            (Budget::AsTold, None) if self.is_cloud => {
                Some((beneath(DOCUMENTED), LimitFrom::Documented))
            }
            (Budget::AsTold, None) => None,
        }
    }

    /// Requests that may still leave within the limit's window.
    pub(crate) fn left(&self, now: i64) -> Option<u32> {
        let (limit, _) = self.limit()?;
        Some(limit.requests.saturating_sub(self.spent_within(limit, now)))
    }

    /// Whether a request may leave, with `wanted` still to be made in all.
    pub(crate) fn leave(&self, now: Instant, wall: i64, wanted: u64) -> Leave {
        if let Some(held) = self.held.filter(|held| held.until > now) {
            return Leave::At(held.until, Why::Refused);
        }
        if let Some((0, begins_anew)) = self.left.filter(|(_, at)| *at > now) {
            return Leave::At(begins_anew, Why::Refused);
        }
        let Some((limit, _)) = self.limit() else {
            return Leave::Now;
        };
        let left = limit
            .requests
            .saturating_sub(self.spent_within(limit, wall));
        if left == 0 {
            let window = i64::try_from(limit.window.as_secs()).unwrap_or(i64::MAX);
            let oldest = self.spent.front().map_or(wall, |(second, _)| *second);
            let wait = oldest.saturating_add(window).saturating_sub(wall).max(0) + 1;
            let wait = Duration::from_secs(u64::try_from(wait).unwrap_or_default());
            return Leave::At(now + wait, Why::UsedUp);
        }
        let is_spread = wanted > u64::from(left) || self.near;
        match self.last.map(|last| last + limit.window / limit.requests) {
            Some(next) if is_spread && next > now => Leave::At(next, Why::Spread),
            Some(_) | None => Leave::Now,
        }
    }

    /// While it is not known whether a limit is over, one request at a time finds out.
    pub(crate) fn is_scouting(&self) -> bool {
        self.refusals > 0
    }

    /// A request leaves.
    pub(crate) fn left_now(&mut self, now: Instant, wall: i64) {
        self.under_way += 1;
        self.last = Some(now);
        if let Some((left, _)) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        match self.spent.back_mut() {
            Some((second, count)) if *second == wall => *count += 1,
            Some(_) | None => self.spent.push_back((wall, 1)),
        }
        let window = self
            .limit()
            .map_or(DOCUMENTED.window, |(limit, _)| limit.window);
        let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        while self
            .spent
            .front()
            .is_some_and(|(second, _)| second.saturating_add(window) < wall)
        {
            self.spent.pop_front();
        }
    }

    /// An answer tells of the limit.
    pub(crate) fn hear(&mut self, signs: &RateSigns, now: Instant) {
        let RateSigns {
            limit,
            remaining,
            reset,
            near,
        } = *signs;
        self.told = limit.or(self.told);
        self.near = near;
        if let (Some(remaining), Some(reset)) = (remaining, reset) {
            // Those under way may not be counted yet.
            let under_way = u32::try_from(self.under_way).unwrap_or(u32::MAX);
            self.left = Some((remaining.saturating_sub(under_way), now + reset));
        }
    }

    /// A request that left at a moment was refused for its rate. Gives the wait that this begins, none
    /// where one has begun already, or an error where it is longer than `longest`.
    pub(crate) fn refused(
        &mut self,
        sent: Instant,
        now: Instant,
        asked: Option<Duration>,
        longest: Duration,
    ) -> Result<Option<Duration>, Duration> {
        let is_of_the_same_wave = self.held.is_some_and(|held| sent <= held.since);
        if is_of_the_same_wave {
            return Ok(None);
        }
        let doubled = SHORTEST_WAIT.saturating_mul(2_u32.saturating_pow(self.refusals));
        let wait = asked.map_or(doubled, |asked| asked.max(doubled));
        self.refusals = self.refusals.saturating_add(1);
        // A little longer than asked, so that many clients do not come back in one moment.
        let jitter = Duration::from_millis(rand::rng().random_range(20..=200));
        self.held = Some(Held {
            since: now,
            until: now + wait + jitter,
        });
        match wait > longest {
            true => Err(wait),
            false => Ok(Some(wait)),
        }
    }

    /// A request that left at a moment was answered otherwise: the limit of before holds no more.
    pub(crate) fn passed(&mut self, sent: Instant) {
        if self.held.is_none_or(|held| sent >= held.until) {
            self.refusals = 0;
        }
    }

    fn spent_within(&self, limit: Limit, now: i64) -> u32 {
        let window = i64::try_from(limit.window.as_secs()).unwrap_or(i64::MAX);
        self.spent
            .iter()
            .filter(|(second, _)| second.saturating_add(window) >= now)
            .map(|(_, count)| count)
            .sum()
    }
}

/// How many requests are under way at once: fewer where the server pushes back, slowly more again.
pub(crate) struct Flow {
    most: usize,
    now: usize,
    passed: usize,
}

impl Flow {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            now: most,
            passed: 0,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.now
    }

    pub(crate) fn push_back(&mut self) {
        self.now = (self.now / 2).max(1);
        self.passed = 0;
    }

    pub(crate) fn passed(&mut self) {
        self.passed += 1;
        if self.passed >= self.now * 4 && self.now < self.most {
            self.now += 1;
            self.passed = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: i64 = 1_795_000_000;

    fn told(requests: u32, seconds: u64) -> RateSigns {
        RateSigns {
            limit: Some(Limit {
                requests,
                window: Duration::from_secs(seconds),
            }),
            ..RateSigns::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_fits_into_the_hour_leaves_at_once_and_more_is_spread() {
        let now = Instant::now();
        let mut pace = Pace::new(Budget::PerHour(100), false, &[]);
        pace.left_now(now, WALL);
        assert_eq!(pace.leave(now, WALL, 99), Leave::Now);
        let next = now + Duration::from_secs(36);
        assert_eq!(pace.leave(now, WALL, 100), Leave::At(next, Why::Spread));
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_earlier_run_spent_counts_for_its_hour() {
        let now = Instant::now();
        let minute = WALL / 60;
        let pace = Pace::new(Budget::PerHour(50), false, &[(minute - 30, 50)]);
        let Leave::At(at, Why::UsedUp) = pace.leave(now, WALL, 1) else {
            panic!("the budget is used up");
        };
        let minutes = (at - now).as_secs() / 60;
        assert!((29..=31).contains(&minutes), "{minutes}");
        assert_eq!(pace.left(WALL + 3700), Some(50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_of_a_told_limit_is_left_to_others_and_a_given_one_is_used_whole() {
        let mut pace = Pace::new(Budget::AsTold, false, &[]);
        assert_eq!(pace.limit(), None);
        pace.hear(&told(1000, 3600), Instant::now());
        assert_eq!(pace.left(WALL), Some(950));
        let cloud = Pace::new(Budget::AsTold, true, &[]);
        assert_eq!(cloud.left(WALL), Some(950));
        assert_eq!(
            Pace::new(Budget::PerHour(10), true, &[]).left(WALL),
            Some(10)
        );
        assert_eq!(Pace::new(Budget::Unlimited, true, &[]).left(WALL), None);
    }

    #[tokio::test(start_paused = true)]
    async fn none_left_by_the_servers_count_waits_until_it_begins_anew() {
        let now = Instant::now();
        let mut pace = Pace::new(Budget::AsTold, false, &[]);
        pace.under_way = 2;
        let signs = RateSigns {
            remaining: Some(2),
            reset: Some(Duration::from_secs(9)),
            ..RateSigns::default()
        };
        pace.hear(&signs, now);
        let begins_anew = now + Duration::from_secs(9);
        assert_eq!(
            pace.leave(now, WALL, 1),
            Leave::At(begins_anew, Why::Refused)
        );
        assert_eq!(pace.leave(begins_anew, WALL, 1), Leave::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_of_one_wave_are_one_and_those_after_a_wait_double_it() {
        let start = Instant::now();
        let longest = Duration::from_secs(60);
        let second = Some(Duration::from_secs(1));
        let mut pace = Pace::new(Budget::AsTold, false, &[]);
        assert_eq!(pace.refused(start, start, second, longest), Ok(second));
        let later = start + Duration::from_millis(5);
        assert_eq!(pace.refused(start, later, second, longest), Ok(None));
        let mut waits = Vec::new();
        let mut now = later;
        loop {
            now += Duration::from_secs(100);
            match pace.refused(now, now, second, longest) {
                Ok(wait) => waits.push(wait.expect("another wave").as_secs()),
                Err(wait) => break assert_eq!(wait.as_secs(), 64),
            }
        }
        assert_eq!(waits, [2, 4, 8, 16, 32]);
        assert!(pace.is_scouting());
        pace.passed(now + Duration::from_secs(100));
        assert!(!pace.is_scouting());
    }

    #[test]
    fn fewer_are_under_way_where_the_server_pushes_back() {
        let mut flow = Flow::new(8);
        flow.push_back();
        flow.push_back();
        assert_eq!(flow.limit(), 2);
        for _ in 0..8 {
            flow.passed();
        }
        assert_eq!(flow.limit(), 3);
        for _ in 0..200 {
            flow.push_back();
            assert!(flow.limit() >= 1);
        }
    }
}
