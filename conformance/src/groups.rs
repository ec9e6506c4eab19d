//! The groups of the v1 API, which Bitbucket's description does not hold.
//!
//! What is here is read off Atlassian's page:
//! <https://support.atlassian.com/bitbucket-cloud/docs/groups-endpoint/>.

use serde_json::{Value, json};

use crate::answers::Answer;
use crate::spec::named_parts;

/// The list of a workspace's groups.
pub(crate) const LIST: &str = "/1.0/groups/{workspace}";

/// The list of a group's members.
pub(crate) const MEMBERS: &str = "/1.0/groups/{workspace}/{group}/members";

/// The path and the schema of an answer of the v1 API; nothing where it is none, or a refusal.
pub(crate) fn schema(answer: &Answer) -> Option<(&'static str, Value)> {
    if answer.status != 200 || answer.method != "GET" {
        return None;
    }
    let is_at = |template: &str| named_parts(template, &answer.path).is_some();
    if is_at(LIST) {
        return Some((LIST, json!({"type": "array", "items": group()})));
    }
    is_at(MEMBERS).then(|| (MEMBERS, json!({"type": "array", "items": account()})))
}

fn group() -> Value {
    json!({
        "type": "object",
        "required": ["name", "slug", "permission", "auto_add", "email_forwarding_disabled", "owner"],
        "properties": {
            "name": {"type": "string"},
            "slug": {"type": "string"},
            "permission": {"type": "string", "nullable": true, "enum": ["read", "write", "admin"]},
            "auto_add": {"type": "boolean"},
            "email_forwarding_disabled": {"type": "boolean"},
            "owner": account(),
            // Left out where `exclude_members` asks for it.
            "members": {"type": "array", "items": account()},
        },
        "additionalProperties": false,
    })
}

fn account() -> Value {
    json!({
        "type": "object",
        "required": ["display_name", "uuid", "is_team"],
        "properties": {
            "display_name": {"type": "string"},
            "account_id": {"type": "string"},
            "uuid": {"type": "string", "pattern": "^\\{[0-9a-f-]{36}\\}$"},
            "nickname": {"type": "string"},
            "is_team": {"type": "boolean"},
            "is_staff": {"type": "boolean"},
            "avatar": {"type": "string"},
            "resource_uri": {"type": "string"},
        },
        "additionalProperties": false,
    })
}
