//! Starting the servers, and the state that they share.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::balkanid::{Integration, Tenant};
use crate::fault::{self, Action, Fault};
use crate::log::Entry;
use crate::scenario::{Credential, Scenario};
use crate::world::World;
use crate::{balkanid, bitbucket, control};

/// Which of the three servers a request reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Bitbucket,
    BalkanId,
    /// The storage of presigned addresses, a server of its own as in reality.
    Storage,
}

impl Server {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bitbucket => "bitbucket",
            Self::BalkanId => "balkanid",
            Self::Storage => "storage",
        }
    }
}

/// What the servers share.
pub(crate) struct Shared {
    pub(crate) scenario: Scenario,
    pub(crate) world: World,
    pub(crate) addresses: Addresses,
    pub(crate) latency_ms: AtomicU64,
    pub(crate) limited_requests: AtomicU32,
    credentials: Mutex<BTreeMap<String, Credential>>,
    faults: Mutex<Vec<Fault>>,
    log: Mutex<Vec<Entry>>,
    tenant: Mutex<Tenant>,
}

#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) bitbucket: SocketAddr,
    pub(crate) balkanid: SocketAddr,
    pub(crate) storage: SocketAddr,
}

/// A request with its whole body.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Shared {
    pub(crate) fn credentials(&self) -> MutexGuard<'_, BTreeMap<String, Credential>> {
        self.credentials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tenant(&self) -> MutexGuard<'_, Tenant> {
        self.tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that a request meets, counted down.
    fn take_fault(&self, server: Server, asked: &Asked, credential: &str) -> Option<Action> {
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
}

/// Running practice servers. They end when this is dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
}

impl Sandbox {
    /// Starts the servers of a scenario on free ports of this machine.
    pub async fn start(scenario: Scenario) -> std::io::Result<Self> {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (bitbucket, balkanid, storage) = (listen().await?, listen().await?, listen().await?);
        let addresses = Addresses {
            bitbucket: bitbucket.local_addr()?,
            balkanid: balkanid.local_addr()?,
            storage: storage.local_addr()?,
        };
        let shared = Arc::new(Shared {
            world: World::of(&scenario),
            addresses,
            latency_ms: AtomicU64::new(scenario.latency_ms),
            limited_requests: AtomicU32::new(0),
            credentials: Mutex::new(scenario.credentials.clone()),
            faults: Mutex::new(scenario.faults.clone()),
            log: Mutex::default(),
            tenant: Mutex::new(Tenant::of(&scenario)),
            scenario,
        });
        let (stop, stopped) = watch::channel(false);
        for (server, listener) in [
            (Server::Bitbucket, bitbucket),
            (Server::BalkanId, balkanid),
            (Server::Storage, storage),
        ] {
            let router = Router::new()
                .fallback(answer)
                .with_state((server, shared.clone()));
            let mut stopped = stopped.clone();
            tokio::spawn(async move {
                // Connections that stall on purpose would keep a graceful end waiting.
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    _ = stopped.wait_for(|stop| *stop) => {}
                }
            });
        }
        Ok(Self { shared, stop })
    }

    /// The practice Bitbucket's API.
    pub fn bitbucket_url(&self) -> String {
        format!("http://{}", self.shared.addresses.bitbucket)
    }

    /// The practice BalkanID's REST API.
    pub fn balkanid_url(&self) -> String {
        format!("http://{}", self.shared.addresses.balkanid)
    }

    /// The practice BalkanID's Public API.
    pub fn balkanid_public_url(&self) -> String {
        format!("{}/api/public", self.balkanid_url())
    }

    /// The variables that point every command of the program at these servers.
    pub fn env(&self) -> BTreeMap<String, String> {
        let mut env = self.shared.scenario.typed_values();
        let knobs = &self.shared.scenario.balkanid;
        env.insert("BBSETUP_API_URL".into(), self.bitbucket_url());
        env.insert("BBSETUP_BALKANID_URL".into(), self.balkanid_url());
        env.insert(
            "BBSETUP_BALKANID_PUBLIC_URL".into(),
            self.balkanid_public_url(),
        );
        env.insert("BBSETUP_BALKANID_KEY_ID".into(), knobs.key_id.clone());
        env.insert(
            "BBSETUP_BALKANID_KEY_SECRET".into(),
            knobs.key_secret.clone(),
        );
        env
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.faults().push(fault);
    }

    /// Takes every fault away.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// Sets the delay before every answer.
    pub fn set_latency(&self, latency: Duration) {
        let millis = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.shared.latency_ms.store(millis, Ordering::Relaxed);
    }

    /// Gives a credential other scopes.
    pub fn set_scopes(&self, credential: &str, scopes: &[&str]) {
        if let Some(credential) = self.shared.credentials().get_mut(credential) {
            credential.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        }
    }

    /// Everything that was asked so far.
    pub fn requests(&self) -> Vec<Entry> {
        self.shared.log().clone()
    }

    /// The integrations that the practice BalkanID holds, secrets included: the truth that a test
    /// compares with.
    pub fn integrations(&self) -> Vec<Integration> {
        self.shared.tenant().integrations.clone()
    }

    /// Requests to presigned addresses that carried a credential, which must never be.
    pub fn breaches(&self) -> u32 {
        self.shared.tenant().breaches
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn answer(
    State((server, shared)): State<(Server, Arc<Shared>)>,
    request: Request,
) -> Response<Body> {
    const LONGEST_BODY: usize = 64 * 1024 * 1024;
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LONGEST_BODY)
        .await
        .unwrap_or_default();
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect();
    let asked = Asked {
        method: parts.method.to_string(),
        path: percent_encoding::percent_decode_str(parts.uri.path())
            .decode_utf8_lossy()
            .into_owned(),
        query,
        headers: parts.headers,
        body,
    };
    if asked.path.starts_with("/_practice/") {
        return control::answer(&shared, &asked);
    }
    let delay = shared.latency_ms.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let credential = bitbucket::kind_sent(&shared, &asked);
    let as_ever = || match server {
        Server::Bitbucket => bitbucket::answer(&shared, &asked),
        Server::BalkanId => balkanid::answer(&shared, &asked),
        Server::Storage => balkanid::storage::answer(&shared, &asked),
    };
    let response = match shared.take_fault(server, &asked, credential) {
        Some(action) => {
            if matches!(action, Action::LoseAnswer) {
                as_ever();
            }
            fault::act(&action).await
        }
        None => as_ever(),
    };
    shared.log().push(Entry {
        server: server.as_str(),
        method: asked.method,
        path: asked.path,
        parameters: asked.query.into_keys().collect(),
        credential: credential.to_owned(),
        status: response.status().as_u16(),
    });
    response
}
