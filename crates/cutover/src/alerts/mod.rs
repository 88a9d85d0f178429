//! Alert rules for Prometheus: of what the executors of a migration count, and of the triggers of plans.
//!
//! A rule is derived, and so is its test: the series that make it fire, and those just at its threshold that do not.

mod called;
mod migration;
mod plan;
mod probe;
mod promql;
mod yaml;

pub(crate) use called::called;
pub use probe::{Look, Probe, Series};

use crate::engine::Engine;

/// The rules of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// The rules, in groups: one for each migration, and for each plan with triggers that watch a metric.
    pub groups: Vec<Group>,
    /// How often their tests evaluate them, in milliseconds.
    pub step_ms: u64,
}

/// The rules of a migration or a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Such as `migration:orders`.
    pub name: String,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One alert rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The name of the alert.
    pub name: String,
    /// Why its expression is what it is, in sentences; nothing where that is plain.
    pub comment: String,
    /// What must not be, as Prometheus is asked for it.
    pub expr: String,
    /// For how long it has to be so, in milliseconds.
    pub for_ms: u64,
    /// How much it matters.
    pub severity: Severity,
    /// The label that says what the rule is of, such as `plan`, and its value.
    pub of: (&'static str, String),
    /// What is wrong, in a sentence.
    pub summary: String,
    /// What the plan does by itself; nothing for a migration.
    pub actions: Vec<String>,
    /// Series, and whether the rule fires at them; none where its query is an expression of more than labels.
    pub probes: Vec<Probe>,
}

/// How much an alert matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Somebody should look.
    Warning,
    /// Data is at risk, or a rollout goes back.
    Critical,
}

impl Severity {
    /// The value of the label `severity`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something that a rule would need, and the ruleset does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// A stable name.
    pub code: &'static str,
    /// Where it would stand, such as `metrics.errors.query`.
    pub path: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What could stand there.
    pub expected: String,
}

/// Why there are no alert rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .missing.iter().map(|missing| missing.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct AlertsError {
    /// All that is missing.
    pub missing: Vec<Missing>,
}

impl Engine {
    /// The alert rules of the migrations, and of the triggers that watch a metric.
    ///
    /// # Errors
    /// [`AlertsError`] where a trigger watches a metric without a query, a share of a baseline that no query gives, or where
    /// there is nothing to be alerted of.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str(
    ///     "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: live } }",
    /// )?;
    /// let alerts = engine.alerts()?;
    /// assert_eq!(alerts.groups[0].rules[1].name, "MongoWriteErrors");
    /// assert!(alerts.rules("ruleset.yaml").contains("- alert: 'HighFallbackRate'"));
    /// assert!(alerts.tests("alerts.yaml").contains("alert_rule_test:"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn alerts(&self) -> Result<Alerts, AlertsError> {
        let (migrations, plans) = (self.compiled_migrations(), &self.sections().plans);
        let waits = migrations.iter().flat_map(|migration| migration.alerts.waits());
        let triggers = plans.values().flat_map(|plan| &plan.plan().spec().triggers);
        let step_ms = probe::step(waits.chain(triggers.map(|trigger| trigger.for_ms)).max().unwrap_or(0));
        let mut groups: Vec<Group> =
            migrations.iter().map(|migration| migration::group(migration, step_ms)).collect();
        let mut missing = Vec::new();
        for (name, plan) in plans {
            let watch = plan::Watch { plan: name, metrics: self.sections().metrics.as_ref(), step_ms };
            let group = watch.group(plan, &mut missing);
            groups.extend(Some(group).filter(|group| !group.rules.is_empty()));
        }
        if groups.is_empty() && missing.is_empty() {
            missing.push(Missing {
                code: "no_alerts",
                path: String::new(),
                message: "the ruleset has nothing to be alerted of".to_owned(),
                expected: "a migration, or a plan with a trigger that watches a metric".to_owned(),
            });
        }
        if missing.is_empty() { Ok(Alerts { groups, step_ms }) } else { Err(AlertsError { missing }) }
    }
}
