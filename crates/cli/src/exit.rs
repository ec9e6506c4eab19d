//! The exit codes that scripts rely on.

use std::process::ExitCode;

use bbsetup_setup::{Problem, ProblemCode, Report, Verdict};
use bbsetup_wizard::commands::upload::is_half_way;
use bbsetup_wizard::json::{ExtractJson, ProblemJson, UploadJson};

/// What the program ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(u8);

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.0)
    }
}

/// Done; for `check`: ready.
pub(crate) const DONE: Code = Code(0);
/// A defect of this program.
pub(crate) const DEFECT: Code = Code(1);
/// Something typed cannot be used.
pub(crate) const USAGE: Code = Code(2);
/// Something to mend in Bitbucket or BalkanID.
pub(crate) const MEND: Code = Code(3);
/// Sign-in refused.
const SIGN_IN: Code = Code(4);
/// Could not tell.
pub(crate) const COULD_NOT_TELL: Code = Code(5);
/// A rate limit longer than the patience given.
const RATE_LIMIT: Code = Code(6);
/// The keychain.
const KEYCHAIN: Code = Code(7);
/// BalkanID or the SCIM server refused.
pub(crate) const REFUSED: Code = Code(8);
/// Stopped half-way, can be resumed.
pub(crate) const RESUMABLE: Code = Code(9);

/// Where several apply, the first of these.
const ORDER: [Code; 9] = [
    SIGN_IN,
    COULD_NOT_TELL,
    RATE_LIMIT,
    MEND,
    USAGE,
    KEYCHAIN,
    REFUSED,
    RESUMABLE,
    DEFECT,
];

/// The exit code of a problem.
pub(crate) fn of_problem(code: ProblemCode) -> Code {
    match code {
        ProblemCode::SignInRefused => SIGN_IN,
        ProblemCode::Unreachable
        | ProblemCode::TimedOut
        | ProblemCode::TlsUntrusted
        | ProblemCode::ProxyRefused
        | ProblemCode::NotBitbucket
        | ProblemCode::NotScim
        | ProblemCode::ServerError
        | ProblemCode::UnreadableReply
        | ProblemCode::OffOriginLink
        | ProblemCode::RedirectRefused
        | ProblemCode::ChecksumDiffers => COULD_NOT_TELL,
        ProblemCode::RateLimited => RATE_LIMIT,
        ProblemCode::AppPasswordRemoved
        | ProblemCode::EmailExpected
        | ProblemCode::ScopeMissing
        | ProblemCode::WrongCredentialKind
        | ProblemCode::RoleMissing
        | ProblemCode::EmptyResult
        | ProblemCode::NetworkPolicy
        | ProblemCode::DataCenterFound
        | ProblemCode::WorkspaceNotFoundOrHidden
        | ProblemCode::WorkspaceMismatch
        | ProblemCode::WorkspaceDeactivated
        | ProblemCode::AccountMismatch
        | ProblemCode::AlreadySetUp
        | ProblemCode::ExcessScope
        | ProblemCode::ExpiresSoon
        | ProblemCode::ScimOutdated
        | ProblemCode::ScimPaging
        | ProblemCode::ScimMembersCut
        | ProblemCode::ScimAttributeMissing
        | ProblemCode::ScimDeparture
        | ProblemCode::FilesUnfit
        | ProblemCode::ClockDiffers => MEND,
        ProblemCode::AddressNotAllowed
        | ProblemCode::ValueMissing
        | ProblemCode::ValueUnreadable
        | ProblemCode::WrongField
        | ProblemCode::SecretInArguments
        | ProblemCode::FileExists
        | ProblemCode::FileNotRead => USAGE,
        ProblemCode::VaultUnavailable | ProblemCode::VaultLocked | ProblemCode::VaultTooLong => {
            KEYCHAIN
        }
        ProblemCode::BalkanIdKeyRefused
        | ProblemCode::BalkanIdNotFound
        | ProblemCode::BalkanIdRefused
        | ProblemCode::BalkanIdBlocked
        | ProblemCode::BalkanIdEmptyReply
        | ProblemCode::BalkanIdOtherHost
        | ProblemCode::StepUpRequired
        | ProblemCode::ScimRefused
        | ProblemCode::SyncFailed => REFUSED,
        ProblemCode::FileNotWritten
        | ProblemCode::FileChanged
        | ProblemCode::Cancelled
        | ProblemCode::DesktopRefused => RESUMABLE,
        ProblemCode::EndpointRemoved | ProblemCode::DefectOfThisTool => DEFECT,
    }
}

/// The exit code of several problems.
pub(crate) fn of_problems<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> Code {
    first_in_order(problems.into_iter().map(|problem| of_problem(problem.code)))
}

/// The exit code of problems that have been written down already.
pub(crate) fn of_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Code {
    first_in_order(
        codes
            .into_iter()
            .filter_map(ProblemCode::named)
            .map(of_problem),
    )
}

/// The exit code of what a document says stands in the way; a warning does not.
pub(crate) fn of_document(problems: &[ProblemJson]) -> Code {
    let errors: Vec<&str> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| problem.code.as_str())
        .collect();
    match errors.is_empty() {
        true => DONE,
        false => of_codes(errors),
    }
}

/// The exit code of a document about files that were sent: where some are there and some are not,
/// the same command goes on, whatever stopped it.
pub(crate) fn of_upload(problems: &[ProblemJson], upload: &UploadJson) -> Code {
    match of_document(problems) {
        DONE => DONE,
        _ if is_half_way(upload) => RESUMABLE,
        code => code,
    }
}

/// The exit code of a reading: what stopped it, else what its gaps need.
pub(crate) fn of_extract(extract: &ExtractJson) -> Code {
    match of_document(&extract.problems) {
        DONE if extract.complete => DONE,
        DONE => {
            let codes = extract.gaps.iter().map(|gap| gap.code.as_str());
            let is_the_users = codes
                .filter_map(ProblemCode::named)
                .all(|code| of_problem(code) == MEND);
            match is_the_users {
                true => MEND,
                false => RESUMABLE,
            }
        }
        // A script does something else about these than to give the command again at once.
        code @ (SIGN_IN | RATE_LIMIT | USAGE | KEYCHAIN | MEND) => code,
        _ if extract.resumable => RESUMABLE,
        code => code,
    }
}

/// The exit code of a report.
pub(crate) fn of_report(report: &Report) -> Code {
    match report.verdict {
        Verdict::Ready => DONE,
        Verdict::NotReady | Verdict::Undetermined => of_problems(report.blocking_problems()),
    }
}

/// The exit code of a report on a SCIM server.
pub(crate) fn of_scim_report(report: &bbsetup_wizard::ScimReport) -> Code {
    match report.verdict {
        Verdict::Ready => DONE,
        Verdict::NotReady => of_problems(report.blocking_problems()),
        // Members that may be cut are not known to be.
        Verdict::Undetermined => {
            first_in_order(
                report
                    .blocking_problems()
                    .map(|problem| match problem.code {
                        ProblemCode::ScimMembersCut => COULD_NOT_TELL,
                        code => of_problem(code),
                    }),
            )
        }
    }
}

/// The exit code of several; done where all are.
pub(crate) fn of_several(codes: &[Code]) -> Code {
    let not_done: Vec<Code> = codes.iter().copied().filter(|code| *code != DONE).collect();
    match not_done.is_empty() {
        true => DONE,
        false => first_in_order(not_done.into_iter()),
    }
}

fn first_in_order(codes: impl Iterator<Item = Code>) -> Code {
    let codes: Vec<Code> = codes.collect();
    ORDER
        .into_iter()
        .find(|code| codes.contains(code))
        // Not ready, and nothing says why.
        .unwrap_or(COULD_NOT_TELL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_several_apply_the_contracts_order_decides() {
        let problems = |codes: &[ProblemCode]| -> Vec<Problem> {
            codes.iter().map(|code| Problem::new(*code, "")).collect()
        };
        let code = |codes: &[ProblemCode]| of_problems(&problems(codes));
        use ProblemCode::{RateLimited, ScopeMissing, SignInRefused, TimedOut};
        assert_eq!(
            code(&[ScopeMissing, RateLimited, TimedOut, SignInRefused]),
            SIGN_IN
        );
        assert_eq!(code(&[ScopeMissing, RateLimited, TimedOut]), COULD_NOT_TELL);
        assert_eq!(code(&[ScopeMissing, RateLimited]), RATE_LIMIT);
        assert_eq!(code(&[ScopeMissing]), MEND);
    }
}
