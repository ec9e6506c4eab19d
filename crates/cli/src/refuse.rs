//! Secrets on the command line: refused, since other programs on the machine can read it there.

use std::borrow::Cow;

use bbsetup_setup::token::holds_token;
use bbsetup_setup::{Problem, ProblemCode};

/// Why no secret is taken from the command line.
pub(crate) const WHY: &str = "A secret on the command line can be read by every program on this machine and stays in the shell's history, so none is taken from there.";

/// Words in the name of an option, or of a variable in an option's place, that speak of a secret.
const SECRET_WORDS: [&str; 15] = [
    "token",
    "tokens",
    "apitoken",
    "secret",
    "secrets",
    "password",
    "passwd",
    "pass",
    "passphrase",
    "key",
    "apikey",
    "bearer",
    "auth",
    "authorization",
    "credential",
];

/// Why a command line is refused; `None` where it holds no secret. It never repeats one.
pub(crate) fn secret_in<'a>(arguments: impl Iterator<Item = Cow<'a, str>>) -> Option<Problem> {
    for argument in arguments {
        let name = argument.split('=').next().unwrap_or_default();
        if let Some(name) = secret_name(name) {
            return Some(problem(&format!("{name} would take a secret.")));
        }
        if holds_token(&argument) {
            return Some(problem("One of the arguments holds a token."));
        }
    }
    None
}

/// The name of an option or a variable, where it speaks of a secret, in the words that do.
fn secret_name(name: &str) -> Option<String> {
    let bare = name
        .strip_prefix("--")
        .or_else(|| name.strip_prefix('-'))
        .or_else(|| name.starts_with("BBSETUP_").then_some(name))?;
    let words: Vec<String> = bare
        .split(['-', '_'])
        .map(str::to_ascii_lowercase)
        .collect();
    // Nothing but letters, so that a secret right behind its option is not repeated.
    let is_name = name.len() <= 40
        && words
            .iter()
            .all(|word| word.chars().all(|letter| letter.is_ascii_alphabetic()));
    let speaks = words
        .iter()
        .any(|word| SECRET_WORDS.contains(&word.as_str()));
    match (speaks, is_name) {
        (false, _) => None,
        (true, true) => Some(name.to_owned()),
        (true, false) => Some("One of the options".to_owned()),
    }
}

fn problem(what: &str) -> Problem {
    Problem::new(ProblemCode::SecretInArguments, format!("{what} {WHY}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> Option<Problem> {
        secret_in(arguments.iter().map(|argument| Cow::Borrowed(*argument)))
    }

    #[test]
    fn a_secret_is_refused_by_its_flag_and_by_its_looks_and_never_repeated() {
        let token = format!("ATCTT3xFfGN0{}", "canary".repeat(8));
        let in_address = format!("https://x-token-auth:{token}@bitbucket.org/acme/x.git");
        let behind_e_mail = format!("me@acme.example:{token}");
        for arguments in [
            vec!["check", "--workspace-token", "canary"],
            vec!["check", "--workspace_token", "canary"],
            vec!["check", "--WORKSPACE-TOKEN=canary"],
            vec!["check", "--api-token=canary"],
            vec!["check", "-token", "canary"],
            vec!["check", "--apikey", "canary"],
            vec!["check", "--balkanid-key-id", "canary"],
            vec!["check", "--password=canary"],
            vec!["export", "--export-passphrase", "canary"],
            vec!["check", "BBSETUP_API_TOKEN=canary"],
            vec!["check", token.as_str()],
            vec!["check", "--account", token.as_str()],
            vec!["check", "--account", behind_e_mail.as_str()],
            vec!["check", "--workspace", in_address.as_str()],
        ] {
            let problem = refused(&arguments).expect("a refusal");
            assert_eq!(problem.code, ProblemCode::SecretInArguments);
            assert!(problem.message.contains("command line"));
            assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
        }
    }

    #[test]
    fn what_is_no_secret_is_let_through() {
        for arguments in [
            vec!["check", "--workspace", "acme", "--json"],
            vec!["submit", "--keys", "keys.json"],
            vec!["check", "--workspace", "secret-token-key"],
            vec!["export", "--format", "age", "--out", "token.age"],
        ] {
            assert_eq!(refused(&arguments), None, "{arguments:?}");
        }
    }
}
