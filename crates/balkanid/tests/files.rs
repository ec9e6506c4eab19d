//! Properties of looking through files: nothing panics, a good file has no problem, and a planted
//! problem is found in its row and column.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::ops::ControlFlow;

use bbsetup_balkanid::files::{
    FileKind, Finding, FindingCode, Looked, NotLooked, Source, Told, look,
};
use proptest::prelude::*;

fn looked(files: &[Vec<u8>]) -> (Looked, Vec<Finding>) {
    let sources: Vec<&dyn Source> = files.iter().map(|file| file as &dyn Source).collect();
    let mut found = Vec::new();
    let looked = look(&sources, &mut |told| {
        if let Told::Problem(finding) = told {
            found.push(finding);
        }
        ControlFlow::Continue(())
    });
    (looked.expect("memory is readable"), found)
}

/// Each finding as `file row column code`.
fn told(found: &[Finding]) -> Vec<String> {
    found
        .iter()
        .map(|finding| {
            let column = finding.column.as_deref().unwrap_or("-");
            format!(
                "{} {} {column} {}",
                finding.file,
                finding.row,
                finding.code.as_str()
            )
        })
        .collect()
}

fn written(kind: FileKind, rows: &[Vec<String>], crlf: bool) -> Vec<u8> {
    let terminator = match crlf {
        true => csv::Terminator::CRLF,
        false => csv::Terminator::Any(b'\n'),
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(terminator)
        .from_writer(Vec::new());
    writer.write_record(kind.columns()).expect("memory");
    for row in rows {
        writer.write_record(row).expect("memory");
    }
    writer.into_inner().expect("memory")
}

/// A name of a person's: any text with quotes, commas, line breaks and letters of any script.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Zäßł日本=+@\",;\n'-]{0,12}[a-zäé]".prop_map(|name| format!("N{name}"))
}

prop_compose! {
    /// Entities with IDs of their own, and relations between them.
    fn good()(
        names in prop::collection::vec((name(), 0_usize..3), 1..20),
        pairs in prop::collection::btree_set((0_usize..20, 0_usize..20), 1..20),
    ) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
        let kinds = ["identity", "connection", "resource"];
        let entities: Vec<Vec<String>> = names
            .iter()
            .enumerate()
            .map(|(at, (name, kind))| {
                let metadata = serde_json::json!({"name": name}).to_string();
                ["bitbucket", name, kinds[*kind], "bitbucket", &format!("{{{at}}}"), "user", "v1", &metadata]
                    .map(str::to_owned)
                    .to_vec()
            })
            .collect();
        let relations = pairs
            .iter()
            .map(|(parent, child)| (parent % names.len(), child % names.len()))
            .filter(|(parent, child)| parent != child)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|(parent, child)| {
                let kind = |at: usize| entities[at][2].clone();
                vec![
                    String::new(), format!("{{{parent}}}"), kind(parent), format!("{{{child}}}"), kind(child),
                    "bitbucket".into(), "v1".into(), "{\"privilegeValue\":true}".into(),
                ]
            })
            .collect();
        (entities, relations)
    }
}

proptest! {
    #[test]
    fn any_bytes_are_looked_through(
        one in prop::collection::vec(any::<u8>(), 0..600),
        begins_well in any::<bool>(),
    ) {
        let header = match begins_well {
            true => FileKind::Relations.columns().join(",") + "\n",
            false => String::new(),
        };
        let file = [header.as_bytes(), &one].concat();
        let good = written(FileKind::Entities, &[], false);
        let (looked, found) = looked(&[file, good]);
        prop_assert_eq!(looked.files.iter().map(|file| file.errors + file.warnings).sum::<u64>(), found.len() as u64);
    }

    #[test]
    fn a_good_file_has_no_problem((entities, relations) in good(), crlf in any::<bool>()) {
        let files = [
            written(FileKind::Relations, &relations, crlf),
            written(FileKind::Entities, &entities, crlf),
        ];
        let (looked, mut found) = looked(&files);
        found.retain(|finding| finding.code != FindingCode::NoRelations);
        prop_assert_eq!(told(&found), Vec::<String>::new());
        prop_assert_eq!(looked.files[1].rows, entities.len() as u64);
        prop_assert_eq!(looked.files[0].rows, relations.len() as u64);
        prop_assert_eq!(looked.ends_looked_for, Some(true));
    }

    #[test]
    fn a_planted_problem_is_found_in_its_row_and_column(
        (mut entities, _) in good(),
        at in any::<prop::sample::Index>(),
        which in 0_usize..8,
    ) {
        let at = at.index(entities.len());
        let row = at + 2;
        let expected = match which {
            0 => {
                entities[at][1].clear();
                format!("0 {row} Name value_missing")
            }
            1 => {
                entities[at][2] = "Person".into();
                format!("0 {row} Entity Type entity_type_unknown")
            }
            2 => {
                entities[at][7] = "{\"a\":".into();
                format!("0 {row} Metadata metadata_not_json")
            }
            3 => {
                entities[at][7] = "[1]".into();
                format!("0 {row} Metadata metadata_not_object")
            }
            4 => {
                entities[at][5] = "user ".into();
                format!("0 {row} Source Type value_has_outer_spaces")
            }
            5 => {
                entities[at][1] = "a\u{0}b".into();
                format!("0 {row} Name control_character")
            }
            6 => {
                entities[at][1] = "J\u{fffd}rgen".into();
                format!("0 {row} Name replacement_character")
            }
            _ => {
                let again = entities[at].clone();
                entities.push(again);
                format!("0 {} Source ID source_id_duplicate", entities.len() + 1)
            }
        };
        let (_, found) = looked(&[written(FileKind::Entities, &entities, false)]);
        prop_assert_eq!(told(&found), [expected]);
    }
}

#[test]
fn duplicates_are_found_across_files_of_one_kind() {
    let row = |id: &str| -> Vec<String> {
        ["", "N", "identity", "bitbucket", id, "user", "", ""]
            .map(str::to_owned)
            .to_vec()
    };
    let one = written(FileKind::Entities, &[row("a"), row("b")], false);
    let other = written(FileKind::Entities, &[row("b")], false);
    let (_, found) = looked(&[one, other]);
    assert_eq!(told(&found), ["1 2 Source ID source_id_duplicate"]);
    assert!(
        found[0].message.contains("row 3 of file number 1"),
        "{}",
        found[0].message
    );
}

#[test]
fn every_one_of_very_many_problems_is_told_in_the_order_of_rows() {
    let row = |at: usize| -> Vec<String> {
        let parent = if at.is_multiple_of(3) {
            "{here}"
        } else {
            "{gone}"
        };
        [
            "",
            parent,
            "identity",
            &format!("{{{at}}}"),
            "resource",
            "",
            "",
            "no",
        ]
        .map(str::to_owned)
        .to_vec()
    };
    let rows: Vec<Vec<String>> = (0..5_000).map(row).collect();
    let here: Vec<String> = ["", "N", "identity", "b", "{here}", "user", "", ""]
        .map(str::to_owned)
        .to_vec();
    let files = [
        written(FileKind::Entities, &[here], false),
        written(FileKind::Relations, &rows, false),
    ];
    let (looked, found) = looked(&files);
    // No metadata is JSON, no child is there, and of three parents two are not.
    assert_eq!(found.len(), 5_000 + 5_000 + 3_333);
    assert_eq!(looked.files[1].errors, 13_333);
    assert!(found.is_sorted_by_key(|finding| finding.row));
}

#[test]
fn it_ends_where_nobody_listens_any_more() {
    let file = written(
        FileKind::Entities,
        &[vec![String::new(); 8], vec![String::new(); 8]],
        false,
    );
    let mut told = 0;
    let stopped = look(&[&file], &mut |_| {
        told += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(NotLooked::Stopped)));
    assert_eq!(told, 1);
}

#[test]
fn a_cell_is_carried_as_it_stands_whatever_a_spreadsheet_makes_of_it() {
    let rows: Vec<Vec<String>> = ["=1+1", "+49", "-1", "@me", "'x"]
        .map(|name| {
            ["", name, "identity", "b", name, "user", "", ""]
                .map(str::to_owned)
                .to_vec()
        })
        .to_vec();
    let (_, found) = looked(&[written(FileKind::Entities, &rows, false)]);
    assert_eq!(told(&found), Vec::<String>::new());
}

#[test]
fn every_code_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> =
        FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), FindingCode::ALL.len());
}
