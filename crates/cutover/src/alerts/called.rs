//! The question `alerts`, as bindings ask it.

use super::{Group, Rule};
use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::wire::to_json;
use serde::Serialize;

/// The rules as data, and the files of Prometheus and `promtool`.
#[derive(Serialize)]
struct Told<'a> {
    groups: Vec<ToldGroup<'a>>,
    rules: String,
    tests: String,
}

#[derive(Serialize)]
struct ToldGroup<'a> {
    name: &'a str,
    rules: Vec<ToldRule<'a>>,
}

#[derive(Serialize)]
struct ToldRule<'a> {
    name: &'a str,
    expr: &'a str,
    for_ms: u64,
    severity: &'static str,
    summary: &'a str,
    actions: &'a [String],
    tested: bool,
}

impl<'a> From<&'a Group> for ToldGroup<'a> {
    fn from(group: &'a Group) -> Self {
        Self { name: &group.name, rules: group.rules.iter().map(ToldRule::from).collect() }
    }
}

impl<'a> From<&'a Rule> for ToldRule<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            name: &rule.name,
            expr: &rule.expr,
            for_ms: rule.for_ms,
            severity: rule.severity.name(),
            summary: &rule.summary,
            actions: &rule.actions,
            tested: !rule.probes.is_empty(),
        }
    }
}

/// The alert rules of a ruleset. `file` is what the ruleset is called, `rules_file` where its rules are, seen from their tests.
pub(crate) fn called(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let file = given.optional_text("file")?.unwrap_or_else(|| "ruleset.yaml".to_owned());
    let rules_file = given.optional_text("rules_file")?.unwrap_or_else(|| "alerts.yaml".to_owned());
    given.finish()?;
    let alerts = engine.alerts().map_err(|error| {
        let code = error.missing.first().map_or("no_alerts", |missing| missing.code);
        CallError::new(format!("alerts: {error}")).coded(code)
    })?;
    Ok(to_json(&Told {
        groups: alerts.groups.iter().map(ToldGroup::from).collect(),
        rules: alerts.rules(&file),
        tests: alerts.tests(&rules_file),
    }))
}
