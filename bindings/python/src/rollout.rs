//! What moves by evidence: gates, plans, plans of work, incidents and drills, asked through the engine's one door.

use crate::call::ask;
use crate::{clock, engine::Engine};
use pyo3::prelude::*;

#[pymethods]
impl Engine {
    /// A step of a plan of work: a dict with the `state` after an event, and the `effects` to perform. Save the state before
    /// performing anything; `None` is the state at the beginning. An event without `now` happens now.
    ///
    /// Raises `CutoverError` where there is no such plan, the state belongs to another plan, or the event is none.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nwork: {w: {phases: [{name: load, actions: [copy], validations: [counts], rollback: drop}]}}")
    /// >>> step = engine.work("w", None, {"event": "start", "run": "r1"})
    /// >>> step["effects"][0]["id"]
    /// 'r1/1/load/copy'
    /// >>> engine.work_status("w", step["state"])["standing"]
    /// 'running'
    fn work(
        &self,
        py: Python<'_>,
        name: &str,
        state: Option<&Bound<'_, PyAny>>,
        event: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "work", (name, state, event, clock::system()))
    }

    /// Where a run of a plan of work stands: a dict.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nwork: {w: {phases: [{name: load, actions: [copy], validations: [counts], rollback: drop}]}}")
    /// >>> engine.work_status("w", engine.work("w", None, {"event": "start", "run": "r1"})["state"])["standing"]
    /// 'running'
    fn work_status(
        &self,
        py: Python<'_>,
        name: &str,
        state: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "work", (name, state, py.None(), clock::system()))
    }

    /// A step of an incident: a dict with the `state` after an event, and the `effects` to perform. `None` is the state
    /// where none is open. An event without `now` happens now.
    ///
    /// Raises `CutoverError` where there is no such policy, or the event is none.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
    /// >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
    /// >>> state = engine.incident("till", None, opened)["state"]
    /// >>> engine.incident_standing("till", state, now=60_000)["clock"]["left_ms"]
    /// 3540000
    fn incident(
        &self,
        py: Python<'_>,
        name: &str,
        state: Option<&Bound<'_, PyAny>>,
        event: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "incident", (name, state, event, clock::system()))
    }

    /// Where an incident stands at a time: a dict with its clock, and what is still to be checked.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
    /// >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
    /// >>> state = engine.incident("till", None, opened)["state"]
    /// >>> engine.incident_standing("till", state, now=60_000)["clock"]["left_ms"]
    /// 3540000
    #[pyo3(signature = (name, state, *, now=None))]
    fn incident_standing(
        &self,
        py: Python<'_>,
        name: &str,
        state: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        ask(self, py, "incident", (name, state, py.None(), now))
    }

    /// The draft of a post-mortem, in Markdown.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nincidents: {till: {severities: {critical: {objective: 1h}}}}")
    /// >>> opened = {"event": "open", "id": "i1", "title": "no sale", "severity": "critical", "actor": "ann", "now": 0}
    /// >>> "no sale" in engine.post_mortem("till", engine.incident("till", None, opened)["state"])
    /// True
    fn post_mortem(&self, py: Python<'_>, name: &str, state: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        ask(self, py, "post_mortem", (name, state))
    }

    /// Rehearses a rollback of a plan of work, and says whether it would be over in time: a dict. A scenario has durations
    /// as texts.
    ///
    /// Raises `CutoverError` where there is no such plan, or the scenario makes no sense.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nwork: {w: {objective: 1h, phases: [{name: load, validations: [counts], rollback: [{name: drop, takes: 5m}]}]}}")
    /// >>> report = engine.drill("w", {"detection": "5m"})
    /// >>> report["answer"], report["longest_ms"]
    /// ('met', 600000)
    #[pyo3(signature = (name, scenario=None))]
    fn drill(&self, py: Python<'_>, name: &str, scenario: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        ask(self, py, "drill", (name, scenario))
    }

    /// What a gate comes to by what was measured since the last time: a dict with the `report` and the `state` to give the
    /// next time; the first time that is `None`. It may be kept as JSON meanwhile. Observations are dicts: a value
    /// (`metric`, `at`, `value`), what was counted in a window (`metric`, `from`, `to`, `old`, `new`), what counters stand
    /// at (`metric`, `at`, `old`, `new`), or an error (`metric`, `at`, `error`); instants are milliseconds since the epoch.
    ///
    /// Raises `CutoverError` where there is no such gate, the state is of another one, or observations are none.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\ngates: {step: {checks: [{metric: error_rate, below: 1%}]}}")
    /// >>> step = engine.gate("step", None, [{"metric": "error_rate", "at": 0, "value": 0.002}], now=0)
    /// >>> step["report"]["verdict"]
    /// 'pass'
    /// >>> engine.gate("step", step["state"], [], now=600_001)["report"]["verdict"]
    /// 'stale'
    #[pyo3(signature = (name, state, observations, *, now=None))]
    fn gate(
        &self,
        py: Python<'_>,
        name: &str,
        state: &Bound<'_, PyAny>,
        observations: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        ask(self, py, "gate", (name, state, observations, now))
    }

    /// What becomes of a rollout when something happens, and what is to be done: a dict with the `state` to give the next
    /// time, the first time that is `None`, the `effects`, and the `reports` of gates. An event is a dict, such as
    /// `{"event": "start", "actor": "ada"}` or `{"event": "observe", "observations": [...]}`. A host writes the state,
    /// performs the effects, and tells of each that has an `id` that it is done.
    ///
    /// Raises `CutoverError` where there is no such plan, or the state or the event cannot be read.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
    /// >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
    /// >>> engine = Engine.from_str(ruleset)
    /// >>> step = engine.advance("p", None, {"event": "start", "actor": "ada"}, now=0)
    /// >>> step["state"]["stage"], step["state"]["millionths"]
    /// ('progressing', 50000)
    #[pyo3(signature = (name, state, event, *, now=None))]
    fn advance(
        &self,
        py: Python<'_>,
        name: &str,
        state: &Bound<'_, PyAny>,
        event: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        ask(self, py, "advance", (name, state, event, now))
    }

    /// Follows a plan from its start to its end: a dict with its `log` and its `state` in the end. A scenario is a name, such
    /// as `healthy`, `harmful@2` or `no_data`, or `{"world": {"metrics": ...}}`, which the plan's gates judge. The same seed
    /// gives the same rollout.
    ///
    /// Raises `CutoverError` where there is no such plan or scenario.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
    /// >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
    /// >>> engine = Engine.from_str(ruleset)
    /// >>> engine.simulate("p", scenario="harmful", seed=3)["state"]["stage"]
    /// 'rolled_back'
    #[pyo3(signature = (name, *, scenario=None, seed=1))]
    fn simulate(
        &self,
        py: Python<'_>,
        name: &str,
        scenario: Option<&Bound<'_, PyAny>>,
        seed: i64,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "simulate", (name, scenario, seed))
    }

    /// Reports a rollout: a dict with where it stands, what was measured in both arms, whether the new one is better, what the
    /// gates say, and a `recommendation`. Observations are those of `gate`. Nothing changes by it. Intervals miss the truth with
    /// a probability of at most `alpha`, over all looks together.
    ///
    /// Raises `CutoverError` where there is no such plan, or something is no observation.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
    /// >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
    /// >>> engine = Engine.from_str(ruleset)
    /// >>> state = engine.advance("p", None, {"event": "start", "actor": "ada"}, now=0)["state"]
    /// >>> arms = {"old": {"events": 1, "total": 9000}, "new": {"events": 40, "total": 1000}}
    /// >>> report = engine.report("p", state, [{"metric": "m", "from": 0, "to": 60_000, **arms}], now=60_000)
    /// >>> report["recommendation"]["advice"], report["metrics"][0]["answer"]
    /// ('roll_back', 'worse')
    #[pyo3(signature = (name, state, observations, *, now=None, alpha=0.05))]
    fn report(
        &self,
        py: Python<'_>,
        name: &str,
        state: &Bound<'_, PyAny>,
        observations: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        alpha: f64,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        ask(self, py, "report", (name, state, observations, now, alpha))
    }

    /// What a plan says: a dict with its `spec`, the metrics of its `gates`, and the `metrics` that the ruleset declares, for
    /// whoever measures.
    ///
    /// Raises `CutoverError` where there is no such plan.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
    /// >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
    /// >>> Engine.from_str(ruleset).plan_spec("p")["gates"]
    /// {'g': ['m']}
    fn plan_spec(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyAny>> {
        ask(self, py, "plan_spec", (name,))
    }

    /// Decides once more, from the measurements alone, what a state of `gate` keeps: a dict that says whether all of it is
    /// the `same`, to the bit.
    ///
    /// Raises `CutoverError` where there is no such gate, or the state is of another one.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\ngates: {step: {checks: [{metric: error_rate, below: 1%}]}}")
    /// >>> step = engine.gate("step", None, [{"metric": "error_rate", "at": 0, "value": 0.002}], now=0)
    /// >>> engine.gate_replay("step", step["state"])["same"]
    /// True
    fn gate_replay(&self, py: Python<'_>, name: &str, state: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        ask(self, py, "gate_replay", (name, state))
    }

    /// Whether the new arm is better, worse, or whether that is not yet known, by what was counted in all: dicts with
    /// `events` and `total`. It may be asked as often as one likes; `alpha` is the probability of a wrong answer over all
    /// looks together. `share` is the share of the requests that the new arm was to get.
    ///
    /// Raises `CutoverError` where counts or options make no sense.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1")
    /// >>> engine.compare_arms({"events": 100, "total": 10_000}, {"events": 200, "total": 10_000})["answer"]
    /// 'worse'
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (old, new, *, better="lower", alpha=0.05, slow_old=None, slow_new=None, share=None))]
    fn compare_arms(
        &self,
        py: Python<'_>,
        old: &Bound<'_, PyAny>,
        new: &Bound<'_, PyAny>,
        better: &str,
        alpha: f64,
        slow_old: Option<&Bound<'_, PyAny>>,
        slow_new: Option<&Bound<'_, PyAny>>,
        share: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "compare_arms", (old, new, better, alpha, slow_old, slow_new, share))
    }
}
