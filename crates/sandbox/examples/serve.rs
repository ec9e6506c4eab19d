//! The practice servers over TLS as a process of their own, for measurements.
//!
//! `serve SCENARIO_FILE CA_FILE` starts the scenario of the first file, writes the certificate of
//! the authority to trust to the second, prints one line of JSON and stays.

#![allow(
    clippy::print_stdout,
    reason = "whoever starts it reads where the servers are"
)]

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use bbsetup_sandbox::{Listening, Sandbox, Scenario};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [scenario_file, ca_file] = arguments.as_slice() else {
        return Err("usage: serve SCENARIO_FILE CA_FILE".into());
    };
    let scenario = Scenario::from_json(&fs::read_to_string(scenario_file)?)?;
    let about = scenario.about.clone();
    let listening = Listening {
        tls: true,
        ..Listening::default()
    };
    let sandbox = Sandbox::start_on(scenario, listening).await?;
    let ca_file = std::path::absolute(Path::new(ca_file))?;
    fs::write(&ca_file, sandbox.ca_pem().unwrap_or_default())?;
    println!(
        "{}",
        json!({"about": about, "env": sandbox.env(), "ca_file": ca_file, "control": sandbox.control()})
    );
    std::future::pending::<()>().await;
    Ok(())
}
