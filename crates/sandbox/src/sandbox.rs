//! Starting the servers, and holding them.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Held};
use axum::http::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::asked::Asked;
use crate::balkanid::{Integration, RefusedRow, StoredFile};
use crate::fault::Fault;
use crate::listener;
use crate::log::Entry;
use crate::reach::Reached;
use crate::scenario::Scenario;
use crate::state::{Addresses, Mending, MendingError, Server, State};
use crate::tls::Tls;
use crate::truth::Truth;
use crate::world::{Change, ChangeError};
use crate::{balkanid, bitbucket, control, scim};

/// Where and how the servers listen. Port 0 is a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listening {
    /// The practice Bitbucket's port.
    pub bitbucket_port: u16,
    /// The practice BalkanID's port.
    pub balkanid_port: u16,
    /// The port of the storage behind presigned addresses.
    pub storage_port: u16,
    /// The practice SCIM server's port.
    pub scim_port: u16,
    /// Whether they speak TLS, with an authority made at the start ([`Sandbox::ca_pem`]).
    pub tls: bool,
}

/// Running practice servers. They end when this is dropped.
pub struct Sandbox {
    state: Arc<State>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    ca_pem: Option<String>,
    reached: Reached,
}

impl Sandbox {
    /// Starts the servers of a scenario on free ports of this machine.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(scenario: Scenario) -> io::Result<Self> {
        Self::start_on(scenario, Listening::default()).await
    }

    /// Starts the servers of a scenario on given ports of this machine, with or without TLS.
    ///
    /// # Errors
    /// A port is taken, or no certificate can be made.
    pub async fn start_on(scenario: Scenario, listening: Listening) -> io::Result<Self> {
        let listen = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let bitbucket = listen(listening.bitbucket_port).await?;
        let balkanid = listen(listening.balkanid_port).await?;
        let storage = listen(listening.storage_port).await?;
        let scim = listen(listening.scim_port).await?;
        let addresses = Addresses {
            bitbucket: bitbucket.local_addr()?,
            balkanid: balkanid.local_addr()?,
            storage: storage.local_addr()?,
            scim: scim.local_addr()?,
            encrypted: listening.tls,
        };
        let tls = match listening.tls {
            true => Some(Tls::generate()?),
            false => None,
        };
        let (reached, door) = Reached::open(scenario.bitbucket.reach).await?;
        let state = Arc::new(State::new(scenario, addresses));
        let (stop, stopped) = watch::channel(false);
        let acceptor = || tls.as_ref().map(|tls| tls.acceptor.clone());
        let servers = [
            (Server::Bitbucket, bitbucket, acceptor()),
            (Server::BalkanId, balkanid, acceptor()),
            (Server::Storage, storage, acceptor()),
            (Server::Scim, scim, acceptor()),
        ]
        .into_iter()
        .chain(door.map(|door| (Server::Bitbucket, door.listener, Some(door.acceptor))))
        .map(|(server, listener, acceptor)| {
            let router = Router::new()
                .fallback(answer)
                .with_state((server, state.clone()));
            tokio::spawn(listener::serve(listener, router, acceptor, stopped.clone()))
        })
        .collect();
        Ok(Self {
            state,
            stop,
            servers,
            ca_pem: tls.map(|tls| tls.ca_pem),
            reached,
        })
    }

    /// The practice Bitbucket's API, such as `http://127.0.0.1:4711`.
    pub fn bitbucket_url(&self) -> String {
        self.state.addresses.origin(Server::Bitbucket)
    }

    /// The practice BalkanID's REST API.
    pub fn balkanid_url(&self) -> String {
        self.state.addresses.origin(Server::BalkanId)
    }

    /// The practice BalkanID's Public API.
    pub fn balkanid_public_url(&self) -> String {
        format!("{}/api/public", self.balkanid_url())
    }

    /// The practice SCIM server's base address, as a person would type it: in a scenario about the
    /// address, another one than its own.
    pub fn scim_url(&self) -> String {
        let typed = self.state.scenario.scim.typed_path.as_deref();
        let path = typed.unwrap_or(scim::BASE);
        format!("{}{path}", self.state.addresses.origin(Server::Scim))
    }

    /// Where the servers are changed while they run: put `/log`, `/faults` and so on behind it.
    pub fn control(&self) -> String {
        format!("{}/_practice", self.bitbucket_url())
    }

    /// The certificate of the authority to trust, where the servers speak TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The variables that point every command of the program at these servers, with the values that
    /// a person would type in this scenario. In scenarios about Bitbucket's address,
    /// `BBSETUP_API_URL` is another one than [`Sandbox::bitbucket_url`].
    pub fn env(&self) -> BTreeMap<String, String> {
        let mut env = self.state.scenario.typed();
        let api_url = self.reached.instead.clone();
        env.insert(
            "BBSETUP_API_URL".into(),
            api_url.unwrap_or_else(|| self.bitbucket_url()),
        );
        env.insert("BBSETUP_BALKANID_URL".into(), self.balkanid_url());
        let public_url = self.balkanid_public_url();
        let public_url = match self.state.scenario.balkanid.public_api.typed_host() {
            Some(host) => public_url.replace("127.0.0.1", host),
            None => public_url,
        };
        env.insert("BBSETUP_BALKANID_PUBLIC_URL".into(), public_url);
        env.insert("BBSETUP_SCIM_URL".into(), self.scim_url());
        env
    }

    /// Saves BalkanID's form as a person does, label by label, and gives the integration's ID.
    ///
    /// # Errors
    /// What the form refuses, in words.
    pub fn save_form(&self, labels: &BTreeMap<String, String>) -> Result<String, String> {
        balkanid::form::save(&mut self.state.tenant(), labels)
    }

    /// Loads entities and relations for an integration, as BalkanID's team does by hand.
    pub fn load_by_team(&self, integration: &str, entities: &[u8], relations: &[u8]) {
        balkanid::storage::load(&self.state, integration, entities, relations);
    }

    /// Sets one fault in place of all that were set.
    pub fn set_fault(&self, fault: Fault) {
        *self.state.faults() = vec![fault];
    }

    /// Adds a fault; of several that a request meets, the first happens.
    pub fn add_fault(&self, fault: Fault) {
        self.state.faults().push(fault);
    }

    /// Takes every fault away.
    pub fn clear_faults(&self) {
        self.state.faults().clear();
    }

    /// Sets the delay before every answer.
    pub fn set_latency(&self, latency: Duration) {
        let millis = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.state.latency_ms.store(millis, Ordering::Relaxed);
    }

    /// Changes a credential of the scenario, and what its account may do.
    ///
    /// # Errors
    /// The credential, the workspace or the role is not known.
    pub fn mend(&self, credential: &str, mending: Mending) -> Result<(), MendingError> {
        self.state.mend(credential, mending)
    }

    /// Puts the credential of the scenario `ready` in the place of one of the same name, as when a
    /// person makes it anew and rightly. For scenarios that extend `ready`.
    ///
    /// # Errors
    /// The scenario `ready` has no credential of that name.
    pub fn make_anew(&self, credential: &str) -> Result<(), MendingError> {
        self.state.make_anew(credential)
    }

    /// Gives a credential other scopes.
    ///
    /// # Errors
    /// The credential is not known.
    pub fn set_scopes(&self, credential: &str, scopes: &[&str]) -> Result<(), MendingError> {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.mend(
            credential,
            Mending {
                scopes: Some(scopes),
                ..Mending::default()
            },
        )
    }

    /// Everything that was asked so far, in the order in which it came in; of very many, the newest.
    pub fn requests(&self) -> Vec<Entry> {
        self.state.log().entries()
    }

    /// Changes what the practice Bitbucket holds: what is answered from now on is as it then is.
    ///
    /// # Errors
    /// There is no such thing; nothing is changed then.
    pub fn change(&self, change: &Change) -> Result<(), ChangeError> {
        self.state.change(change)
    }

    /// The truth about a workspace, by slug or UUID; nothing where there is no such workspace.
    pub fn truth(&self, workspace: &str) -> Option<Truth> {
        let world = self.state.world();
        let place = world.workspace_called(workspace)?;
        Some(Truth::of(&world, &world.workspaces[place]))
    }

    /// How many requests to the practice Bitbucket were in flight at once, at most.
    pub fn most_in_flight(&self) -> usize {
        self.state.load.counts().most_in_flight
    }

    /// The integrations that the practice BalkanID holds, secrets included: the truth that a test
    /// compares with.
    pub fn integrations(&self) -> Vec<Integration> {
        self.state.tenant().integrations.clone()
    }

    /// The entities and relations that were uploaded.
    pub fn stored_files(&self) -> Vec<StoredFile> {
        self.state.tenant().files.clone()
    }

    /// The rows of uploads that BalkanID did not take.
    pub fn refused_rows(&self) -> Vec<RefusedRow> {
        self.state.tenant().refused_rows.clone()
    }

    /// Has BalkanID hand out addresses of another storage for uploads of an object, such as
    /// `entities`, one after the other, before its own.
    pub fn hand_out(&self, object: &str, addresses: &[String]) {
        let addresses = addresses.iter().cloned().collect();
        self.state
            .tenant()
            .handed_out
            .insert(object.to_owned(), addresses);
    }

    /// How many requests to the storage carried a credential, which must never be.
    pub fn breaches(&self) -> u32 {
        self.state.tenant().breaches
    }

    /// Ends the servers and waits until every connection is cut, answers that stall included.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for server in std::mem::take(&mut self.servers) {
            // A server that panicked has ended too.
            let _ended = server.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn answer(
    Held((server, state)): Held<(Server, Arc<State>)>,
    request: Request,
) -> Response<Body> {
    let asked = Asked::read(request).await;
    if asked.path.starts_with("/_practice/") {
        return control::answer(&state, &asked);
    }
    let sender = match server {
        Server::Bitbucket => bitbucket::Sender::of(&state, &asked),
        Server::BalkanId | Server::Storage | Server::Scim => bitbucket::Sender::Nobody,
    };
    let credential = match server {
        Server::Scim => scim::credential(&asked),
        Server::Bitbucket | Server::BalkanId | Server::Storage => sender.kind(),
    };
    let number = state.log().begin(Entry {
        server: server.as_str(),
        method: asked.method.clone(),
        path: asked.path.clone(),
        parameters: asked.query.keys().cloned().collect(),
        credential: credential.to_owned(),
        status: 0,
    });
    let in_flight = (server == Server::Bitbucket).then(|| state.load.enter());
    let delay = state.latency_ms.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let rightly = || match server {
        Server::Bitbucket => bitbucket::answer(&state, &asked, &sender),
        Server::BalkanId => balkanid::answer(&state, &asked),
        Server::Storage => balkanid::storage::answer(&state, &asked),
        Server::Scim => scim::answer(&state, &asked),
    };
    let response = match state.take_fault(server, &asked, credential) {
        Some(action) => action.spoil(rightly, &state).await,
        None => rightly(),
    };
    state.log().end(number, response.status().as_u16());
    if let Some(in_flight) = in_flight {
        in_flight.answered();
    }
    response
}
