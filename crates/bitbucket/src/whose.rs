//! Whose credential this is, and of which workspaces, asked by itself.

use bbsetup_http::{Client, Request};
use bbsetup_setup::ApiUrl;

use crate::reply::{self, Reply, one_line};
use crate::session::Credential;
use crate::wire::{Account, Page, WorkspaceAccess};

/// The uuid of the account that holds a credential; `None` where Bitbucket does not tell it, whatever
/// the reason. Makes one request.
pub async fn whose(client: &Client, api_url: &ApiUrl, credential: &Credential) -> Option<String> {
    let request = Request::get(api_url.join("/2.0/user")).auth(credential.auth());
    let answer = client.send(request).await.ok()?;
    let Reply::Granted(value) = reply::read(&answer) else {
        return None;
    };
    let account: Account = serde_json::from_value(value).ok()?;
    account.uuid().map(one_line)
}

/// How many workspaces are named to the person.
const NAMED: usize = 5;

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
    let url = api_url.join("/2.0/user/workspaces?pagelen=10");
    let Ok(answer) = client.send(Request::get(url).auth(credential.auth())).await else {
        return Vec::new();
    };
    let Reply::Granted(value) = reply::read(&answer) else {
        return Vec::new();
    };
    let Ok(page) = serde_json::from_value::<Page>(value) else {
        return Vec::new();
    };
    let (listed, _) = page.entries::<WorkspaceAccess>();
    listed
        .iter()
        .map(|access| one_line(&access.workspace.slug))
        .filter(|slug| !slug.is_empty())
        .take(NAMED)
        .collect()
}
