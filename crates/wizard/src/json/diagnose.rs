//! What was seen of the surroundings: keychain, network, folder, log.

use bbsetup_http::route::{Part, State};
use serde::Serialize;
use ts_rs::TS;

use super::ProblemJson;

/// `bbsetup.diagnose/1`. Tokens are masked; e-mails too, unless they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DiagnoseJson {
    /// Always `bbsetup.diagnose/1`.
    pub schema: String,
    /// When it was looked, RFC 3339 in UTC.
    pub looked_at: String,
    /// What runs here.
    pub versions: VersionsJson,
    /// The keychain, step by step.
    pub keychain: KeychainProofJson,
    /// Every host that the program speaks to, each once.
    pub hosts: Vec<HostJson>,
    /// The folder of progress and profiles.
    pub home: HomeFolderJson,
    /// The log of requests.
    pub log: LogJson,
    /// Everything that is wrong, those of keychain, hosts and folder included.
    pub problems: Vec<ProblemJson>,
    /// The file that was written, where one was.
    pub bundle: Option<SavedBundleJson>,
}

/// What runs here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct VersionsJson {
    /// The program's version.
    pub program: String,
    /// The operating system, such as `linux`.
    pub os: String,
    /// The processor's kind, such as `x86_64`.
    pub architecture: String,
    /// The engine that shows the window, with its version; nothing in the terminal.
    pub window_engine: Option<String>,
}

/// The keychain's proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct KeychainProofJson {
    /// What the system calls it.
    pub store: String,
    /// `write`, `read` and `delete`, in order.
    pub steps: Vec<LayerJson>,
    /// What is wrong with it.
    pub problem: Option<ProblemJson>,
}

/// A host, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HostJson {
    /// The host, with its port where it has one.
    pub host: String,
    /// What the program asks there.
    pub used_for: String,
    /// `name`, `proxy`, `connection`, `tls` and `reply` in order; for Bitbucket `service` too, which
    /// is whether Bitbucket's API answers there.
    pub layers: Vec<LayerJson>,
    /// How many seconds this machine's clock is ahead of the host's; less than 0 where it is behind.
    pub clock_difference_seconds: Option<i64>,
    /// What is wrong on the way.
    pub problem: Option<ProblemJson>,
}

/// One layer or step, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LayerJson {
    /// Its name.
    pub layer: String,
    /// What a person calls it.
    pub title: String,
    /// What is known of it.
    pub state: LayerStateJson,
    /// The same in a sentence.
    pub words: String,
}

/// What is known of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LayerStateJson {
    /// It was passed.
    Fine,
    /// This way does without it.
    NotNeeded,
    /// It was not come to, so that nothing is known of it.
    NotReached,
    /// It was come to and not passed.
    Failed,
}

/// The folder of progress and profiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct HomeFolderJson {
    /// Its path, with `~` for the person's own folder.
    pub path: String,
    /// Whether a file can be made in it.
    pub writable: bool,
    /// How many finished set-ups it holds.
    pub profiles: u32,
    /// What is wrong with it.
    pub problems: Vec<ProblemJson>,
}

/// The log of requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LogJson {
    /// Its folder's path, with `~` for the person's own folder.
    pub path: String,
    /// How many lines it holds.
    pub lines: u32,
}

/// What the zip holds, to be shown before it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BundleJson {
    /// The files, in order.
    pub files: Vec<BundleFileJson>,
    /// Where the zip goes unless the person says otherwise.
    pub suggested_path: String,
}

/// A file of the zip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BundleFileJson {
    /// Its name.
    pub name: String,
    /// All that it holds.
    pub text: String,
}

/// A zip that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SavedBundleJson {
    /// The file that was written.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl From<State> for LayerStateJson {
    fn from(state: State) -> Self {
        match state {
            State::Fine => Self::Fine,
            State::NotNeeded => Self::NotNeeded,
            State::NotReached => Self::NotReached,
            State::Failed => Self::Failed,
        }
    }
}

impl LayerJson {
    /// A layer of the way to a host.
    pub fn of_route(part: Part, state: State, words: String) -> Self {
        let (layer, title) = match part {
            Part::Name => ("name", "Name"),
            Part::Proxy => ("proxy", "Proxy"),
            Part::Connection => ("connection", "Connection"),
            Part::Tls => ("tls", "TLS"),
            Part::Reply => ("reply", "Reply"),
        };
        Self {
            layer: layer.to_owned(),
            title: title.to_owned(),
            state: state.into(),
            words,
        }
    }
}
