//! The code of a problem that has no answer beneath it.

use bbsetup_setup::ProblemCode;

use crate::error::{Error, ErrorKind};

/// The problem code for an error.
pub fn problem_code(error: &Error) -> ProblemCode {
    match error.kind() {
        ErrorKind::AddressNotAllowed => ProblemCode::AddressNotAllowed,
        // Nothing speaks TLS there: most often the address or its port is another one.
        ErrorKind::NameNotFound | ErrorKind::Unreachable | ErrorKind::TlsFailed => {
            ProblemCode::Unreachable
        }
        ErrorKind::Proxy => ProblemCode::ProxyRefused,
        ErrorKind::NoTls | ErrorKind::TlsUntrusted => ProblemCode::TlsUntrusted,
        ErrorKind::TimedOutConnecting | ErrorKind::TimedOutAnswering => ProblemCode::TimedOut,
        ErrorKind::Redirected => ProblemCode::RedirectRefused,
        ErrorKind::TooLarge | ErrorKind::NotHttp | ErrorKind::Packed | ErrorKind::Cut => {
            ProblemCode::UnreadableReply
        }
        ErrorKind::Defect => ProblemCode::DefectOfThisTool,
    }
}
