//! The only home of keyring: secrets in the operating system's keychain.
//!
//! A keychain is proved by a write, a read and a delete before any secret is asked for. There is no
//! fallback to a file: without a keychain, [`Vault::memory`] keeps secrets for this process alone.

mod call;
mod error;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bbsetup_setup::{Secret, SecretSlot};

pub use call::Waiting;
pub use error::VaultError;

/// The service under which every entry stands in the keychain.
pub const SERVICE: &str = "bbsetup";

/// Where one secret is kept: the keychain's user name is `<workspace>/<slot>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry(String);

impl Entry {
    /// The entry of a workspace's secret.
    pub fn new(workspace: &str, slot: SecretSlot) -> Self {
        Self(format!("{workspace}/{slot}"))
    }

    /// Where the secret is kept that was there before, until it is dropped.
    pub fn previous(workspace: &str, slot: SecretSlot) -> Self {
        Self(format!("{workspace}/{slot}.previous"))
    }

    /// Where a secret is held while two change places.
    pub fn between(workspace: &str, slot: SecretSlot) -> Self {
        Self(format!("{workspace}/{slot}.between"))
    }

    /// The keychain's user name.
    pub fn user(&self) -> &str {
        &self.0
    }
}

/// Where secrets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// The operating system's keychain.
    Os,
    /// This process alone.
    Memory,
}

/// A keychain, or this process's memory in its place. Clones share what they hold.
#[derive(Clone)]
pub struct Vault {
    place: Place,
    waiting: Waiting,
}

/// What came of each step of a keychain's proof.
#[derive(Debug)]
pub struct Probe {
    /// Writing a value.
    pub written: Result<(), VaultError>,
    /// Reading it back and comparing; nothing where none was written.
    pub read: Option<Result<(), VaultError>>,
    /// Deleting it; nothing where none was written.
    pub deleted: Option<Result<(), VaultError>>,
}

#[derive(Clone)]
enum Place {
    Os,
    Memory(Arc<Mutex<HashMap<Entry, Secret>>>),
}

impl Vault {
    /// The operating system's keychain.
    pub fn os(waiting: Waiting) -> Self {
        Self {
            place: Place::Os,
            waiting,
        }
    }

    /// This process's memory: everything is gone when it ends.
    pub fn memory() -> Self {
        Self {
            place: Place::Memory(Arc::default()),
            waiting: Waiting::default(),
        }
    }

    /// Where secrets go.
    pub fn kind(&self) -> VaultKind {
        match self.place {
            Place::Os => VaultKind::Os,
            Place::Memory(_) => VaultKind::Memory,
        }
    }

    /// What the system calls the keychain.
    pub fn store_name(&self) -> &'static str {
        match self.place {
            Place::Os => store::NAME,
            Place::Memory(_) => "this process only",
        }
    }

    /// Proves the keychain: writes a value made for the purpose, reads it back, compares, and
    /// always deletes it.
    pub async fn probe(&self) -> Result<(), VaultError> {
        let Probe {
            written,
            read,
            deleted,
        } = self.probe_by_step().await;
        written?;
        read.unwrap_or(Ok(()))?;
        deleted.unwrap_or(Ok(()))
    }

    /// The same, with what came of each step.
    pub async fn probe_by_step(&self) -> Probe {
        let entry = Entry(format!("probe/{}", uuid::Uuid::new_v4()));
        let value = Secret::new(uuid::Uuid::new_v4().to_string());
        let written = self.write(&entry, &value).await;
        let read = match &written {
            Ok(()) => Some(self.read_and_compare(&entry, &value).await),
            Err(_) => None,
        };
        // A write that was refused may have left something all the same.
        let deleted = self.delete(&entry).await.map(|_| ());
        Probe {
            deleted: written.is_ok().then_some(deleted),
            written,
            read,
        }
    }

    async fn read_and_compare(&self, entry: &Entry, value: &Secret) -> Result<(), VaultError> {
        match self.read(entry).await? {
            Some(held) if held == *value => Ok(()),
            Some(_) | None => Err(VaultError::Forgetful),
        }
    }

    /// Reads a secret. That there is none is an answer and no error.
    pub async fn read(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        match &self.place {
            Place::Memory(held) => Ok(lock(held).get(entry).cloned()),
            Place::Os => {
                let user = entry.0.clone();
                call::run(&self.waiting, move || store::read(SERVICE, &user)).await
            }
        }
    }

    /// Writes a secret over any that was there.
    pub async fn write(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        match &self.place {
            Place::Memory(held) => {
                lock(held).insert(entry.clone(), secret.clone());
                Ok(())
            }
            Place::Os => {
                let (user, secret) = (entry.0.clone(), secret.clone());
                call::run(&self.waiting, move || store::write(SERVICE, &user, &secret)).await
            }
        }
    }

    /// Deletes a secret; tells whether there was one.
    pub async fn delete(&self, entry: &Entry) -> Result<bool, VaultError> {
        match &self.place {
            Place::Memory(held) => Ok(lock(held).remove(entry).is_some()),
            Place::Os => {
                let user = entry.0.clone();
                call::run(&self.waiting, move || store::delete(SERVICE, &user)).await
            }
        }
    }
}

fn lock(held: &Mutex<HashMap<Entry, Secret>>) -> std::sync::MutexGuard<'_, HashMap<Entry, Secret>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time a call may take: the system's own dialog waits for a person.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// After this time a person is told that the keychain is waited for.
pub(crate) const ANNOUNCE_AFTER: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_keeps_reads_and_deletes() {
        let vault = Vault::memory();
        let entry = Entry::new("acme", SecretSlot::WorkspaceToken);
        assert_eq!(entry.user(), "acme/workspace_token");
        assert_eq!(vault.read(&entry).await.expect("an answer"), None);
        vault
            .write(&entry, &Secret::new("canary"))
            .await
            .expect("room");
        assert_eq!(
            vault.clone().read(&entry).await.expect("an answer"),
            Some(Secret::new("canary"))
        );
        assert!(vault.delete(&entry).await.expect("an answer"));
        assert!(!vault.delete(&entry).await.expect("an answer"));
        vault.probe().await.expect("memory proves itself");
        let steps = vault.probe_by_step().await;
        assert!(
            matches!(
                steps,
                Probe {
                    written: Ok(()),
                    read: Some(Ok(())),
                    deleted: Some(Ok(())),
                }
            ),
            "{steps:?}"
        );
    }
}
