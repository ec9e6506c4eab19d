//! A real keychain of a story's own: gnome-keyring on a private session bus.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::wait::until;

/// What a real keychain is made of, and the Debian package that holds it.
const PROGRAMS: [(&str, &str); 4] = [
    ("dbus-daemon", "dbus"),
    ("dbus-send", "dbus"),
    ("gnome-keyring-daemon", "gnome-keyring"),
    ("secret-tool", "libsecret-tools"),
];

/// An unlocked keychain on a session bus of its own. Both end when this is dropped.
pub struct Keychain {
    bus: Child,
    daemon: Option<Child>,
    address: String,
    folder: TempDir,
}

impl Keychain {
    /// Opens an empty keychain.
    ///
    /// A machine without the programs fails the story: passing silently would prove nothing.
    pub fn open() -> Self {
        let mut keychain = Self::bus_alone();
        let mut daemon = keychain
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        // With a password, what it writes to the disk is encrypted.
        daemon
            .stdin
            .take()
            .expect("its standard input")
            .write_all(b"a password for the stories\n")
            .expect("it reads the password");
        keychain.daemon = Some(daemon);
        until("the keychain answers", || keychain.answers());
        keychain
    }

    /// Where its session bus is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A session bus on which no keychain answers.
    pub fn bus_alone() -> Self {
        if let Some(sentence) = missing(std::env::var_os("PATH").as_deref()) {
            panic!("{sentence}");
        }
        let folder = TempDir::new().expect("a folder");
        for name in ["data", "config", "cache", "runtime"] {
            let made = folder.path().join(name);
            fs::create_dir(&made).expect("room");
            fs::set_permissions(&made, fs::Permissions::from_mode(0o700))
                .expect("a private folder");
        }
        // The machine's own list of services would start a keychain that is not unlocked.
        let settings = folder.path().join("bus.conf");
        fs::write(
            &settings,
            BUS.replace("FOLDER", &folder.path().display().to_string()),
        )
        .expect("room");
        let mut bus = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&settings)
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("its standard output"))
            .read_line(&mut address)
            .expect("it names its address");
        Self {
            bus,
            daemon: None,
            address: address.trim().to_owned(),
            folder,
        }
    }

    /// The variables of a program that is to find this keychain.
    pub fn env(&self) -> BTreeMap<String, String> {
        let folder = |name: &str| self.folder.path().join(name).display().to_string();
        BTreeMap::from([
            ("DBUS_SESSION_BUS_ADDRESS".into(), self.address.clone()),
            ("XDG_DATA_HOME".into(), folder("data")),
            ("XDG_CONFIG_HOME".into(), folder("config")),
            ("XDG_CACHE_HOME".into(), folder("cache")),
            ("XDG_RUNTIME_DIR".into(), folder("runtime")),
        ])
    }

    /// What a person who looks from outside finds in a workspace's slot.
    pub fn lookup(&self, workspace: &str, slot: &str) -> Option<String> {
        let output = self
            .command("secret-tool")
            .args(["lookup", "service", "bbsetup", "username"])
            .arg(format!("{workspace}/{slot}"))
            .output()
            .expect("secret-tool starts");
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).expect("text"))
    }

    /// The names of all that the program keeps, sorted, such as `acme/account`.
    pub fn names(&self) -> Vec<String> {
        let output = self
            .command("secret-tool")
            .args(["search", "--all", "service", "bbsetup"])
            .output()
            .expect("secret-tool starts");
        // It writes attributes to the one stream and secrets to the other.
        let said = [output.stdout, output.stderr].concat();
        let mut names: Vec<String> = String::from_utf8_lossy(&said)
            .lines()
            .filter_map(|line| line.strip_prefix("attribute.username = "))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    /// Locks it, as a desktop does when its person leaves; nobody is there to unlock it again.
    pub fn lock(&self) {
        let output = self
            .command("dbus-send")
            .args(["--print-reply", "--dest=org.freedesktop.secrets"])
            .arg("/org/freedesktop/secrets")
            .arg("org.freedesktop.Secret.Service.Lock")
            .arg("array:objpath:/org/freedesktop/secrets/collection/login")
            .output()
            .expect("dbus-send starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("collection/login"), "it is locked: {said}");
    }

    fn answers(&self) -> bool {
        let output = self
            .command("dbus-send")
            .args(["--print-reply", "--dest=org.freedesktop.DBus", "/"])
            .arg("org.freedesktop.DBus.NameHasOwner")
            .arg("string:org.freedesktop.secrets")
            .output()
            .expect("dbus-send starts");
        String::from_utf8_lossy(&output.stdout).contains("boolean true")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.env())
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for child in self.daemon.iter_mut().chain([&mut self.bus]) {
            // It may have ended by itself.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// A session bus that starts nothing by itself.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What to say where a program is not there.
fn missing(path: Option<&OsStr>) -> Option<String> {
    let is_there = |program: &str| {
        path.is_some_and(|path| {
            std::env::split_paths(path).any(|folder| Path::new(&folder).join(program).is_file())
        })
    };
    let (program, package) = PROGRAMS.iter().find(|(program, _)| !is_there(program))?;
    Some(format!(
        "{program} is not installed, and this story needs a real keychain. It is in Debian's package {package}; `cargo xtask test --only packages` installs it."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_keychain_is_told_what_is_missing() {
        for path in [None, Some(OsStr::new("/nowhere"))] {
            let said = missing(path).expect("a sentence");
            assert!(said.starts_with("dbus-daemon is not installed"), "{said}");
        }
    }

    #[test]
    fn two_keychains_know_nothing_of_each_other() {
        let (one, other) = (Keychain::open(), Keychain::open());
        let mut store = one
            .command("secret-tool")
            .args([
                "store",
                "--label=x",
                "service",
                "bbsetup",
                "username",
                "acme/account",
            ])
            .stdin(Stdio::piped())
            .spawn()
            .expect("secret-tool starts");
        let mut stdin = store.stdin.take().expect("its standard input");
        stdin.write_all(b"a secret").expect("it reads");
        drop(stdin);
        assert!(store.wait().expect("it ends").success());
        assert_eq!(one.lookup("acme", "account").as_deref(), Some("a secret"));
        assert_eq!(one.names(), ["acme/account"]);
        assert_eq!(other.lookup("acme", "account"), None);
        assert!(other.names().is_empty());
    }
}
