//! The world, as the front doors hand it in.

use std::path::PathBuf;
use std::sync::Arc;

use bbsetup_http::{Client, Limits, Network};
use bbsetup_setup::guide::Pages;
use bbsetup_setup::{Day, Problem, WorkspaceId};
use bbsetup_vault::Vault;
use jiff::Timestamp;

use crate::practice::Practice;

/// The world, as the front doors hand it in: no use case reads the environment or a clock itself.
#[derive(Clone)]
pub struct Services {
    /// Where secrets go.
    pub vault: Vault,
    /// How long, how large and how often requests may be.
    pub limits: Limits,
    /// Proxies and certificates.
    pub network: Network,
    /// Where progress and profiles are kept; holds no secret.
    pub home: PathBuf,
    /// The time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Practice mode, where it is on.
    pub practice: Option<Practice>,
    /// The program's version.
    pub version: &'static str,
}

impl Services {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The day now, in UTC.
    pub fn today(&self) -> Day {
        Day::at(self.now().as_second())
    }

    /// A way out of its own, so that its count of requests is one use case's.
    pub fn client(&self) -> Result<Client, Problem> {
        self.client_within(self.limits)
    }

    /// As [`Services::client`], within other limits.
    pub(crate) fn client_within(&self, limits: Limits) -> Result<Client, Problem> {
        Client::new(limits, &self.network).map_err(|error| {
            Problem::new(bbsetup_http::problem_code(&error), format!("{error}."))
                .with_causes(&error)
        })
    }

    /// The pages that guides open.
    pub fn pages(&self, workspace: Option<&WorkspaceId>) -> Pages {
        match &self.practice {
            Some(practice) => Pages::practice(&practice.bitbucket),
            None => Pages::real(workspace),
        }
    }
}
