//! What was held against the description, as a table.

use std::collections::BTreeMap;

use crate::answers::{Answer, Judged};
use crate::exceptions::{About, Needed};
use crate::planted::Planted;

/// So many of the same kind are told in full.
const TOLD: usize = 40;

/// What was counted.
#[derive(Default)]
pub(crate) struct Report {
    /// By what was called: how often, and what is wrong.
    calls: BTreeMap<String, Tally>,
    /// By scenario.
    answers: BTreeMap<String, Tally>,
    scopes: BTreeMap<String, Tally>,
    planted: usize,
    missed: Vec<String>,
}

#[derive(Default)]
struct Tally {
    passed: usize,
    excepted: usize,
    wrong: Vec<String>,
}

impl Report {
    pub(crate) fn call(&mut self, method: &str, template: String, wrong: Vec<String>) {
        note(&mut self.calls, format!("{method} {template}"), wrong);
    }

    pub(crate) fn answer(&mut self, answer: &Answer, judged: Judged) {
        let tally = self.answers.entry(answer.scenario.clone()).or_default();
        match judged {
            Judged::Validated => tally.passed += 1,
            Judged::Excepted => tally.excepted += 1,
            Judged::Wrong(wrong) => tally.wrong.extend(wrong),
        }
    }

    pub(crate) fn scopes(&mut self, template: &str, wrong: Vec<String>) {
        note(&mut self.scopes, format!("GET {template}"), wrong);
    }

    pub(crate) fn planted(&mut self, planted: Vec<Planted>) {
        self.planted += planted.len();
        let missed = planted.into_iter().filter(|planted| !planted.is_caught);
        self.missed.extend(missed.map(|planted| planted.what));
    }

    /// How many things are wrong.
    pub(crate) fn failed(&self, needed: &Needed) -> usize {
        let tallies = self.tallies();
        let wrong: usize = tallies.map(|tally| tally.wrong.len()).sum();
        wrong + self.missed.len() + unneeded(needed).len()
    }

    fn tallies(&self) -> impl Iterator<Item = &Tally> {
        let tables = [&self.calls, &self.answers, &self.scopes];
        tables.into_iter().flat_map(BTreeMap::values)
    }

    /// Prints the tables, what is wrong, and the line that ends them.
    pub(crate) fn print(&self, needed: &Needed) {
        table("what the program sends", &self.calls);
        table("scopes that are asked for", &self.scopes);
        table("bodies that are answered, by scenario", &self.answers);
        println!("\n{:>7}  exception", "needed");
        for (exception, count) in needed.counted() {
            println!(
                "{count:>7}  {}: {}\n         {}",
                shown(exception.about),
                exception.reason,
                exception.source
            );
        }
        println!(
            "\nplanted: {}, caught: {}",
            self.planted,
            self.planted - self.missed.len()
        );
        tell(
            "wrong",
            self.tallies().flat_map(|tally| tally.wrong.clone()),
        );
        tell("planted and not caught", self.missed.iter().cloned());
        tell(
            "an exception that nothing needs",
            unneeded(needed).into_iter(),
        );
        let passed: usize = self.tallies().map(|tally| tally.passed).sum();
        println!("\n{passed} passed, {} failed", self.failed(needed));
    }
}

fn note(table: &mut BTreeMap<String, Tally>, row: String, wrong: Vec<String>) {
    let tally = table.entry(row).or_default();
    match wrong.is_empty() {
        true => tally.passed += 1,
        false => tally.wrong.extend(wrong),
    }
}

fn table(title: &str, rows: &BTreeMap<String, Tally>) {
    println!(
        "\n{:>7} {:>8} {:>6}  {title}",
        "passed", "excepted", "wrong"
    );
    let mut sum = (0, 0, 0);
    for (row, tally) in rows {
        let Tally {
            passed,
            excepted,
            wrong,
        } = tally;
        println!("{passed:>7} {excepted:>8} {:>6}  {row}", wrong.len());
        sum = (sum.0 + passed, sum.1 + excepted, sum.2 + wrong.len());
    }
    println!("{:>7} {:>8} {:>6}  together", sum.0, sum.1, sum.2);
}

fn tell(what: &str, all: impl Iterator<Item = String>) {
    let all: Vec<String> = all.collect();
    for line in all.iter().take(TOLD) {
        println!("{what}: {line}");
    }
    if let Some(more @ 1..) = all.len().checked_sub(TOLD) {
        println!("{what}: and {more} more");
    }
}

/// Exceptions that no call and no answer needed.
fn unneeded(needed: &Needed) -> Vec<String> {
    needed
        .counted()
        .filter(|(_, count)| *count == 0)
        .map(|(exception, _)| shown(exception.about))
        .collect()
}

fn shown(about: About) -> String {
    match about {
        About::Path(path, _) => format!("path {path}"),
        About::Parameter(name) => format!("parameter {name}"),
        About::Status(status) => format!("status {status}"),
        About::NoJson(status, "") => format!("status {status} without a body"),
        About::NoJson(status, media_type) => format!("status {status} as {media_type}"),
        About::Scenario(name) => format!("scenario {name}"),
        About::Place(status, place) => format!("status {status} at {place}"),
        About::Field(field, _) => format!("field {field}"),
        About::Scopes(path) => format!("scopes of {path}"),
        About::Gone => "calls that are gone".to_owned(),
    }
}
