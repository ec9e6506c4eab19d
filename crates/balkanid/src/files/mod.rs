//! BalkanID's CSV files, looked at before anybody waits for them.
//!
//! [`look()`] reads entities and the relations between them as a stream, and tells every problem with
//! its row and column. Memory stays flat: of each row a hash of 16 bytes is kept, and nothing else.
//!
//! Columns: <https://developer.balkan.id/bulk-entities-upload-api-early-access-12828095e0> and
//! <https://developer.balkan.id/apidoc/bulk-entity-relations-upload-api-early-access-12828102e0>.
//! What is confirmed of the rest is in docs/decisions/files.md.

mod ahead;
mod begin;
mod finding;
mod header;
mod kind;
mod look;
mod repeats;
mod rows;
mod scan;
mod seen;
mod words;

pub use finding::{Finding, FindingCode, Weight};
pub use kind::FileKind;
pub use look::{Looked, LookedFile, NotLooked, Source, Told, look};
