//! Text from outside, made fit to be shown.

use crate::token;

/// A text as one line: nothing that cannot be seen or turns the direction, no runs of spaces, and
/// nothing that looks like a token of Atlassian's.
///
/// `longest` says how much is shown in the end: eight times as many characters are looked at, and
/// the line is not cut here, so that no half of a token is left by it.
pub fn one_line(text: &str, longest: usize) -> String {
    let plain: String = text
        .chars()
        .take(longest * 8)
        .map(|character| match is_invisible(character) {
            true => ' ',
            false => character,
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    token::without_tokens(&words.join(" "))
}

/// Whether a character cannot be seen, or changes how those around it are seen.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
