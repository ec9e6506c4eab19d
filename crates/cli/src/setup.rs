//! `bbsetup setup`: the terminal twin of the window, step by step.

mod asker;
mod steps;

use bbsetup_setup::Step;
use bbsetup_wizard::Run;
use bbsetup_wizard::json::GuideJson;

use self::asker::Asker;
use crate::arguments::SetupArguments;
use crate::context::Context;
use crate::{exit, terminal};

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
        true => Asker::environment(context.inputs_with_form(&arguments.form)),
        false if context.interactive => Asker::person(context.inputs_with_form(&arguments.form)),
        false => {
            eprintln!(
                "setup asks questions, and there is no terminal to ask on. Take the answers from flags and environment with --answers-from-environment."
            );
            return exit::USAGE;
        }
    };
    let run = Run::new(context.services.clone());
    let mut step = match first_step(&run, &asker) {
        Ok(step) => step,
        Err(left) => return ended(left.into()),
    };
    loop {
        if step != Step::Done {
            println!(
                "\nStep {} of {} · {}",
                step.number(),
                Step::COUNTED,
                step.title()
            );
        } else {
            println!("\n{}", step.title());
        }
        tell(&run.guide(step));
        match steps::ask(context, &run, &asker, step).await {
            Next::On => match Step::ALL.get(step.number()) {
                Some(next) => step = *next,
                None => return exit::DONE,
            },
            Next::To(other) => step = other,
            end @ (Next::Left | Next::End(_)) => return ended(end),
        }
    }
}

fn ended(end: Next) -> exit::Code {
    match end {
        Next::End(code) => code,
        Next::Left | Next::On | Next::To(_) => {
            println!(
                "\nStopped here. What was answered is kept, without secrets; bbsetup setup goes on with it."
            );
            exit::RESUMABLE
        }
    }
}

/// Offers to go on with an unfinished set-up.
fn first_step(run: &Run, asker: &Asker) -> Result<Step, terminal::Left> {
    println!(
        "Bitbucket Setup for BalkanID\nNothing is written to BalkanID or the keychain before step 9. Escape or Ctrl+C leaves; what was answered is kept."
    );
    if let Some(unfinished) = run.home().unfinished {
        let workspace = unfinished
            .workspace
            .as_deref()
            .unwrap_or("no workspace yet");
        let current = Step::named(&unfinished.current).unwrap_or(Step::ServiceAccount);
        // Secrets are not kept between runs: go back to the first that is missing.
        let step = current.min(Step::WorkspaceToken);
        let question = format!(
            "A set-up was begun ({workspace}). Go on with it from step {}: {}?",
            step.number(),
            step.title()
        );
        if asker.agrees(&question)? && run.resume().is_ok() {
            return Ok(step);
        }
    }
    match run.begin(None) {
        Ok(_) => {}
        Err(problem) => eprintln!("{}", problem.message),
    }
    Ok(Step::ServiceAccount)
}

/// Tells what a step is for and what to do in the other tab.
fn tell(guide: &GuideJson) {
    println!("{}", plain(&guide.purpose));
    for (number, instruction) in guide.instructions.iter().enumerate() {
        println!("  {}  {}", number + 1, plain(&instruction.text));
        if let Some(link) = &instruction.link {
            println!("     {}", link.url);
        }
        for line in instruction.copy.iter().flat_map(|copy| copy.lines()) {
            println!("     [x] {line}");
        }
    }
    for note in &guide.notes {
        println!(
            "  note: {}\n        {}: {}",
            plain(&note.text),
            note.source.label,
            note.source.url
        );
    }
}

/// A text without the marks of a label.
fn plain(text: &str) -> String {
    text.replace("**", "")
}
