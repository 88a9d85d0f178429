//! A line of a decision log: what was asked, when, and what was answered.

use crate::context::Attributes;
use crate::decision::{Decision, ErrorCode};
use crate::diagnostic::{Diagnostic, Position};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use serde::Serialize;

/// The version of the format.
const VERSION: i64 = 1;

/// A line as it is written; its keys are in this order.
#[derive(Serialize)]
struct Written<'a, D> {
    log: i64,
    now: i64,
    context: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    switches: Option<&'a Value>,
    #[serde(flatten)]
    answer: Answer<D>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer<D> {
    Decision(D),
    Route(D),
}

/// What a line asks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    Flag(String),
    Migration { name: String, switches: Option<Value> },
}

/// A line as it is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Logged {
    pub(super) now_ms: i64,
    pub(super) context: Attributes,
    pub(super) asked: Asked,
    /// What was answered, without the digest.
    pub(super) answer: Value,
    /// Which ruleset answered.
    pub(super) digest: String,
}

impl Engine {
    /// Decides a flag, and gives a line of a decision log: what was asked, when, and what was answered.
    /// [`Replay`](crate::replay::Replay) decides it again.
    ///
    /// ```
    /// use cutover::{Attributes, Engine};
    /// let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }")?;
    /// let line = engine.log_decision("beta", &Attributes::new().with("userId", "ada"), 0);
    /// assert!(line.starts_with(r#"{"log":1,"now":0,"context":{"userId":"ada"},"decision":{"flag":"beta","value":true,"#));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn log_decision(&self, flag: &str, attributes: &Attributes, now_ms: i64) -> String {
        let context = self.context(attributes);
        let answer = match self.flag(flag) {
            // The reason is that of the ruleset, however old it is: only that can be decided again.
            Some(id) => {
                let outcome = self.outcome(id, &context, now_ms);
                Decision { reason: outcome.reason, ..self.decision(id, outcome) }
            }
            None => self.no_decision(flag, ErrorCode::FlagNotFound),
        };
        let answer = Answer::Decision(answer);
        written(attributes, now_ms, None, answer)
    }

    /// Decides a migration, and gives a line of a decision log. `switches` is a mapping of those that the caller gives,
    /// or null for none; only those of the migration are in the line.
    ///
    /// ```
    /// use cutover::{Attributes, Engine, Value};
    /// let engine = Engine::from_str("cutover: 1\nmigrations: { m: { old: a, new: b, ladder: standard, phase: sync } }")?;
    /// let line = engine.log_route("m", &Attributes::new(), 0, &Value::Null);
    /// assert!(line.starts_with(r#"{"log":1,"now":0,"context":{},"route":{"migration":"m","phase":"sync","#));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn log_route(
        &self,
        migration: &str,
        attributes: &Attributes,
        now_ms: i64,
        switches: &Value,
    ) -> String {
        let context = self.context(attributes);
        let answer = Answer::Route(self.route(migration, &context, now_ms, switches));
        // Whoever gives a whole environment logs the switches of the migration and nothing else of it.
        let migration = self.migration(migration).and_then(|id| self.compiled_migrations().get(id.index()));
        let names = migration.into_iter().flat_map(|migration| migration.switches().iter());
        let given = names.filter_map(|(_, switch)| {
            let value = switches.get(&switch.name).filter(|value| **value != Value::Null)?;
            Some((switch.name.clone(), value.clone()))
        });
        let given = Value::map(given);
        let given = Some(&given).filter(|given| **given != Value::map([]));
        written(attributes, now_ms, given, answer)
    }
}

fn written<D: Serialize>(
    attributes: &Attributes,
    now: i64,
    switches: Option<&Value>,
    answer: Answer<D>,
) -> String {
    to_json(&Written { log: VERSION, now, context: attributes.as_value(), switches, answer })
}

const KEYS: [&str; 6] = ["log", "now", "context", "switches", "decision", "route"];

impl Logged {
    /// Reads a line.
    pub(super) fn read(text: &str) -> Result<Self, Box<Diagnostic>> {
        let Value::Map(entries) = Value::from_json(text)? else {
            return Err(bad(
                "a line of a log is an object",
                &text.chars().take(40).collect::<String>(),
                &KEYS,
            ));
        };
        let line = Value::Map(entries);
        if let Value::Map(entries) = &line
            && let Some((key, _)) = entries.iter().find(|(key, _)| !KEYS.contains(&key.as_str()))
        {
            let problem = bad(format!("a line of a log has no key `{key}`"), key, &KEYS);
            return Err(Box::new((*problem).nearest(key, KEYS)));
        }
        match line.get("log") {
            Some(Value::Int(VERSION)) => {}
            found => return Err(wrong("log", "the version of the format", found, "1")),
        }
        let now_ms = match line.get("now") {
            Some(Value::Int(now)) => *now,
            found => return Err(wrong("now", "when it was decided", found, "milliseconds since the epoch")),
        };
        let context = match line.get("context") {
            Some(context @ Value::Map(_)) => Attributes::from_value(context.clone())?,
            found => return Err(wrong("context", "what was known", found, "an object of attributes")),
        };
        let switches = match line.get("switches") {
            None | Some(Value::Null) => None,
            Some(switches @ Value::Map(_)) => Some(switches.clone()),
            found => return Err(wrong("switches", "what the caller gave", found, "an object of switches")),
        };
        let (asked, answer) = match (line.get("decision"), line.get("route")) {
            (Some(decision), None) if switches.is_none() => {
                (Asked::Flag(name(decision, "decision", "flag")?), decision)
            }
            (None, Some(route)) => {
                let name = name(route, "route", "migration")?;
                (Asked::Migration { name, switches }, route)
            }
            _ => {
                let message = "a line of a log has a decision, or a route with the switches that were given";
                return Err(bad(message, "", &["decision", "route"]));
            }
        };
        let digest = match answer.get("digest") {
            Some(Value::Text(digest)) => digest.clone(),
            found => return Err(wrong("digest", "which ruleset decided", found, "a digest")),
        };
        Ok(Self { now_ms, context, asked, answer: without_digest(answer.clone()), digest })
    }
}

/// The answer without the digest of the ruleset that gave it.
pub(super) fn without_digest(answer: Value) -> Value {
    match answer {
        Value::Map(entries) => Value::Map(entries.into_iter().filter(|(key, _)| key != "digest").collect()),
        other => other,
    }
}

fn name(answer: &Value, what: &str, key: &str) -> Result<String, Box<Diagnostic>> {
    match answer.get(key) {
        Some(Value::Text(name)) => Ok(name.clone()),
        found => Err(wrong(&format!("{what}.{key}"), "what was asked for", found, "a name")),
    }
}

fn wrong(path: &str, what: &str, found: Option<&Value>, expected: &str) -> Box<Diagnostic> {
    let found = found.map_or_else(|| "nothing".to_owned(), to_json);
    let message = format!("`{path}` of a line of a log is {what}");
    let problem = Diagnostic::error("bad_log_line", path, Position::default(), message);
    Box::new(problem.found(found).expected([expected]))
}

fn bad(message: impl Into<String>, found: &str, expected: &[&str]) -> Box<Diagnostic> {
    let problem = Diagnostic::error("bad_log_line", "", Position::default(), message.into());
    let problem = if found.is_empty() { problem } else { problem.found(found) };
    Box::new(problem.expected(expected.iter().copied()))
}
