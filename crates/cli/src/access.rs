//! `bbsetup access`.

use bbsetup_wizard::commands::access::access;
use bbsetup_wizard::json::{AccessFindingJson, AccessJson, AccessLayerJson};

use crate::arguments::AccessArguments;
use crate::context::Context;
use crate::{exit, report};

/// How many cases of a finding are printed.
const PRINTED: usize = 10;

pub(crate) fn run(context: &Context, arguments: &AccessArguments) -> exit::Code {
    match access(&arguments.folder) {
        Ok(access) => {
            match context.json {
                true => report::print_json(&access),
                false => print(&access),
            }
            exit::DONE
        }
        Err(problem) => report::print_failure(context.json, &[problem]),
    }
}

fn print(access: &AccessJson) {
    println!("{}, read {}", access.workspace, access.read_at);
    if !access.complete {
        println!("! Not everything was read, so that there may be more than is told here.");
    }
    println!();
    println!("Ways from a person to a repository:");
    for (layer, title) in [
        (AccessLayerJson::People, "Who"),
        (AccessLayerJson::Way, "By which way"),
        (AccessLayerJson::Project, "In which project"),
        (AccessLayerJson::Permission, "To do what"),
    ] {
        println!("  {title}");
        for node in access.nodes.iter().filter(|node| node.layer == layer) {
            let detail = match node.detail.as_str() {
                "" => String::new(),
                detail => format!(" ({detail})"),
            };
            println!("  {:>12}  {}{detail}", node.paths, node.label);
        }
    }
    for finding in &access.findings {
        println!();
        print_finding(finding);
    }
}

fn print_finding(finding: &AccessFindingJson) {
    match (&finding.cannot_tell, finding.count) {
        (Some(why), _) => return println!("? {}: cannot be told. {why}", finding.title),
        (None, 0) => return println!("✓ {}: none found.", finding.title),
        (None, count) => println!("! {}: {count}. {}", finding.title, finding.explanation),
    }
    for item in finding.items.iter().take(PRINTED) {
        println!("    {}: {}", item.name, item.detail);
    }
    let printed = u64::try_from(finding.items.len().min(PRINTED)).unwrap_or(u64::MAX);
    if finding.count > printed {
        println!(
            "    and {} more (--json tells up to 100)",
            finding.count - printed
        );
    }
}
