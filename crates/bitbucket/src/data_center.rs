//! Recognising a Bitbucket Data Center server where Bitbucket Cloud was expected.

use bbsetup_http::{Client, Request};
use bbsetup_setup::ApiUrl;
use serde_json::Value;

use crate::reply::{self, Reply};

/// A public resource of Data Center; asked without a credential, since some servers refuse it
/// with one. Source: the Data Center 9.2 API description.
const APPLICATION_PROPERTIES: &str = "/rest/api/latest/application-properties";

/// The version of the Data Center server at an API URL, where there is one; `looks_like` is what
/// its first answer looked like. Bitbucket Cloud's own address is not asked.
pub(crate) async fn at(client: &Client, api_url: &ApiUrl, looks_like: &str) -> Option<String> {
    if api_url.is_bitbucket_cloud() {
        return None;
    }
    let version = version(client, api_url).await;
    version.or_else(|| {
        looks_like
            .contains("Data Center")
            .then(|| "not told".to_owned())
    })
}

async fn version(client: &Client, api_url: &ApiUrl) -> Option<String> {
    let request = Request::get(api_url.join(APPLICATION_PROPERTIES));
    let answer = client.send(request).await.ok()?;
    let Reply::Granted(properties) = reply::read(&answer) else {
        return None;
    };
    let name = properties.get("displayName").and_then(Value::as_str)?;
    let version = properties.get("version").and_then(Value::as_str)?;
    name.contains("Bitbucket").then(|| reply::one_line(version))
}
