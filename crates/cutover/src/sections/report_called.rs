//! The report of a rollout, asked by the name of its plan.

use super::gate_called::typed;
use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::migration::{Hazard, Route};
use crate::value::Value;
use crate::wire::to_json;
use cutover_gates::{Metric, Observation};
use cutover_plans::{Asked, GuardedState, Report, Spec};
use serde::Serialize;
use std::collections::BTreeMap;

/// The report of a rollout, with what the migrations of its ruleset can cost as they stand.
#[derive(Debug, Clone, Serialize)]
pub struct PlanReport<'e> {
    /// The plan.
    pub plan: &'e str,
    /// The program of the ruleset.
    pub digest: &'e str,
    /// The rollout.
    #[serde(flatten)]
    pub report: Report<'e>,
    /// What migrations can cost as they stand.
    pub hazards: Vec<Standing<'e>>,
}

/// What a migration can cost as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Standing<'e> {
    /// The migration.
    pub migration: &'e str,
    /// Its phase.
    pub phase: Option<&'e str>,
    /// The hazard.
    #[serde(flatten)]
    pub hazard: Hazard,
}

impl Engine {
    /// Reports a rollout at `now`: where it stands, what was measured in both arms, what its gates say, and what to do.
    /// Intervals miss the truth with a probability of at most `alpha`, over all looks together. None where there is no plan
    /// of that name.
    ///
    /// ```
    /// use cutover::Engine;
    /// use cutover::plans::{Advice, GuardedState};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
    /// gates: { errors: { checks: [{ metric: error_rate, below: 1% }] } }
    /// plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 1h, gate: errors } }
    /// ",
    /// )?;
    /// let report = engine.report("v2", &GuardedState::default(), &[], 0, 0.05).unwrap();
    /// assert_eq!(report.report.recommendation.advice, Advice::Hold); // it has not been started
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn report(
        &self,
        plan: &str,
        state: &GuardedState,
        observations: &[Observation],
        now: i64,
        alpha: f64,
    ) -> Option<PlanReport<'_>> {
        let (plan, guarded) = self.sections().plans.get_key_value(plan)?;
        let metrics = self.sections().metrics.as_ref();
        let report = guarded.report(Asked { state, observations, now, alpha, metrics });
        Some(PlanReport { plan, digest: self.digest(), report, hazards: self.standing(now) })
    }

    /// What each migration can cost as it stands.
    fn standing(&self, now: i64) -> Vec<Standing<'_>> {
        let context = self.context(&crate::Attributes::default());
        let mut standing = Vec::new();
        for migration in self.migrations() {
            let Route { phase, hazards, .. } = self.route(migration, &context, now, &());
            standing.extend(hazards.iter().map(|hazard| Standing {
                migration,
                phase,
                hazard: hazard.clone(),
            }));
        }
        standing
    }
}

/// `report`: the report of a rollout.
pub(crate) fn report(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    const CALL: &str = "report";
    let plan = given.text("plan")?;
    let state: GuardedState = typed(CALL, "state", given.take("state"))?.unwrap_or_default();
    let observations: Vec<Observation> =
        typed(CALL, "observations", given.take("observations"))?.unwrap_or_default();
    let now = given.whole("now")?;
    let alpha = match given.take("alpha") {
        None => 0.05,
        Some(Value::Float(alpha)) if alpha > 0.0 && alpha < 1.0 => alpha,
        Some(_) => return Err(CallError::new(format!("{CALL}: `alpha` is above 0 and below 1"))),
    };
    given.finish()?;
    let report = engine.report(&plan, &state, &observations, now, alpha);
    report
        .map(|report| to_json(&report))
        .ok_or_else(|| CallError::unknown(CALL, "plan", &plan, engine.plans()))
}

/// What a plan says, and what its gates measure.
#[derive(Serialize)]
struct Told<'e> {
    plan: &'e str,
    spec: &'e Spec,
    gates: BTreeMap<&'e str, &'e [String]>,
    metrics: BTreeMap<&'e str, &'e Metric>,
}

/// `plan_spec`: what a plan says, for whoever measures.
pub(crate) fn spec(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("plan")?;
    given.finish()?;
    let plan = engine.sections().plans.get_key_value(&name);
    let (plan, guarded) =
        plan.ok_or_else(|| CallError::unknown("plan_spec", "plan", &name, engine.plans()))?;
    Ok(to_json(&Told {
        plan,
        spec: guarded.plan().spec(),
        gates: guarded.gates().map(|gate| (gate.name(), gate.metrics())).collect(),
        metrics: engine.metrics().collect(),
    }))
}
