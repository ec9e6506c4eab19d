//! Bitbucket's own description of its API: which calls there are, and what each asks and answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// An OpenAPI 3.0 document.
pub(crate) struct Spec {
    document: Value,
    /// The path that the server's address puts before every other, such as `/2.0`.
    base: String,
}

/// A call that the document describes.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// The path with its parameters in braces, without the base.
    pub(crate) template: &'a str,
    item: &'a Value,
    operation: &'a Value,
}

/// Where a call stands in the document.
pub(crate) enum Found<'a> {
    Operation(Operation<'a>),
    /// The path is there, the method is not.
    NoMethod,
    NoPath,
}

impl Spec {
    /// Reads a document from a file.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("{} could not be read", file.display()))?;
        let document = serde_json::from_str(&text)
            .with_context(|| format!("{} is no JSON", file.display()))?;
        Self::of(document).with_context(|| format!("{} cannot be used", file.display()))
    }

    /// Takes a document that has been read already.
    pub(crate) fn of(document: Value) -> Result<Self> {
        let version = document["openapi"].as_str().unwrap_or_default();
        if !version.starts_with("3.0") {
            bail!("It is no OpenAPI 3.0 document.");
        }
        let server = document["servers"][0]["url"].as_str().unwrap_or_default();
        let after_scheme = server.split_once("://").map_or(server, |(_, rest)| rest);
        let base = after_scheme
            .find('/')
            .map_or("", |start| &after_scheme[start..])
            .trim_end_matches('/')
            .to_owned();
        Ok(Self { document, base })
    }

    pub(crate) fn document(&self) -> &Value {
        &self.document
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Every call with a method, in the document's order.
    pub(crate) fn operations(&self, method: &str) -> Vec<Operation<'_>> {
        self.paths()
            .filter_map(|(template, item)| operation(template, item, method))
            .collect()
    }

    /// The call at a path as it was sent. Where two fit, the one that names more of it does.
    pub(crate) fn find(&self, method: &str, path: &str) -> Found<'_> {
        let Some(path) = path.strip_prefix(self.base.as_str()) else {
            return Found::NoPath;
        };
        let best = self
            .paths()
            .filter_map(|(template, item)| Some((named_parts(template, path)?, template, item)))
            .max_by_key(|(named, _, _)| *named);
        match best {
            None => Found::NoPath,
            Some((_, template, item)) => {
                operation(template, item, method).map_or(Found::NoMethod, Found::Operation)
            }
        }
    }

    fn paths(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.document["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(template, item)| (template.as_str(), item))
    }
}

fn operation<'a>(template: &'a str, item: &'a Value, method: &str) -> Option<Operation<'a>> {
    let operation = item.get(method.to_ascii_lowercase())?;
    Some(Operation {
        template,
        item,
        operation,
    })
}

/// How many parts of a path a template names literally; nothing where they do not fit.
pub(crate) fn named_parts(template: &str, path: &str) -> Option<usize> {
    let parts = |text: &str| -> Vec<String> {
        let text = text.trim_matches('/');
        text.split('/').map(str::to_owned).collect()
    };
    let (template, path) = (parts(template), parts(path));
    if template.len() != path.len() {
        return None;
    }
    let mut named = 0;
    for (wanted, part) in template.iter().zip(&path) {
        let is_parameter = wanted.starts_with('{') && wanted.ends_with('}');
        match is_parameter {
            true if part.is_empty() => return None,
            true => {}
            false if wanted == part => named += 1,
            false => return None,
        }
    }
    Some(named)
}

impl<'a> Operation<'a> {
    /// Whether the document says that the call is going away.
    pub(crate) fn is_deprecated(self) -> bool {
        self.operation["deprecated"] == true
    }

    /// The names of the query parameters.
    pub(crate) fn query(self) -> BTreeSet<&'a str> {
        [self.item, self.operation]
            .into_iter()
            .filter_map(|holder| holder["parameters"].as_array())
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect()
    }

    /// What is answered with a status, where the document says so.
    pub(crate) fn response(self, status: u16) -> Option<&'a Value> {
        let responses = &self.operation["responses"];
        responses
            .get(status.to_string())
            .or_else(|| responses.get("default"))
    }

    /// The scopes in short names, which OAuth and access tokens have.
    pub(crate) fn classic_scopes(self) -> BTreeSet<String> {
        let alternatives = self.operation["security"].as_array();
        let scopes = alternatives
            .into_iter()
            .flatten()
            .find_map(|alternative| alternative.get("oauth2"));
        strings(scopes.unwrap_or(&Value::Null)).collect()
    }

    /// The scopes in long names, which API tokens have.
    pub(crate) fn api_token_scopes(self) -> BTreeSet<String> {
        let entries = self.operation["x-atlassian-oauth2-scopes"].as_array();
        entries
            .into_iter()
            .flatten()
            .filter(|entry| entry["state"] == "Current")
            .flat_map(|entry| strings(&entry["scopes"]))
            .collect()
    }
}

fn strings(list: &Value) -> impl Iterator<Item = String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::spec;

    #[test]
    fn the_template_that_names_more_of_a_path_is_found() {
        let spec = spec();
        let template = |path: &str| match spec.find("GET", path) {
            Found::Operation(operation) => operation.template.to_owned(),
            Found::NoMethod => "no method".to_owned(),
            Found::NoPath => "no path".to_owned(),
        };
        assert_eq!(template("/2.0/workspaces/acme"), "/workspaces/{workspace}");
        assert_eq!(template("/2.0/workspaces/named"), "/workspaces/named");
        assert_eq!(template("/2.0/workspaces//"), "no path");
        assert_eq!(template("/1.0/workspaces/acme"), "no path");
        assert_eq!(template("/2.0/workspaces/acme/more"), "no path");
        assert!(matches!(
            spec.find("POST", "/2.0/workspaces/acme"),
            Found::NoMethod
        ));
    }

    #[test]
    fn a_document_of_another_kind_is_refused() {
        assert!(Spec::of(serde_json::json!({"swagger": "2.0"})).is_err());
    }
}
