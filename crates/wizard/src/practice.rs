//! Practice mode: the practice servers' address, and what a person would type there.

use bbsetup_setup::{ApiUrl, Draft, SecretSlot};

use crate::inputs;
use crate::json::{PracticeJson, PracticeValueJson};

/// The variable that turns practice mode on; it holds the scenario's name.
const VARIABLE: &str = "BBSETUP_PRACTICE";

/// Practice mode. Its values open nothing but the practice servers on this machine.
#[derive(Clone, Debug)]
pub struct Practice {
    /// The practice Bitbucket.
    pub bitbucket: ApiUrl,
    values: Vec<PracticeValueJson>,
}

/// The values that are no secrets: variable, field as in [`crate::json::ProblemJson`], label.
const TYPED: [(&str, &str, &str); 10] = [
    ("BBSETUP_WORKSPACE", "workspace", "Workspace ID"),
    ("BBSETUP_API_URL", "api-url", "API URL"),
    (
        "BBSETUP_WORKSPACE_EXPIRES",
        "workspace_token_expires",
        "Expiry date of the workspace token",
    ),
    ("BBSETUP_ACCOUNT", "account", "Account e-mail"),
    (
        "BBSETUP_ACCOUNT_EXPIRES",
        "account_token_expires",
        "Expiry date of the API token",
    ),
    (
        "BBSETUP_PRIMARY_OWNER",
        "primary-owner",
        "Primary Application owner",
    ),
    ("BBSETUP_BALKANID_URL", "balkanid-url", "BalkanID REST base"),
    (
        "BBSETUP_BALKANID_PUBLIC_URL",
        "balkanid-public-url",
        "BalkanID Public API",
    ),
    ("BBSETUP_SCIM_URL", "scim-url", "SCIM base URL"),
    ("BBSETUP_SCIM_USER", "scim-user", "SCIM user name"),
];

impl Practice {
    /// Practice mode by what a door finds in the environment; `None` where it is not on, or where
    /// Bitbucket's address is not on this machine.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        variable(VARIABLE)?;
        let bitbucket = ApiUrl::parse_bitbucket(&variable("BBSETUP_API_URL")?)
            .ok()
            .filter(|url| bbsetup_setup::address::is_loopback(url.url()))?;
        let typed = TYPED
            .into_iter()
            .map(|(name, input, label)| (name, input, label.to_owned()));
        let secrets = SecretSlot::ALL.into_iter().map(|slot| {
            let label = slot.label().to_owned();
            (inputs::variable(slot), inputs::field(slot), label)
        });
        let values = typed
            .chain(secrets)
            .filter_map(|(name, input, label)| {
                Some(PracticeValueJson {
                    input: input.to_owned(),
                    label,
                    value: variable(name)?,
                })
            })
            .collect();
        Some(Self { bitbucket, values })
    }

    /// The same answers with the practice servers' addresses, which are others at each start.
    pub fn at_hand(&self, draft: Draft) -> Draft {
        let value = |input: &str| {
            self.values
                .iter()
                .find(|value| value.input == input)
                .map(|value| value.value.clone())
        };
        Draft {
            api_url: value("api-url"),
            balkanid_url: value("balkanid-url"),
            balkanid_public_url: value("balkanid-public-url"),
            ..draft
        }
    }

    /// The same for the window.
    pub fn json(&self) -> PracticeJson {
        PracticeJson {
            bitbucket_url: self.bitbucket.to_string(),
            values: self.values.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Option<Practice> {
        Practice::of(|name| {
            let (_, value) = variables.iter().find(|(held, _)| *held == name)?;
            Some((*value).to_owned())
        })
    }

    #[test]
    fn it_is_on_only_where_it_is_asked_for_and_on_this_machine() {
        let here = ("BBSETUP_API_URL", "http://127.0.0.1:4711");
        let on = (VARIABLE, "ready");
        assert!(of(&[on, here]).is_some());
        assert!(of(&[here]).is_none());
        assert!(of(&[on]).is_none());
        assert!(of(&[on, ("BBSETUP_API_URL", "https://api.bitbucket.org")]).is_none());
    }

    #[test]
    fn a_set_up_begins_with_the_addresses_alone() {
        let practice = of(&[
            (VARIABLE, "ready"),
            ("BBSETUP_API_URL", "http://127.0.0.1:4711"),
            ("BBSETUP_WORKSPACE", "acme"),
            ("BBSETUP_WORKSPACE_TOKEN", "ATCTT3xFfGN0practice"),
        ])
        .expect("practice mode");
        assert_eq!(
            practice.at_hand(Draft::default()),
            Draft {
                api_url: Some("http://127.0.0.1:4711".to_owned()),
                ..Draft::default()
            }
        );
        let inputs: Vec<String> = practice
            .json()
            .values
            .into_iter()
            .map(|value| value.input)
            .collect();
        assert_eq!(inputs, ["workspace", "api-url", "workspace_token"]);
    }
}
