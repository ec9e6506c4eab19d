//! How long the full check takes, and how many requests and round trips it needs.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::http::Connection;
use super::table::{Row, Unit};
use super::{Program, milliseconds};
use crate::practice::Servers;
use crate::process::command;

/// Delays before every answer that are measured, in milliseconds.
const LATENCIES: [u32; 2] = [0, 100];

/// The requests and connections by which the practice server's own ceiling is told.
const CEILING_REQUESTS: usize = 2_000;
const CEILING_CONNECTIONS: usize = 4;

/// Measures the check of both slots against the practice servers.
pub(crate) fn measure(program: &Program, runs: usize) -> Result<Vec<Row>> {
    let servers = Servers::start_with(&program.bbsetup, "ready")?;
    let host = servers
        .env
        .get("BBSETUP_API_URL")
        .and_then(|url| url.strip_prefix("http://"))
        .context("the practice servers do not say where they are")?
        .to_owned();
    let version = repeated(runs, || timed(command(&program.bbsetup).arg("--version")))?;
    let nothing = repeated(runs, || timed(&mut command("true")))?;
    let mut rows = Vec::new();
    for latency in LATENCIES {
        Connection::to(&host)?.json("PUT", "/_practice/latency", &latency.into())?;
        let single = repeated(runs, || timed_request(&host))?;
        // The first run finds nothing in the machine's caches.
        let _warm = timed_check(program, &servers)?;
        let checks = repeated(runs, || timed_check(program, &servers))?;
        let walls: Vec<f64> = checks.iter().map(|(wall, _)| *wall).collect();
        let requests: Vec<f64> = checks.iter().map(|(_, requests)| *requests).collect();
        rows.push(
            Row::new(
                format!("full check, both slots, {latency} ms latency"),
                Unit::Milliseconds,
                walls.clone(),
            )
            .beside("one request", &single),
        );
        rows.push(Row::new("  requests", Unit::Requests, requests).aim(20.0));
        if latency == 0 {
            rows.push(
                Row::new(
                    "  of which the program's start",
                    Unit::Milliseconds,
                    version.clone(),
                )
                .beside("`true`", &nothing),
            );
            continue;
        }
        let round_trips = |walls: &[f64]| -> Vec<f64> {
            walls.iter().map(|wall| wall / f64::from(latency)).collect()
        };
        rows.push(
            Row::new("  round trips", Unit::RoundTrips, round_trips(&walls))
                .beside("one request", &round_trips(&single))
                .aim(4.0),
        );
    }
    Connection::to(&host)?.json("PUT", "/_practice/latency", &0.into())?;
    rows.push(Row::new(
        "ceiling of the practice Bitbucket",
        Unit::RequestsASecond,
        repeated(runs, || ceiling(&host))?,
    ));
    Ok(rows)
}

fn repeated<T>(runs: usize, mut run: impl FnMut() -> Result<T>) -> Result<Vec<T>> {
    (0..runs).map(|_| run()).collect()
}

/// The wall time of a check with the program's start, and the requests that it tells.
fn timed_check(program: &Program, servers: &Servers) -> Result<(f64, f64)> {
    let home = tempfile::tempdir()?;
    let started = Instant::now();
    let output = command(&program.bbsetup)
        .args(["check", "--json"])
        .envs(&servers.env)
        .env("BBSETUP_VAULT", "memory")
        .env("BBSETUP_HOME", home.path())
        .stderr(Stdio::null())
        .output()
        .context("bbsetup could not be started")?;
    let wall = milliseconds(started.elapsed());
    let report: Value =
        serde_json::from_slice(&output.stdout).context("the check gives no JSON")?;
    if report["verdict"] != "ready" {
        bail!(
            "The check that is measured does not end well: {}",
            report["verdict"]
        );
    }
    let requests = report["requests"]
        .as_f64()
        .context("no count of requests")?;
    Ok((wall, requests))
}

/// The wall time of a program from its start to its end.
fn timed(program: &mut Command) -> Result<f64> {
    program.stdout(Stdio::null());
    let started = Instant::now();
    let status = program.status()?;
    let wall = milliseconds(started.elapsed());
    match status.success() {
        true => Ok(wall),
        false => bail!("{} ended with {status}", program.get_program().display()),
    }
}

/// One request on a connection of its own.
fn timed_request(host: &str) -> Result<f64> {
    let started = Instant::now();
    // Answered like any other: refused, because nothing is sent with it.
    let answer = Connection::to(host)?.send("GET", "/2.0/user", &[], "")?;
    let wall = milliseconds(started.elapsed());
    match answer.status {
        401 => Ok(wall),
        status => bail!("The practice Bitbucket answers {status} where 401 is right."),
    }
}

/// Requests a second that the practice Bitbucket answers to clients that do nothing else.
fn ceiling(host: &str) -> Result<f64> {
    let started = Instant::now();
    let clients: Vec<_> = (0..CEILING_CONNECTIONS)
        .map(|_| {
            let host = host.to_owned();
            std::thread::spawn(move || -> Result<()> {
                let mut connection = Connection::to(&host)?;
                for _ in 0..CEILING_REQUESTS / CEILING_CONNECTIONS {
                    connection.send("GET", "/2.0/user", &[], "")?;
                }
                Ok(())
            })
        })
        .collect();
    for client in clients {
        match client.join() {
            Ok(ended) => ended?,
            Err(_) => bail!("a client of the measurement broke off"),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    Ok(f64::from(u32::try_from(CEILING_REQUESTS)?) / seconds)
}
