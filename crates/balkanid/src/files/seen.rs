//! What was seen, by keyed hashes of 128 bits.
//!
//! The key is new in each run, so that no file can be made whose rows collide. Of a million rows,
//! two different ones have the same hash with a chance below 10^-26; and what looks like a repeat
//! is compared letter by letter before it is told (`repeats.rs`).

use std::hash::{BuildHasher, Hasher, RandomState};

use siphasher::sip128::{Hasher128, SipHasher13};

/// Makes hashes; all of one run share it.
#[derive(Clone, Copy)]
pub(super) struct Hashing {
    keyed: SipHasher13,
}

impl Hashing {
    /// Takes a key that nobody knows.
    pub(super) fn new() -> Self {
        let number = || RandomState::new().build_hasher().finish();
        Self {
            keyed: SipHasher13::new_with_keys(number(), number()),
        }
    }

    /// The hash of an entity, by its type and its ID.
    pub(super) fn of_entity(&self, kind: &[u8], id: &[u8]) -> u128 {
        let mut hasher = self.keyed;
        hasher.write(kind);
        // No byte of UTF-8, so that no type can run into its ID.
        hasher.write(&[0xff]);
        hasher.write(id);
        hasher.finish128().as_u128()
    }

    /// The hash of a row, by its bytes and where its cells end.
    pub(super) fn of_row(&self, bytes: &[u8], ends: &[usize]) -> u128 {
        let mut hasher = self.keyed;
        hasher.write(bytes);
        for end in ends {
            hasher.write_usize(*end);
        }
        hasher.finish128().as_u128()
    }
}

/// Hashes that were seen: noted first, then settled, then looked up.
#[derive(Default)]
pub(super) struct Seen {
    hashes: Vec<u128>,
    /// Where the hashes with the same first bits begin; one more than there are such beginnings.
    begins: Vec<u32>,
    /// By how much a hash is shifted to leave its first bits.
    shift: u32,
}

/// How many hashes share their first bits, so that they lie in a line or two of the cache.
const TOGETHER: usize = 4;

impl Seen {
    pub(super) fn note(&mut self, hash: u128) {
        self.hashes.push(hash);
    }

    /// Sorts them, keeps each once, and gives those that were noted more than once, sorted.
    pub(super) fn settle(&mut self) -> Vec<u128> {
        self.hashes.sort_unstable();
        let mut repeated = Vec::new();
        for pair in self.hashes.windows(2) {
            if pair[0] == pair[1] && repeated.last() != Some(&pair[0]) {
                repeated.push(pair[0]);
            }
        }
        self.hashes.dedup();
        self.index();
        repeated
    }

    /// Notes where the hashes of the same first bits begin: they are spread evenly, so that few
    /// share them.
    fn index(&mut self) {
        let bits = (self.hashes.len() / TOGETHER).max(2).ilog2();
        self.shift = u128::BITS - bits;
        self.begins = Vec::with_capacity((1 << bits) + 1);
        for (at, hash) in self.hashes.iter().enumerate() {
            let first_bits = self.first_bits(*hash);
            while self.begins.len() <= first_bits {
                self.begins.push(short(at));
            }
        }
        self.begins
            .resize((1 << bits) + 1, short(self.hashes.len()));
    }

    fn first_bits(&self, hash: u128) -> usize {
        usize::try_from(hash >> self.shift).unwrap_or_default()
    }

    /// Whether a hash is among them, once they are settled.
    pub(super) fn holds(&self, hash: u128) -> bool {
        let first_bits = self.first_bits(hash);
        let begin = self.begins[first_bits] as usize;
        let end = self.begins[first_bits + 1] as usize;
        let alike = &self.hashes[begin..end];
        // Without leaving early, so that the machine need not wait for one answer to ask for the next.
        match alike.len() <= 4 * TOGETHER {
            true => alike
                .iter()
                .fold(false, |found, held| found | (*held == hash)),
            false => alike.binary_search(&hash).is_ok(),
        }
    }
}

/// A place among the hashes; 64 GiB of them would be too many for it and for the memory.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_noted_is_held_and_nothing_else(
            noted in prop::collection::vec(any::<u128>(), 0..200),
            clustered in prop::collection::vec(0_u128..400, 0..200),
            others in prop::collection::vec(any::<u128>(), 0..50),
        ) {
            let all: Vec<u128> = noted.iter().chain(&clustered).copied().collect();
            let mut seen = Seen::default();
            for hash in &all {
                seen.note(*hash);
            }
            let repeated = seen.settle();
            for hash in all.iter().chain(&others).copied().chain(0..500) {
                let times = all.iter().filter(|noted| **noted == hash).count();
                prop_assert_eq!(seen.holds(hash), times > 0);
                prop_assert_eq!(repeated.contains(&hash), times > 1);
            }
        }
    }

    #[test]
    fn a_type_does_not_run_into_its_id() {
        let hashing = Hashing::new();
        assert_ne!(
            hashing.of_entity(b"resource", b"1"),
            hashing.of_entity(b"resource1", b"")
        );
        assert_ne!(
            hashing.of_row(b"ab", &[1, 2]),
            hashing.of_row(b"ab", &[2, 2])
        );
    }
}
