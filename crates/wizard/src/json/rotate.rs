//! Replacing a token.

use serde::Serialize;
use ts_rs::TS;

use super::{CheckJson, ProblemJson, ProfileJson};

/// `bbsetup.rotate/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RotateJson {
    /// Always `bbsetup.rotate/1`.
    pub schema: String,
    /// The workspace ID.
    pub workspace: String,
    /// The slots whose token was to be replaced.
    pub slots: Vec<String>,
    /// Whether they were; all of them or none.
    pub replaced: bool,
    /// Why not; empty where they were.
    pub problems: Vec<ProblemJson>,
    /// The check of the new tokens with the rest of the set-up.
    pub report: Option<CheckJson>,
    /// The set-up as it stands now.
    pub profile: ProfileJson,
}
