//! Who answers: a person at the terminal, or the environment.

use std::cell::{Cell, RefCell};
use std::io::Write;

use bbsetup_setup::{Secret, SecretSlot};
use bbsetup_wizard::Inputs;
use bbsetup_wizard::json::{ProblemJson, SubmitJson};

use crate::report;
use crate::terminal::{self, Left};

/// How often the environment answers the same kind of question before it is clear that its answer
/// is not taken.
const PATIENCE: u32 = 60;

/// Who answers.
pub(crate) struct Asker {
    inputs: Inputs,
    by_person: bool,
    asked: Cell<u32>,
    /// Whether standard output is kept for one JSON document.
    json: bool,
    /// The submission, for that document.
    pub(super) submission: RefCell<Option<SubmitJson>>,
    /// The problems that were told last, for that document.
    pub(super) problems: RefCell<Vec<ProblemJson>>,
}

impl Asker {
    /// A person, with what was given beforehand at hand.
    pub(crate) fn person(inputs: Inputs, json: bool) -> Self {
        Self::new(inputs, true, json)
    }

    /// The environment: what was given beforehand is the answer.
    pub(crate) fn environment(inputs: Inputs, json: bool) -> Self {
        Self::new(inputs, false, json)
    }

    fn new(inputs: Inputs, by_person: bool, json: bool) -> Self {
        Self {
            inputs,
            by_person,
            asked: Cell::new(0),
            json,
            submission: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// Tells a line or more.
    pub(crate) fn say(&self, text: &str) {
        match self.json {
            true => eprintln!("{text}"),
            false => println!("{text}"),
        }
    }

    /// Where what is told goes.
    pub(crate) fn out(&self) -> Box<dyn Write> {
        match self.json {
            true => Box::new(std::io::stderr()),
            false => Box::new(std::io::stdout()),
        }
    }

    /// Tells what is wrong, and keeps it for the document.
    pub(crate) fn tell_problems(&self, problems: &[ProblemJson]) {
        report::print_problems(problems);
        self.problems.replace(problems.to_vec());
    }

    /// What was given beforehand.
    pub(crate) fn given(&self) -> &Inputs {
        &self.inputs
    }

    /// Whether a person answers.
    pub(crate) fn is_person(&self) -> bool {
        self.by_person
    }

    fn count(&self) -> Result<(), Left> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > PATIENCE {
            Err(Left)
        } else {
            Ok(())
        }
    }

    /// A line of text.
    pub(crate) fn text(&self, question: &str, before: Option<&str>) -> Result<String, Left> {
        if self.by_person {
            return terminal::text(question, before);
        }
        self.count()?;
        let answer = before.unwrap_or_default().to_owned();
        self.say(&format!("> {question}: {answer}"));
        Ok(answer)
    }

    /// A secret; `None` for an empty answer.
    pub(crate) fn secret(&self, slot: SecretSlot) -> Result<Option<Secret>, Left> {
        let given = self.inputs.secrets.get(&slot).cloned();
        if self.by_person {
            return Ok(terminal::secret(slot.label())?.or(given));
        }
        self.count()?;
        let told = if given.is_some() {
            "given, not shown"
        } else {
            "none"
        };
        self.say(&format!("> {}: ({told})", slot.label()));
        Ok(given)
    }

    /// A yes or a no.
    pub(crate) fn agrees(&self, question: &str) -> Result<bool, Left> {
        if self.by_person {
            return terminal::agreed_by_default(question);
        }
        self.count()?;
        self.say(&format!("> {question} yes"));
        Ok(true)
    }

    /// One of several; the environment takes the last, which goes on or ends.
    pub(crate) fn choice(&self, question: &str, choices: &[&str]) -> Result<usize, Left> {
        if self.by_person {
            return terminal::choice(question, choices);
        }
        self.count()?;
        let last = choices.len().saturating_sub(1);
        self.say(&format!(
            "> {question} {}",
            choices.get(last).copied().unwrap_or_default()
        ));
        Ok(last)
    }
}
