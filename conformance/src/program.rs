//! What the program sends, recorded from real runs of it against the practice servers.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use bbsetup_sandbox::{Sandbox, Scenario};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::ask::world;
use crate::calls::Call;
use crate::sweep::{scenarios, start};

/// Commands that speak with Bitbucket, beside `check` and `extract`, which are run in every scenario in
/// which Bitbucket answers.
const OTHERS: [&[&str]; 6] = [
    &["setup", "--answers-from-environment"],
    &["save", "--json"],
    &["submit", "--yes", "--json"],
    &["evidence", "--out", "evidence.html", "--json"],
    &["extract", "--effective-only", "--out", "read", "--json"],
    &["estimate", "--json"],
];

/// Every call to Bitbucket, each once.
pub(crate) async fn calls(program: &Path) -> Result<BTreeSet<Call>> {
    // It runs in folders of its own.
    let program = &std::path::absolute(program)?;
    let mut calls = BTreeSet::new();
    for name in scenarios() {
        let sandbox = start(Scenario::named(name)?).await?;
        run(program, &sandbox, &["check", "--json"], None).await?;
        calls.extend(recorded(&sandbox));
        // What check has used up of a rate limit is not this run's.
        let sandbox = start(Scenario::named(name)?).await?;
        run(
            program,
            &sandbox,
            &["extract", "--out", "read", "--json"],
            None,
        )
        .await?;
        calls.extend(recorded(&sandbox));
    }
    let ready = Scenario::named("ready")?;
    for arguments in OTHERS {
        let sandbox = start(ready.clone()).await?;
        run(program, &sandbox, arguments, None).await?;
        calls.extend(recorded(&sandbox));
    }
    // The workspace by its other name, and one that stands on the second page of the account's.
    let sandbox = start(ready.clone()).await?;
    let uuid = world(&sandbox).await?["workspaces"][0]["uuid"].clone();
    run(program, &sandbox, &["check", "--json"], uuid.as_str()).await?;
    calls.extend(recorded(&sandbox));
    let sandbox = start(ready.patched(many_workspaces())?).await?;
    run(program, &sandbox, &["check", "--json"], Some("zulu-099")).await?;
    calls.extend(recorded(&sandbox));
    if !calls
        .iter()
        .any(|call| call.parameters.contains(&"ctx".to_owned()))
    {
        bail!("The program followed no link to another page, so what it sends there is not known.");
    }
    Ok(calls)
}

/// More workspaces than one page holds.
fn many_workspaces() -> Value {
    let workspaces: Map<String, Value> = (0..100)
        .map(|number| {
            let workspace =
                json!({"name": format!("Zulu {number}"), "members": {"balkanid": "owner"}});
            (format!("zulu-{number:03}"), workspace)
        })
        .collect();
    json!({"world": {"workspaces": workspaces}})
}

fn recorded(sandbox: &Sandbox) -> impl Iterator<Item = Call> {
    sandbox
        .requests()
        .into_iter()
        .filter(|entry| entry.server == "bitbucket")
        .map(|entry| Call {
            method: entry.method,
            path: entry.path,
            parameters: entry.parameters,
        })
}

/// Runs the program in an environment of its own. What it finds does not matter here; that it runs
/// and that Bitbucket hears of it do.
async fn run(
    program: &Path,
    sandbox: &Sandbox,
    arguments: &[&str],
    workspace: Option<&str>,
) -> Result<()> {
    let folder = TempDir::new().context("there is no room for a run of the program")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .args(["--max-wait", "2"])
        .env_clear()
        .envs(sandbox.env())
        .env("BBSETUP_HOME", folder.path().join("home"))
        .env("BBSETUP_VAULT", "memory")
        .env("BBSETUP_PRIMARY_OWNER", "owner@acme.example")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(workspace) = workspace {
        command.env("BBSETUP_WORKSPACE", workspace);
    }
    let output = command
        .output()
        .await
        .with_context(|| format!("{} could not be started", program.display()))?;
    if matches!(output.status.code(), None | Some(1 | 2)) {
        bail!(
            "bbsetup {} ended with {}: {}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
