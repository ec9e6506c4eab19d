//! The evidence report: what was checked, seen and granted, for an auditor's eyes.
//!
//! BalkanID's Audit Evidence box takes PDF, pictures, CSV, Excel, Word and JSON; the HTML form is
//! made to be printed to PDF.

use std::fmt::Write as _;

use bbsetup_setup::requirement::REQUIREMENTS;

use crate::json::{CheckJson, CheckResultJson, OutcomeJson, VerdictJson};

/// What the report says besides what was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The program's version.
    pub version: String,
    /// The account's e-mail.
    pub account: String,
    /// The integration's ID at BalkanID.
    pub integration_id: Option<String>,
}

/// A report as rows that both forms write down.
struct Table {
    heading: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

fn verdict(report: &CheckJson) -> String {
    match report.verdict {
        VerdictJson::Ready => format!(
            "Ready: everything that BalkanID needs to read {} is granted.",
            report.workspace
        ),
        VerdictJson::NotReady => "Not ready: something that BalkanID needs is missing.".to_owned(),
        VerdictJson::Undetermined => {
            "Undetermined: nothing is known to be wrong, and something required could not be told."
                .to_owned()
        }
    }
}

fn outcome(outcome: OutcomeJson) -> &'static str {
    match outcome {
        OutcomeJson::Granted => "Granted",
        OutcomeJson::Missing => "Missing",
        OutcomeJson::Unknown => "Could not tell",
        OutcomeJson::Skipped => "Skipped",
        OutcomeJson::NotTestable => "Nothing to look at",
    }
}

fn seen(check: &CheckResultJson) -> String {
    let Some(evidence) = &check.evidence else {
        return check.reason.clone().unwrap_or_default();
    };
    let mut text = format!("{} {}", evidence.method, evidence.path);
    let mut add = |part: String| text.push_str(&part);
    match evidence.status {
        Some(status) => add(format!(" → {status}")),
        None => add(" → no answer".to_owned()),
    }
    if let Some(count) = evidence.total.or(evidence.items) {
        add(format!(", {count} items"));
    }
    if let Some(seen) = &evidence.seen {
        add(format!(", {seen}"));
    }
    text
}

fn facts(report: &CheckJson, about: &About) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Workspace", report.workspace.clone()),
        ("API", report.api_url.clone()),
        ("Account", about.account.clone()),
        (
            "Checked at",
            format!(
                "{} (UTC, by the clock of the machine that checked)",
                report.checked_at
            ),
        ),
        (
            "Requests",
            format!("{}, all of them reads", report.requests),
        ),
        (
            "Made with",
            format!("Bitbucket Setup for BalkanID {}", about.version),
        ),
    ];
    if let Some(id) = &about.integration_id {
        facts.push(("Integration in BalkanID", id.clone()));
    }
    facts
}

fn tables(report: &CheckJson) -> Vec<Table> {
    let slot_name = |slot: &str| {
        if slot == "account" {
            "Account"
        } else {
            "Workspace token"
        }
    };
    let list = |names: &[String]| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    let credentials = report
        .credentials
        .iter()
        .map(|credential| {
            vec![
                slot_name(&credential.slot).to_owned(),
                credential.kind.clone(),
                if credential.scopes_known {
                    list(&credential.scopes)
                } else {
                    "not told by Bitbucket".to_owned()
                },
                list(&credential.excess_scopes),
            ]
        })
        .collect();
    let checks = report
        .checks
        .iter()
        .map(|check| {
            vec![
                check.title.clone(),
                slot_name(&check.slot).to_owned(),
                list(&check.needs),
                outcome(check.outcome).to_owned(),
                if check.required { "yes" } else { "no" }.to_owned(),
                seen(check),
            ]
        })
        .collect();
    let problems = report
        .problems
        .iter()
        .map(|problem| {
            vec![
                problem.code.clone(),
                problem.message.clone(),
                problem.hints.join(" "),
            ]
        })
        .collect();
    let sources = REQUIREMENTS
        .iter()
        .map(|line| {
            vec![
                line.name.title().to_owned(),
                line.source.to_owned(),
                line.as_of.to_owned(),
                line.doubt.unwrap_or("none").to_owned(),
            ]
        })
        .collect();
    vec![
        Table {
            heading: "Credentials",
            columns: vec!["Credential", "Kind", "Scopes", "Beyond need"],
            rows: credentials,
        },
        Table {
            heading: "Checks",
            columns: vec![
                "Check",
                "Credential",
                "Needs",
                "Outcome",
                "Required",
                "Seen",
            ],
            rows: checks,
        },
        Table {
            heading: "Problems",
            columns: vec!["Code", "What happened", "What to do"],
            rows: problems,
        },
        Table {
            heading: "Where the requirements come from",
            columns: vec!["Check", "Source", "Read on", "Open question"],
            rows: sources,
        },
    ]
}

/// What nobody has confirmed.
const NOT_CONFIRMED: [&str; 2] = [
    "That BalkanID accepts an account e-mail with an API token where its form asks for Account Username and App Password.",
    "That BalkanID reads everything that these credentials could read: this report shows what Bitbucket grants, from this machine, at this time.",
];

/// The report as Markdown.
pub fn markdown(report: &CheckJson, about: &About) -> String {
    let cell = |text: &str| {
        let text = text
            .replace('\\', "\\\\")
            .replace('|', "\\|")
            .replace('<', "&lt;")
            .replace('`', "\\`");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut text = format!(
        "# Evidence: Bitbucket permissions for BalkanID\n\n**{}**\n\n",
        cell(&verdict(report))
    );
    for (name, value) in facts(report, about) {
        let _infallible = writeln!(text, "- {name}: {}", cell(&value));
    }
    for table in tables(report) {
        let _infallible = write!(text, "\n## {}\n\n", table.heading);
        if table.rows.is_empty() {
            text.push_str("None.\n");
            continue;
        }
        let _infallible = writeln!(text, "| {} |", table.columns.join(" | "));
        let _infallible = writeln!(text, "|{}", " --- |".repeat(table.columns.len()));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
            let _infallible = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text.push_str("\n## What is not confirmed\n\n");
    for line in NOT_CONFIRMED {
        let _infallible = writeln!(text, "- {line}");
    }
    text
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--line:#d0d7de;--paper:#fff;--good:#1a7f37;--bad:#b42318}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b1;--line:#3d444d;--paper:#0d1117;--good:#4ac26b;--bad:#ff8a80}}\
body{font:10.5pt/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2.5rem auto;padding:0 1.5rem}\
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .75rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}\
.verdict{font-size:1.15rem;font-weight:600;margin:0 0 1.25rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:0}\
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
th{text-align:left;color:var(--quiet);font-weight:600}th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}\
.granted{color:var(--good);font-weight:600}.missing{color:var(--bad);font-weight:600}\
@media print{body{margin:0;max-width:none;font-size:9pt}tr{break-inside:avoid}h2{break-after:avoid}}@page{size:A4 landscape;margin:14mm}";

/// The report as one HTML file that needs nothing else.
pub fn html(report: &CheckJson, about: &About) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Evidence: Bitbucket permissions for BalkanID, {workspace}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Evidence: Bitbucket permissions for BalkanID</h1>\n<p class=\"verdict\">{verdict}</p>\n<dl>\n",
        workspace = escaped(&report.workspace),
        verdict = escaped(&verdict(report)),
    );
    for (name, value) in facts(report, about) {
        let _infallible = writeln!(text, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
    }
    text.push_str("</dl>\n");
    for table in tables(report) {
        let _infallible = writeln!(text, "<h2>{}</h2>", table.heading);
        if table.rows.is_empty() {
            text.push_str("<p>None.</p>\n");
            continue;
        }
        let head: String = table
            .columns
            .iter()
            .map(|column| format!("<th scope=\"col\">{column}</th>"))
            .collect();
        let _infallible = writeln!(text, "<table>\n<thead><tr>{head}</tr></thead>\n<tbody>");
        for row in &table.rows {
            let cells: String = row.iter().map(|text| html_cell(text)).collect();
            let _infallible = writeln!(text, "<tr>{cells}</tr>");
        }
        text.push_str("</tbody>\n</table>\n");
    }
    text.push_str("<h2>What is not confirmed</h2>\n<ul>\n");
    for line in NOT_CONFIRMED {
        let _infallible = writeln!(text, "<li>{line}</li>");
    }
    text.push_str("</ul>\n</body>\n</html>\n");
    text
}

fn html_cell(text: &str) -> String {
    match text {
        "Granted" => "<td class=\"granted\">Granted</td>".to_owned(),
        "Missing" => "<td class=\"missing\">Missing</td>".to_owned(),
        text => format!("<td>{}</td>", escaped(text)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{CredentialJson, EvidenceJson};

    fn report() -> CheckJson {
        CheckJson {
            schema: "bbsetup.check/1".into(),
            workspace: "acme".into(),
            api_url: "https://api.bitbucket.org".into(),
            verdict: VerdictJson::Ready,
            credentials: vec![CredentialJson {
                slot: "account".into(),
                kind: "api_token".into(),
                scopes: vec!["read:user:bitbucket".into()],
                scopes_known: true,
                excess_scopes: Vec::new(),
            }],
            checks: vec![CheckResultJson {
                id: "account/identity".into(),
                slot: "account".into(),
                title: "Sign-in".into(),
                needs: vec!["read:user:bitbucket".into()],
                outcome: OutcomeJson::Granted,
                required: true,
                evidence: Some(EvidenceJson {
                    method: "GET".into(),
                    path: "/2.0/user".into(),
                    status: Some(200),
                    items: None,
                    total: None,
                    seen: Some("<script>alert(1)</script> | 王小明 `x`".into()),
                }),
                problem: None,
                reason: None,
            }],
            problems: Vec::new(),
            requests: 1,
            checked_at: "2026-11-24T12:00:00Z".into(),
            elapsed_ms: 5,
        }
    }

    fn about() -> About {
        About {
            version: "0.1.0".into(),
            account: "svc@acme.example".into(),
            integration_id: None,
        }
    }

    #[test]
    fn names_that_look_like_markup_break_neither_form() {
        let html = html(&report(), &about());
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; | 王小明"));
        let markdown = markdown(&report(), &about());
        let row = markdown
            .lines()
            .find(|line| line.contains("王小明"))
            .expect("the row");
        let unescaped_bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(unescaped_bars, 7, "{row}");
        assert!(!markdown.contains("<script"));
    }

    #[test]
    fn both_forms_say_what_was_seen_and_what_is_not_confirmed() {
        for text in [markdown(&report(), &about()), html(&report(), &about())] {
            for part in [
                "GET /2.0/user → 200",
                "read:user:bitbucket",
                "2026-11-24T12:00:00Z",
                "What is not confirmed",
            ] {
                assert!(text.contains(part), "{part}");
            }
        }
    }
}
