//! Looking at a page closely: its report, its faults of accessibility, what it holds, its picture.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Window;
use crate::Canary;

/// The rows of a report, by check.
const REPORT: &str = "
    return Object.fromEntries([...document.querySelectorAll('[data-check]')]
        .map((cell) => [cell.dataset.check, cell.dataset.outcome]));
";

/// The codes of the problems that are told, each once.
const PROBLEMS: &str = "
    return [...new Set([...document.querySelectorAll('[data-problem]')]
        .map((panel) => panel.dataset.problem))].sort();
";

/// Calls a command as the page calls it, with a channel for its events.
const CALL: &str = "
    const [name, given, end] = arguments;
    const inside = window.__TAURI_INTERNALS__;
    const events = `__CHANNEL__:${inside.transformCallback(() => undefined)}`;
    inside.invoke(name, { ...given, events })
        .then((told) => end({ told }), (failed) => end({ failed }));
";

/// Runs axe over the page.
const AXE: &str = "
    const end = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        (found) => end(found.violations.flatMap((violation) => violation.nodes.map((node) =>
            `${violation.id}: ${node.target.join(' ')}: ${node.failureSummary}`))),
        (error) => end([`axe failed: ${error}`]),
    );
";

/// Walks through everything that can be reached from `window`, and gives the paths of texts that
/// hold one of the given ones.
const WALK: &str = r#"
    const forms = arguments[0];
    const holds = (text) => forms.some((form) => text.includes(form));
    const found = [];
    const say = (path, text) => { if (holds(String(text))) found.push(path); };
    say('document', document.documentElement.outerHTML);
    for (const input of document.querySelectorAll('input, textarea')) say(`#${input.id}.value`, input.value);
    say('the address', location.href);
    say('the cookies', document.cookie);
    say('performance', JSON.stringify(performance.getEntries()));
    const seen = new Set();
    const waiting = [['window', window]];
    let steps = 0;
    while (waiting.length > 0) {
        const [path, held] = waiting.pop();
        if (typeof held === 'string') { say(path, held); continue; }
        if (held === null || (typeof held !== 'object' && typeof held !== 'function')) continue;
        if (seen.has(held)) continue;
        seen.add(held);
        if (held === forms) continue;
        steps += 1;
        if (steps > 2000000) return { found: ['the walk did not end'], steps };
        if (held instanceof Map) for (const [key, value] of held) waiting.push([`${path}<key>`, key], [`${path}<${String(key)}>`, value]);
        if (held instanceof Set) for (const value of held) waiting.push([`${path}<member>`, value]);
        if (ArrayBuffer.isView(held)) say(path, new TextDecoder().decode(held));
        let keys = [];
        try { keys = Reflect.ownKeys(held); } catch { continue; }
        for (const key of keys) {
            const name = `${path}.${String(key)}`;
            say(name, String(key));
            try { waiting.push([name, held[key]]); } catch { /* A getter that refuses holds nothing to read. */ }
        }
        try { waiting.push([`${path}.__proto__`, Object.getPrototypeOf(held)]); } catch { /* The same. */ }
        if (held instanceof Node) for (const child of held.childNodes) waiting.push([`${path}>${child.nodeName}`, child]);
    }
    return { found: [...new Set(found)], steps };
"#;

impl Window {
    /// The outcomes that the page shows, by check.
    pub async fn report(&self) -> BTreeMap<String, String> {
        let rows = self.does(REPORT, vec![]).await;
        serde_json::from_value(rows).expect("rows")
    }

    /// The codes of the problems that the page tells, sorted, each once.
    pub async fn problems(&self) -> Vec<String> {
        let codes = self.does(PROBLEMS, vec![]).await;
        serde_json::from_value(codes).expect("codes")
    }

    /// Calls a command of the program as the page does, and gives what it gives.
    pub async fn call(&self, command: &str, given: Value) -> Result<Value, Value> {
        let mut told = self.waits_for(CALL, vec![json!(command), given]).await;
        match told.get("failed") {
            Some(failed) => Err(failed.clone()),
            None => Ok(told["told"].take()),
        }
    }

    /// What axe finds wrong with the page.
    pub async fn violations(&self) -> Vec<String> {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&file).unwrap_or_else(|_| {
            panic!(
                "{} is not there; `cargo xtask test --only ui` installs it",
                file.display()
            )
        });
        self.does(&axe, vec![]).await;
        let found = self.waits_for(AXE, vec![]).await;
        serde_json::from_value(found).expect("violations")
    }

    /// Where in the page, or in anything that a script of it can reach, a canary stands.
    pub async fn copies(&self, canaries: &[Canary]) -> Vec<String> {
        let forms: Vec<String> = canaries.iter().flat_map(Canary::texts).collect();
        let walked = self.does(WALK, vec![json!(forms)]).await;
        let steps = walked["steps"].as_u64().unwrap_or_default();
        assert!(
            steps > 1000,
            "the walk saw {steps} things, which is not the whole page"
        );
        serde_json::from_value(walked["found"].clone()).expect("paths")
    }

    /// Gives the window a size, its frame not counted.
    pub async fn is_sized(&self, width: u32, height: u32) -> &Self {
        self.client
            .set_window_size(width, height)
            .await
            .expect("the window takes a size");
        self
    }

    /// A picture of the window, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    async fn waits_for(&self, script: &str, given: Vec<Value>) -> Value {
        self.client
            .execute_async(script, given)
            .await
            .unwrap_or_else(|error| panic!("the page does not answer: {error}"))
    }
}
