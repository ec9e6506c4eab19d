//! How often to look, and for how long.

use std::time::Duration;

use tokio::time::Instant;

/// How often BalkanID is looked at, and how long each wait may last.
///
/// BalkanID publishes neither rate limits nor times; these are chosen so that a person sees a
/// change within seconds and a long sync costs about four reads a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The first pause between two looks; each next one is half as long again.
    pub first_pause: Duration,
    /// The longest pause between two looks.
    pub longest_pause: Duration,
    /// Until a file that was asked for has to be ready.
    pub file_limit: Duration,
    /// Until a created integration has to appear in the list.
    pub appear_limit: Duration,
    /// How long a change of an existing integration is given to take effect before a sync is
    /// started on it.
    pub settle_limit: Duration,
    /// Until a sync has to end.
    pub sync_limit: Duration,
    /// The pause before something is sent once more, multiplied by the number of the attempt.
    pub resend_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(15),
            file_limit: Duration::from_secs(120),
            appear_limit: Duration::from_secs(180),
            settle_limit: Duration::from_secs(5),
            sync_limit: Duration::from_secs(30 * 60),
            resend_pause: Duration::from_secs(2),
        }
    }
}

impl Pace {
    /// Patience for one wait.
    pub(crate) fn patience(&self, limit: Duration) -> Patience {
        Patience {
            until: Instant::now() + limit,
            next: self.first_pause,
            longest: self.longest_pause,
        }
    }

    /// Waits before attempt number `attempt + 1`.
    pub(crate) async fn before_resending(&self, attempt: u32) {
        tokio::time::sleep(self.resend_pause.saturating_mul(attempt)).await;
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
        let pace = Pace {
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(4),
            ..Pace::default()
        };
        let mut patience = pace.patience(Duration::from_secs(12));
        let start = Instant::now();
        let mut looks = Vec::new();
        while patience.pause().await.is_ok() {
            looks.push(start.elapsed().as_secs());
        }
        assert_eq!(looks, [2, 5, 9, 12]);
    }
}
