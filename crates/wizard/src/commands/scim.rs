//! Is a SCIM server fit for BalkanID to read?

use std::time::Instant;

use bbsetup_scim::{Authentication, Finding, Report, Target};
use bbsetup_setup::draft::read_workspace;
use bbsetup_setup::{Problem, ProblemCode, ScimUrl, ScimUrlError, SecretSlot};
use tokio_util::sync::CancellationToken;

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

/// The address of a SCIM server as typed.
///
/// # Errors
/// It is no address to which a credential may go. The problem never repeats a password in it.
pub fn read_url(typed: Option<&str>) -> Result<ScimUrl, Problem> {
    ScimUrl::parse(typed.unwrap_or_default()).map_err(|error| {
        let code = match &error {
            ScimUrlError::Empty => ProblemCode::ValueMissing,
            ScimUrlError::Address(bbsetup_setup::address::ApiUrlError::Token) => {
                ProblemCode::WrongField
            }
            ScimUrlError::Address(bbsetup_setup::address::ApiUrlError::PlainHttp(_)) => {
                ProblemCode::AddressNotAllowed
            }
            ScimUrlError::Address(_) => ProblemCode::ValueUnreadable,
        };
        Problem::new(code, error.to_string())
            .on_field("scim-url")
            .with_hints(vec![
                "It looks like https://id.acme.example/scim/v2 and stands in the SCIM server's settings."
                    .to_owned(),
            ])
    })
}

/// How to sign in: with the token that was given, else with the one that the keychain holds for the
/// workspace; as a password, where there is a user name.
///
/// # Errors
/// There is none, it is none, or the keychain does not answer.
pub async fn authentication(
    services: &Services,
    inputs: &Inputs,
    user: Option<&str>,
) -> Result<Authentication, Problem> {
    let user = user.map(str::trim).filter(|user| !user.is_empty());
    let given = inputs.secrets.get(&SecretSlot::ScimToken);
    let secret = match (given, user) {
        // A password may hold what no token does.
        (Some(password), Some(_)) => Some(password.clone()),
        (Some(token), None) => Some(inputs::read_secret(SecretSlot::ScimToken, token)?),
        (None, _) => match read_workspace(inputs.draft.workspace.as_deref()) {
            Ok(workspace) => {
                inputs
                    .secret(SecretSlot::ScimToken, &workspace, &services.vault)
                    .await?
            }
            // Without a workspace the keychain holds none.
            Err(_) => None,
        },
    };
    let secret = secret.ok_or_else(|| inputs::missing_secret(SecretSlot::ScimToken))?;
    Ok(match user {
        Some(user) => Authentication::Basic {
            user: user.to_owned(),
            password: secret,
        },
        None => Authentication::Bearer(secret),
    })
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
