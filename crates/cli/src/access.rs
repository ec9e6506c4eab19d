//! `bbsetup access`.

use bbsetup_wizard::commands::access::access;
use bbsetup_wizard::json::{AccessFindingJson, AccessJson, AccessLayerJson};

use crate::arguments::AccessArguments;
use crate::context::Context;
use crate::report::shown;
use crate::{exit, report};

/// How many cases of a finding are printed.
const PRINTED: usize = 10;

pub(crate) fn run(context: &Context, arguments: &AccessArguments) -> exit::Code {
    match access(&arguments.folder) {
        Ok(access) => {
            match context.json {
                true => report::print_json(&access),
                false => report::print_text(&in_words(&access)),
            }
            exit::DONE
        }
        Err(problem) => report::print_failure(context.json, &[problem]),
    }
}

fn in_words(access: &AccessJson) -> String {
    let mut text = String::new();
    line!(text, "{}, read {}", access.workspace, access.read_at);
    if !access.complete {
        line!(
            text,
            "! Not everything was read, so that there may be more than is told here."
        );
    }
    line!(text);
    line!(text, "Ways from a person to a repository:");
    for (layer, title) in [
        (AccessLayerJson::People, "Who"),
        (AccessLayerJson::Way, "By which way"),
        (AccessLayerJson::Project, "In which project"),
        (AccessLayerJson::Permission, "To do what"),
    ] {
        line!(text, "  {title}");
        for node in access.nodes.iter().filter(|node| node.layer == layer) {
            let detail = match node.detail.as_str() {
                "" => String::new(),
                detail => format!(" ({detail})"),
            };
            line!(text, "  {:>12}  {}{detail}", node.paths, shown(&node.label));
        }
    }
    for finding in &access.findings {
        line!(text);
        tell_finding(&mut text, finding);
    }
    text
}

fn tell_finding(text: &mut String, finding: &AccessFindingJson) {
    match (&finding.cannot_tell, finding.count) {
        (Some(why), _) => return line!(text, "? {}: cannot be told. {why}", finding.title),
        (None, 0) => return line!(text, "✓ {}: none found.", finding.title),
        (None, count) => line!(
            text,
            "! {}: {count}. {}",
            finding.title,
            finding.explanation
        ),
    }
    for item in finding.items.iter().take(PRINTED) {
        line!(text, "    {}: {}", shown(&item.name), shown(&item.detail));
    }
    let printed = u64::try_from(finding.items.len().min(PRINTED)).unwrap_or(u64::MAX);
    if finding.count > printed {
        line!(
            text,
            "    and {} more (--json tells up to 100)",
            finding.count - printed
        );
    }
}
