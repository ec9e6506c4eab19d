//! The practice Bitbucket: what it answers to whom.
//!
//! Behaviour, bodies and headers follow Bitbucket's API description
//! (<https://developer.atlassian.com/cloud/bitbucket/rest/intro/>) and what users recorded; where
//! both leave a question open, the scenario decides.

mod bodies;
mod data_center;
mod fields;
mod fragments;
mod grants;
mod lists;
mod page;
mod place;
mod query;
mod rate_limit;
mod refusal;
mod scopes;
mod seen;
mod sender;

use axum::body::Body;
use axum::http::{Response, header};
use serde_json::{Value, json};

use self::fields::Selection;
pub(crate) use self::fragments::Fragments;
use self::lists::Looking;
use self::place::{Needs, Place};
pub(crate) use self::seen::Seen;
pub(crate) use self::sender::{Sender, email_of};
use crate::asked::Asked;
use crate::pages;
use crate::reply::{JSON, empty, reply, set_header};
use crate::scenario::{Credential, Kind};
use crate::state::{Server, State};

/// A refusal in Bitbucket's own words.
struct Refused {
    status: u16,
    body: Value,
}

impl Refused {
    fn saying(status: u16, message: &str) -> Self {
        Self {
            status,
            body: json!({"type": "error", "error": {"message": message}}),
        }
    }
}

impl From<Refused> for Response<Body> {
    fn from(refused: Refused) -> Self {
        reply(refused.status, JSON, refused.body.to_string())
    }
}

pub(crate) fn answer(state: &State, asked: &Asked, sender: &Sender) -> Response<Body> {
    if let Some(page) = asked.path.strip_prefix("/practice/") {
        return pages::answer(state, page);
    }
    if state.scenario.bitbucket.data_center {
        return data_center::answer(asked);
    }
    let mut response =
        rate_limit::refusal(state, sender).unwrap_or_else(|| unlimited(state, asked, sender));
    rate_limit::tell_scaled_limit(state, sender, &asked.path, &mut response);
    response
}

fn unlimited(state: &State, asked: &Asked, sender: &Sender) -> Response<Body> {
    let credential = match sender {
        Sender::Known { credential, .. } => credential,
        // The body since their removal is not known; before, a wrong one was answered like this:
        // https://support.atlassian.com/bitbucket-cloud/kb/getting-401-http-error-while-authenticating-to-bitbucket-cloud-rest-apis
        Sender::Refused(Kind::AppPassword) => {
            let mut response = empty(401);
            let realm = "Basic realm=\"Bitbucket.org HTTP\"";
            set_header(&mut response, header::WWW_AUTHENTICATE.as_str(), realm);
            return response;
        }
        // Wrong scheme, expired, unscoped, mistyped: all look the same.
        Sender::Refused(_) | Sender::Nobody => {
            return Refused::saying(
                401,
                "Token is invalid, expired, or not supported for this endpoint.",
            )
            .into();
        }
    };
    let place = Place::at(&asked.path);
    let mut response = match place {
        None => Refused::saying(404, "Resource not found").into(),
        Some(_) if asked.method != "GET" => Refused::saying(405, "Method not allowed.").into(),
        Some(place) => at_place(state, asked, credential, place),
    };
    if state.scenario.bitbucket.credential_headers {
        tell_credential(&mut response, credential, place.map(Place::needs));
    }
    response
}

fn at_place(
    state: &State,
    asked: &Asked,
    credential: &Credential,
    place: Place<'_>,
) -> Response<Body> {
    let held = state.held();
    let looking = Looking {
        world: &held.world,
        fragments: &held.fragments,
        asked,
        holder: credential.holder,
        origin: &origin(state, asked),
        own_origin: &state.addresses.origin(Server::Bitbucket),
        selection: Selection::of(asked.parameter("fields")),
        groups_time_out: state.scenario.bitbucket.groups_with_members_time_out,
        seen: &held.seen,
    };
    let body = refusal::check(state, &held, credential, place)
        .and_then(|workspace| lists::body(&looking, place, workspace));
    match body {
        Ok(body) => reply(200, JSON, body),
        Err(refused) => refused.into(),
    }
}

/// The address by which the client reached this server: links to further pages stay on it.
fn origin(state: &State, asked: &Asked) -> String {
    match asked.header("host") {
        Some(host) => format!("{}://{host}", state.addresses.scheme()),
        None => state.addresses.origin(Server::Bitbucket),
    }
}

/// The headers that tell kind and scopes, on refusals too; wanted scopes have short names whatever
/// the credential. Source:
/// <https://support.atlassian.com/bitbucket-cloud/kb/how-to-fetch-the-scope-of-a-token-via-command-line>.
fn tell_credential(
    response: &mut Response<Body>,
    credential: &Credential,
    needs: Option<Needs<'_>>,
) {
    let wanted = needs.map(|needs| needs.classic.join(", "));
    set_header(response, "x-credential-type", credential.kind.header());
    set_header(response, "x-oauth-scopes", &credential.scopes.join(", "));
    set_header(
        response,
        "x-accepted-oauth-scopes",
        &wanted.unwrap_or_default(),
    );
}
