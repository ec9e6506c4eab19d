//! How soon the window shows its first page, and how much memory it takes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::driver::{Driver, until};
use super::table::{Row, Unit};
use super::{Program, processes};
use crate::practice;
use crate::process::{command, inside, is_installed, run};

/// A page that is later than this feels slow to open.
const START_AIM: f64 = 400.0;

/// What all processes together may take, in megabytes.
const MEMORY_AIM: f64 = 280.0;

/// Between the first paint and a look at the memory, so that the page has settled.
const SETTLED: Duration = Duration::from_secs(2);

/// The start in milliseconds and the memory in megabytes of each run.
#[derive(Default)]
struct Measured {
    starts: Vec<f64>,
    memory: Vec<f64>,
}

/// Measures on a display and with a keychain of its own.
pub(crate) fn measure(runs: usize) -> Result<Vec<Row>> {
    if !is_installed("xvfb-run") || !is_installed("WebKitWebDriver") {
        bail!(
            "xvfb-run or WebKitWebDriver is not installed; `cargo xtask test --only packages` installs both on Debian."
        );
    }
    let folder = tempfile::tempdir()?;
    let numbers = folder.path().join("numbers.json");
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let mut measuring = practice::with_keychain(&folder.path().join("data"), own)?;
    measuring
        .args(["bench", "--runs", &runs.to_string(), "--on-this-display"])
        .arg(&numbers)
        .env("BBSETUP_HOME", folder.path().join("home"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("XDG_CACHE_HOME", folder.path().join("cache"));
    let mut display = command("xvfb-run");
    display.args(["-a", "-s", "-screen 0 1280x1024x24"]);
    // What the display's programs say goes to where messages go.
    run(inside(display, &measuring).stdout(std::io::stderr()))?;
    let numbers: Value = serde_json::from_slice(&fs::read(&numbers)?)?;
    let list = |of: &str, what: &str| -> Vec<f64> {
        let numbers = numbers[of][what].as_array();
        numbers
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect()
    };
    let row = |what: &str, key: &str, unit, aim| {
        let row = Row::new(what, unit, list("window", key)).aim(aim);
        match list("bare", key) {
            bare if bare.is_empty() => row,
            bare => row.beside("WebKit's MiniBrowser, a bare page", &bare),
        }
    };
    Ok(vec![
        row(
            "window: start to first painted page",
            "starts",
            Unit::Milliseconds,
            START_AIM,
        ),
        row(
            "window: memory of all processes (PSS)",
            "memory",
            Unit::Megabytes,
            MEMORY_AIM,
        ),
    ])
}

/// Measures on the display that is there, and writes the numbers to a file.
pub(crate) fn measure_here(program: &Program, runs: usize, file: &Path) -> Result<()> {
    let mut window = Measured::default();
    let mut bare = Measured::default();
    let mini_browser = mini_browser();
    // The first of each finds nothing in the machine's caches and is not counted; the two take
    // turns, so that whatever else the machine does meets both.
    for turn in 0..=runs {
        let is_counted = turn > 0;
        let (start, memory) = of_window(&program.desktop)?;
        if is_counted {
            window.starts.push(start);
            window.memory.push(memory);
        }
        if let Some(browser) = &mini_browser {
            let (start, memory) = of_bare_page(browser)?;
            if is_counted {
                bare.starts.push(start);
                bare.memory.push(memory);
            }
        }
    }
    let numbers =
        |measured: &Measured| json!({"starts": measured.starts, "memory": measured.memory});
    let both = json!({"window": numbers(&window), "bare": numbers(&bare)});
    fs::write(file, both.to_string())
        .with_context(|| format!("{} cannot be written", file.display()))
}

fn of_window(program: &Path) -> Result<(f64, f64)> {
    let home = tempfile::tempdir()?;
    let driver = Driver::start(&[("BBSETUP_HOME", home.path())])?;
    let mut window = driver.open(program)?;
    let start = window.first_paint()? - processes::started(window.process)?;
    let address = window.address()?;
    if !address.starts_with("tauri://localhost") {
        bail!("What was painted is {address}, not the program's own page.");
    }
    sleep(SETTLED);
    let memory = processes::memory(&processes::tree(window.process))?;
    window.close()?;
    Ok((start, memory))
}

/// The browser that comes with WebKit, as Debian has it.
fn mini_browser() -> Option<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").ok()?;
    libraries
        .flatten()
        .map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser"))
        .find(|browser| browser.is_file())
}

/// The page says itself when it was painted: it needs no driver.
const BARE_PAGE: &str = "<!doctype html><title>bare</title><p>A bare page.</p><script>\
new PerformanceObserver(list => {\
const paint = list.getEntries().find(entry => entry.name === 'first-contentful-paint');\
if (paint) fetch('/painted/' + (performance.timeOrigin + paint.startTime));\
}).observe({type: 'paint', buffered: true});</script>";

fn of_bare_page(browser: &Path) -> Result<(f64, f64)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let mut child = command(browser)
        .arg(format!("http://{address}/"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("MiniBrowser could not be started")?;
    let measured = until(|| match listener.accept() {
        Ok((stream, _)) => answer(stream),
        Err(_) => Ok(None),
    })
    .and_then(|painted| {
        let start = painted - processes::started(child.id())?;
        sleep(SETTLED);
        Ok((start, processes::memory(&processes::tree(child.id()))?))
    });
    // It may have ended by itself.
    let _ended = child.kill();
    child.wait()?;
    measured.context("MiniBrowser painted no bare page")
}

/// Gives the page; where the page tells when it was painted, that time.
fn answer(stream: TcpStream) -> Result<Option<f64>> {
    stream.set_nonblocking(false)?;
    let mut reader = BufReader::new(stream);
    let mut asked = String::new();
    reader.read_line(&mut asked)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{BARE_PAGE}",
        BARE_PAGE.len()
    )?;
    let painted = asked
        .split(' ')
        .nth(1)
        .and_then(|path| path.strip_prefix("/painted/"));
    Ok(painted.and_then(|time| time.parse().ok()))
}
