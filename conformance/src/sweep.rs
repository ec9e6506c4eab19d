//! Asking the practice Bitbucket everything that it serves, in every scenario.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use bbsetup_sandbox::{Sandbox, Scenario};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::answers::Answer;
use crate::ask::{Authorization, ask, basic, bearer, world};
use crate::groups;
use crate::spec::Spec;

/// Of each kind of thing, so many are asked for in a scenario, and one that is not there.
const OF_EACH: usize = 2;

/// Of each list, so many pages are asked for at every length.
const PAGES: usize = 3;

/// Scenarios in which it is not Bitbucket that goes wrong but the way to it, or a call that is gone:
/// what comes then is no answer to hold against a description, and what is asked is as in the others.
pub(crate) const OF_THE_WAY: [&str; 12] = [
    "endpoint-removed",
    "server-error",
    "no-answer",
    "cut-answer",
    "unreadable-answer",
    "off-origin-link",
    "redirect",
    "proxy-asks-sign-in",
    "closed-port",
    "unknown-name",
    "untrusted-certificate",
    "plain-http-elsewhere",
];

/// The scenarios in which Bitbucket answers.
pub(crate) fn scenarios() -> impl Iterator<Item = &'static str> {
    Scenario::names()
        .into_iter()
        .filter(|name| !OF_THE_WAY.contains(name))
}

/// What is answered in place of every path that is not served.
const NOT_SERVED: &str = "Resource not found";

/// The templates that the practice Bitbucket serves, with the base before them: those of the
/// description that it knows, and the v1 groups.
pub(crate) async fn served(spec: &Spec) -> Result<Vec<String>> {
    let sandbox = start(Scenario::named("ready")?).await?;
    let senders = senders(&sandbox);
    let mut served = Vec::new();
    let described = spec
        .operations("GET")
        .into_iter()
        .map(|operation| format!("{}{}", spec.base(), operation.template));
    let v1 = [groups::LIST, groups::MEMBERS].map(str::to_owned);
    for template in described.chain(v1) {
        // What is not there is told otherwise than what is not served.
        let path = template.replace(['{', '}'], "");
        let answer = ask(&sandbox, "ready", "GET", &path, &senders[0]).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if body["error"]["message"] != NOT_SERVED {
            served.push(template);
        }
    }
    Ok(served)
}

pub(crate) async fn start(scenario: Scenario) -> Result<Sandbox> {
    Sandbox::start(scenario)
        .await
        .context("the practice servers could not start")
}

/// Asks everything in a scenario; `look` is given each answer.
pub(crate) async fn sweep(
    name: &str,
    scenario: Scenario,
    templates: &[String],
    look: &mut dyn FnMut(Answer) -> Result<()>,
) -> Result<()> {
    let sandbox = start(scenario).await?;
    let world = world(&sandbox).await?;
    let senders = senders(&sandbox);
    for template in templates {
        let paths = filled(template, &world);
        for (number, path) in paths.iter().enumerate() {
            for sender in &senders {
                look(ask(&sandbox, name, "GET", path, sender).await?)?;
            }
            // The first is of something that is there.
            if number > 0 {
                continue;
            }
            look(ask(&sandbox, name, "POST", path, &senders[0]).await?)?;
            for sender in &senders[..2] {
                for query in QUERIES {
                    let path = format!("{path}?{query}");
                    look(ask(&sandbox, name, "GET", &path, sender).await?)?;
                }
                for length in [1, 100] {
                    pages(
                        &sandbox,
                        name,
                        &format!("{path}?pagelen={length}"),
                        sender,
                        look,
                    )
                    .await?;
                }
            }
        }
    }
    let unknown = format!("{}/no/such/path", "/2.0");
    look(ask(&sandbox, name, "GET", &unknown, &senders[0]).await?)
}

/// Queries that some places understand and others refuse.
const QUERIES: [&str; 9] = [
    "pagelen=0",
    "pagelen=many",
    "page=0",
    "page=1000000",
    "ctx=nonsense",
    "q=nonsense(",
    "q=permission%3D%22owner%22",
    "q=user.email%20IN%20(%22jane%40acme.example%22)",
    "administrator=true&exclude_members=true",
];

async fn pages(
    sandbox: &Sandbox,
    name: &str,
    first: &str,
    sender: &Authorization,
    look: &mut dyn FnMut(Answer) -> Result<()>,
) -> Result<()> {
    let origin = sandbox.bitbucket_url();
    let mut path = first.to_owned();
    for _ in 0..PAGES {
        let answer = ask(sandbox, name, "GET", &path, sender).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        look(answer)?;
        let Some(next) = body["next"]
            .as_str()
            .and_then(|next| next.strip_prefix(origin.as_str()))
        else {
            return Ok(());
        };
        path = next.to_owned();
    }
    Ok(())
}

/// What a person would type, in the two ways of sending it; then nothing, an unknown token, and an
/// app password.
fn senders(sandbox: &Sandbox) -> Vec<Authorization> {
    let typed = sandbox.env();
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    vec![
        basic(value("BBSETUP_ACCOUNT"), value("BBSETUP_API_TOKEN")),
        bearer(value("BBSETUP_WORKSPACE_TOKEN")),
        None,
        bearer("ATCTT3xFfGN0unknown"),
        basic("someone", "ATBBunknown"),
    ]
}

/// A template filled with what the world holds, the first of each kind first, and with what it does
/// not hold.
pub(crate) fn filled(template: &str, world: &Value) -> Vec<String> {
    if !template.contains('{') {
        return vec![template.to_owned()];
    }
    let mut paths = Vec::new();
    if template.contains("{selected_user}") {
        for id in values(&world["accounts"], &["uuid", "account_id"]) {
            paths.push(template.replace("{selected_user}", &id));
        }
        return paths;
    }
    for workspace in world["workspaces"].as_array().into_iter().flatten() {
        for id in [&workspace["slug"], &workspace["uuid"]] {
            let within = template.replace("{workspace}", &encoded(id.as_str().unwrap_or_default()));
            paths.extend(filled_within(&within, workspace));
        }
    }
    let nowhere = template.replace("{workspace}", "no-such-workspace");
    paths.extend(filled_within(&nowhere, &json!({})));
    paths
}

fn filled_within(template: &str, workspace: &Value) -> Vec<String> {
    for (parameter, things, names) in [
        ("{repo_slug}", "repositories", ["slug", "uuid"]),
        ("{project_key}", "projects", ["key", "uuid"]),
        ("{group}", "groups", ["slug", "slug"]),
    ] {
        if template.contains(parameter) {
            return values(&workspace[things], &names)
                .into_iter()
                .map(|id| template.replace(parameter, &id))
                .collect();
        }
    }
    vec![template.to_owned()]
}

/// By which names the first few of a list go, and a name that none goes by.
fn values(list: &Value, names: &[&str]) -> Vec<String> {
    let held = list.as_array().map_or(&[][..], Vec::as_slice);
    let mut values: Vec<String> = held
        .iter()
        .take(OF_EACH)
        .flat_map(|thing| names.iter().map(move |name| &thing[*name]))
        .filter_map(|value| value.as_str().map(encoded))
        .collect();
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values.push("no-such-thing".to_owned());
    values
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
