//! What was measured, beside what this machine does at best and what is aimed at.

use serde_json::{Value, json};

/// What the numbers are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Megabytes,
    Requests,
    RequestsASecond,
    RoundTrips,
    Times,
    Rows,
    RowsASecond,
    Seconds,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::Requests => "requests",
            Self::RequestsASecond => "requests/s",
            Self::RoundTrips => "round trips",
            Self::Times => "times",
            Self::Rows => "rows",
            Self::RowsASecond => "rows/s",
            Self::Seconds => "s",
        }
    }

    /// A number with as many digits as tell something.
    fn shown(self, number: f64) -> String {
        match self {
            Self::Seconds | Self::Times => format!("{number:.2}"),
            Self::Rows => format!("{number:.0}"),
            Self::Milliseconds
            | Self::Megabytes
            | Self::Requests
            | Self::RequestsASecond
            | Self::RoundTrips
            | Self::RowsASecond => format!("{number:.1}"),
        }
    }

    /// An aim as it was set; one that was worked out has no more digits than what is measured.
    fn shown_aim(self, aim: f64) -> String {
        let (as_set, shown) = (aim.to_string(), self.shown(aim));
        match as_set.len() < shown.len() {
            true => as_set,
            false => shown,
        }
    }
}

/// One thing that was measured.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) unit: Unit,
    /// One number a run.
    pub(crate) runs: Vec<f64>,
    /// What to compare with: its name and its numbers.
    pub(crate) baseline: Option<(&'static str, Vec<f64>)>,
    /// No more than this is aimed at.
    pub(crate) aim: Option<f64>,
}

impl Row {
    pub(crate) fn new(what: impl Into<String>, unit: Unit, runs: Vec<f64>) -> Self {
        Self {
            what: what.into(),
            unit,
            runs,
            baseline: None,
            aim: None,
        }
    }

    pub(crate) fn beside(mut self, what: &'static str, runs: &[f64]) -> Self {
        self.baseline = Some((what, runs.to_vec()));
        self
    }

    pub(crate) fn aim(mut self, most: f64) -> Self {
        self.aim = Some(most);
        self
    }

    pub(crate) fn aim_where(mut self, most: Option<f64>) -> Self {
        self.aim = most;
        self
    }

    fn is_met(&self) -> Option<bool> {
        self.aim.map(|aim| median(&self.runs) <= aim)
    }

    fn line(&self) -> String {
        let unit = self.unit.name();
        let shown = |number: f64| self.unit.shown(number);
        let measured = format!("{} {unit}", shown(median(&self.runs)));
        let range = match self.runs.len() {
            0 | 1 => String::new(),
            _ => format!("{}-{}", shown(least(&self.runs)), shown(most(&self.runs))),
        };
        let aim = match (self.aim, self.is_met()) {
            (Some(aim), Some(true)) => format!("{} met", self.unit.shown_aim(aim)),
            (Some(aim), _) => format!("{} NOT MET", self.unit.shown_aim(aim)),
            (None, _) => String::new(),
        };
        let baseline = match &self.baseline {
            Some((what, runs)) => format!("{} {unit}: {what}", shown(median(runs))),
            None => String::new(),
        };
        format!(
            "{:44} {measured:>18} {range:>15} {aim:>12}  {baseline}",
            self.what
        )
    }

    fn json(&self) -> Value {
        let numbers = |runs: &[f64]| json!({"median": median(runs), "least": least(runs), "most": most(runs), "runs": runs});
        let mut row = numbers(&self.runs);
        row["what"] = json!(self.what);
        row["unit"] = json!(self.unit.name());
        row["aim"] = json!(self.aim);
        row["met"] = json!(self.is_met());
        if let Some((what, runs)) = &self.baseline {
            row["baseline"] = numbers(runs);
            row["baseline"]["what"] = json!(what);
        }
        row
    }
}

/// The machine, as far as it tells why numbers differ.
fn machine() -> Value {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Option<f64> = load.split(' ').next().and_then(|load| load.parse().ok());
    json!({
        "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "load": load,
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    })
}

/// Prints the rows as a table, or as one JSON document.
pub(crate) fn print(rows: &[Row], as_json: bool) {
    let machine = machine();
    if as_json {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        println!(
            "{}",
            json!({"schema": "xtask.bench/1", "machine": machine, "rows": rows})
        );
        return;
    }
    println!(
        "\n{:44} {:>18} {:>15} {:>12}  this machine's baseline",
        "", "median", "range", "aim"
    );
    for row in rows {
        println!("{}", row.line().trim_end());
    }
    println!(
        "\n{} processors, load {} at the end, {}",
        machine["processors"],
        machine["load"],
        machine["system"].as_str().unwrap_or_default()
    );
}

/// The middle of the numbers; of an even count, the mean of the two in the middle.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len(), sorted.len() % 2) {
        (0, _) => f64::NAN,
        (_, 1) => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_row_tells_whether_its_aim_is_met_and_what_it_is_beside() {
        let row = Row::new("start", Unit::Milliseconds, vec![300.0, 500.0, 310.0])
            .aim(400.0)
            .beside("`true`", &[1.0]);
        let line = row.line();
        for part in ["310.0 ms", "300.0-500.0", "400 met", "1.0 ms: `true`"] {
            assert!(line.contains(part), "{part}: {line}");
        }
        let missed = row.aim(305.0);
        assert!(missed.line().contains("305 NOT MET"));
        assert_eq!(missed.json()["met"], false);
    }
}
