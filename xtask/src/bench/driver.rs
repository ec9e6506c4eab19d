//! The real window through WebKitWebDriver.
//!
//! Source: <https://www.w3.org/TR/webdriver2/>.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::http::Connection;
use super::processes;
use crate::process::command;

/// Something that takes longer does not come any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at something that is awaited.
const PAUSE: Duration = Duration::from_millis(20);

/// A running driver; it ends when this is dropped.
pub(crate) struct Driver {
    child: Child,
    host: String,
}

/// A window that the driver opened.
pub(crate) struct Window {
    connection: Connection,
    session: String,
    /// The program's process.
    pub(crate) process: u32,
}

impl Driver {
    /// Starts the driver; the programs that it starts get `environment` too.
    pub(crate) fn start(environment: &[(&str, &Path)]) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = command("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("WebKitWebDriver could not be started")?;
        let driver = Self {
            child,
            host: format!("127.0.0.1:{port}"),
        };
        until(|| Ok(Connection::to(&driver.host).ok()))
            .context("WebKitWebDriver takes no connection")?;
        Ok(driver)
    }

    /// Opens a program's window.
    pub(crate) fn open(&self, program: &Path) -> Result<Window> {
        let mut connection = Connection::to(&self.host)?;
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "wry",
            "webkitgtk:browserOptions": {"binary": program, "args": []},
        }}});
        let opened = connection.json("POST", "/session", &wanted)?;
        let session = opened["value"]["sessionId"]
            .as_str()
            .context("the driver names no session")?
            .to_owned();
        let tree = processes::tree(self.child.id());
        let process = processes::running(program, &tree)
            .with_context(|| format!("the driver does not run {}", program.display()))?;
        Ok(Window {
            connection,
            session,
            process,
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Window {
    /// When the page was painted first, in milliseconds of Unix time.
    pub(crate) fn first_paint(&mut self) -> Result<f64> {
        until(|| {
            let painted = self.run(
                "const paint = performance.getEntriesByName('first-contentful-paint')[0];\
                 return paint ? performance.timeOrigin + paint.startTime : null;",
            )?;
            Ok(painted.as_f64())
        })
        .context("the window paints nothing")
    }

    /// Where the page comes from; another than the program's own is the engine's page of an error.
    pub(crate) fn address(&mut self) -> Result<String> {
        let address = self.run("return location.href;")?;
        Ok(address.as_str().unwrap_or_default().to_owned())
    }

    fn run(&mut self, script: &str) -> Result<Value> {
        let path = format!("/session/{}/execute/sync", self.session);
        let body = json!({"script": script, "args": []});
        let mut answer = self.connection.json("POST", &path, &body)?;
        Ok(answer["value"].take())
    }

    /// Closes the window, and waits until the program has ended.
    pub(crate) fn close(mut self) -> Result<()> {
        let path = format!("/session/{}", self.session);
        self.connection.json("DELETE", &path, &Value::Null)?;
        let process = format!("/proc/{}", self.process);
        until(|| Ok((!Path::new(&process).exists()).then_some(())))
            .context("the program goes on without its window")
    }
}

/// Looks again and again until there is something.
pub(crate) fn until<T>(mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if begun.elapsed() > PATIENCE {
            bail!("It did not come within {} s.", PATIENCE.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}
