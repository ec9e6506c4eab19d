//! When a call is made again: after a rate limit, a server's fault or a broken connection.

use std::time::Duration;

use rand::Rng;

use crate::answer::Answer;
use crate::error::Error;
use crate::pacing::Pacing;

/// Makes a call until its answer stands, or patience ends; then the last answer stands.
///
/// A 429 says that nothing was done, so any call may follow it. Everything else is tried again only
/// where `repeats`, the number of times this call may be repeated, allows.
pub(crate) async fn until_it_stands<Attempt>(
    pacing: &Pacing,
    repeats: u32,
    attempt: impl Fn() -> Attempt,
) -> Result<Answer, Error>
where
    Attempt: Future<Output = Result<Answer, Error>>,
{
    let mut repeated = 0;
    let mut last = None;
    loop {
        let turn = match (pacing.turn(last.is_some()).await, last.take()) {
            (Some(turn), _) => turn,
            (None, Some(refused)) => return Ok(refused),
            // A call that was never refused always has its turn.
            (None, None) => continue,
        };
        let result = attempt().await;
        let asked = result.as_ref().ok().and_then(Answer::retry_after);
        let is_refused_for_its_rate = result.as_ref().is_ok_and(|answer| answer.status == 429);
        let may_be_repeated = match &result {
            Ok(answer) => is_server_fault(answer.status),
            Err(error) => error.is_transient(),
        };
        if is_refused_for_its_rate {
            match (pacing.hold(&turn, asked), result) {
                (true, Ok(refused)) => last = Some(refused),
                (_, result) => return result,
            }
            continue;
        }
        if result.is_ok() {
            pacing.passed(&turn);
        }
        if !may_be_repeated || repeated == repeats || !pacing.take_repeat() {
            return result;
        }
        repeated += 1;
        match asked {
            Some(wait) if pacing.hold(&turn, Some(wait)) => {}
            Some(_) => return result,
            None => {
                drop(turn);
                tokio::time::sleep(pause_before(repeated)).await;
            }
        }
    }
}

/// 520 is the fault of a server behind Cloudflare, where BalkanID is.
fn is_server_fault(status: u16) -> bool {
    matches!(status, 500 | 502 | 503 | 504 | 520)
}

/// Anything up to a limit that doubles each time ("full jitter"), so that clients that failed
/// together do not come back together.
fn pause_before(repeat: u32) -> Duration {
    let most = 200_u64.saturating_mul(2_u64.saturating_pow(repeat));
    Duration::from_millis(rand::rng().random_range(0..=most))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::Instant;

    use super::*;
    use crate::limits::Limits;

    /// Answers of a server, one after the other, and when each was asked for. The last one stays.
    struct Script {
        began: Instant,
        answers: Vec<fn() -> Result<Answer, Error>>,
        asked: RefCell<Vec<Duration>>,
    }

    impl Script {
        fn new(answers: &[fn() -> Result<Answer, Error>]) -> Self {
            Self {
                began: Instant::now(),
                answers: answers.to_vec(),
                asked: RefCell::default(),
            }
        }

        async fn play(&self, pacing: &Pacing, repeats: u32) -> Result<Answer, Error> {
            until_it_stands(pacing, repeats, async || {
                assert!(self.times() < 100, "asked without end");
                let turn = self.times().min(self.answers.len() - 1);
                self.asked.borrow_mut().push(self.began.elapsed());
                // Other calls leave while this one is on its way.
                tokio::task::yield_now().await;
                self.answers[turn]()
            })
            .await
        }

        async fn status(&self, pacing: &Pacing, repeats: u32) -> u16 {
            self.play(pacing, repeats).await.expect("an answer").status
        }

        fn times(&self) -> usize {
            self.asked.borrow().len()
        }

        /// Whole seconds after the start at which each attempt was made.
        fn seconds(&self) -> Vec<u64> {
            self.asked.borrow().iter().map(Duration::as_secs).collect()
        }
    }

    fn fine() -> Result<Answer, Error> {
        Ok(Answer::scripted(200, &[], ""))
    }

    fn limited(seconds: &str) -> Result<Answer, Error> {
        Ok(Answer::scripted(429, &[("Retry-After", seconds)], ""))
    }

    fn limited_untold() -> Result<Answer, Error> {
        Ok(Answer::scripted(429, &[], ""))
    }

    fn fault() -> Result<Answer, Error> {
        Ok(Answer::scripted(502, &[], ""))
    }

    fn busy(seconds: &str) -> Result<Answer, Error> {
        Ok(Answer::scripted(503, &[("Retry-After", seconds)], ""))
    }

    fn broken() -> Result<Answer, Error> {
        Err(Error::Unreachable {
            host: "api.example".into(),
            source: "refused".into(),
        })
    }

    fn timed_out() -> Result<Answer, Error> {
        Err(Error::TimedOutAnswering {
            host: "api.example".into(),
            after: Duration::from_secs(20),
        })
    }

    fn pacing() -> Pacing {
        Pacing::new(&Limits::default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_is_waited_out_even_where_a_call_may_not_be_repeated() {
        let script = Script::new(&[|| limited("30"), fine]);
        assert_eq!(script.status(&pacing(), 0).await, 200);
        assert_eq!(script.seconds(), [0, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_longer_than_patience_is_the_answer_at_once() {
        let script = Script::new(&[|| limited("61"), fine]);
        assert_eq!(script.status(&pacing(), 2).await, 429);
        assert_eq!(script.seconds(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_is_one_for_all_calls_of_a_client() {
        let pacing = pacing();
        let first = Script::new(&[|| limited("40"), fine]);
        assert_eq!(first.status(&pacing, 2).await, 200);
        let second = Script::new(&[|| limited("40"), fine]);
        assert_eq!(second.status(&pacing, 2).await, 429);
        assert_eq!(second.times(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_wait_at_once_take_their_wait_off_patience_once() {
        let pacing = pacing();
        let one = Script::new(&[|| limited("40"), fine]);
        let other = Script::new(&[|| limited("40"), fine]);
        let statuses = tokio::join!(one.status(&pacing, 2), other.status(&pacing, 2));
        assert_eq!(statuses, (200, 200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_holds_back_calls_that_have_not_met_it() {
        let pacing = pacing();
        let limited = Script::new(&[|| limited("30"), fine]);
        let late = Script::new(&[fine]);
        tokio::join!(limited.status(&pacing, 2), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            late.status(&pacing, 2).await
        });
        assert_eq!(late.seconds(), [30]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_grows_while_a_call_waits_is_waited_out_too() {
        let pacing = pacing();
        let turn = pacing.turn(false).await.expect("a turn");
        assert!(pacing.hold(&turn, Some(Duration::from_secs(10))));
        let waiting = Script::new(&[fine]);
        tokio::join!(waiting.status(&pacing, 2), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            assert!(pacing.hold(&turn, Some(Duration::from_secs(20))));
        });
        assert_eq!(waiting.seconds(), [25]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_retry_after_three_waits_are_tried() {
        let script = Script::new(&[limited_untold]);
        assert_eq!(script.status(&pacing(), 2).await, 429);
        assert_eq!(script.seconds(), [0, 1, 3, 7]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_refuses_after_every_wait_is_asked_ever_less_often() {
        for answer in [|| limited("0"), || limited("1")] {
            let script = Script::new(&[answer]);
            assert_eq!(script.status(&pacing(), 2).await, 429);
            assert_eq!(script.seconds(), [0, 1, 3, 7, 15, 31]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn while_a_limit_holds_one_call_asks_for_all() {
        let pacing = pacing();
        let calls: Vec<Script> = (0..9).map(|_| Script::new(&[|| limited("1")])).collect();
        let statuses = futures_of(&pacing, &calls).await;
        assert_eq!(statuses, [429; 9]);
        let asked: usize = calls.iter().map(Script::times).sum();
        assert_eq!(asked, 9 + 5, "each once, and five times for all of them");
    }

    #[tokio::test(start_paused = true)]
    async fn once_a_limit_is_over_all_go_on() {
        let pacing = pacing();
        let calls: Vec<Script> = (0..9)
            .map(|_| Script::new(&[|| limited("1"), fine]))
            .collect();
        assert_eq!(futures_of(&pacing, &calls).await, [200; 9]);
        assert!(calls.iter().all(|call| call.times() == 2));
        assert!(calls.iter().all(|call| call.seconds() == [0, 1]));

        let later = Script::new(&[|| limited("1"), fine]);
        assert_eq!(later.status(&pacing, 2).await, 200);
        assert_eq!(later.seconds()[1] - later.seconds()[0], 1, "begins anew");
    }

    async fn futures_of(pacing: &Pacing, calls: &[Script]) -> Vec<u16> {
        let [a, b, c, d, e, f, g, h, i] = calls else {
            panic!("nine calls");
        };
        let (a, b, c, d, e, f, g, h, i) = tokio::join!(
            a.status(pacing, 2),
            b.status(pacing, 2),
            c.status(pacing, 2),
            d.status(pacing, 2),
            e.status(pacing, 2),
            f.status(pacing, 2),
            g.status(pacing, 2),
            h.status(pacing, 2),
            i.status(pacing, 2),
        );
        vec![a, b, c, d, e, f, g, h, i]
    }

    #[tokio::test(start_paused = true)]
    async fn faults_and_broken_connections_are_tried_again_where_a_call_may_be_repeated() {
        let script = Script::new(&[fault, broken, fine]);
        assert_eq!(script.status(&pacing(), 2).await, 200);

        let once = Script::new(&[fault, fine]);
        assert_eq!(once.status(&pacing(), 0).await, 502);
        assert_eq!(once.times(), 1);

        let stubborn = Script::new(&[fault]);
        assert_eq!(stubborn.status(&pacing(), 2).await, 502);
        assert_eq!(stubborn.times(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn every_fault_that_passes_is_known_and_no_other_status_is_repeated() {
        for (status, attempts) in [
            (500, 3),
            (501, 1),
            (502, 3),
            (503, 3),
            (504, 3),
            (520, 3),
            (200, 1),
            (401, 1),
            (403, 1),
            (404, 1),
            (410, 1),
        ] {
            let times = RefCell::new(0);
            let pacing = pacing();
            let answer = until_it_stands(&pacing, 2, async || {
                *times.borrow_mut() += 1;
                Ok(Answer::scripted(status, &[], ""))
            });
            assert_eq!(answer.await.expect("an answer").status, status);
            assert_eq!(times.into_inner(), attempts, "status {status}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_out_is_not_tried_again() {
        let script = Script::new(&[timed_out, fine]);
        script.play(&pacing(), 2).await.expect_err("the time-out");
        assert_eq!(script.times(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_of_repeats_is_one_for_all_calls_of_a_client() {
        let pacing = pacing();
        let mut attempts = Vec::new();
        for _call in 0..5 {
            let script = Script::new(&[broken]);
            script.play(&pacing, 2).await.expect_err("no connection");
            attempts.push(script.times());
        }
        assert_eq!(attempts, [3, 3, 3, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_server_is_given_the_time_it_asks_for_within_patience() {
        let script = Script::new(&[|| busy("5"), fine]);
        assert_eq!(script.status(&pacing(), 2).await, 200);
        assert_eq!(script.seconds(), [0, 5]);

        let longer = Script::new(&[|| busy("3600"), fine]);
        assert_eq!(longer.status(&pacing(), 2).await, 503);
        assert_eq!(longer.times(), 1);
    }
}
