//! Reading a workspace whole: what is asked, and what the answers hold.
//!
//! Every question is a GET with the longest page that Bitbucket allows (100) and, where the v2 API
//! knows them, the fields that are looked at and no others.

mod items;
mod question;

use std::time::Duration;

use bbsetup_http::{Answer, ErrorKind, RateSigns};
use bbsetup_setup::{CredentialSlot, Problem, ProblemCode};
use tokio_util::sync::CancellationToken;

pub use items::{Account, AccountKind, Item, Rest, Unfit};
pub use question::{On, Question, To};

use crate::diagnosis;
use crate::reply::{self, Refusal, Reply};
use crate::session::{NoAnswer, Session, off_origin_problem};
use crate::{Credential, Target};

/// One credential in front of one workspace, for reading it whole.
pub struct Reader<'a> {
    session: Session<'a>,
}

/// What came of a question.
#[derive(Debug)]
pub struct Said {
    /// What the answer tells of the rate limit; nothing is known where none came.
    pub rate: RateSigns,
    /// What it says.
    pub what: What,
}

/// What an answer says, or that there is none.
#[derive(Debug)]
pub enum What {
    /// A success; [`Question::read`] reads its body.
    Body(Answer),
    /// 429: too many requests. Nothing was done.
    TooMany {
        /// How long to wait, where Bitbucket says so.
        wait: Option<Duration>,
        /// In words.
        problem: Box<Problem>,
    },
    /// No whole answer, or a fault of the server's own; it may pass.
    Fault {
        /// How long to wait, where the server says so.
        wait: Option<Duration>,
        /// In words.
        problem: Box<Problem>,
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// Whether asking again at once is of no use, as with a certificate that is not trusted.
        lasts: bool,
    },
    /// The credential is not accepted.
    SignIn(Box<Problem>),
    /// There is no such thing, or it is hidden.
    NotFound(Box<Problem>),
    /// The credential may not ask this.
    Refused {
        /// In words.
        problem: Box<Problem>,
        /// Whether the credential may ask no question of this kind, rather than this one alone.
        of_its_kind: bool,
    },
    /// The reading was stopped.
    Stopped,
}

impl<'a> Reader<'a> {
    /// A credential in front of the target's workspace.
    pub fn new(
        target: &'a Target,
        credential: &'a Credential,
        stop: &'a CancellationToken,
    ) -> Self {
        Self {
            session: Session::new(target, credential, stop),
        }
    }

    /// The credential's slot.
    pub fn slot(&self) -> CredentialSlot {
        self.session.slot()
    }

    /// Asks a question, or for the page of its list that `next` leads to.
    pub async fn ask(&self, question: &Question, next: Option<&str>) -> Said {
        let target = self.session.target;
        let silent = |what| Said {
            rate: RateSigns::default(),
            what,
        };
        let url = match next {
            None => target.api_url.join(&question.path(&target.workspace)),
            Some(next) => match bbsetup_http::next_link(target.api_url.url(), next) {
                Ok(url) => url,
                Err(error) => {
                    let problem = self.session.judge(question.check(), |around| {
                        off_origin_problem(&error, around)
                    });
                    return silent(What::Fault {
                        wait: None,
                        problem: Box::new(problem),
                        status: None,
                        lasts: true,
                    });
                }
            },
        };
        match self.session.fetch(url, question.limits()).await {
            Ok(answer) => Said {
                rate: answer.rate_signs(),
                what: self.judge(question, answer),
            },
            Err(NoAnswer::Stopped) => silent(What::Stopped),
            Err(NoAnswer::Http(error)) => {
                let id = self.session.id(question.check());
                let (_, problem) = diagnosis::of_transport(&error, id);
                silent(What::Fault {
                    wait: None,
                    problem: Box::new(problem),
                    status: None,
                    lasts: !may_pass(error.kind()),
                })
            }
        }
    }

    /// The problem of a body that [`Question::read`] could not read.
    pub fn unfit(&self, question: &Question, answer: &Answer, unfit: &Unfit) -> Problem {
        self.session.judge(question.check(), |around| {
            diagnosis::unreadable(answer.status, unfit.why(), around)
        })
    }

    fn judge(&self, question: &Question, answer: Answer) -> What {
        if (200..300).contains(&answer.status) && !answer.is_html() {
            return What::Body(answer);
        }
        let wait = answer.retry_after();
        let refusal = match reply::read(&answer) {
            Reply::Refused(refusal) => refusal,
            Reply::Granted(_) => return What::Body(answer),
        };
        let problem = self.session.judge(question.check(), |around| {
            diagnosis::of_refusal(&refusal, around).1
        });
        said(&refusal, answer.status, wait, Box::new(problem))
    }
}

fn said(refusal: &Refusal, status: u16, wait: Option<Duration>, problem: Box<Problem>) -> What {
    let fault = |wait, problem, lasts| What::Fault {
        wait,
        problem,
        status: Some(status),
        lasts,
    };
    match refusal {
        Refusal::SignIn => What::SignIn(problem),
        Refusal::ScopeMissing { .. } | Refusal::WrongKind | Refusal::Removed => What::Refused {
            problem,
            of_its_kind: true,
        },
        // A gateway's word, and not Bitbucket's.
        Refusal::Forbidden { .. } | Refusal::NotFound { .. }
            if problem.code == ProblemCode::NotBitbucket =>
        {
            fault(None, problem, true)
        }
        Refusal::Forbidden { .. } => What::Refused {
            problem,
            of_its_kind: false,
        },
        Refusal::NotFound { .. } => What::NotFound(problem),
        Refusal::RateLimited { retry_after } => What::TooMany {
            wait: *retry_after,
            problem,
        },
        Refusal::ServerError { .. } => fault(wait, problem, false),
        Refusal::NetworkPolicy { .. }
        | Refusal::Deactivated { .. }
        | Refusal::Proxy
        | Refusal::NotBitbucket { .. }
        | Refusal::Unreadable { .. } => fault(None, problem, true),
    }
}

/// Whether what kept an answer from coming may be gone in a moment.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::NameNotFound
        | ErrorKind::Unreachable
        | ErrorKind::TimedOutConnecting
        | ErrorKind::TimedOutAnswering
        | ErrorKind::TlsFailed
        | ErrorKind::Cut => true,
        ErrorKind::AddressNotAllowed
        | ErrorKind::Proxy
        | ErrorKind::NoTls
        | ErrorKind::TlsUntrusted
        | ErrorKind::Redirected
        | ErrorKind::TooLarge
        | ErrorKind::NotHttp
        | ErrorKind::Packed
        | ErrorKind::Defect => false,
    }
}
