//! Reading a Bitbucket workspace into entities and relations.
//!
//! [`read`] asks what is still to be asked and keeps the answers in a [`Store`], which survives the
//! program's end; [`rows`] writes BalkanID's CSV from it, and [`access`] looks at who may do what.
//! Of a large workspace hardly anything but that file is larger.

pub mod access;
mod checkpoint;
mod counts;
pub mod estimate;
mod pace;
mod reading;
pub mod rows;
mod take;
mod tasks;

pub use checkpoint::{Begun, Look, Store, StoreError};
pub use counts::{EntityCounts, Gap, RelationCounts};
pub use pace::{Budget, LimitFrom};
pub use reading::{Ended, Event, Outcome, Plan, Progress, Stage, StageName, read};

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The workspace, as it was given.
    pub workspace: String,
    /// Bitbucket's API.
    pub api: String,
    /// What is read of who may do what.
    pub mode: Mode,
}

/// What is read of who may do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Every grant as it was given, to people and to groups.
    #[default]
    Grants,
    /// What each person comes to on each repository, however that came about.
    Effective,
}

impl Mode {
    /// Its name in the checkpoint and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grants => "grants",
            Self::Effective => "effective",
        }
    }

    /// The mode of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Grants, Self::Effective]
            .into_iter()
            .find(|mode| mode.as_str() == name)
    }
}

impl Identity {
    fn in_words(&self) -> String {
        let Self {
            workspace,
            api,
            mode,
        } = self;
        match mode {
            Mode::Grants => format!("{workspace} at {api}"),
            Mode::Effective => format!("{workspace} at {api}, effective permissions only"),
        }
    }
}
