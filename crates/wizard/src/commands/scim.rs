//! Is a SCIM server fit for BalkanID to read?

use std::time::Instant;

use bbsetup_scim::{Authentication, Finding, Report, Target};
use bbsetup_setup::draft::{read_scim_url, read_scim_user, read_workspace};
use bbsetup_setup::{Problem, ScimUrl, SecretSlot, WorkspaceId};
use tokio_util::sync::CancellationToken;

use crate::home::Home;
use crate::inputs::{self, Inputs};
use crate::json::{CheckEventJson, ProblemJson, ScimJson};
use crate::services::Services;

/// A check's outcome, in both shapes.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The document.
    pub json: ScimJson,
    /// The domain's report; nothing where no request could be made for lack of readable values.
    pub report: Option<Report>,
    /// What was wrong with the values.
    pub problem: Option<Problem>,
}

/// How to sign in: with the token that was given, else with the one that the keychain holds for the
/// workspace; as a password, where there is a user name.
///
/// # Errors
/// There is none, it is none, or the keychain does not answer.
pub async fn authentication(
    services: &Services,
    inputs: &Inputs,
    url: &ScimUrl,
    user: Option<String>,
) -> Result<Authentication, Problem> {
    let slot = SecretSlot::ScimToken;
    let given = inputs.secrets.get(&slot);
    let secret = match (given, read_workspace(inputs.draft.workspace.as_deref())) {
        (Some(given), _) => Some(inputs::read_secret(slot, given)?),
        // The keychain's token is another server's, where another was set up.
        (None, Ok(workspace)) if is_set_up_for(services, &workspace, url) => {
            inputs.secret(slot, &workspace, &services.vault).await?
        }
        // Without a workspace it holds none.
        (None, Ok(_) | Err(_)) => None,
    };
    let secret = secret.ok_or_else(|| inputs::missing_secret(SecretSlot::ScimToken))?;
    Ok(match user {
        Some(user) => Authentication::Basic {
            user,
            password: secret,
        },
        None => Authentication::Bearer(inputs::read_token(slot, &secret)?),
    })
}

/// Whether a set-up of a workspace is for the server at an address, as far as it names one.
fn is_set_up_for(services: &Services, workspace: &WorkspaceId, url: &ScimUrl) -> bool {
    let profile = Home::new(&services.home).profile(workspace).ok().flatten();
    let saved = profile.and_then(|profile| read_scim_url(profile.draft.scim_url.as_deref()).ok());
    saved.is_none_or(|saved| saved.join("/").origin() == url.join("/").origin())
}

/// Checks the SCIM server of the answers so far, as [`check`] does.
pub async fn check_given(
    services: &Services,
    inputs: &Inputs,
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    let url = match read_scim_url(inputs.draft.scim_url.as_deref()) {
        Ok(url) => url,
        Err(problem) => return not_asked(services, None, problem),
    };
    let user = read_scim_user(inputs.draft.scim_user.as_deref());
    let authentication = match user {
        Ok(user) => authentication(services, inputs, &url, user).await,
        Err(problem) => Err(problem),
    };
    match authentication {
        Ok(authentication) => check(services, &url, authentication, events, stop).await,
        Err(problem) => not_asked(services, Some(&url), problem),
    }
}

/// Checks a SCIM server. `events` is told [`CheckEventJson::Started`] once and
/// [`CheckEventJson::Settled`] for each check; the report comes back.
pub async fn check(
    services: &Services,
    url: &ScimUrl,
    authentication: Authentication,
    events: &(dyn Fn(CheckEventJson) + Send + Sync),
    stop: &CancellationToken,
) -> Checked {
    events(CheckEventJson::Started {
        checks: bbsetup_scim::Check::ALL
            .iter()
            .map(ToString::to_string)
            .collect(),
    });
    let started = Instant::now();
    let client = match services.client() {
        Ok(client) => client,
        Err(problem) => return not_asked(services, Some(url), problem),
    };
    let clock = services.clock.clone();
    let target = Target {
        client,
        url: url.clone(),
        authentication,
        clock: std::sync::Arc::new(move || clock().as_second()),
    };
    let settled = |finding: &Finding| events(settled_event(finding));
    let report = bbsetup_scim::check(&target, &settled, stop).await;
    let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Checked {
        json: ScimJson::new(report.clone(), services.now(), elapsed),
        report: Some(report),
        problem: None,
    }
}

/// The outcome where a value could not be read and nothing was asked.
pub fn not_asked(services: &Services, url: Option<&ScimUrl>, problem: Problem) -> Checked {
    let json = ProblemJson::from(problem.clone());
    Checked {
        json: ScimJson::not_asked(url.map(ToString::to_string), json, services.now()),
        report: None,
        problem: Some(problem),
    }
}

fn settled_event(finding: &Finding) -> CheckEventJson {
    let problem = finding.problem.clone().map(|problem| {
        Box::new(ProblemJson::from(bbsetup_scim::Told {
            check: finding.check,
            problem,
        }))
    });
    CheckEventJson::Settled {
        check: Box::new(finding.clone().into()),
        problem,
    }
}
