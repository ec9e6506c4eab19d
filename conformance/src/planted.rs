//! The positive control: what is wrong on purpose has to be caught, in the description at hand.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Value, json};

use crate::answers::{Answer, Judge, Judged};
use crate::calls::{self, Call};
use crate::exceptions::Needed;
use crate::scopes::{self, Seen};
use crate::spec::Spec;

/// Something that was planted, and whether it was caught.
pub(crate) struct Planted {
    pub(crate) what: String,
    pub(crate) is_caught: bool,
}

/// Each recorded call with another path, another method and a parameter too many.
pub(crate) fn calls(spec: &Spec, recorded: &BTreeSet<Call>) -> Vec<Planted> {
    recorded
        .iter()
        .flat_map(|call| {
            let with_parameter = call.parameters.iter().cloned().chain(["planted".into()]);
            [
                Call {
                    path: misspelt(&call.path),
                    ..call.clone()
                },
                Call {
                    method: "PLANTED".into(),
                    ..call.clone()
                },
                Call {
                    parameters: with_parameter.collect(),
                    ..call.clone()
                },
            ]
        })
        .map(|call| Planted {
            what: call.to_string(),
            is_caught: !calls::judge(spec, &call, &mut Needed::none())
                .wrong
                .is_empty(),
        })
        .collect()
}

/// A path whose first part below the version is another.
fn misspelt(path: &str) -> String {
    let version_ends = path[1..].find('/').map_or(0, |end| end + 1);
    let (version, rest) = path.split_at(version_ends);
    format!("{version}/planted-{}", &rest[1..])
}

/// Whether an answer is one in which something may be planted.
pub(crate) fn is_sample(answer: &Answer, judged: &Judged) -> bool {
    *judged == Judged::Validated && answer.scenario == "ready" && answer.status == 200
}

/// Each kind of answer with a value of another type, a type that does not belong there, and a field
/// too many, as deep as it goes.
pub(crate) fn answers(judge: &mut Judge<'_>, samples: &[Answer]) -> Result<Vec<Planted>> {
    let mut planted = Vec::new();
    let mut shapes = BTreeSet::new();
    for sample in samples {
        let body: Value = serde_json::from_slice(&sample.body)?;
        for pointer in objects(&body, "") {
            let kind = body.pointer(&pointer).map(|object| object["type"].clone());
            let Some(Value::String(kind)) = kind else {
                continue;
            };
            if !shapes.insert((sample.path.clone(), kind)) {
                continue;
            }
            for (field, value) in [
                ("type", json!(7)),
                ("type", json!("branch")),
                ("planted", json!(true)),
            ] {
                let mut wrong = body.clone();
                if let Some(object) = wrong.pointer_mut(&pointer) {
                    object[field] = value.clone();
                }
                let judged = judge.judge(&sample.with_body(&wrong), &mut Needed::none())?;
                planted.push(Planted {
                    what: format!("{} {pointer}/{field} = {value}", sample.path),
                    is_caught: matches!(judged, Judged::Wrong(_)),
                });
            }
        }
    }
    Ok(planted)
}

/// The places of the objects in a body, itself first.
fn objects(body: &Value, pointer: &str) -> Vec<String> {
    match body {
        Value::Object(fields) => {
            let below = fields
                .iter()
                .flat_map(|(name, field)| objects(field, &format!("{pointer}/{name}")));
            std::iter::once(pointer.to_owned()).chain(below).collect()
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(number, item)| objects(item, &format!("{pointer}/{number}")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Each call with one scope more than is described.
pub(crate) fn scopes(seen: &[Seen]) -> Vec<Planted> {
    seen.iter()
        .map(|seen| {
            let mut planted = seen.clone();
            planted.described.insert("planted".to_owned());
            Planted {
                what: format!("{} ({})", seen.template, seen.vocabulary),
                is_caught: !scopes::judge(&planted).is_empty(),
            }
        })
        .collect()
}
