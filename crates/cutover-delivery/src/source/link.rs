//! The connection of a source: when it is made, given up and made again.

use super::{Code, Complaint, Config, Effect, Fetch, How, Kind, Link, Source};
use crate::{Millis, later};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Statuses of a server, or of something in front of it, that has no server-sent events.
const NO_STREAMS: [u16; 5] = [404, 405, 406, 415, 501];

/// After so many streams that let nothing through, long polls are made.
const MUTE_STREAMS: u32 = 2;

/// A connection that lasted so long was a good one: the next waits begin anew.
const SETTLED_MS: u64 = 5_000;

/// An answer within so long was no wait.
const AT_ONCE_MS: u64 = 1_000;

impl Source {
    pub(super) fn connect(&mut self, config: &Config, now: Millis, out: &mut Vec<Effect>) {
        if self.polling_until.is_some_and(|until| until <= now) {
            self.polling_until = None;
            self.mute_streams = 0;
        }
        let how = match config.kind {
            Kind::Http if self.polling_until.is_some() => How::Poll,
            Kind::Http => How::Stream,
            Kind::Redis => How::Subscribe,
            Kind::File => How::Watch,
            Kind::Environment => How::Read,
        };
        let wait_s = config.wait_s;
        let patience = match how {
            How::Stream | How::Subscribe => Some(config.connect_ms),
            How::Poll => Some(config.connect_ms + u64::from(wait_s) * 1_000),
            How::Watch | How::Read => None,
        };
        self.link = Link::Connecting { how, deadline: patience.map(|ms| later(now, ms)), since: now };
        out.push(Effect::Connect { how, version: self.known(), wait_s });
    }

    pub(super) fn opened(&mut self, config: &Config, now: Millis) {
        if let Link::Connecting { how, since, .. } = self.link {
            self.link = Link::Open { how, deadline: self.idle(config, how, now), since, heard: false };
            self.behind = false;
        }
    }

    pub(super) fn idle(&self, config: &Config, how: How, now: Millis) -> Option<Millis> {
        (!matches!(how, How::Watch | How::Read)).then(|| later(now, config.idle_ms))
    }

    pub(super) fn heard(
        &mut self,
        config: &Config,
        now: Millis,
        retry_ms: Option<u64>,
        out: &mut Vec<Effect>,
    ) {
        if let Some(ms) = retry_ms {
            self.base_ms = Some(ms.min(config.cap_ms));
        }
        // As long as something newer is on its way, what runs is not the newest.
        if !self.behind && self.fetch == Fetch::None && self.taking.is_none() {
            self.heard_at = Some(now);
        }
        self.alive(config, now, out);
    }

    /// Something came in. A poll is over with it, and the next one begins.
    pub(super) fn alive(&mut self, config: &Config, now: Millis, out: &mut Vec<Effect>) {
        self.told =
            self.told.filter(|code| !matches!(code, Code::Unreachable | Code::NotAllowed | Code::NotFound));
        let (Link::Connecting { how, since, .. } | Link::Open { how, since, .. }) = self.link else { return };
        if how != How::Poll {
            self.mute_streams = 0;
            self.link = Link::Open { how, deadline: self.idle(config, how, now), since, heard: true };
            return;
        }
        self.failures = 0;
        let at_once = now.saturating_sub(since) < Millis::try_from(AT_ONCE_MS).unwrap_or(0);
        if self.taking.is_some() {
            // What it brought is taken first; where that fails, the server would bring it again at once.
            self.link = Link::Waiting { due: later(now, config.poll_ms) };
        } else if at_once {
            self.link = Link::Waiting { due: later(since, config.poll_ms) };
        } else {
            self.connect(config, now, out);
        }
    }

    pub(super) fn failed(
        &mut self,
        config: &Config,
        now: Millis,
        why: &str,
        status: Option<u16>,
        retry_after_ms: Option<u64>,
        out: &mut Vec<Effect>,
    ) {
        let code = match status {
            Some(401 | 403) => Code::NotAllowed,
            Some(404) => Code::NotFound,
            _ => Code::Unreachable,
        };
        if self.told != Some(code) {
            self.told = Some(code);
            out.push(Effect::Error { code, message: why.to_string() });
        }
        let (how, since, was_open, heard) = match self.link {
            Link::Connecting { how, since, .. } => (how, since, false, false),
            Link::Open { how, since, heard, .. } => (how, since, true, heard),
            Link::Idle | Link::Waiting { .. } | Link::Closed => return,
        };
        // A file is looked at again by whoever watches it.
        if matches!(how, How::Watch | How::Read) {
            return;
        }
        let lasted = now.saturating_sub(since) >= Millis::try_from(SETTLED_MS).unwrap_or(0);
        if heard && lasted {
            self.failures = 0;
        }
        if self.failures == 0 {
            self.outages = self.outages.wrapping_add(1);
        }
        self.failures = self.failures.saturating_add(1);
        let mut delay = self.delay_ms(config);
        if how == How::Stream {
            let refused = status.is_some_and(|status| NO_STREAMS.contains(&status));
            if was_open && !heard {
                self.mute_streams += 1;
            }
            if refused || self.mute_streams >= MUTE_STREAMS {
                self.polling_until = Some(later(now, config.streams_again_ms));
                delay = 0;
            }
        }
        self.link = Link::Waiting { due: later(now, delay.max(retry_after_ms.unwrap_or(0))) };
    }

    /// A stream that ended in good order is made again as one that broke, and nobody is told.
    pub(super) fn ended(&mut self, config: &Config, now: Millis, bye: bool, out: &mut Vec<Effect>) {
        let told = self.told;
        if bye {
            self.told = Some(Code::Unreachable);
        }
        self.failed(config, now, "the connection has ended", None, None, out);
        if bye {
            self.told = told;
        }
    }

    pub(super) fn fetch_failed(&mut self, config: &Config, now: Millis) {
        if let Fetch::Asked { failures } = self.fetch {
            let failures = failures.saturating_add(1);
            let delay = config.delay_ms(self.outages, failures, self.base_ms(config));
            self.fetch = Fetch::Due { at: later(now, delay), failures };
        }
    }

    fn delay_ms(&self, config: &Config) -> u64 {
        config.delay_ms(self.outages, self.failures, self.base_ms(config))
    }

    fn base_ms(&self, config: &Config) -> u64 {
        self.base_ms.unwrap_or(config.base_ms)
    }

    /// Tells what was refused, and remembers that something newer is there.
    pub(super) fn refuse(&mut self, code: Code, version: u64, message: &str, out: &mut Vec<Effect>) {
        self.behind = true;
        self.taking = None;
        let complaint = Some(Complaint { code, version });
        if self.complaint == complaint {
            return;
        }
        self.complaint = complaint;
        out.push(Effect::Error { code, message: format!("{message}; what runs stays") });
    }
}
