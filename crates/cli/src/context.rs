//! The world as this door meets it: flags, environment, terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bbsetup_http::{Limits, Network};
use bbsetup_setup::draft::{read_likely_expiry, read_workspace};
use bbsetup_setup::{CredentialSlot, Draft, Problem, ProblemCode, Secret, SecretSlot};
use bbsetup_vault::{Vault, Waiting};
use bbsetup_wizard::home::{Home, SavedProfile};
use bbsetup_wizard::inputs::variable;
use bbsetup_wizard::log;
use bbsetup_wizard::{Inputs, Practice, Services};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::{FormArguments, Shared, VaultChoice};

/// The world as this door meets it.
pub(crate) struct Context {
    pub(crate) services: Services,
    pub(crate) inputs: Inputs,
    pub(crate) json: bool,
    /// Whether a person can be asked.
    pub(crate) interactive: bool,
    /// Whether standard error is a terminal, for progress.
    pub(crate) progress: bool,
    /// What could not be read of the finished set-ups; it is told once, since a file that cannot be
    /// understood is moved aside.
    pub(crate) unreadable: Vec<Problem>,
    /// The days of expiry that were given, before any saved set-up fills in its own.
    expires_given: Vec<(CredentialSlot, String)>,
}

impl Context {
    pub(crate) fn new(shared: &Shared) -> Result<Self, Vec<Problem>> {
        let home = home(shared).or_else(default_home).ok_or_else(|| {
            vec![
                Problem::new(
                    ProblemCode::ValueMissing,
                    "This system names no folder for a program's data; give one with --home.",
                )
                .on_field("home"),
            ]
        })?;
        let vault = match shared.vault {
            VaultChoice::Os => Vault::os(Waiting {
                announce: Arc::new(|| {
                    eprintln!("Waiting for the keychain; it may show a dialog of its own.")
                }),
                ..Waiting::default()
            }),
            VaultChoice::Memory => Vault::memory(),
        };
        let limits = Limits {
            total: Duration::from_secs(shared.timeout.max(1)),
            connect: Duration::from_secs(shared.timeout.clamp(1, 10)),
            max_wait: Duration::from_secs(shared.max_wait),
            ..Limits::default()
        };
        let services = Services {
            vault,
            limits,
            network: Network::default(),
            home,
            clock: Arc::new(jiff::Timestamp::now),
            practice: Practice::of(|name| std::env::var(name).ok()),
            version: env!("CARGO_PKG_VERSION"),
        };
        tell_requests(&services, shared.verbose);
        let stderr = std::io::stderr().is_terminal();
        let (profiles, unreadable) = Home::new(&services.home).profiles();
        for problem in &unreadable {
            eprintln!("{}", problem.message);
        }
        if stderr {
            warn_of_ends(&services, &profiles);
        }
        let given = inputs(shared);
        let expires_given = CredentialSlot::ALL
            .into_iter()
            .filter_map(|slot| Some((slot, given.draft.expires(slot)?.to_owned())))
            .collect();
        let unfit: Vec<Problem> = CredentialSlot::ALL
            .into_iter()
            .filter_map(|slot| {
                read_likely_expiry(slot, given.draft.expires(slot), services.today()).err()
            })
            .collect();
        if !unfit.is_empty() {
            return Err(unfit);
        }
        let inputs = with_profile(given, profiles);
        Ok(Self {
            unreadable,
            expires_given,
            services,
            inputs,
            json: shared.json,
            interactive: std::io::stdin().is_terminal() && stderr,
            progress: stderr,
        })
    }

    /// The day that was given for the end of a token, not the one of a saved set-up.
    pub(crate) fn expires_given(&self, slot: CredentialSlot) -> Option<String> {
        self.expires_given
            .iter()
            .find(|(given, _)| *given == slot)
            .map(|(_, typed)| typed.clone())
    }

    /// The inputs with what BalkanID's form asks for.
    pub(crate) fn inputs_with_form(&self, form: &FormArguments) -> Inputs {
        let mut inputs = self.inputs.clone();
        let draft = &mut inputs.draft;
        let owner = form.primary_owner.clone();
        let owner = owner.filter(|owner| !owner.trim().is_empty());
        draft.primary_owner = owner.or(draft.primary_owner.take());
        draft.description = form.description.clone().or(draft.description.take());
        if !form.secondary_owner.is_empty() {
            draft.secondary_owners = form.secondary_owner.clone();
        }
        if let Some(kind) = form.extraction {
            draft.extraction = kind.into();
        }
        let filled =
            |given: &Option<String>| given.clone().filter(|given| !given.trim().is_empty());
        draft.scim_url = filled(&form.scim_url).or(draft.scim_url.take());
        draft.scim_user = filled(&form.scim_user).or(draft.scim_user.take());
        draft.files = filled(&form.files).or(draft.files.take());
        if !form.reviewers.is_empty() {
            draft.reviewers = form.reviewers.iter().map(|given| given.0).collect();
        }
        draft.reviewer_count = filled(&form.reviewer_count).or(draft.reviewer_count.take());
        if !form.provisioning.is_empty() {
            let on = form.provisioning.iter().filter_map(|given| given.0);
            draft.provisioning = Some(on.collect());
        }
        inputs
    }

    /// The inputs, with what is missing asked for where a person can be asked.
    ///
    /// An empty answer leaves the secret to the keychain.
    pub(crate) fn inputs_asked(&self, slots: &[SecretSlot]) -> Inputs {
        self.ask(self.inputs.clone(), slots)
    }

    /// These inputs, with what is missing asked for.
    pub(crate) fn ask(&self, mut inputs: Inputs, slots: &[SecretSlot]) -> Inputs {
        if !self.interactive {
            return inputs;
        }
        for slot in slots {
            if !inputs.secrets.contains_key(slot)
                && let Some(secret) =
                    crate::terminal::hidden(&format!("{} (Enter: from the keychain)", slot.label()))
            {
                inputs.secrets.insert(*slot, secret);
                if let Some(slot) = CredentialSlot::named(slot.as_str()) {
                    // Nor does it of one that is pasted.
                    inputs.draft.set_expires(slot, self.expires_given(slot));
                }
            }
        }
        inputs
    }
}

fn inputs(shared: &Shared) -> Inputs {
    let secrets: BTreeMap<SecretSlot, Secret> = SecretSlot::ALL
        .into_iter()
        .filter_map(|slot| {
            let value = Secret::new(std::env::var(variable(slot)).ok()?);
            // A variable that is set to nothing leaves the secret to the prompt or the keychain.
            (!value.expose().trim().is_empty()).then_some((slot, value))
        })
        .collect();
    let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    Inputs {
        draft: Draft {
            workspace: given(&shared.workspace),
            api_url: given(&shared.api_url),
            account: given(&shared.account),
            workspace_token_expires: given(&shared.workspace_expires),
            account_token_expires: given(&shared.account_expires),
            balkanid_url: given(&shared.balkanid_url),
            balkanid_public_url: given(&shared.balkanid_public_url),
            ..Draft::default()
        },
        secrets,
    }
}

/// Says on the way in which tokens end soon.
fn warn_of_ends(services: &Services, profiles: &[SavedProfile]) {
    let today = services.today();
    for profile in profiles {
        let workspace = &profile.workspace;
        for expiry in Draft::from(profile.draft.clone()).expiries() {
            if expiry.is_soon(today) {
                eprintln!(
                    "! The {} of {workspace} expires {}. Replace it: bbsetup rotate --workspace {workspace} --slot {}",
                    expiry.slot.noun(),
                    expiry.when(today),
                    expiry.slot
                );
            }
        }
    }
}

/// Fills what was not given from the saved set-up of the workspace; without a workspace, from the
/// only one there is.
fn with_profile(mut inputs: Inputs, profiles: Vec<SavedProfile>) -> Inputs {
    let typed = inputs.draft.workspace.as_deref();
    let workspace = read_workspace(typed).ok();
    let profile = match (typed, workspace) {
        (None, _) if profiles.len() == 1 => profiles.into_iter().next(),
        (_, Some(workspace)) => profiles
            .into_iter()
            .find(|profile| profile.workspace == workspace.as_str()),
        (_, None) => None,
    };
    let Some(profile) = profile else {
        return inputs;
    };
    let saved = Draft::from(profile.draft);
    let draft = &mut inputs.draft;
    for slot in CredentialSlot::ALL {
        // The day of the saved token says nothing of one that is given.
        if !inputs.secrets.contains_key(&slot.into()) && draft.expires(slot).is_none() {
            draft.set_expires(slot, saved.expires(slot).map(str::to_owned));
        }
    }
    let fill = |given: &mut Option<String>, saved: Option<String>| *given = given.take().or(saved);
    fill(&mut draft.workspace, saved.workspace);
    fill(&mut draft.api_url, saved.api_url);
    fill(&mut draft.account, saved.account);
    fill(&mut draft.balkanid_url, saved.balkanid_url);
    fill(&mut draft.balkanid_public_url, saved.balkanid_public_url);
    fill(&mut draft.primary_owner, saved.primary_owner);
    fill(&mut draft.description, saved.description);
    draft.secondary_owners = saved.secondary_owners;
    draft.extraction = saved.extraction;
    fill(&mut draft.scim_url, saved.scim_url);
    fill(&mut draft.scim_user, saved.scim_user);
    fill(&mut draft.files, saved.files);
    draft.reviewers = saved.reviewers;
    fill(&mut draft.reviewer_count, saved.reviewer_count);
    draft.provisioning = saved.provisioning;
    inputs
}

fn home(shared: &Shared) -> Option<PathBuf> {
    let given = shared.home.as_ref().filter(|home| !home.is_empty());
    given.map(PathBuf::from)
}

fn default_home() -> Option<PathBuf> {
    directories::ProjectDirs::from("id", "balkan", "bitbucket-setup")
        .map(|folders| folders.data_dir().to_path_buf())
}

/// Tells this program's own requests to the log, and where that is asked for on standard error;
/// other crates say nothing.
fn tell_requests(services: &Services, verbose: bool) {
    let aloud = verbose.then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .with_filter(log::ours())
    });
    // A second subscriber in one process is refused, and the first one serves.
    let _already_set = tracing_subscriber::registry()
        .with(log::layer(services))
        .with(aloud)
        .try_init();
}
