//! One file for each check: what is asked, and what the answer shows.

pub(crate) mod groups;
pub(crate) mod identity;
pub(crate) mod members;
pub(crate) mod membership;
pub(crate) mod project_permissions;
pub(crate) mod projects;
pub(crate) mod repositories;
pub(crate) mod repository_permissions;
pub(crate) mod workspace;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The smallest page that Bitbucket documents.
pub(crate) const PAGE: &str = "pagelen=10";

/// Everything but what a path's part may hold as it is.
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A key or slug as one part of a path.
pub(crate) fn path_part(text: &str) -> String {
    utf8_percent_encode(text, PATH_PART).to_string()
}
