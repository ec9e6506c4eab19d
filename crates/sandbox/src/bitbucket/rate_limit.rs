//! Requests that are too many.

use std::time::Duration;

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
        window_seconds,
        retry_after,
        refusals,
        plain_text,
    } = state.scenario.bitbucket.rate_limit?;
    let who = match sender {
        Sender::Known { name, .. } => name,
        Sender::Nobody | Sender::Refused(_) => "",
    };
    if let Some(seconds) = window_seconds {
        let most = usize::try_from(after_requests).unwrap_or(usize::MAX);
        let wait = state.wait_for_window(who, most, Duration::from_secs(seconds))?;
        // Whoever waits so long is let through.
        let retry_after = wait.as_secs() + 1;
        return Some(too_many_requests(
            Some(&retry_after.to_string()),
            plain_text,
        ));
    }
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
