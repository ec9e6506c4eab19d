//! A scenario: everything that makes one practice run different from another, as data.

mod credential;
mod files;
mod knobs;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use self::credential::CredentialDescription;
pub(crate) use self::credential::{Credential, Holder, Kind};
use self::files::{BASE, FILES, FORMER_NAMES};
pub(crate) use self::knobs::{BalkanIdKnobs, BitbucketKnobs, RateLimit, Reach, ScimKnobs};
use crate::fault::Fault;
use crate::world::{World, WorldDescription};

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario of that name comes with the program.
    #[error("there is no scenario {0}; there are: {names}", names = Scenario::names().join(", "))]
    Unknown(String),
    /// The file is not as a scenario has to be.
    #[error("the scenario cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The file speaks of something that it does not describe.
    #[error("the scenario speaks of {0}, which is not in it")]
    NotInIt(String),
}

/// Everything that makes one practice run different from another.
#[derive(Clone)]
pub struct Scenario {
    /// What the scenario shows, in a sentence.
    pub about: String,
    pub(crate) world: Arc<World>,
    /// The credentials, by name.
    pub(crate) credentials: BTreeMap<String, Credential>,
    pub(crate) bitbucket: BitbucketKnobs,
    pub(crate) balkanid: BalkanIdKnobs,
    pub(crate) scim: ScimKnobs,
    /// What goes wrong from the start.
    pub(crate) faults: Vec<Fault>,
    /// A delay before every answer.
    pub(crate) latency_ms: u64,
    typed: BTreeMap<String, String>,
    /// The whole file, for patches.
    document: Value,
}

impl fmt::Debug for Scenario {
    /// Leaves the credentials out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Scenario")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

/// A scenario as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioDescription {
    about: String,
    world: WorldDescription,
    credentials: BTreeMap<String, CredentialDescription>,
    /// What a person would type, by the names of the program's environment variables; a value
    /// `secret:NAME` stands for the secret of a credential, `in-days:12` for the day
    /// that comes 12 days from now.
    typed: BTreeMap<String, String>,
    bitbucket: BitbucketKnobs,
    balkanid: BalkanIdKnobs,
    #[serde(default)]
    scim: ScimKnobs,
    #[serde(default)]
    faults: Vec<Fault>,
    #[serde(default)]
    latency_ms: u64,
}

impl Scenario {
    /// The names of the scenarios that come with the program.
    pub fn names() -> Vec<&'static str> {
        FILES.iter().map(|(name, _)| *name).collect()
    }

    /// A scenario that comes with the program.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`].
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        Self::from_json(file(name)?)
    }

    /// A scenario from the text of a file: whole, or `{"extends": NAME, …}` with what differs.
    ///
    /// What differs is merged as a JSON merge patch does it (RFC 7396).
    ///
    /// # Errors
    /// The text is not JSON, or not a scenario.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        Self::of(extended(text)?)
    }

    /// This scenario with a JSON merge patch (RFC 7396) on it.
    ///
    /// # Errors
    /// What comes of it is not a scenario.
    pub fn patched(&self, patch: Value) -> Result<Self, ScenarioError> {
        let mut document = self.document.clone();
        merge(&mut document, patch);
        Self::of(document)
    }

    fn of(document: Value) -> Result<Self, ScenarioError> {
        let ScenarioDescription {
            about,
            world,
            credentials,
            typed,
            bitbucket,
            balkanid,
            scim,
            faults,
            latency_ms,
        } = ScenarioDescription::deserialize(&document).map_err(ScenarioError::Unreadable)?;
        let world = World::try_from(world)?;
        let credentials = credentials
            .into_iter()
            .map(|(name, credential)| Ok((name, credential.resolved(&world)?)))
            .collect::<Result<BTreeMap<_, _>, ScenarioError>>()?;
        Ok(Self {
            about,
            typed: typed_values(typed, &credentials)?,
            world: Arc::new(world),
            credentials,
            bitbucket,
            balkanid,
            scim,
            faults,
            latency_ms,
            document,
        })
    }

    /// What a person would type, by the names of the program's environment variables; the servers'
    /// addresses are not among them.
    pub(crate) fn typed(&self) -> BTreeMap<String, String> {
        let knobs = &self.balkanid;
        let key_secret = knobs.typed_key_secret.as_ref().unwrap_or(&knobs.key_secret);
        let mut typed = self.typed.clone();
        typed.insert("BBSETUP_BALKANID_KEY_ID".into(), knobs.key_id.clone());
        typed.insert("BBSETUP_BALKANID_KEY_SECRET".into(), key_secret.clone());
        let scim = &self.scim;
        let token = scim.typed_token.as_ref().unwrap_or(&scim.token);
        typed.insert("BBSETUP_SCIM_TOKEN".into(), token.clone());
        if let Some(user) = &scim.user {
            typed.insert("BBSETUP_SCIM_USER".into(), user.clone());
        }
        typed
    }
}

fn typed_values(
    typed: BTreeMap<String, String>,
    credentials: &BTreeMap<String, Credential>,
) -> Result<BTreeMap<String, String>, ScenarioError> {
    typed
        .into_iter()
        .map(|(variable, value)| {
            if let Some(name) = value.strip_prefix("secret:") {
                return credentials
                    .get(name)
                    .map(|credential| (variable, credential.secret.clone()))
                    .ok_or_else(|| ScenarioError::NotInIt(format!("the credential {name}")));
            }
            let value = value
                .strip_prefix("in-days:")
                .and_then(|days| days.parse().ok())
                .map_or(value.clone(), day_from_now);
            Ok((variable, value))
        })
        .collect()
}

/// The day, in UTC, that comes so many days from now: `2027-11-20`.
fn day_from_now(days: i32) -> String {
    let today = jiff::tz::TimeZone::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    today
        .saturating_add(jiff::Span::new().days(days))
        .to_string()
}

fn file(name: &str) -> Result<&'static str, ScenarioError> {
    let name_now = FORMER_NAMES
        .iter()
        .find(|(former, _)| *former == name)
        .map_or(name, |(_, now)| *now);
    FILES
        .iter()
        .find(|(known, _)| *known == name_now)
        .map(|(_, text)| *text)
        .ok_or_else(|| ScenarioError::Unknown(name.to_owned()))
}

/// The text as JSON, on top of what it extends.
fn extended(text: &str) -> Result<Value, ScenarioError> {
    let mut value: Value = serde_json::from_str(text).map_err(ScenarioError::Unreadable)?;
    let Some(extends) = value
        .as_object_mut()
        .and_then(|object| object.remove("extends"))
    else {
        return Ok(value);
    };
    let name = extends.as_str().unwrap_or_default();
    let mut whole = extended(match name == BASE.0 {
        true => BASE.1,
        false => file(name)?,
    })?;
    merge(&mut whole, value);
    Ok(whole)
}

/// A JSON merge patch (RFC 7396).
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            value => merge(target.entry(name).or_insert(Value::Null), value),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_file_is_a_scenario_that_says_what_it_shows() {
        for name in Scenario::names() {
            let scenario =
                Scenario::named(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert!(scenario.about.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn former_names_still_lead_to_a_scenario() {
        for (former, _) in FORMER_NAMES {
            Scenario::named(former).unwrap_or_else(|error| panic!("{former}: {error:?}"));
        }
    }

    #[test]
    fn an_unknown_name_lists_those_that_are_known() {
        let error = Scenario::named("nowhere").expect_err("no such scenario");
        assert!(error.to_string().contains("ready"), "{error}");
    }

    #[test]
    fn what_is_not_described_is_named() {
        let ready = Scenario::named("ready").expect("a scenario");
        let stray = json!({"world": {"workspaces": {"acme": {"members": {"ghost": "owner"}}}}});
        let error = ready.patched(stray).expect_err("no such account");
        assert!(error.to_string().contains("the account ghost"), "{error}");
    }

    #[test]
    fn no_secret_is_shown_by_debug() {
        let shown = format!("{:?}", Scenario::named("ready").expect("a scenario"));
        assert!(!shown.contains("ATCTT3"), "{shown}");
    }

    #[test]
    fn tokens_look_like_real_ones_and_say_that_they_are_not() {
        let scenario = Scenario::named("ready").expect("a scenario");
        for credential in scenario.credentials.values() {
            assert!(credential.secret.len() >= 64);
            assert!(credential.secret.contains("practice"));
        }
    }

    #[test]
    fn the_large_world_has_the_size_that_others_were_measured_with() {
        let scenario = Scenario::named("large").expect("a scenario");
        let acme = &scenario.world.workspaces[scenario.world.workspace_called("acme").expect("it")];
        let sum = |grants: fn(&crate::world::Repository) -> usize| -> usize {
            acme.repositories.iter().map(grants).sum()
        };
        assert_eq!((acme.members.len(), acme.groups.len()), (200, 20));
        assert_eq!((acme.projects.len(), acme.repositories.len()), (10, 200));
        assert_eq!(
            acme.groups
                .iter()
                .map(|group| group.members.len())
                .sum::<usize>(),
            200
        );
        assert_eq!(sum(|repository| repository.grants.users.len()), 1000);
        assert_eq!(sum(|repository| repository.grants.groups.len()), 400);
    }
}
