//! Delivery policies: how the side effects of a migration are carried out, as a document writes it.

use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use crate::ruleset::fields::{Fields, Reader};
use cutover_delivery::breaker::{self, Window};
use cutover_delivery::limits::{self, Limit};
use cutover_delivery::outbox::OnDead;
use cutover_delivery::policy::{Breakers, Changes, Delivery, Shadow, Timeouts, Worker};
use cutover_delivery::retry::{BudgetPolicy, Jitter, Policy as Retry};

pub(crate) const KEYS: &[&str] =
    &["attempts", "backoff", "budget", "breaker", "timeouts", "worker", "shadow", "changes"];

/// The keys of its parts.
pub(crate) const PARTS: &[(&str, &[&str])] = &[
    ("backoff", &["base", "factor", "cap", "jitter"]),
    ("budget", &["ratio", "min_per_second", "window"]),
    (
        "breaker",
        &[
            "window",
            "failure_rate",
            "slow_call_rate",
            "slow_call",
            "min_calls",
            "open_for",
            "permits",
            "lease",
        ],
    ),
    ("timeouts", &["read", "other", "write"]),
    ("worker", &["lease", "poll", "limit", "dead", "abandoned_after"]),
    ("shadow", &["concurrency"]),
    ("changes", &["max_parked"]),
];

const JITTERS: &[(&str, Jitter)] = &[("full", Jitter::Full), ("none", Jitter::None)];
const DEAD: &[(&str, OnDead)] = &[("park", OnDead::Park), ("pass", OnDead::Pass)];

/// In how many steps a window of time forgets.
const BUCKETS: u32 = 10;

/// Reads a policy. A part that cannot be read is noted, and the rest is still checked.
pub(super) fn read(reader: &mut Reader, node: &Node<'_>, path: Path<'_>) -> Option<Delivery> {
    let mut part = Part::new(reader, node, path)?;
    let mut policy = Delivery::default();
    part.whole("attempts", limits::ATTEMPTS, &mut policy.retry.attempts);
    part.nested("backoff", |part| backoff(part, &mut policy.retry));
    part.nested("budget", |part| policy.retry.budget = Some(budget(part)));
    part.nested("breaker", |part| {
        let breaker = breaker(part);
        policy.breakers = Breakers { old: Some(breaker), new: Some(breaker) };
    });
    part.nested("timeouts", |part| timeouts(part, &mut policy.timeouts));
    part.nested("worker", |part| worker(part, &mut policy.worker));
    part.nested("shadow", |part| shadow(part, &mut policy.shadow));
    part.nested("changes", |part| changes(part, &mut policy.changes));
    part.finish(KEYS);
    Some(policy)
}

fn backoff(part: &mut Part<'_, '_>, retry: &mut Retry) {
    part.duration("base", limits::BASE_MS, &mut retry.base_ms);
    part.whole("factor", limits::FACTOR, &mut retry.factor);
    let cap = part.duration("cap", limits::CAP_MS, &mut retry.cap_ms);
    part.word("jitter", JITTERS, &mut retry.jitter);
    if retry.cap_ms < retry.base_ms {
        let help = "give a `cap` that no wait exceeds; without one it is `1m`";
        part.contradiction(cap, "the waits begin above their cap", "a `cap` not below `base`", help);
    }
}

fn budget(part: &mut Part<'_, '_>) -> BudgetPolicy {
    let mut budget = BudgetPolicy::default();
    part.percent("ratio", limits::RATIO, &mut budget.ratio);
    part.whole("min_per_second", limits::MIN_PER_SECOND, &mut budget.min_per_second);
    part.duration("window", limits::BUDGET_WINDOW_MS, &mut budget.window_ms);
    budget
}

fn breaker(part: &mut Part<'_, '_>) -> breaker::Config {
    let mut config = breaker::Config::default();
    if let Some(window) = part.window() {
        config.window = window;
    }
    part.percent("failure_rate", limits::FAILURE_RATE, &mut config.failure_rate);
    part.percent("slow_call_rate", limits::SLOW_CALL_RATE, &mut config.slow_call_rate);
    part.duration("slow_call", limits::SLOW_CALL_MS, &mut config.slow_call_ms);
    let min_calls = part.whole("min_calls", limits::MIN_CALLS, &mut config.min_calls);
    part.duration("open_for", limits::OPEN_FOR_MS, &mut config.open_for_ms);
    part.whole("permits", limits::PERMITS, &mut config.permits);
    part.duration("lease", limits::LEASE_MS, &mut config.lease_ms);
    if let Window::Count { calls } = config.window
        && config.min_calls > calls
    {
        let help = "give a `window` of as many calls; without one it is the last 100";
        let message = "a window of fewer calls than are waited for never opens";
        part.contradiction(min_calls, message, "`min_calls` not above the calls of `window`", help);
    }
    config
}

fn timeouts(part: &mut Part<'_, '_>, timeouts: &mut Timeouts) {
    part.duration("read", limits::READ_MS, &mut timeouts.read_ms);
    part.duration("other", limits::OTHER_MS, &mut timeouts.other_ms);
    part.duration("write", limits::WRITE_MS, &mut timeouts.write_ms);
}

fn worker(part: &mut Part<'_, '_>, worker: &mut Worker) {
    part.duration("lease", limits::LEASE_MS, &mut worker.lease_ms);
    part.duration("poll", limits::POLL_MS, &mut worker.poll_ms);
    part.whole("limit", limits::LIMIT, &mut worker.limit);
    part.word("dead", DEAD, &mut worker.dead);
    part.duration("abandoned_after", limits::ABANDONED_AFTER_MS, &mut worker.abandoned_after_ms);
}

fn shadow(part: &mut Part<'_, '_>, shadow: &mut Shadow) {
    part.whole("concurrency", limits::CONCURRENCY, &mut shadow.concurrency);
}

fn changes(part: &mut Part<'_, '_>, changes: &mut Changes) {
    part.whole("max_parked", limits::MAX_PARKED, &mut changes.max_parked);
}

/// One mapping of a policy. What is read goes where it belongs; what is not there leaves the default.
struct Part<'r, 'a> {
    reader: &'r mut Reader,
    fields: Fields<'a>,
    node: Node<'a>,
    path: Path<'r>,
}

impl<'r, 'a> Part<'r, 'a> {
    fn new(reader: &'r mut Reader, node: &Node<'a>, path: Path<'r>) -> Option<Self> {
        let fields = reader.fields(node, path)?;
        Some(Self { reader, fields, node: *node, path })
    }

    fn nested(&mut self, key: &'static str, read: impl FnOnce(&mut Part<'_, 'a>)) {
        let Some(node) = self.fields.take(key) else { return };
        let path = self.path.key(key);
        let Some(mut part) = Part::new(self.reader, node, path) else { return };
        read(&mut part);
        let known = PARTS.iter().find(|(part, _)| *part == key).map_or(&[][..], |(_, keys)| keys);
        part.finish(known);
    }

    fn whole(&mut self, key: &'static str, limit: Limit, into: &mut u32) -> Option<Node<'a>> {
        let node = *self.fields.take(key)?;
        let number = self.reader.whole(&node, self.path.key(key), (limit.least, limit.most))?;
        *into = u32::try_from(number).ok()?;
        Some(node)
    }

    fn duration(&mut self, key: &'static str, limit: Limit, into: &mut u64) -> Option<Node<'a>> {
        let node = *self.fields.take(key)?;
        *into = self.reader.duration(&node, self.path.key(key), (limit.least, limit.most))?;
        Some(node)
    }

    fn percent(&mut self, key: &'static str, limit: Limit, into: &mut u32) {
        let Some(node) = self.fields.take(key) else { return };
        let Some(share) = self.reader.percent(node, self.path.key(key)) else { return };
        if limit.check(share.0).is_err() {
            self.reader.outside(node, self.path.key(key), "more than 0%, at most 100%".to_owned());
        }
        *into = share.0;
    }

    fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)], into: &mut T) {
        let Some(node) = self.fields.take(key) else { return };
        if let Some(word) = self.reader.word(node, self.path.key(key), words) {
            *into = word;
        }
    }

    /// Takes `window`: the last so many calls, or those of the last while.
    fn window(&mut self) -> Option<Window> {
        let node = self.fields.take("window")?;
        let path = self.path.key("window");
        if let Content::Text(_) = node.content {
            let Limit { least, most, .. } = limits::WINDOW_MS;
            let ms = self.reader.duration(node, path, (least, most))?;
            let buckets = u32::try_from(ms).map_or(BUCKETS, |ms| ms.min(BUCKETS));
            return Some(Window::Time { ms, buckets });
        }
        let Limit { least, most, .. } = limits::WINDOW_CALLS;
        let calls = self.reader.whole(node, path, (least, most))?;
        Some(Window::Count { calls: u32::try_from(calls).ok()? })
    }

    /// Notes that two parts do not go together, at the one that is written out, or at their mapping.
    fn contradiction(&mut self, at: Option<Node<'a>>, message: &str, expected: &str, help: &str) {
        let node = at.unwrap_or(self.node);
        self.reader.note(
            Diagnostic::error("contradiction", self.path.to_string(), node.at, message)
                .found(node.quoted())
                .expected([expected])
                .help(help),
        );
    }

    fn finish(self, known: &[&str]) {
        self.fields.finish(self.reader, self.path, known);
    }
}
