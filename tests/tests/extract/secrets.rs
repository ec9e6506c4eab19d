//! No token and no e-mail is in any file, output or log.

use bbsetup_tests::{Canary, copies_in, copies_in_folder};
use serde_json::json;

use crate::{extract, fault, is_whole, patched};

const TOKEN: &str = "ATCTT3xFfGN0canaryONE_workspace-token_IzQ7vKq2mXw=C1A2B3D4";
const ACCOUNT: &str = "ATATT3xFfGF0canaryTWO_account-token_Pn5RbYd8tLs=E5F6A7B8";
/// E-mails by which accounts sign in; Bitbucket never shows them, and nobody needs them in a file.
const EMAIL: &str = "canary.three.account@acme.example";

#[tokio::test]
async fn no_token_and_no_email_is_in_any_file_output_or_log() {
    let marked = json!({
        "world": {"accounts": {"balkanid": {"email": EMAIL}}},
        "credentials": {"workspace_token": {"secret": TOKEN}, "account": {"secret": ACCOUNT}},
        "typed": {"BBSETUP_ACCOUNT": EMAIL},
    });
    let mut story = patched("ready", marked).await;
    for folder in ["HOME", "TMPDIR"] {
        let path = story.path(folder);
        std::fs::create_dir(&path).expect("room");
        story.set(folder, &path);
    }
    story.set("RUST_LOG", "trace").set("RUST_BACKTRACE", "full");
    let canaries = [
        Canary::new("workspace token", TOKEN),
        Canary::new("account token", ACCOUNT),
        Canary::new("e-mail", EMAIL),
    ];
    // The search finds one that is there.
    std::fs::write(story.path("planted"), format!("x{ACCOUNT}x")).expect("room");
    assert_eq!(copies_in_folder(story.folder.path(), &canaries).len(), 1);
    std::fs::remove_file(story.path("planted")).expect("it is there");

    for action in [
        json!({"answer": {"status": 500}}),
        json!({"too_many_requests": {"retry_after": "3600"}}),
        json!("off_origin_next"),
        json!("garbage_json"),
        // A server that says back what it was sent.
        json!({"answer": {"status": 403, "body": format!("{{\"type\": \"error\", \"error\": {{\"message\": \"{TOKEN} {ACCOUNT}\"}}}}")}}),
    ] {
        let path = "/2.0/repositories/acme/ledger/permissions-config";
        fault(&story, json!({"path": path, "times": 2, "action": action}));
        let ran = extract(&story, &["--verbose", "--afresh"]).await;
        let said = ran.stdout + &ran.stderr;
        assert!(
            said.contains("/2.0/repositories/acme"),
            "--verbose tells each request"
        );
        assert_eq!(
            copies_in(said.as_bytes(), &canaries),
            Vec::<String>::new(),
            "{action}"
        );
        let held = copies_in_folder(story.folder.path(), &canaries);
        assert_eq!(held, Vec::<String>::new(), "{action}");
        story.sandbox.clear_faults();
    }
    let ran = extract(&story, &["--spreadsheet-safe", "--verbose"]).await;
    is_whole(&story, &ran).await;
    let said = ran.stdout + &ran.stderr;
    assert_eq!(copies_in(said.as_bytes(), &canaries), Vec::<String>::new());
    assert_eq!(
        copies_in_folder(story.folder.path(), &canaries),
        Vec::<String>::new()
    );
    for account in ["jane@acme.example", "wang@acme.example"] {
        let entities = String::from_utf8(crate::file(&story, "out", "entities.csv"));
        assert!(!entities.expect("UTF-8").contains(account), "{account}");
    }
}
