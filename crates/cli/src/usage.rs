//! Reading the command line, and saying what is wrong with it.
//!
//! A value is never repeated: it may be a secret.

use std::ffi::OsString;

use bbsetup_setup::{Problem, ProblemCode};
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::arguments::Arguments;
use crate::refuse;

/// What the command line comes to.
pub(crate) enum Read {
    /// Something to do.
    Arguments(Box<Arguments>),
    /// Help or the version, to be printed as it is.
    Text(String),
    /// Something that cannot be understood.
    Refused {
        /// Whether a JSON document was asked for.
        json: bool,
        /// What is wrong.
        problem: Box<Problem>,
    },
}

/// Reads the command line, without the program's own name.
pub(crate) fn read(typed: &[OsString]) -> Read {
    let json = typed.iter().any(|argument| argument == "--json");
    let refused = |problem| Read::Refused {
        json,
        problem: Box::new(problem),
    };
    let readable = typed.iter().map(|argument| argument.to_string_lossy());
    if let Some(problem) = refuse::secret_in(readable) {
        return refused(problem);
    }
    let with_name = std::iter::once(OsString::from("bbsetup")).chain(typed.iter().cloned());
    match Arguments::try_parse_from(with_name) {
        Ok(arguments) => Read::Arguments(Box::new(arguments)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Read::Text(error.to_string()),
            _ => refused(problem(&error)),
        },
    }
}

fn problem(error: &clap::Error) -> Problem {
    let options = || named(error, ContextKind::InvalidArg);
    let (code, message) = match error.kind() {
        ErrorKind::UnknownArgument => (ProblemCode::ValueUnreadable, unknown(error)),
        ErrorKind::InvalidSubcommand => (
            ProblemCode::ValueUnreadable,
            "There is no such command.".to_owned(),
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (
            ProblemCode::ValueMissing,
            "A command is missing, such as bbsetup check.".to_owned(),
        ),
        ErrorKind::MissingRequiredArgument => (
            ProblemCode::ValueMissing,
            format!("Missing: {}.", options()),
        ),
        ErrorKind::InvalidUtf8 => (
            ProblemCode::ValueUnreadable,
            "An argument or a variable holds bytes that are no text.".to_owned(),
        ),
        ErrorKind::ArgumentConflict => (
            ProblemCode::ValueUnreadable,
            format!("{} is given more than once.", options()),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            (ProblemCode::ValueUnreadable, unfit(error))
        }
        _ => (
            ProblemCode::ValueUnreadable,
            format!("{} cannot be read as it is given.", options()),
        ),
    };
    let mut hints = Vec::new();
    let alike = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    for alike in alike.map(|kind| named(error, kind)) {
        if !alike.is_empty() {
            hints.push(format!("Perhaps {alike} is meant."));
        }
    }
    hints.push("bbsetup --help lists the commands, bbsetup COMMAND --help its options.".to_owned());
    Problem::new(code, message).with_hints(hints)
}

/// An option that there is not, or an argument where none is taken.
fn unknown(error: &clap::Error) -> String {
    let given = named(error, ContextKind::InvalidArg);
    let name = given.split('=').next().unwrap_or_default();
    let is_name = name.len() <= 32
        && name.starts_with('-')
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character == '-');
    match is_name {
        true => format!("There is no option {name} here. {}", refuse::WHY),
        false => format!(
            "There is one argument too many: options alone are taken here. {}",
            refuse::WHY
        ),
    }
}

/// A value that its option does not take.
fn unfit(error: &clap::Error) -> String {
    let option = named(error, ContextKind::InvalidArg);
    let possible = named(error, ContextKind::ValidValue);
    let empty = named(error, ContextKind::InvalidValue).is_empty();
    match (possible.as_str(), empty) {
        ("", true) => format!("{option} is given without a value."),
        ("", false) if option.starts_with("--in-flight") => {
            "--in-flight takes a whole number from 1 to 64.".to_owned()
        }
        ("", false) if option.starts_with("--budget") => {
            "--budget takes a number of requests an hour, 1 or more, or none.".to_owned()
        }
        ("", false) => format!("{option} takes a whole number of seconds, 0 or more."),
        (possible, _) => format!("{option} takes one of these: {possible}."),
    }
}

fn named(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(several)) => several.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> (bool, Problem) {
        let typed: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        match read(&typed) {
            Read::Refused { json, problem } => (json, *problem),
            Read::Arguments(_) | Read::Text(_) => panic!("{arguments:?} is understood"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_this_programs_own_words_and_no_value_is_repeated() {
        for (arguments, message) in [
            (vec!["check", "--vault", "canary"], "os, memory"),
            (
                vec!["check", "--max-wait", "canary"],
                "whole number of seconds",
            ),
            (
                vec!["extract", "--out", "x", "--in-flight", "0"],
                "from 1 to 64",
            ),
            (vec!["estimate", "--budget", "canary"], "or none"),
            (vec!["check", "--max-wait", ""], "without a value"),
            (
                vec!["export", "--format", "canary", "--out", "x"],
                "json, toml, env, age",
            ),
            (vec!["export", "--format", "json"], "Missing: --out <FILE>"),
            (
                vec!["check", "canary-of-no-known-shape"],
                "one argument too many",
            ),
            (vec!["check", "--", "canary"], "one argument too many"),
            (vec!["check", "--frob"], "no option --frob"),
            (vec!["check", "-p", "canary"], "no option -p"),
            (vec!["canary"], "no such command"),
            (vec![], "A command is missing"),
            (vec!["check", "--json", "--json"], "more than once"),
        ] {
            let (_, problem) = refused(&arguments);
            let said = format!("{} {:?}", problem.message, problem.hints);
            assert!(said.contains(message), "{arguments:?}: {said}");
            let lower = said.to_lowercase();
            for word in ["canary", "invalid", "error:"] {
                assert!(!lower.contains(word), "{arguments:?}: {said}");
            }
        }
    }

    #[test]
    fn a_slip_of_the_hand_is_met_with_what_is_alike() {
        let (_, problem) = refused(&["chekc"]);
        assert_eq!(problem.hints[0], "Perhaps check is meant.");
        let (json, problem) = refused(&["check", "--json", "--workspac", "acme"]);
        assert!(json);
        assert_eq!(problem.hints[0], "Perhaps --workspace is meant.");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_told() {
        use std::os::unix::ffi::OsStringExt;
        let typed = [
            "check".into(),
            "--workspace".into(),
            OsString::from_vec(vec![0xff]),
        ];
        let Read::Refused { problem, .. } = read(&typed) else {
            panic!("understood");
        };
        assert!(problem.message.contains("no text"), "{problem}");
    }
}
