//! What is typed and pasted, in any form: what is read prints back and reads to the same, and no
//! token that was pasted into a wrong field is repeated.

#![allow(clippy::expect_used, reason = "a value that cannot be told has failed")]

use bbsetup_setup::address::is_loopback;
use bbsetup_setup::scope::parse_scope_list;
use bbsetup_setup::token::{holds_token, parse_token, without_tokens};
use bbsetup_setup::{ApiUrl, Email, ScimUrl, Scope, WorkspaceId};
use proptest::prelude::*;

/// A token as Atlassian's look.
fn token() -> impl Strategy<Value = String> {
    "AT(CTT3xFfGN0|ATT3xFfGF0|BB)[A-Za-z0-9_-]{24,120}(=|%3D)?([0-9A-F]{8})?"
}

/// What stands around it where somebody copied more than the token.
fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~]{0,12}",
        any::<String>(),
        prop::sample::select(vec![
            "**",
            "token=",
            "https://x-token-auth:",
            "@bitbucket.org/acme/x.git",
            "https://bitbucket.org/",
            "svc@acme.example:",
            "Authorization: Bearer ",
        ])
        .prop_map(str::to_owned),
    ]
}

/// Anything at all, and what comes near to what is asked for.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        "[a-zA-Z0-9_.!~%-]{1,6}",
        "(https?://)?(www\\.|api\\.)?(bitbucket\\.org|localhost:[0-9]{1,5}|127\\.0\\.0\\.1|[a-z]{1,8}\\.example)(/[a-zA-Z0-9._~%'{}-]{0,12}){0,4}/{0,3}",
        "[\"'`<]{0,2}(mailto:)?[a-zA-Z0-9._+-]{1,20}@[a-z]{1,10}(\\.[a-z]{2,5}){0,2}[\"'`>]{0,2}",
        "\\{{0,2}[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}{0,2}",
    ]
}

/// An address that holds a password, most of them broken.
fn with_password() -> impl Strategy<Value = String> {
    (
        "(https?://)?[a-z]{0,8}:",
        "[@]{0,1}[a-z0-9. /-]{0,30}",
        "[ -~]{0,20}",
    )
        .prop_map(|(before, host, after)| format!("{before}canary-7f3a9c51@{host}{after}"))
}

/// What each field says of a text that it cannot read.
fn refusals(text: &str) -> Vec<String> {
    [
        WorkspaceId::parse(text).err().map(|it| it.to_string()),
        ApiUrl::parse_bitbucket(text).err().map(|it| it.to_string()),
        ApiUrl::parse_balkanid(text).err().map(|it| it.to_string()),
        ApiUrl::parse_balkanid_public(text)
            .err()
            .map(|it| it.to_string()),
        ScimUrl::parse(text).err().map(|it| it.to_string()),
        Email::parse(text).err().map(|it| it.to_string()),
        parse_token(text).err().map(|it| it.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

proptest! {
    #[test]
    fn a_workspace_id_prints_back_and_is_one_part_of_a_path(typed in typed()) {
        let Ok(id) = WorkspaceId::parse(&typed) else { return Ok(()) };
        prop_assert_eq!(WorkspaceId::parse(&id.to_string()), Ok(id.clone()));
        let fits = |character: char| character.is_ascii_alphanumeric() || "-_%".contains(character);
        prop_assert!(id.in_path().chars().all(fits), "{}", id.in_path());
    }

    #[test]
    fn a_slug_is_read_out_of_any_of_its_addresses(
        slug in "[a-z0-9_][a-z0-9_-]{0,61}",
        host in prop::sample::select(vec!["https://bitbucket.org/", "bitbucket.org/", "http://www.bitbucket.org/", "git@bitbucket.org:", "https://jane@bitbucket.org/", "https://api.bitbucket.org/2.0/workspaces/", "https://bitbucket.org/workspaces/", ""]),
        after in "(/[a-z0-9/-]{0,20})?",
    ) {
        let after = if host.is_empty() { "" } else { after.as_str() };
        let pages = ["account", "dashboard", "product", "repo", "socialauth", "site", "support", "blog", "features", "workspaces"];
        prop_assume!(!pages.contains(&slug.as_str()));
        let id = WorkspaceId::parse(&format!(" {host}{slug}{after}\n"));
        prop_assert_eq!(id.map(|id| id.to_string()), Ok(slug));
    }

    #[test]
    fn an_address_prints_back_and_no_credential_goes_there_in_the_clear(typed in typed()) {
        for parse in [ApiUrl::parse_bitbucket, ApiUrl::parse_balkanid, ApiUrl::parse_balkanid_public] {
            let Ok(url) = parse(&typed) else { continue };
            prop_assert_eq!(parse(&url.to_string()), Ok(url.clone()), "{}", url);
            let url = url.url();
            prop_assert!(url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
            prop_assert!(url.username().is_empty() && url.password().is_none());
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }

    #[test]
    fn a_scim_address_prints_back_and_no_credential_goes_there_in_the_clear(typed in typed(), end in "(/(scim|v2|Users|groups|Schemas|[ -~]{0,6})){0,4}") {
        let Ok(url) = ScimUrl::parse(&format!("{typed}{end}")) else { return Ok(()) };
        prop_assert_eq!(ScimUrl::parse(&url.to_string()), Ok(url.clone()), "{}", url);
        let users = url.join("/Users?count=1");
        prop_assert!(users.scheme() == "https" || (users.scheme() == "http" && is_loopback(&users)));
        prop_assert!(users.username().is_empty() && users.password().is_none());
        prop_assert!(users.path().ends_with("/Users") && users.query() == Some("count=1"));
        prop_assert_eq!(url.below("/scim/v2").join("/Users").origin(), users.origin());
    }

    #[test]
    fn an_email_prints_back_and_fits_into_a_basic_header(typed in typed()) {
        let Ok(email) = Email::parse(&typed) else { return Ok(()) };
        prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
        let unfit = |character: char| character == ':' || character.is_control() || character.is_whitespace();
        prop_assert!(!email.as_str().contains(unfit), "{}", email);
    }

    #[test]
    fn a_token_is_one_line_whatever_was_pasted(pasted in prop_oneof![any::<String>(), "[ -~]{0,60}", "['\"` ]{0,3}([Bb]earer )?['\"`]{0,2}[!-~]{1,40}['\"` \\n]{0,3}"]) {
        let Ok(token) = parse_token(&pasted) else { return Ok(()) };
        prop_assert!(token.expose().chars().all(|character| character.is_ascii_graphic()));
        prop_assert!(pasted.contains(token.expose()), "nothing is made up");
        let again = parse_token(token.expose()).expect("a token");
        prop_assert_eq!(again.expose(), token.expose());
    }

    #[test]
    fn a_token_is_read_out_of_quotes_and_a_header(
        token in token(),
        open in "[ \\t\"'`\u{feff}]{0,3}(Bearer |bearer )?[\"'`]{0,2}",
        close in "[\"'` \\r\\n\u{200b}]{0,4}",
    ) {
        let read = parse_token(&format!("{open}{token}{close}")).expect("a token");
        prop_assert_eq!(read.expose(), token);
    }

    #[test]
    fn a_token_in_a_wrong_field_is_never_repeated(before in around(), token in token(), after in around()) {
        let text = format!("{before}{token}{after}");
        prop_assert!(holds_token(&text));
        for refusal in refusals(&text) {
            prop_assert!(!refusal.contains(&token[8..20]), "{}", refusal);
        }
    }

    #[test]
    fn a_password_in_an_address_is_never_repeated(text in with_password()) {
        for refusal in refusals(&text) {
            prop_assert!(!refusal.contains("canary"), "{}", refusal);
        }
    }

    #[test]
    fn a_masked_text_holds_no_token(before in around(), token in token(), between in around(), after in around()) {
        let text = format!("{before}{token}{between}{token}{after}");
        let masked = without_tokens(&text);
        prop_assert!(!holds_token(&masked), "{}", masked);
        prop_assert!(!masked.contains(&token[8..20]), "{}", masked);
        prop_assert!(!masked.contains(&token[token.len() - 8..]), "{}", masked);
        prop_assert_eq!(without_tokens(&masked), masked);
    }

    #[test]
    fn a_text_without_a_token_stays_as_it_is(text in any::<String>()) {
        let masked = without_tokens(&text);
        prop_assert_eq!(masked == text, !holds_token(&text));
    }

    #[test]
    fn a_list_of_scopes_is_sorted_without_repeats_and_reads_back(
        header in prop_oneof![any::<String>(), "([a-z:]{0,12}[, ]{0,2}){0,8}", token()],
    ) {
        let scopes = parse_scope_list(&header);
        prop_assert!(scopes.is_sorted_by(|one, next| one < next), "{:?}", scopes);
        let names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
        prop_assert_eq!(parse_scope_list(&names.join(", ")), scopes.clone());
        prop_assert!(names.iter().all(|name| header.contains(name)));
        prop_assert!(!holds_token(&names.join(",")));
    }
}
