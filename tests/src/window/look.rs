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

/// Waits for two frames: the first may have been laid out before.
const PAINTED: &str = "
    const end = arguments[arguments.length - 1];
    requestAnimationFrame(() => requestAnimationFrame(() => end(null)));
";

/// Whether a dialog is open.
const HAS_DIALOG: &str = "return document.querySelector('[role=dialog]') !== null";

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
    // No pattern: the browser remembers at RegExp what it was last tried on.
    const clean = new Set();
    const holds = (text) => {
        if (clean.has(text)) return false;
        if (forms.some((form) => text.includes(form))) return true;
        clean.add(text);
        return false;
    };
    const found = [];
    const say = (path, text) => { if (holds(String(text))) found.push(path); };
    say('document', document.documentElement.outerHTML);
    for (const input of document.querySelectorAll('input, textarea')) say(`#${input.id}.value`, input.value);
    say('the address', location.href);
    say('the cookies', document.cookie);
    say('performance', JSON.stringify(performance.getEntries()));
    // The whole document was looked at above; each part of it once more would take minutes.
    const repeating = ['outerHTML', 'innerHTML', 'outerText', 'innerText', 'textContent', 'nodeValue', 'wholeText', 'data'];
    const getters = new Map();
    const gettersOf = (kind) => {
        if (!getters.has(kind)) {
            const all = Object.entries(Object.getOwnPropertyDescriptors(kind));
            getters.set(kind, all.filter(([key, what]) => what.get && !repeating.includes(key)).map(([key]) => key));
        }
        return getters.get(kind);
    };
    const seen = new Set();
    const waiting = [['window', window]];
    let steps = 0;
    while (waiting.length > 0) {
        const [path, held] = waiting.pop();
        if (typeof held === 'string') { say(path, held); continue; }
        if (held === null || (typeof held !== 'object' && typeof held !== 'function')) continue;
        if (seen.has(held)) continue;
        seen.add(held);
        if ([forms, getters, clean].includes(held)) continue;
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
        // What an object of the browser's own holds is behind the getters of its prototypes.
        let kind = held;
        while ((kind = Object.getPrototypeOf(kind)) !== null && kind !== Object.prototype && kind !== Function.prototype) {
            for (const key of gettersOf(kind)) {
                try { waiting.push([`${path}.${key}`, held[key]]); } catch { /* The same. */ }
            }
        }
        try {
            if (held instanceof Node) for (const child of held.childNodes) waiting.push([`${path}>${child.nodeName}`, child]);
        } catch { /* A prototype is a node by name alone. */ }
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

    /// Waits until a problem of a code is told.
    pub async fn sees_problem(&self, code: &str) -> &Self {
        self.becomes(
            &format!("a problem {code}"),
            "return document.querySelector(`[data-problem=${arguments[0]}]`) !== null",
            vec![json!(code)],
            json!(true),
        )
        .await
    }

    /// Waits until the report is whole: a verdict, and no answer that is still awaited.
    pub async fn waits_for_the_report(&self) -> &Self {
        self.becomes(
            "a whole report",
            "return document.querySelector('[data-verdict]') !== null
                && document.querySelector('table[aria-busy=true]') === null",
            vec![],
            json!(true),
        )
        .await
    }

    /// Waits until a picture is drawn, by what is loaded for it alone.
    pub async fn sees_picture(&self, name: &str) -> &Self {
        self.becomes(
            &format!("the picture of {name}"),
            "return document.querySelector(`[data-picture=${arguments[0]}] svg path`) !== null",
            vec![json!(name)],
            json!(true),
        )
        .await
    }

    /// Waits until there is a button with these words that can be pressed.
    pub async fn sees_button(&self, words: &str) -> &Self {
        self.with_button(words, async |_| Ok(())).await;
        self
    }

    /// Waits until a dialog is open.
    pub async fn sees_dialog(&self) -> &Self {
        self.becomes("a dialog", HAS_DIALOG, vec![], json!(true))
            .await
    }

    /// Waits until no dialog is open.
    pub async fn sees_no_dialog(&self) -> &Self {
        self.becomes(
            "the page without a dialog",
            HAS_DIALOG,
            vec![],
            json!(false),
        )
        .await
    }

    /// Whether a dialog is open.
    pub async fn has_dialog(&self) -> bool {
        self.does(HAS_DIALOG, vec![]).await == json!(true)
    }

    /// Opens what was sent and what came back for the first answer of the report.
    pub async fn opens_the_first_evidence(&self) -> &Self {
        self.does(
            "document.querySelector('td[data-check] button').click()",
            vec![],
        )
        .await;
        self.becomes(
            "the evidence",
            "return document.querySelector('tr.evidence') !== null",
            vec![],
            json!(true),
        )
        .await
    }

    /// Scrolls so far down; tells whether there was more to come to.
    pub async fn scrolls_to(&self, top: u32) -> bool {
        let moved = "
            const before = scrollY;
            scrollTo({ top: arguments[0], behavior: 'instant' });
            return scrollY > before + 1;
        ";
        self.does(moved, vec![json!(top)]).await == json!(true)
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

    /// Limits the size of what the program may write, in bytes; a disk that is full does the same.
    pub fn may_write(&self, limit: Option<u64>) {
        let limit = limit.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let limited = std::process::Command::new("prlimit")
            .arg(format!("--fsize={limit}:unlimited"))
            .arg(format!("--pid={}", self.program))
            .status();
        assert!(limited.expect("prlimit is installed").success());
    }

    /// Gives the window a size, its frame not counted.
    pub async fn is_sized(&self, width: u32, height: u32) -> &Self {
        self.client
            .set_window_size(width, height)
            .await
            .expect("the window takes a size");
        // The page learns of it later, and is painted anew after that.
        self.becomes(
            &format!("a page of {width} by {height}"),
            "return [innerWidth, innerHeight]",
            vec![],
            json!([width, height]),
        )
        .await;
        self.waits_for(PAINTED, vec![]).await;
        self
    }

    /// A picture of the window, as PNG.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    pub(super) async fn waits_for(&self, script: &str, given: Vec<Value>) -> Value {
        self.client
            .execute_async(script, given)
            .await
            .unwrap_or_else(|error| panic!("the page does not answer: {error}"))
    }
}
