//! The scopes that the practice Bitbucket asks for, in both vocabularies.

use std::collections::BTreeSet;

use anyhow::Result;
use bbsetup_sandbox::{Sandbox, Scenario};
use serde_json::{Value, json};

use crate::answers::Answer;
use crate::ask::{Authorization, ask, basic, bearer, world};
use crate::exceptions::{About, Needed};
use crate::spec::{Found, Spec};
use crate::sweep::{filled, start};

/// A credential whose scopes are changed.
struct Vocabulary {
    name: &'static str,
    /// Its name in the scenario.
    credential: &'static str,
    authorization: Authorization,
}

/// What was seen of a call: the scopes that are told without any, and whether they suffice.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) template: String,
    pub(crate) vocabulary: &'static str,
    pub(crate) described: BTreeSet<String>,
    /// What the refusal names; empty where a credential without scopes is let through.
    pub(crate) asked: BTreeSet<String>,
    /// What the header `x-accepted-oauth-scopes` names, in short names whatever the credential.
    pub(crate) told: Option<BTreeSet<String>>,
    pub(crate) described_short: BTreeSet<String>,
    /// The status with exactly the described scopes.
    pub(crate) status_with: u16,
    /// Scopes without which the others suffice.
    pub(crate) needless: BTreeSet<String>,
}

/// What is wrong with what was seen.
pub(crate) fn judge(seen: &Seen) -> Vec<String> {
    let Seen {
        template,
        vocabulary,
        described,
        asked,
        told,
        described_short,
        status_with,
        needless,
    } = seen;
    let mut wrong = Vec::new();
    let mut say = |what: String| wrong.push(format!("GET {template} ({vocabulary}): {what}"));
    if asked != described {
        say(format!("asks for {asked:?}, described is {described:?}"));
    }
    if told.as_ref() != Some(described_short) {
        say(format!(
            "x-accepted-oauth-scopes says {told:?}, described is {described_short:?}"
        ));
    }
    if *status_with != 200 {
        say(format!("answers {status_with} with exactly {described:?}"));
    }
    if !needless.is_empty() {
        say(format!("answers without {needless:?}"));
    }
    wrong
}

/// Looks at every template; those that an exception is about are left out.
pub(crate) async fn seen(
    spec: &Spec,
    templates: &[String],
    needed: &mut Needed,
) -> Result<Vec<Seen>> {
    let patch = json!({"credentials": {
        "oauth": {"kind": "oauth2", "secret": "conformance-oauth", "account": "balkanid"},
        "api_token": {"kind": "api_token", "secret": "conformance-token", "account": "balkanid"},
    }});
    let sandbox = start(Scenario::named("ready")?.patched(patch)?).await?;
    let world = world(&sandbox).await?;
    let email = sandbox.env().remove("BBSETUP_ACCOUNT").unwrap_or_default();
    let vocabularies = [
        Vocabulary {
            name: "OAuth and access tokens",
            credential: "oauth",
            authorization: bearer("conformance-oauth"),
        },
        Vocabulary {
            name: "API tokens",
            credential: "api_token",
            authorization: basic(&email, "conformance-token"),
        },
    ];
    let mut seen = Vec::new();
    for template in templates {
        if needed.excepts(|about| matches!(about, About::Scopes(excepted) if excepted == template))
        {
            continue;
        }
        let Found::Operation(operation) = spec.find("GET", template) else {
            anyhow::bail!("{template} is not described, and no exception says why");
        };
        if operation.is_deprecated() && needed.excepts(|about| about == About::Gone) {
            continue;
        }
        let path = filled(template, &world).swap_remove(0);
        for vocabulary in &vocabularies {
            let described = match vocabulary.credential {
                "oauth" => operation.classic_scopes(),
                _ => operation.api_token_scopes(),
            };
            let asking = Asking {
                sandbox: &sandbox,
                path: &path,
                vocabulary,
            };
            seen.push(
                asking
                    .seen(template, described, operation.classic_scopes())
                    .await?,
            );
        }
    }
    Ok(seen)
}

/// One call with one credential.
struct Asking<'a> {
    sandbox: &'a Sandbox,
    path: &'a str,
    vocabulary: &'a Vocabulary,
}

impl Asking<'_> {
    async fn with(&self, scopes: &BTreeSet<String>) -> Result<Answer> {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        self.sandbox
            .set_scopes(self.vocabulary.credential, &scopes)?;
        let authorization = &self.vocabulary.authorization;
        ask(self.sandbox, "scopes", "GET", self.path, authorization).await
    }

    async fn seen(
        &self,
        template: &str,
        described: BTreeSet<String>,
        described_short: BTreeSet<String>,
    ) -> Result<Seen> {
        let without = self.with(&BTreeSet::new()).await?;
        let body: Value = serde_json::from_slice(&without.body).unwrap_or_default();
        let asked = body["error"]["detail"]["required"].as_array();
        let mut needless = BTreeSet::new();
        for scope in &described {
            let mut others = described.clone();
            others.remove(scope);
            if self.with(&others).await?.status == 200 {
                needless.insert(scope.clone());
            }
        }
        Ok(Seen {
            template: template.to_owned(),
            vocabulary: self.vocabulary.name,
            asked: asked
                .into_iter()
                .flatten()
                .filter_map(|scope| scope.as_str().map(str::to_owned))
                .collect(),
            told: without.accepted_scopes.map(|scopes| {
                scopes
                    .split(',')
                    .map(str::trim)
                    .filter(|scope| !scope.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
            status_with: self.with(&described).await?.status,
            described,
            described_short,
            needless,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    async fn of_the_sample() -> Vec<Seen> {
        let templates = ["/2.0/user", "/2.0/workspaces/{workspace}"].map(str::to_owned);
        seen(&samples::spec(), &templates, &mut Needed::none())
            .await
            .expect("answers")
    }

    #[tokio::test]
    async fn what_is_asked_for_is_what_is_described() {
        let seen = of_the_sample().await;
        assert_eq!(seen.len(), 4);
        for seen in &seen {
            assert_eq!(judge(seen), Vec::<String>::new());
        }
        let asked: BTreeSet<&String> = seen.iter().flat_map(|seen| &seen.asked).collect();
        assert_eq!(asked.len(), 3, "{asked:?}");
    }

    #[tokio::test]
    async fn a_scope_that_differs_is_caught_wherever_it_shows() {
        let seen = of_the_sample().await.swap_remove(0);
        let other = BTreeSet::from(["repository".to_owned()]);
        let planted = [
            Seen {
                described: other.clone(),
                ..seen.clone()
            },
            Seen {
                asked: other.clone(),
                ..seen.clone()
            },
            Seen {
                told: None,
                ..seen.clone()
            },
            Seen {
                told: Some(other.clone()),
                ..seen.clone()
            },
            Seen {
                status_with: 403,
                ..seen.clone()
            },
            Seen {
                needless: other,
                ..seen
            },
        ];
        for planted in planted {
            assert_eq!(judge(&planted).len(), 1, "{planted:?}");
        }
    }
}
