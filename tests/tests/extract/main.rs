//! Reading a workspace by `bbsetup extract`: what the files hold, compared with what the practice
//! Bitbucket has, and every way in which a reading can be broken off, refused or misled.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

mod changes;
mod faults;
mod folder;
mod killed;
mod limits;
mod odd;
mod requests;
mod secrets;
mod stopped;
mod truth;

use std::path::Path;

use bbsetup_sandbox::{Entry, Scenario, Truth};
use bbsetup_tests::{Ran, Story};
use serde_json::Value;

/// The files of a reading that depend on what was read alone.
const FILES: [&str; 3] = ["entities.csv", "entity_relations.csv", "manifest.json"];

/// A story in a scenario with a patch on it.
async fn patched(scenario: &str, patch: Value) -> Story {
    let scenario = Scenario::named(scenario).and_then(|scenario| scenario.patched(patch));
    Story::of(scenario.expect("a scenario")).await
}

/// Reads the workspace into the folder `out`.
async fn extract(story: &Story, more: &[&str]) -> Ran {
    into(story, "out", more).await
}

/// Reads the workspace into a folder.
async fn into(story: &Story, folder: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["extract", "--out", folder, "--json"];
    arguments.extend(more);
    story.run(&arguments).await
}

/// A file of a folder, byte by byte.
fn file(story: &Story, folder: &str, name: &str) -> Vec<u8> {
    let path = Path::new(&story.path(folder)).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The three files of a folder.
fn files(story: &Story, folder: &str) -> [Vec<u8>; 3] {
    FILES.map(|name| file(story, folder, name))
}

/// The names of all that is in a folder, sorted.
fn names(story: &Story, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(story.path(folder)).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    names
}

/// What is true of the workspace now.
fn truth(story: &Story) -> Truth {
    story.sandbox.truth("acme").expect("acme is there")
}

/// Everything that Bitbucket was asked.
fn asked(story: &Story) -> Vec<Entry> {
    let requests = story.sandbox.requests().into_iter();
    requests
        .filter(|entry| entry.server == "bitbucket")
        .collect()
}

/// How often Bitbucket was asked.
fn count(story: &Story) -> u64 {
    asked(story).len() as u64
}

/// How often Bitbucket was asked for paths that end so.
fn count_of(story: &Story, end: &str) -> usize {
    asked(story)
        .iter()
        .filter(|entry| entry.path.ends_with(end))
        .count()
}

/// Adds a fault of the practice Bitbucket.
fn fault(story: &Story, mut fault: Value) {
    fault["server"] = "bitbucket".into();
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
}

/// What could not be read: name, count and code of each gap.
fn gaps(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let gaps = json["gaps"].as_array().expect("gaps").iter();
    gaps.map(|gap| {
        let text = |name: &str| gap[name].as_str().expect("a text").to_owned();
        format!("{} {} {}", text("what"), gap["count"], text("code"))
    })
    .collect()
}

/// The run read everything, and the files hold exactly what is true now.
async fn is_whole(story: &Story, ran: &Ran) {
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(json["complete"], true, "{ran:?}");
    assert_eq!(json["gaps"], serde_json::json!([]), "{ran:?}");
    assert_eq!(json["problems"], serde_json::json!([]), "{ran:?}");
    truth::compare(story, "out", &truth(story)).await;
}
