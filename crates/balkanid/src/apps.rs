//! The apps that a tenant can integrate.

use bbsetup_setup::{Problem, ProblemCode};

use crate::BalkanId;
use crate::bulk::{self, Object};
use crate::refusal::Doing;
use crate::table::Table;

/// One row of the apps file (<https://developer.balkan.id/>, Apps, Bulk Apps Download API).
///
/// Each row names the tenant too, which makes this file the cheapest test of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The tenant's ID.
    pub tenant_id: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant's status.
    pub tenant_status: String,
    /// The app's ID, such as `bitbucket`.
    pub id: String,
    /// The app's name, such as `Bitbucket`.
    pub name: String,
}

impl App {
    /// Whether this is Bitbucket.
    pub fn is_bitbucket(&self) -> bool {
        self.id.eq_ignore_ascii_case("bitbucket") || self.name.eq_ignore_ascii_case("bitbucket")
    }
}

impl BalkanId {
    /// Reads the apps, and finds Bitbucket among them.
    ///
    /// # Errors
    /// `balkanid_not_found` where it is not; else as [`BalkanId::apps`].
    pub async fn bitbucket(&self) -> Result<App, Problem> {
        let apps = self.apps().await?;
        apps.into_iter().find(App::is_bitbucket).ok_or_else(|| {
            Problem::new(
                ProblemCode::BalkanIdNotFound,
                "The tenant's list of apps holds no Bitbucket.",
            )
        })
    }

    /// Reads the apps: whether the key is accepted, and whose tenant it is.
    ///
    /// # Errors
    /// `balkanid_key_refused`, `balkanid_not_found`, `balkanid_refused`, or what kept a readable
    /// answer from coming.
    pub async fn apps(&self) -> Result<Vec<App>, Problem> {
        let file = bulk::download(self, Object::Apps, Doing::ReadApps).await?;
        let table = Table::read(&file, &["ID", "Name"])
            .map_err(|wrong| Doing::ReadApps.unreadable(&wrong.sentence()))?;
        Ok(table
            .rows()
            .map(|cells| App {
                tenant_id: cells.text("Tenant ID"),
                tenant_name: crate::one_line::one_line(&cells.text("Tenant Name")),
                tenant_status: cells.text("Tenant Status"),
                id: cells.text("ID"),
                name: cells.text("Name"),
            })
            .filter(|app| !app.id.is_empty())
            .collect())
    }
}
