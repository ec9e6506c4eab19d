//! Requests that are too many.

use axum::body::Body;
use axum::http::Response;

use super::sender::Sender;
use crate::fault::too_many_requests;
use crate::reply::set_header;
use crate::scenario::RateLimit;
use crate::state::State;

/// The refusal, once a credential's budget is used up.
pub(super) fn refusal(state: &State, sender: &Sender) -> Option<Response<Body>> {
    let RateLimit {
        after_requests,
        retry_after,
        refusals,
        plain_text,
    } = state.scenario.bitbucket.rate_limit?;
    let who = match sender {
        Sender::Known { name, .. } => name,
        Sender::Nobody | Sender::Refused(_) => "",
    };
    let before = state.count_against_limit(who);
    let over = before.checked_sub(after_requests)?;
    let retry_after = retry_after.map(|seconds| seconds.to_string());
    (over < refusals).then(|| too_many_requests(retry_after.as_deref(), plain_text))
}

/// What access tokens are told of their scaled limit; others are told nothing.
///
/// Source: Atlassian staff, April 2026,
/// <https://community.atlassian.com/forums/Bitbucket-questions/Reqeust-limitation/qaa-p/3218562>.
pub(super) fn tell_scaled_limit(
    state: &State,
    sender: &Sender,
    path: &str,
    response: &mut Response<Body>,
) {
    let Some(limit) = state.scenario.bitbucket.scaled_limit else {
        return;
    };
    let is_access_token =
        matches!(sender, Sender::Known { credential, .. } if credential.kind.is_access_token());
    if is_access_token && path.starts_with("/2.0/repositories/") {
        set_header(response, "x-ratelimit-limit", &limit.to_string());
        set_header(response, "x-ratelimit-resource", "repositories");
        set_header(response, "x-ratelimit-nearlimit", "false");
    }
}
