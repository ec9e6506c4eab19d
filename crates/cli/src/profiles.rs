//! `bbsetup profiles`.

use bbsetup_wizard::Run;
use bbsetup_wizard::json::{ExpiryJson, ProblemJson, ProfileJson, VerdictJson};
use serde::Serialize;

use crate::context::Context;
use crate::{exit, report};

/// `bbsetup.profiles/1`.
#[derive(Serialize)]
struct Profiles {
    schema: &'static str,
    profiles: Vec<ProfileJson>,
    /// What could not be read.
    problems: Vec<ProblemJson>,
}

pub(crate) fn run(context: &Context) -> exit::Code {
    let profiles = Run::new(context.services.clone()).home().profiles;
    if context.json {
        report::print_json(&Profiles {
            schema: "bbsetup.profiles/1",
            profiles,
            problems: context.unreadable.iter().cloned().map(Into::into).collect(),
        });
        return exit::DONE;
    }
    if profiles.is_empty() {
        println!("No set-up has been finished yet. Begin with: bbsetup setup");
    }
    for profile in profiles {
        let verdict = match profile.verdict {
            Some(VerdictJson::Ready) => "ready",
            Some(VerdictJson::NotReady) => "not ready",
            Some(VerdictJson::Undetermined) => "could not tell",
            None => "never checked",
        };
        println!(
            "{:24} {verdict:16} {}",
            profile.workspace,
            profile.checked_at.unwrap_or_default()
        );
        for ExpiryJson {
            label, day, soon, ..
        } in profile.expiries
        {
            let mark = if soon { "!" } else { " " };
            println!("  {mark} {label}: expires {day}");
        }
    }
    exit::DONE
}
