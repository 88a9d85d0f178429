//! The workloads that engines are compared on.
//!
//! W1 static: on for everyone. W2 rollout: half of the users. W3 targeted: an allow-list of three users, two tiers of
//! tenants, else half of the users. W4 heavy: ten rules of mixed operators, of which the last matches and splits into
//! three variants. W5: one of a thousand flags like W3, another one each time.

use cutover::{Attributes, Context, Engine, FlagId, ValueRef};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The flags like W3 that W5 asks.
pub const MANY: usize = 1000;
/// How many users take turns, so that nothing can be learnt of one.
pub const USERS: u64 = 1000;

/// A flag like W3.
#[must_use]
pub fn targeted() -> Value {
    json!({ "rules": [
        { "if": { "attribute": "userId", "in": ["allowed-user-1", "allowed-user-2", "allowed-user-3"] }, "serve": "on" },
        { "if": { "attribute": "tenant.tier", "in": ["enterprise", "premium"] }, "serve": "on" },
        { "serve": { "rollout": "50%", "by": "userId" } },
    ] })
}

/// The flag of W4.
#[must_use]
pub fn heavy() -> Value {
    let countries: Vec<String> = (0..100).map(|number| format!("X{number}")).collect();
    json!({
        "variants": { "a": 1, "b": 2, "c": 3 },
        "default": "a",
        "rules": [
            { "if": { "attribute": "country", "is": "NZ" }, "serve": "a" },
            { "if": { "attribute": "country", "in": countries }, "serve": "a" },
            { "if": { "attribute": "age", "above": 100 }, "serve": "a" },
            { "if": { "attribute": "email", "ends_with": "@nowhere.example" }, "serve": "a" },
            { "if": { "attribute": "email", "starts_with": "root" }, "serve": "a" },
            { "if": { "attribute": "version", "semver": ">=9.0.0" }, "serve": "a" },
            { "if": { "attribute": "tenant.seats", "above": 1000 }, "serve": "a" },
            { "if": { "attribute": "email", "contains": "%" }, "serve": "a" },
            { "if": { "all": [{ "attribute": "tenant.tier", "is": "none" }, { "attribute": "age", "below": 0 }] }, "serve": "a" },
            { "serve": { "split": { "a": 50, "b": 30, "c": 20 }, "by": "userId" } },
        ],
    })
}

/// The ruleset of all workloads.
#[must_use]
pub fn ruleset() -> String {
    let mut flags = json!({
        "static": { "rules": [{ "serve": "on" }] },
        "rollout": { "rules": [{ "serve": { "rollout": "50%", "by": "userId" } }] },
        "targeted": targeted(),
        "heavy": heavy(),
    });
    if let Some(flags) = flags.as_object_mut() {
        flags.extend((0..MANY).map(|number| (format!("flag_{number}"), targeted())));
    }
    json!({ "cutover": 1, "flags": flags }).to_string()
}

/// So many flags like W3, and nothing else.
#[must_use]
pub fn many(count: usize) -> String {
    let flags: Map<String, Value> = (0..count).map(|number| (format!("flag_{number}"), targeted())).collect();
    json!({ "cutover": 1, "flags": flags }).to_string()
}

/// The same flags as [`many`] has, in YAML, in the block style that people write.
#[must_use]
pub fn many_in_yaml(count: usize) -> String {
    let mut text = String::from("cutover: 1\nflags:\n");
    for number in 0..count {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "  flag_{number}:
    rules:
      - if:
          attribute: userId
          in: [allowed-user-1, allowed-user-2, allowed-user-3]
        serve: on
      - if:
          attribute: tenant.tier
          in: [enterprise, premium]
        serve: on
      - serve:
          rollout: 50%
          by: userId
"
        );
    }
    text
}

/// The same document with another rollout for one flag, in the middle of the text.
#[must_use]
pub fn changed(document: &str) -> String {
    let (before, after) = document.split_at(document.len() / 2);
    format!("{before}{}", after.replacen("50%", "60%", 1))
}

/// Somebody who asks, as a program knows them.
pub struct User {
    id: String,
    email: String,
    country: &'static str,
    age: i64,
    tier: &'static str,
    seats: i64,
    version: String,
}

impl User {
    /// The user of this number.
    #[must_use]
    pub fn new(number: u64) -> Self {
        let index = usize::try_from(number).unwrap_or(0);
        let place = if number.is_multiple_of(3) { "org" } else { "com" };
        Self {
            id: format!(
                "{:08x}-1234-4abc-8def-{:012x}",
                number * 2_654_435_761 % 4_294_967_296,
                number * 40_503
            ),
            email: format!("user.{number}@example.{place}"),
            country: ["FR", "DE", "US", "BR"][index % 4],
            age: i64::try_from(18 + number % 60).unwrap_or(0),
            tier: ["free", "basic", "free", "premium"][index % 4],
            seats: i64::try_from(number % 500).unwrap_or(0),
            version: format!("{}.{}.0", number % 4, number % 10),
        }
    }

    /// What is known of the user, by reference.
    #[must_use]
    #[inline]
    pub fn known(&self) -> [(&'static str, ValueRef<'_>); 7] {
        [
            ("userId", self.id.as_str().into()),
            ("email", self.email.as_str().into()),
            ("country", self.country.into()),
            ("age", self.age.into()),
            ("tenant.tier", self.tier.into()),
            ("tenant.seats", self.seats.into()),
            ("version", self.version.as_str().into()),
        ]
    }

    /// The same as attributes of their own.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        let known = self.known().into_iter();
        known.fold(Attributes::new(), |attributes, (name, value)| attributes.with(name, value))
    }
}

/// An engine of all workloads and the contexts that take turns.
pub struct Workloads {
    /// The engine.
    pub engine: Engine,
    /// Those who ask.
    pub users: Vec<User>,
    /// A context for each user.
    pub contexts: Vec<Context>,
    /// The names of the thousand flags.
    pub names: Vec<String>,
    /// Their numbers.
    pub ids: Vec<FlagId>,
}

impl Workloads {
    /// Loads the ruleset and prepares the contexts.
    ///
    /// # Panics
    /// Where the ruleset does not load, which is a fault of the bench.
    #[must_use]
    pub fn new() -> Self {
        let engine = Engine::from_str(&ruleset()).unwrap_or_else(|refused| panic!("{refused}"));
        let users: Vec<User> = (0..USERS).map(User::new).collect();
        let contexts = users.iter().map(|user| engine.context(&user.attributes())).collect();
        let names: Vec<String> = (0..MANY).map(|number| format!("flag_{}", number * 7 % MANY)).collect();
        let ids = names.iter().filter_map(|name| engine.flag(name)).collect();
        Self { engine, users, contexts, names, ids }
    }

    /// The flag of a workload at its turn.
    #[must_use]
    #[inline]
    pub fn name(&self, workload: &'static str, turn: usize) -> &str {
        match workload {
            "W1" => "static",
            "W2" => "rollout",
            "W3" => "targeted",
            "W4" => "heavy",
            _ => &self.names[turn % MANY],
        }
    }
}

impl Default for Workloads {
    fn default() -> Self {
        Self::new()
    }
}
