//! What looks like a repeat by its hash, compared letter by letter.
//!
//! A second reading keeps the rows whose hashes came more than once, so that a collision is never
//! told as a repeat. So many are kept at a time as fit in a fixed piece of memory; where there are
//! more, the file is read once more for the rest.

use std::collections::HashMap;

/// How many bytes of rows are kept at a time.
const KEPT: usize = 8 * 1024 * 1024;
/// What one of them costs beside its letters.
const BESIDE: usize = 128;

/// Where a row stands: its file and its number.
pub(super) type Place = (usize, u64);

/// One reading for some of the hashes.
pub(super) struct Reading<'a> {
    wanted: &'a [u128],
    kept: HashMap<u128, Vec<Kept>>,
}

/// The letters of a row that was kept, and where it stands.
type Kept = (Box<[u8]>, Place);

impl Reading<'_> {
    /// Takes a row; gives the place of the same one before it. `letters` are what has to be the same.
    pub(super) fn take(
        &mut self,
        hash: u128,
        letters: impl FnOnce() -> Box<[u8]>,
        place: Place,
    ) -> Option<Place> {
        if self.wanted.binary_search(&hash).is_err() {
            return None;
        }
        let letters = letters();
        let same_hash = self.kept.entry(hash).or_default();
        if let Some((_, first)) = same_hash.iter().find(|(held, _)| *held == letters) {
            return Some(*first);
        }
        same_hash.push((letters, place));
        None
    }
}

/// The readings that are needed for hashes that came more than once, of rows so long on average.
pub(super) fn readings(repeated: &[u128], average: usize) -> impl Iterator<Item = Reading<'_>> {
    // Which hashes stand together is left to chance, so that none has much more than the average.
    let at_once = (KEPT / (average + BESIDE)).max(1);
    repeated.chunks(at_once).map(|wanted| Reading {
        wanted,
        kept: HashMap::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collision_is_no_repeat() {
        let mut reading = readings(&[7], 10).next().expect("one reading");
        let mut take =
            |hash: u128, letters: &[u8], row: u64| reading.take(hash, || letters.into(), (0, row));
        assert_eq!(take(7, b"a", 2), None);
        assert_eq!(take(7, b"b", 3), None, "another row with the same hash");
        assert_eq!(take(8, b"a", 4), None, "nobody asked for this one");
        assert_eq!(take(7, b"b", 5), Some((0, 3)));
        assert_eq!(take(7, b"a", 6), Some((0, 2)));
    }

    #[test]
    fn many_are_read_for_in_several_readings() {
        let hashes: Vec<u128> = (0..200_000).collect();
        assert!(readings(&hashes, 1_000).count() > 1);
        assert_eq!(readings(&[], 1_000).count(), 0);
    }
}
