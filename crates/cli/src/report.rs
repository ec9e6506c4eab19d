//! What is printed.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use bbsetup_setup::readable::is_invisible;
use bbsetup_setup::{Problem, ProblemCode};
use bbsetup_wizard::json::{
    AllChecksJson, CheckJson, CheckResultJson, OutcomeJson, ProblemJson, ScimJson, SeverityJson,
    VerdictJson,
};
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::context::Context;
use crate::exit;

/// A failure that has no document of its own.
#[derive(Serialize)]
struct Failure {
    schema: &'static str,
    problems: Vec<ProblemJson>,
}

/// A name from outside, as a terminal may have it: what would move the cursor, change colours or turn
/// the direction of what follows is shown as what it is, a character that cannot be shown.
pub(crate) fn shown(name: &str) -> String {
    // Scripts and pictures are written with these two.
    let joins = |character: char| matches!(character, '\u{200c}' | '\u{200d}');
    name.chars()
        .map(
            |character| match is_invisible(character) && !joins(character) {
                true => char::REPLACEMENT_CHARACTER,
                false => character,
            },
        )
        .collect()
}

/// A bar of progress in a form of indicatif's, on standard error where that is a terminal.
pub(crate) fn progress_bar(context: &Context, form: &str) -> ProgressBar {
    let target = match context.progress {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Prints a text on standard output.
pub(crate) fn print_text(text: &str) {
    // A closed pipe is the reader's choice.
    let _closed_pipe = write!(std::io::stdout(), "{text}");
}

/// Prints one JSON document on standard output.
pub(crate) fn print_json(document: &impl Serialize) {
    match serde_json::to_string(document) {
        // A closed pipe is the reader's choice.
        Ok(text) => drop(writeln!(std::io::stdout(), "{text}")),
        Err(error) => eprintln!("The document could not be written as JSON: {error}."),
    }
}

/// Prints what is wrong, as JSON where that was asked for, and gives the exit code.
pub(crate) fn print_failure(json: bool, problems: &[Problem]) -> exit::Code {
    let shown: Vec<ProblemJson> = problems.iter().cloned().map(Into::into).collect();
    print_problems(&shown);
    print_failure_json(json, &shown);
    exit::of_problems(problems)
}

/// Says that a person did not agree, so that nothing was done.
pub(crate) fn print_declined(json: bool, what: &str) -> exit::Code {
    let problem = Problem::new(ProblemCode::Cancelled, what).with_hints(vec![
        "Give the command again to be asked again, or with --yes to agree beforehand.".to_owned(),
    ]);
    print_failure(json, &[problem])
}

/// Prints the JSON document of a failure, where JSON was asked for.
pub(crate) fn print_failure_json(json: bool, problems: &[ProblemJson]) {
    if json {
        print_json(&Failure {
            schema: "bbsetup.error/1",
            problems: problems.to_vec(),
        });
    }
}

/// Prints problems on standard error, each with what to do.
pub(crate) fn print_problems(problems: &[ProblemJson]) {
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for problem in problems {
        let mark = match problem.severity {
            SeverityJson::Error => "✗",
            SeverityJson::Warning => "!",
        };
        match color {
            true => eprintln!(
                "\n{mark} \u{1b}[1m{}\u{1b}[0m  [{}]",
                problem.title, problem.code
            ),
            false => eprintln!("\n{mark} {}  [{}]", problem.title, problem.code),
        }
        let place = problem
            .check
            .as_deref()
            .map(|check| format!("{check}: "))
            .unwrap_or_default();
        eprintln!("  {place}{}", problem.message);
        for seen in &problem.seen {
            eprintln!("    seen: {seen}");
        }
        for hint in &problem.hints {
            eprintln!("  → {hint}");
        }
        for cause in &problem.causes {
            eprintln!("    because: {cause}");
        }
    }
}

/// Prints a report.
pub(crate) fn print_check(context: &Context, report: &CheckJson) {
    match context.json {
        true => print_json(report),
        false => print_table(report, &mut std::io::stdout().lock()),
    }
}

/// Prints a report on a SCIM server.
pub(crate) fn print_scim(context: &Context, report: &ScimJson) {
    if context.json {
        return print_json(report);
    }
    print_scim_table(report, &mut std::io::stdout().lock());
    print_problems(&grouped(&report.problems));
}

/// Prints the checks of a SCIM server.
pub(crate) fn print_scim_table(report: &ScimJson, out: &mut dyn Write) {
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let sentence = sentence_of(
        report.verdict,
        &report.checks,
        &format!("BalkanID can read {}", report.scim_url),
    );
    let mut table = plain_table();
    table.set_header(vec!["", "SCIM server", ""]);
    for check in &report.checks {
        table.add_row(vec![
            Cell::new(&check.title),
            outcome_cell(check, color),
            Cell::new(check.reason.as_deref().unwrap_or_default()),
        ]);
    }
    let count = |count: Option<u64>| count.map_or("?".to_owned(), |count| count.to_string());
    let _closed_pipe = writeln!(
        out,
        "{sentence}\n\n{table}\n\n{} users, {} groups\nChecked {} · {} requests · {:.1} s",
        count(report.users),
        count(report.groups),
        report.checked_at,
        report.requests,
        report.elapsed_ms as f64 / 1000.0
    );
}

/// Prints a line for each set-up that was checked, with its problems.
pub(crate) fn print_all(all: &AllChecksJson, out: &mut dyn Write) {
    for report in &all.reports {
        let _closed_pipe = writeln!(out, "{:24} {}", report.workspace, sentence(report));
        print_changes(report, out);
    }
    for report in all
        .reports
        .iter()
        .filter(|report| !report.problems.is_empty())
    {
        eprintln!("\n{}", report.workspace);
        print_problems(&grouped(&report.problems));
    }
}

/// Prints what changed since the last check.
fn print_changes(report: &CheckJson, out: &mut dyn Write) {
    let Some(since) = &report.since else { return };
    if report.changes.is_empty() {
        let _closed_pipe = writeln!(out, "  Nothing changed since {since}.");
    }
    for change in &report.changes {
        let _closed_pipe = writeln!(
            out,
            "  Since {since}: {} went from {} to {}.",
            change.check,
            change.before.word(),
            change.now.word()
        );
    }
}

/// Prints the scopes that would be enough, where a credential holds more or lacks some.
fn print_minimal(report: &CheckJson, out: &mut dyn Write) {
    for credential in &report.credentials {
        if credential.minimal_scopes.is_empty() || credential.minimal_scopes == credential.scopes {
            continue;
        }
        let _closed_pipe = writeln!(
            out,
            "Enough for this workspace, {}: {}",
            credential.slot,
            credential.minimal_scopes.join(", ")
        );
    }
}

/// Prints a report as a table, with its problems below.
pub(crate) fn print_table(report: &CheckJson, out: &mut dyn Write) {
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let _closed_pipe = writeln!(out, "{}\n\n{}", sentence(report), table(report, color));
    let _closed_pipe = writeln!(
        out,
        "\nChecked {} · {} requests · {:.1} s",
        report.checked_at,
        report.requests,
        report.elapsed_ms as f64 / 1000.0
    );
    print_changes(report, out);
    print_minimal(report, out);
    print_problems(&grouped(&report.problems));
}

/// One sentence for the whole report.
pub(crate) fn sentence(report: &CheckJson) -> String {
    let ready = format!("BalkanID will be able to read {}", report.workspace);
    sentence_of(report.verdict, &report.checks, &ready)
}

/// One sentence for checks with their verdict; `ready` is what the verdict "ready" means.
fn sentence_of(verdict: VerdictJson, checks: &[CheckResultJson], ready: &str) -> String {
    let missing = checks
        .iter()
        .filter(|check| check.required && check.outcome == OutcomeJson::Missing)
        .count();
    let untold = checks
        .iter()
        .filter(|check| {
            check.required
                && matches!(
                    check.outcome,
                    OutcomeJson::Unknown | OutcomeJson::NotTestable | OutcomeJson::Skipped
                )
        })
        .count();
    match verdict {
        VerdictJson::Ready => format!("Ready: {ready}."),
        VerdictJson::NotReady if missing == 1 => "Not ready: one thing is missing.".to_owned(),
        VerdictJson::NotReady if missing > 1 => format!("Not ready: {missing} things are missing."),
        VerdictJson::NotReady => "Not ready: see below.".to_owned(),
        VerdictJson::Undetermined if untold == 1 => {
            "Could not tell: one check has no answer.".to_owned()
        }
        VerdictJson::Undetermined => format!("Could not tell: {untold} checks have no answer."),
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if !std::io::stdout().is_terminal() {
        table.set_width(100);
    }
    table
}

fn table(report: &CheckJson, color: bool) -> Table {
    let mut table = plain_table();
    table.set_header(vec!["", "Workspace token", "Account"]);
    let mut titles: Vec<&str> = Vec::new();
    for check in &report.checks {
        if !titles.contains(&check.title.as_str()) {
            titles.push(&check.title);
        }
    }
    for title in titles {
        let cell = |slot: &str| {
            report
                .checks
                .iter()
                .find(|check| check.title == title && check.slot == slot)
                .map_or_else(|| Cell::new("–"), |check| outcome_cell(check, color))
        };
        table.add_row(vec![
            Cell::new(title),
            cell("workspace_token"),
            cell("account"),
        ]);
    }
    table
}

fn outcome_cell(check: &CheckResultJson, color: bool) -> Cell {
    let word = check.outcome.word();
    let (mark, shade) = match check.outcome {
        OutcomeJson::Granted => ("✓", Color::Green),
        OutcomeJson::Missing => ("✗", Color::Red),
        OutcomeJson::Unknown => ("?", Color::Yellow),
        OutcomeJson::Skipped => ("–", Color::Grey),
        OutcomeJson::NotTestable => ("○", Color::Yellow),
    };
    let seen = check.evidence.as_ref().and_then(|evidence| {
        evidence
            .total
            .or(evidence.items)
            .map(|count| count.to_string())
            .or_else(|| evidence.seen.clone())
    });
    let text = match seen.filter(|_| check.outcome == OutcomeJson::Granted) {
        Some(seen) => format!("{mark} {word} · {seen}"),
        None => format!("{mark} {word}"),
    };
    match color {
        true => Cell::new(text).fg(shade).add_attribute(Attribute::Bold),
        false => Cell::new(text),
    }
}

/// Problems of the same code, credential and words, told once with all their checks.
fn grouped(problems: &[ProblemJson]) -> Vec<ProblemJson> {
    let mut groups: Vec<ProblemJson> = Vec::new();
    for problem in problems {
        let same = groups.iter_mut().find(|group| {
            group.code == problem.code
                && group.slot == problem.slot
                && group.message == problem.message
        });
        match (same, &problem.check) {
            (Some(group), Some(check)) => {
                let checks = group.check.take().map(|held| format!("{held}, {check}"));
                group.check = checks.or_else(|| Some(check.clone()));
            }
            (Some(_), None) => {}
            (None, _) => groups.push(problem.clone()),
        }
    }
    groups
}
