//! Secrets on the command line: refused, since other programs on the machine can read it there.

use bbsetup_setup::token::looks_like_token;

/// Flags that somebody may try for a secret.
const SECRET_FLAGS: [&str; 12] = [
    "--workspace-token",
    "--token",
    "--access-token",
    "--api-token",
    "--app-password",
    "--password",
    "--balkanid-key-id",
    "--balkanid-key-secret",
    "--balkanid-key",
    "--scim-token",
    "--passphrase",
    "--secret",
];

/// Why a command line is refused; `None` where it holds no secret. It never repeats one.
pub(crate) fn secret_in(arguments: impl Iterator<Item = String>) -> Option<String> {
    for argument in arguments {
        let name = argument.split('=').next().unwrap_or_default();
        let value = argument
            .split_once('=')
            .map_or(argument.as_str(), |(_, value)| value);
        if SECRET_FLAGS.contains(&name) {
            return Some(sentence(&format!("{name} takes a secret")));
        }
        // A token may hold a `=` itself.
        if looks_like_token(value) || looks_like_token(&argument) {
            return Some(sentence("One of the arguments is a token"));
        }
    }
    None
}

fn sentence(what: &str) -> String {
    format!(
        "{what}, and a secret on the command line can be read by every program on this machine and stays in the shell's history. \
         Leave it out: the program asks for it without showing it, or reads it from the environment (BBSETUP_WORKSPACE_TOKEN, \
         BBSETUP_API_TOKEN, BBSETUP_BALKANID_KEY_ID, BBSETUP_BALKANID_KEY_SECRET) or from the keychain."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> Option<String> {
        secret_in(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn a_secret_is_refused_by_its_flag_and_by_its_looks_and_never_repeated() {
        let token = format!("ATCTT3xFfGN0{}", "canary".repeat(8));
        for arguments in [
            vec!["check", "--workspace-token", "x"],
            vec!["check", "--api-token=x"],
            vec!["check", token.as_str()],
            vec!["check", "--account", token.as_str()],
        ] {
            let sentence = refused(&arguments).expect("a refusal");
            assert!(!sentence.contains("canary"));
        }
        assert_eq!(refused(&["check", "--workspace", "acme", "--json"]), None);
    }
}
