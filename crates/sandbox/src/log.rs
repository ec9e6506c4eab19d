//! What was asked, without what it was asked with.

use serde::Serialize;

/// One request. It holds no header, no query and no body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `bitbucket`, `balkanid` or `storage`.
    pub server: &'static str,
    /// The method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The query's parameter names, sorted.
    pub parameters: Vec<String>,
    /// The kind of the credential that was sent, or empty.
    pub credential: String,
    /// The status of the answer.
    pub status: u16,
}
