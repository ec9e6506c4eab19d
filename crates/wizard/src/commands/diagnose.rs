//! Looking at the surroundings: keychain, the way to each host, clock, folder, log; and one zip of it.
//!
//! No credential is read or sent. What was seen is kept whole here; what leaves goes through a
//! `Redaction`, the same for the screen and for the zip.

mod bundle;
mod hosts;
mod report;

use std::path::PathBuf;

use bbsetup_setup::{Draft, Problem, ProblemCode, Secret, clock};
use bbsetup_vault::{Vault, VaultError};

use crate::home::{Home, SavedProfile, SavedProgress};
use crate::inputs::Inputs;
use crate::json::{
    DiagnoseJson, HomeFolderJson, HostJson, KeychainProofJson, LayerJson, LayerStateJson, LogJson,
    ProblemJson, VersionsJson,
};
use crate::log;
use crate::redaction::Redaction;
use crate::services::Services;

pub use self::bundle::{Bundle, suggested_name};
pub use self::report::text;

/// What only a door knows of its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The engine that shows the window, with its version.
    pub window_engine: Option<String>,
    /// The person's own folder, which most often holds their name.
    pub user_home: Option<PathBuf>,
}

/// What was seen, whole. What leaves is made by [`Diagnosis::json`] and [`Diagnosis::bundle`].
#[derive(Clone, Debug)]
pub struct Diagnosis {
    seen: DiagnoseJson,
    log: String,
    unfinished: Option<SavedProgress>,
    profiles: Vec<SavedProfile>,
    user_home: Option<PathBuf>,
    secrets: Vec<Secret>,
}

/// Looks at everything at once.
pub async fn diagnose(
    services: &Services,
    inputs: &Inputs,
    surroundings: Surroundings,
) -> Diagnosis {
    let home = Home::new(&services.home);
    let (profiles, mut home_problems) = home.profiles();
    let unfinished = home.progress().unwrap_or_else(|problem| {
        home_problems.push(problem);
        None
    });
    let saved = unfinished
        .iter()
        .map(|progress| &progress.draft)
        .chain(profiles.iter().map(|profile| &profile.draft))
        .map(|draft| Draft::from(draft.clone()));
    let (hosts, typed_wrong) = hosts::of(&inputs.draft, saved);

    let (keychain, looked) = tokio::join!(keychain(&services.vault), hosts::look(services, &hosts));
    // Last, so that the lines of this look are there too.
    let log = log::read(&services.home);
    let writable = home.prove();
    home_problems.extend(writable.as_ref().err().cloned());

    let hosts: Vec<HostJson> = looked.into_iter().map(HostJson::from).collect();
    let folder = HomeFolderJson {
        path: services.home.display().to_string(),
        writable: writable.is_ok(),
        profiles: count(profiles.len()),
        problems: in_json(home_problems),
    };
    let problems = keychain
        .problem
        .iter()
        .chain(hosts.iter().filter_map(|host| host.problem.as_ref()))
        .cloned()
        .chain(clock_problem(&hosts).map(ProblemJson::from))
        .chain(folder.problems.iter().cloned())
        .chain(in_json(typed_wrong))
        .collect();
    Diagnosis {
        seen: DiagnoseJson {
            schema: "bbsetup.diagnose/1".to_owned(),
            looked_at: services.now().to_string(),
            versions: VersionsJson {
                program: services.version.to_owned(),
                os: std::env::consts::OS.to_owned(),
                architecture: std::env::consts::ARCH.to_owned(),
                window_engine: surroundings.window_engine,
            },
            keychain,
            hosts,
            home: folder,
            log: LogJson {
                path: log::folder(&services.home).display().to_string(),
                lines: count(log.lines().count()),
            },
            problems,
            bundle: None,
        },
        log,
        unfinished,
        profiles,
        user_home: surroundings.user_home,
        secrets: inputs.secrets.values().cloned().collect(),
    }
}

impl Diagnosis {
    /// What was seen, for the outside.
    pub fn json(&self, with_emails: bool) -> DiagnoseJson {
        redacted(self.seen.clone(), &self.redaction(with_emails))
    }

    /// The files that the zip is made of, for the outside.
    ///
    /// # Errors
    /// `defect_of_this_tool`: a document could not be written as JSON.
    pub fn bundle(&self, with_emails: bool) -> Result<Bundle, Problem> {
        bundle::of(self, with_emails)
    }

    fn redaction(&self, keeps_emails: bool) -> Redaction {
        Redaction {
            keeps_emails,
            user_home: self.user_home.clone(),
            secrets: self.secrets.clone(),
        }
    }
}

async fn keychain(vault: &Vault) -> KeychainProofJson {
    let probe = vault.probe_by_step().await;
    let problem = [
        probe.written.as_ref().err(),
        failure(probe.read.as_ref()),
        failure(probe.deleted.as_ref()),
    ]
    .into_iter()
    .flatten()
    .next()
    .map(|error| error.problem().into());
    let steps = [
        (
            "write",
            "Write",
            "A value was written.",
            Some(&probe.written),
        ),
        (
            "read",
            "Read",
            "The same value came back.",
            probe.read.as_ref(),
        ),
        (
            "delete",
            "Delete",
            "It was deleted.",
            probe.deleted.as_ref(),
        ),
    ];
    KeychainProofJson {
        store: vault.store_name().to_owned(),
        steps: steps
            .into_iter()
            .map(|(layer, title, when_fine, came)| {
                let (state, words) = match came {
                    None => (LayerStateJson::NotReached, "Not reached.".to_owned()),
                    Some(Ok(())) => (LayerStateJson::Fine, when_fine.to_owned()),
                    Some(Err(error)) => (LayerStateJson::Failed, format!("{error}.")),
                };
                LayerJson {
                    layer: layer.to_owned(),
                    title: title.to_owned(),
                    state,
                    words,
                }
            })
            .collect(),
        problem,
    }
}

fn failure(came: Option<&Result<(), VaultError>>) -> Option<&VaultError> {
    came.and_then(|came| came.as_ref().err())
}

/// Where every host that told its time tells another than this machine, it is this machine's clock.
fn clock_problem(hosts: &[HostJson]) -> Option<Problem> {
    let told = || {
        hosts
            .iter()
            .filter_map(|host| host.clock_difference_seconds)
    };
    let nearest = told().min_by_key(|ahead| ahead.abs())?;
    let is_one_way = told().all(|ahead| ahead.signum() == nearest.signum());
    if nearest.unsigned_abs() < clock::CLOCK_TOLERANCE || !is_one_way {
        return None;
    }
    Some(Problem::new(
        ProblemCode::ClockDiffers,
        format!("This computer's clock is {}.", clock_words(nearest)),
    ))
}

fn clock_words(ahead: i64) -> String {
    format!(
        "{} the time that the server tells",
        clock::difference(ahead)
    )
}

fn in_json(problems: Vec<Problem>) -> Vec<ProblemJson> {
    problems.into_iter().map(Into::into).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn redacted(seen: DiagnoseJson, redaction: &Redaction) -> DiagnoseJson {
    let text = |text: String| redaction.text(&text);
    let layers = |layers: Vec<LayerJson>| {
        layers
            .into_iter()
            .map(|layer| LayerJson {
                words: text(layer.words),
                ..layer
            })
            .collect()
    };
    let problem = |problem: ProblemJson| ProblemJson {
        message: text(problem.message),
        seen: problem.seen.into_iter().map(text).collect(),
        hints: problem.hints.into_iter().map(text).collect(),
        causes: problem.causes.into_iter().map(text).collect(),
        ..problem
    };
    let problems = |all: Vec<ProblemJson>| all.into_iter().map(problem).collect();
    let DiagnoseJson {
        schema,
        looked_at,
        versions,
        keychain,
        hosts,
        home,
        log,
        problems: all,
        bundle,
    } = seen;
    DiagnoseJson {
        schema,
        looked_at,
        versions,
        keychain: KeychainProofJson {
            store: keychain.store,
            steps: layers(keychain.steps),
            problem: keychain.problem.map(problem),
        },
        hosts: hosts
            .into_iter()
            .map(|host| HostJson {
                host: text(host.host),
                used_for: host.used_for,
                layers: layers(host.layers),
                clock_difference_seconds: host.clock_difference_seconds,
                problem: host.problem.map(problem),
            })
            .collect(),
        home: HomeFolderJson {
            path: text(home.path),
            writable: home.writable,
            profiles: home.profiles,
            problems: problems(home.problems),
        },
        log: LogJson {
            path: text(log.path),
            lines: log.lines,
        },
        problems: problems(all),
        bundle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling(ahead: &[Option<i64>]) -> Option<String> {
        let hosts: Vec<HostJson> = ahead
            .iter()
            .map(|ahead| HostJson {
                host: String::new(),
                used_for: String::new(),
                layers: Vec::new(),
                clock_difference_seconds: *ahead,
                problem: None,
            })
            .collect();
        clock_problem(&hosts).map(|problem| problem.message)
    }

    #[test]
    fn the_clock_is_off_where_every_host_that_tells_a_time_says_so() {
        assert_eq!(telling(&[None, None]), None, "nobody told a time");
        assert_eq!(telling(&[Some(2), Some(-59)]), None);
        assert_eq!(telling(&[Some(900), Some(0)]), None, "the one host's clock");
        assert_eq!(telling(&[Some(900), Some(-900)]), None);
        let said = |ahead: &[Option<i64>]| telling(ahead).expect("a problem");
        assert_eq!(
            said(&[None, Some(910), Some(905)]),
            "This computer's clock is 15 minutes ahead of the time that the server tells."
        );
        assert!(said(&[Some(-90)]).contains("90 seconds behind the time"));
        assert!(said(&[Some(-86_400 * 3)]).contains("3 days behind"));
    }
}
