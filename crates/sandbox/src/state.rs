//! What the servers share while they run. No lock is held across an await.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::balkanid::Tenant;
use crate::bitbucket::{Fragments, Seen};
use crate::fault::{Action, Fault};
use crate::load::Load;
use crate::log::Log;
use crate::scenario::{Credential, Holder, Scenario};
use crate::world::{Change, ChangeError, WorkspaceRole, World};

/// Which of the servers a request reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Server {
    Bitbucket,
    BalkanId,
    /// The storage of presigned addresses, a server of its own as in reality.
    Storage,
    Scim,
}

impl Server {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bitbucket => "bitbucket",
            Self::BalkanId => "balkanid",
            Self::Storage => "storage",
            Self::Scim => "scim",
        }
    }
}

/// Where the servers listen.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) bitbucket: SocketAddr,
    pub(crate) balkanid: SocketAddr,
    pub(crate) storage: SocketAddr,
    pub(crate) scim: SocketAddr,
    pub(crate) encrypted: bool,
}

impl Addresses {
    /// The origin of a server, such as `http://127.0.0.1:4711`.
    pub(crate) fn origin(&self, server: Server) -> String {
        let address = match server {
            Server::Bitbucket => self.bitbucket,
            Server::BalkanId => self.balkanid,
            Server::Storage => self.storage,
            Server::Scim => self.scim,
        };
        format!("{}://{address}", self.scheme())
    }

    pub(crate) fn scheme(&self) -> &'static str {
        match self.encrypted {
            true => "https",
            false => "http",
        }
    }
}

/// What the servers share.
pub(crate) struct State {
    pub(crate) scenario: Scenario,
    pub(crate) addresses: Addresses,
    pub(crate) latency_ms: AtomicU64,
    /// Requests to the practice Bitbucket.
    pub(crate) load: Load,
    held: RwLock<Arc<Held>>,
    credentials: RwLock<BTreeMap<String, Arc<Credential>>>,
    faults: Mutex<Vec<Fault>>,
    log: Mutex<Log>,
    tenant: Mutex<Tenant>,
    /// Requests by credential, for the rate limit.
    limited: Mutex<BTreeMap<String, u32>>,
    /// When the requests that were let through lately came in, by credential, for a rate limit with
    /// a window.
    let_through: Mutex<BTreeMap<String, VecDeque<Instant>>>,
}

/// What the practice Bitbucket holds at one time, with all that is worked out of it.
pub(crate) struct Held {
    pub(crate) world: Arc<World>,
    /// The bodies of the world's things.
    pub(crate) fragments: Arc<Fragments>,
    pub(crate) seen: Seen,
}

impl Held {
    fn of(world: Arc<World>, origin: &str) -> Self {
        Self {
            fragments: Arc::new(Fragments::of(&world, origin)),
            world,
            seen: Seen::default(),
        }
    }
}

/// What is mended of a credential while the servers run.
///
/// As JSON: `{"scopes": […], "expired": false, "unscoped": false, "roles": {"acme": "owner"}}`, each
/// of them optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mending {
    /// Its scopes from now on.
    pub scopes: Option<Vec<String>>,
    /// Whether it has expired.
    pub expired: Option<bool>,
    /// Whether it was made without scopes.
    pub unscoped: Option<bool>,
    /// What its account is in workspaces, by slug: `owner`, `collaborator`, `member`, or nothing to
    /// take it out.
    pub roles: BTreeMap<String, Option<String>>,
}

/// Why nothing was mended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MendingError {
    /// There is none of that name.
    #[error("there is no credential {0}")]
    NoSuchCredential(String),
    /// There is none of that slug.
    #[error("there is no workspace {0}")]
    NoSuchWorkspace(String),
    /// A role is `owner`, `collaborator` or `member`.
    #[error("there is no role {0}")]
    NoSuchRole(String),
    /// The credential belongs to no account.
    #[error("{0} is no account's credential and has no role")]
    NoAccount(String),
}

impl State {
    pub(crate) fn new(scenario: Scenario, addresses: Addresses) -> Self {
        Self {
            load: Load::default(),
            held: RwLock::new(Arc::new(Held::of(
                scenario.world.clone(),
                &addresses.origin(Server::Bitbucket),
            ))),
            addresses,
            latency_ms: AtomicU64::new(scenario.latency_ms),
            credentials: RwLock::new(
                scenario
                    .credentials
                    .iter()
                    .map(|(name, credential)| (name.clone(), Arc::new(credential.clone())))
                    .collect(),
            ),
            faults: Mutex::new(scenario.faults.clone()),
            log: Mutex::default(),
            tenant: Mutex::new(Tenant::of(&scenario)),
            limited: Mutex::default(),
            let_through: Mutex::default(),
            scenario,
        }
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.held().world.clone()
    }

    pub(crate) fn held(&self) -> Arc<Held> {
        self.held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The first credential that fits, with its name.
    pub(crate) fn credential(
        &self,
        fits: impl Fn(&Credential) -> bool,
    ) -> Option<(String, Arc<Credential>)> {
        self.credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|(_, credential)| fits(credential))
            .map(|(name, credential)| (name.clone(), credential.clone()))
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        locked(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        locked(&self.log)
    }

    pub(crate) fn tenant(&self) -> MutexGuard<'_, Tenant> {
        locked(&self.tenant)
    }

    /// Counts a request against a credential's budget; gives how many came before.
    pub(crate) fn count_against_limit(&self, credential: &str) -> u32 {
        let mut limited = locked(&self.limited);
        let count = limited.entry(credential.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    /// Lets a request of a credential through where fewer than `most` were within the last `window`;
    /// otherwise gives how long it takes until one more is.
    pub(crate) fn wait_for_window(
        &self,
        credential: &str,
        most: usize,
        window: Duration,
    ) -> Option<Duration> {
        let now = Instant::now();
        let mut all = locked(&self.let_through);
        let let_through = all.entry(credential.to_owned()).or_default();
        while let Some(oldest) = let_through.front()
            && now.duration_since(*oldest) >= window
        {
            let_through.pop_front();
        }
        if let_through.len() < most {
            let_through.push_back(now);
            return None;
        }
        let oldest = let_through.front().copied().unwrap_or(now);
        Some(window.saturating_sub(now.duration_since(oldest)))
    }

    /// The fault that a request meets, counted down.
    pub(crate) fn take_fault(
        &self,
        server: Server,
        asked: &Asked,
        credential: &str,
    ) -> Option<Action> {
        let mut faults = self.faults();
        let fault = faults.iter_mut().find(|fault| {
            fault.times != Some(0)
                && fault.meets(server.as_str(), &asked.method, &asked.path, credential)
        })?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.action.clone())
    }

    /// Changes a credential and what its account may do.
    pub(crate) fn mend(&self, name: &str, mending: Mending) -> Result<(), MendingError> {
        let Mending {
            scopes,
            expired,
            unscoped,
            roles,
        } = mending;
        let mut credentials = self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let credential = credentials
            .get_mut(name)
            .ok_or_else(|| MendingError::NoSuchCredential(name.to_owned()))?;
        self.set_roles(name, credential.holder, &roles)?;
        let credential = Arc::make_mut(credential);
        credential.scopes = scopes.unwrap_or_else(|| credential.scopes.clone());
        credential.expired = expired.unwrap_or(credential.expired);
        credential.unscoped = unscoped.unwrap_or(credential.unscoped);
        Ok(())
    }

    pub(crate) fn make_anew(&self, name: &str) -> Result<(), MendingError> {
        let missing = || MendingError::NoSuchCredential(name.to_owned());
        let mut ready = Scenario::named("ready").map_err(|_| missing())?;
        let anew = ready.credentials.remove(name).ok_or_else(missing)?;
        let mut credentials = self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        credentials.insert(name.to_owned(), Arc::new(anew));
        Ok(())
    }

    fn set_roles(
        &self,
        name: &str,
        holder: Holder,
        roles: &BTreeMap<String, Option<String>>,
    ) -> Result<(), MendingError> {
        if roles.is_empty() {
            return Ok(());
        }
        let Holder::Account(account) = holder else {
            return Err(MendingError::NoAccount(name.to_owned()));
        };
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let mut world = World::clone(&held.world);
        for (slug, role) in roles {
            let role = match role.as_deref() {
                Some("owner") => Some(WorkspaceRole::Owner),
                Some("collaborator") => Some(WorkspaceRole::Collaborator),
                Some("member") => Some(WorkspaceRole::Member),
                Some(other) => return Err(MendingError::NoSuchRole(other.to_owned())),
                None => None,
            };
            let place = world
                .workspace_called(slug)
                .ok_or_else(|| MendingError::NoSuchWorkspace(slug.clone()))?;
            world.workspaces[place].set_role(account, role);
        }
        *held = Arc::new(Held {
            world: Arc::new(world),
            // Roles are not in the bodies.
            fragments: held.fragments.clone(),
            seen: Seen::default(),
        });
        Ok(())
    }

    /// Changes what the practice Bitbucket holds. A credential of what goes is no longer accepted.
    pub(crate) fn change(&self, change: &Change) -> Result<(), ChangeError> {
        let mut credentials = self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let mut world = World::clone(&held.world);
        world.make(change)?;
        for credential in credentials.values_mut() {
            let holder = credential.holder.after(&held.world, &world);
            if holder == Some(credential.holder) {
                continue;
            }
            let credential = Arc::make_mut(credential);
            credential.holder = holder.unwrap_or(credential.holder);
            credential.expired |= holder.is_none();
        }
        *held = Arc::new(Held::of(
            Arc::new(world),
            &self.addresses.origin(Server::Bitbucket),
        ));
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
