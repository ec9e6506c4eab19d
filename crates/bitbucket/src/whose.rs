//! Whose credential this is, and of which workspaces, asked by itself.

use bbsetup_http::{Client, Request};
use bbsetup_setup::ApiUrl;
use serde::de::DeserializeOwned;

use crate::probes::membership::NAMED;
use crate::reply::{self, Reply, one_line};
use crate::session::Credential;
use crate::wire::{Account, Page, WorkspaceAccess};

/// The uuid of the account that holds a credential; `None` where Bitbucket does not tell it, whatever
/// the reason. Makes one request.
pub async fn whose(client: &Client, api_url: &ApiUrl, credential: &Credential) -> Option<String> {
    let account: Account = granted(client, api_url, "/2.0/user", credential).await?;
    account.uuid().map(one_line)
}

/// The workspaces to which a credential belongs, by their slugs; none where Bitbucket does not tell
/// them. Makes one request.
///
/// Whether Bitbucket tells them to a workspace access token is not documented, so that it is asked
/// and not relied upon.
pub(crate) async fn workspaces(
    client: &Client,
    api_url: &ApiUrl,
    credential: &Credential,
) -> Vec<String> {
    let path = "/2.0/user/workspaces?pagelen=10";
    let page: Option<Page> = granted(client, api_url, path, credential).await;
    let listed = page.map(|page| page.entries::<WorkspaceAccess>().0);
    listed
        .iter()
        .flatten()
        .map(|access| one_line(&access.workspace.slug))
        .filter(|slug| !slug.is_empty())
        .take(NAMED)
        .collect()
}

/// What Bitbucket grants to a credential, where it has the shape asked for.
async fn granted<T: DeserializeOwned>(
    client: &Client,
    api_url: &ApiUrl,
    path: &str,
    credential: &Credential,
) -> Option<T> {
    let request = Request::get(api_url.join(path)).auth(credential.auth());
    match reply::read(&client.send(request).await.ok()?) {
        Reply::Granted(value) => serde_json::from_value(value).ok(),
        Reply::Refused(_) => None,
    }
}
