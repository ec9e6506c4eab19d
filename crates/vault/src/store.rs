//! The platform's own store, opened anew for each call, so that a keychain which is started or
//! unlocked later is found.

use std::sync::Arc;

use bbsetup_setup::Secret;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};

use crate::VaultError;

#[cfg(target_os = "linux")]
pub(crate) const NAME: &str = "Secret Service";
#[cfg(target_os = "macos")]
pub(crate) const NAME: &str = "Keychain";
#[cfg(target_os = "windows")]
pub(crate) const NAME: &str = "Credential Manager";

#[cfg(target_os = "linux")]
fn open() -> Result<Arc<impl CredentialStoreApi>, Error> {
    zbus_secret_service_keyring_store::Store::new()
}

#[cfg(target_os = "macos")]
fn open() -> Result<Arc<impl CredentialStoreApi>, Error> {
    apple_native_keyring_store::keychain::Store::new()
}

#[cfg(target_os = "windows")]
fn open() -> Result<Arc<impl CredentialStoreApi>, Error> {
    windows_native_keyring_store::Store::new()
}

fn entry(service: &str, user: &str) -> Result<Entry, Error> {
    open()?.build(service, user, None)
}

pub(crate) fn read(service: &str, user: &str) -> Result<Option<Secret>, VaultError> {
    match entry(service, user).and_then(|entry| entry.get_password()) {
        Ok(secret) => Ok(Some(Secret::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn write(service: &str, user: &str, secret: &Secret) -> Result<(), VaultError> {
    Ok(entry(service, user).and_then(|entry| entry.set_password(secret.expose()))?)
}

pub(crate) fn delete(service: &str, user: &str) -> Result<bool, VaultError> {
    match entry(service, user).and_then(|entry| entry.delete_credential()) {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
