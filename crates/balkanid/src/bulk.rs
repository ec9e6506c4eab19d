//! The bulk APIs: a presigned address is asked for with the key, and used without it.

use std::time::Duration;

use bbsetup_http::{Auth, Body, Request, Url};
use bbsetup_setup::{Problem, ProblemCode, Secret, address};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::rows::{self, App, Integration};
use crate::{BalkanId, UploadRow, trouble};

/// How often and how long a download that is being made is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    /// The first pause; each next one is half as long again, up to ten times the first.
    pub first: Duration,
    /// When to give up.
    pub limit: Duration,
}

impl Default for Polling {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), limit: Duration::from_secs(60) }
    }
}

/// How often a broken upload is tried, each time with a fresh address.
const UPLOAD_TRIES: u32 = 3;

#[derive(Deserialize)]
struct DownloadAddress {
    url: Url,
    #[serde(rename = "pollingUrl")]
    polling_url: Option<Url>,
}

#[derive(Deserialize)]
struct UploadAddress {
    url: Url,
}

impl BalkanId {
    /// The apps that the tenant offers; the cheapest proof of a key.
    ///
    /// # Errors
    /// `balkanid_key_refused`, `balkanid_not_found`, or what kept an answer from coming.
    pub async fn apps(&self) -> Result<Vec<App>, Problem> {
        rows::apps(&self.download("apps", "read BalkanID's list of apps").await?)
    }

    /// The tenant's integrations.
    ///
    /// # Errors
    /// As [`BalkanId::apps`].
    pub async fn integrations(&self) -> Result<Vec<Integration>, Problem> {
        rows::integrations(&self.download("integrations", "read BalkanID's list of integrations").await?)
    }

    async fn address<T: serde::de::DeserializeOwned>(&self, object: &str, direction: &str, attempted: &str) -> Result<T, Problem> {
        let url = self.rest.join(&format!("/api/rest/v0/{object}/{direction}"));
        // Asking twice for an address does no more than asking once.
        let request = Request::post_json(url, &json!({})).auth(self.auth()).repeatable();
        let answer = self.client.send(request).await.map_err(|error| trouble::no_answer(&error, attempted))?;
        if !(200..300).contains(&answer.status) {
            return Err(trouble::refusal(&answer, attempted));
        }
        answer
            .json()
            .ok()
            .and_then(|body| serde_json::from_value(body).ok())
            .ok_or_else(|| trouble::unreadable(attempted, "it names no address"))
    }

    async fn download(&self, object: &str, attempted: &str) -> Result<Vec<u8>, Problem> {
        let DownloadAddress { url, polling_url } = self.address(object, "download-url", attempted).await?;
        let polling_url = polling_url.unwrap_or_else(|| url.clone());
        is_safe(&url, attempted)?;
        is_safe(&polling_url, attempted)?;
        self.wait_until_ready(polling_url, attempted).await?;
        let answer = self
            .client
            .send(Request::get(url).auth(Auth::None))
            .await
            .map_err(|error| trouble::no_answer(&error, attempted))?;
        match answer.status {
            200 => Ok(answer.body),
            _ => Err(trouble::unreadable(attempted, &format!("the file is answered with status {}", answer.status))),
        }
    }

    async fn wait_until_ready(&self, url: Url, attempted: &str) -> Result<(), Problem> {
        let until = Instant::now() + self.polling.limit;
        let mut pause = self.polling.first;
        loop {
            let answer = self
                .client
                .send(Request::head(url.clone()))
                .await
                .map_err(|error| trouble::no_answer(&error, attempted))?;
            match answer.status {
                200 => return Ok(()),
                404 if Instant::now() + pause < until => tokio::time::sleep(pause).await,
                404 => {
                    return Err(Problem::new(
                        ProblemCode::TimedOut,
                        format!("Could not {attempted}: BalkanID did not finish it within {} seconds.", self.polling.limit.as_secs()),
                    )
                    .with_hints(vec!["Try again in some minutes.".to_owned()]));
                }
                status => return Err(trouble::unreadable(attempted, &format!("the file is answered with status {status}"))),
            }
            pause = pause.mul_f32(1.5).min(self.polling.first * 10);
        }
    }

    /// Writes one integration. The row goes to a presigned address, over TLS, without the key; an
    /// upload that breaks is repeated with a fresh address.
    ///
    /// # Errors
    /// As [`BalkanId::apps`]; after an error nothing is known to have been written.
    pub async fn write(&self, row: &UploadRow<'_>) -> Result<(), Problem> {
        let attempted = "write the integration to BalkanID";
        let bytes = Secret::new(row.exposed());
        let mut tries = 0;
        loop {
            tries += 1;
            let UploadAddress { url } = self.address("integrations", "upload-url", attempted).await?;
            is_safe(&url, attempted)?;
            let body = Body { content_type: "text/csv", bytes: bytes.clone() };
            let problem = match self.client.send(Request::put(url, body).auth(Auth::None)).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
                Ok(answer) => Problem::new(
                    ProblemCode::BalkanIdRefused,
                    format!("Could not {attempted}: the upload was answered with status {}.", answer.status),
                ),
                Err(error) => trouble::no_answer(&error, attempted),
            };
            if tries == UPLOAD_TRIES {
                return Err(problem);
            }
        }
    }
}

/// A presigned address has to be https, or on this machine: the row holds credentials.
fn is_safe(url: &Url, attempted: &str) -> Result<(), Problem> {
    if url.scheme() == "https" || (url.scheme() == "http" && address::is_loopback(url)) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemCode::AddressNotAllowed,
        format!("Could not {attempted}: BalkanID names an address without TLS, to which nothing is sent."),
    )
    .with_hints(vec!["Report this to support@balkan.id.".to_owned()]))
}
