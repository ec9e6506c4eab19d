//! Words and rules of a Bitbucket set-up for BalkanID.
//!
//! Nothing here does IO, waits, or reads a clock: what is typed is parsed here, what is asked of a
//! credential is listed here, and what answers mean together is decided here.

pub mod account;
pub mod address;
pub mod check;
pub mod clock;
mod day;
pub mod draft;
pub mod expiry;
pub mod extraction;
pub mod guide;
pub mod optional;
pub mod problem;
pub mod readable;
pub mod report;
pub mod requirement;
pub mod scim_url;
pub mod scope;
mod secret;
mod slot;
pub mod step;
pub mod token;
pub mod words;
pub mod workspace_id;

pub use account::Email;
pub use address::ApiUrl;
pub use check::{CheckId, CheckName, CheckResult, Evidence, Outcome};
pub use day::{Day, DayError};
pub use draft::{Draft, Owner, Setup};
pub use expiry::Expiry;
pub use extraction::{Extraction, ExtractionType};
pub use optional::{OptionalConfiguration, Provisioning, Reviewer};
pub use problem::{Place, Problem, ProblemCode, Retry, Severity};
pub use report::{CredentialKind, CredentialSeen, Finding, Report, Verdict, WorkspaceNames};
pub use scim_url::{ScimUrl, ScimUrlError};
pub use scope::{Scope, Vocabulary};
pub use secret::Secret;
pub use slot::{CredentialSlot, SecretSlot};
pub use step::Step;
pub use token::{TokenEnd, TokenShape};
pub use workspace_id::WorkspaceId;
