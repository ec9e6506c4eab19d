//! What the program sends: every path, method and query parameter has to be described.

use std::collections::BTreeSet;

use crate::exceptions::{About, Needed};
use crate::spec::{Found, Spec, named_parts};

/// A call as the practice Bitbucket noted it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Percent-decoded, without the query.
    pub(crate) path: String,
    pub(crate) parameters: Vec<String>,
}

impl std::fmt::Display for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)?;
        match self.parameters.is_empty() {
            true => Ok(()),
            false => write!(formatter, "?{}", self.parameters.join("&")),
        }
    }
}

/// The template of a call and what is wrong with it.
pub(crate) struct Judged {
    pub(crate) template: String,
    pub(crate) wrong: Vec<String>,
}

/// Looks a call up.
pub(crate) fn judge(spec: &Spec, call: &Call, needed: &mut Needed) -> Judged {
    let wrong = |what: &str| Judged {
        template: call.path.clone(),
        wrong: vec![format!("{call}: {what}")],
    };
    match spec.find(&call.method, &call.path) {
        Found::Operation(operation) if operation.is_deprecated() => {
            wrong("the description says that it is going away")
        }
        Found::Operation(operation) => Judged {
            template: format!("{}{}", spec.base(), operation.template),
            wrong: unknown_parameters(call, &operation.query(), needed),
        },
        Found::NoMethod => wrong("the path is described, the method is not"),
        Found::NoPath if call.method != "GET" => wrong("the path is not described"),
        Found::NoPath => match excepted_path(&call.path, needed) {
            None => wrong("the path is not described"),
            Some((template, parameters)) => Judged {
                template: template.to_owned(),
                wrong: unknown_parameters(call, &parameters, needed),
            },
        },
    }
}

/// The template and the parameters of a path that the description does not hold.
fn excepted_path(
    path: &str,
    needed: &mut Needed,
) -> Option<(&'static str, BTreeSet<&'static str>)> {
    let About::Path(template, parameters) = needed.excepting(
        |about| matches!(about, About::Path(template, _) if named_parts(template, path).is_some()),
    )?
    else {
        return None;
    };
    Some((template, parameters.iter().copied().collect()))
}

fn unknown_parameters(call: &Call, known: &BTreeSet<&str>, needed: &mut Needed) -> Vec<String> {
    call.parameters
        .iter()
        .filter(|name| {
            !known.contains(name.as_str())
                && !needed.excepts(
                    |about| matches!(about, About::Parameter(excepted) if excepted == name.as_str()),
                )
        })
        .map(|name| format!("{call}: the parameter {name} is not described"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn wrong(method: &str, path: &str, parameters: &[&str]) -> Vec<String> {
        let call = Call {
            method: method.to_owned(),
            path: path.to_owned(),
            parameters: parameters.iter().map(|name| (*name).to_owned()).collect(),
        };
        judge(&samples::spec(), &call, &mut Needed::none()).wrong
    }

    #[test]
    fn a_call_as_described_passes() {
        assert_eq!(wrong("GET", "/2.0/workspaces/acme", &["sort"]), [""; 0]);
        assert_eq!(wrong("GET", "/2.0/workspaces/acme", &["pagelen"]), [""; 0]);
        assert_eq!(
            wrong("GET", "/1.0/groups/acme", &["exclude_members"]),
            [""; 0]
        );
    }

    #[test]
    fn each_kind_of_wrong_call_is_caught() {
        for (method, path, parameters, said) in [
            ("GET", "/2.0/workspace/acme", &[][..], "path is not"),
            ("GET", "/1.0/group/acme", &[], "path is not"),
            ("PUT", "/1.0/groups/acme", &[], "path is not"),
            ("DELETE", "/2.0/workspaces/acme", &[], "method is not"),
            ("GET", "/2.0/workspaces/acme", &["pagelength"], "pagelength"),
            ("GET", "/1.0/groups/acme", &["sort"], "sort"),
            ("GET", "/2.0/repositories", &[], "going away"),
        ] {
            let found = wrong(method, path, parameters);
            assert!(
                found.len() == 1 && found[0].contains(said),
                "{method} {path}: {found:?}"
            );
        }
    }
}
