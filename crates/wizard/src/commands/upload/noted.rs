//! What was sent, noted beside the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bbsetup_setup::Problem;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::files::{Existing, write_whole};

const SCHEMA: &str = "bbsetup.upload_state/1";
/// A file of this kind is far smaller.
const LARGEST: u64 = 64 * 1024;

/// Where the files go. What went elsewhere says nothing of here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) balkanid_url: String,
    pub(super) tenant_id: String,
    pub(super) integration_id: Option<String>,
}

/// What was sent to one place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Noted {
    schema: String,
    #[serde(flatten)]
    place: Place,
    sent: BTreeMap<String, SentFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct SentFile {
    sha256: String,
    at: String,
}

impl Noted {
    pub(super) fn nothing(place: Place) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            place,
            sent: BTreeMap::new(),
        }
    }

    /// Reads what earlier runs noted. What cannot be understood, or is of another place, counts as
    /// nothing: sending twice is better than not at all.
    pub(super) fn read(folder: &Path, place: Place, notes: &mut Vec<String>) -> Self {
        let file = file_in(folder);
        let Ok(metadata) = file.metadata() else {
            return Self::nothing(place);
        };
        let noted = (metadata.len() <= LARGEST)
            .then(|| std::fs::read(&file).ok())
            .flatten()
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            .filter(|noted| noted.schema == SCHEMA);
        match noted {
            None => {
                notes.push(format!(
                    "{} could not be understood, so that everything is sent.",
                    file.display()
                ));
                Self::nothing(place)
            }
            Some(noted) if noted.place != place => {
                notes.push("What was sent before went to another tenant or integration, so that everything is sent.".to_owned());
                Self::nothing(place)
            }
            Some(noted) => noted,
        }
    }

    /// Whether a file was sent as it is now.
    pub(super) fn holds(&self, name: &str, sha256: &str) -> bool {
        self.sent
            .get(name)
            .is_some_and(|sent| sent.sha256 == sha256)
    }

    /// Notes that a file was sent. Whatever came after an earlier one has to be sent anew.
    pub(super) fn add(
        &mut self,
        folder: &Path,
        name: &str,
        sha256: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let sent = SentFile {
            sha256: sha256.to_owned(),
            at: now.to_string(),
        };
        // "entities.csv" stands before "entity_relations.csv".
        self.sent.retain(|held, _| held.as_str() < name);
        self.sent.insert(name.to_owned(), sent);
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        write_whole(&file_in(folder), &text, Existing::Replace)
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("upload.json")
}
