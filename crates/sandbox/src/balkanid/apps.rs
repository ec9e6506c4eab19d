//! The apps that the tenant can integrate.

use crate::state::State;

/// ID and name.
const APPS: [(&str, &str); 3] = [
    ("aws", "Amazon Web Services"),
    ("bitbucket", "Bitbucket"),
    ("github", "GitHub"),
];

const COLUMNS: &str =
    "Tenant ID,Tenant Name,Tenant Status,Tenant Created At,ID,Name,Description,Logo\n";

/// The ID of the app with this name.
pub(super) fn id_of(name: &str) -> Option<&'static str> {
    APPS.iter()
        .find(|(_, known)| *known == name)
        .map(|(id, _)| *id)
}

/// The download.
pub(super) fn csv(state: &State) -> String {
    let tenant = state.scenario.balkanid.tenant.replace('"', "\"\"");
    let rows = APPS.iter().map(|(id, name)| {
        format!("practice,\"{tenant}\",active,2025-01-01T00:00:00Z,{id},{name},,\n")
    });
    COLUMNS.to_owned() + &rows.collect::<String>()
}
