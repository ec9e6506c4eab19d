//! Looking for secrets where none may be.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// A marked secret, and the forms in which a careless program would write it.
pub struct Canary {
    name: String,
    forms: Vec<Vec<u8>>,
}

impl Canary {
    /// Marks a secret. A part of it longer than its last four characters counts too.
    pub fn new(name: &str, secret: &str) -> Self {
        let inner = &secret[..secret.len() - 5];
        let tail = &secret[secret.len() - 8..];
        let mut forms: Vec<Vec<u8>> = [secret, inner, tail]
            .iter()
            .map(|part| part.as_bytes().to_vec())
            .collect();
        // In base64 a text looks different by where it stands: three beginnings cover all.
        for skipped in 0..3 {
            let part = &secret.as_bytes()[skipped..];
            let whole_triples = &part[..part.len() / 3 * 3];
            forms.push(BASE64_STANDARD_NO_PAD.encode(whole_triples).into_bytes());
            forms.push(BASE64_URL_SAFE_NO_PAD.encode(whole_triples).into_bytes());
        }
        forms.push(BASE64_STANDARD.encode(secret).into_bytes());
        let encoded: String = secret
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        forms.push(encoded.into_bytes());
        Self {
            name: name.to_owned(),
            forms,
        }
    }

    /// Its forms as texts, for those who look through something else than bytes.
    pub fn texts(&self) -> Vec<String> {
        self.forms
            .iter()
            .map(|form| String::from_utf8_lossy(form).into_owned())
            .collect()
    }
}

/// The names of the canaries that stand in some bytes, in any form.
pub fn copies_in(bytes: &[u8], canaries: &[Canary]) -> Vec<String> {
    canaries
        .iter()
        .filter(|canary| {
            canary
                .forms
                .iter()
                .any(|form| bytes.windows(form.len()).any(|window| window == form))
        })
        .map(|canary| canary.name.clone())
        .collect()
}

/// The same for every file below a folder, with the files' paths.
pub fn copies_in_folder(folder: &Path, canaries: &[Canary]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(copies_in_folder(&path, canaries));
        } else if let Ok(bytes) = fs::read(&path) {
            found.extend(
                copies_in(&bytes, canaries)
                    .into_iter()
                    .map(|name| format!("{name} in {}", path.display())),
            );
        }
    }
    found
}
