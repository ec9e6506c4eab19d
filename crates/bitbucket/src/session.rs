//! One credential in front of Bitbucket: asking, and remembering what the answers tell of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bbsetup_http::{Answer, Auth, Error as HttpError, Request, Url};
use bbsetup_setup::{
    CheckId, CheckName, CredentialSlot, Email, Evidence, Finding, Outcome, Problem, ProblemCode,
    Secret, TokenEnd, TokenShape, WorkspaceNames, requirement,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Target;
use crate::data_center;
use crate::diagnosis::{self, Circumstances};
use crate::reply::{self, Refusal, Reply, Seen};
use crate::wire::{Page, Workspace};

/// A credential as it is sent to Bitbucket.
#[derive(Clone, Debug)]
pub struct Credential {
    slot: CredentialSlot,
    auth: Auth,
    shape: TokenShape,
}

impl Credential {
    /// A workspace access token, sent as a Bearer token.
    ///
    /// An app password is refused here, before anything is sent with it.
    pub fn workspace_token(token: Secret) -> Result<Self, Problem> {
        let shape = TokenShape::of(token.expose());
        refuse_app_password(shape, CredentialSlot::WorkspaceToken)?;
        Ok(Self {
            slot: CredentialSlot::WorkspaceToken,
            auth: Auth::Bearer(token),
            shape,
        })
    }

    /// An account's e-mail with its API token, sent as Basic.
    ///
    /// An app password is refused here, before anything is sent with it.
    pub fn account(email: &Email, token: Secret) -> Result<Self, Problem> {
        let shape = TokenShape::of(token.expose());
        refuse_app_password(shape, CredentialSlot::Account)?;
        let auth = Auth::Basic {
            user: email.as_str().to_owned(),
            password: token,
        };
        Ok(Self {
            slot: CredentialSlot::Account,
            auth,
            shape,
        })
    }

    /// As it is sent.
    pub(crate) fn auth(&self) -> Auth {
        self.auth.clone()
    }

    /// What the token's end suggests.
    pub(crate) fn end(&self) -> TokenEnd {
        match &self.auth {
            Auth::Bearer(token)
            | Auth::Basic {
                password: token, ..
            } => TokenEnd::of(token.expose()),
            Auth::None | Auth::ApiKey { .. } => TokenEnd::Unknown,
        }
    }

    /// What the token's head suggests.
    pub(crate) fn shape(&self) -> TokenShape {
        self.shape
    }

    /// The same token as the other slot would send it: Bearer for Basic; for a Bearer token, Basic
    /// with the e-mail of `account`. `None` where there is no e-mail to send.
    pub(crate) fn the_other_way(&self, account: Option<&Self>) -> Option<Auth> {
        match (&self.auth, account.map(|account| &account.auth)) {
            (Auth::Basic { password, .. }, _) => Some(Auth::Bearer(password.clone())),
            (Auth::Bearer(token), Some(Auth::Basic { user, .. })) => Some(Auth::Basic {
                user: user.clone(),
                password: token.clone(),
            }),
            _ => None,
        }
    }

    /// The slot it is for.
    pub fn slot(&self) -> CredentialSlot {
        self.slot
    }
}

fn refuse_app_password(shape: TokenShape, slot: CredentialSlot) -> Result<(), Problem> {
    if shape != TokenShape::AppPassword {
        return Ok(());
    }
    let instead = match slot {
        CredentialSlot::WorkspaceToken => "here a workspace access token is needed",
        CredentialSlot::Account => "an API token with scopes takes its place",
    };
    Err(Problem::new(
        ProblemCode::AppPasswordRemoved,
        format!("By its first letters this is an app password. App passwords ended on 28 July 2026; {instead}. Nothing was sent."),
    )
    .on_slot(slot))
}

/// Why no answer came.
pub(crate) enum NoAnswer {
    Http(HttpError),
    Stopped,
}

/// A question with its answer.
pub(crate) struct Asked {
    pub(crate) evidence: Evidence,
    pub(crate) answer: Result<Reply, NoAnswer>,
}

/// What the answers so far tell of the credential.
#[derive(Default)]
struct Known {
    seen: Seen,
    signed_in: bool,
    /// Whether an answer refused the sign-in.
    refused: bool,
    account: Option<String>,
    names: Option<WorkspaceNames>,
    clock_difference: Option<i64>,
}

/// One credential in front of one workspace.
pub(crate) struct Session<'a> {
    pub(crate) target: &'a Target,
    credential: &'a Credential,
    stop: &'a CancellationToken,
    known: Mutex<Known>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        target: &'a Target,
        credential: &'a Credential,
        stop: &'a CancellationToken,
    ) -> Self {
        Self {
            target,
            credential,
            stop,
            known: Mutex::default(),
        }
    }

    pub(crate) fn slot(&self) -> CredentialSlot {
        self.credential.slot
    }

    pub(crate) fn id(&self, name: CheckName) -> CheckId {
        CheckId::new(self.slot(), name)
    }

    pub(crate) fn seen(&self) -> Seen {
        self.known().seen.clone()
    }

    pub(crate) fn signed_in(&self) -> bool {
        self.known().signed_in
    }

    /// Whether Bitbucket accepts the credential; `None` where no answer told.
    pub(crate) fn accepted(&self) -> Option<bool> {
        let known = self.known();
        match (known.signed_in, known.refused) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// The uuid of the account that holds the credential, once Bitbucket has told it.
    pub(crate) fn account(&self) -> Option<String> {
        self.known().account.clone()
    }

    /// Keeps whose credential it is.
    pub(crate) fn belongs_to(&self, uuid: &str) {
        self.known().account = Some(uuid.to_owned());
    }

    /// Both names of the workspace, once Bitbucket has told them.
    pub(crate) fn names(&self) -> Option<WorkspaceNames> {
        self.known().names.clone()
    }

    /// Keeps both names of the workspace.
    pub(crate) fn is_called(&self, workspace: &Workspace) {
        if workspace.slug.is_empty() || workspace.uuid.is_empty() {
            return;
        }
        self.known().names = Some(WorkspaceNames {
            slug: reply::one_line(&workspace.slug),
            uuid: reply::one_line(&workspace.uuid),
        });
    }

    /// Seconds by which this machine's clock is ahead of Bitbucket's, by the last answer's date.
    pub(crate) fn clock_difference(&self) -> Option<i64> {
        self.known().clock_difference
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks with the credential. `path` begins with a slash, is encoded, and may have a query.
    pub(crate) async fn ask(&self, path: &str) -> Asked {
        let asked = self.send(path).await;
        if let Ok(reply) = &asked.answer
            && proves_sign_in(reply)
        {
            self.known().signed_in = true;
        }
        asked
    }

    /// The version of the Data Center server that answers instead, where there is one.
    pub(crate) async fn data_center(&self, looks_like: &str) -> Option<String> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            version = data_center::at(&self.target.client, &self.target.api_url, looks_like) => version,
        }
    }

    async fn send(&self, path: &str) -> Asked {
        let url = self.target.api_url.join(path);
        let mut evidence = Evidence {
            method: "GET",
            path: path.split('?').next().unwrap_or(path).to_owned(),
            status: None,
            items: None,
            total: None,
            seen: None,
        };
        let answer = self.fetch(url, None).await.map(|answer| {
            evidence.status = Some(answer.status);
            reply::read(&answer)
        });
        Asked { evidence, answer }
    }

    /// Sends a GET with the credential, within limits of time and size of its own where they are
    /// given, and keeps what the answer tells of the credential.
    pub(crate) async fn fetch(
        &self,
        url: Url,
        limits: Option<(Duration, usize)>,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Request::get(url).auth(self.credential.auth());
        if let Some((time, bytes)) = limits {
            request = request.time_limit(time).body_limit(bytes);
        }
        let sent = tokio::select! {
            () = self.stop.cancelled() => Err(NoAnswer::Stopped),
            sent = self.target.client.send(request) => sent.map_err(NoAnswer::Http),
        };
        let answer = sent?;
        let difference = answer
            .date()
            .map(|date| (self.target.clock)().saturating_sub(date));
        let seen = Seen::of(&answer);
        let mut known = self.known();
        // Bitbucket names the kind of what it knows, on refusals too.
        known.refused |= answer.status == 401;
        known.signed_in |= seen.kind.is_some() && answer.status != 401;
        known.seen.add(seen);
        known.clock_difference = difference.or(known.clock_difference);
        drop(known);
        Ok(answer)
    }

    /// Runs `judge` with what is known around a check at this moment.
    pub(crate) fn judge<T>(
        &self,
        name: CheckName,
        judge: impl FnOnce(&Circumstances<'_>) -> T,
    ) -> T {
        let (seen, signed_in) = {
            let known = self.known();
            (known.seen.clone(), known.signed_in)
        };
        judge(&Circumstances {
            id: self.id(name),
            workspace: &self.target.workspace,
            host: &self.target.api_url.host(),
            shape: self.credential.shape,
            seen: &seen,
            signed_in,
            now: (self.target.clock)(),
        })
    }

    /// A finding of this credential.
    pub(crate) fn finding(
        &self,
        name: CheckName,
        evidence: Option<Evidence>,
        outcome: Outcome,
        problem: Option<Problem>,
    ) -> Finding {
        let id = self.id(name);
        Finding {
            id,
            needs: requirement::needs(id),
            outcome,
            evidence,
            problem,
            reason: None,
        }
    }

    /// A check that is not asked, and why.
    pub(crate) fn skipped(&self, name: CheckName, reason: &str) -> Finding {
        let mut finding = self.finding(name, None, Outcome::Skipped, None);
        finding.reason = Some(reason.to_owned());
        finding
    }

    /// The finding for a refusal or for no answer.
    pub(crate) fn refused(&self, name: CheckName, evidence: Evidence, why: Refused<'_>) -> Finding {
        let (outcome, problem) = match why {
            Refused::Answer(refusal) => {
                self.judge(name, |around| diagnosis::of_refusal(refusal, around))
            }
            Refused::NoAnswer(NoAnswer::Http(error)) => {
                diagnosis::of_transport(error, self.id(name))
            }
            Refused::NoAnswer(NoAnswer::Stopped) => {
                (Outcome::Unknown, diagnosis::cancelled(self.id(name)))
            }
        };
        self.finding(name, Some(evidence), outcome, Some(problem))
    }

    /// Asks for an answer of one shape and lets `look` judge it.
    pub(crate) async fn object<T: DeserializeOwned>(
        &self,
        name: CheckName,
        path: &str,
        look: impl FnOnce(T, &mut Evidence, &Circumstances<'_>) -> (Outcome, Option<Problem>),
    ) -> Finding {
        let Asked {
            mut evidence,
            answer,
        } = self.ask(path).await;
        match answer {
            Ok(Reply::Granted(value)) => match serde_json::from_value::<T>(value) {
                Ok(object) => {
                    let (outcome, problem) =
                        self.judge(name, |around| look(object, &mut evidence, around));
                    self.finding(name, Some(evidence), outcome, problem)
                }
                Err(_) => self.unreadable(name, evidence),
            },
            Ok(Reply::Refused(refusal)) => self.refused(name, evidence, Refused::Answer(&refusal)),
            Err(none) => self.refused(name, evidence, Refused::NoAnswer(&none)),
        }
    }

    /// Asks for the first page of a list; gives its first item too.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        name: CheckName,
        path: &str,
        when_empty: WhenEmpty,
    ) -> (Finding, Option<T>) {
        let mut first = None;
        let base = self.target.api_url.url().clone();
        let finding = self
            .object(name, path, |page: Page, evidence, around| {
                evidence.items = Some(page.count());
                evidence.total = page.size();
                if let Some(Err(off_origin)) = page
                    .next
                    .as_deref()
                    .map(|next| bbsetup_http::next_link(&base, next))
                {
                    return (
                        Outcome::Unknown,
                        Some(off_origin_problem(&off_origin, around)),
                    );
                }
                let (entries, _) = page.entries::<T>();
                first = entries.into_iter().next();
                match (&first, page.count(), when_empty) {
                    (Some(_), _, _) | (None, 0, WhenEmpty::Fine) => (Outcome::Granted, None),
                    (None, 0, WhenEmpty::NothingToLookAt) => {
                        let (outcome, problem) = diagnosis::empty(around);
                        (outcome, Some(problem))
                    }
                    (None, _, _) => {
                        let problem = diagnosis::without_fields(evidence.status, around);
                        (Outcome::Unknown, Some(problem))
                    }
                }
            })
            .await;
        (finding, first)
    }

    pub(crate) fn unreadable(&self, name: CheckName, evidence: Evidence) -> Finding {
        let problem = self.judge(name, |around| {
            diagnosis::without_fields(evidence.status, around)
        });
        self.finding(name, Some(evidence), Outcome::Unknown, Some(problem))
    }
}

/// What an empty list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenEmpty {
    /// There is nothing by which the check could be told.
    NothingToLookAt,
    /// The question was allowed, and no entry is an answer.
    Fine,
}

/// Why there is nothing to look at.
pub(crate) enum Refused<'a> {
    Answer(&'a Refusal),
    NoAnswer(&'a NoAnswer),
}

/// A `next` link that leads to another server: it is never followed.
pub(crate) fn off_origin_problem(
    error: &bbsetup_http::OffOrigin,
    around: &Circumstances<'_>,
) -> Problem {
    Problem::new(
        ProblemCode::OffOriginLink,
        format!(
            "The list of {} goes on at another server: {error}.",
            around.host
        ),
    )
    .on_check(around.id)
}

/// Whether a reply shows that the credential was accepted.
fn proves_sign_in(reply: &Reply) -> bool {
    match reply {
        Reply::Granted(Value::Object(_) | Value::Array(_)) => true,
        Reply::Granted(_) => false,
        Reply::Refused(refusal) => match refusal {
            Refusal::ScopeMissing { .. } | Refusal::WrongKind => true,
            Refusal::SignIn
            | Refusal::NetworkPolicy { .. }
            | Refusal::Deactivated { .. }
            | Refusal::Forbidden { .. }
            | Refusal::NotFound { .. }
            | Refusal::Removed
            | Refusal::RateLimited { .. }
            | Refusal::ServerError { .. }
            | Refusal::Proxy
            | Refusal::NotBitbucket { .. }
            | Refusal::Unreadable { .. } => false,
        },
    }
}
