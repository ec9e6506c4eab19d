//! How long the reading of a workspace takes, and what it costs.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use super::served::{self, Served};
use super::table::{Row, Unit, median};
use super::workload::{Size, Workload};
use super::{Program, processes};
use crate::process::command;

/// What the part `extract` takes.
#[derive(Args)]
pub(crate) struct ExtractArguments {
    /// Of `extract`: read these workspaces alone
    #[arg(long, num_args = 1.., value_enum, default_values_t = Workload::ALL)]
    workloads: Vec<Workload>,
    /// Of `extract`: with these delays before every answer alone, in milliseconds
    #[arg(long, num_args = 1.., default_values_t = [0, 30, 100])]
    latencies: Vec<u32>,
}

/// How many requests the program has in flight, where nobody says otherwise.
const IN_FLIGHT: u32 = 8;

/// The requests by which the practice Bitbucket's own ceiling is told, and how often.
const CEILING_REQUESTS: u32 = 20_000;
const CEILING_REQUESTS_DELAYED: u32 = 80;
const CEILING_RUNS: usize = 3;

/// Between two looks at the program's memory.
const PAUSE: Duration = Duration::from_millis(2);

/// The latency for which there are aims, in milliseconds.
const AIMED_AT: u32 = 30;

/// C may take so many times A's memory.
const TIMES_MEMORY_OF_A: f64 = 1.5;

/// One reading from the program's start to its end.
struct Reading {
    seconds: f64,
    /// Megabytes, at most.
    peak: f64,
    cpu_seconds: f64,
    requests: f64,
    most_in_flight: f64,
    rows: f64,
}

/// A number that is told of a reading.
type Number = fn(&Reading) -> f64;

/// All readings of one workload with one latency.
struct Cell {
    workload: Workload,
    size: Size,
    latency: u32,
    /// Requests a second that the practice Bitbucket answers with this latency.
    ceiling: f64,
    readings: Vec<Reading>,
}

/// Measures `bbsetup extract`. Of C, the default is one run.
pub(crate) fn measure(
    program: &Program,
    arguments: &ExtractArguments,
    runs: Option<usize>,
    usual_runs: usize,
) -> Result<Vec<Row>> {
    served::build()?;
    let mut workloads = arguments.workloads.clone();
    workloads.sort_unstable();
    workloads.dedup();
    let mut rows = Vec::new();
    let mut cells: Vec<Cell> = Vec::new();
    for workload in workloads {
        let runs = runs.unwrap_or(match workload {
            Workload::A | Workload::B => usual_runs,
            Workload::C => 1,
        });
        let folder = tempfile::tempdir()?;
        let served = Served::start(&workload.scenario(), folder.path())?;
        let size = workload.size()?;
        rows.push(Row::new(
            format!("ceiling of the practice Bitbucket, {}", workload.name()),
            Unit::RequestsASecond,
            ceiling(size, 0, &served)?,
        ));
        for latency in &arguments.latencies {
            served.set_latency(*latency)?;
            let ceiling = ceiling(size, *latency, &served)?;
            let mut readings = Vec::new();
            for run in 1..=runs {
                let reading = read(program, &served)?;
                // Some of these take minutes, and whoever waits wants to know that it goes on.
                eprintln!(
                    "extract {}, {latency} ms, run {run} of {runs}: {:.2} s, {} requests",
                    workload.name(),
                    reading.seconds,
                    reading.requests
                );
                readings.push(reading);
            }
            let cell = Cell {
                workload,
                size,
                latency: *latency,
                ceiling: median(&ceiling),
                readings,
            };
            rows.extend(cell.rows(&cells));
            cells.push(cell);
        }
    }
    rows.extend(growths(&cells));
    Ok(rows)
}

/// What the practice Bitbucket answers to so many connections over TLS which ask for grants and do
/// nothing else: a reading cannot be quicker.
fn ceiling(size: Size, latency: u32, served: &Served) -> Result<Vec<f64>> {
    let paths: Vec<String> = (0..size.repositories)
        .map(|number| {
            format!("/2.0/repositories/acme/repository-{number}/permissions-config/users?pagelen=100&fields=next,values.permission,values.user.uuid,values.user.display_name")
        })
        .collect();
    let requests = match latency {
        0 => CEILING_REQUESTS,
        _ => CEILING_REQUESTS_DELAYED,
    };
    let connections = usize::try_from(IN_FLIGHT)?;
    (0..CEILING_RUNS)
        .map(|_| served.ceiling(connections, requests, &paths))
        .collect()
}

/// Reads a workspace once, with nothing kept from before.
fn read(program: &Program, served: &Served) -> Result<Reading> {
    let folder = tempfile::tempdir()?;
    let [home, out, said, told] =
        ["home", "out", "said", "told"].map(|name| folder.path().join(name));
    served.count_anew()?;
    let started = Instant::now();
    let mut child = command(&program.bbsetup)
        .args(["extract", "--json", "--vault", "memory"])
        .arg("--home")
        .arg(&home)
        .arg("--out")
        .arg(&out)
        .envs(&served.env)
        .env("SSL_CERT_FILE", &served.ca_file)
        .stdout(File::create(&said)?)
        .stderr(File::create(&told)?)
        .stdin(Stdio::null())
        .spawn()
        .context("bbsetup could not be started")?;
    let mut peak = 0.0_f64;
    // One that has ended and was not waited for is still there, with the time that it took.
    let cpu_seconds = loop {
        if let Some(cpu_seconds) = processes::ended_after(child.id())? {
            break cpu_seconds;
        }
        peak = peak.max(processes::peak(child.id()).unwrap_or_default());
        std::thread::sleep(PAUSE);
    };
    let seconds = started.elapsed().as_secs_f64();
    let status = child.wait()?;
    let document = document(&said)
        .with_context(|| format!("bbsetup extract ended with {status}: {}", last_of(&told)))?;
    if !status.success() || document["complete"] != true {
        bail!(
            "The reading that is measured is not complete; it ended with {status}, and the gaps are {}. {}",
            document["gaps"],
            last_of(&told)
        );
    }
    let load = served.load()?;
    let requests = document["requests"].as_f64();
    if requests != Some(load.answered) {
        bail!(
            "bbsetup extract tells of {requests:?} requests, and {} were answered.",
            load.answered
        );
    }
    let files = document["files"].as_array().into_iter().flatten();
    Ok(Reading {
        seconds,
        peak,
        cpu_seconds,
        requests: load.answered,
        most_in_flight: load.most_in_flight,
        rows: files.filter_map(|file| file["rows"].as_f64()).sum(),
    })
}

fn document(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file)?;
    serde_json::from_str(&text).context("it gives no JSON")
}

/// The end of what a program said to people.
fn last_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

impl Cell {
    fn all(&self, of: Number) -> Vec<f64> {
        self.readings.iter().map(of).collect()
    }

    fn rows(&self, before: &[Self]) -> Vec<Row> {
        let floor = f64::from(self.size.floor());
        let is_aimed_at = self.latency == AIMED_AT;
        let (most_requests, most_seconds, most_memory, most_cpu) = match self.workload {
            Workload::A => (Some(440.0), Some(2.0), Some(40.0), None),
            Workload::B => (Some(4_200.0), Some(20.0), Some(45.0), Some(1.5)),
            Workload::C => (None, None, None, None),
        };
        let of_a = before
            .iter()
            .find(|cell| cell.workload == Workload::A && cell.latency == self.latency)
            .filter(|_| self.workload == Workload::C)
            .map(|a| median(&a.all(|reading| reading.peak)) * TIMES_MEMORY_OF_A);
        let at_latency = |aim: Option<f64>| aim.filter(|_| is_aimed_at);
        let name = self.workload.name();
        vec![
            Row::new(
                format!("extract {name}, {} ms latency", self.latency),
                Unit::Seconds,
                self.all(|reading| reading.seconds),
            )
            .beside("the floor at the ceiling", &[floor / self.ceiling])
            .aim_where(at_latency(most_seconds)),
            Row::new(
                "  requests",
                Unit::Requests,
                self.all(|reading| reading.requests),
            )
            .beside("the floor", &[floor])
            .aim_where(most_requests),
            Row::new(
                "  most in flight",
                Unit::Requests,
                self.all(|reading| reading.most_in_flight),
            )
            .aim(f64::from(IN_FLIGHT)),
            Row::new(
                "  peak of memory",
                Unit::Megabytes,
                self.all(|reading| reading.peak),
            )
            .aim_where(at_latency(most_memory).or(of_a)),
            Row::new(
                "  CPU time",
                Unit::Seconds,
                self.all(|reading| reading.cpu_seconds),
            )
            .aim_where(at_latency(most_cpu)),
            Row::new("  rows", Unit::Rows, self.all(|reading| reading.rows)),
        ]
    }
}

/// How everything grows from each workload to the next that was read with the same latency.
fn growths(cells: &[Cell]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, smaller) in cells.iter().enumerate() {
        let bigger = cells[place + 1..]
            .iter()
            .find(|cell| cell.latency == smaller.latency && cell.workload > smaller.workload);
        if let Some(bigger) = bigger {
            rows.extend(growth(smaller, bigger));
        }
    }
    rows
}

fn growth(smaller: &Cell, bigger: &Cell) -> Vec<Row> {
    let from_to = format!("{} to {}", smaller.workload.name(), bigger.workload.name());
    let floor = f64::from(bigger.size.floor()) / f64::from(smaller.size.floor());
    let of: [(&str, Number); 5] = [
        ("requests", |reading| reading.requests),
        ("wall", |reading| reading.seconds),
        ("CPU time", |reading| reading.cpu_seconds),
        ("rows", |reading| reading.rows),
        ("peak of memory", |reading| reading.peak),
    ];
    of.into_iter()
        .map(|(what, number)| {
            let times = median(&bigger.all(number)) / median(&smaller.all(number));
            let what_grows = format!("{from_to}, {} ms: {what}", smaller.latency);
            let row = Row::new(what_grows, Unit::Times, vec![times]);
            match what {
                // It is not to grow with what is read.
                "peak of memory" => row,
                _ => row.beside("the floor's requests", &[floor]),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(workload: Workload, peak: f64, requests: f64) -> Cell {
        Cell {
            workload,
            size: workload.size().expect("a size"),
            latency: 30,
            ceiling: 250.0,
            readings: vec![Reading {
                seconds: 1.0,
                peak,
                cpu_seconds: 0.1,
                requests,
                most_in_flight: 8.0,
                rows: 10.0,
            }],
        }
    }

    #[test]
    fn cs_memory_is_held_against_that_of_a() {
        let a = cell(Workload::A, 30.0, 430.0);
        let c = cell(Workload::C, 50.0, 41_300.0);
        let aim = |rows: &[Row], what: &str| {
            let row = rows.iter().find(|row| row.what.trim() == what);
            row.expect("a row").aim
        };
        assert_eq!(aim(&a.rows(&[]), "peak of memory"), Some(40.0));
        assert_eq!(aim(&c.rows(&[]), "peak of memory"), None);
        assert_eq!(aim(&c.rows(&[a]), "peak of memory"), Some(45.0));
    }

    #[test]
    fn what_grows_is_told_from_each_to_the_next() {
        let cells = [
            cell(Workload::A, 30.0, 430.0),
            cell(Workload::B, 33.0, 4_300.0),
            cell(Workload::C, 36.0, 43_000.0),
        ];
        let rows = growths(&cells);
        let told: Vec<&str> = rows.iter().map(|row| row.what.as_str()).collect();
        assert_eq!(told.len(), 10, "{told:?}");
        assert_eq!(
            (told[0], told[5]),
            ("A to B, 30 ms: requests", "B to C, 30 ms: requests")
        );
        assert!((rows[0].runs[0] - 10.0).abs() < 1e-9);
        assert!((rows[4].runs[0] - 1.1).abs() < 1e-9);
    }
}
