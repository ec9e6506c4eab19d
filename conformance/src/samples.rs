//! A small description and answers to hold against it, for the tests.

use serde_json::{Value, json};

use crate::answers::Answer;
use crate::spec::Spec;

pub(crate) fn spec() -> Spec {
    let body = |schema: &str| json!({"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}});
    let mut workspace = body("workspace");
    workspace["headers"] = json!({"ETag": {"required": true}, "Age": {"required": false}});
    let document = json!({
        "openapi": "3.0.0",
        "servers": [{"url": "https://api.bitbucket.org/2.0"}],
        "paths": {
            "/user": {"get": {
                "responses": {"200": body("user"), "403": body("error")},
                "security": [{"oauth2": ["account"]}, {"basic": []}],
                "x-atlassian-oauth2-scopes": [{"state": "Current", "scopes": ["read:user:bitbucket"]}],
            }},
            "/workspaces/{workspace}": {
                "parameters": [{"name": "workspace", "in": "path"}],
                "get": {
                    "parameters": [{"name": "sort", "in": "query"}],
                    "responses": {"200": workspace, "404": body("error")},
                    "security": [{"oauth2": []}],
                    "x-atlassian-oauth2-scopes": [{"state": "Current", "scopes": ["read:workspace:bitbucket"]}],
                },
            },
            "/workspaces/named": {"get": {"responses": {}}},
            "/repositories": {"get": {"deprecated": true, "responses": {}}},
        },
        "components": {"schemas": {
            "thing": {
                "type": "object", "required": ["type"], "properties": {"type": {"type": "string"}},
                "discriminator": {"propertyName": "type"},
            },
            "account": {"allOf": [{"$ref": "#/components/schemas/thing"}, {"properties": {
                "display_name": {"type": "string"}}}]},
            "user": {"allOf": [{"$ref": "#/components/schemas/account"}, {"properties": {
                "nickname": {"type": "string"}}}]},
            "workspace": {"allOf": [{"$ref": "#/components/schemas/thing"}, {"properties": {
                "slug": {"type": "string"},
                "created_on": {"type": "string", "format": "date-time"},
                "owner": {"$ref": "#/components/schemas/account"}}}]},
            "error": {"type": "object", "required": ["type"], "properties": {
                "type": {"type": "string"}, "error": {"type": "object"}}},
        }},
    });
    Spec::of(document).expect("a description")
}

pub(crate) fn workspace() -> Value {
    json!({"type": "workspace", "slug": "acme", "created_on": "2026-10-01T10:00:00+00:00",
        "owner": {"type": "user", "display_name": "Jane", "nickname": "jane"}})
}

pub(crate) fn answer(path: &str, status: u16, body: &Value) -> Answer {
    Answer {
        scenario: "a sample".into(),
        method: "GET".into(),
        path: path.into(),
        origin: "http://127.0.0.1:1".into(),
        status,
        media_type: "application/json".into(),
        headers: ["etag".to_owned()].into(),
        accepted_scopes: None,
        body: body.to_string().into_bytes(),
    }
}
