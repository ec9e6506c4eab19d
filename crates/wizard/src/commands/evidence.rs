//! The evidence report: what was checked, seen and granted, for an auditor's eyes.
//!
//! BalkanID's Audit Evidence box takes PDF, pictures, CSV, Excel, Word and JSON; the HTML form is
//! made to be printed to PDF.

use std::fmt::Write as _;

use bbsetup_setup::requirement::REQUIREMENTS;

use crate::json::{CheckJson, CheckResultJson, ProblemJson, SeverityJson, VerdictJson};

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
        let noun = if count == 1 { "item" } else { "items" };
        add(format!(", {count} {noun}"));
    }
    if let Some(seen) = &evidence.seen {
        add(format!(", {seen}"));
    }
    if let Some(reason) = &check.reason {
        add(format!(" – {reason}"));
    }
    text
}

/// What a problem is about: a check by its ID, else a credential, else the whole set-up.
fn concerns(problem: &ProblemJson) -> String {
    let named = problem.check.as_ref().or(problem.slot.as_ref());
    named.map_or_else(|| "the whole set-up".to_owned(), Clone::clone)
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
            // Scopes that are not known are not "none", nor are those beyond need.
            let told = |names: &[String]| match credential.scopes_known {
                true => list(names),
                false => "not told by Bitbucket".to_owned(),
            };
            vec![
                slot_name(&credential.slot).to_owned(),
                credential.kind.clone(),
                told(&credential.scopes),
                told(&credential.excess_scopes),
                match credential.minimal_scopes.is_empty() {
                    true => "could not be told".to_owned(),
                    false => list(&credential.minimal_scopes),
                },
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
                check.outcome.word().to_owned(),
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
                match problem.severity {
                    SeverityJson::Error => "Stands in the way",
                    SeverityJson::Warning => "Worth knowing",
                }
                .to_owned(),
                concerns(problem),
                std::iter::once(&problem.message)
                    .chain(&problem.seen)
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(" "),
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
            columns: vec![
                "Credential",
                "Kind",
                "Scopes",
                "Beyond need",
                "Enough for this workspace",
            ],
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
            columns: vec!["Code", "Weight", "Concerns", "What happened", "What to do"],
            rows: problems,
        },
        Table {
            heading: "Where the requirements come from",
            columns: vec!["Check", "Source", "Read on", "Open question"],
            rows: sources,
        },
    ]
}

/// How the report gets to BalkanID; it is not printed. The kinds of files:
/// <https://docs.balkan.id/getting-started/setting-up-your-tenant/application-integrations/audit-evidence-and-sync-history>.
const TO_BALKANID: &str = "BalkanID's Audit Evidence box takes PDF and no HTML: print this page to a PDF file and add that.";

/// What nobody has confirmed.
const NOT_CONFIRMED: [&str; 2] = [
    "That BalkanID accepts an account e-mail with an API token where its form asks for Account Username and App Password.",
    "That BalkanID reads everything that these credentials could read: this report shows what Bitbucket grants, from this machine, at this time.",
];

/// The report as Markdown.
pub fn markdown(report: &CheckJson, about: &About) -> String {
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

/// Text as one line of Markdown in which nothing is markup, links and pictures least of all.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut safe = String::with_capacity(line.len());
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let inside_word =
            before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // Inside a word it means nothing, and scopes and codes stay readable as plain text.
            '_' if inside_word => safe.push('_'),
            '\\' | '|' | '`' | '[' | ']' | '*' | '_' | '~' => safe.extend(['\\', character]),
            _ => safe.push(character),
        }
        before = character;
    }
    safe
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--line:#d0d7de;--paper:#fff;--good:#1a7f37;--bad:#b42318}\
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--quiet:#9da7b1;--line:#3d444d;--paper:#0d1117;--good:#4ac26b;--bad:#ff8a80}}\
body{font:10.5pt/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2.5rem auto;padding:0 1.5rem}\
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .75rem}h2{font-size:1.15rem;margin:2.25rem 0 .5rem}\
.verdict{font-size:1.15rem;font-weight:600;margin:0 0 1.25rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;margin:0}\
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\
th{text-align:left;color:var(--quiet);font-weight:600;white-space:nowrap}th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}\
td:last-child{overflow-wrap:anywhere;min-width:14rem}.wide{overflow-x:auto}.note{color:var(--quiet)}\
.granted{color:var(--good);font-weight:600}.missing{color:var(--bad);font-weight:600}\
@media print{body{margin:0;max-width:none;font-size:9pt}tr{break-inside:avoid}h2{break-after:avoid}.wide{overflow:visible}.note{display:none}}@page{size:A4 landscape;margin:14mm}";

/// The report as one HTML file that needs nothing else.
pub fn html(report: &CheckJson, about: &About) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Evidence: Bitbucket permissions for BalkanID, {workspace}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Evidence: Bitbucket permissions for BalkanID</h1>\n<p class=\"verdict\">{verdict}</p>\n<dl>\n",
        workspace = escaped(&report.workspace),
        verdict = escaped(&verdict(report)),
    );
    for (name, value) in facts(report, about) {
        let _infallible = writeln!(text, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
    }
    let _infallible = writeln!(text, "</dl>\n<p class=\"note\">{TO_BALKANID}</p>");
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
        let _infallible = writeln!(
            text,
            "<div class=\"wide\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>",
            table.heading
        );
        for row in &table.rows {
            let cells: String = row.iter().map(|text| html_cell(text)).collect();
            let _infallible = writeln!(text, "<tr>{cells}</tr>");
        }
        text.push_str("</tbody>\n</table>\n</div>\n");
    }
    text.push_str("<h2>What is not confirmed</h2>\n<ul>\n");
    for line in NOT_CONFIRMED {
        let _infallible = writeln!(text, "<li>{line}</li>");
    }
    text.push_str("</ul>\n</main>\n</body>\n</html>\n");
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
    use crate::json::{CredentialJson, EvidenceJson, OutcomeJson};

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
                minimal_scopes: Vec::new(),
                account: None,
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
            since: None,
            changes: Vec::new(),
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
