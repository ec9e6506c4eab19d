//! BalkanID's bulk API: files fetched from and put to presigned addresses.
//!
//! Every call is a POST to `/api/rest/v0/<object>/{download-url|upload-url}` with the API key; the
//! answer holds an address of a storage. A download's `pollingUrl` is asked with HEAD: 404 means
//! not ready. Source: <https://developer.balkan.id/apidoc/bulk-integrations-download-api-early-access-12828103e0>
//! and its neighbours. The body of the calls is not published; `{}` is what an object without
//! parameters takes.

use std::time::Duration;

use bbsetup_http::{Answer, Body, Error as HttpError, ErrorKind, Request, Url};
use bbsetup_setup::{Problem, ProblemCode, Secret};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::BalkanId;
use crate::polling::{Patience, TimeIsUp, in_words};
use crate::presigned::PresignedAddress;
use crate::refusal::Doing;

/// How many addresses are asked for, one after the other, until a file is through.
pub(crate) const ADDRESSES: u32 = 3;
/// Larger than any tenant's list of integrations.
const LARGEST_FILE: usize = 16 * 1024 * 1024;
const FILE_TIME: Duration = Duration::from_secs(60);

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    Apps,
    Integrations,
    Entities,
    EntityRelations,
}

impl Object {
    fn in_path(self) -> &'static str {
        match self {
            Self::Apps => "apps",
            Self::Integrations => "integrations",
            Self::Entities => "entities",
            Self::EntityRelations => "entity-relations",
        }
    }
}

/// The answer that hands out addresses.
#[derive(Deserialize)]
struct AddressesWire {
    url: String,
    #[serde(rename = "pollingUrl")]
    polling_url: Option<String>,
}

/// Where a file will be, and where to ask whether it is there.
struct Download {
    file: PresignedAddress,
    polling: PresignedAddress,
}

/// Fetches a file of the tenant, however often it has to be asked for within the time limit.
pub(crate) async fn download(
    balkanid: &BalkanId,
    object: Object,
    doing: Doing,
) -> Result<Vec<u8>, Problem> {
    let mut patience = balkanid.patience(balkanid.polling.limit);
    let mut addresses = 1;
    loop {
        let wire = ask_for_addresses(balkanid, object, "download-url", &json!({}), doing).await?;
        let file = PresignedAddress::given(&wire.url, &balkanid.rest, doing)?;
        let polling = match &wire.polling_url {
            Some(polling) => PresignedAddress::given(polling, &balkanid.rest, doing)?,
            None => file.clone(),
        };
        match fetch(balkanid, &Download { file, polling }, doing, &mut patience).await {
            Ok(file) => return Ok(file),
            Err(NotFetched::Finally(problem)) => return Err(*problem),
            Err(NotFetched::Late) => {
                return Err(doing.problem(
                    ProblemCode::TimedOut,
                    &format!(
                        "The file was not ready within {}.",
                        in_words(balkanid.polling.limit)
                    ),
                ));
            }
            Err(NotFetched::Stale(problem)) if addresses == ADDRESSES => return Err(*problem),
            Err(NotFetched::Stale(_)) => addresses += 1,
        }
    }
}

/// Why a file was not fetched from one address.
enum NotFetched {
    /// A fresh address may do better.
    Stale(Box<Problem>),
    /// No other address would do better.
    Finally(Box<Problem>),
    /// It was not ready in time.
    Late,
}

async fn fetch(
    balkanid: &BalkanId,
    download: &Download,
    doing: Doing,
    patience: &mut Patience,
) -> Result<Vec<u8>, NotFetched> {
    let finally = |error: HttpError| NotFetched::Finally(Box::new(doing.no_answer(&error)));
    loop {
        let head = Request::head(download.polling.url()).path_untold();
        let ready = balkanid.client.send(head).await.map_err(finally)?;
        if is_success(ready.status) {
            let get = Request::get(download.file.url())
                .path_untold()
                .body_limit(LARGEST_FILE)
                .time_limit(FILE_TIME);
            let file = balkanid.client.send(get).await.map_err(finally)?;
            // The file may lag behind the answer that it is ready.
            if file.status != 404 {
                return whole_file(file, &download.file.url(), doing);
            }
        } else if ready.status != 404 {
            return Err(stale(&ready, &download.polling.url(), doing));
        }
        patience
            .pause()
            .await
            .map_err(|TimeIsUp| NotFetched::Late)?;
    }
}

fn whole_file(file: Answer, url: &Url, doing: Doing) -> Result<Vec<u8>, NotFetched> {
    if !is_success(file.status) {
        return Err(stale(&file, url, doing));
    }
    if file.is_html() {
        let problem = doing.unreadable("A web page came in place of the file.");
        return Err(NotFetched::Finally(Box::new(problem)));
    }
    Ok(file.body)
}

fn stale(answer: &Answer, url: &Url, doing: Doing) -> NotFetched {
    NotFetched::Stale(Box::new(
        doing.refused_by_storage(answer.status, &host_of(url)),
    ))
}

/// An upload that one address did not take.
pub(crate) struct NotTaken {
    /// Why.
    pub(crate) problem: Problem,
    /// Whether a fresh address may do better.
    pub(crate) again: bool,
    /// Whether the file may have arrived all the same.
    pub(crate) may_have_arrived: bool,
}

/// Puts the integrations file to one fresh address.
pub(crate) async fn upload_integrations(
    balkanid: &BalkanId,
    file: &Secret,
) -> Result<(), NotTaken> {
    let doing = Doing::Upload;
    let address = upload_address(balkanid, doing)
        .await
        .map_err(|problem| NotTaken {
            problem,
            again: false,
            may_have_arrived: false,
        })?;
    let body = Body {
        content_type: "text/csv",
        bytes: file.clone(),
    };
    // Not repeatable: two files of a create would be two integrations.
    let put = Request::put(address.url(), body)
        .path_untold()
        .time_limit(FILE_TIME);
    match balkanid.client.send(put).await {
        Ok(answer) if is_success(answer.status) => Ok(()),
        Ok(answer) => Err(NotTaken {
            problem: doing.refused_by_storage(answer.status, &host_of(&address.url())),
            again: true,
            // 503 is how a storage says that it has not begun.
            may_have_arrived: answer.status >= 500 && answer.status != 503,
        }),
        Err(error) => {
            let broken = Broken::by(error.kind());
            Err(NotTaken {
                problem: doing.no_answer(&error),
                again: broken != Broken::ForGood,
                may_have_arrived: broken == Broken::OnTheWay,
            })
        }
    }
}

async fn upload_address(balkanid: &BalkanId, doing: Doing) -> Result<PresignedAddress, Problem> {
    ask_for_upload(balkanid, Object::Integrations, &json!({}), doing).await
}

/// Asks for a fresh address to which a file may be put.
pub(crate) async fn ask_for_upload(
    balkanid: &BalkanId,
    object: Object,
    body: &Value,
    doing: Doing,
) -> Result<PresignedAddress, Problem> {
    let wire = ask_for_addresses(balkanid, object, "upload-url", body, doing).await?;
    PresignedAddress::given(&wire.url, &balkanid.rest, doing)
}

async fn ask_for_addresses(
    balkanid: &BalkanId,
    object: Object,
    direction: &str,
    body: &Value,
    doing: Doing,
) -> Result<AddressesWire, Problem> {
    let url = balkanid
        .rest
        .join(&format!("/api/rest/v0/{}/{direction}", object.in_path()));
    // An address that is never used does nothing, so that the call may be repeated.
    let request = Request::post_json(url, body)
        .auth(balkanid.auth())
        .repeatable();
    let answer = balkanid
        .client
        .send(request)
        .await
        .map_err(|error| doing.no_answer(&error))?;
    let host = balkanid.rest.host();
    if !is_success(answer.status) {
        return Err(doing.refused(&answer, &host, balkanid.key()));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| doing.unreadable(&format!("The answer of {host} holds no address of a file.")))
}

/// How an upload broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Before a byte of the file left.
    Before,
    /// With the file on its way, so that nobody can say how far it came.
    OnTheWay,
    /// In a way that another address of the same storage would not change.
    ForGood,
}

impl Broken {
    pub(crate) fn by(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Unreachable | ErrorKind::TimedOutConnecting => Self::Before,
            ErrorKind::TimedOutAnswering
            | ErrorKind::Cut
            | ErrorKind::TooLarge
            | ErrorKind::NotHttp
            | ErrorKind::Packed => Self::OnTheWay,
            ErrorKind::AddressNotAllowed
            | ErrorKind::NameNotFound
            | ErrorKind::Proxy
            | ErrorKind::NoTls
            | ErrorKind::TlsUntrusted
            | ErrorKind::TlsFailed
            | ErrorKind::Redirected
            | ErrorKind::Defect => Self::ForGood,
        }
    }
}

pub(crate) fn is_success(status: u16) -> bool {
    (200..=299).contains(&status)
}

pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("no host").to_owned()
}
