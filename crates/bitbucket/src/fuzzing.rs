//! A way in for tests and for `cargo xtask fuzz`: what is taken out of any answer.

use bbsetup_http::{Answer, Url};
use bbsetup_setup::Scope;

use crate::reply::{self, Refusal, Reply, Seen, one_line};
use crate::wire::{
    Account, Grant, Group, Member, OwnPermission, Page, Project, Repository, Workspace,
    WorkspaceAccess,
};

/// What is taken out of an answer, to be shown or to be sent.
#[derive(Debug, Default)]
pub struct Taken {
    /// Texts that a person is shown.
    pub texts: Vec<String>,
    /// Lists of scopes, which a person is shown too.
    pub scopes: Vec<Vec<Scope>>,
    /// Links that would be followed.
    pub links: Vec<Url>,
}

/// Reads an answer of the server at `base` in every way in which a check reads one.
pub fn take(answer: &Answer, base: &Url) -> Taken {
    let mut taken = Taken::default();
    taken.scopes.extend(Seen::of(answer).scopes);
    match reply::read(answer) {
        Reply::Refused(refusal) => take_refusal(refusal, &mut taken),
        Reply::Granted(value) => {
            if let Ok(account) = serde_json::from_value::<Account>(value.clone()) {
                let _somebody = account.is_somebody();
                taken.texts.push(one_line(account.shown_name()));
            }
            if let Ok(workspace) = serde_json::from_value::<Workspace>(value.clone()) {
                taken.texts.push(one_line(&workspace.slug));
            }
            let _own = serde_json::from_value::<OwnPermission>(value.clone());
            let _groups = serde_json::from_value::<Vec<Group>>(value.clone());
            if let Ok(page) = serde_json::from_value::<Page>(value) {
                take_page(&page, base, &mut taken);
            }
        }
    }
    taken
}

fn take_refusal(refusal: Refusal, taken: &mut Taken) {
    match refusal {
        Refusal::NetworkPolicy { message }
        | Refusal::Deactivated { message }
        | Refusal::Forbidden { message, .. } => taken.texts.push(message),
        Refusal::ScopeMissing { required, granted } => {
            taken.scopes.push(sorted(required));
            taken.scopes.extend(granted.map(sorted));
        }
        Refusal::SignIn
        | Refusal::WrongKind
        | Refusal::NotFound { .. }
        | Refusal::Removed
        | Refusal::RateLimited { .. }
        | Refusal::ServerError { .. }
        | Refusal::Proxy
        | Refusal::NotBitbucket { .. }
        | Refusal::Unreadable { .. } => {}
    }
}

/// The lists of an error's detail keep Bitbucket's order.
fn sorted(mut scopes: Vec<Scope>) -> Vec<Scope> {
    scopes.sort();
    scopes.dedup();
    scopes
}

fn take_page(page: &Page, base: &Url, taken: &mut Taken) {
    let _counted = (page.count(), page.size());
    let next = page.next.as_deref();
    taken
        .links
        .extend(next.and_then(|next| bbsetup_http::next_link(base, next).ok()));
    let (accesses, _) = page.entries::<WorkspaceAccess>();
    taken.texts.extend(
        accesses
            .iter()
            .map(|access| one_line(&access.workspace.slug)),
    );
    let _entries = (
        page.entries::<Member>(),
        page.entries::<Project>(),
        page.entries::<Repository>(),
        page.entries::<Grant>(),
        page.entries::<Group>(),
    );
}

/// Holds what was taken to what may be shown and followed; says what is wrong.
///
/// # Errors
/// The first rule that is broken.
pub fn hold(taken: &Taken, base: &Url) -> Result<(), String> {
    for text in &taken.texts {
        let long = text.chars().count() > 200;
        if long || text.contains(char::is_control) || bbsetup_setup::token::holds_token(text) {
            return Err(format!("shown: {text:?}"));
        }
    }
    for scopes in &taken.scopes {
        let names = scopes.iter().map(Scope::as_str);
        let readable = |name: &str| Scope::read(name).is_some();
        if !scopes.is_sorted_by(|one, next| one < next) || !names.clone().all(readable) {
            return Err(format!("scopes: {scopes:?}"));
        }
    }
    for link in &taken.links {
        let server = |url: &Url| {
            let host = url.host_str().unwrap_or_default().to_owned();
            (url.scheme().to_owned(), host, url.port_or_known_default())
        };
        if server(link) != server(base) {
            return Err(format!("followed: {link}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const TOKEN: &str = "ATCTT3xFfGN0canary-0123456789abcdefghijklmnop=AB12CD34";

    fn base() -> Url {
        Url::parse("https://api.bitbucket.org").expect("an address")
    }

    /// What a server may put anywhere: anything, a token, words that are looked for.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ -~]{0,300}",
            prop::sample::select(vec![
                TOKEN.to_owned(),
                format!("token={TOKEN}\u{7}"),
                "Your credentials lack one or more required privilege scopes.".to_owned(),
                "This API is not accessible by this authentication mechanism".to_owned(),
                "deactivated".to_owned(),
                "whitelist".to_owned(),
                "account".to_owned(),
                "read:user:bitbucket".to_owned(),
                "error".to_owned(),
                "https://api.bitbucket.org/2.0/x?page=2".to_owned(),
                "https://api.bitbucket.org.evil.example/".to_owned(),
            ]),
        ]
    }

    /// An error or a page as Bitbucket's are, with anything in it; or JSON of any shape.
    fn body() -> impl Strategy<Value = Value> {
        let words = || prop::collection::vec(word(), 0..4);
        prop_oneof![
            (word(), words(), words()).prop_map(|(message, required, granted)| json!({
                "type": "error",
                "error": {"message": message, "detail": {"required": required, "granted": granted}},
            })),
            word().prop_map(|message| json!({"type": "error", "error": {"message": message}})),
            (words(), word()).prop_map(|(slugs, next)| {
                let access = |slug| json!({"administrator": true, "workspace": {"slug": slug}});
                json!({"values": slugs.into_iter().map(access).collect::<Vec<_>>(), "next": next})
            }),
            any_json(),
        ]
    }

    /// JSON of the names that are looked for, in any shape.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            word().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(5, 48, 6, |inner| {
            let names = prop::sample::select(vec![
                "type",
                "error",
                "errors",
                "message",
                "detail",
                "required",
                "granted",
                "values",
                "next",
                "size",
                "slug",
                "uuid",
                "key",
                "workspace",
                "administrator",
                "display_name",
                "permission",
                "exceptionName",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((names, inner), 0..6).prop_map(|fields| {
                    let fields = fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value));
                    Value::Object(fields.collect())
                }),
            ]
        })
    }

    fn status() -> impl Strategy<Value = u16> {
        prop::sample::select(vec![
            200, 201, 204, 401, 403, 404, 407, 410, 418, 429, 500, 503, 0,
        ])
    }

    proptest! {
        #[test]
        fn what_is_taken_from_any_answer_is_fit_to_be_shown(
            status in status(), body in body(), kind in word(), scopes in word(),
        ) {
            let headers = vec![
                ("x-credential-type".to_owned(), kind),
                ("x-oauth-scopes".to_owned(), scopes),
            ];
            let answer = bbsetup_http::fuzzing::answer(status, headers, body.to_string().into_bytes());
            let taken = take(&answer, &base());
            prop_assert_eq!(hold(&taken, &base()), Ok(()));
        }

        #[test]
        fn what_is_taken_from_any_text_is_fit_to_be_shown(status in status(), body in word()) {
            let answer = bbsetup_http::fuzzing::answer(status, Vec::new(), body.into_bytes());
            prop_assert_eq!(hold(&take(&answer, &base()), &base()), Ok(()));
        }

        #[test]
        fn scopes_that_bitbucket_asks_for_are_named(
            required in prop::collection::vec("(read|admin):[a-z]{1,12}:bitbucket", 1..6),
        ) {
            let body = json!({"type": "error", "error": {"message": "", "detail": {"required": required}}});
            let answer = bbsetup_http::fuzzing::answer(403, Vec::new(), body.to_string().into_bytes());
            let named = &take(&answer, &base()).scopes[0];
            prop_assert!(required.iter().all(|name| named.contains(&Scope::new(name.as_str()))));
        }
    }

    #[test]
    fn what_breaks_a_rule_is_told() {
        let broken = [
            Taken {
                texts: vec![format!("token={TOKEN}")],
                ..Taken::default()
            },
            Taken {
                texts: vec!["a".repeat(201)],
                ..Taken::default()
            },
            Taken {
                scopes: vec![vec![Scope::new("b"), Scope::new("a")]],
                ..Taken::default()
            },
            Taken {
                links: vec![Url::parse("https://a.example").expect("it")],
                ..Taken::default()
            },
        ];
        for taken in broken {
            assert!(hold(&taken, &base()).is_err(), "{taken:?}");
        }
    }
}
