//! What was seen, as a person reads it.

use std::fmt::Write;

use super::clock_words;
use crate::json::{DiagnoseJson, HostJson, LayerJson, LayerStateJson, ProblemJson, SeverityJson};

/// What was seen, as a person reads it, ending with a line end.
pub fn text(seen: &DiagnoseJson) -> String {
    let mut lines = String::new();
    let versions = &seen.versions;
    let engine = versions.window_engine.as_deref().unwrap_or("no window");
    line(
        &mut lines,
        &format!(
            "Bitbucket Setup for BalkanID {} · {} {} · {engine}",
            versions.program, versions.os, versions.architecture
        ),
    );
    line(&mut lines, &format!("Looked at {}", seen.looked_at));

    line(&mut lines, &format!("\nKeychain: {}", seen.keychain.store));
    add_layers(&mut lines, &seen.keychain.steps);
    for host in &seen.hosts {
        line(&mut lines, &format!("\n{}: {}", host.host, host.used_for));
        add_layers(&mut lines, &host.layers);
        line(&mut lines, &format!("  {:12}{}", "Clock", clock(host)));
    }

    let home = &seen.home;
    let may = if home.writable { "can" } else { "cannot" };
    line(
        &mut lines,
        &format!(
            "\nFolder {}: {may} be written to; finished set-ups: {}",
            home.path, home.profiles
        ),
    );
    line(
        &mut lines,
        &format!("Log {}: {} lines", seen.log.path, seen.log.lines),
    );

    match seen.problems.is_empty() {
        true => line(&mut lines, "\nNothing that was looked at is wrong."),
        false => seen
            .problems
            .iter()
            .for_each(|problem| add_problem(&mut lines, problem)),
    }
    lines
}

fn add_layers(lines: &mut String, layers: &[LayerJson]) {
    for layer in layers {
        let state = match layer.state {
            LayerStateJson::Fine => "✓ Fine",
            LayerStateJson::NotNeeded => "– Not needed",
            LayerStateJson::NotReached => "· Not reached",
            LayerStateJson::Failed => "✗ Failed",
        };
        // What would be said twice is said once.
        let words = match layer.state {
            LayerStateJson::NotReached if layer.words == "Not reached." => "",
            _ => &layer.words,
        };
        line(
            lines,
            format!("  {:12}{state:14} {words}", layer.title).trim_end(),
        );
    }
}

fn clock(host: &HostJson) -> String {
    match host.clock_difference_seconds {
        None => "The host told no time.".to_owned(),
        Some(0) => "The same as the host's.".to_owned(),
        Some(ahead) => format!("{}.", clock_words(ahead)),
    }
}

fn add_problem(lines: &mut String, problem: &ProblemJson) {
    let mark = match problem.severity {
        SeverityJson::Error => "✗",
        SeverityJson::Warning => "!",
    };
    line(
        lines,
        &format!("\n{mark} {}  [{}]", problem.title, problem.code),
    );
    line(lines, &format!("  {}", problem.message));
    for hint in &problem.hints {
        line(lines, &format!("  → {hint}"));
    }
    for cause in &problem.causes {
        line(lines, &format!("    because: {cause}"));
    }
}

fn line(lines: &mut String, line: &str) {
    let _infallible = writeln!(lines, "{line}");
}
