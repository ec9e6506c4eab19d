//! When a call is made again: after a rate limit, a server's fault or a broken connection.

use std::time::Duration;

use rand::Rng;

use crate::answer::Answer;
use crate::error::Error;
use crate::pacing::Pacing;

/// The waits where a 429 does not say how long.
const UNTOLD_WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

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
    let mut untold_waits = UNTOLD_WAITS.into_iter();
    loop {
        pacing.turn().await;
        let result = attempt().await;
        let asked = result.as_ref().ok().and_then(Answer::retry_after);
        let goes_on = match &result {
            Ok(answer) if answer.status == 429 => asked
                .or_else(|| untold_waits.next())
                .is_some_and(|wait| pacing.hold(wait)),
            Ok(answer) if !is_server_fault(answer.status) => false,
            Err(error) if !error.is_transient() => false,
            Ok(_) | Err(_) if repeated < repeats && pacing.take_repeat() => {
                repeated += 1;
                match asked {
                    Some(wait) => pacing.hold(wait),
                    None => {
                        tokio::time::sleep(pause_before(repeated)).await;
                        true
                    }
                }
            }
            Ok(_) | Err(_) => false,
        };
        if !goes_on {
            return result;
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
