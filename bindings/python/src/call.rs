//! Questions that are not asked by the million: they and their answers cross as JSON.

use crate::engine::Engine;
use crate::{clock, records};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// The answer to the question `name`. The module `cutover._records` writes the question of what was given, by its function
/// `ask_` and the name, and makes the answer, by the function of that name.
pub(crate) fn ask<'py>(
    engine: &Engine,
    py: Python<'py>,
    name: &str,
    given: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyResult<Py<PyAny>> {
    let records = py.import("cutover._records")?;
    let given = given.into_pyobject(py)?;
    let arguments: String = records.getattr(format!("ask_{name}").as_str())?.call1(given)?.extract()?;
    let answer = py.detach(|| engine.loaded.engine.call(name, &arguments));
    let answer = answer.map_err(|error| records::failed(py, &error.to_string(), Some(error.code())))?;
    records::make(py, name, &answer)
}

#[pymethods]
impl Engine {
    /// What the phases, moves, switches and emergencies of a migration can cost: a model of its two stores looks at
    /// everything that can happen to one record.
    ///
    /// Raises `CutoverError` where there is no such migration, or a number is not from 1 to 3.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: sync}}")
    /// >>> report = engine.safety("orders")
    /// >>> report["safe"], report["last_reversible"]
    /// (True, 'ramp_down')
    #[pyo3(signature = (migration, *, nodes=2, writes=2))]
    fn safety(&self, py: Python<'_>, migration: &str, nodes: u8, writes: u8) -> PyResult<Py<PyAny>> {
        ask(self, py, "safety", (migration, nodes, writes))
    }

    /// A delivery policy of the ruleset: a dict with what it says, and the defaults of what it does not say.
    ///
    /// Raises `CutoverError` where there is no such policy.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\ndelivery: {patient: {attempts: 9, breaker: {failure_rate: 25%}}}")
    /// >>> policy = engine.delivery("patient")
    /// >>> policy["retry"]["attempts"], policy["breakers"]["old"]["failure_rate"]
    /// (9, 250000)
    fn delivery(&self, py: Python<'_>, policy: &str) -> PyResult<Py<PyAny>> {
        ask(self, py, "delivery", (policy, py.None()))
    }

    /// The delivery policy of a migration: the one that it names, or the defaults.
    ///
    /// Raises `CutoverError` where there is no such migration.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: sync}}")
    /// >>> policy = engine.delivery_of("orders")
    /// >>> policy["policy"], policy["timeouts"]["write_ms"]
    /// (None, 5000)
    fn delivery_of(&self, py: Python<'_>, migration: &str) -> PyResult<Py<PyAny>> {
        ask(self, py, "delivery", (py.None(), migration))
    }

    /// Whom a change of this ruleset moves, from what to what, and which hazards that has. `to` is the text of the ruleset
    /// after the change, `original` the text that this engine was loaded from: with it, the report says what changed in the
    /// document. `traffic` is a dict with `writes_per_second`, `lag_ms` and `adoption_ms`.
    ///
    /// Raises `CutoverError` where `to` is refused or an option is of no use, and `TypeError` for a prepared context.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = "cutover: 1\nflags: {beta: {rules: [{serve: {rollout: %d%%, by: userId}}]}}"
    /// >>> population = [{"userId": "ada"}, {"userId": "grace"}, {"userId": "ada"}]
    /// >>> report = Engine.from_str(ruleset % 0).diff(ruleset % 100, population)
    /// >>> report["flags"][0]["moved"], report["flags"][0]["keys"]
    /// (3, {'count': 2, 'exact': True})
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (to, population=None, *, original=None, switches=None, accept=None, examples=3, traffic=None, now=None))]
    fn diff(
        &self,
        py: Python<'_>,
        to: &str,
        population: Option<&Bound<'_, PyAny>>,
        original: Option<&str>,
        switches: Option<&Bound<'_, PyAny>>,
        accept: Option<&Bound<'_, PyAny>>,
        examples: u32,
        traffic: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        let options = PyDict::new(py);
        options.set_item("now", now)?;
        options.set_item("accept", accept)?;
        options.set_item("examples", examples)?;
        options.set_item("traffic", traffic)?;
        let nobody = PyTuple::empty(py).into_any();
        ask(self, py, "diff", (to, population.unwrap_or(&nobody), original, switches, options))
    }

    /// Decides a flag, and gives a line of a decision log: what was asked, when, and what was answered. `replay` and
    /// `cutover replay` decide it again. The context is a mapping, and all of it is in the line.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
    /// >>> engine.log_decision("beta", {"userId": "ada"}, now=0)[:77]
    /// '{"log":1,"now":0,"context":{"userId":"ada"},"decision":{"flag":"beta","value"'
    #[pyo3(signature = (key, ctx, *, now=None))]
    fn log_decision(
        &self,
        py: Python<'_>,
        key: &str,
        ctx: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let question = PyDict::new(py);
        question.set_item("flag", key)?;
        question.set_item("now", clock::given(now)?.unwrap_or_else(clock::system))?;
        ask(self, py, "log", (question, ctx))
    }

    /// Decides a migration, and gives a line of a decision log. Of the switches, only those of the migration are in it.
    ///
    /// >>> import json
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nmigrations: {m: {old: a, new: b, ladder: standard, phase: sync}}")
    /// >>> json.loads(engine.log_route("m", {}, now=0))["route"]["phase"]
    /// 'sync'
    #[pyo3(signature = (migration, ctx, *, switches=None, now=None))]
    fn log_route(
        &self,
        py: Python<'_>,
        migration: &str,
        ctx: &Bound<'_, PyAny>,
        switches: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let question = PyDict::new(py);
        question.set_item("migration", migration)?;
        if let Some(switches) = switches {
            // A whole environment is a mapping, and no dict.
            question.set_item("switches", py.get_type::<PyDict>().call1((switches,))?)?;
        }
        question.set_item("now", clock::given(now)?.unwrap_or_else(clock::system))?;
        ask(self, py, "log", (question, ctx))
    }

    /// Decides the lines of a log again: which come out the same, which would have come out otherwise and why, and which
    /// cannot be replayed. `original` is the text of the ruleset that made the log.
    ///
    /// Raises `CutoverError` where `original` is refused.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
    /// >>> report = engine.replay([engine.log_decision("beta", {}), "{"])
    /// >>> report["identical"], report["unreplayable"]
    /// (1, 1)
    #[pyo3(signature = (lines, *, original=None))]
    fn replay(
        &self,
        py: Python<'_>,
        lines: &Bound<'_, PyAny>,
        original: Option<&str>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "replay", (lines, original))
    }

    /// The way back out of the phases of a migration: each step, its command, how to verify it, and what it costs. All of
    /// them, or those of a `phase` (with `emergency=True`, its emergency alone), or the way back from the phase `start` to the
    /// phase `end`.
    ///
    /// Raises `CutoverError` where there is no such migration or phase, or the way does not lead back.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: live}}")
    /// >>> engine.runbook("orders", phase="live")["markdown"].splitlines()[0]
    /// '# Runbook: orders'
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (migration, *, phase=None, emergency=false, start=None, end=None, language="en", file="ruleset.yaml"))]
    fn runbook(
        &self,
        py: Python<'_>,
        migration: &str,
        phase: Option<&str>,
        emergency: bool,
        start: Option<&str>,
        end: Option<&str>,
        language: &str,
        file: &str,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "runbook", (migration, phase, emergency, start, end, language, file))
    }

    /// The procedures of a plan, of a plan of work, or of incidents (`of` is `plan`, `work` or `incidents`): a dict with
    /// `runbook`, the procedures as data, and `markdown`. `at` says where a plan stands: a share such as `60%`, or a segment
    /// that a step reaches; its last step without it.
    ///
    /// Raises `CutoverError` where there is none of that name, or the plan never stands at `at`.
    ///
    /// >>> from cutover import Engine
    /// >>> ruleset = '{"cutover":1,"flags":{"f":{"rules":[{"serve":{"rollout":"0%"}}]}},"gates":{"g":{"checks":'
    /// >>> ruleset += '[{"metric":"m","test":"harm"}]}},"plans":{"p":{"flag":"f","steps":["5%"],"bake":"1h","gate":"g"}}}'
    /// >>> Engine.from_str(ruleset).handbook("plan", "p")["runbook"]["procedures"][0]["title"]
    /// 'Immediate rollback: `f` to 0%'
    #[pyo3(signature = (of, name, *, at=None, language="en", file="ruleset.yaml"))]
    fn handbook(
        &self,
        py: Python<'_>,
        of: &str,
        name: &str,
        at: Option<&str>,
        language: &str,
        file: &str,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "handbook", (of, name, at, language, file))
    }

    /// The alert rules of the migrations, and of the triggers of plans that watch a metric: a dict with `rules`, a text for
    /// Prometheus, `tests`, a text for `promtool test rules`, and `groups`, the rules as data. `file` is what the ruleset is
    /// called, `rules_file` where its rules are, seen from their tests.
    ///
    /// Raises `CutoverError` where a trigger watches a metric without a query, or there is nothing to be alerted of.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nmigrations: {orders: {old: sql, new: mongo, ladder: standard, phase: live}}")
    /// >>> engine.alerts()["groups"][0]["rules"][1]["name"]
    /// 'MongoWriteErrors'
    #[pyo3(signature = (*, file="ruleset.yaml", rules_file="alerts.yaml"))]
    fn alerts(&self, py: Python<'_>, file: &str, rules_file: &str) -> PyResult<Py<PyAny>> {
        ask(self, py, "alerts", (file, rules_file))
    }

    /// Compares two values by a comparator of the ruleset: a dict with the `count` of the differences and the first of
    /// them. Values are taken as JSON has them, a `Decimal` as a number of all its digits, a `datetime` as its ISO text;
    /// `bytes` are JSON already.
    ///
    /// Raises `CutoverError` where there is no such comparator, or bytes are no JSON.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\ncomparators: {offers: {ignore: [_id], rename: snake_to_camel}}")
    /// >>> engine.compare("offers", {"_id": 7, "user_id": 1}, {"userId": 1})["count"]
    /// 0
    /// >>> engine.compare("offers", {"user_id": 1}, {"userId": 2})["differences"][0]["path"]
    /// 'userId'
    fn compare(
        &self,
        py: Python<'_>,
        comparator: &str,
        control: &Bound<'_, PyAny>,
        candidate: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "compare", (comparator, control, candidate))
    }

    /// What comes of two sides, by a comparator or, with `None`, exactly. A side is a dict with one of `value`, `error` (a
    /// dict with `class` and `message`), `timed_out` and `not_run`.
    ///
    /// Raises `CutoverError` where there is no such comparator, or a side is none of these.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1")
    /// >>> engine.judge(None, {"value": 1}, {"timed_out": True})["verdict"]
    /// 'timed_out'
    fn judge(
        &self,
        py: Python<'_>,
        comparator: Option<&str>,
        control: &Bound<'_, PyAny>,
        candidate: &Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        ask(self, py, "judge", (comparator, control, candidate))
    }

    /// Decides a flag whose variants cannot all be served just now: what a breaker holds back is skipped for the next of
    /// the flag's `fallbacks`. A dict like that of the decision, with the variants that were `skipped`; where none can be
    /// served, `variant` is `None` and `value` the default.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str('''
    /// ... cutover: 1
    /// ... flags:
    /// ...   matcher: { variants: { nexten: 1, smart: 2, enhanced: 3 }, default: nexten, fallbacks: [nexten, smart, enhanced] }
    /// ... ''')
    /// >>> served = engine.select("matcher", {}, unavailable=["nexten"])
    /// >>> served["variant"], served["value"], served["skipped"]
    /// ('smart', 2, ['nexten'])
    #[pyo3(signature = (key, ctx, *, unavailable, default=None, now=None))]
    fn select<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        ctx: &Bound<'py, PyAny>,
        unavailable: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let options = PyDict::new(py);
        options.set_item("default", default)?;
        options.set_item("now", now)?;
        let decision = slf.call_method("decide", (key, ctx), Some(&options))?;
        let records = py.import("cutover._records")?;
        let given = records.call_method1("ask_select", (&decision, unavailable))?;
        let answer = match given.extract::<Option<String>>()? {
            None => "null".to_owned(),
            Some(arguments) => {
                let engine = &slf.get().loaded.engine;
                let answer = engine.call("select", &arguments);
                answer.map_err(|error| records::failed(py, &error.to_string(), Some(error.code())))?
            }
        };
        Ok(records.call_method1("select", (decision, answer, default))?.unbind())
    }

    /// Who serves a request, by a path table: a dict, or `None` where no entry takes it.
    ///
    /// Raises `CutoverError` where there is no such table, or the path could be read in two ways: answer with 400.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\npaths: {api: [{path: /api/orders, service: orders-sql, side: old}]}")
    /// >>> engine.path("api", "/api/orders/7?full")["service"]
    /// 'orders-sql'
    /// >>> engine.path("api", "/health") is None
    /// True
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    #[pyo3(signature = (table, target, *, method="GET", headers=None, attributes=None, now=None))]
    fn path(
        &self,
        py: Python<'_>,
        table: &str,
        target: &str,
        method: &str,
        headers: Option<&Bound<'_, PyAny>>,
        attributes: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        ask(self, py, "path", (table, target, method, headers, attributes, now))
    }
}
