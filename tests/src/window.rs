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
use fantoccini::error::CmdError;
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

/// More stops than any page has.
const PATIENCE: usize = 60;

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
        let (port, mut child) = started_driver(story, light);
        let address = format!("http://127.0.0.1:{port}");
        until("WebKitWebDriver listens", || {
            if let Ok(Some(ended)) = child.try_wait() {
                panic!(
                    "WebKitWebDriver ended with {ended}; is it installed? `cargo xtask test --only packages` installs it"
                );
            }
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
        self.with_field(label, async |field| {
            field.click().await?;
            self.selects_all().await.key(Key::Backspace).await;
            if text.is_empty() {
                return Ok(());
            }
            field.send_keys(text).await
        })
        .await;
        self.key(Key::Tab).await;
        self
    }

    /// What stands in the field of a label.
    pub async fn typed(&self, label: &str) -> String {
        let value = self
            .with_field(label, async |field| field.prop("value").await)
            .await;
        value.unwrap_or_default()
    }

    /// Presses the button with these words, once it can be pressed.
    pub async fn press(&self, words: &str) -> &Self {
        self.with_button(words, async |button| {
            let itself = serde_json::to_value(&button).expect("an element");
            self.client
                .execute_async(find::STANDS_STILL, vec![itself])
                .await?;
            button.click().await
        })
        .await;
        self
    }

    /// Whether there is a button with these words that can be pressed.
    pub async fn offers(&self, words: &str) -> bool {
        let found = self.find(find::BUTTON, words).await;
        found.is_ok_and(|found| found.is_some())
    }

    /// Ticks the box of a label.
    pub async fn tick(&self, label: &str) -> &Self {
        self.with_field(label, async |field| field.click().await)
            .await;
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

    /// Selects all of the field that has the focus.
    pub async fn selects_all(&self) -> &Self {
        self.chord(Key::Control, 'a').await;
        self
    }

    /// What has the focus, by its words or label.
    pub async fn focus(&self) -> String {
        let focus = self.does(find::FOCUS, vec![]).await;
        focus.as_str().unwrap_or_default().to_owned()
    }

    /// Goes on with Tab until something has the focus.
    pub async fn tabs_to(&self, words: &str) -> &Self {
        let mut passed = Vec::new();
        while passed.last().is_none_or(|last| last != words) {
            assert!(
                passed.len() < PATIENCE,
                "Tab does not lead to {words}: {passed:?}"
            );
            self.key(Key::Tab).await;
            passed.push(self.focus().await);
        }
        self
    }

    /// Goes back with Shift and Tab until something has the focus.
    pub async fn tabs_back_to(&self, words: &str) -> &Self {
        let mut passed = Vec::new();
        while passed.last().is_none_or(|last| last != words) {
            assert!(
                passed.len() < PATIENCE,
                "Tab does not lead back to {words}: {passed:?}"
            );
            self.chord(Key::Shift, Key::Tab.into()).await;
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

    async fn with_field<T>(
        &self,
        label: &str,
        act: impl AsyncFn(Element) -> Result<T, CmdError>,
    ) -> T {
        self.with(&format!("a field “{label}”"), find::FIELD, label, act)
            .await
    }

    async fn with_button<T>(
        &self,
        words: &str,
        act: impl AsyncFn(Element) -> Result<T, CmdError>,
    ) -> T {
        self.with(&format!("a button “{words}”"), find::BUTTON, words, act)
            .await
    }

    /// Does something with what a script finds, once it is there.
    ///
    /// A page may put another thing in the place of what was found before anything was done with
    /// it; it is looked for again then, as a person does.
    async fn with<T>(
        &self,
        what: &str,
        script: &str,
        words: &str,
        act: impl AsyncFn(Element) -> Result<T, CmdError>,
    ) -> T {
        let done = eventually(async || {
            let done = match self.find(script, words).await {
                Ok(Some(element)) => act(element).await.map(Some),
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            match done {
                Ok(done) => done,
                Err(error) if error.is_stale_element_reference() => None,
                Err(error) => panic!("{what} cannot be used: {error}"),
            }
        })
        .await;
        match done {
            Some(done) => done,
            None => panic!("there is no {what} on the page:\n{}", self.text().await),
        }
    }

    async fn find(&self, script: &str, words: &str) -> Result<Option<Element>, CmdError> {
        let found = self.client.execute(script, vec![json!(words)]).await?;
        let id = found.as_object().and_then(|fields| fields.values().next());
        let id = id.and_then(Value::as_str).map(str::to_owned);
        Ok(id.map(|id| Element::from_element_id(self.client.clone(), id.into())))
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
fn started_driver(story: &Story, light: Light) -> (u16, Child) {
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
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let said = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(story.path("window.log"))
        .expect("room");
    // A limit on what may be written is to fail a write, as a full disk does, and not to kill.
    let child = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ && exec WebKitWebDriver "$0""#])
        .arg(format!("--port={port}"))
        .env_clear()
        .envs(&env)
        .env("DISPLAY", &display)
        .envs(std::env::var_os("XAUTHORITY").map(|file| ("XAUTHORITY", file)))
        .stdin(Stdio::null())
        .stdout(said.try_clone().expect("a file"))
        .stderr(said)
        .spawn()
        .expect("sh starts");
    (port, child)
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
