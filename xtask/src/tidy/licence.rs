//! Licence expressions, as Cargo manifests write them.

use std::iter::Peekable;
use std::str::SplitWhitespace;

/// Whether an expression can be met with the licences of a list alone.
///
/// `AND` binds closer than `OR`, a slash is an older way to write `OR`, and an expression that
/// cannot be read is not met.
/// Source: <https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>
pub(crate) fn fits(expression: &str, list: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let fits = one_of(&mut words, list);
    fits.unwrap_or(false) && words.next().is_none()
}

type Words<'a> = Peekable<SplitWhitespace<'a>>;

/// `a OR b`; nothing where it cannot be read.
fn one_of(words: &mut Words<'_>, list: &[&str]) -> Option<bool> {
    let mut fits = all_of(words, list)?;
    while words.next_if_eq(&"OR").is_some() {
        // Read first: what stands behind a licence that fits has to be readable too.
        fits = all_of(words, list)? || fits;
    }
    Some(fits)
}

/// `a AND b`.
fn all_of(words: &mut Words<'_>, list: &[&str]) -> Option<bool> {
    let mut fits = single(words, list)?;
    while words.next_if_eq(&"AND").is_some() {
        fits = single(words, list)? && fits;
    }
    Some(fits)
}

/// A name, a name `WITH` an exception, or an expression in brackets.
fn single(words: &mut Words<'_>, list: &[&str]) -> Option<bool> {
    let first = words.next()?;
    if first == "(" {
        let fits = one_of(words, list)?;
        return words.next_if_eq(&")").map(|_| fits);
    }
    if matches!(first, ")" | "OR" | "AND" | "WITH") {
        return None;
    }
    if words.next_if_eq(&"WITH").is_none() {
        return Some(list.contains(&first));
    }
    let exception = words.next()?;
    Some(list.contains(&format!("{first} WITH {exception}").as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: [&str; 4] = [
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "MIT",
        "Unicode-3.0",
    ];

    #[test]
    fn one_alternative_is_enough() {
        for expression in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / GPL-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT OR GPL-3.0) AND Unicode-3.0",
            "GPL-3.0 AND MIT OR Apache-2.0",
        ] {
            assert!(fits(expression, &LIST), "{expression}");
        }
    }

    #[test]
    fn every_part_has_to_fit() {
        for expression in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND GPL-3.0",
            "GPL-3.0 AND (MIT OR Apache-2.0)",
            "MIT WITH LLVM-exception",
        ] {
            assert!(!fits(expression, &LIST), "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_read_does_not_fit() {
        for expression in [
            "",
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "MIT OR (Apache-2.0 AND",
            "Apache-2.0 WITH",
        ] {
            assert!(!fits(expression, &LIST), "{expression}");
        }
    }
}
