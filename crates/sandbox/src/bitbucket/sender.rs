//! Who sent a request, as far as its credential tells.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::asked::Asked;
use crate::scenario::{Credential, Holder, Kind};
use crate::state::State;

/// What a request proved of its sender.
pub(crate) enum Sender {
    Nobody,
    /// A credential was sent, and it is not accepted.
    Refused(Kind),
    Known {
        /// Its name in the scenario.
        name: String,
        credential: Arc<Credential>,
    },
}

impl Sender {
    /// Reads the `Authorization` header. Access tokens and OAuth go as Bearer alone, API tokens as
    /// Basic with the account's e-mail alone.
    pub(crate) fn of(state: &State, asked: &Asked) -> Self {
        let Some(authorization) = asked.header("authorization") else {
            return Self::Nobody;
        };
        let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            return Self::with(state, value, Kind::Oauth2, |credential| {
                credential.kind.is_access_token() || credential.kind == Kind::Oauth2
            });
        }
        let decoded = BASE64_STANDARD.decode(value).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        let (user, password) = decoded.split_once(':').unwrap_or_default();
        let guess = match password.starts_with("ATBB") {
            true => Kind::AppPassword,
            false => Kind::ApiToken,
        };
        Self::with(state, password, guess, |credential| {
            credential.kind == Kind::ApiToken && email_of(state, credential) == Some(user)
        })
    }

    /// The kind of the credential, for the log and for faults; empty where there is none.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Nobody => "",
            Self::Refused(kind) => kind.header(),
            Self::Known { credential, .. } => credential.kind.header(),
        }
    }

    fn with(
        state: &State,
        secret: &str,
        kind_otherwise: Kind,
        goes_this_way: impl Fn(&Credential) -> bool,
    ) -> Self {
        match state.credential(|credential| credential.secret == secret) {
            Some((name, credential)) if credential.is_accepted() && goes_this_way(&credential) => {
                Self::Known { name, credential }
            }
            Some((_, credential)) => Self::Refused(credential.kind),
            None => Self::Refused(kind_otherwise),
        }
    }
}

/// The e-mail of the account that a credential belongs to, in the world as the scenario has it.
pub(crate) fn email_of<'a>(state: &'a State, credential: &Credential) -> Option<&'a str> {
    match credential.holder {
        Holder::Account(account) => Some(&state.scenario.world.accounts[account].email),
        Holder::Workspace(_) | Holder::Project { .. } | Holder::Repository { .. } => None,
    }
}
