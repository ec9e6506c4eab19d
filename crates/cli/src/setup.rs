//! `bbsetup setup`: the terminal twin of the window, step by step.

mod asker;
mod balkanid;
mod steps;

use bbsetup_setup::{Problem, ProblemCode, Step};
use bbsetup_wizard::Run;
use bbsetup_wizard::json::{GuideJson, ProblemJson, SubmitJson};
use serde::Serialize;

use self::asker::Asker;
use crate::arguments::SetupArguments;
use crate::context::Context;
use crate::{exit, report, terminal};

/// `bbsetup.setup/1`.
#[derive(Serialize)]
struct SetupJson {
    schema: &'static str,
    workspace: Option<String>,
    /// Whether every step was gone through.
    finished: bool,
    /// The step that was reached.
    step: String,
    submission: Option<SubmitJson>,
    /// What was told last that is wrong.
    problems: Vec<ProblemJson>,
}

/// How a step ended.
pub(crate) enum Next {
    /// Go on with the next step.
    On,
    /// Go to another step.
    To(Step),
    /// The person left; what was answered is kept.
    Left,
    /// The set-up ends here.
    End(exit::Code),
}

impl From<terminal::Left> for Next {
    fn from(_: terminal::Left) -> Self {
        Self::Left
    }
}

pub(crate) async fn run(context: &Context, arguments: &SetupArguments) -> exit::Code {
    let asker = match arguments.answers_from_environment {
        true => Asker::environment(context.inputs_with_form(&arguments.form), context.json),
        false if context.interactive => {
            Asker::person(context.inputs_with_form(&arguments.form), context.json)
        }
        false => {
            let problem = Problem::new(
                ProblemCode::ValueMissing,
                "setup asks questions, and there is no terminal to ask on.",
            )
            .with_hints(vec![
                "Take the answers from flags and environment with --answers-from-environment."
                    .to_owned(),
            ]);
            return report::print_failure(context.json, &[problem]);
        }
    };
    let run = Run::new(context.services.clone());
    let code = walk(context, &run, &asker).await;
    if context.json {
        let progress = run.progress();
        report::print_json(&SetupJson {
            schema: "bbsetup.setup/1",
            finished: code == exit::DONE,
            workspace: progress.workspace,
            step: progress.current,
            submission: asker.submission.take(),
            problems: asker.problems.take(),
        });
    }
    code
}

async fn walk(context: &Context, run: &Run, asker: &Asker) -> exit::Code {
    let mut step = match first_step(run, asker) {
        Ok(step) => step,
        Err(left) => return ended(asker, left.into()),
    };
    loop {
        if step != Step::Done {
            let progress = run.progress();
            let number = progress
                .steps
                .iter()
                .find(|listed| listed.step == step.as_str())
                .map_or(1, |listed| listed.number);
            asker.say(&format!(
                "\nStep {number} of {} · {}",
                progress.counted,
                step.title()
            ));
        } else {
            asker.say(&format!("\n{}", step.title()));
        }
        tell(asker, &run.guide(step));
        match steps::ask(context, run, asker, step).await {
            Next::On => match run.step_after(step) {
                Some(next) => step = next,
                None => return exit::DONE,
            },
            Next::To(other) => step = other,
            end @ (Next::Left | Next::End(_)) => return ended(asker, end),
        }
    }
}

fn ended(asker: &Asker, end: Next) -> exit::Code {
    match end {
        Next::End(code) => code,
        Next::Left | Next::On | Next::To(_) => {
            asker.say(
                "\nStopped here. What was answered is kept, without secrets; bbsetup setup goes on with it."
            );
            exit::RESUMABLE
        }
    }
}

/// Offers to go on with an unfinished set-up.
fn first_step(run: &Run, asker: &Asker) -> Result<Step, terminal::Left> {
    asker.say(
        "Bitbucket Setup for BalkanID\nNothing is written to BalkanID or the keychain before the last step. Escape or Ctrl+C leaves; what was answered is kept."
    );
    if let Some(unfinished) = run.home().unfinished {
        let workspace = unfinished
            .workspace
            .as_deref()
            .unwrap_or("no workspace yet");
        let step = Step::named(&unfinished.current).unwrap_or(Step::ServiceAccount);
        let question = format!(
            "A set-up was begun ({workspace}). Go on with it from {}?",
            step.title()
        );
        if asker.agrees(&question)? && run.resume().is_ok() {
            return Ok(step);
        }
    }
    if let Err(problem) = run.begin(None) {
        eprintln!("{}", problem.message);
    }
    // What is asked for depends on it from the first step on.
    let extraction = asker.given().draft.extraction;
    let first = Step::ServiceAccount;
    if first.is_needed(extraction) {
        return Ok(first);
    }
    let mut draft = run.progress().draft;
    draft.extraction = extraction.into();
    run.keep_typed(first, draft);
    Ok(run.step_after(first).unwrap_or(first))
}

/// Tells what a step is for and what to do in the other tab.
fn tell(asker: &Asker, guide: &GuideJson) {
    asker.say(&plain(&guide.purpose));
    for (number, instruction) in guide.instructions.iter().enumerate() {
        asker.say(&format!("  {}  {}", number + 1, plain(&instruction.text)));
        if let Some(link) = &instruction.link {
            asker.say(&format!("     {}", link.url));
        }
        for line in instruction.copy.iter().flat_map(|copy| copy.lines()) {
            asker.say(&format!("     [x] {line}"));
        }
    }
    for note in &guide.notes {
        asker.say(&format!(
            "  note: {}\n        {}: {}",
            plain(&note.text),
            note.source.label,
            note.source.url
        ));
    }
}

/// A text without the marks of a label.
fn plain(text: &str) -> String {
    text.replace("**", "")
}
