//! A published ruleset in memory: the bytes that clients get, packed once for all of them, and its engine.

use crate::client;
use crate::sign::Signer;
use crate::store::Version;
use bytes::Bytes;
use cutover::{Engine, LoadError};
use serde::Serialize;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

/// Rulesets up to this size, in bytes, are in the event itself; for larger ones clients ask.
const IN_EVENT: usize = 64 * 1024;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Brotli,
    Zstd,
}

impl Packing {
    /// The best of what a client takes, by its `Accept-Encoding`.
    pub(crate) fn accepted(header: &str) -> Self {
        let takes = |name: &str| {
            header.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next().is_some_and(|word| word.eq_ignore_ascii_case(name))
                    && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
            })
        };
        match () {
            () if takes("zstd") => Self::Zstd,
            () if takes("br") => Self::Brotli,
            () if takes("gzip") => Self::Gzip,
            () => Self::Plain,
        }
    }

    /// The word of `Content-Encoding`.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }
}

/// A published ruleset.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) version: i64,
    /// The version in the store that it was made of: itself, but for an emergency that the store does not have yet.
    pub(crate) stored: i64,
    pub(crate) body: Bytes,
    pub(crate) signature: String,
    pub(crate) kind: String,
    pub(crate) engine: Arc<Engine>,
    /// The server-sent event that tells of it.
    pub(crate) event: Bytes,
    packed: [OnceLock<Option<Bytes>>; 3],
    /// What clients get of it, made when the first one asks.
    for_clients: OnceLock<Option<Arc<Published>>>,
}

impl Published {
    /// A version of the store.
    pub(crate) fn of(version: Version) -> Result<Self, LoadError> {
        let engine = Arc::new(Engine::from_str(&version.body)?);
        let number = version.line.version;
        Ok(Self::new(number, number, version.body, version.signature, version.line.kind, engine))
    }

    pub(crate) fn new(
        version: i64,
        stored: i64,
        body: String,
        signature: String,
        kind: String,
        engine: Arc<Engine>,
    ) -> Self {
        let event = event(version, &signature, &body);
        let packed = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
        Self {
            version,
            stored,
            body: Bytes::from(body),
            signature,
            kind,
            engine,
            event,
            packed,
            for_clients: OnceLock::new(),
        }
    }

    /// What clients get of it, where that is made already.
    pub(crate) fn known_for_clients(&self) -> Option<&Option<Arc<Self>>> {
        self.for_clients.get()
    }

    /// What clients get of it. Making it takes as long as its lists are long; none where it could not be made.
    pub(crate) fn for_clients(&self, env: &str, signer: &Signer) -> Option<Arc<Self>> {
        let made = || {
            let document: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
            let compiled = client::compiled(&document, &client::salt(signer, env));
            let (body, engine) = compiled
                .inspect_err(
                    |error| tracing::error!(env, version = self.version, %error, "no ruleset for clients"),
                )
                .ok()?;
            let signature = signer.sign_bytes(&client::signed_bytes(env, self.version, body.as_bytes()));
            let (version, stored, kind) = (self.version, self.stored, self.kind.clone());
            Some(Arc::new(Self::new(version, stored, body, signature, kind, Arc::new(engine))))
        };
        self.for_clients.get_or_init(made).clone()
    }

    /// The event as a message of a channel: the ruleset is in it however long it is.
    pub(crate) fn message(&self) -> String {
        let ruleset = std::str::from_utf8(&self.body).ok();
        let told = Told { version: self.version, signature: &self.signature, ruleset };
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// The body as a client takes it. What does not get smaller stays as it is.
    pub(crate) fn packed(&self, packing: Packing) -> (Bytes, Packing) {
        let slot = match packing {
            Packing::Plain => None,
            Packing::Gzip => self.packed.first(),
            Packing::Brotli => self.packed.get(1),
            Packing::Zstd => self.packed.get(2),
        };
        let packed = slot.and_then(|slot| {
            slot.get_or_init(|| {
                pack(&self.body, packing)
                    .ok()
                    .filter(|packed| packed.len() < self.body.len())
                    .map(Bytes::from)
            })
            .clone()
        });
        packed.map_or_else(|| (self.body.clone(), Packing::Plain), |packed| (packed, packing))
    }
}

fn pack(body: &[u8], packing: Packing) -> std::io::Result<Vec<u8>> {
    match packing {
        Packing::Plain => Ok(body.to_vec()),
        Packing::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Packing::Brotli => {
            let mut packed = Vec::new();
            brotli::CompressorWriter::new(&mut packed, 4096, 5, 22).write_all(body)?;
            Ok(packed)
        }
        Packing::Zstd => zstd::bulk::compress(body, 6),
    }
}

/// What the event of a version says.
#[derive(Serialize)]
struct Told<'a> {
    version: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    signature: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ruleset: Option<&'a str>,
}

fn event(version: i64, signature: &str, body: &str) -> Bytes {
    let told = Told { version, signature, ruleset: (body.len() <= IN_EVENT).then_some(body) };
    // JSON has no line feeds of its own, so the event is one line of data.
    let told = serde_json::to_string(&told).unwrap_or_default();
    Bytes::from(format!("id: {version}\nevent: ruleset\ndata: {told}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::Packing;

    #[test]
    fn the_best_packing_that_a_client_takes() {
        assert_eq!(Packing::accepted("gzip, deflate, br"), Packing::Brotli);
        assert_eq!(Packing::accepted("gzip;q=1.0, zstd;q=0"), Packing::Gzip);
        assert_eq!(Packing::accepted("identity"), Packing::Plain);
        assert_eq!(Packing::accepted(""), Packing::Plain);
    }
}
