//! Pages of lists. `next` is an absolute address with a cursor that means nothing outside.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use url::form_urlencoded;

use super::Refused;
use super::lists::{Looking, written};
use crate::asked::Asked;

/// A page as it is sent.
#[derive(Serialize)]
struct Page<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pagelen: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<T>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Writes what is chosen of the page that is asked for, of a list of `count` items. `item` gives what
/// is chosen of one.
///
/// Documented is a length of 10 to 100; many clients ask for 1 and get it.
pub(super) fn page<T: Serialize>(
    looking: &Looking<'_>,
    count: usize,
    item: impl FnMut(usize) -> T,
) -> Result<Vec<u8>, Refused> {
    let Looking {
        asked,
        origin,
        selection,
        ..
    } = looking;
    let length = match asked.parameter("pagelen").map(str::parse::<usize>) {
        None => 10,
        Some(Ok(length)) if (1..=100).contains(&length) => length,
        Some(_) => return Err(Refused::saying(400, "Invalid pagelen")),
    };
    let start = start(asked, length).ok_or_else(|| Refused::saying(400, "Invalid page"))?;
    let end = count.min(start.saturating_add(length));
    let has_values = selection.below("values").sends();
    let has_next = end < count && selection.below("next").sends();
    written(&Page {
        pagelen: selection.part("pagelen", length),
        size: selection.part("size", count),
        page: selection.part("page", start / length + 1),
        values: has_values.then(|| (start.min(end)..end).map(item).collect()),
        next: has_next.then(|| next(asked, origin, length, end)),
    })
}

fn start(asked: &Asked, length: usize) -> Option<usize> {
    if let Some(cursor) = asked.parameter("ctx") {
        let decoded = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let decoded = String::from_utf8(decoded).ok()?;
        return decoded.strip_prefix("from:")?.parse().ok();
    }
    match asked.parameter("page").map(str::parse::<usize>) {
        None => Some(0),
        Some(Ok(page)) => page.checked_sub(1)?.checked_mul(length),
        Some(Err(_)) => None,
    }
}

/// The same address with a cursor, and with everything else that was asked.
fn next(asked: &Asked, origin: &str, length: usize, from: usize) -> String {
    let cursor = BASE64_URL_SAFE_NO_PAD.encode(format!("from:{from}"));
    let kept = asked
        .query
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "page" | "ctx" | "pagelen"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("pagelen", &length.to_string())
        .append_pair("ctx", &cursor)
        .finish();
    format!("{origin}{}?{query}", asked.raw_path)
}
