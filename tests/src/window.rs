//! A person at the real window, through WebKitWebDriver.
//!
//! Everything is found as a person finds it: by heading, label and the words on a button.

mod find;
mod look;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::Story;
use crate::wait::{eventually, until};

/// The window's program, as `cargo xtask test` builds it before the stories.
fn program() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let program = root.join(target).join("debug/bitbucket-setup");
    assert!(
        program.is_file(),
        "{} is not there; `cargo xtask test --only window` builds it with its pages inside",
        program.display()
    );
    program
}

/// What a window finds around it besides the story's own environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Light {
    /// As most systems are.
    #[default]
    Light,
    /// The system prefers dark.
    Dark,
}

/// The real window, open. It is closed when this is dropped.
pub struct Window {
    client: Client,
    driver: Child,
    program: u32,
}

impl Window {
    /// Opens the window in the story's environment and no other.
    pub async fn open(story: &Story) -> Self {
        Self::open_in(story, Light::Light).await
    }

    /// The same, on a system that prefers light or dark.
    pub async fn open_in(story: &Story, light: Light) -> Self {
        let mut driver = started_driver(story, light);
        let (port, mut child) = driver();
        let address = format!("http://127.0.0.1:{port}");
        until("WebKitWebDriver listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        let wanted = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": {"binary": program(), "args": []},
        });
        let opened = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.as_object().cloned().unwrap_or_default())
            .connect(&address)
            .await;
        let client = match opened {
            Ok(client) => client,
            Err(error) => {
                // It would stay behind else.
                let _ended = child.kill();
                panic!("the window did not open: {error}");
            }
        };
        let program = child_of(child.id()).expect("the driver has started the program");
        let window = Self {
            client,
            driver: child,
            program,
        };
        window.turns_to("home").await;
        window
    }

    /// The name of the page that is shown.
    pub async fn page(&self) -> String {
        let page = self.does(find::PAGE, vec![]).await;
        page.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a page is shown.
    pub async fn turns_to(&self, page: &str) -> &Self {
        self.becomes(&format!("the page {page}"), find::PAGE, vec![], json!(page))
            .await
    }

    /// The page's heading.
    pub async fn heading(&self) -> String {
        let heading = self.does(find::HEADING, vec![]).await;
        heading.as_str().unwrap_or_default().to_owned()
    }

    /// All that can be read on the page.
    pub async fn text(&self) -> String {
        let text = self.does(find::TEXT, vec![]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a text can be read.
    pub async fn sees(&self, text: &str) -> &Self {
        self.becomes(
            &format!("“{text}”"),
            find::HAS_TEXT,
            vec![json!(text)],
            json!(true),
        )
        .await
    }

    /// Types into the field of a label, in place of what stands there, and leaves it.
    pub async fn fill(&self, label: &str, text: &str) -> &Self {
        let field = self.field(label).await;
        field.click().await.expect("the field can be clicked");
        self.chord(Key::Control, 'a').await;
        self.key(Key::Backspace).await;
        if !text.is_empty() {
            field.send_keys(text).await.expect("the field takes text");
        }
        self.key(Key::Tab).await;
        self
    }

    /// What stands in the field of a label.
    pub async fn typed(&self, label: &str) -> String {
        let field = self.field(label).await;
        field
            .prop("value")
            .await
            .expect("a value")
            .unwrap_or_default()
    }

    /// Presses the button with these words, once it can be pressed.
    pub async fn press(&self, words: &str) -> &Self {
        let button = self
            .element(&format!("a button “{words}”"), find::BUTTON, words)
            .await;
        button.click().await.expect("the button can be pressed");
        self
    }

    /// Whether there is a button with these words that can be pressed.
    pub async fn offers(&self, words: &str) -> bool {
        !self.does(find::BUTTON, vec![json!(words)]).await.is_null()
    }

    /// Ticks the box of a label.
    pub async fn tick(&self, label: &str) -> &Self {
        let field = self.field(label).await;
        field.click().await.expect("the box can be ticked");
        self
    }

    /// Presses a key wherever the focus is.
    pub async fn key(&self, key: Key) -> &Self {
        self.presses(vec![char::from(key)]).await
    }

    /// Types a text wherever the focus is.
    pub async fn types(&self, text: &str) -> &Self {
        self.presses(text.chars().collect()).await
    }

    /// What has the focus, by its words or label.
    pub async fn focus(&self) -> String {
        let focus = self.does(find::FOCUS, vec![]).await;
        focus.as_str().unwrap_or_default().to_owned()
    }

    /// Goes on with Tab until something has the focus.
    pub async fn tabs_to(&self, words: &str) -> &Self {
        let mut passed = Vec::new();
        while self.focus().await != words {
            assert!(
                passed.len() < 40,
                "Tab does not lead to {words}: {passed:?}"
            );
            self.key(Key::Tab).await;
            passed.push(self.focus().await);
        }
        self
    }

    async fn chord(&self, held: Key, key: char) {
        self.perform(vec![
            KeyAction::Down { value: held.into() },
            KeyAction::Down { value: key },
            KeyAction::Up { value: key },
            KeyAction::Up { value: held.into() },
        ])
        .await;
    }

    async fn presses(&self, keys: Vec<char>) -> &Self {
        let strokes = keys
            .into_iter()
            .flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }])
            .collect();
        self.perform(strokes).await;
        self
    }

    async fn perform(&self, strokes: Vec<KeyAction>) {
        let keyboard = strokes.into_iter().fold(
            KeyActions::new("keyboard".to_owned()),
            |keyboard, stroke| keyboard.then(stroke),
        );
        self.client
            .perform_actions(keyboard)
            .await
            .expect("keys can be pressed");
    }

    async fn field(&self, label: &str) -> Element {
        self.element(&format!("a field “{label}”"), find::FIELD, label)
            .await
    }

    async fn element(&self, what: &str, script: &str, words: &str) -> Element {
        let found = eventually(async || {
            let found = self.does(script, vec![json!(words)]).await;
            (!found.is_null()).then_some(found)
        })
        .await;
        let found = match found {
            Some(found) => found,
            None => panic!("there is no {what} on the page:\n{}", self.text().await),
        };
        let id = found.as_object().and_then(|fields| fields.values().next());
        let id = id.and_then(Value::as_str).expect("an element").to_owned();
        Element::from_element_id(self.client.clone(), id.into())
    }

    async fn becomes(&self, what: &str, script: &str, given: Vec<Value>, wanted: Value) -> &Self {
        let held =
            eventually(async || (self.does(script, given.clone()).await == wanted).then_some(()))
                .await;
        if held.is_none() {
            panic!("{what} did not come; the page says:\n{}", self.text().await);
        }
        self
    }

    /// Runs a script in the page.
    pub async fn does(&self, script: &str, given: Vec<Value>) -> Value {
        self.client
            .execute(script, given)
            .await
            .unwrap_or_else(|error| panic!("the page does not answer: {error}"))
    }

    /// Ends the program in the middle of whatever it does, as a power cut would.
    pub async fn is_killed(self) {
        let program = self.program;
        drop(self);
        until("the program is gone", || {
            !Path::new("/proc").join(program.to_string()).exists()
        });
    }

    /// Closes the window.
    pub async fn close(self) {
        // The program ends with its session, and the driver is ended with this.
        let _closed = self.client.clone().close().await;
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        kill(self.program);
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

fn kill(process: u32) {
    // It may have ended by itself.
    let _gone = Command::new("sh")
        .args(["-c", &format!("kill -9 {process}")])
        .stderr(Stdio::null())
        .status();
}

/// Starts a driver of the window's own, so that the program has an environment of its own.
fn started_driver(story: &Story, light: Light) -> impl FnMut() -> (u16, Child) {
    let display = std::env::var_os("DISPLAY").unwrap_or_else(|| {
        panic!("no DISPLAY is set; `cargo xtask test --only window` brings one of its own")
    });
    let mut env: BTreeMap<String, String> = story.env.clone();
    for name in [
        "HOME",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ] {
        let folder = story.folder.path().join("system").join(name);
        std::fs::create_dir_all(&folder).expect("room");
        env.entry(name.to_owned())
            .or_insert_with(|| folder.display().to_string());
    }
    env.insert("TAURI_WEBVIEW_AUTOMATION".into(), "true".into());
    env.insert("GDK_BACKEND".into(), "x11".into());
    env.insert("GSETTINGS_BACKEND".into(), "memory".into());
    env.insert("LANG".into(), "C.UTF-8".into());
    env.insert("TZ".into(), "UTC".into());
    if light == Light::Dark {
        env.insert("GTK_THEME".into(), "Adwaita:dark".into());
    }
    let log = story.path("window.log");
    move || {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let said = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("room");
        let child = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env_clear()
            .envs(&env)
            .env("DISPLAY", &display)
            .envs(std::env::var_os("XAUTHORITY").map(|file| ("XAUTHORITY", file)))
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("a file"))
            .stderr(said)
            .spawn()
            .expect("WebKitWebDriver is installed; `cargo xtask test --only packages` installs it");
        (port, child)
    }
}

/// The process that another one has started.
fn child_of(parent: u32) -> Option<u32> {
    let is_child = |process: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        status
            .lines()
            .any(|line| line.strip_prefix("PPid:").map(str::trim) == Some(&parent.to_string()))
    };
    std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .find(is_child)
}
