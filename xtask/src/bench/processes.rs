//! What Linux tells of processes. Source: `man 5 proc`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// How many of the kernel's ticks a second has, on every architecture that Debian has.
const TICKS_A_SECOND: f64 = 100.0;

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stat {
    parent: u32,
    /// Ticks between the machine's start and the process'.
    started: f64,
    /// Whether it has ended, and was not waited for.
    has_ended: bool,
    /// Ticks that it ran for, in itself and in the kernel.
    ran: f64,
}

/// A process and all that it started, itself first.
pub(crate) fn tree(of: u32) -> Vec<u32> {
    let all = all();
    let mut tree = vec![of];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        let children = all.iter().filter(|(_, stat)| stat.parent == parent);
        tree.extend(children.map(|(pid, _)| *pid));
        next += 1;
    }
    tree
}

/// The first process in a tree that runs a program.
pub(crate) fn running(program: &Path, tree: &[u32]) -> Option<u32> {
    let program = program.canonicalize().ok()?;
    tree.iter()
        .copied()
        .find(|pid| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program))
}

/// When a process started, in milliseconds of Unix time, to 10 ms.
pub(crate) fn started(pid: u32) -> Result<f64> {
    let stat = look(pid)?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime
        .split(' ')
        .next()
        .and_then(|seconds| seconds.parse().ok())
        .with_context(|| format!("{uptime:?} cannot be read"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok((now - uptime + stat.started / TICKS_A_SECOND) * 1000.0)
}

/// The memory of processes in megabytes, what they share being counted once in proportion.
pub(crate) fn memory(processes: &[u32]) -> Result<f64> {
    let mut bytes = 0.0;
    for pid in processes {
        let file = format!("/proc/{pid}/smaps_rollup");
        let text = fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"))?;
        bytes += proportional(&text).with_context(|| format!("{file} tells no Pss"))? * 1024.0;
    }
    Ok(bytes / 1e6)
}

/// The most memory that a process has had so far, in megabytes.
pub(crate) fn peak(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

/// For how many seconds of processors' time a child ran that has ended; nothing as long as it runs.
/// It must not have been waited for.
pub(crate) fn ended_after(pid: u32) -> Result<Option<f64>> {
    let stat = look(pid)?;
    Ok(stat.has_ended.then(|| stat.ran / TICKS_A_SECOND))
}

fn look(pid: u32) -> Result<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid} is gone"))?;
    stat(&line).with_context(|| format!("{line:?} cannot be read"))
}

/// The kilobytes in the line `Pss:`.
fn proportional(rollup: &str) -> Option<f64> {
    rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))?
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()
}

fn all() -> BTreeMap<u32, Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let line = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((pid, stat(&line)?))
        })
        .collect()
}

/// Reads a line of `/proc/PID/stat`. The program's name, in brackets, may hold anything.
fn stat(line: &str) -> Option<Stat> {
    let (_, behind_name) = line.rsplit_once(") ")?;
    let fields: Vec<&str> = behind_name.split(' ').collect();
    // The manual counts from 1 and the first field here is its third.
    let number = |place: usize| -> Option<f64> { fields.get(place - 3)?.parse().ok() };
    Some(Stat {
        parent: fields.get(4 - 3)?.parse().ok()?,
        started: number(22)?,
        has_ended: matches!(*fields.first()?, "Z" | "X"),
        ran: number(14)? + number(15)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parent_and_start_are_read_behind_any_name() {
        let line = "12 (a) b (c)) S 7 12 12 0 -1 4194560 1 0 0 0 25 4 0 0 20 0 1 0 31415 1 2 3";
        let expected = Stat {
            parent: 7,
            started: 31415.0,
            has_ended: false,
            ran: 29.0,
        };
        assert_eq!(stat(line), Some(expected));
        assert_eq!(stat("12 (a"), None);
    }

    #[test]
    fn the_proportional_share_is_read() {
        let rollup = "5555-7fff ---p 0 [rollup]\nRss: 9 kB\nPss:     1234 kB\nPss_Anon: 8 kB\n";
        assert_eq!(proportional(rollup), Some(1234.0));
        assert_eq!(proportional("Rss: 9 kB"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_that_has_ended_tells_how_long_it_ran_until_it_is_waited_for() {
        let mut child = std::process::Command::new("true")
            .spawn()
            .expect("a process");
        let ran = loop {
            if let Some(ran) = ended_after(child.id()).expect("it is there") {
                break ran;
            }
        };
        assert!(ran < 60.0, "{ran}");
        child.wait().expect("it ended");
        assert!(ended_after(child.id()).is_err(), "it is gone");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_is_in_its_parents_tree_and_started_later() {
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .expect("a process");
        let own = std::process::id();
        let tree = tree(own);
        assert_eq!(tree[0], own);
        assert!(tree.contains(&child.id()));
        let both = [own, child.id()].map(|pid| started(pid).expect("a start"));
        // Both are told to a tick and were asked for at different times.
        assert!(both[0] <= both[1] + 20.0, "{both:?}");
        assert!(memory(&[own]).expect("memory") > 0.0);
        child.kill().expect("it ends");
        child.wait().expect("it ended");
    }
}
