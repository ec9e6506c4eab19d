//! Looking through a million entities and a million relations, beside reading them and no more.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::processes;
use super::table::{Row, Unit};
use super::{Program, milliseconds};
use crate::process::{cargo, command, run, target};

/// Rows in each of the two files.
const ROWS: u32 = 1_000_000;
/// Looking may take so many times as long as the csv crate's own reading.
const AIM_TIMES: f64 = 2.0;
/// Megabytes.
const AIM_MEMORY: f64 = 60.0;

/// Measures `bbsetup validate` of both files.
pub(crate) fn measure(program: &Program, runs: usize) -> Result<Vec<Row>> {
    let folder = target().join("bench").join("million");
    write(&folder)?;
    let plain = build_plain_read()?;
    let files = ["entities.csv", "entity_relations.csv"].map(|name| folder.join(name));
    let home = tempfile::tempdir()?;
    let validate = |home: &Path| -> Result<(f64, f64)> {
        let mut command = command(&program.bbsetup);
        command.arg("validate").args(&files);
        command
            .env("BBSETUP_HOME", home)
            .env("BBSETUP_VAULT", "memory");
        timed(&mut command)
    };
    let plain_read = || timed(command(&plain).args(&files));
    // The first turn finds nothing in the machine's caches.
    let _warm = (validate(home.path())?, plain_read()?);
    let (mut looked, mut read, mut counted) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        // In turns, so that whatever else the machine does meets all of them.
        looked.push(validate(home.path())?);
        read.push(plain_read()?);
        counted.push(timed(command("wc").arg("-l").args(&files))?);
    }
    let walls = |of: &[(f64, f64)]| -> Vec<f64> { of.iter().map(|(wall, _)| *wall).collect() };
    let peaks = |of: &[(f64, f64)]| -> Vec<f64> { of.iter().map(|(_, peak)| *peak).collect() };
    let rows = f64::from(2 * ROWS);
    let a_second = |wall: &f64| rows / (wall / 1000.0);
    let looked_walls = walls(&looked);
    let read_walls = walls(&read);
    let times: Vec<f64> = looked_walls
        .iter()
        .zip(&read_walls)
        .map(|(looked, read)| looked / read)
        .collect();
    Ok(vec![
        Row::new(
            "validate, 1 000 000 entities and relations each",
            Unit::Milliseconds,
            looked_walls.clone(),
        )
        .beside("the csv crate, read alone", &read_walls),
        Row::new("  times the csv crate's reading", Unit::Times, times).aim(AIM_TIMES),
        Row::new(
            "  rows",
            Unit::RowsASecond,
            looked_walls.iter().map(a_second).collect(),
        )
        .beside(
            "the csv crate, read alone",
            &read_walls.iter().map(a_second).collect::<Vec<_>>(),
        ),
        Row::new(
            "  rows, `wc -l`",
            Unit::RowsASecond,
            walls(&counted).iter().map(a_second).collect(),
        ),
        Row::new("  peak of memory", Unit::Megabytes, peaks(&looked))
            .beside("the csv crate, read alone", &peaks(&read))
            .aim(AIM_MEMORY),
    ])
}

/// Wall time and peak of memory of a program from its start to its end.
fn timed(command: &mut std::process::Command) -> Result<(f64, f64)> {
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} could not be started", command.get_program().display()))?;
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        peak = peak.max(processes::peak(child.id()).unwrap_or_default());
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let wall = milliseconds(started.elapsed());
    match status.success() {
        true => Ok((wall, peak)),
        false => bail!("{} ended with {status}", command.get_program().display()),
    }
}

/// The csv crate's reader with nothing behind it, built as the program is.
fn build_plain_read() -> Result<PathBuf> {
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "bbsetup-balkanid",
        "--example",
        "plain_read",
    ]))?;
    let file = format!("plain_read{}", std::env::consts::EXE_SUFFIX);
    Ok(target().join("release/examples").join(file))
}

/// Writes both files, where they are not there already; they are as a read of Bitbucket makes them.
fn write(folder: &Path) -> Result<()> {
    if folder.join("entity_relations.csv").is_file() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let id = |number: u32| {
        format!(
            "{{5f3a9c51-{number:08x}-4e84-b602-d2e84b60{:04x}}}",
            number % 0x1_0000
        )
    };
    let mut entities = BufWriter::new(File::create(folder.join("entities.csv"))?);
    writeln!(
        entities,
        "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata"
    )?;
    for number in 0..ROWS {
        writeln!(
            entities,
            "bitbucket,Person {number:07},identity,bitbucket,{},user,v1,\"{{\"\"username\"\":\"\"person{number}\"\",\"\"displayName\"\":\"\"Person {number:07}\"\",\"\"accountStatus\"\":\"\"active\"\"}}\"",
            id(number)
        )?;
    }
    entities.flush()?;
    // Whole before it has its name, which says that both are there.
    let unfinished = folder.join("unfinished");
    let mut relations = BufWriter::new(File::create(&unfinished)?);
    writeln!(
        relations,
        "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata"
    )?;
    for number in 0..ROWS {
        // Far from each other, as they are in a real file.
        let other = u32::try_from((u64::from(number) * 7_919 + 1) % u64::from(ROWS))?;
        writeln!(
            relations,
            "bitbucket,{},identity,{},identity,bitbucket,v1,\"{{\"\"project\"\":\"\"acme\"\",\"\"privilegeName\"\":\"\"read\"\",\"\"privilegeValue\"\":true}}\"",
            id(number),
            id(other)
        )?;
    }
    relations.flush()?;
    std::fs::rename(&unfinished, folder.join("entity_relations.csv"))?;
    Ok(())
}
