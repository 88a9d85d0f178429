//! Signatures of rulesets, so that a client need not trust what lies between.

use crate::clock::{hex, random};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use std::path::Path;

/// The key that this server signs with.
#[derive(Debug, Clone)]
pub struct Signer {
    key: SigningKey,
    id: String,
}

impl Signer {
    /// The key of a file: 32 bytes in hexadecimal digits. Where there is no file, it is made, for its owner alone.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or holds no key.
    pub fn of_file(path: &Path) -> std::io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = hex(&random::<32>());
                private_file(path)?.write_all(text.as_bytes())?;
                text
            }
            Err(error) => return Err(error),
        };
        let seed = unhex(text.trim()).ok_or_else(|| {
            let wrong = format!("{}: a signing key is 64 hexadecimal digits", path.display());
            std::io::Error::new(std::io::ErrorKind::InvalidData, wrong)
        })?;
        Ok(Self::of_seed(&seed))
    }

    /// The key of a seed.
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let hash = Sha256::digest(key.verifying_key().as_bytes());
        let id = hex(hash.get(..8).unwrap_or_default());
        Self { key, id }
    }

    /// `<key id>:<signature>`, as in the header `Cutover-Signature`.
    #[must_use]
    pub fn sign(&self, env: &str, version: i64, body: &[u8]) -> String {
        self.sign_bytes(&signed_bytes(env, version, body))
    }

    /// `<key id>:<signature>` of bytes that say themselves what they are.
    #[must_use]
    pub fn sign_bytes(&self, bytes: &[u8]) -> String {
        let signature = self.key.sign(bytes);
        format!("{}:{}", self.id, BASE64_STANDARD.encode(signature.to_bytes()))
    }

    /// What the key is known by: the first eight bytes of the SHA-256 of the public key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key in base64, with which clients verify.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64_STANDARD.encode(self.key.verifying_key().as_bytes())
    }
}

/// What is signed: the environment and the version too, so that neither another environment's ruleset nor an old one
/// passes for this one.
#[must_use]
pub fn signed_bytes(env: &str, version: i64, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("cutover-ruleset-v1\n{env}\n{version}\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A new file that only its owner reads.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
