//! How access flows in a workspace that was read.

use std::path::Path;

use bbsetup_extract::{Store, access};
use bbsetup_setup::{Problem, ProblemCode};

use super::extract::{checkpoint, moment, not_kept};
use crate::json::AccessJson;

/// Looks at how access flows, by what a folder holds of a reading, ended or not.
///
/// # Errors
/// The folder holds no reading, or one that cannot be used.
pub fn access(folder: &Path) -> Result<AccessJson, Problem> {
    let path = checkpoint(folder);
    let not_kept = |error| not_kept(&path, &error);
    let held = Store::held(&path).map_err(not_kept)?;
    let Some((store, look)) = held else {
        return Err(Problem::new(
            ProblemCode::FileNotRead,
            format!("{} holds no reading of a workspace.", folder.display()),
        )
        .with_hints(vec![
            "Read the workspace into this folder first (in the terminal: bbsetup extract --out FOLDER).".to_owned(),
        ])
        .on_field("out"));
    };
    let flows = access::look(&store).map_err(not_kept)?;
    let findings = access::find(&store).map_err(not_kept)?;
    Ok(AccessJson {
        schema: "bbsetup.access/1".to_owned(),
        workspace: look.identity.workspace,
        mode: look.identity.mode.into(),
        complete: look.whole,
        read_at: moment(look.began_at),
        entities: store.entities().map_err(not_kept)?.into(),
        nodes: flows.nodes.into_iter().map(Into::into).collect(),
        links: flows.links.into_iter().map(Into::into).collect(),
        findings: findings.into_iter().map(Into::into).collect(),
    })
}
