//! Whose credential this is, asked by itself.

use bbsetup_http::{Client, Request};
use bbsetup_setup::ApiUrl;

use crate::reply::{self, Reply, one_line};
use crate::session::Credential;
use crate::wire::Account;

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
