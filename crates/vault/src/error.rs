//! What can be wrong with a keychain.

use std::time::Duration;

use bbsetup_setup::{Problem, ProblemCode};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What can be wrong with a keychain. It never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no keychain, or it does not answer.
    #[error("No keychain answers on this system")]
    Unavailable(#[source] Source),
    /// The keychain is locked and could not be unlocked.
    #[error("The keychain is locked")]
    Locked(#[source] Source),
    /// The secret is longer than the keychain can hold.
    #[error("The keychain holds at most {limit} characters in one secret")]
    TooLong {
        /// The limit.
        limit: u32,
    },
    /// No answer in time, most often since a dialog was not answered.
    #[error("The keychain did not answer within {} seconds", after.as_secs())]
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// What was written could not be read back.
    #[error("The keychain took a value and did not give the same back")]
    Forgetful,
    /// More than one entry of the same name, made by another program.
    #[error("The keychain holds more than one entry of the same name")]
    Ambiguous,
    /// Anything else.
    #[error("The keychain refused")]
    Other(#[source] Source),
}

impl VaultError {
    /// The problem in words.
    pub fn problem(&self) -> Problem {
        let code = match self {
            Self::Locked(_) => ProblemCode::VaultLocked,
            Self::TooLong { .. } => ProblemCode::VaultTooLong,
            Self::Unavailable(_)
            | Self::TimedOut { .. }
            | Self::Forgetful
            | Self::Ambiguous
            | Self::Other(_) => ProblemCode::VaultUnavailable,
        };
        Problem::new(code, format!("{self}.")).with_causes(self)
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        error.problem()
    }
}

/// Tells the store's errors apart. What a store says can quote an attribute, never a value; the
/// variants that carry bytes of a value are replaced whole.
impl From<keyring_core::Error> for VaultError {
    fn from(error: keyring_core::Error) -> Self {
        use keyring_core::Error;
        match error {
            Error::NoStorageAccess(source) => Self::Locked(source),
            Error::PlatformFailure(source) => Self::Unavailable(source),
            Error::NoDefaultStore => Self::Unavailable("no store was set".into()),
            Error::TooLong(_, limit) => Self::TooLong { limit },
            Error::Ambiguous(_) => Self::Ambiguous,
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                Self::Other("what is held is no text".into())
            }
            other => Self::Other(other.to_string().into()),
        }
    }
}
