//! The hosts that the program speaks to, and the way to each.

use bbsetup_http::Url;
use bbsetup_http::route::{self, Route};
use bbsetup_setup::draft::{
    read_api_url, read_balkanid_public_url, read_balkanid_url, read_workspace,
};
use bbsetup_setup::{ApiUrl, Draft, Problem, ProblemCode, Severity, WorkspaceId};
use futures_util::future::join_all;

use crate::json::{HostJson, LayerJson, LayerStateJson};
use crate::services::Services;

const BITBUCKET: &str = "Bitbucket's API";
const BALKANID: &str = "BalkanID's REST API";
const BALKANID_PUBLIC: &str = "BalkanID's Public API";

/// A host, and what it is asked for.
pub(super) struct Host {
    api: ApiUrl,
    used_for: Vec<&'static str>,
    /// A workspace of those that are looked for there.
    workspace: Option<WorkspaceId>,
}

/// A host, and what was seen on the way to it.
pub(super) struct Looked {
    host: String,
    used_for: String,
    route: Route,
    service: Option<LayerJson>,
    problem: Option<Problem>,
}

/// Every host that is named, each once, with what cannot be read of what was typed.
pub(super) fn of(typed: &Draft, saved: impl Iterator<Item = Draft>) -> (Vec<Host>, Vec<Problem>) {
    let mut hosts = Vec::new();
    let mut problems = add(&mut hosts, typed);
    for draft in saved {
        // What was saved and cannot be read is told where it is used.
        add(&mut hosts, &draft);
    }
    problems.dedup();
    (hosts, problems)
}

fn add(hosts: &mut Vec<Host>, draft: &Draft) -> Vec<Problem> {
    let addresses = [
        (BITBUCKET, read_api_url(draft.api_url.as_deref()).map(Some)),
        (
            BALKANID,
            read_balkanid_url(draft.balkanid_url.as_deref()).map(Some),
        ),
        (
            BALKANID_PUBLIC,
            read_balkanid_public_url(draft.balkanid_public_url.as_deref()),
        ),
    ];
    let workspace = read_workspace(draft.workspace.as_deref()).ok();
    let mut problems = Vec::new();
    for (used_for, read) in addresses {
        let api = match read {
            Ok(Some(api)) => api,
            Ok(None) => continue,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let same = |host: &&mut Host| bbsetup_http::same_origin(host.api.url(), api.url());
        match hosts.iter_mut().find(same) {
            Some(host) => {
                if !host.used_for.contains(&used_for) {
                    host.used_for.push(used_for);
                }
                host.workspace = host.workspace.take().or(workspace.clone());
            }
            None => hosts.push(Host {
                api,
                used_for: vec![used_for],
                workspace: workspace.clone(),
            }),
        }
    }
    problems
}

/// Looks at the way to every host at once.
pub(super) async fn look(services: &Services, hosts: &[Host]) -> Vec<Looked> {
    join_all(hosts.iter().map(|host| look_at(services, host))).await
}

async fn look_at(services: &Services, host: &Host) -> Looked {
    let is_bitbucket = host.used_for.contains(&BITBUCKET);
    let url: Url = match is_bitbucket {
        // Its first page leads elsewhere; this is what a check asks first.
        true => host.api.join("/2.0/user"),
        false => host.api.url().clone(),
    };
    let now = || services.now().as_second();
    let route = route::look(&url, &services.limits, &services.network, &now).await;
    let name = host.api.host();
    let problem = match (&route.error, route.status) {
        (Some(error), _) => Some(
            Problem::new(bbsetup_http::problem_code(error), format!("{error}.")).with_causes(error),
        ),
        (None, Some(status @ 500..)) => Some(Problem::new(
            ProblemCode::ServerError,
            format!("{name} answered with status {status}."),
        )),
        (None, _) => None,
    };
    let (service, not_bitbucket) = match is_bitbucket && problem.is_none() {
        true => service(services, host).await,
        false => (
            is_bitbucket.then(|| layer(LayerStateJson::NotReached, "Not reached.")),
            None,
        ),
    };
    Looked {
        host: name,
        used_for: in_a_row(&host.used_for),
        route,
        service,
        problem: problem.or(not_bitbucket),
    }
}

/// Whether it is Bitbucket that answers; it can be told with a workspace's ID alone.
async fn service(services: &Services, host: &Host) -> (Option<LayerJson>, Option<Problem>) {
    let Some(workspace) = &host.workspace else {
        let words = "Without a workspace ID it is not asked whether Bitbucket answers.";
        return (Some(layer(LayerStateJson::NotReached, words)), None);
    };
    let reached = match services.client() {
        Ok(client) => bbsetup_bitbucket::reach(&client, &host.api, workspace).await,
        Err(problem) => Err(problem),
    };
    match reached {
        Ok(()) => (
            Some(layer(
                LayerStateJson::Fine,
                "Bitbucket's API answers there.",
            )),
            None,
        ),
        Err(problem) => {
            let state = match problem.severity {
                Severity::Error => LayerStateJson::Failed,
                Severity::Warning => LayerStateJson::NotReached,
            };
            (Some(layer(state, &problem.message)), Some(problem))
        }
    }
}

fn layer(state: LayerStateJson, words: &str) -> LayerJson {
    LayerJson {
        layer: "service".to_owned(),
        title: "Service".to_owned(),
        state,
        words: words.to_owned(),
    }
}

fn in_a_row(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl From<Looked> for HostJson {
    fn from(looked: Looked) -> Self {
        let Looked {
            host,
            used_for,
            route,
            service,
            problem,
        } = looked;
        let layers = route.stretches.into_iter().map(|stretch| {
            let route::Stretch { part, state, words } = stretch;
            LayerJson::of_route(part, state, words)
        });
        Self {
            host,
            used_for,
            layers: layers.chain(service).collect(),
            clock_difference_seconds: route.clock_ahead,
            problem: problem.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_looked_at_once_with_all_that_it_is_used_for() {
        let typed = Draft {
            balkanid_url: Some("http://127.0.0.1:4712".into()),
            balkanid_public_url: Some("http://127.0.0.1:4712/api/public".into()),
            ..Draft::default()
        };
        let saved = [
            Draft {
                api_url: Some("not an address".into()),
                ..typed.clone()
            },
            Draft {
                workspace: Some("acme".into()),
                ..Draft::default()
            },
        ];
        let (hosts, problems) = of(&typed, saved.into_iter());
        let named: Vec<String> = hosts
            .iter()
            .map(|host| format!("{}: {}", host.api.host(), in_a_row(&host.used_for)))
            .collect();
        assert_eq!(
            named,
            [
                "api.bitbucket.org: Bitbucket's API",
                "127.0.0.1:4712: BalkanID's REST API and BalkanID's Public API",
                "app.balkan.id: BalkanID's REST API",
            ]
        );
        assert_eq!(problems, []);
        let workspaces: Vec<bool> = hosts.iter().map(|host| host.workspace.is_some()).collect();
        assert_eq!(workspaces, [true, false, true]);
        let (_, problems) = of(
            &Draft {
                api_url: Some("http://bitbucket.acme.example".into()),
                ..Draft::default()
            },
            std::iter::empty(),
        );
        assert_eq!(
            problems.len(),
            1,
            "what was typed and cannot be read is told"
        );
    }
}
