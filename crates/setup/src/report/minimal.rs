//! The scopes that would be enough for one workspace.

use super::Report;
use crate::check::{CheckId, CheckResult, Outcome};
use crate::problem::ProblemCode;
use crate::{CredentialSlot, Scope, requirement};

impl Report {
    /// The scopes that would be enough for a credential in this workspace: what its checks need that
    /// the other credential cannot do in its place. Sorted; nothing where a check that counts has no
    /// answer, since then it cannot be told.
    ///
    /// A scope that another one brings along stays in: the form has a box for each, and BalkanID's
    /// page names them.
    pub fn minimal_scopes(&self, slot: CredentialSlot) -> Option<Vec<Scope>> {
        let granted_to_the_other = |name| {
            self.check(CheckId::new(slot.other(), name))
                .is_some_and(|check| check.outcome == Outcome::Granted)
        };
        let mut scopes = Vec::new();
        for check in self.checks.iter().filter(|check| check.id.slot == slot) {
            if !check.required {
                continue;
            }
            match check.outcome {
                Outcome::Granted | Outcome::NotTestable | Outcome::Missing => {
                    scopes.extend(self.needed(check));
                }
                // The other credential stands in for what no token of this kind can do.
                Outcome::Unknown
                    if check.problem == Some(ProblemCode::WrongCredentialKind)
                        && granted_to_the_other(check.id.name) => {}
                Outcome::Unknown | Outcome::Skipped => return None,
            }
        }
        scopes.sort();
        scopes.dedup();
        (!scopes.is_empty()).then_some(scopes)
    }

    /// The scopes that a check needs, by a live answer where one told, else by the table.
    fn needed(&self, check: &CheckResult) -> Vec<Scope> {
        let told = self
            .problems
            .iter()
            .find(|problem| {
                problem.check == Some(check.id) && problem.code == ProblemCode::ScopeMissing
            })
            .map(|problem| problem.scopes.clone());
        let held = self
            .credentials
            .iter()
            .find(|seen| seen.slot == check.id.slot)
            .and_then(|seen| seen.scopes.as_deref());
        let alternative = held.and_then(|held| requirement::held_alternative(check.id, held));
        match (told, alternative) {
            (Some(told), _) => told,
            (None, Some(alternative)) if check.outcome == Outcome::Granted => vec![alternative],
            (None, _) => check.needs.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::*;
    use crate::{ApiUrl, CheckName, Problem, WorkspaceId};

    const TOKEN: CredentialSlot = CredentialSlot::WorkspaceToken;
    const ACCOUNT: CredentialSlot = CredentialSlot::Account;

    /// A report in which everything is granted, but for these.
    fn report(without: &[(CheckId, ProblemCode)]) -> Report {
        let finding = |id: CheckId| {
            let code = without.iter().find(|(other, _)| *other == id);
            Finding {
                id,
                needs: requirement::needs(id),
                outcome: match code {
                    Some(_) => Outcome::Unknown,
                    None => Outcome::Granted,
                },
                evidence: None,
                problem: code.map(|(_, code)| Problem::new(*code, "what happened")),
                reason: None,
            }
        };
        Report::settle(
            WorkspaceId::parse("acme").expect("an ID"),
            ApiUrl::bitbucket_cloud(),
            Vec::new(),
            CheckId::all().into_iter().map(finding).collect(),
            Vec::new(),
            15,
        )
    }

    fn names(scopes: Option<Vec<Scope>>) -> Vec<String> {
        scopes
            .unwrap_or_default()
            .iter()
            .map(Scope::to_string)
            .collect()
    }

    #[test]
    fn an_account_needs_little_where_the_workspace_token_can_do_the_rest() {
        let report = report(&[]);
        assert_eq!(
            names(report.minimal_scopes(ACCOUNT)),
            [
                "read:permission:bitbucket",
                "read:user:bitbucket",
                "read:workspace:bitbucket"
            ]
        );
        assert_eq!(names(report.minimal_scopes(TOKEN)).len(), 5);
    }

    #[test]
    fn a_token_that_cannot_read_permissions_needs_no_box_for_them() {
        let names_of = [
            CheckName::ProjectPermissions,
            CheckName::RepositoryPermissions,
        ];
        let limits =
            names_of.map(|name| (CheckId::new(TOKEN, name), ProblemCode::WrongCredentialKind));
        let report = report(&limits);
        assert_eq!(
            names(report.minimal_scopes(TOKEN)),
            ["account", "project", "repository"]
        );
        assert_eq!(
            names(report.minimal_scopes(ACCOUNT)),
            [
                "read:permission:bitbucket",
                "read:project:bitbucket",
                "read:repository:bitbucket",
                "read:user:bitbucket",
                "read:workspace:bitbucket"
            ]
        );
    }

    #[test]
    fn what_is_enough_is_not_told_where_a_check_has_no_answer() {
        let members = CheckId::new(TOKEN, CheckName::Members);
        let report = report(&[(members, ProblemCode::TimedOut)]);
        assert_eq!(report.minimal_scopes(TOKEN), None);
    }
}
