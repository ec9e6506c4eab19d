//! What a door was given to work with: values as typed, and secrets from wherever they came.

use std::collections::BTreeMap;

use bbsetup_bitbucket::{Credential, Given};
use bbsetup_setup::draft::{read_account, read_api_url, read_workspace};
use bbsetup_setup::{
    ApiUrl, CredentialSlot, Draft, Problem, ProblemCode, Secret, SecretSlot, WorkspaceId, token,
};
use bbsetup_vault::{Entry, Vault};

/// Values as typed, and secrets from wherever they came.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The values as typed.
    pub draft: Draft,
    /// The secrets as pasted or read; those that are not here are looked for in the keychain.
    pub secrets: BTreeMap<SecretSlot, Secret>,
}

/// The workspace and the API, parsed.
#[derive(Clone, Debug)]
pub struct Place {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Bitbucket's API.
    pub api_url: ApiUrl,
}

impl Inputs {
    /// The workspace and the API, or everything that is wrong with them.
    pub fn place(&self) -> Result<Place, Vec<Problem>> {
        let workspace = read_workspace(self.draft.workspace.as_deref());
        let api_url = read_api_url(self.draft.api_url.as_deref());
        match (workspace, api_url) {
            (Ok(workspace), Ok(api_url)) => Ok(Place { workspace, api_url }),
            (workspace, api_url) => Err(workspace.err().into_iter().chain(api_url.err()).collect()),
        }
    }

    /// A secret: the one given, else the one in the keychain, else `None`.
    ///
    /// # Errors
    /// What was pasted is no token; or the keychain does not answer.
    pub async fn secret(
        &self,
        slot: SecretSlot,
        workspace: &WorkspaceId,
        vault: &Vault,
    ) -> Result<Option<Secret>, Problem> {
        match self.secrets.get(&slot) {
            Some(pasted) => read_secret(slot, pasted).map(Some),
            None => Ok(vault.read(&Entry::new(workspace.as_str(), slot)).await?),
        }
    }

    /// What there is to check in a slot.
    pub async fn given(
        &self,
        slot: CredentialSlot,
        workspace: &WorkspaceId,
        vault: &Vault,
    ) -> Given {
        match self.credential(slot, workspace, vault).await {
            Ok(credential) => Given::Credential(credential),
            Err(problem) => Given::Nothing(slot, problem.on_slot(slot)),
        }
    }

    async fn credential(
        &self,
        slot: CredentialSlot,
        workspace: &WorkspaceId,
        vault: &Vault,
    ) -> Result<Credential, Problem> {
        let secret = self.secret(slot.into(), workspace, vault).await?;
        let secret = secret.ok_or_else(|| missing_secret(slot.into()))?;
        match slot {
            CredentialSlot::WorkspaceToken => Credential::workspace_token(secret),
            CredentialSlot::Account => {
                // An app password is told before the e-mail is asked about: it works with none.
                let email = read_account(self.draft.account.as_deref());
                match (token::TokenShape::of(secret.expose()), email) {
                    (token::TokenShape::AppPassword, email) => {
                        let any = email.or_else(|_| read_account(Some("nobody@example.com")))?;
                        Credential::account(&any, secret)
                    }
                    (_, Ok(email)) => Credential::account(&email, secret),
                    (_, Err(problem)) => Err(problem),
                }
            }
        }
    }
}

/// The name of a secret's environment variable, which stands for it in messages.
pub fn variable(slot: SecretSlot) -> &'static str {
    match slot {
        SecretSlot::WorkspaceToken => "BBSETUP_WORKSPACE_TOKEN",
        SecretSlot::Account => "BBSETUP_API_TOKEN",
        SecretSlot::BalkanIdKeyId => "BBSETUP_BALKANID_KEY_ID",
        SecretSlot::BalkanIdKeySecret => "BBSETUP_BALKANID_KEY_SECRET",
        SecretSlot::ScimToken => "BBSETUP_SCIM_TOKEN",
    }
}

/// The name of a secret's field, in the window and in problems.
pub fn field(slot: SecretSlot) -> &'static str {
    match slot {
        SecretSlot::WorkspaceToken => "workspace_token",
        SecretSlot::Account => "account_token",
        SecretSlot::BalkanIdKeyId => "balkanid_key_id",
        SecretSlot::BalkanIdKeySecret => "balkanid_key_secret",
        SecretSlot::ScimToken => "scim_token",
    }
}

/// The problem of a secret that is nowhere.
pub fn missing_secret(slot: SecretSlot) -> Problem {
    Problem::new(
        ProblemCode::ValueMissing,
        format!("There is no {} to work with.", lower_first(slot.label())),
    )
    .on_field(field(slot))
    .with_hints(vec![format!(
        "Paste it when asked, or save it to the keychain first; a script sets {}.",
        variable(slot)
    )])
}

/// Reads a pasted secret: generously what surrounds it, precisely what it is.
///
/// # Errors
/// It is no token at all, or one for another field. The problem never repeats it.
pub fn read_secret(slot: SecretSlot, pasted: &Secret) -> Result<Secret, Problem> {
    match (slot, read_password(pasted)) {
        (SecretSlot::ScimToken, Some(password)) => Ok(password),
        _ => read_token(slot, pasted),
    }
}

/// Reads a pasted secret that has to be a token.
///
/// # Errors
/// As [`read_secret`].
pub(crate) fn read_token(slot: SecretSlot, pasted: &Secret) -> Result<Secret, Problem> {
    let secret = token::parse_token(pasted.expose()).map_err(|error| {
        let code = match error {
            token::TokenError::Empty => ProblemCode::ValueMissing,
            token::TokenError::Address | token::TokenError::Email => ProblemCode::WrongField,
            token::TokenError::Broken
            | token::TokenError::Character
            | token::TokenError::TooLong => ProblemCode::ValueUnreadable,
        };
        Problem::new(code, format!("{}: {error}", slot.label())).on_field(field(slot))
    })?;
    let is_bitbucket = token::TokenShape::of(secret.expose()) != token::TokenShape::Unknown;
    match slot {
        SecretSlot::BalkanIdKeyId | SecretSlot::BalkanIdKeySecret if is_bitbucket => Err(Problem::new(
            ProblemCode::WrongField,
            "By its first letters this is a token of Atlassian's; here one half of BalkanID's API key is asked for.",
        )
        .on_field(field(slot))),
        _ => Ok(secret),
    }
}

/// A password of a SCIM server, which may hold what no token does: spaces, an `@`, any letter.
fn read_password(pasted: &Secret) -> Option<Secret> {
    let text = pasted.expose().trim_matches(['\r', '\n']);
    let is_token = token::parse_token(text).is_ok();
    let is_one_line = !text.trim().is_empty() && !text.chars().any(char::is_control);
    (!is_token && is_one_line && text.len() <= 1024 && !text.contains("://"))
        .then(|| Secret::new(text))
}

fn lower_first(label: &str) -> String {
    // "BalkanID API key" keeps its capital.
    match label.starts_with("Workspace") || label.starts_with("Account") {
        true => label[..1].to_lowercase() + &label[1..],
        false => label.to_owned(),
    }
}
