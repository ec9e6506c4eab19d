//! Pages that stand in for Bitbucket's and Atlassian's own in practice mode, with values to copy.

use axum::body::Body;
use axum::http::Response;

use crate::balkanid::text;
use crate::server::Shared;

pub(crate) fn answer(shared: &Shared, page: &str) -> Response<Body> {
    let typed = shared.scenario.typed_values();
    let value = |name: &str| escaped(typed.get(name).map(String::as_str).unwrap_or_default());
    let knobs = &shared.scenario.balkanid;
    let (title, rows) = match page {
        "workspace" => (
            "Workspace settings",
            vec![("Workspace ID", value("BBSETUP_WORKSPACE"))],
        ),
        "access-tokens" => (
            "Access tokens",
            vec![("New access token", value("BBSETUP_WORKSPACE_TOKEN"))],
        ),
        "api-tokens" => (
            "API tokens",
            vec![
                ("Account e-mail", value("BBSETUP_ACCOUNT")),
                ("New API token", value("BBSETUP_API_TOKEN")),
            ],
        ),
        "balkanid" => (
            "API Keys",
            vec![
                ("Key ID", escaped(&knobs.key_id)),
                ("Key secret", escaped(&knobs.key_secret)),
            ],
        ),
        _ => return text(404, "text/plain", "There is no such practice page."),
    };
    let rows: String = rows
        .iter()
        .map(|(label, value)| format!("<dt>{label}</dt><dd><code>{value}</code></dd>"))
        .collect();
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Practice: {title}</title><style>\
         :root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}\
         dt{{font-weight:600;margin-top:1rem}}dd{{margin:0}}code{{overflow-wrap:anywhere;user-select:all}}</style></head>\
         <body><p>Practice servers on this machine. Nothing here opens anything elsewhere.</p><h1>{title}</h1><dl>{rows}</dl></body></html>"
    );
    text(200, "text/html; charset=utf-8", &body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
