//! The addresses of a storage that BalkanID hands out for one file.

use bbsetup_http::Url;
use bbsetup_setup::{ApiUrl, Problem, ProblemCode, address};

use crate::refusal::Doing;

/// An address that is a key by itself: whoever has it has the file. No other credential goes to
/// it, and it has no `Debug`, so that it is in no log.
#[derive(Clone)]
pub(crate) struct PresignedAddress(Url);

impl PresignedAddress {
    /// Takes an address as BalkanID gave it: https, or plain http between servers that are both on
    /// this machine. Nothing is sent to any other.
    pub(crate) fn given(text: &str, balkanid: &ApiUrl, doing: Doing) -> Result<Self, Problem> {
        let url = Url::parse(text).map_err(|_| {
            doing.unreadable("The address that BalkanID gave for the file is no whole address.")
        })?;
        let both_here = address::is_loopback(&url) && address::is_loopback(balkanid.url());
        let scheme = match url.scheme() {
            "https" => true,
            "http" => both_here,
            _ => false,
        };
        if scheme && url.has_host() && url.username().is_empty() && url.password().is_none() {
            return Ok(Self(url));
        }
        Err(doing.problem(
            ProblemCode::OffOriginLink,
            &format!(
                "BalkanID gave an address at {} for the file that is not https; nothing was sent to it.",
                url.host_str().unwrap_or("no host")
            ),
        ))
    }

    /// The address itself, for the one request that needs it.
    pub(crate) fn url(&self) -> Url {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_to_itself_is_taken() {
        let far = ApiUrl::balkanid();
        let near = ApiUrl::parse_balkanid("http://127.0.0.1:4010").expect("an address");
        let given = |text: &str, base: &ApiUrl| {
            PresignedAddress::given(text, base, Doing::Upload)
                .map(|_| ())
                .map_err(|problem| problem.code)
        };
        assert_eq!(given("https://storage.example/x?sig=1", &far), Ok(()));
        assert_eq!(given("http://127.0.0.1:9000/x", &near), Ok(()));
        for text in [
            "http://storage.example/x",
            "http://127.0.0.1:9000/x",
            "https://user:pass@storage.example/x",
            "file:///etc/hosts",
        ] {
            assert_eq!(given(text, &far), Err(ProblemCode::OffOriginLink), "{text}");
        }
        assert_eq!(given("/x?sig=1", &far), Err(ProblemCode::UnreadableReply));
    }

    #[test]
    fn a_refused_address_is_named_by_its_host_alone() {
        let problem = PresignedAddress::given(
            "http://storage.example/x?X-Amz-Signature=canary",
            &ApiUrl::balkanid(),
            Doing::Upload,
        )
        .err()
        .expect("plain http");
        assert!(problem.message.contains("storage.example"), "{problem}");
        assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
    }
}
