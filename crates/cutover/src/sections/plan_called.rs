//! Plans of a ruleset, asked by name.

use crate::call::{Arguments, CallError};
use crate::engine::Engine;
use crate::value::Value;
use crate::wire::to_json;
use cutover_plans::{Event, Guarded, GuardedState, Measured, Named, Observed, Scenario, Simulation, World};
use serde::{Deserialize, Serialize};

impl Engine {
    /// The plan of a name, with its gates.
    #[must_use]
    pub fn plan(&self, name: &str) -> Option<&Guarded> {
        self.sections().plans.get(name)
    }

    /// The names of the plans, sorted.
    pub fn plans(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections().plans.keys().map(String::as_str)
    }

    /// What becomes of a rollout when something happens, and what is to be done; none where there is no plan of that name.
    /// A host writes the state, performs the effects, and says of each that it is done. [`Guarded::observe`] takes
    /// what was measured.
    ///
    /// ```
    /// use cutover::Engine;
    /// use cutover::plans::{Event, GuardedState, Kind, Stage};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
    /// gates: { errors: { checks: [{ metric: errors, test: harm }] } }
    /// plans: { v2: { flag: use_v2, steps: [5%, 50%, 100%], bake: 48h, gate: errors } }
    /// ",
    /// )?;
    /// let start = Event::new(0, Kind::Start { actor: "ada".into() });
    /// let state = engine.advance("v2", GuardedState::default(), start).unwrap().state;
    /// assert_eq!((state.plan.stage, state.plan.millionths), (Stage::Progressing, 50_000));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn advance(&self, plan: &str, state: GuardedState, event: Event) -> Option<Observed<'_>> {
        let Event { at, expect, kind } = event;
        Some(self.plan(plan)?.advance(state, at, expect, kind))
    }
}

/// `advance`: what becomes of a rollout.
pub(crate) fn advance(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let plan = plan_of("advance", engine, &given.text("plan")?)?;
    let state = given.take("state").map(|state| to_json(&state)).unwrap_or_default();
    let event = given.take("event").unwrap_or_default();
    let now = given.whole("now")?;
    given.finish()?;
    cutover_plans::guarded_json(plan, &state, &to_json(&event), now)
        .map_err(|error| CallError::new(format!("advance: {error}")))
}

/// A whole rollout: the world's metrics, or verdicts that are drawn, and how the host behaves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    host: Scenario,
    world: World,
}

/// A simulation, with what its thresholds would do to healthy migrations.
#[derive(Debug, Serialize)]
struct Simulated {
    #[serde(flatten)]
    simulation: Simulation,
    risks: Vec<cutover_plans::Risk>,
}

/// `simulate`: a whole rollout under a scenario.
pub(crate) fn simulate(engine: &Engine, mut given: Arguments<'_>) -> Result<String, CallError> {
    let name = given.text("plan")?;
    let plan = plan_of("simulate", engine, &name)?;
    let scenario = given.take("scenario").unwrap_or_else(|| Value::Text("healthy".to_owned()));
    let seed = match given.take("seed") {
        None => 1,
        Some(Value::Int(seed)) => seed.cast_unsigned(),
        Some(_) => return Err(CallError::new("simulate: `seed` is a whole number")),
    };
    given.finish()?;
    let simulation = simulated(plan, &to_json(&scenario), seed)
        .map_err(|error| CallError::new(format!("simulate: `scenario`: {error}")))?;
    let risks = cutover_plans::risks(plan, None, cutover_plans::LOOK_MS).collect();
    Ok(to_json(&Simulated { simulation, risks }))
}

/// A simulation by a scenario in JSON: a name such as `"harmful@2"`, or `{"host": …, "world": …}`.
fn simulated(plan: &Guarded, scenario: &str, seed: u64) -> Result<Simulation, String> {
    if let Ok(name) = serde_json::from_str::<String>(scenario) {
        let mut judge = Named::new(&name, seed)?;
        return Ok(cutover_plans::simulate(plan.plan(), &Scenario::default(), &mut judge));
    }
    let given: Given = serde_json::from_str(scenario).map_err(|error| error.to_string())?;
    let mut judge = Measured::new(plan, &given.world, seed);
    Ok(cutover_plans::simulate(plan.plan(), &given.host, &mut judge))
}

impl Engine {
    /// Follows a plan from its start to its end under a scenario in JSON: the name of one, such as `"healthy"`,
    /// `"harmful@2"` (from step 2 on, counted from 0) or `"no_data"`, or metrics that are simulated: `{"world": {"metrics":
    /// {"error_rate": {"healthy": 0.0004, "harmful": 0.02}}, "from_step": 2}}`. The same seed gives the same simulation.
    /// None where there is no plan of that name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the scenario.
    ///
    /// ```
    /// use cutover::{Engine, plans::Stage};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// flags: { use_v2: { rules: [{ serve: { rollout: 0% } }] } }
    /// gates: { errors: { checks: [{ metric: error_rate, below: 1% }] } }
    /// plans: { v2: { flag: use_v2, steps: [5%, 100%], bake: 1h, gate: errors } }
    /// ",
    /// )?;
    /// let world = r#"{"world":{"metrics":{"error_rate":{"healthy":0.004,"harmful":0.05,"noise":0.001}},"from_step":1}}"#;
    /// let ended = engine.simulate("v2", world, 1)?.unwrap().state;
    /// assert_eq!((ended.stage, ended.step), (Stage::RolledBack, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn simulate(&self, plan: &str, scenario: &str, seed: u64) -> Result<Option<Simulation>, String> {
        self.plan(plan).map(|plan| simulated(plan, scenario, seed)).transpose()
    }
}

fn plan_of<'a>(call: &str, engine: &'a Engine, name: &str) -> Result<&'a Guarded, CallError> {
    engine.plan(name).ok_or_else(|| CallError::unknown(call, "plan", name, engine.plans()))
}
