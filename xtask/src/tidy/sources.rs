//! The rules that are read off a source file.
//!
//! They look at lines and not at syntax: cheap, and precise enough for what they look for.

/// Folders whose sources may read the environment: the front doors, and what runs them.
const FRONT_DOORS: [&str; 7] = [
    "crates/balkanid/examples/",
    "crates/cli/",
    "crates/sandbox/examples/",
    "crates/wizard/examples/",
    "src-tauri/",
    "tests/",
    "xtask/",
];

/// Ways to read or change the environment.
const ENVIRONMENT: [&str; 6] = [
    "env::var",
    "env::args",
    "env::home_dir",
    "env::set_var",
    "env::remove_var",
    "env::{",
];

/// Words that the program never says (CONTRIBUTING.md, rule 12).
const NEVER_SAID: [&str; 6] = [
    "invalid",
    "please",
    "sorry",
    "oops",
    "error occurred",
    "successfully",
];

/// More lines than this are more than one thing.
const LONGEST: usize = 600;

/// A line that begins so says why its file is longer.
const LONG_BECAUSE: &str = "// Long because ";

/// What is broken in a Rust file; `file` is its path below the root, with forward slashes.
pub(crate) fn in_rust(file: &str, text: &str) -> Vec<String> {
    let is_test = file.contains("/tests/");
    let is_front_door = FRONT_DOORS.iter().any(|door| file.starts_with(door));
    let mut broken = Vec::new();
    if !is_front_door && !is_test {
        broken.extend(
            code(text)
                .filter(|(_, line)| ENVIRONMENT.iter().any(|call| line.contains(call)))
                .map(|(number, _)| {
                    format!("{file}:{number} reads the environment; only the front doors do")
                }),
        );
    }
    // The practice servers say what Bitbucket and BalkanID say; this file names the words.
    let quotes_others = file.starts_with("crates/sandbox/") || file.starts_with("xtask/");
    if !is_test && !quotes_others {
        broken.extend(unwanted_words(file, text));
    }
    let length = text.lines().count();
    let says_why = text
        .lines()
        .any(|line| line.trim_start().starts_with(LONG_BECAUSE));
    if file.contains("/src/") && length > LONGEST && !says_why {
        broken.push(format!(
            "{file} has {length} lines; divide it at {LONGEST}, or say why not in a line \"{LONG_BECAUSE}…\""
        ));
    }
    broken
}

/// What is broken in a file of the window.
pub(crate) fn in_window(file: &str, text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if text.contains("@tauri-apps/") && !file.starts_with("ui/src/ipc/") {
        broken.push(format!("{file} imports @tauri-apps; only ui/src/ipc does"));
    }
    if text.contains("{@html") {
        broken.push(format!("{file} writes raw HTML"));
    }
    broken.extend(unwanted_words(file, text));
    broken
}

fn unwanted_words(file: &str, text: &str) -> Vec<String> {
    code(text)
        .flat_map(|(number, line)| {
            NEVER_SAID
                .into_iter()
                .filter(move |word| says(line, word))
                .map(move |word| {
                    format!("{file}:{number} says \"{word}\", which the program never does")
                })
        })
        .collect()
}

/// Whether a line holds a word as a word of a sentence.
///
/// Not as a part of a name: `InvalidData`, `is_invalid`, `aria-invalid`, `:invalid`, `.invalid`.
fn says(line: &str, word: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let is_part = |neighbour: Option<char>| {
        neighbour.is_some_and(|neighbour| neighbour.is_alphanumeric() || neighbour == '_')
    };
    line.match_indices(word).any(|(start, found)| {
        let before = line[..start].chars().next_back();
        let after = line[start + found.len()..].chars().next();
        let is_selector = matches!(before, Some('-' | ':' | '.'));
        !is_selector && !is_part(before) && !is_part(after)
    })
}

/// The numbered lines that are no comment, up to the tests at the end of a file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text
        .find("\n#[cfg(test)]\nmod tests {")
        .unwrap_or(text.len());
    text[..tests]
        .lines()
        .zip(1..)
        .map(|(line, number)| (number, line))
        .filter(|(_, line)| {
            let line = line.trim_start();
            !["//", "/*", "* ", "<!--"]
                .iter()
                .any(|comment| line.starts_with(comment))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_front_doors_read_the_environment() {
        for call in [
            "let home = std::env::var(\"HOME\");",
            "let home = std::env::var_os(\"HOME\");",
            "for (name, value) in std::env::vars() {}",
            "let first = std::env::args_os().next();",
            "use std::env::{self, args};",
        ] {
            for inner in [
                "crates/http/src/a.rs",
                "crates/sandbox/src/a.rs",
                "crates/wizard/src/commands/a.rs",
            ] {
                assert_eq!(in_rust(inner, call).len(), 1, "{call} in {inner}");
            }
            for door in [
                "crates/cli/src/main.rs",
                "src-tauri/src/main.rs",
                "crates/http/tests/a.rs",
                "tests/src/lib.rs",
                "xtask/src/a.rs",
            ] {
                assert_eq!(in_rust(door, call).len(), 0, "{call} in {door}");
            }
        }
    }

    #[test]
    fn comments_and_what_the_compiler_knows_read_nothing() {
        let text = "// never std::env::var\nenv!(\"CARGO_PKG_VERSION\"); std::env::consts::OS;";
        assert_eq!(in_rust("crates/http/src/a.rs", text).len(), 0);
    }

    #[test]
    fn a_long_file_says_why() {
        let long = "\n".repeat(LONGEST + 1);
        assert_eq!(in_rust("crates/http/src/a.rs", &long).len(), 1);
        assert_eq!(in_rust("crates/http/tests/a.rs", &long).len(), 0);
        let explained = format!("// Long because it is one table.\n{long}");
        assert_eq!(in_rust("crates/http/src/a.rs", &explained).len(), 0);
        assert_eq!(
            in_rust("crates/http/src/a.rs", &"\n".repeat(LONGEST)).len(),
            0
        );
    }

    #[test]
    fn words_that_are_never_said_are_found() {
        for sentence in [
            "say(\"Invalid token\");",
            "say(\"Please try again.\");",
            "say(\"Sorry.\");",
            "say(\"Oops!\");",
            "say(\"An error occurred.\");",
            "say(\"Saved successfully\");",
        ] {
            let found = in_rust("crates/setup/src/words.rs", sentence);
            assert_eq!(found.len(), 1, "{sentence}");
            assert_eq!(
                in_window("ui/src/words.ts", sentence).len(),
                1,
                "{sentence}"
            );
            assert_eq!(in_rust("crates/sandbox/src/pages.rs", sentence).len(), 0);
        }
    }

    #[test]
    fn names_are_not_sentences() {
        for code in [
            "io::ErrorKind::InvalidData",
            "<input aria-invalid={wrong} />",
            "input:invalid { color: red; }",
            "let is_invalid = true;",
            "const host = 'nowhere.invalid';",
            "  // an invalid token",
        ] {
            assert_eq!(
                in_window("ui/src/a.svelte", code),
                Vec::<String>::new(),
                "{code}"
            );
        }
    }

    #[test]
    fn sentences_in_unit_tests_are_not_said() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    \"invalid\"\n}";
        assert_eq!(in_rust("crates/setup/src/a.rs", text).len(), 0);
    }

    #[test]
    fn the_window_reaches_rust_in_one_folder() {
        let import = "import { invoke } from '@tauri-apps/api/core'";
        assert_eq!(in_window("ui/src/steps/a.svelte", import).len(), 1);
        assert_eq!(in_window("ui/src/ipc/commands.ts", import).len(), 0);
    }

    #[test]
    fn the_window_writes_no_raw_html() {
        assert_eq!(in_window("ui/src/a.svelte", "{@html text}").len(), 1);
    }
}
