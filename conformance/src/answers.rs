//! What the practice Bitbucket answers: every body has to be as its schema says.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

use anyhow::{Result, anyhow};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Value, json};

use crate::exceptions::{About, Needed};
use crate::fields;
use crate::groups;
use crate::schemas::Schemas;
use crate::spec::{Found, Operation, Spec};

/// An answer with what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) scenario: String,
    pub(crate) method: String,
    /// Percent-decoded, without the query.
    pub(crate) path: String,
    /// Where the server was reached, such as `http://127.0.0.1:4711`.
    pub(crate) origin: String,
    pub(crate) status: u16,
    /// Without parameters; empty where the header is not there.
    pub(crate) media_type: String,
    /// The names of the headers, in small letters.
    pub(crate) headers: BTreeSet<String>,
    /// What the header that names the wanted scopes says.
    pub(crate) accepted_scopes: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The same answer with another body.
    pub(crate) fn with_body(&self, body: &Value) -> Self {
        Self {
            body: body.to_string().into_bytes(),
            ..self.clone()
        }
    }
}

/// What became of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    Validated,
    /// It is no JSON of Bitbucket's, and an exception says why.
    Excepted,
    Wrong(Vec<String>),
}

/// Judges answers; each schema is made ready once.
pub(crate) struct Judge<'a> {
    spec: &'a Spec,
    schemas: Schemas,
    ready: BTreeMap<(String, u16), Rc<Ready>>,
    /// Answers that were validated, by all that is looked at. Scenarios have most in common.
    validated: HashSet<(String, String, u16, String, Vec<u8>)>,
}

/// A schema with what tells whether a body is as it says.
struct Ready {
    schema: Value,
    validator: Validator,
}

/// What the description says of an answer.
struct Chosen {
    /// Tells the schema from others.
    key: (String, u16),
    schema: Value,
    required_headers: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(spec: &'a Spec) -> Self {
        Self {
            spec,
            schemas: Schemas::of(spec.document()),
            ready: BTreeMap::new(),
            validated: HashSet::new(),
        }
    }

    /// Holds an answer against the description.
    ///
    /// # Errors
    /// A schema of the description cannot be used.
    pub(crate) fn judge(&mut self, answer: &Answer, needed: &mut Needed) -> Result<Judged> {
        let without_port =
            String::from_utf8_lossy(&answer.body).replace(&answer.origin, "http://x");
        let all = (
            format!("{} {}", answer.method, answer.path),
            answer.media_type.clone(),
            answer.status,
            answer.headers.iter().cloned().collect::<Vec<_>>().join(" "),
            without_port.into_bytes(),
        );
        if self.validated.contains(&all) {
            return Ok(Judged::Validated);
        }
        let judged = self.judge_anew(answer, needed)?;
        if judged == Judged::Validated {
            self.validated.insert(all);
        }
        Ok(judged)
    }

    fn judge_anew(&mut self, answer: &Answer, needed: &mut Needed) -> Result<Judged> {
        if needed.excepts(|about| matches!(about, About::Scenario(name) if name == answer.scenario))
        {
            return Ok(Judged::Excepted);
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            let is_excepted = needed.excepts(|about| {
                about_no_json(about).is_some_and(|(status, media_type)| {
                    status == answer.status && media_type == answer.media_type
                })
            });
            return Ok(match is_excepted {
                true => Judged::Excepted,
                false => wrong(answer, vec!["the body is no JSON".to_owned()]),
            });
        };
        let chosen = match self.chosen(answer, needed) {
            Ok(chosen) => chosen,
            Err(what) => return Ok(wrong(answer, vec![what])),
        };
        let mut found: Vec<String> = chosen
            .required_headers
            .iter()
            .filter(|name| !answer.headers.contains(*name))
            .map(|name| format!("the header {name} is not there"))
            .collect();
        if answer.media_type != "application/json" {
            found.push(format!("JSON is sent as {:?}", answer.media_type));
        }
        found.extend(self.refused(chosen, &body, answer.status, needed)?);
        Ok(match found.is_empty() {
            true => Judged::Validated,
            false => wrong(answer, found),
        })
    }

    /// What a schema and the fields that it names refuse of a body.
    fn refused(
        &mut self,
        chosen: Chosen,
        body: &Value,
        status: u16,
        needed: &mut Needed,
    ) -> Result<Vec<String>> {
        let ready = self.ready(chosen)?;
        let mut refused = Vec::new();
        for error in ready.validator.iter_errors(body) {
            leaves(&error, &mut refused);
        }
        let mut found = Vec::new();
        for (at, what) in refused {
            let is_excepted = needed.excepts(
                |about| matches!(about, About::Place(of, place) if of == status && place == at),
            );
            if !is_excepted {
                found.push(format!("at {at:?}: {what}"));
            }
        }
        for (field, held) in fields::beyond(&self.schemas, &ready.schema, body) {
            let about =
                needed.excepting(|about| matches!(about, About::Field(name, _) if name == field));
            let Some(About::Field(_, schema)) = about else {
                found.push(format!("the field {field} is not described"));
                continue;
            };
            for value in held {
                let chosen = Chosen {
                    key: (format!("the field {field}"), 0),
                    schema: match schema {
                        "string" => json!({"type": "string"}),
                        name => json!({"$ref": format!("#/components/schemas/{name}")}),
                    },
                    required_headers: Vec::new(),
                };
                let within = self.refused(chosen, value, status, needed)?;
                found.extend(within.into_iter().map(|what| format!("in {field}: {what}")));
            }
        }
        Ok(found)
    }

    /// The schema for an answer; an error's status that is not listed has the schema of errors.
    fn chosen(&self, answer: &Answer, needed: &mut Needed) -> Result<Chosen, String> {
        let error = || Chosen {
            key: ("error".to_owned(), 0),
            schema: json!({"$ref": "#/components/schemas/error"}),
            required_headers: Vec::new(),
        };
        match self.spec.find(&answer.method, &answer.path) {
            Found::Operation(operation) => {
                if let Some(response) = operation.response(answer.status) {
                    return described(operation, answer.status, response);
                }
            }
            Found::NoMethod => {}
            Found::NoPath => {
                if let Some((template, schema)) = groups::schema(answer) {
                    return Ok(Chosen {
                        key: (template.to_owned(), answer.status),
                        schema,
                        required_headers: Vec::new(),
                    });
                }
            }
        }
        let is_excepted = needed
            .excepts(|about| matches!(about, About::Status(status) if status == answer.status));
        match is_excepted {
            true => Ok(error()),
            false => Err("the status is not described".to_owned()),
        }
    }

    fn ready(&mut self, chosen: Chosen) -> Result<Rc<Ready>> {
        if let Some(ready) = self.ready.get(&chosen.key) {
            return Ok(ready.clone());
        }
        let schema = self.schemas.standing_alone(&chosen.schema);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .should_validate_formats(true)
            .build(&schema)
            .map_err(|error| anyhow!("the schema of {:?} cannot be used: {error}", chosen.key))?;
        let ready = Rc::new(Ready { schema, validator });
        self.ready.insert(chosen.key, ready.clone());
        Ok(ready)
    }
}

fn wrong(answer: &Answer, found: Vec<String>) -> Judged {
    let Answer {
        scenario,
        method,
        path,
        status,
        ..
    } = answer;
    Judged::Wrong(
        found
            .into_iter()
            .map(|what| format!("{scenario}: {method} {path} {status}: {what}"))
            .collect(),
    )
}

fn about_no_json(about: About) -> Option<(u16, &'static str)> {
    match about {
        About::NoJson(status, media_type) => Some((status, media_type)),
        _ => None,
    }
}

fn described(operation: Operation<'_>, status: u16, response: &Value) -> Result<Chosen, String> {
    let schema = &response["content"]["application/json"]["schema"];
    if schema.is_null() {
        return Err("no body of JSON is described".to_owned());
    }
    let headers = response["headers"].as_object();
    let required_headers = headers
        .into_iter()
        .flatten()
        .filter(|(_, header)| header["required"] == true)
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    Ok(Chosen {
        key: (operation.template.to_owned(), status),
        schema: schema.clone(),
        required_headers,
    })
}

/// Where a body is refused, and why. Of a choice, the branch that the object names is told.
fn leaves(error: &ValidationError<'_>, into: &mut Vec<(String, String)>) {
    let ValidationErrorKind::AnyOf { context } = error.kind() else {
        into.push((error.instance_path().to_string(), error.to_string()));
        return;
    };
    let is_named = |branch: &&Vec<ValidationError<'static>>| {
        !branch
            .iter()
            .any(|error| matches!(error.kind(), ValidationErrorKind::Enum { .. }))
    };
    match context.iter().find(is_named) {
        Some(branch) => {
            for error in branch {
                leaves(error, into);
            }
        }
        None => into.push((
            error.instance_path().to_string(),
            format!("it is of no type that belongs there: {}", kind(error)),
        )),
    }
}

/// The `type` of what is refused.
fn kind(error: &ValidationError<'_>) -> String {
    error.instance()["type"].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn judged(answer: &Answer) -> Judged {
        let spec = samples::spec();
        let mut judge = Judge::new(&spec);
        judge
            .judge(answer, &mut Needed::none())
            .expect("usable schemas")
    }

    fn body(body: &Value) -> Answer {
        samples::answer("/2.0/workspaces/acme", 200, body)
    }

    #[test]
    fn a_body_as_described_is_validated() {
        assert_eq!(judged(&body(&samples::workspace())), Judged::Validated);
    }

    #[test]
    fn each_kind_of_wrong_body_is_caught() {
        for (pointer, planted, said) in [
            ("/slug", json!(7), "at \"/slug\""),
            ("/created_on", json!("yesterday"), "at \"/created_on\""),
            ("/type", json!("user"), "no type that belongs there"),
            ("/owner/type", json!("workspace"), "no type that belongs"),
            ("/owner/nickname", json!(false), "at \"/owner/nickname\""),
            ("/owner/nick", json!("jane"), "user.nick is not described"),
        ] {
            let mut workspace = samples::workspace();
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            workspace.pointer_mut(parent).expect("a parent")[name] = planted;
            let Judged::Wrong(found) = judged(&body(&workspace)) else {
                panic!("{pointer} is not caught");
            };
            assert!(
                found.len() == 1 && found[0].contains(said),
                "{pointer}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_no_json_and_a_status_that_is_not_described_are_caught() {
        let mut page = body(&Value::Null);
        page.body = b"<html>".to_vec();
        assert!(matches!(judged(&page), Judged::Wrong(_)));
        let made = samples::answer("/2.0/workspaces/acme", 201, &samples::workspace());
        assert!(matches!(judged(&made), Judged::Wrong(_)));
    }

    #[test]
    fn a_required_header_and_the_media_type_are_looked_for() {
        let mut answer = body(&samples::workspace());
        answer.headers.clear();
        answer.media_type = "text/plain".into();
        let Judged::Wrong(found) = judged(&answer) else {
            panic!("nothing is caught");
        };
        assert!(
            found[0].contains("etag") && found[1].contains("text/plain"),
            "{found:?}"
        );
    }
}
