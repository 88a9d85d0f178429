//! Delivery policies in the schema.

use super::duration::Duration;
use schemars::JsonSchema;
use serde::Serialize;

/// How the side effects of a migration are carried out. What is not given is as it is by default.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryPolicy {
    /// How often a failed write is tried, the first attempt among them; 5 by default.
    #[schemars(range(min = 1, max = 1000))]
    attempts: Option<u32>,
    /// How long to wait before the next attempt.
    backoff: Option<Backoff>,
    /// What all operations together may retry; without it, all that they wish.
    budget: Option<RetryBudget>,
    /// When a store is not asked any more; each of the two has a breaker of its own. Without it, both always are.
    breaker: Option<Breaker>,
    /// How long a call may take.
    timeouts: Option<Timeouts>,
    /// Whoever delivers owed writes.
    worker: Option<Worker>,
    /// Reads that only compare.
    shadow: Option<Shadow>,
    /// Whoever applies change events.
    changes: Option<Changes>,
}

/// The waits: `base * factor^(attempt - 1)`, at most `cap`.
#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Backoff {
    /// The longest wait before the first retry; `1s` by default.
    base: Option<Duration>,
    /// How many times longer each next one may be; 2 by default.
    #[schemars(range(min = 1, max = 100))]
    factor: Option<u32>,
    /// No wait is longer; `1m` by default.
    cap: Option<Duration>,
    /// Whether waits are spread, from nothing to the longest, by a hash of operation and attempt; `full` by default.
    jitter: Option<Jitter>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum Jitter {
    Full,
    None,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct RetryBudget {
    /// Retries for each first attempt; `20%` by default, which is one for five.
    ratio: Option<String>,
    /// Retries in a second that need no first attempts; 10 by default.
    #[schemars(range(min = 0, max = 1_000_000))]
    min_per_second: Option<u32>,
    /// How far back attempts are looked at; `10s` by default.
    window: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Breaker {
    /// The calls that are looked at: so many last ones, or those of a while such as `1m`; 100 by default.
    window: Option<Window>,
    /// The share of failed calls that opens it; `50%` by default.
    failure_rate: Option<String>,
    /// The share of slow calls that opens it; `100%` by default.
    slow_call_rate: Option<String>,
    /// A call that takes so long is slow; `1m` by default.
    slow_call: Option<Duration>,
    /// Fewer calls than these say nothing; 100 by default.
    #[schemars(range(min = 1, max = 1_000_000))]
    min_calls: Option<u32>,
    /// How long it stays open; `1m` by default.
    open_for: Option<Duration>,
    /// How many trial calls a half-open one decides by; 10 by default.
    #[schemars(range(min = 1, max = 1000))]
    permits: Option<u32>,
    /// A trial call that does not come back in this time has failed; `1m` by default.
    lease: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(untagged)]
enum Window {
    Calls(#[schemars(range(min = 1, max = 65_536))] u32),
    Time(Duration),
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Timeouts {
    /// A read of the store that answers; `1s` by default.
    read: Option<Duration>,
    /// A read of the other store; `1s` by default.
    other: Option<Duration>,
    /// A write; `5s` by default.
    write: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Worker {
    /// How long an entry is a worker's own without a word of it; `30s` by default.
    lease: Option<Duration>,
    /// How often it looks where there was nothing to do; `500ms` by default.
    poll: Option<Duration>,
    /// How many entries it takes at one time; 32 by default.
    #[schemars(range(min = 1, max = 10_000))]
    limit: Option<u32>,
    /// Whether the entries behind a dead one of their key wait (`park`, the default) or are delivered too (`pass`: only
    /// where entries are whole records and the store's writes are conditional on a version).
    dead: Option<OnDead>,
    /// After how long a write that was begun, and of which nothing is heard, is gone on with; `1m` by default.
    abandoned_after: Option<Duration>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
enum OnDead {
    Park,
    Pass,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Shadow {
    /// How many may be under way; above it, a comparison is skipped; 16 by default.
    #[schemars(range(min = 0, max = 10_000))]
    concurrency: Option<u32>,
}

#[derive(JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// How many keys of a partition may be parked; with more it halts; 1000 by default.
    #[schemars(range(min = 1, max = 1_000_000))]
    max_parked: Option<u32>,
}

#[cfg(all(test, feature = "delivery"))]
mod tests {
    use super::super::tests::keys;
    use crate::sections::{DELIVERY_KEYS, DELIVERY_PARTS};

    #[test]
    fn the_schema_has_the_keys_of_the_reader() {
        let schema = crate::schema();
        assert_eq!(keys(&schema, "DeliveryPolicy"), sorted(DELIVERY_KEYS));
        let parts = &schema["$defs"]["DeliveryPolicy"]["properties"];
        for (part, known) in DELIVERY_PARTS {
            let name = parts[part]["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
            assert_eq!(keys(&schema, name), sorted(known), "{part}");
        }
    }

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort_unstable();
        names
    }
}
