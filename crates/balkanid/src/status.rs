//! What BalkanID's three columns mean: Status, Message, Last Run.

use crate::rows::Integration;
use crate::trouble::one_line;

/// The state of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connected / Data available.
    Connected,
    /// A sync is under way.
    Running,
    /// BalkanID reports an error.
    Error,
    /// Never run.
    Inactive,
    /// Something else.
    Unknown,
}

/// What BalkanID says of an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: State,
    /// BalkanID's message, as it stands.
    pub message: Option<String>,
    /// When it last ran, as BalkanID writes it.
    pub last_run: Option<String>,
}

impl Status {
    /// Reads a row.
    ///
    /// `before` is the Last Run from before a sync was started: as long as it stands unchanged,
    /// what is shown is of the sync before and the new one is still running.
    pub fn of(row: &Integration, before: Option<&str>) -> Self {
        let message = one_line(&row.message);
        let lower = message.to_lowercase();
        let has_run = !row.last_run.is_empty();
        let is_stale = before.is_some_and(|before| before == row.last_run);
        // Their spelling is "1 error occured".
        let state = if is_stale {
            State::Running
        } else if lower.contains("error") || lower.contains("fail") {
            State::Error
        } else if lower == "data available" && row.status == "active" {
            State::Connected
        } else if row.status == "inactive" && !has_run {
            State::Inactive
        } else if row.status == "active" {
            State::Running
        } else {
            State::Unknown
        };
        Self {
            state,
            message: Some(message).filter(|message| !message.is_empty()),
            last_run: Some(row.last_run.clone()).filter(|last_run| !last_run.is_empty()),
        }
    }

    /// The status in the words of BalkanID's page.
    pub fn words(&self) -> String {
        match (self.state, &self.message) {
            (State::Connected, _) => "Connected / Data available".to_owned(),
            (State::Running, _) => "Connected, sync running".to_owned(),
            (State::Error, Some(message)) => format!("Error: {message}"),
            (State::Error, None) => "Error".to_owned(),
            (State::Inactive, _) => "Inactive, never run".to_owned(),
            (State::Unknown, Some(message)) => message.clone(),
            (State::Unknown, None) => "No status that is known here".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(status: &str, message: &str, last_run: &str, before: Option<&str>) -> State {
        let row = Integration { status: status.into(), message: message.into(), last_run: last_run.into(), ..Integration::default() };
        Status::of(&row, before).state
    }

    #[test]
    fn the_three_columns_together_tell_the_state() {
        assert_eq!(state("active", "Data Available", "2026-01-01", None), State::Connected);
        assert_eq!(state("active", "1 error occured", "2026-01-01", None), State::Error);
        assert_eq!(state("inactive", "", "", None), State::Inactive);
        assert_eq!(state("active", "", "", None), State::Running);
        assert_eq!(state("paused", "", "", None), State::Unknown);
    }

    #[test]
    fn the_success_of_an_earlier_sync_is_not_taken_for_this_one() {
        assert_eq!(state("active", "Data Available", "2026-01-01", Some("2026-01-01")), State::Running);
        assert_eq!(state("active", "Data Available", "2026-01-02", Some("2026-01-01")), State::Connected);
        assert_eq!(state("inactive", "", "", Some("")), State::Running);
    }
}
