//! The sections of a ruleset beside flags and migrations: comparators, path tables, delivery policies, metrics, gates and
//! plans.
//!
//! What they mean is in crates of their own; here they are read from documents, and asked by name.

#[cfg(any(feature = "compare", feature = "paths"))]
pub(crate) mod called;
#[cfg(all(feature = "runbook", any(feature = "plans", feature = "work")))]
pub(crate) mod commands;
#[cfg(feature = "compare")]
mod comparator;
#[cfg(feature = "delivery")]
pub(crate) mod delivery;
#[cfg(feature = "delivery")]
pub(crate) mod delivery_called;
#[cfg(feature = "work")]
pub(crate) mod drill;
#[cfg(all(feature = "work", feature = "plans"))]
mod drill_rollout;
#[cfg(feature = "gates")]
mod gate;
#[cfg(feature = "gates")]
pub(crate) mod gate_called;
#[cfg(feature = "work")]
pub(crate) mod incident;
#[cfg(feature = "gates")]
mod metric;
#[cfg(any(feature = "compare", feature = "gates", feature = "work"))]
mod number;
#[cfg(feature = "paths")]
mod path_table;
#[cfg(feature = "plans")]
mod plan;
#[cfg(feature = "plans")]
pub(crate) mod plan_called;
mod read;
#[cfg(feature = "plans")]
pub(crate) mod report_called;
pub(crate) mod select;
#[cfg(feature = "work")]
pub(crate) mod work;

use crate::order::sort_by;
use crate::ruleset::flag::Flag;
use crate::value::Value;
#[cfg(feature = "compare")]
use cutover_compare::Profile;
#[cfg(feature = "delivery")]
use cutover_delivery::policy::Delivery;
#[cfg(feature = "gates")]
use cutover_gates::{Gate, Metric};
#[cfg(feature = "paths")]
use cutover_paths::Table;
#[cfg(feature = "plans")]
use cutover_plans::Guarded;
#[cfg(feature = "work")]
use cutover_work::{Work, incident::Policy};
use std::collections::BTreeMap;

#[cfg(all(test, feature = "schema", feature = "compare"))]
pub(crate) use comparator::KEYS as COMPARATOR_KEYS;
#[cfg(all(test, feature = "schema", feature = "delivery"))]
pub(crate) use delivery::{KEYS as DELIVERY_KEYS, PARTS as DELIVERY_PARTS};
#[cfg(all(test, feature = "schema", feature = "gates"))]
pub(crate) use gate::{CHECK_KEYS, GATE_KEYS};
#[cfg(all(test, feature = "schema", feature = "work"))]
pub(crate) use incident::{ITEM_KEYS, KEYS as INCIDENT_KEYS, SEVERITY_KEYS};
#[cfg(all(test, feature = "schema", feature = "gates"))]
pub(crate) use metric::KEYS as METRIC_KEYS;
#[cfg(all(test, feature = "schema", feature = "paths"))]
pub(crate) use path_table::KEYS as PATH_ENTRY_KEYS;
#[cfg(feature = "plans")]
pub(crate) use plan::{Around, Named as PlanNames};
#[cfg(all(test, feature = "schema", feature = "plans"))]
pub(crate) use plan::{PLAN_KEYS, ROLLBACK_KEYS, STEP_KEYS, TRIGGER_KEYS};
#[cfg(all(test, feature = "schema", feature = "work"))]
pub(crate) use work::{KEYS as WORK_KEYS, PARTS as WORK_PARTS};

/// What a flag says of itself, for people and their tools.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Told {
    /// Who answers for it.
    pub(crate) owner: Option<String>,
    /// Texts, numbers and booleans, sorted by name.
    pub(crate) metadata: Vec<(String, Value)>,
}

impl Told {
    /// None where there is nothing to tell.
    pub(crate) fn of(flag: &Flag<'_>) -> Option<Self> {
        let entries = flag.metadata.iter().map(|entry| (entry.key.to_owned(), entry.value.to_value()));
        let mut metadata: Vec<(String, Value)> = entries.collect();
        sort_by(&mut metadata, |(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        let told = Self { owner: flag.owner.map(str::to_owned), metadata };
        (told != Self::default()).then_some(told)
    }

    /// As the notes of a program have it: the owner, and the metadata behind it.
    pub(crate) fn to_value(&self) -> Value {
        let owner = self.owner.as_deref().map_or(Value::Null, Value::from);
        Value::List(vec![owner, Value::map(self.metadata.clone())])
    }

    /// What [`Told::to_value`] made.
    pub(crate) fn from_value(value: Value) -> Option<Self> {
        let Value::List(parts) = value else { return None };
        let [owner, Value::Map(metadata)] = <[Value; 2]>::try_from(parts).ok()? else { return None };
        let owner = match owner {
            Value::Null => None,
            Value::Text(owner) => Some(owner),
            _ => return None,
        };
        Some(Self { owner, metadata })
    }
}

/// What the sections of a document say.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    /// The flags that have fallbacks, by name.
    pub(crate) fallbacks: BTreeMap<String, Vec<String>>,
    /// What is told of flags beside their answers, by name; nothing where a flag says nothing.
    pub(crate) told: BTreeMap<String, Told>,
    /// Comparators by name.
    #[cfg(feature = "compare")]
    pub(crate) comparators: BTreeMap<String, Profile>,
    /// Delivery policies by name.
    #[cfg(feature = "delivery")]
    pub(crate) delivery: BTreeMap<String, Delivery>,
    /// Path tables by name.
    #[cfg(feature = "paths")]
    pub(crate) paths: BTreeMap<String, Table>,
    /// Metrics by name; none where the document does not declare any, and every name will do.
    #[cfg(feature = "gates")]
    pub(crate) metrics: Option<BTreeMap<String, Metric>>,
    /// Gates by name.
    #[cfg(feature = "gates")]
    pub(crate) gates: BTreeMap<String, Gate>,
    /// Plans by name, with their gates.
    #[cfg(feature = "plans")]
    pub(crate) plans: BTreeMap<String, Guarded>,
    /// What runbooks of plans say of the place where they run.
    #[cfg(all(feature = "runbook", feature = "plans"))]
    pub(crate) plan_commands: BTreeMap<String, commands::Commands>,
    /// Plans of work by name.
    #[cfg(feature = "work")]
    pub(crate) work: BTreeMap<String, Work>,
    /// Policies for incidents by name.
    #[cfg(feature = "work")]
    pub(crate) incidents: BTreeMap<String, Policy>,
    /// What runbooks of incidents say of the place where they happen.
    #[cfg(all(feature = "runbook", feature = "work"))]
    pub(crate) incident_commands: BTreeMap<String, commands::Commands>,
}
