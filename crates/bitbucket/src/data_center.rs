//! Recognising a Bitbucket Data Center server where Bitbucket Cloud was expected.

use serde_json::Value;

use crate::reply::Reply;
use crate::session::Session;

/// A public resource of Data Center; asked without a credential, since some servers refuse it
/// with one. Source: the Data Center 9.2 API description.
const APPLICATION_PROPERTIES: &str = "/rest/api/latest/application-properties";

/// The version of the Data Center server at the API URL, where there is one.
pub(crate) async fn version(session: &Session<'_>) -> Option<String> {
    let asked = session.ask_anonymously(APPLICATION_PROPERTIES).await;
    let Ok(Reply::Granted(properties)) = asked.answer else {
        return None;
    };
    let name = properties.get("displayName").and_then(Value::as_str)?;
    let version = properties.get("version").and_then(Value::as_str)?;
    name.contains("Bitbucket")
        .then(|| crate::reply::one_line(version))
}
