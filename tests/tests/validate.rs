//! Looking through files that a person brings.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::path::Path;

use bbsetup_tests::{Ran, Story};
use serde_json::json;

const ENTITIES: &str = "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\n\
    bitbucket,Jane,identity,bitbucket,{u1},user,v1,\"{\"\"username\"\":\"\"jane\"\"}\"\n\
    bitbucket,Ledger,resource,bitbucket,{r1},repository,v1,\n";

const RELATIONS: &str = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata\n\
    bitbucket,{u1},identity,{r1},resource,bitbucket,v1,\"{\"\"privilegeName\"\":\"\"read\"\"}\"\n";

fn write(story: &Story, name: &str, bytes: &[u8]) {
    std::fs::write(Path::new(&story.path(name)), bytes).expect("room");
}

/// Each problem as `file:row column code`, in the order in which it was told.
fn told(ran: &Ran) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    ran.json()["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|held| {
            format!(
                "{}:{} {} {}",
                text(&held["file"]),
                held["row"],
                text(&held["column"]),
                text(&held["code"])
            )
        })
        .collect()
}

#[tokio::test]
async fn good_files_have_no_problem_and_it_is_said_what_to_send_to_whom() {
    let story = Story::named("ready").await;
    std::fs::create_dir(story.path("out")).expect("room");
    write(&story, "out/entities.csv", ENTITIES.as_bytes());
    write(&story, "out/entity_relations.csv", RELATIONS.as_bytes());
    let ran = story.run(&["validate", "out", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(
        (&json["schema"], &json["rows"], &json["problems"]),
        (&json!("bbsetup.validate/1"), &json!(3), &json!([]))
    );
    let by_name = story
        .run(&[
            "validate",
            "--json",
            "out/entity_relations.csv",
            "out/entities.csv",
        ])
        .await;
    assert_eq!(by_name.code, 0, "the order does not matter: {by_name:?}");

    let read = story.run(&["validate", "out"]).await;
    insta::assert_snapshot!(read.stdout);
    assert!(
        story.sandbox.requests().is_empty(),
        "nothing leaves this machine"
    );
}

#[tokio::test]
async fn every_problem_has_its_row_and_column() {
    let story = Story::named("ready").await;
    let entities = "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\r\n\
        bitbucket,Jane,identity,bitbucket,{u1},user,v1,{broken\r\n\
        bitbucket,,Identity,bitbucket,{u2},user,v1,[]\r\n\
        bitbucket,Jane again,identity,bitbucket,{u1},user,v1,\r\n\
        bitbucket,Ledger,resource,bitbucket,{r1},repository\n\
        bitbucket, Group ,connection,bitbucket,=cmd,group,v1,\r\n";
    let relations = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata\n\
        bitbucket,{gone},identity,{r1},resource,bitbucket,v1,\n\
        bitbucket,{u1},connection,{r1},resource,bitbucket,v1,\n\
        bitbucket,{u1},identity,{u1},identity,bitbucket,v1,\n\
        bitbucket,{gone},identity,{r1},resource,bitbucket,v1,\n";
    write(&story, "e.csv", entities.as_bytes());
    write(&story, "r.csv", relations.as_bytes());
    let ran = story.run(&["validate", "r.csv", "e.csv", "--json"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(
        told(&ran),
        [
            "e.csv:2 Metadata metadata_not_json",
            "e.csv:3 Name value_missing",
            "e.csv:3 Metadata metadata_not_object",
            "e.csv:3 Entity Type entity_type_unknown",
            "e.csv:5 - cell_count_differs",
            "e.csv:5 - line_ends_mixed",
            "e.csv:6 Name value_has_outer_spaces",
            "e.csv:4 Source ID source_id_duplicate",
            "r.csv:2 Parent Entity Source ID relation_end_missing",
            "r.csv:3 Parent Entity Source ID relation_end_type_differs",
            "r.csv:4 - relation_to_itself",
            "r.csv:5 Parent Entity Source ID relation_end_missing",
            "r.csv:5 - relation_duplicate",
        ]
    );
    let read = story.run(&["validate", "r.csv", "e.csv"]).await;
    assert_eq!(read.code, 3);
    insta::assert_snapshot!(read.stdout);
}

#[tokio::test]
async fn what_is_not_a_file_of_balkanids_is_told_for_what_it_is() {
    let story = Story::named("ready").await;
    let wide: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(ENTITIES.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin: Vec<u8> = ENTITIES.replace("Jane", "J\u{1}ne").into_bytes();
    let latin: Vec<u8> = latin
        .into_iter()
        .map(|byte| if byte == 1 { 0xe4 } else { byte })
        .collect();
    let marked = format!("\u{feff}{ENTITIES}");
    let one_column_away = ENTITIES.replace(",Source Type", "");
    for (bytes, expected) in [
        (b"".to_vec(), vec!["f.csv:1 - file_empty"]),
        (wide, vec!["f.csv:1 - utf16"]),
        (b"PK\x03\x04and so on".to_vec(), vec!["f.csv:1 - not_csv"]),
        (latin, vec!["f.csv:2 Name not_utf8"]),
        (marked.into_bytes(), vec!["f.csv:1 - byte_order_mark"]),
        (
            one_column_away.into_bytes(),
            vec![
                "f.csv:1 Source Type column_missing",
                "f.csv:2 - cell_count_differs",
                "f.csv:3 - cell_count_differs",
            ],
        ),
        (
            ENTITIES.replace(',', ";").into_bytes(),
            vec!["f.csv:1 - separator_not_comma"],
        ),
        (
            ENTITIES
                .lines()
                .skip(1)
                .collect::<Vec<_>>()
                .join("\n")
                .into_bytes(),
            vec!["f.csv:1 - header_missing"],
        ),
        (b"one,two\n1,2\n".to_vec(), vec!["f.csv:1 - header_missing"]),
        (
            ENTITIES.replace('\n', "\r").into_bytes(),
            vec!["f.csv:2 - lone_carriage_return"],
        ),
        (
            ENTITIES.replace("Ledger", "\"Ledger").into_bytes(),
            vec!["f.csv:3 Name quote_unclosed"],
        ),
        (
            ENTITIES.replace("App,Name,", "Name,App,").into_bytes(),
            vec!["f.csv:1 - columns_out_of_order"],
        ),
    ] {
        write(&story, "f.csv", &bytes);
        let ran = story.run(&["validate", "f.csv", "--json"]).await;
        let told = told(&ran);
        assert!(
            expected
                .iter()
                .all(|wanted| told.iter().any(|held| held == wanted)),
            "{expected:?} in {told:?}"
        );
    }
    write(&story, "r.csv", RELATIONS.as_bytes());
    let ran = story.run(&["validate", "r.csv", "--json"]).await;
    assert_eq!(
        ran.code, 0,
        "without entities no end is called missing: {ran:?}"
    );
    assert!(
        ran.json()["notes"][0]
            .as_str()
            .expect("a note")
            .contains("could not be told")
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_usage_error() {
    let story = Story::named("ready").await;
    for arguments in [
        vec!["validate", "nowhere.csv", "--json"],
        vec!["validate", ".", "--json"],
        vec!["validate", "/dev/null", "--json"],
    ] {
        let ran = story.run(&arguments).await;
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert_eq!(ran.json()["schema"], "bbsetup.error/1");
        assert_eq!(ran.json()["problems"][0]["code"], "file_not_read");
    }
    let ran = story.run(&["validate", "--json"]).await;
    assert_eq!(ran.code, 2);
}

#[tokio::test]
async fn a_token_in_a_cell_is_not_repeated() {
    let story = Story::named("ready").await;
    let token = format!("ATCTT3xFfGN0{}", "canary".repeat(8));
    let text = ENTITIES.replace("identity", &token);
    write(&story, "e.csv", text.as_bytes());
    let ran = story.run(&["validate", "e.csv"]).await;
    assert_eq!(ran.code, 3);
    assert!(!(ran.stdout + &ran.stderr).contains("canary"));
}
