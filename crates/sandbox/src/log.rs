//! What was asked, without what it was asked with.

use std::collections::VecDeque;

use serde::Serialize;

/// One request. It holds no header, no query value and no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `bitbucket`, `balkanid`, `storage` or `scim`.
    pub server: &'static str,
    /// The method.
    pub method: String,
    /// The path without its query, percent-decoded.
    pub path: String,
    /// The query's parameter names, sorted.
    pub parameters: Vec<String>,
    /// The kind of the credential that was sent, or empty.
    pub credential: String,
    /// The status of the answer; 0 as long as there is none.
    pub status: u16,
}

/// The newest requests. A long measurement must not fill the memory.
#[derive(Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    /// How many were dropped before the first that is held.
    dropped: usize,
}

/// How many requests are held.
const NEWEST: usize = 100_000;

impl Log {
    /// Notes a request that came in; gives its number.
    pub(crate) fn begin(&mut self, entry: Entry) -> usize {
        if self.entries.len() == NEWEST {
            self.entries.pop_front();
            self.dropped += 1;
        }
        self.entries.push_back(entry);
        self.dropped + self.entries.len() - 1
    }

    /// Notes how a request was answered.
    pub(crate) fn end(&mut self, number: usize, status: u16) {
        let held = number
            .checked_sub(self.dropped)
            .and_then(|place| self.entries.get_mut(place));
        if let Some(entry) = held {
            entry.status = status;
        }
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            server: "bitbucket",
            method: "GET".into(),
            path: "/2.0/user".into(),
            parameters: Vec::new(),
            credential: String::new(),
            status: 0,
        }
    }

    #[test]
    fn the_oldest_make_room_and_numbers_stay_right() {
        let mut log = Log::default();
        for _ in 0..NEWEST {
            log.begin(entry());
        }
        let newest = log.begin(entry());
        log.end(0, 200);
        log.end(newest, 404);
        let entries = log.entries();
        assert_eq!(entries.len(), NEWEST);
        assert_eq!(
            entries
                .iter()
                .filter(|entry| entry.status != 0)
                .map(|entry| entry.status)
                .collect::<Vec<_>>(),
            [404]
        );
    }
}
