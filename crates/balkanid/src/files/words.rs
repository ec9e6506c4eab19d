//! What a problem says.

use crate::one_line::one_line;

/// A longer value is cut off where it is shown.
const SHOWN: usize = 60;

/// A cell's value as a sentence may show it: on one line, cut off, and without anything that looks
/// like a token.
pub(super) fn shown(cell: &[u8]) -> String {
    let most = &cell[..cell.len().min(SHOWN * 4)];
    let line = one_line(&String::from_utf8_lossy(most));
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("“{}…”", &line[..end]),
        None => format!("“{line}”"),
    }
}

/// A number with its noun in the right form.
pub(super) fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Whether bytes that are no UTF-8 read as words in Windows-1252, in which Excel saves "CSV".
pub(super) fn looks_like_windows_1252(cell: &[u8]) -> bool {
    let mut foreign = cell.iter().filter(|byte| !byte.is_ascii()).peekable();
    foreign.peek().is_some()
        && foreign.all(|byte| !matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0xa0))
        && cell.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_short_on_one_line_and_without_tokens() {
        assert_eq!(shown(b"acme\n group"), "“acme group”");
        assert_eq!(shown("ü".repeat(80).as_bytes()).chars().count(), 63);
        let token = format!("ATCTT3xFfGN0{}", "canary".repeat(12));
        assert!(!shown(token.as_bytes()).contains("canary"));
    }

    #[test]
    fn windows_1252_is_guessed_from_words() {
        assert!(looks_like_windows_1252(b"J\xfcrgen"));
        assert!(!looks_like_windows_1252(b"\x81\x82"));
    }
}
