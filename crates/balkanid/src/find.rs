//! Which of a tenant's integrations is the one of our workspace.

use std::collections::BTreeSet;

use bbsetup_setup::{ExtractionType, Problem, ProblemCode, WorkspaceId};

use crate::integrations::Integration;
use crate::keys::workspace_shown;

/// What a tenant's list says about our workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ours {
    /// Every Bitbucket integration shows another workspace, or there is none.
    None,
    /// This one is ours.
    One(Box<Integration>),
    /// It cannot be told without asking.
    Ambiguous(Ambiguity),
}

/// Rows among which a person has to choose, or say that none is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// Several rows show our workspace.
    Several(Vec<Integration>),
    /// None shows our workspace, and these show none that can be compared.
    NotShown(Vec<Integration>),
}

impl Ambiguity {
    /// The rows to choose from.
    pub fn rows(&self) -> &[Integration] {
        match self {
            Self::Several(rows) | Self::NotShown(rows) => rows,
        }
    }

    /// The question as a problem: `balkanid_refused`, on the field `integration`.
    pub fn problem(&self, workspace: &WorkspaceId) -> Problem {
        let ids: Vec<&str> = self.rows().iter().map(|row| row.id.as_str()).collect();
        let ids = ids.join(", ");
        let message = match self {
            Self::Several(_) => format!(
                "BalkanID has several Bitbucket integrations of the workspace {workspace}: {ids}."
            ),
            Self::NotShown(_) => format!(
                "BalkanID has Bitbucket integrations that do not show their workspace: {ids}. One of them may be that of {workspace}."
            ),
        };
        Problem::new(ProblemCode::BalkanIdRefused, message)
            .with_hints(vec![
                "Say which one is to be updated, or that a new one is to be created; BalkanID lists them under Configure > Integrations.".to_owned(),
            ])
            .on_field("integration")
    }
}

/// Whether a row is of our workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sameness {
    Same,
    Other,
    /// It shows no workspace, or a UUID where ours is a slug or the other way round.
    CannotTell,
}

fn sameness(row: &Integration, workspace: &WorkspaceId) -> Sameness {
    let shown = workspace_shown(row).map(WorkspaceId::parse);
    match shown {
        Some(Ok(shown)) if shown == *workspace => Sameness::Same,
        Some(Ok(shown)) if shown.is_uuid() == workspace.is_uuid() => Sameness::Other,
        Some(_) | None => Sameness::CannotTell,
    }
}

/// The Bitbucket integrations that show our workspace.
pub(crate) fn showing<'a>(
    rows: &'a [Integration],
    workspace: &'a WorkspaceId,
) -> impl Iterator<Item = &'a Integration> {
    rows.iter()
        .filter(|row| row.is_bitbucket() && sameness(row, workspace) == Sameness::Same)
}

/// Finds the integration of a workspace that is fed in one of the ways that show no workspace: the
/// one whose ID is remembered, unless it shows another workspace by now. Any other that does not
/// show another workspace may be it, or not.
pub fn ours_fed(rows: &[Integration], workspace: &WorkspaceId, remembered: Option<&str>) -> Ours {
    let mut candidates: Vec<Integration> = rows
        .iter()
        .filter(|row| row.is_bitbucket() && sameness(row, workspace) != Sameness::Other)
        .cloned()
        .collect();
    let known = candidates
        .iter()
        .position(|row| Some(row.id.as_str()) == remembered);
    match (known, candidates.is_empty()) {
        (Some(known), _) => Ours::One(Box::new(candidates.swap_remove(known))),
        (None, true) => Ours::None,
        (None, false) => Ours::Ambiguous(Ambiguity::NotShown(candidates)),
    }
}

/// The integrations that a person may just have saved in BalkanID's form with an extraction type:
/// those of that type that do not show another workspace.
pub fn saved_as<'a>(
    rows: &'a [Integration],
    workspace: &'a WorkspaceId,
    kind: ExtractionType,
) -> impl Iterator<Item = &'a Integration> {
    rows.iter().filter(move |row| {
        row.is_bitbucket()
            && sameness(row, workspace) != Sameness::Other
            && row.is_of(kind) == Some(true)
    })
}

/// Finds the integration of a workspace: the one whose ID is remembered, unless it shows another
/// workspace by now; else the one that shows the workspace.
pub fn ours(rows: &[Integration], workspace: &WorkspaceId, remembered: Option<&str>) -> Ours {
    let bitbucket: Vec<&Integration> = rows.iter().filter(|row| row.is_bitbucket()).collect();
    let of = |wanted: Sameness| -> Vec<Integration> {
        bitbucket
            .iter()
            .filter(|row| sameness(row, workspace) == wanted)
            .map(|row| (*row).clone())
            .collect()
    };
    let known = bitbucket
        .iter()
        .find(|row| Some(row.id.as_str()) == remembered)
        .filter(|row| sameness(row, workspace) != Sameness::Other);
    if let Some(row) = known {
        return Ours::One(Box::new((*row).clone()));
    }
    let mut same = of(Sameness::Same);
    let untold = of(Sameness::CannotTell);
    match (same.len(), untold.is_empty()) {
        (0, true) => Ours::None,
        (0, false) => Ours::Ambiguous(Ambiguity::NotShown(untold)),
        (1, _) => Ours::One(Box::new(same.remove(0))),
        (_, _) => Ours::Ambiguous(Ambiguity::Several(same)),
    }
}

/// What has appeared in a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Appeared {
    Nothing,
    One(Box<Integration>),
    Several(Vec<String>),
}

/// The Bitbucket integration that is new since `known` was taken: one that shows our workspace, or
/// the only one that shows none.
pub(crate) fn appeared(
    rows: &[Integration],
    known: &BTreeSet<String>,
    workspace: &WorkspaceId,
) -> Appeared {
    let new: Vec<Integration> = rows
        .iter()
        .filter(|row| !known.contains(&row.id))
        .cloned()
        .collect();
    match ours(&new, workspace, None) {
        Ours::None => Appeared::Nothing,
        Ours::One(row) => Appeared::One(row),
        Ours::Ambiguous(Ambiguity::NotShown(mut rows)) if rows.len() == 1 => {
            Appeared::One(Box::new(rows.remove(0)))
        }
        Ours::Ambiguous(ambiguity) => {
            Appeared::Several(ambiguity.rows().iter().map(|row| row.id.clone()).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::SecretType;
    use crate::integrations::tests::{field, row};

    fn acme() -> WorkspaceId {
        WorkspaceId::parse("acme").expect("an ID")
    }

    fn of_workspace(id: &str, workspace: &str) -> Integration {
        let mut row = row(id);
        row.metadata = vec![field("Workspace", "ws", SecretType::Public, workspace)];
        row
    }

    fn found(rows: &[Integration], remembered: Option<&str>) -> String {
        match ours(rows, &acme(), remembered) {
            Ours::None => "none".into(),
            Ours::One(row) => row.id,
            Ours::Ambiguous(Ambiguity::Several(rows)) => format!("several {}", rows.len()),
            Ours::Ambiguous(Ambiguity::NotShown(rows)) => format!("not shown {}", rows.len()),
        }
    }

    #[test]
    fn our_row_is_known_by_its_workspace_however_it_is_written() {
        let rows = [
            of_workspace("bitbucket/1", "umbrella"),
            of_workspace("bitbucket/2", "https://bitbucket.org/Acme/"),
        ];
        assert_eq!(found(&rows, None), "bitbucket/2");
        assert_eq!(found(&rows[..1], None), "none");
        assert_eq!(found(&[], None), "none");
    }

    #[test]
    fn a_remembered_id_decides_unless_its_row_shows_another_workspace() {
        let rows = [
            of_workspace("bitbucket/1", "acme"),
            of_workspace("bitbucket/2", "acme"),
            of_workspace("bitbucket/3", "umbrella"),
            row("bitbucket/4"),
        ];
        assert_eq!(found(&rows, Some("bitbucket/2")), "bitbucket/2");
        assert_eq!(found(&rows, Some("bitbucket/4")), "bitbucket/4");
        assert_eq!(found(&rows, Some("bitbucket/3")), "several 2");
        assert_eq!(found(&rows[1..], Some("bitbucket/gone")), "bitbucket/2");
    }

    #[test]
    fn what_is_fed_is_known_by_its_id_alone_and_else_asked_about() {
        let fed = |rows: &[Integration], remembered| match ours_fed(rows, &acme(), remembered) {
            Ours::None => "none".to_owned(),
            Ours::One(row) => row.id,
            Ours::Ambiguous(ambiguity) => format!("{} may be", ambiguity.rows().len()),
        };
        let rows = [
            of_workspace("bitbucket/1", "umbrella"),
            of_workspace("bitbucket/2", "acme"),
            row("bitbucket/3"),
        ];
        assert_eq!(fed(&rows, Some("bitbucket/3")), "bitbucket/3");
        assert_eq!(fed(&rows, Some("bitbucket/1")), "2 may be");
        assert_eq!(fed(&rows, None), "2 may be");
        assert_eq!(fed(&rows[..1], None), "none");
    }

    #[test]
    fn what_was_saved_in_the_form_is_known_by_its_extraction_type() {
        let of_type = |id: &str, options: &str| {
            let mut row = row(id);
            row.optional.extraction_options = options.into();
            row
        };
        let rows = [
            of_type("bitbucket/1", r#"{"scim":true,"upload":false}"#),
            of_type("bitbucket/2", r#"{"scim": false, "upload": true}"#),
            of_type("bitbucket/3", "{}"),
            of_type("bitbucket/4", "scim"),
        ];
        let workspace = acme();
        let saved = |kind| -> Vec<&str> {
            let rows = saved_as(&rows, &workspace, kind);
            rows.map(|row| row.id.as_str()).collect()
        };
        assert_eq!(saved(ExtractionType::Scim), ["bitbucket/1"]);
        assert_eq!(saved(ExtractionType::ManualUpload), ["bitbucket/2"]);
    }

    #[test]
    fn several_of_ours_are_asked_about() {
        let rows = [
            of_workspace("bitbucket/1", "acme"),
            of_workspace("bitbucket/2", "acme"),
        ];
        assert_eq!(found(&rows, None), "several 2");
        let Ours::Ambiguous(ambiguity) = ours(&rows, &acme(), None) else {
            panic!("not ambiguous");
        };
        assert!(ambiguity.problem(&acme()).message.contains("bitbucket/2"));
    }

    #[test]
    fn a_row_that_shows_no_comparable_workspace_is_no_reason_to_create_a_second() {
        assert_eq!(found(&[row("bitbucket/1")], None), "not shown 1");
        let uuid = of_workspace("bitbucket/1", "{0f5c4a2e-58b7-4f7c-9f34-1d1f6a9f9f00}");
        assert_eq!(found(&[uuid], None), "not shown 1");
        let mut aws = row("aws/1");
        aws.name = "Amazon Web Services".into();
        assert_eq!(found(&[aws], None), "none");
    }

    #[test]
    fn what_appears_is_new_and_ours() {
        let known = BTreeSet::from(["bitbucket/1".to_owned()]);
        let old = row("bitbucket/1");
        let look = |rows: &[Integration]| appeared(rows, &known, &acme());
        assert_eq!(look(std::slice::from_ref(&old)), Appeared::Nothing);
        let another = of_workspace("bitbucket/2", "umbrella");
        assert_eq!(look(&[old.clone(), another.clone()]), Appeared::Nothing);
        let new = of_workspace("bitbucket/3", "acme");
        assert_eq!(
            look(&[old, another, new.clone()]),
            Appeared::One(Box::new(new.clone()))
        );
        let unshown = row("bitbucket/4");
        assert_eq!(
            look(std::slice::from_ref(&unshown)),
            Appeared::One(Box::new(unshown))
        );
        let twin = of_workspace("bitbucket/5", "acme");
        assert_eq!(
            look(&[new, twin]),
            Appeared::Several(vec!["bitbucket/3".into(), "bitbucket/5".into()])
        );
    }
}
