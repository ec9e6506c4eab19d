//! How often to look, and for how long.

use std::time::Duration;

use tokio::time::Instant;

use crate::BalkanId;

/// How often BalkanID is looked at, and how long a file is waited for.
///
/// BalkanID publishes neither rate limits nor times; these are chosen so that a person sees a
/// change within seconds and a long sync costs about four reads a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// The first pause between two looks; each next one is half as long again.
    pub first: Duration,
    /// The longest pause between two looks.
    pub longest: Duration,
    /// Until a file that was asked for has to be ready.
    pub limit: Duration,
    /// How long a create is looked for whose upload broke, before it is sent once more.
    pub lost: Duration,
    /// How long an update is given of which nothing will show, before its sync is started.
    pub settle: Duration,
    /// The pause before something is sent once more, multiplied by the number of the attempt.
    pub resend: Duration,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(15),
            limit: Duration::from_secs(60),
            lost: Duration::from_secs(10),
            settle: Duration::from_secs(3),
            resend: Duration::from_secs(2),
        }
    }
}

impl BalkanId {
    /// Patience for one wait.
    pub(crate) fn patience(&self, limit: Duration) -> Patience {
        Patience {
            until: Instant::now() + limit,
            next: self.polling.first,
            longest: self.polling.longest,
        }
    }

    /// Waits before attempt number `attempt + 1`.
    pub(crate) async fn pause_before_resending(&self, attempt: u32) {
        tokio::time::sleep(self.polling.resend.saturating_mul(attempt)).await;
    }
}

/// What is left of one wait.
pub(crate) struct Patience {
    until: Instant,
    next: Duration,
    longest: Duration,
}

/// The limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeIsUp;

impl Patience {
    /// Pauses before the next look; the last pause ends at the limit, so that one look follows it.
    pub(crate) async fn pause(&mut self) -> Result<(), TimeIsUp> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(TimeIsUp);
        }
        tokio::time::sleep(self.next.min(left)).await;
        self.next = (self.next * 3 / 2).min(self.longest);
        Ok(())
    }
}

/// A time limit in words.
pub(crate) fn in_words(limit: Duration) -> String {
    match limit.as_secs() {
        1 => "1 second".to_owned(),
        seconds @ 0..=119 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pauses_grow_to_the_longest_and_end_with_one_last_look() {
        tokio::time::pause();
        let start = Instant::now();
        let mut patience = Patience {
            until: start + Duration::from_secs(12),
            next: Duration::from_secs(2),
            longest: Duration::from_secs(4),
        };
        let mut looks = Vec::new();
        while patience.pause().await.is_ok() {
            looks.push(start.elapsed().as_secs());
        }
        assert_eq!(looks, [2, 5, 9, 12]);
    }

    #[test]
    fn a_limit_reads_as_a_person_would_say_it() {
        let words = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(words(1), "1 second");
        assert_eq!(words(60), "60 seconds");
        assert_eq!(words(600), "10 minutes");
    }
}
