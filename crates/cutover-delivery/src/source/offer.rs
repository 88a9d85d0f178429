//! What a source takes of what is offered.

use super::{Code, Config, Effect, Fetch, Link, Source, Taking};
use crate::{Millis, later};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

impl Source {
    pub(super) fn offered(
        &mut self,
        config: &Config,
        now: Millis,
        version: Option<u64>,
        signature: Option<&str>,
        has_text: bool,
        out: &mut Vec<Effect>,
    ) {
        if matches!(self.fetch, Fetch::Asked { .. }) && has_text {
            self.fetch = Fetch::None;
        }
        // What has no version is newer than what came before it.
        let version = version.unwrap_or_else(|| self.version.max(self.refused).saturating_add(1));
        if version == self.version {
            self.behind = false;
            self.heard_at = Some(now);
        } else if version < self.version {
            let (here, code) = (self.version, Code::VersionBack);
            self.refuse(
                code,
                version,
                &format!("version {version} is offered, which is before version {here}"),
                out,
            );
        } else if version == self.refused {
            // It was told already, and stays what it is.
            self.behind = true;
        } else if !has_text {
            if self.fetch == Fetch::None {
                self.fetch = Fetch::Asked { failures: 0 };
                out.push(Effect::Fetch { version: self.known() });
            }
        } else {
            self.take(config, Taking { version, saved_at: None }, signature, out);
        }
        self.alive(config, now, out);
    }

    /// Looks at a ruleset: its signature first, where there are keys.
    pub(super) fn take(
        &mut self,
        config: &Config,
        taking: Taking,
        signature: Option<&str>,
        out: &mut Vec<Effect>,
    ) {
        let version = taking.version;
        let what = if taking.saved_at.is_some() { "the kept version" } else { "version" };
        if config.public_keys.is_empty() {
            self.taking = Some(taking);
            out.push(Effect::Load { version });
            return;
        }
        let Some((id, signature)) = signature.and_then(|signature| signature.split_once(':')) else {
            return self.refuse(Code::Unsigned, version, &format!("{what} {version} has no signature"), out);
        };
        let Some(key) = config.public_keys.get(id) else {
            let known =
                config.public_keys.keys().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let message = format!(
                "{what} {version} is signed by the key `{id}`, which is none of the known keys {known}"
            );
            return self.refuse(Code::UnknownKey, version, &message, out);
        };
        self.taking = Some(taking);
        out.push(Effect::Verify {
            version,
            key: key.clone(),
            signature: signature.to_string(),
            prefix: format!("cutover-ruleset-v1\n{}\n{version}\n", config.env),
        });
    }

    fn taken(&self, version: u64) -> Option<Taking> {
        self.taking.filter(|taking| taking.version == version)
    }

    pub(super) fn verified(&mut self, version: u64, good: bool, out: &mut Vec<Effect>) {
        if self.taken(version).is_none() {
            return;
        }
        if good {
            out.push(Effect::Load { version });
        } else {
            self.refuse(
                Code::BadSignature,
                version,
                &format!("the signature of version {version} is wrong"),
                out,
            );
        }
    }

    pub(super) fn loaded(&mut self, config: &Config, now: Millis, version: u64, out: &mut Vec<Effect>) {
        let Some(Taking { saved_at, .. }) = self.taken(version) else { return };
        let first = self.version == 0;
        self.taking = None;
        self.version = version;
        self.behind = false;
        self.told = None;
        self.complaint = None;
        self.heard_at = Some(saved_at.unwrap_or(now));
        out.push(Effect::Adopt { version, first, cached: saved_at.is_some() });
        if saved_at.is_none() {
            out.push(Effect::Save { version });
        }
        if saved_at.is_none() && self.report_at.is_some() {
            out.push(Effect::Report { epoch: version });
            self.report_at = config.report_ms.map(|ms| later(now, ms));
        }
        self.on(config, now, out);
    }

    pub(super) fn broken(&mut self, version: u64, why: &str, out: &mut Vec<Effect>) {
        let Some(Taking { saved_at, .. }) = self.taken(version) else { return };
        if saved_at.is_none() {
            self.refused = version;
        }
        self.refuse(Code::Broken, version, &format!("version {version} is refused: {why}"), out);
    }

    /// What waited for the ruleset goes on.
    fn on(&mut self, config: &Config, now: Millis, out: &mut Vec<Effect>) {
        let polls = self.polling_until.is_some() && self.failures == 0;
        if let Link::Waiting { due } = self.link
            && (due <= now || polls)
        {
            self.connect(config, now, out);
        }
    }
}
