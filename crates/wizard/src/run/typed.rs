//! What was typed: what is wrong with it, and what may be kept of it.

use bbsetup_setup::draft::{
    read_account, read_api_url, read_balkanid_public_url, read_balkanid_url, read_likely_expiry,
    read_owner, read_primary_owner, read_workspace,
};
use bbsetup_setup::{CredentialSlot, Day, Draft, Problem, ProblemCode, Step, WorkspaceId};

/// What is wrong with the answer to one step.
pub(super) fn problems_of(step: Step, draft: &Draft, today: Day) -> Vec<Problem> {
    match step {
        Step::ServiceAccount if !draft.service_account_confirmed => vec![
            Problem::new(
                ProblemCode::ValueMissing,
                "Say that there is an account for BalkanID before going on.",
            )
            .on_field("service-account"),
        ],
        Step::Workspace => read_workspace(draft.workspace.as_deref())
            .err()
            .into_iter()
            .collect(),
        Step::ApiUrl => read_api_url(draft.api_url.as_deref())
            .err()
            .into_iter()
            .collect(),
        Step::WorkspaceToken => of_expiry(CredentialSlot::WorkspaceToken, draft, today)
            .into_iter()
            .collect(),
        Step::Account => read_account(draft.account.as_deref())
            .err()
            .into_iter()
            .chain(of_expiry(CredentialSlot::Account, draft, today))
            .collect(),
        Step::BalkanId => {
            let mut problems: Vec<Problem> = Vec::new();
            problems.extend(read_primary_owner(draft.primary_owner.as_deref()).err());
            for owner in draft
                .secondary_owners
                .iter()
                .filter(|owner| !owner.trim().is_empty())
            {
                problems.extend(read_owner(owner, "secondary-owner").err());
            }
            problems.extend(read_balkanid_url(draft.balkanid_url.as_deref()).err());
            problems.extend(read_balkanid_public_url(draft.balkanid_public_url.as_deref()).err());
            problems.extend(draft.problems_of_extraction());
            problems
        }
        Step::ServiceAccount | Step::Report | Step::Answers | Step::Submit | Step::Done => {
            Vec::new()
        }
    }
}

/// What is wrong with the day on which a token ends.
fn of_expiry(slot: CredentialSlot, draft: &Draft, today: Day) -> Option<Problem> {
    read_likely_expiry(slot, draft.expires(slot), today).err()
}

/// The workspace that a draft is about, once it can be read.
pub(super) fn workspace_of(draft: &Draft) -> Option<WorkspaceId> {
    read_workspace(draft.workspace.as_deref()).ok()
}
