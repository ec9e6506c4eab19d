//! The evidence report, whole, and against names that look like markup.
#![allow(clippy::panic, reason = "a test ends at the first surprise")]

use bbsetup_wizard::commands::evidence::{About, html, markdown};
use bbsetup_wizard::json::{
    CheckJson, CheckResultJson, CredentialJson, EvidenceJson, OutcomeJson, PlaceJson, ProblemJson,
    RetryJson, SeverityJson, VerdictJson,
};

fn about() -> About {
    About {
        version: "0.1.0".into(),
        account: "svc@acme.example".into(),
        integration_id: Some("bitbucket/01JH0F7KETDT9ER6JKBK3JB1K9".into()),
    }
}

fn check(
    slot: &str,
    name: &str,
    title: &str,
    outcome: OutcomeJson,
    evidence: EvidenceJson,
) -> CheckResultJson {
    CheckResultJson {
        id: format!("{slot}/{name}"),
        slot: slot.into(),
        title: title.into(),
        needs: vec![name.into()],
        outcome,
        required: outcome != OutcomeJson::Unknown,
        evidence: Some(evidence),
        problem: None,
        reason: None,
    }
}

fn get(path: &str, status: u16, seen: Option<&str>) -> EvidenceJson {
    EvidenceJson {
        method: "GET".into(),
        path: path.into(),
        status: Some(status),
        items: None,
        total: None,
        seen: seen.map(str::to_owned),
    }
}

fn problem(
    code: &str,
    slot: Option<&str>,
    check: Option<&str>,
    severity: SeverityJson,
    message: &str,
) -> ProblemJson {
    ProblemJson {
        code: code.into(),
        title: "In a few words".into(),
        slot: slot.map(str::to_owned),
        check: check.map(str::to_owned),
        severity,
        message: message.into(),
        seen: vec!["What was seen that bears on it.".into()],
        hints: vec!["What to do.".into()],
        causes: Vec::new(),
        scopes: Vec::new(),
        field: None,
        place: PlaceJson::ThisProgram,
        retry: RetryJson::Now,
        retry_at: None,
    }
}

/// A report with every outcome, and names that try to be markup.
fn report() -> CheckJson {
    let account = CredentialJson {
        slot: "account".into(),
        kind: "api_token".into(),
        scopes: vec![
            "read:user:bitbucket".into(),
            "write:repository:bitbucket".into(),
        ],
        scopes_known: true,
        excess_scopes: vec!["write:repository:bitbucket".into()],
        minimal_scopes: vec!["read:user:bitbucket".into()],
        account: None,
    };
    let token = CredentialJson {
        slot: "workspace_token".into(),
        kind: "unknown".into(),
        scopes: Vec::new(),
        scopes_known: false,
        excess_scopes: Vec::new(),
        minimal_scopes: Vec::new(),
        account: None,
    };
    let mut explained = check(
        "workspace_token",
        "project_permissions",
        "Project permissions",
        OutcomeJson::Unknown,
        get(
            "/2.0/workspaces/acme/projects/A/permissions-config/users",
            403,
            None,
        ),
    );
    explained.reason = Some("The account's API token grants the same check.".into());
    let mut skipped = check(
        "account",
        "groups",
        "Groups",
        OutcomeJson::Skipped,
        get("/", 200, None),
    );
    skipped.evidence = None;
    skipped.reason = Some("The sign-in was refused.".into());
    let mut silent = check(
        "account",
        "members",
        "Members",
        OutcomeJson::Unknown,
        get("/2.0/workspaces/acme/members", 200, None),
    );
    silent.evidence = silent.evidence.map(|evidence| EvidenceJson {
        status: None,
        ..evidence
    });
    let mut repositories = check(
        "workspace_token",
        "repositories",
        "Repositories",
        OutcomeJson::Granted,
        get("/2.0/repositories/acme", 200, None),
    );
    repositories.evidence = repositories.evidence.map(|evidence| EvidenceJson {
        items: Some(10),
        total: Some(231),
        ..evidence
    });
    CheckJson {
        schema: "bbsetup.check/1".into(),
        workspace: "acme".into(),
        api_url: "https://api.bitbucket.org".into(),
        verdict: VerdictJson::NotReady,
        credentials: vec![token, account],
        checks: vec![
            check(
                "account",
                "identity",
                "Sign-in",
                OutcomeJson::Granted,
                get(
                    "/2.0/user",
                    200,
                    Some(
                        "<script>alert(1)</script> | 王小明 שלום ![x](https://tracker.example/p.png) [click](javascript:1) **bold** __init__ &lt; `code` ~~gone~~",
                    ),
                ),
            ),
            check(
                "account",
                "projects",
                "Projects",
                OutcomeJson::Missing,
                get("/2.0/workspaces/acme/projects", 403, None),
            ),
            check(
                "account",
                "repository_permissions",
                "Repository permissions",
                OutcomeJson::NotTestable,
                get("/2.0/repositories/acme", 200, None),
            ),
            silent,
            skipped,
            repositories,
            explained,
        ],
        problems: vec![
            problem(
                "scope_missing",
                Some("account"),
                Some("account/projects"),
                SeverityJson::Error,
                "The account's API token lacks read:project:bitbucket.",
            ),
            problem(
                "excess_scope",
                Some("account"),
                None,
                SeverityJson::Warning,
                "One permission goes beyond need.",
            ),
        ],
        requests: 12,
        checked_at: "2026-11-24T12:00:00Z".into(),
        elapsed_ms: 5,
        since: None,
        changes: Vec::new(),
    }
}

#[test]
fn the_report_as_markdown() {
    insta::assert_snapshot!(markdown(&report(), &about()));
}

#[test]
fn the_report_as_html() {
    insta::assert_snapshot!(html(&report(), &about()));
}

#[test]
fn a_name_makes_no_link_picture_or_emphasis_in_markdown() {
    let markdown = markdown(&report(), &about());
    for live in [
        "![x]",
        "[click](",
        "**bold**",
        " __init__",
        "~~gone",
        "&lt; ",
    ] {
        assert!(!markdown.contains(live), "{live} in {markdown}");
    }
    assert!(
        markdown.contains("| api_token |"),
        "an underscore inside a word means nothing and stays readable"
    );
}

#[test]
fn the_html_loads_and_runs_nothing() {
    let html = html(&report(), &about());
    for live in [
        "<script", "<img", "<link", "src=", "href=", "url(", "@import", "onerror=",
    ] {
        assert!(!html.contains(live), "{live}");
    }
}

#[test]
fn what_explains_an_outcome_stands_beside_its_evidence() {
    for text in [markdown(&report(), &about()), html(&report(), &about())] {
        let text = text.replace("&#39;", "'");
        assert!(
            text.contains("The account's API token grants the same check."),
            "{text}"
        );
        assert!(text.contains("The sign-in was refused."));
    }
}

#[test]
fn a_warning_does_not_read_like_an_error() {
    let markdown = markdown(&report(), &about());
    let row = |code: &str| {
        markdown
            .lines()
            .find(|line| line.contains(code))
            .unwrap_or_else(|| panic!("{code} in {markdown}"))
    };
    assert!(row("scope_missing").contains("Stands in the way"));
    assert!(row("scope_missing").contains("account/projects"));
    assert!(row("excess_scope").contains("Worth knowing"));
}
