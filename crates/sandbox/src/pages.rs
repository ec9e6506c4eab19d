//! Pages that stand in for Bitbucket's, Atlassian's and BalkanID's own in practice mode, with the
//! values that a person copies from there.

use axum::body::Body;
use axum::http::Response;

use crate::balkanid::KEYS;
use crate::reply::{HTML, TEXT, reply};
use crate::state::State;

pub(crate) fn answer(state: &State, page: &str) -> Response<Body> {
    let typed = state.scenario.typed();
    let value = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let (whose, title, rows) = match page {
        "workspace" => (
            "Practice Bitbucket",
            "Workspace settings",
            vec![("Workspace ID", value("BBSETUP_WORKSPACE"))],
        ),
        "access-tokens" => (
            "Practice Bitbucket",
            "Access tokens",
            vec![("New access token", value("BBSETUP_WORKSPACE_TOKEN"))],
        ),
        "api-tokens" => (
            "Practice Bitbucket",
            "API tokens of the account",
            vec![
                ("Account e-mail", value("BBSETUP_ACCOUNT")),
                ("New API token", value("BBSETUP_API_TOKEN")),
            ],
        ),
        "balkanid" => (
            "Practice BalkanID",
            "API Keys",
            vec![
                ("Key ID", value("BBSETUP_BALKANID_KEY_ID")),
                ("Key secret", value("BBSETUP_BALKANID_KEY_SECRET")),
                (
                    "Names of the keys of a Bitbucket integration",
                    KEYS.map(|(_, key, _)| key).join(", "),
                ),
            ],
        ),
        _ => return reply(404, TEXT, "There is no such practice page."),
    };
    let rows: String = rows
        .iter()
        .map(|(label, value)| format!("<dt>{label}</dt><dd><code>{}</code></dd>", escaped(value)))
        .collect();
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} – {whose}</title><style>\
         :root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}\
         dt{{font-weight:600;margin-top:1rem}}dd{{margin:0}}code{{overflow-wrap:anywhere;user-select:all}}</style></head>\
         <body><h1>{whose}</h1><h2>{title}</h2><p>This page runs on this machine alone. A click on a value selects all of it; \
         none of them opens anything elsewhere.</p><dl>{rows}</dl></body></html>"
    );
    reply(200, HTML, body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
