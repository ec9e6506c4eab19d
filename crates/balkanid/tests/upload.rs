//! Sending a file that is not any more what it was.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use bbsetup_balkanid::files::FileKind;
use bbsetup_balkanid::{BalkanId, Fingerprint, NotSent, Outgoing, Polling, Sending};
use bbsetup_http::{Client, Limits, Network};
use bbsetup_sandbox::{Sandbox, Scenario};
use bbsetup_setup::{ApiUrl, ProblemCode, Secret};

async fn sandbox() -> Sandbox {
    let scenario = Scenario::named("ready").expect("a scenario");
    Sandbox::start(scenario).await.expect("servers")
}

fn balkanid(sandbox: &Sandbox) -> BalkanId {
    let env = sandbox.env();
    BalkanId {
        client: Client::new(Limits::default(), &Network::default()).expect("a client"),
        rest: ApiUrl::parse_balkanid(&sandbox.balkanid_url()).expect("an address"),
        public: None,
        key_id: Secret::new(env["BBSETUP_BALKANID_KEY_ID"].as_str()),
        key_secret: Secret::new(env["BBSETUP_BALKANID_KEY_SECRET"].as_str()),
        polling: Polling {
            resend: Duration::from_millis(1),
            ..Polling::default()
        },
    }
}

fn outgoing(path: &Path) -> Outgoing {
    Outgoing {
        path: path.to_owned(),
        kind: FileKind::Entities,
        fingerprint: Fingerprint::of(path).expect("readable"),
    }
}

/// Some megabytes, so that it goes in many pieces.
fn large() -> Vec<u8> {
    let mut file = FileKind::Entities.columns().join(",").into_bytes();
    for number in 0..60_000 {
        file.extend_from_slice(format!("\n,N,identity,b,{{{number:08}}},user,,").as_bytes());
    }
    file
}

#[tokio::test]
async fn a_file_that_has_changed_is_never_there_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("entities.csv");
    let before = large();
    let mut other = before.clone();
    *other.last_mut().expect("a byte") = b'!';
    let longer = [before.as_slice(), b"\n,N,identity,b,x,user,,"].concat();
    let shorter = before[..before.len() / 2].to_vec();
    for (what, after) in [("other", other), ("longer", longer), ("shorter", shorter)] {
        let sandbox = sandbox().await;
        std::fs::write(&path, &before).expect("room");
        let file = outgoing(&path);
        std::fs::write(&path, after).expect("room");
        let NotSent { problem } = balkanid(&sandbox)
            .send_file(&file, None, &|_| {})
            .await
            .expect_err("it has changed");
        assert_eq!(problem.code, ProblemCode::FileChanged, "{what}");
        assert!(sandbox.stored_files().is_empty(), "{what}");
    }
    std::fs::write(&path, &before).expect("room");
    let file = outgoing(&path);
    std::fs::remove_file(&path).expect("it is there");
    let NotSent { problem } = balkanid(&sandbox().await)
        .send_file(&file, None, &|_| {})
        .await
        .expect_err("it is gone");
    assert_eq!(problem.code, ProblemCode::FileNotRead);
}

#[tokio::test]
async fn the_bytes_are_told_up_to_the_last_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("entities.csv");
    std::fs::write(&path, large()).expect("room");
    let sandbox = sandbox().await;
    let file = outgoing(&path);
    let told = Mutex::new(Vec::new());
    balkanid(&sandbox)
        .send_file(&file, Some("bitbucket/1"), &|sending| {
            if let Sending::Sent(bytes) = sending {
                told.lock().expect("no panic").push(bytes);
            }
        })
        .await
        .expect("it is sent");
    let told = told.into_inner().expect("no panic");
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&file.fingerprint.bytes));
    let held = &sandbox.stored_files()[0];
    assert_eq!(held.sha256, file.fingerprint.sha256);
    assert_eq!(held.integration.as_deref(), Some("bitbucket/1"));
}
