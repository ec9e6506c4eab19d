//! What each check needs, for the help: the same table that the checks themselves read.

use bbsetup_setup::requirement::{needed_scopes, needs, requirement};
use bbsetup_setup::{CheckId, CheckName, CredentialSlot, Scope};

/// The help's example and exits, followed by the table.
pub(crate) fn help(before: &str) -> String {
    let mut text =
        format!("{before}\n\nWhat each check reads and needs (a live answer outranks this):\n");
    for name in CheckName::ALL {
        let line = requirement(name);
        text.push_str(&format!("  {:23} {}\n", name.title(), line.path));
        for slot in CredentialSlot::ALL {
            let id = CheckId::new(slot, name);
            if CheckId::of_slot(slot).contains(&id) {
                text.push_str(&format!("  {:23} {slot}: {}\n", "", listed(&needs(id))));
            }
        }
        if let Some(doubt) = line.doubt {
            text.push_str(&format!("  {:23} {doubt}\n", ""));
        }
        text.push_str(&format!(
            "  {:23} {} (read {})\n",
            "", line.source, line.as_of
        ));
    }
    for slot in CredentialSlot::ALL {
        text.push_str(&format!(
            "\nTo tick on the {}: {}",
            slot.noun(),
            listed(&needed_scopes(slot))
        ));
    }
    text
}

fn listed(scopes: &[Scope]) -> String {
    if scopes.is_empty() {
        return "no scope".to_owned();
    }
    let names: Vec<&str> = scopes.iter().map(Scope::tick).collect();
    names.join(", ")
}
