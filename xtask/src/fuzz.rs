//! `cargo xtask fuzz`: what is typed and what servers send, under cargo-fuzz.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process::{cargo, is_installed, succeeds, target};
use crate::root;

/// The most that one request for memory may be, in MiB: as much as an answer's body may have.
const LARGEST_REQUEST: u32 = 8;
/// The most memory that a target may hold, in MiB: the watching itself takes most of it.
const MOST_MEMORY: u32 = 512;
/// The longest input, in bytes.
const LONGEST_INPUT: u32 = 64 * 1024;

/// What `fuzz` takes.
#[derive(Args)]
pub(crate) struct FuzzArguments {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Run these targets alone
    #[arg(long, num_args = 1..)]
    only: Vec<String>,
}

/// How a target ended.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    executions: Option<u64>,
    peak_mib: Option<u64>,
}

/// Runs the targets; one that finds something does not keep the others from running.
pub(crate) fn run_with(arguments: &FuzzArguments) -> Result<bool> {
    if let Some(missing) = missing() {
        bail!("{missing}");
    }
    let targets = targets()?;
    if let Some(unknown) = arguments.only.iter().find(|only| !targets.contains(only)) {
        bail!(
            "There is no target {unknown}; there are: {}.",
            targets.join(", ")
        );
    }
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for name in &targets {
        if !arguments.only.is_empty() && !arguments.only.contains(name) {
            continue;
        }
        println!("\n=== {name}");
        let (ended, well) = run(name, Duration::from_secs(arguments.seconds))?;
        let shown = |number: Option<u64>| number.map_or("?".to_owned(), |it| it.to_string());
        lines.push(format!(
            "{name:15} {:>12} {:>10}  {}",
            shown(ended.executions),
            shown(ended.peak_mib),
            if well {
                "nothing found"
            } else {
                "FOUND, see above"
            }
        ));
        if !well {
            found.push(name.clone());
        }
    }
    println!(
        "\n{:15} {:>12} {:>10}  result",
        "target", "executions", "peak MiB"
    );
    for line in lines {
        println!("{line}");
    }
    if !found.is_empty() {
        println!(
            "\nWhat was found is under {}. Make a test of it before it is mended.",
            folder("artifacts").display()
        );
    }
    Ok(found.is_empty())
}

/// What has to be installed first, in a sentence; this task installs nothing.
fn missing() -> Option<&'static str> {
    if !succeeds(cargo().args(["fuzz", "--version"])) {
        return Some(
            "cargo-fuzz is not installed; `cargo install cargo-fuzz` does it. Nothing was run.",
        );
    }
    if !["c++", "g++", "clang++"].into_iter().any(is_installed) {
        return Some(
            "There is no C++ compiler, which the fuzzer itself is built with; on Debian it is in the package g++. Nothing was run.",
        );
    }
    None
}

/// The names of the targets: those of their files.
fn targets() -> Result<Vec<String>> {
    let folder = root().join("fuzz/targets");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .context("fuzz/targets could not be read")?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some(path.file_stem()?.to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    Ok(names)
}

/// A folder of a target's, beside what cargo builds: none of it is the project's.
fn folder(what: &str) -> PathBuf {
    target().join("fuzz").join(what)
}

/// Runs a target; what it says is shown as it comes, and how it ended is read off its last words.
fn run(name: &str, time: Duration) -> Result<(Ended, bool)> {
    let (corpus, artifacts) = (folder("corpus").join(name), folder("artifacts").join(name));
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} could not be made", folder.display()))?;
    }
    let mut fuzz = cargo();
    fuzz.args(["fuzz", "run", "--fuzz-dir", "fuzz", "--target-dir"])
        .arg(folder("build"))
        .arg(name)
        .arg(&corpus)
        // Replies that others met are where it begins; nothing is written there.
        .arg("crates/bitbucket/tests/recorded")
        .arg("--")
        .args([
            format!("-max_total_time={}", time.as_secs()),
            format!("-malloc_limit_mb={LARGEST_REQUEST}"),
            format!("-rss_limit_mb={MOST_MEMORY}"),
            format!("-max_len={LONGEST_INPUT}"),
            format!("-artifact_prefix={}/", artifacts.display()),
        ])
        .args(["-dict=fuzz/dictionary.txt", "-print_final_stats=1"])
        // The watching is not stable; no other toolchain is asked for.
        .env("RUSTC_BOOTSTRAP", "1")
        // What is given back is kept for a while, to see whether it is used again; by default 256 MiB.
        .env("ASAN_OPTIONS", "quarantine_size_mb=8")
        .stderr(Stdio::piped());
    let output = fuzz
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .context("cargo fuzz could not be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let ended = last_words(&said);
    let well = output.status.success();
    if !well {
        // Lines of progress begin with their number.
        for line in said.lines().filter(|line| !line.starts_with('#')) {
            println!("{line}");
        }
    }
    if ended.executions.is_none() && !well {
        bail!("cargo fuzz did not come to run {name}; what it said is above.");
    }
    Ok((ended, well))
}

/// libFuzzer's own counts.
fn last_words(said: &str) -> Ended {
    let count = |name: &str| {
        said.lines()
            .filter_map(|line| line.trim().strip_prefix(name))
            .next_back()
            .and_then(|rest| rest.trim_start_matches(':').trim().parse().ok())
    };
    Ended {
        executions: count("stat::number_of_executed_units"),
        peak_mib: count("stat::peak_rss_mb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzzers_own_counts_are_read() {
        let said = "Done 12 runs in 1 second(s)\nstat::number_of_executed_units: 4711\nstat::average_exec_per_sec:     78\nstat::peak_rss_mb:              92\n";
        let ended = Ended {
            executions: Some(4711),
            peak_mib: Some(92),
        };
        assert_eq!(last_words(said), ended);
        assert_eq!(last_words("no such words").executions, None);
    }

    #[test]
    fn every_target_is_in_the_manifest() {
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
        let targets = targets().expect("targets");
        assert!(targets.len() >= 8, "{targets:?}");
        for name in &targets {
            let path = format!("path = \"targets/{name}.rs\"");
            assert!(manifest.contains(&path), "{name}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }
}
