//! Asking a person.

use bbsetup_setup::Secret;
use inquire::{Password, PasswordDisplayMode};

/// Asks for a secret without showing it; `None` for an empty answer or where asking fails.
pub(crate) fn hidden(question: &str) -> Option<Secret> {
    Password::new(question)
        .with_display_mode(PasswordDisplayMode::Masked)
        .without_confirmation()
        .prompt_skippable()
        .ok()
        .flatten()
        .filter(|answer| !answer.trim().is_empty())
        .map(Secret::new)
}
