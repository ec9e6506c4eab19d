//! The only home of keyring: secrets in the operating system's keychain.
