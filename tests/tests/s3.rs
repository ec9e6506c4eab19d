//! Sending files to a storage that others wrote: moto's S3, with addresses that boto3 signs.
//!
//! Our own practice storage would take whatever we believe S3 takes.

#![allow(clippy::expect_used, reason = "a story that cannot go on has failed")]

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use bbsetup_tests::{Story, foreign, until};
use serde_json::{Value, json};

/// Makes a bucket, signs an address for each object, or reads an object into a file.
const BOTO: &str = r#"
import json, sys
import boto3
from botocore.config import Config
what, endpoint = sys.argv[1], sys.argv[2]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="practice",
    aws_secret_access_key="practice", config=Config(signature_version=sys.argv[3]))
if what == "sign":
    s3.create_bucket(Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    print(json.dumps([s3.generate_presigned_url("put_object", Params={"Bucket": "uploads", "Key": key}, ExpiresIn=600)
        for key in sys.argv[4:]]))
else:
    for key in sys.argv[4:]:
        held = s3.get_object(Bucket="uploads", Key=key)
        sys.stdout.buffer.write(held["Body"].read())
        print(held["ContentType"], file=sys.stderr)
"#;

/// A running moto; it ends with the story.
struct Moto {
    child: Child,
    endpoint: String,
    signature: &'static str,
}

impl Moto {
    fn start(signature: &'static str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let child = Command::new(foreign("moto_server"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let moto = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
            signature,
        };
        until("moto takes connections", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        moto
    }

    fn boto(&self, what: &str, keys: &[&str]) -> (Vec<u8>, String) {
        let output = Command::new(foreign("python"))
            .args(["-c", BOTO, what, &self.endpoint, self.signature])
            .args(keys)
            .output()
            .expect("python runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        (output.stdout, said)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Both files, the first of several pieces.
fn files() -> [(&'static str, String); 2] {
    let mut entities =
        "App,Name,Entity Type,Source System,Source ID,Source Type,Metadata Version,Metadata\n"
            .to_owned();
    for number in 0..30_000 {
        entities.push_str(&format!("bitbucket,Jürgen {number},identity,bitbucket,{{u{number}}},user,v1,\"{{\"\"a\"\":\"\"ü, é\"\"}}\"\n"));
    }
    let relations = "App,Parent Entity Source ID,Parent Entity Type,Entity Source ID,Entity Type,Source System,Metadata Version,Metadata\n\
        bitbucket,{u1},identity,{u2},identity,bitbucket,v1,\n";
    [
        ("entities.csv", entities),
        ("entity_relations.csv", relations.to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn files_arrive_at_a_real_s3_to_the_letter() {
    // The newer form signs the host alone; the older one signs the content type too, where one is given.
    for signature in ["s3v4", "s3"] {
        let moto = Moto::start(signature);
        let story = Story::named("ready").await;
        std::fs::create_dir(story.path("out")).expect("room");
        for (name, text) in files() {
            std::fs::write(std::path::Path::new(&story.path("out")).join(name), text)
                .expect("room");
        }
        let (signed, _) = moto.boto("sign", &["entities.csv", "entity_relations.csv"]);
        let signed: Vec<String> = serde_json::from_slice(&signed).expect("addresses");
        story.sandbox.hand_out("entities", &signed[..1]);
        story.sandbox.hand_out("entity-relations", &signed[1..]);

        let ran = story.run(&["upload", "out", "--json"]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        let json: Value = ran.json();
        for (place, (name, text)) in files().iter().enumerate() {
            assert_eq!(
                (
                    &json["files"][place]["state"],
                    &json["files"][place]["attempts"]
                ),
                (&json!("done"), &json!(1)),
                "{ran:?}"
            );
            let (held, kind) = moto.boto("read", &[name]);
            assert_eq!(held, text.as_bytes(), "{name} by {signature}");
            assert_eq!(kind.trim(), "text/csv");
        }
        assert!(
            story.sandbox.stored_files().is_empty(),
            "our own storage had no part in it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_refused_in_s3s_words_and_a_fresh_address_mends_it() {
    let moto = Moto::start("s3v4");
    let story = Story::named("ready").await;
    std::fs::create_dir(story.path("out")).expect("room");
    for (name, text) in files() {
        std::fs::write(std::path::Path::new(&story.path("out")).join(name), text).expect("room");
    }
    let (signed, _) = moto.boto("sign", &["entities.csv"]);
    let signed: Vec<String> = serde_json::from_slice(&signed).expect("addresses");
    let gone = signed[0].replace("/uploads/", "/gone/");
    story
        .sandbox
        .hand_out("entities", &[gone, signed[0].clone()]);
    let ran = story.run(&["upload", "out", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["files"][0]["attempts"], 2);
    assert!(ran.stderr.contains("status 404"), "{}", ran.stderr);
    let (held, _) = moto.boto("read", &["entities.csv"]);
    assert_eq!(held, files()[0].1.as_bytes());
}
