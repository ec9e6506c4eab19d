//! What a program tells on the desktop: the notices' service of a session bus, for a story.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::zvariant::Value;

use crate::Keychain;

/// One notice, as a desktop would show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its one line.
    pub title: String,
    /// What stands below.
    pub body: String,
}

/// The desktop's service of notices on a keychain's bus; it ends when this is dropped.
pub struct Notices {
    shown: Arc<Mutex<Vec<Notice>>>,
    _connection: zbus::Connection,
}

impl Notices {
    /// Offers the service.
    pub async fn on(keychain: &Keychain) -> Self {
        let shown = Arc::default();
        let service = Service {
            shown: Arc::clone(&shown),
        };
        let connection = zbus::connection::Builder::address(keychain.address())
            .and_then(|bus| bus.name("org.freedesktop.Notifications"))
            .and_then(|bus| bus.serve_at("/org/freedesktop/Notifications", service))
            .expect("names of the specification")
            .build()
            .await
            .expect("a bus of its own");
        Self {
            shown,
            _connection: connection,
        }
    }

    /// What was shown so far.
    pub fn shown(&self) -> Vec<Notice> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }
}

/// <https://specifications.freedesktop.org/notification-spec/latest/protocol.html>
struct Service {
    shown: Arc<Mutex<Vec<Notice>>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    #[allow(clippy::too_many_arguments, reason = "the specification has eight")]
    fn notify(
        &self,
        _app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, Value<'_>>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(Notice {
            title: summary.to_owned(),
            body: body.to_owned(),
        });
        u32::try_from(shown.len()).unwrap_or(u32::MAX)
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = |text: &str| text.to_owned();
        (text("story"), text("bbsetup"), text("1"), text("1.2"))
    }
}
