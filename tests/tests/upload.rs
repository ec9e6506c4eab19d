//! Sending files: what BalkanID's storage then holds, compared with what was sent, and every way in
//! which a call can break.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use bbsetup_sandbox::Scenario;
use bbsetup_tests::{Canary, Ran, Story, copies_in, copies_in_folder};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ENTITIES: &str = "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\n\
    bitbucket,Jane,identity,bitbucket,{u1},user,v1,\"{\"\"username\"\":\"\"jane\"\"}\"\n\
    bitbucket,Ledger,resource,bitbucket,{r1},repository,v1,\n";

const RELATIONS: &str = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata\n\
    bitbucket,{u1},identity,{r1},resource,bitbucket,v1,\"{\"\"privilegeName\"\":\"\"read\"\"}\"\n";

/// A story with both files in a folder.
async fn story() -> Story {
    with_files(Story::named("ready").await)
}

fn with_files(story: Story) -> Story {
    std::fs::create_dir(story.path("out")).expect("room");
    write(&story, "entities.csv", ENTITIES);
    write(&story, "entity_relations.csv", RELATIONS);
    story
}

fn write(story: &Story, name: &str, text: &str) {
    std::fs::write(Path::new(&story.path("out")).join(name), text).expect("room");
}

fn fault(story: &Story, fault: Value) {
    story
        .sandbox
        .add_fault(serde_json::from_value(fault).expect("a fault"));
}

async fn upload(story: &Story) -> Ran {
    story.run(&["upload", "out", "--json"]).await
}

/// Each file's state and attempts.
fn states(ran: &Ran) -> Vec<(String, u64)> {
    ran.json()["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| {
            let state = file["state"].as_str().expect("a state").to_owned();
            (state, file["attempts"].as_u64().expect("attempts"))
        })
        .collect()
}

fn is(state: &str, attempts: u64) -> (String, u64) {
    (state.to_owned(), attempts)
}

/// What BalkanID was sent, in its order.
fn stored(story: &Story) -> Vec<String> {
    let files = story.sandbox.stored_files();
    files.into_iter().map(|file| file.object).collect()
}

#[tokio::test]
async fn both_files_arrive_to_the_letter_and_entities_first() {
    let story = story().await;
    let ran = upload(&story).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(
        (&json["schema"], &json["tenant"], &json["app_id"]),
        (
            &json!("bbsetup.upload/1"),
            &json!("Practice Tenant"),
            &json!("bitbucket")
        )
    );
    assert_eq!(states(&ran), [is("done", 1), is("done", 1)]);
    assert_eq!(json["files"][0]["bytes"], ENTITIES.len());
    assert_eq!(stored(&story), ["entities", "entity-relations"]);
    let held = story.sandbox.stored_files();
    for (held, told) in held.iter().zip(json["files"].as_array().expect("files")) {
        assert_eq!(told["sha256"], held.sha256, "to the letter");
    }
    assert_eq!(story.sandbox.refused_rows(), []);
    assert_eq!(story.sandbox.breaches(), 0, "no key went to the storage");
    assert_eq!(
        held[0].integration, None,
        "the other workspace's is not ours"
    );
    assert!(ran.stdout.contains("none was named"), "{}", ran.stdout);

    let again = upload(&story).await;
    assert_eq!(again.code, 0);
    assert_eq!(
        states(&again),
        [is("already_done", 0), is("already_done", 0)]
    );
    assert_eq!(stored(&story).len(), 2, "nothing was sent twice");

    let anew = story.run(&["upload", "out", "--again", "--json"]).await;
    assert_eq!(states(&anew), [is("done", 1), is("done", 1)]);
}

#[tokio::test]
async fn the_integration_of_the_workspace_is_named_and_another_on_request() {
    let story = with_files(Story::named("update").await);
    let id = story.sandbox.integrations()[0].id.clone();
    let ran = upload(&story).await;
    assert_eq!(
        (ran.code, &ran.json()["integration_id"]),
        (0, &json!(id)),
        "{ran:?}"
    );
    assert_eq!(story.sandbox.stored_files()[0].integration, Some(id));

    let story = with_files(two_integrations().await);
    let ran = upload(&story).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error value_missing -".to_owned()]),
        "nothing is guessed among several"
    );
    assert!(stored(&story).is_empty());
    let ids: Vec<String> = story
        .sandbox
        .integrations()
        .into_iter()
        .map(|held| held.id)
        .collect();
    assert!(
        ids.iter().all(|id| ran.stdout.contains(id)),
        "{}",
        ran.stdout
    );
    let ran = story
        .run(&["upload", "out", "--json", "--integration", &ids[1]])
        .await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        story.sandbox.stored_files()[1].integration.as_ref(),
        Some(&ids[1])
    );
    let ran = story
        .run(&["upload", "out", "--json", "--integration", "bitbucket/none"])
        .await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_not_found -".to_owned()])
    );
}

async fn two_integrations() -> Story {
    let scenario = Scenario::named("ready")
        .and_then(|ready| ready.patched(json!({"balkanid": {"existing": ["acme", "acme"]}})));
    Story::of(scenario.expect("a scenario")).await
}

#[tokio::test]
async fn files_with_errors_are_not_sent_unless_that_is_asked_for() {
    let story = story().await;
    write(
        &story,
        "entity_relations.csv",
        &RELATIONS.replace("{r1}", "{gone}"),
    );
    let ran = upload(&story).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (3, vec!["error files_unfit -".to_owned()])
    );
    assert_eq!(states(&ran), [is("not_sent", 0), is("not_sent", 0)]);
    assert!(ran.stderr.contains("{gone}"), "{}", ran.stderr);
    assert!(
        story.sandbox.requests().is_empty(),
        "nothing was asked of anybody"
    );
    let ran = story.run(&["upload", "out", "--unchecked", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (0, vec!["warning files_unfit -".to_owned()])
    );
    assert_eq!(story.sandbox.refused_rows().len(), 1);

    write(&story, "entities.csv", RELATIONS);
    let ran = upload(&story).await;
    assert_eq!(ran.code, 3);
    assert!(
        ran.stdout.contains("entities.csv holds relations"),
        "{}",
        ran.stdout
    );
}

#[tokio::test]
async fn what_cannot_be_tried_is_a_usage_error() {
    let mut story = story().await;
    let ran = story.run(&["upload", "nowhere", "--json"]).await;
    assert_eq!(
        (ran.code, &ran.json()["schema"]),
        (2, &json!("bbsetup.error/1"))
    );
    let ran = story.run(&["upload", "out/entities.csv", "--json"]).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (2, vec!["error file_not_read -".to_owned()])
    );
    std::fs::create_dir(story.path("empty")).expect("room");
    assert_eq!(story.run(&["upload", "empty", "--json"]).await.code, 2);
    story.unset("BBSETUP_BALKANID_KEY_SECRET");
    assert_eq!(upload(&story).await.code, 2);
    story.unset("BBSETUP_WORKSPACE");
    assert_eq!(upload(&story).await.code, 2);
}

#[tokio::test]
async fn without_a_workspace_the_key_alone_is_enough() {
    let mut story = story().await;
    story.unset("BBSETUP_WORKSPACE");
    let scenario_has_one = story.sandbox.integrations()[0].id.clone();
    let ran = upload(&story).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["integration_id"], scenario_has_one);
}

#[tokio::test]
async fn a_refused_key_is_told_before_a_byte_is_sent() {
    let mut story = story().await;
    story.set("BBSETUP_BALKANID_KEY_SECRET", "another-key-secret-0001");
    let ran = upload(&story).await;
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_key_refused -".to_owned()])
    );
    assert_eq!(states(&ran), [is("not_sent", 0), is("not_sent", 0)]);
}

/// A fault of one call, the exit where nothing was sent by then, and the code.
const UPLOAD_URL: &str = "/api/rest/v0/entities/upload-url";

#[tokio::test]
async fn every_call_that_stays_broken_has_its_code_and_a_rerun_ends_well() {
    let answer = |status: u16| json!({"answer": {"status": status}});
    let mut at_once = JoinSet::new();
    for (server, method, path, action, exit, code) in [
        (
            "balkanid",
            "POST",
            "/api/rest/v0/apps/",
            answer(500),
            5,
            "server_error",
        ),
        (
            "balkanid",
            "POST",
            "/api/rest/v0/apps/",
            json!("garbage_json"),
            5,
            "unreadable_reply",
        ),
        (
            "balkanid",
            "POST",
            "/api/rest/v0/integrations/",
            answer(403),
            8,
            "balkanid_key_refused",
        ),
        (
            "storage",
            "GET",
            "/apps/",
            json!("cut"),
            5,
            "unreadable_reply",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            answer(403),
            8,
            "balkanid_key_refused",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            answer(404),
            8,
            "balkanid_not_found",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            answer(400),
            8,
            "balkanid_refused",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            answer(500),
            5,
            "server_error",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            json!("garbage_json"),
            5,
            "unreadable_reply",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            json!("wrong_shape"),
            5,
            "unreadable_reply",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            json!("stall"),
            5,
            "timed_out",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            json!("cut"),
            5,
            "unreadable_reply",
        ),
        (
            "balkanid",
            "POST",
            UPLOAD_URL,
            json!({"page": {"status": 200}}),
            5,
            "unreadable_reply",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            answer(403),
            8,
            "balkanid_refused",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            answer(500),
            5,
            "server_error",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            json!("cut"),
            5,
            "unreadable_reply",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            json!("stall"),
            5,
            "timed_out",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            json!("wrong_checksum"),
            5,
            "checksum_differs",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            json!({"page": {"status": 200}}),
            5,
            "unreadable_reply",
        ),
        (
            "storage",
            "PUT",
            "/entities/",
            json!({"redirect": {}}),
            5,
            "redirect_refused",
        ),
    ] {
        at_once.spawn(async move {
            let story = story().await;
            let about = format!("{server} {method} {path} {action}");
            fault(
                &story,
                json!({"server": server, "method": method, "path": path, "action": action}),
            );
            let ran = story
                .run(&["upload", "out", "--json", "--timeout", "5"])
                .await;
            assert_eq!(
                (ran.code, ran.problems()),
                (exit, vec![format!("error {code} -")]),
                "{about}: {ran:?}"
            );
            let entities = states(&ran)[0].0.clone();
            assert!(
                entities == "failed" || entities == "not_sent",
                "{about}: {entities}"
            );
            assert_eq!(
                states(&ran)[1],
                is("not_sent", 0),
                "{about}: relations wait"
            );
            story.sandbox.clear_faults();
            let ran = upload(&story).await;
            assert_eq!(ran.code, 0, "{about}: {ran:?}");
            assert_eq!(states(&ran), [is("done", 1), is("done", 1)], "{about}");
            assert_eq!(story.sandbox.breaches(), 0, "{about}");
        });
    }
    all_end_well(at_once).await;
}

/// Stories that wait most of their time go side by side.
async fn all_end_well(mut at_once: JoinSet<()>) {
    while let Some(ended) = at_once.join_next().await {
        ended.expect("every story ends well");
    }
}

#[tokio::test]
async fn a_put_that_breaks_now_and_then_is_repeated_with_a_fresh_address() {
    let mut at_once = JoinSet::new();
    for action in [
        json!({"answer": {"status": 403, "body": "<Error><Code>AccessDenied</Code></Error>"}}),
        json!({"answer": {"status": 503}}),
        json!("cut"),
        json!("lose_answer"),
        json!("stall"),
        json!("wrong_checksum"),
        json!({"page": {"status": 200}}),
    ] {
        at_once.spawn(async move {
            let story = story().await;
            fault(
                &story,
                json!({"server": "storage", "method": "PUT", "times": 2, "action": action}),
            );
            let ran = story
                .run(&["upload", "out", "--json", "--timeout", "5"])
                .await;
            assert_eq!(ran.code, 0, "{action}: {ran:?}");
            assert_eq!(states(&ran), [is("done", 3), is("done", 1)], "{action}");
            let puts = story.sandbox.requests().into_iter();
            let mut paths: Vec<String> = puts
                .filter(|request| request.method == "PUT")
                .map(|request| request.path)
                .collect();
            paths.dedup();
            assert_eq!(
                paths.len(),
                4,
                "{action}: each try has an address of its own"
            );
        });
    }
    all_end_well(at_once).await;
}

#[tokio::test]
async fn addresses_that_expire_are_told_and_cost_nothing() {
    let scenario = Scenario::named("ready")
        .and_then(|ready| ready.patched(json!({"balkanid": {"upload_seconds": 0}})));
    let story = with_files(Story::of(scenario.expect("a scenario")).await);
    let ran = upload(&story).await;
    assert_eq!(states(&ran), [is("failed", 3), is("not_sent", 0)]);
    assert!(ran.stderr.contains("AccessDenied"), "{}", ran.stderr);
    assert_eq!(
        (ran.code, ran.problems()),
        (8, vec!["error balkanid_refused -".to_owned()])
    );
    assert!(stored(&story).is_empty());
}

#[tokio::test]
async fn what_was_sent_stays_sent_and_the_rest_follows() {
    let story = story().await;
    fault(
        &story,
        json!({"server": "storage", "method": "PUT", "path": "/entity-relations/", "action": {"answer": {"status": 500}}}),
    );
    let ran = upload(&story).await;
    assert_eq!(ran.code, 9, "half-way, whatever the cause: {ran:?}");
    assert_eq!(ran.problems(), ["error server_error -"]);
    assert_eq!(states(&ran), [is("done", 1), is("failed", 3)]);
    story.sandbox.clear_faults();
    let ran = upload(&story).await;
    assert_eq!(ran.code, 0);
    assert_eq!(states(&ran), [is("already_done", 0), is("done", 1)]);
    assert_eq!(stored(&story), ["entities", "entity-relations"]);

    write(&story, "entities.csv", &ENTITIES.replace("Jane", "Joan"));
    let ran = upload(&story).await;
    assert_eq!(
        states(&ran),
        [is("done", 1), is("done", 1)],
        "relations are looked up among the last entities"
    );

    std::fs::write(Path::new(&story.path("out")).join("upload.json"), "{").expect("room");
    let ran = upload(&story).await;
    assert_eq!(states(&ran), [is("done", 1), is("done", 1)]);
    assert!(
        ran.stdout.contains("could not be understood"),
        "{}",
        ran.stdout
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_between_the_files_is_gone_on_with() {
    let story = story().await;
    fault(
        &story,
        json!({"server": "storage", "method": "PUT", "path": "/entity-relations/", "action": "stall"}),
    );
    let mut running = story
        .command(&["upload", "out", "--json"])
        .spawn()
        .expect("it runs");
    let at_the_relations = || {
        let requests = story.sandbox.requests();
        requests
            .iter()
            .any(|request| request.path.starts_with("/entity-relations/"))
    };
    bbsetup_tests::until("the relations are on their way", at_the_relations);
    running.kill().expect("it is there");
    running.wait().expect("it ended");
    story.sandbox.clear_faults();
    let ran = upload(&story).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(states(&ran), [is("already_done", 0), is("done", 1)]);
    assert_eq!(stored(&story), ["entities", "entity-relations"]);
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_a_file_is_not_called_done() {
    let story = story().await;
    let mut large = ENTITIES.to_owned();
    for number in 0..10_000 {
        large.push_str(&format!(
            "bitbucket,Somebody,identity,bitbucket,{{x{number}}},user,v1,\n"
        ));
    }
    write(&story, "entities.csv", &large);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!(
        "http://{}/cut?signature=1",
        listener.local_addr().expect("an address")
    );
    let cutting = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut some = vec![0; 100_000];
        stream.read_exact(&mut some).expect("the beginning");
        String::from_utf8_lossy(&some[..2_000]).into_owned()
    });
    story.sandbox.hand_out("entities", &[address]);
    let ran = upload(&story).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(states(&ran), [is("done", 2), is("done", 1)]);
    let head = cutting.join().expect("it ended").to_ascii_lowercase();
    assert!(
        head.contains(&format!("content-length: {}", large.len())),
        "{head}"
    );
    assert!(head.contains("content-type: text/csv"), "{head}");
    assert!(!head.contains("x-api-key"), "{head}");
    let held = story.sandbox.stored_files();
    assert_eq!(held[0].rows.len(), 10_002);
}

#[tokio::test]
async fn an_answer_that_comes_before_the_whole_file_is_not_taken_for_it() {
    let story = story().await;
    let mut large = ENTITIES.to_owned();
    // More than the buffers of both sides hold.
    for number in 0..200_000 {
        large.push_str(&format!(
            "bitbucket,Somebody,identity,bitbucket,{{x{number}}},user,v1,\n"
        ));
    }
    write(&story, "entities.csv", &large);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!(
        "http://{}/early",
        listener.local_addr().expect("an address")
    );
    let hasty = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut some = [0; 1_000];
        stream.read_exact(&mut some).expect("the beginning");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .expect("an answer");
        // The connection stays, as that of a storage that reads no more.
        stream
    });
    story.sandbox.hand_out("entities", &[address]);
    let ran = upload(&story).await;
    drop(hasty.join().expect("it ended"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(states(&ran), [is("done", 2), is("done", 1)]);
    assert_eq!(story.sandbox.stored_files()[0].rows.len(), 200_002);
}

#[tokio::test]
async fn an_answer_that_no_md5_speaks_of_is_taken_at_its_word() {
    for headers in [
        "ETag: \"0123456789abcdef0123456789abcdef-4\"\r\n",
        "ETag: \"0123456789abcdef0123456789abcdef\"\r\nx-amz-server-side-encryption: aws:kms\r\n",
        "",
    ] {
        let story = story().await;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!(
            "http://{}/other",
            listener.local_addr().expect("an address")
        );
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut asked = Vec::new();
            let mut some = [0; 4096];
            while !asked.ends_with(ENTITIES.as_bytes()) {
                let length = stream.read(&mut some).expect("the request");
                asked.extend_from_slice(&some[..length]);
            }
            let answer = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("an answer");
        });
        story.sandbox.hand_out("entities", &[address]);
        let ran = story.run(&["upload", "out", "--unchecked", "--json"]).await;
        answering.join().expect("it ended");
        assert_eq!(states(&ran)[0], is("done", 1), "{headers}: {ran:?}");
    }
}

#[tokio::test]
async fn no_secret_is_told_kept_or_sent_to_the_storage() {
    let mut story = story().await;
    story.set(
        "BBSETUP_BALKANID_KEY_SECRET",
        &story.typed("BBSETUP_BALKANID_KEY_SECRET"),
    );
    let canaries = [
        Canary::new("key id", &story.env["BBSETUP_BALKANID_KEY_ID"]),
        Canary::new("key secret", &story.env["BBSETUP_BALKANID_KEY_SECRET"]),
        Canary::new("workspace token", &story.env["BBSETUP_WORKSPACE_TOKEN"]),
    ];
    fault(
        &story,
        json!({"server": "storage", "method": "PUT", "times": 2, "action": {"answer": {"status": 403}}}),
    );
    let ran = story.run(&["upload", "out", "--json", "--verbose"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let said = ran.stdout + &ran.stderr;
    assert_eq!(copies_in(said.as_bytes(), &canaries), Vec::<String>::new());
    assert_eq!(
        copies_in_folder(story.folder.path(), &canaries),
        Vec::<String>::new()
    );
    assert!(
        !said.contains("X-Amz-Signature"),
        "an address is a key by itself"
    );
    assert_eq!(story.sandbox.breaches(), 0);
}
