//! The stages of a submission, as they are told.

use crate::json::SubmitEventJson;

/// Tells the stages of a submission.
#[derive(Clone, Copy)]
pub(super) struct Stages<'a>(pub(super) &'a (dyn Fn(SubmitEventJson) + Send + Sync));

impl Stages<'_> {
    pub(super) fn begin(self, stage: &str, text: &str) {
        (self.0)(SubmitEventJson::Stage {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }

    pub(super) fn end(self, stage: &str, text: &str) {
        (self.0)(SubmitEventJson::StageDone {
            stage: stage.to_owned(),
            text: text.to_owned(),
        });
    }
}
