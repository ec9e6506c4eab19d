//! The practice servers over TLS as a process of their own, and a client that does nothing but ask.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::{cargo, command, run, target};

/// Running servers; they end when this is dropped.
pub(crate) struct Served {
    child: Child,
    /// The variables that point every command at them.
    pub(crate) env: BTreeMap<String, String>,
    /// The certificate of the authority to trust.
    pub(crate) ca_file: PathBuf,
    host: String,
}

/// Counts of requests to the practice Bitbucket.
pub(crate) struct Load {
    pub(crate) answered: f64,
    pub(crate) most_in_flight: f64,
}

/// Builds the servers and the client as the programs are built that are given to people.
pub(crate) fn build() -> Result<()> {
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "bbsetup-sandbox",
        "--examples",
    ]))
}

fn example(name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    target().join("release/examples").join(file)
}

impl Served {
    /// Starts the servers of a scenario's file; `folder` takes the authority's certificate.
    pub(crate) fn start(scenario: &Path, folder: &Path) -> Result<Self> {
        let mut child = command(example("serve"))
            .arg(scenario)
            .arg(folder.join("authority.pem"))
            .stdout(Stdio::piped())
            .spawn()
            .context("the practice servers could not be started")?;
        let stdout = child.stdout.take();
        // From here on, a failure ends them.
        let mut served = Self {
            child,
            env: BTreeMap::new(),
            ca_file: PathBuf::new(),
            host: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout.context("the practice servers have no standard output")?)
            .read_line(&mut line)?;
        let mut first: Value = serde_json::from_str(&line)
            .context("the practice servers did not start; what they said is above")?;
        served.env = serde_json::from_value(first["env"].take())?;
        served.ca_file = serde_json::from_value(first["ca_file"].take())?;
        served.host = served
            .env
            .get("BBSETUP_API_URL")
            .and_then(|url| url.strip_prefix("https://"))
            .context("the practice servers do not say where they are")?
            .to_owned();
        Ok(served)
    }

    /// Sets the delay before every answer, in milliseconds.
    pub(crate) fn set_latency(&self, latency: u32) -> Result<()> {
        self.control("PUT", "latency", &latency.to_string())?;
        Ok(())
    }

    /// Counts requests anew.
    pub(crate) fn count_anew(&self) -> Result<()> {
        self.control("PUT", "load", "")?;
        Ok(())
    }

    /// The requests since they were counted anew.
    pub(crate) fn load(&self) -> Result<Load> {
        let load: Value = serde_json::from_str(&self.control("GET", "load", "")?)?;
        let count = |name: &str| load[name].as_f64().with_context(|| format!("no {name}"));
        Ok(Load {
            answered: count("answered")?,
            most_in_flight: count("most_in_flight")?,
        })
    }

    /// Requests a second that are answered to so many connections which do nothing else.
    pub(crate) fn ceiling(
        &self,
        connections: usize,
        requests: u32,
        paths: &[String],
    ) -> Result<f64> {
        let typed = |name: &str| self.env.get(name).map_or("", String::as_str);
        let said = self.ask(json!({
            "connections": connections,
            "requests": requests,
            "paths": paths,
            "authorization": format!("Bearer {}", typed("BBSETUP_WORKSPACE_TOKEN")),
        }))?;
        let seconds = said["seconds"].as_f64().context("no time was measured")?;
        Ok(f64::from(requests) / seconds)
    }

    fn control(&self, method: &str, what: &str, body: &str) -> Result<String> {
        let path = format!("/_practice/{what}");
        let said = self.ask(json!({"method": method, "path": path, "body": body}))?;
        let body = said["body"].as_str().unwrap_or_default();
        match said["status"].as_u64() {
            Some(200..300) => Ok(body.to_owned()),
            _ => bail!("{method} {path} was refused: {body}"),
        }
    }

    fn ask(&self, mut wanted: Value) -> Result<Value> {
        wanted["ca_file"] = json!(self.ca_file);
        wanted["host"] = json!(self.host);
        let mut child = command(example("ask"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the client could not be started")?;
        let mut stdin = child.stdin.take().context("the client takes no input")?;
        stdin.write_all(wanted.to_string().as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("the client ended with {}", output.status);
        }
        serde_json::from_slice(&output.stdout).context("the client says no JSON")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // They may have ended by themselves.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
