//! Asking a person.

use bbsetup_setup::Secret;
use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Select, Text};

/// The person left: Escape or Ctrl+C.
pub(crate) struct Left;

/// Asks for a secret without showing it; `None` for an empty answer or where asking fails.
pub(crate) fn hidden(question: &str) -> Option<Secret> {
    secret(question).ok().flatten()
}

/// The same, telling an empty answer from a person who left.
pub(crate) fn secret(question: &str) -> Result<Option<Secret>, Left> {
    let answer = Password::new(question)
        .with_display_mode(PasswordDisplayMode::Masked)
        .without_confirmation()
        .prompt()
        .map_err(left)?;
    Ok(Some(answer)
        .filter(|answer| !answer.trim().is_empty())
        .map(Secret::new))
}

/// Asks for a new secret twice, so that a slip is noticed.
pub(crate) fn hidden_twice(question: &str) -> Option<Secret> {
    Password::new(question)
        .with_display_mode(PasswordDisplayMode::Masked)
        .with_custom_confirmation_message("The same once more")
        .with_custom_confirmation_error_message("The two are not the same.")
        .prompt()
        .ok()
        .map(Secret::new)
}

/// Asks for a line of text, with what was typed before to be edited.
pub(crate) fn text(question: &str, before: Option<&str>) -> Result<String, Left> {
    let asked = Text::new(question);
    let asked = match before {
        Some(before) => asked.with_initial_value(before),
        None => asked,
    };
    asked.prompt().map_err(left)
}

/// Asks for a yes; anything else is a no.
pub(crate) fn agreed(question: &str) -> bool {
    Confirm::new(question)
        .with_default(false)
        .prompt()
        .unwrap_or(false)
}

/// Asks for a yes or a no, with yes at hand.
pub(crate) fn agreed_by_default(question: &str) -> Result<bool, Left> {
    Confirm::new(question)
        .with_default(true)
        .prompt()
        .map_err(left)
}

/// Asks for one of several; gives its place.
pub(crate) fn choice(question: &str, choices: &[&str]) -> Result<usize, Left> {
    Select::new(question, choices.to_vec())
        .raw_prompt()
        .map(|chosen| chosen.index)
        .map_err(left)
}

fn left(_: InquireError) -> Left {
    Left
}
