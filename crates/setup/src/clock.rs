//! How far this machine's clock is off, by what servers tell.

/// A clock that is off by less than this makes nothing fail, in seconds; a slow answer alone makes
/// some.
pub const CLOCK_TOLERANCE: u64 = 60;

/// A difference of clocks in words, such as `2 hours ahead of`; `ahead` in seconds, below 0 where
/// this machine's clock is behind.
pub fn difference(ahead: i64) -> String {
    let amount = ahead.unsigned_abs();
    let (number, unit) = match amount {
        0..120 => (amount, "second"),
        120..7_200 => (amount / 60, "minute"),
        7_200..172_800 => (amount / 3_600, "hour"),
        _ => (amount / 86_400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    let way = if ahead < 0 { "behind" } else { "ahead of" };
    format!("{number} {unit}{plural} {way}")
}
