//! What all checks mean together.

use bbsetup_setup::{Outcome, Problem, ScimUrl, Severity, Verdict};

use crate::check::{Check, Finding};

/// A problem with the check that met it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The check.
    pub check: Check,
    /// What is wrong; a warning where the check is not required.
    pub problem: Problem,
}

/// Everything that the checks found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The server that was asked.
    pub url: ScimUrl,
    /// The answer.
    pub verdict: Verdict,
    /// Every check, in the order of [`Check::ALL`].
    pub checks: Vec<Finding>,
    /// Everything that is wrong or worth knowing.
    pub problems: Vec<Told>,
    /// How many users the server says that it has.
    pub users: Option<u64>,
    /// How many groups the server says that it has.
    pub groups: Option<u64>,
    /// Requests put on the wire, repeats included.
    pub requests: u32,
}

impl Report {
    /// Weighs the findings together.
    pub(crate) fn settle(url: ScimUrl, mut checks: Vec<Finding>, requests: u32) -> Self {
        checks.sort_by_key(|finding| finding.check);
        for finding in &mut checks {
            if !finding.required {
                finding.problem = finding.problem.take().map(Problem::as_warning);
            }
        }
        let problems: Vec<Told> = checks
            .iter()
            .filter_map(|finding| {
                Some(Told {
                    check: finding.check,
                    problem: finding.problem.clone()?,
                })
            })
            .collect();
        let total = |check| {
            let finding = checks.iter().find(|finding| finding.check == check)?;
            finding.evidence.as_ref()?.total
        };
        Self {
            verdict: verdict(&checks),
            users: total(Check::Users),
            groups: total(Check::Groups),
            url,
            checks,
            problems,
            requests,
        }
    }

    /// What a check found.
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.checks.iter().find(|finding| finding.check == check)
    }

    /// The problems that keep the verdict from "ready".
    pub fn blocking_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems
            .iter()
            .filter(|told| {
                told.problem.severity == Severity::Error
                    || self.finding(told.check).is_some_and(|finding| {
                        finding.required && finding.outcome == Outcome::NotTestable
                    })
            })
            .map(|told| &told.problem)
    }
}

fn verdict(checks: &[Finding]) -> Verdict {
    let required = || checks.iter().filter(|finding| finding.required);
    if required().any(|finding| finding.outcome == Outcome::Missing) {
        return Verdict::NotReady;
    }
    let all_granted =
        !checks.is_empty() && required().all(|finding| finding.outcome == Outcome::Granted);
    match all_granted {
        true => Verdict::Ready,
        false => Verdict::Undetermined,
    }
}

#[cfg(test)]
mod tests {
    use bbsetup_setup::ProblemCode;

    use super::*;

    fn report(changes: &[(Check, Outcome)]) -> Report {
        let findings = Check::ALL
            .into_iter()
            .map(|check| {
                let changed = changes.iter().find(|(changed, _)| *changed == check);
                let mut finding = Finding::new(
                    check,
                    changed.map_or(Outcome::Granted, |(_, outcome)| *outcome),
                    None,
                );
                finding.problem = changed.map(|_| Problem::new(ProblemCode::ScimDeparture, "x"));
                finding
            })
            .collect();
        let url = ScimUrl::parse("https://id.acme.example/scim/v2").expect("an address");
        Report::settle(url, findings, 1)
    }

    #[test]
    fn what_is_not_required_warns_and_does_not_stand_in_the_way() {
        let report = report(&[
            (Check::ErrorBody, Outcome::Missing),
            (Check::Schemas, Outcome::Unknown),
        ]);
        assert_eq!(report.verdict, Verdict::Ready);
        assert_eq!(report.problems.len(), 2);
        assert_eq!(report.blocking_problems().count(), 0);
    }

    #[test]
    fn could_not_tell_is_neither_yes_nor_no() {
        for outcome in [Outcome::Unknown, Outcome::Skipped, Outcome::NotTestable] {
            let report = report(&[(Check::GroupMembers, outcome)]);
            assert_eq!(report.verdict, Verdict::Undetermined, "{outcome:?}");
        }
        let known = report(&[
            (Check::GroupMembers, Outcome::Missing),
            (Check::Users, Outcome::Unknown),
        ]);
        assert_eq!(known.verdict, Verdict::NotReady);
    }
}
