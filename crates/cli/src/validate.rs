//! `bbsetup validate`.

use std::io::{BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;

use bbsetup_wizard::commands::validate::{files_of, validate};
use bbsetup_wizard::json::{FindingJson, SeverityJson, ValidateEventJson, ValidateJson};

use crate::arguments::ValidateArguments;
use crate::context::Context;
use crate::{exit, report};

/// Behind this many bytes of a problem, standard output gets it.
const BUFFER: usize = 64 * 1024;

pub(crate) fn run(context: &Context, arguments: &ValidateArguments) -> exit::Code {
    // Before anything is written, so that a missing file is a document of its own.
    if let Err(problem) = files_of(&arguments.files) {
        return report::print_failure(context.json, &[problem]);
    }
    let mut out = BufWriter::with_capacity(BUFFER, std::io::stdout().lock());
    let mut writer = Problems {
        json: context.json,
        first: true,
    };
    writer.begin(&mut out);
    let validated = validate(&arguments.files, &mut |event| {
        match event {
            ValidateEventJson::Problem { problem } => writer.problem(&mut out, &problem),
            ValidateEventJson::Progress { file, bytes } => progress(context, &file, bytes),
            ValidateEventJson::Ended { .. } => {}
        }
        ControlFlow::Continue(())
    });
    let code = match validated {
        Ok(validation) => {
            writer.end(&mut out, &validation);
            match validation.errors {
                0 => exit::DONE,
                _ => exit::MEND,
            }
        }
        Err(problem) => {
            writer.broken_off(&mut out, &problem);
            exit::of_problems([&problem])
        }
    };
    // A closed pipe is the reader's choice.
    let _closed_pipe = out.flush();
    code
}

/// Writes problems as they come, so that a million of them need no memory.
struct Problems {
    json: bool,
    first: bool,
}

impl Problems {
    fn begin(&self, out: &mut impl Write) {
        if self.json {
            let _closed_pipe = write!(out, "{{\"problems\":[");
        }
    }

    fn problem(&mut self, out: &mut impl Write, problem: &FindingJson) {
        let _closed_pipe = match self.json {
            true => {
                let between = if self.first { "" } else { "," };
                write!(out, "{between}").and_then(|()| Ok(serde_json::to_writer(out, problem)?))
            }
            false => writeln!(out, "{}", line(problem)),
        };
        self.first = false;
    }

    fn end(&self, out: &mut impl Write, validation: &ValidateJson) {
        let _closed_pipe = match self.json {
            true => self.rest(out, validation),
            false => write!(out, "{}", sums(validation, self.first)),
        };
    }

    /// The document's other members, behind its problems.
    fn rest(&self, out: &mut impl Write, rest: &impl serde::Serialize) -> std::io::Result<()> {
        let rest = serde_json::to_string(rest)?;
        writeln!(out, "],{}", rest.trim_start_matches('{'))
    }

    fn broken_off(&self, out: &mut impl Write, problem: &bbsetup_setup::Problem) {
        let problem = bbsetup_wizard::json::ProblemJson::from(problem.clone());
        report::print_problems(std::slice::from_ref(&problem));
        if self.json {
            let rest = serde_json::json!({
                "schema": "bbsetup.validate/1",
                "broken_off": problem,
            });
            let _closed_pipe = self.rest(out, &rest);
        }
    }
}

/// A problem on one line, with its place as compilers tell it.
pub(crate) fn line(problem: &FindingJson) -> String {
    let FindingJson {
        file,
        row,
        column,
        code,
        severity,
        message,
    } = problem;
    let mark = match severity {
        SeverityJson::Error => "✗",
        SeverityJson::Warning => "!",
    };
    let column = column
        .as_deref()
        .map(|column| format!(" {column}:"))
        .unwrap_or_default();
    format!("{mark} {file}:{row}:{column} {message}  [{code}]")
}

fn sums(validation: &ValidateJson, nothing_before: bool) -> String {
    let mut text = String::new();
    let mut add = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    if !nothing_before {
        add("");
    }
    for file in &validation.files {
        let rows = match (file.kind.as_deref(), file.rows) {
            (Some("entities"), 1) => "1 entity".to_owned(),
            (Some("entities"), rows) => format!("{rows} entities"),
            (Some(_), rows) => counted(rows, "relation"),
            (None, _) => "rows of an unknown kind".to_owned(),
        };
        add(&format!(
            "{}  {rows}, {}, {}",
            file.file,
            counted(file.errors, "error"),
            counted(file.warnings, "warning"),
        ));
    }
    for note in &validation.notes {
        add(&format!("? {note}"));
    }
    add("");
    add(match (validation.errors, validation.warnings) {
        (0, 0) => "Nothing is wrong that can be told from here.",
        (0, _) => "Nothing is wrong that can be told from here but for the warnings above.",
        _ => "Not ready to be sent.",
    });
    for line in &validation.next {
        add(&format!("→ {line}"));
    }
    text
}

fn counted(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// One line that is written over, where a person looks on and problems do not come between.
fn progress(context: &Context, file: &str, bytes: u64) {
    if context.progress && !std::io::stdout().is_terminal() {
        eprint!("\r{file}: {} MB", bytes / 1_000_000);
    }
}
