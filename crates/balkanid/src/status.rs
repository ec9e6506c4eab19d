//! What BalkanID says of an integration, and whether it says it of the newest sync.

use crate::integrations::Integration;

/// The state of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connected / Data available.
    Connected,
    /// A sync is under way, or its data is not there yet.
    Running,
    /// BalkanID reports an error.
    Error,
    /// Created and never run, or switched off.
    Inactive,
    /// Words that are not known here.
    Unknown,
}

/// What BalkanID says of an integration at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: State,
    /// BalkanID's message as it stands, such as `1 error occured` (their spelling).
    pub message: Option<String>,
    /// When it last ran, as BalkanID writes it.
    pub last_run: Option<String>,
    words: String,
}

impl Status {
    /// Reads a row.
    ///
    /// The file writes `active` and `Data Available` where the page writes Connected and Data
    /// available; no other words are documented. An active integration without a message has no
    /// data yet; an inactive one without any has never run.
    ///
    /// `before` is the Last Run from before a sync was started, empty for one that had never run:
    /// as long as nothing newer is shown, what is shown is of the sync before.
    pub fn of(row: &Integration, before: Option<&str>) -> Self {
        let (state, words) = match before {
            Some(before) if !speaks_since(row, before) => (State::Running, words_of_before(row)),
            Some(_) | None => {
                let state = state_of(row);
                (state, words_of(state, row))
            }
        };
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            state,
            message: filled(&row.message),
            last_run: filled(&row.last_run),
            words,
        }
    }

    /// The status in the words of BalkanID's page, such as `Connected / Data available`.
    pub fn words(&self) -> String {
        self.words.clone()
    }
}

/// Whether a row speaks of a sync that was started when its Last Run was `before`: that has moved
/// on, or there is a message where there cannot have been one.
fn speaks_since(row: &Integration, before: &str) -> bool {
    match before {
        "" => !row.last_run.is_empty() || !row.message.is_empty(),
        before => !row.last_run.is_empty() && row.last_run != before,
    }
}

fn words_of_before(row: &Integration) -> String {
    match row.message.as_str() {
        "" => "Sync under way / no data yet".to_owned(),
        message => format!("Sync under way / before it: {message}"),
    }
}

fn state_of(row: &Integration) -> State {
    let message = row.message.to_lowercase();
    if tells_an_error(&message) {
        return State::Error;
    }
    if tells_a_run(&message) {
        return State::Running;
    }
    match (is_on(row), message.as_str()) {
        (Some(true), "data available") => State::Connected,
        (Some(true), "") => State::Running,
        (Some(false), "data available" | "") => State::Inactive,
        (Some(true | false) | None, _) => State::Unknown,
    }
}

/// Whether the integration is switched on; nothing where its status is an unknown word.
fn is_on(row: &Integration) -> Option<bool> {
    match row.status.to_lowercase().as_str() {
        "active" | "connected" => Some(true),
        "inactive" => Some(false),
        _ => None,
    }
}

/// `1 error occured` is BalkanID's spelling; `0 errors` is no error.
fn tells_an_error(message: &str) -> bool {
    let none = ["0 error", "no error", "without error"];
    let errors = message.contains("error") && !none.iter().any(|words| message.starts_with(words));
    errors || message.contains("failed") || message.contains("failure")
}

fn tells_a_run(message: &str) -> bool {
    ["in progress", "running", "syncing", "queued", "pending"]
        .iter()
        .any(|words| message.contains(words))
}

fn words_of(state: State, row: &Integration) -> String {
    let message = match row.message.as_str() {
        "" => "no message",
        message => message,
    };
    match state {
        State::Connected => "Connected / Data available".to_owned(),
        State::Running if row.message.is_empty() => "Connected / no data yet".to_owned(),
        State::Running => format!("Sync under way / {message}"),
        State::Error => format!("Error / {message}"),
        State::Inactive if row.last_run.is_empty() => "Inactive / never run".to_owned(),
        State::Inactive => format!("Inactive / {message}"),
        State::Unknown if row.status.is_empty() => format!("No status / {message}"),
        State::Unknown => format!("{} / {message}", row.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::tests::row;

    fn listed(status: &str, message: &str, last_run: &str) -> Integration {
        Integration {
            status: status.to_owned(),
            message: message.to_owned(),
            last_run: last_run.to_owned(),
            ..row("bitbucket/1")
        }
    }

    #[test]
    fn every_known_word_has_its_state_and_an_unknown_one_is_no_guess() {
        let cases = [
            (
                "active",
                "Data Available",
                "t",
                State::Connected,
                "Connected / Data available",
            ),
            (
                "Connected",
                "data available",
                "t",
                State::Connected,
                "Connected / Data available",
            ),
            (
                "active",
                "1 error occured",
                "t",
                State::Error,
                "Error / 1 error occured",
            ),
            (
                "inactive",
                "2 errors occured",
                "t",
                State::Error,
                "Error / 2 errors occured",
            ),
            (
                "active",
                "Sync failed",
                "t",
                State::Error,
                "Error / Sync failed",
            ),
            (
                "active",
                "0 errors",
                "t",
                State::Unknown,
                "active / 0 errors",
            ),
            (
                "active",
                "In progress",
                "t",
                State::Running,
                "Sync under way / In progress",
            ),
            ("active", "", "", State::Running, "Connected / no data yet"),
            ("inactive", "", "", State::Inactive, "Inactive / never run"),
            (
                "inactive",
                "Data Available",
                "t",
                State::Inactive,
                "Inactive / Data Available",
            ),
            (
                "inactive",
                "",
                "t",
                State::Inactive,
                "Inactive / no message",
            ),
            (
                "paused",
                "Data Available",
                "t",
                State::Unknown,
                "paused / Data Available",
            ),
            ("", "", "", State::Unknown, "No status / no message"),
        ];
        for (status, message, last_run, state, words) in cases {
            let seen = Status::of(&listed(status, message, last_run), None);
            assert_eq!(
                (seen.state, seen.words.as_str()),
                (state, words),
                "{status} / {message}"
            );
        }
    }

    #[test]
    fn an_old_answer_is_not_taken_for_the_new_sync() {
        let judged = |message: &str, last_run: &str| {
            Status::of(&listed("active", message, last_run), Some("t1"))
        };
        let old = judged("Data Available", "t1");
        assert_eq!(old.state, State::Running);
        assert_eq!(old.words(), "Sync under way / before it: Data Available");
        assert_eq!(judged("", "t1").state, State::Running);
        assert_eq!(judged("1 error occured", "t1").state, State::Running);
        assert_eq!(judged("", "").state, State::Running);
        assert_eq!(judged("Data Available", "t2").state, State::Connected);
        assert_eq!(judged("1 error occured", "t2").state, State::Error);
    }

    #[test]
    fn a_created_integration_runs_until_it_speaks() {
        let judged = |status: &str, message: &str, last_run: &str| {
            Status::of(&listed(status, message, last_run), Some("")).state
        };
        assert_eq!(judged("inactive", "", ""), State::Running);
        assert_eq!(judged("active", "Data Available", "t1"), State::Connected);
        assert_eq!(judged("inactive", "1 error occured", ""), State::Error);
    }
}
