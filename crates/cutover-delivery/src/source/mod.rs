//! Where rulesets come from: when a client connects and again, what it takes of what is offered, and when what runs is
//! stale.
//!
//! Versions never go back. What is refused (a lower version, a wrong signature, a ruleset that the engine does not take)
//! leaves what runs, and is told; and as long as the other end offers nothing better, keep-alives do not make what runs
//! any fresher, for something newer is known to be there.

mod cache;
mod config;
mod event;
mod link;
mod offer;

pub use cache::{CacheConfig, CacheEffect, CacheEvent};
pub use config::{Config, Kind};
pub use event::{Cached, Code, Effect, Event, How};

use crate::{Millis, later};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A source of rulesets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    link: Link,
    /// What runs; 0 for nothing.
    version: u64,
    /// What is looked at now.
    taking: Option<Taking>,
    /// The version that the engine has refused: it is not asked again.
    refused: u64,
    /// Whether what was offered last was refused: then something newer is there.
    behind: bool,
    /// When what runs was last known to be the newest.
    heard_at: Option<Millis>,
    stale: bool,
    /// How often there was no connection.
    outages: u32,
    /// How often in a row connecting failed.
    failures: u32,
    /// How many streams were open and let nothing through.
    mute_streams: u32,
    /// Since when long polls are made, streams being no use: until then.
    polling_until: Option<Millis>,
    /// What the server wants clients to wait.
    base_ms: Option<u64>,
    report_at: Option<Millis>,
    fetch: Fetch,
    /// What users were told last, so that an outage is told once.
    told: Option<Code>,
    /// What was refused last, so that it is told once, however often it is offered.
    complaint: Option<Complaint>,
}

/// What was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Complaint {
    code: Code,
    version: u64,
}

/// The connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
enum Link {
    /// Nobody has asked for it yet.
    #[default]
    Idle,
    /// It was asked for.
    Connecting { how: How, deadline: Option<Millis>, since: Millis },
    /// It is open.
    Open { how: How, deadline: Option<Millis>, since: Millis, heard: bool },
    /// It is tried again then.
    Waiting { due: Millis },
    /// It is over for good.
    Closed,
}

/// A ruleset on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Taking {
    version: u64,
    /// When it was kept, where it comes from the disk.
    saved_at: Option<Millis>,
}

/// A text that is fetched beside the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "fetch", rename_all = "snake_case")]
enum Fetch {
    #[default]
    None,
    Asked {
        failures: u32,
    },
    Due {
        at: Millis,
        failures: u32,
    },
}

impl Source {
    /// What becomes of a source, and what is to be done. Events that have no place change nothing.
    ///
    /// ```
    /// use cutover_delivery::source::{Config, Effect, Event, How, Source};
    /// let config = Config { env: "production".into(), ..Config::default() };
    /// let (source, effects) = Source::default().step(&config, Event::Started { now: 0, cached: None });
    /// assert_eq!(effects[0], Effect::Connect { how: How::Stream, version: None, wait_s: 50 });
    /// let offered = Event::Offered { now: 5, version: Some(7), signature: None, has_text: true };
    /// let (source, effects) = source.step(&config, offered);
    /// assert_eq!(effects[0], Effect::Load { version: 7 });
    /// let (_, effects) = source.step(&config, Event::Loaded { now: 5, version: 7 });
    /// assert_eq!(effects[0], Effect::Adopt { version: 7, first: true, cached: false });
    /// ```
    #[must_use]
    pub fn step(mut self, config: &Config, event: Event) -> (Self, Vec<Effect>) {
        let mut out = Vec::new();
        if self.link == Link::Closed {
            return (self, out);
        }
        let now = event.now();
        match event {
            Event::Started { cached, .. } => self.started(config, now, cached, &mut out),
            Event::Opened { .. } => self.opened(config, now),
            Event::Heard { retry_ms, .. } => self.heard(config, now, retry_ms, &mut out),
            Event::Offered { version, signature, has_text, .. } => {
                self.offered(config, now, version, signature.as_deref(), has_text, &mut out);
            }
            Event::Verified { version, good, .. } => self.verified(version, good, &mut out),
            Event::Loaded { version, .. } => self.loaded(config, now, version, &mut out),
            Event::Broken { version, why, .. } => self.broken(version, &why, &mut out),
            Event::Failed { why, status, retry_after_ms, .. } => {
                self.failed(config, now, &why, status, retry_after_ms, &mut out);
            }
            Event::Ended { bye, .. } => self.ended(config, now, bye, &mut out),
            Event::FetchFailed { .. } => self.fetch_failed(config, now),
            Event::Reported { version, .. } => self.reported(version, &mut out),
            Event::Woke { .. } => self.woke(config, now, &mut out),
            Event::Closed { .. } => {
                self.report(&mut out);
                out.push(Effect::Disconnect);
                self.link = Link::Closed;
                return (self, out);
            }
        }
        self.freshness(config, now, &mut out);
        if let Some(at) = self.wake_at(config) {
            out.push(Effect::WakeAt { at });
        }
        (self, out)
    }

    fn started(&mut self, config: &Config, now: Millis, cached: Option<Cached>, out: &mut Vec<Effect>) {
        if self.link != Link::Idle {
            return;
        }
        if let Some(Cached { version, saved_at, signature }) = cached {
            self.take(
                config,
                Taking { version, saved_at: Some(saved_at.min(now)) },
                signature.as_deref(),
                out,
            );
        }
        let reports = config.kind == Kind::Http;
        self.report_at = config.report_ms.filter(|_| reports).map(|ms| later(now, ms));
        // What is kept is looked at first, so that the connection asks for what is newer.
        match self.taking {
            Some(_) => self.link = Link::Waiting { due: now },
            None => self.connect(config, now, out),
        }
    }

    fn woke(&mut self, config: &Config, now: Millis, out: &mut Vec<Effect>) {
        match self.link {
            Link::Waiting { due } if due <= now => self.connect(config, now, out),
            Link::Connecting { deadline: Some(deadline), .. }
            | Link::Open { deadline: Some(deadline), .. }
                if deadline <= now =>
            {
                out.push(Effect::Disconnect);
                self.failed(config, now, "nothing was heard for too long", None, None, out);
            }
            _ => {}
        }
        if let Fetch::Due { at, failures } = self.fetch
            && at <= now
        {
            self.fetch = Fetch::Asked { failures };
            out.push(Effect::Fetch { version: self.known() });
        }
        if self.report_at.is_some_and(|at| at <= now) {
            self.report_at = config.report_ms.map(|ms| later(now, ms));
            self.report(out);
        }
    }

    fn report(&self, out: &mut Vec<Effect>) {
        if self.version > 0 && self.report_at.is_some() {
            out.push(Effect::Report { epoch: self.version });
        }
    }

    /// What the server has published, as it answers a report: a change that did not get through otherwise.
    fn reported(&mut self, version: Option<u64>, out: &mut Vec<Effect>) {
        let refused = self.complaint.map_or(0, |complaint| complaint.version);
        let is_new = version.is_some_and(|version| version > self.version.max(self.refused).max(refused));
        if is_new && self.fetch == Fetch::None && self.taking.is_none() {
            self.fetch = Fetch::Asked { failures: 0 };
            out.push(Effect::Fetch { version: self.known() });
        }
    }

    fn known(&self) -> Option<u64> {
        (self.version > 0).then_some(self.version)
    }

    fn stale_at(&self, config: &Config) -> Option<Millis> {
        let after = config.stale_after_ms.filter(|_| config.kind != Kind::Environment)?;
        self.heard_at.filter(|_| self.version > 0).map(|heard| later(heard, after))
    }

    fn freshness(&mut self, config: &Config, now: Millis, out: &mut Vec<Effect>) {
        // What is looked at may be what makes it fresh: nobody is told the one and then the other.
        let settled = self.taking.is_none() || self.stale;
        let stale = settled && self.stale_at(config).is_some_and(|at| at <= now);
        if stale && !self.stale {
            out.push(Effect::Stale { since: self.heard_at.unwrap_or(now) });
        } else if self.stale && !stale {
            out.push(Effect::Fresh);
        }
        self.stale = stale;
    }

    /// The next time at which something is due of itself.
    fn wake_at(&self, config: &Config) -> Option<Millis> {
        let link = match self.link {
            Link::Waiting { due } => Some(due),
            Link::Connecting { deadline, .. } | Link::Open { deadline, .. } => deadline,
            Link::Idle | Link::Closed => None,
        };
        let fetch = match self.fetch {
            Fetch::Due { at, .. } => Some(at),
            Fetch::None | Fetch::Asked { .. } => None,
        };
        let stale = self.stale_at(config).filter(|_| !self.stale);
        [link, fetch, stale, self.report_at].into_iter().flatten().min()
    }
}

impl Event {
    fn now(&self) -> Millis {
        match self {
            Self::Started { now, .. }
            | Self::Opened { now }
            | Self::Heard { now, .. }
            | Self::Offered { now, .. }
            | Self::Verified { now, .. }
            | Self::Loaded { now, .. }
            | Self::Broken { now, .. }
            | Self::Failed { now, .. }
            | Self::Ended { now, .. }
            | Self::FetchFailed { now }
            | Self::Reported { now, .. }
            | Self::Woke { now }
            | Self::Closed { now } => *now,
        }
    }
}
