//! The machines for hosts that speak JSON.

use crate::breaker::{Asked, Breaker, Force, Outcome, Permit, Reported};
use crate::policy::Delivery;
use crate::retry::{Budget, BudgetPolicy, Policy, Retry};
use crate::{Millis, breaker, change, dual, health, outbox, read, retry, source};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(crate) type Step = Result<String, String>;

/// The machines that [`step_json`] knows.
pub const MACHINES: [&str; 13] = [
    "breaker",
    "change",
    "divergence",
    "dual_write",
    "outbox",
    "outbox_next",
    "policy",
    "read",
    "retry",
    "retry_budget",
    "source",
    "source_cache",
    "stream_health",
];

/// One step of a machine: `{"state": …, "effects": […]}`. An empty state, or `null`, is the one at the beginning.
///
/// | machine | config | state | events |
/// |---|---|---|---|
/// | `retry` | `{operation, policy}` | [`Retry`] | [`retry::Event`] |
/// | `retry_budget` | [`BudgetPolicy`] | [`Budget`] | `deposit`, `withdraw`, with `now`; effects `granted`, `refused` |
/// | `breaker` | [`breaker::Config`] | [`Breaker`] | `ask {now}`, `report {permit, outcome, duration_ms, now}`, `force {to, now}`; effects `permit`, `refused`, `counted`, `stale`, `moved` |
/// | `read` | [`read::Route`] | [`read::Read`] | [`read::Event`]; effects name the `store` beside the `side` |
/// | `dual_write` | [`dual::Config`] | [`dual::DualWrite`] | [`dual::Event`] |
/// | `outbox` | [`outbox::Config`] | [`outbox::Entry`] | [`outbox::Event`] |
/// | `outbox_next` | [`outbox::Config`] | a list of [`outbox::Entry`] | `look {now, limit}`; effects `claim {place, id}`, `wake_at {at}`; the list is not repeated |
/// | `policy` | a [`Delivery`], or parts of one | - | `asked {given}`: parts of a [`Delivery`] that win; effects `policy {policy}`: all of it |
/// | `change` | [`change::Config`] | [`change::Partition`] | [`change::Event`] |
/// | `divergence` | `{}` | a [`Divergence`](cutover_compare::Divergence) | `compared {comparisons}`, `reported {top}`; effects `report {report, text}` |
/// | `source` | [`source::Config`] | [`source::Source`] | [`source::Event`] |
/// | `source_cache` | [`source::CacheConfig`] | - | [`source::CacheEvent`] |
/// | `stream_health` | [`health::Limits`] | - | `observed {seen, now}`; effects `verdict {verdict, checks}` |
///
/// # Errors
/// One sentence that says what cannot be read, or what makes no sense.
///
/// ```
/// let config = r#"{"operation":"op-1","writes":[{"to":"sql","ack":"required"}]}"#;
/// let answer = cutover_delivery::step_json("dual_write", config, "", r#"{"event":"started"}"#)?;
/// assert_eq!(
///     answer,
///     r#"{"state":{"at":{"state":"doing","work":"first","attempt":1},"first":"no","second":"no","told":null,"#
///         .to_owned()
///         + r#""reason":null,"cancelled":false,"journaled":false},"effects":[{"effect":"write","work":"first","#
///         + r#""attempt":1,"to":"sql","key":"op-1:sql","version":null,"with_entry":false}]}"#
/// );
/// # Ok::<(), String>(())
/// ```
pub fn step_json(machine: &str, config: &str, state: &str, event: &str) -> Result<String, String> {
    let text = Text { machine, config, state, event };
    match machine {
        "breaker" => step_breaker(&text),
        "change" => step_change(&text),
        "divergence" => crate::divergence::step(&text),
        "dual_write" => step_dual(&text),
        "outbox" => step_outbox(&text),
        "outbox_next" => step_next(&text),
        "policy" => step_policy(&text),
        "read" => step_read(&text),
        "retry" => step_retry(&text),
        "retry_budget" => step_budget(&text),
        "source" => step_source(&text),
        "source_cache" => step_source_cache(&text),
        "stream_health" => step_health(&text),
        _ => Err(format!("there is no machine `{machine}`; there are {}", MACHINES.join(", "))),
    }
}

/// A breaker by its configuration in JSON, for hosts that keep it in memory.
///
/// # Errors
/// One sentence that says what cannot be read, or what makes no sense.
///
/// ```
/// assert!(cutover_delivery::breaker_of(r#"{"min_calls":20}"#).is_ok());
/// assert!(cutover_delivery::breaker_of(r#"{"min_calls":0}"#).is_err());
/// ```
pub fn breaker_of(config: &str) -> Result<Breaker, String> {
    let text = Text { machine: "breaker", config, state: "", event: "" };
    Breaker::new(text.config()?).map_err(sentence)
}

pub(crate) struct Text<'a> {
    machine: &'a str,
    config: &'a str,
    state: &'a str,
    event: &'a str,
}

impl Text<'_> {
    fn read<T: DeserializeOwned>(&self, what: &str, text: &str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|error| format!("the {what} of `{}`: {error}", self.machine))
    }

    pub(crate) fn config<T: DeserializeOwned>(&self) -> Result<T, String> {
        self.read("config", self.config)
    }

    pub(crate) fn event<T: DeserializeOwned>(&self) -> Result<T, String> {
        self.read("event", self.event)
    }

    pub(crate) fn state<T: DeserializeOwned>(&self) -> Result<Option<T>, String> {
        match self.state.trim() {
            "" => Ok(None),
            text => self.read("state", text),
        }
    }

    fn needed<T: DeserializeOwned>(&self) -> Result<T, String> {
        self.state()?.ok_or_else(|| format!("`{}` needs a state", self.machine))
    }
}

/// What a step says: keys in the order in which they are declared, so that every host gets the same bytes.
pub(crate) fn answer(state: impl Serialize, effects: Vec<impl Serialize>) -> Step {
    #[derive(Serialize)]
    struct Answer<S, E> {
        state: S,
        effects: Vec<E>,
    }
    serde_json::to_string(&Answer { state, effects }).map_err(|error| error.to_string())
}

fn sentence(invalid: crate::Invalid) -> String {
    invalid.to_string()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryConfig {
    operation: String,
    #[serde(default)]
    policy: Policy,
}

fn step_retry(text: &Text<'_>) -> Step {
    let config: RetryConfig = text.config()?;
    config.policy.check().map_err(sentence)?;
    let state: Retry = text.state()?.unwrap_or_default();
    let event: retry::Event = text.event()?;
    let (state, effects) = state.step(&config.policy, &config.operation, event);
    answer(state, effects)
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum BudgetEvent {
    Deposit { now: Millis },
    Withdraw { now: Millis },
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum BudgetEffect {
    Granted,
    Refused,
}

fn step_budget(text: &Text<'_>) -> Step {
    let policy: BudgetPolicy = text.config()?;
    policy.check().map_err(sentence)?;
    let mut budget: Budget = text.state()?.unwrap_or_default();
    let effects = match text.event()? {
        BudgetEvent::Deposit { now } => {
            budget.deposit(&policy, now);
            Vec::new()
        }
        BudgetEvent::Withdraw { now } => {
            let granted = budget.withdraw(&policy, now);
            vec![if granted { BudgetEffect::Granted } else { BudgetEffect::Refused }]
        }
    };
    answer(budget, effects)
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum BreakerEvent {
    Ask { now: Millis },
    Report { permit: Permit, outcome: Outcome, duration_ms: u64, now: Millis },
    Force { to: Force, now: Millis },
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum BreakerEffect {
    Permit { permit: Permit },
    Refused { until: Option<Millis> },
    Counted,
    Stale,
    Moved { to: breaker::State },
}

fn step_breaker(text: &Text<'_>) -> Step {
    let config: breaker::Config = text.config()?;
    let breaker = match text.state::<Breaker>()? {
        Some(saved) => saved.restored(config),
        None => Breaker::new(config),
    };
    let mut breaker = breaker.map_err(sentence)?;
    let before = breaker.generation();
    let mut effects = match text.event()? {
        BreakerEvent::Ask { now } => match breaker.ask(now) {
            Asked::Permit(permit) => vec![BreakerEffect::Permit { permit }],
            Asked::Refused { until } => vec![BreakerEffect::Refused { until }],
        },
        BreakerEvent::Report { permit, outcome, duration_ms, now } => {
            let stale = breaker.report(permit, outcome, duration_ms, now) == Reported::Stale;
            vec![if stale { BreakerEffect::Stale } else { BreakerEffect::Counted }]
        }
        BreakerEvent::Force { to, now } => {
            breaker.force(to, now);
            Vec::new()
        }
    };
    if breaker.generation() != before {
        effects.push(BreakerEffect::Moved { to: breaker.state() });
    }
    answer(breaker, effects)
}

fn step_read(text: &Text<'_>) -> Step {
    let route: read::Route = text.config()?;
    let plan = route.plan().map_err(sentence)?;
    let mut read: read::Read = text.state()?.unwrap_or_default();
    let effects = read.step(&plan, text.event()?).iter().map(|effect| named(&route, effect)).collect();
    answer(read, effects)
}

/// An effect with the name of the store that it is about.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(flatten)]
    effect: read::Effect,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<&'a str>,
}

fn named(route: &read::Route, effect: read::Effect) -> Named<'_> {
    use read::Effect::{Answer, Ask, Compare, Report, Shadow};
    let store = match effect {
        Ask { side, .. } | Shadow { side, .. } | Answer { side, .. } => route.store(side),
        Compare | Report { .. } => None,
    };
    Named { effect, store }
}

fn step_dual(text: &Text<'_>) -> Step {
    let config: dual::Config = text.config()?;
    config.check().map_err(sentence)?;
    let state: dual::DualWrite = text.state()?.unwrap_or_default();
    let (state, effects) = state.step(&config, text.event()?);
    answer(state, effects)
}

fn step_outbox(text: &Text<'_>) -> Step {
    let config: outbox::Config = text.config()?;
    config.check().map_err(sentence)?;
    let entry: outbox::Entry = text.needed()?;
    let (entry, effects) = entry.step(&config, text.event()?);
    answer(entry, effects)
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum NextEvent {
    Look { now: Millis, limit: usize },
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum NextEffect<'a> {
    Claim { place: usize, id: &'a str },
    WakeAt { at: Millis },
}

fn step_next(text: &Text<'_>) -> Step {
    let config: outbox::Config = text.config()?;
    config.check().map_err(sentence)?;
    let entries: Vec<outbox::Entry> = text.state()?.unwrap_or_default();
    let NextEvent::Look { now, limit } = text.event()?;
    let found = outbox::next(&config, &entries, now, limit);
    let claims = found
        .claim
        .into_iter()
        .filter_map(|place| Some(NextEffect::Claim { place, id: &entries.get(place)?.id }));
    let wake = found.wake.map(|at| NextEffect::WakeAt { at });
    answer((), claims.chain(wake).collect())
}

fn step_change(text: &Text<'_>) -> Step {
    let config: change::Config = text.config()?;
    config.check().map_err(sentence)?;
    let partition: change::Partition = text.state()?.unwrap_or_default();
    let (partition, effects) = partition.step(&config, text.event()?);
    answer(partition, effects)
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum PolicyEvent {
    Asked { given: serde_json::Value },
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum PolicyEffect {
    Policy { policy: Delivery },
}

fn step_policy(text: &Text<'_>) -> Step {
    let base: Delivery = text.config()?;
    base.check().map_err(sentence)?;
    let PolicyEvent::Asked { given } = text.event()?;
    answer((), vec![PolicyEffect::Policy { policy: base.with(given)? }])
}

fn step_source(text: &Text<'_>) -> Step {
    let config: source::Config = text.config()?;
    config.check().map_err(sentence)?;
    let state: source::Source = text.state()?.unwrap_or_default();
    let (state, effects) = state.step(&config, text.event()?);
    answer(state, effects)
}

fn step_source_cache(text: &Text<'_>) -> Step {
    let config: source::CacheConfig = text.config()?;
    answer((), vec![config.step(text.event()?)])
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
enum HealthEvent {
    Observed { seen: health::Observation, now: Millis },
}

#[derive(Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
enum HealthEffect {
    Verdict(health::Health),
}

fn step_health(text: &Text<'_>) -> Step {
    let limits: health::Limits = text.config()?;
    let HealthEvent::Observed { seen, now } = text.event()?;
    answer((), vec![HealthEffect::Verdict(health::health(&limits, &seen, now))])
}
