//! The engine as Python sees it.

use crate::context::Context;
use crate::decision::Decision;
use crate::loaded::{self, Loaded};
use crate::{clock, convert, migration, records};
use cutover::import::{self, Kind, Options};
use cutover::packed::PackedContext;
use cutover::{ErrorCode, Explanation, Route, RouteChoice, wire};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use std::borrow::Cow;

/// A loaded ruleset, which decides flags and migrations. It cannot be changed, and is free to be shared between
/// threads.
///
/// What is wrong with a ruleset is found while it is loaded; a decision never raises for it. Every decision takes a
/// context: a dict or another mapping of attributes, flat or nested, or a `Context` that was prepared; `None` knows
/// nothing. Attributes are read when the flag asks for them:
///
/// - `str`, `bool`, `int`, `float`, `None`, lists and tuples of them, and aware `datetime`s are what conditions take;
///   objects of their subclasses count as what they derive from. Anything else is there, but matches nothing.
/// - `None` is a missing attribute. An `int` of more than 64 bits is the nearest float, a `datetime` is its
///   milliseconds since the epoch, and a lone surrogate is U+FFFD.
/// - An attribute `tenant.tier` is the key `"tenant.tier"`, else the key `"tier"` of the mapping `"tenant"`.
/// - An attribute whose mapping raises is missing.
///
/// `now` is an `int` of milliseconds since the epoch or an aware `datetime`; without it the system's clock is read,
/// once, and only where the answer depends on the time. Anything else raises `TypeError`.
///
/// >>> from cutover import Engine
/// >>> engine = Engine.from_str('''
/// ... cutover: 1
/// ... flags:
/// ...   orders_mongodb:
/// ...     rules:
/// ...       - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
/// ...       - { serve: { rollout: 50%, by: userId } }
/// ... ''')
/// >>> decision = engine.decide("orders_mongodb", {"userId": "user_123"})
/// >>> decision.value, decision.reason
/// (True, 'TARGETING_MATCH')
#[pyclass(frozen, subclass, module = "cutover")]
pub(crate) struct Engine {
    pub(crate) loaded: Loaded,
    /// The digest of the ruleset's content, 32 hexadecimal digits: the same for YAML and JSON, and whatever the order
    /// of keys. It is in every decision.
    #[pyo3(get)]
    digest: Py<PyString>,
}

/// The text of a document, as the engine takes it.
fn document<'a>(text: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = text.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    match text.cast::<PyString>() {
        Ok(string) => Ok(match convert::text(string) {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }),
        Err(_) => {
            Err(PyTypeError::new_err(format!("a document is str or bytes, not {}", text.get_type().name()?)))
        }
    }
}

impl Engine {
    fn of(py: Python<'_>, engine: cutover::Engine) -> Self {
        let loaded = Loaded::new(py, engine);
        Self { digest: loaded.digest.clone_ref(py), loaded }
    }
}

#[pymethods]
impl Engine {
    /// Another engine of the same ruleset, for classes that go on from this one; `from_str` loads rulesets.
    #[new]
    #[pyo3(signature = (engine, /))]
    fn new(py: Python<'_>, engine: &Self) -> Self {
        Self::of(py, engine.loaded.engine.clone())
    }

    /// Loads a ruleset from YAML or JSON.
    ///
    /// Raises `CutoverError`, with every problem of the document at once in its `diagnostics`.
    ///
    /// >>> from cutover import CutoverError, Engine
    /// >>> Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}").flags
    /// ['beta']
    /// >>> try:
    /// ...     Engine.from_str("cutover: 1\nflgas: {}")
    /// ... except CutoverError as error:
    /// ...     print(error.diagnostics[0].code, error.diagnostics[0].help)
    /// unknown_key did you mean `flags`?
    #[staticmethod]
    fn from_str(py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = document(text)?;
        let engine = py.detach(|| cutover::Engine::from_bytes(&text));
        Ok(Self::of(py, engine.map_err(|error| records::refused(py, &error))?))
    }

    /// The engine of another version of the same ruleset. Where the text differs from that of this engine in one flag,
    /// only that flag is compiled, which takes less than a millisecond however many flags there are; otherwise all is.
    /// This engine stays as it is: whoever uses it goes on undisturbed.
    ///
    /// Raises `CutoverError` as `from_str` does.
    ///
    /// >>> from cutover import Engine
    /// >>> text = '{"cutover": 1, "flags": {"beta": {"rules": [{"serve": "off"}]}}}'
    /// >>> engine = Engine.from_str(text)
    /// >>> engine.apply(text.replace("off", "on")).is_enabled("beta", {})
    /// True
    fn apply(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = document(text)?;
        let engine = py.detach(|| self.loaded.engine.apply(&text));
        Ok(Self::of(py, engine.map_err(|error| records::refused(py, &error))?))
    }

    /// This engine as one whose ruleset may be out of date, because nothing was heard of it for too long: it decides the
    /// same, and the reason of every answer is `STALE`. What is applied to it is not stale.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}").stale()
    /// >>> decision = engine.decide("beta", {})
    /// >>> decision.value, decision.reason
    /// (True, 'STALE')
    fn stale(&self, py: Python<'_>) -> Self {
        Self::of(py, self.loaded.engine.stale())
    }

    /// The program as bytes: the same on every platform, and loaded again without parsing by `from_compiled`, here and
    /// in the other languages.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
    /// >>> Engine.from_compiled(engine.to_compiled()).is_enabled("beta", {})
    /// True
    fn to_compiled<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.loaded.engine.to_compiled())
    }

    /// Loads a program from the bytes of `to_compiled`. It decides as the engine that it came from; its warnings were
    /// given when it was compiled, and it has none.
    ///
    /// Raises `CutoverError` where the bytes are no program of this version, or changed since they were written.
    ///
    /// >>> from cutover import CutoverError, Engine
    /// >>> try:
    /// ...     Engine.from_compiled(b"cutover: 1")
    /// ... except CutoverError as error:
    /// ...     print(error)
    /// this is no compiled program: expected bytes that begin with `CUTP`; compile the ruleset first
    #[staticmethod]
    fn from_compiled(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        let engine = py.detach(|| cutover::Engine::from_compiled(data));
        Ok(Self::of(py, engine.map_err(|error| records::failed(py, &error.to_string(), None))?))
    }

    /// Loads a ruleset and says all that is wrong with it or questionable about it at `now`. It raises for no
    /// ruleset.
    ///
    /// >>> from cutover import Engine
    /// >>> [problem.path for problem in Engine.check("cutover: 1\nflags: {beta: {rules: [{serve: 1}, {serve: 2}]}}")]
    /// ['flags.beta.rules[0].serve', 'flags.beta.rules[1].serve']
    #[staticmethod]
    #[pyo3(signature = (text, *, now=None))]
    fn check(py: Python<'_>, text: &Bound<'_, PyAny>, now: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        let (text, now) = (document(text)?, clock::given(now)?.unwrap_or_else(clock::system));
        records::diagnostics(py, &py.detach(|| cutover::Engine::check(&text, now)))
    }

    /// Turns the document of another system into a ruleset that decides the same.
    ///
    /// `kind` is `features-yml`, `feature-config` or `env`; `timezone` the IANA name of the zone that hours in the
    /// document mean. Problems are in the answer's `diagnostics`, and where one is an error there is no `ruleset`.
    /// Raises `ValueError` for a kind that there is not.
    ///
    /// >>> from cutover import Engine
    /// >>> imported = Engine.import_ruleset("features-yml", "features: [{name: beta, enabled: true}]")
    /// >>> Engine.from_str(imported.ruleset).flags
    /// ['beta']
    #[staticmethod]
    #[pyo3(signature = (kind, text, *, timezone=None))]
    fn import_ruleset(
        py: Python<'_>,
        kind: &str,
        text: &Bound<'_, PyAny>,
        timezone: Option<String>,
    ) -> PyResult<Py<PyAny>> {
        let kind: Kind =
            kind.parse().map_err(|error: import::UnknownKind| PyValueError::new_err(error.to_string()))?;
        let text = document(text)?;
        let imported = py.detach(|| import::import(kind, &text, &Options { timezone }));
        records::make(py, "imported", &wire::to_json(&imported))
    }

    /// The names of the flags, sorted.
    #[getter]
    fn flags<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.loaded.engine.flags())
    }

    /// The names of the migrations, sorted.
    #[getter]
    fn migrations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.loaded.engine.migrations())
    }

    /// What somebody should look at, although the ruleset loads. At `now`, flags past their `expires` are among it.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {expires: 2026-12-31}}")
    /// >>> [warning.code for warning in engine.warnings(now=1_900_000_000_000)]
    /// ['flag_expired']
    #[pyo3(signature = (*, now=None))]
    fn warnings(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?.unwrap_or_else(clock::system);
        records::diagnostics(py, &self.loaded.engine.warnings(now))
    }

    /// The paths of the attributes that deciding a flag may read, those of its prerequisites included; none for a flag
    /// that there is not.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    /// >>> engine.reads("beta")
    /// ['userId']
    fn reads<'py>(&self, py: Python<'py>, flag: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
        let reads = self.loaded.flag(py, flag)?.map_or(&[][..], |flag| &flag.reads);
        let key = |attribute: &u32| self.loaded.keys.get(*attribute as usize);
        PyList::new(py, reads.iter().filter_map(key).map(|key| &key.whole).collect::<Vec<_>>())
    }

    /// Prepares a context: attributes are read once, for any number of decisions of this engine.
    ///
    /// Raises `TypeError` where `attributes` is no mapping.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tenant.tier, is: premium}, serve: on}]}}")
    /// >>> context = engine.context({"tenant": {"tier": "premium"}})
    /// >>> engine.is_enabled("beta", context)
    /// True
    fn context(&self, py: Python<'_>, attributes: &Bound<'_, PyAny>) -> PyResult<Context> {
        Context::read(py, attributes, &self.loaded.keys, &self.loaded.digest)
    }

    /// Whether a flag serves `True`. Where it has no answer, or none of that type, it is `default`.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
    /// >>> engine.is_enabled("beta", {}), engine.is_enabled("gamma", {}), engine.is_enabled("gamma", {}, default=True)
    /// (True, False, True)
    #[pyo3(signature = (key, ctx, *, now=None, default=false))]
    fn is_enabled(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        ctx: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        default: bool,
    ) -> PyResult<bool> {
        let now = clock::given(now)?;
        let Some(flag) = self.loaded.flag(py, key)? else { return Ok(default) };
        let outcome = self.loaded.outcome(py, flag, self.loaded.given(ctx)?, now)?;
        Ok(flag.truth(outcome).unwrap_or(default))
    }

    /// Decides a flag. Where it has no answer, the decision has an `error`, and its value is `default`.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    /// >>> engine.decide("beta", {"userId": "user_1"}).reason
    /// 'SPLIT'
    /// >>> decision = engine.decide("beta", {}, default=False)
    /// >>> decision.value, decision.reason, decision.error
    /// (False, 'ERROR', 'MISSING_UNIT')
    #[pyo3(signature = (key, ctx, *, now=None, default=None))]
    fn decide(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        ctx: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        default: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Decision>> {
        let now = clock::given(now)?;
        let Some(flag) = self.loaded.flag(py, key)? else { return self.loaded.unknown(py, key, default) };
        let outcome = self.loaded.outcome(py, flag, self.loaded.given(ctx)?, now)?;
        self.loaded.decision(py, flag, outcome, default)
    }

    /// Decides every flag, in the order of their names. The clock and each attribute are read once at the most.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {b: {}, a: {}}")
    /// >>> [decision.flag for decision in engine.decide_all({})]
    /// ['a', 'b']
    #[pyo3(signature = (ctx, *, now=None))]
    fn decide_all<'py>(
        &self,
        py: Python<'py>,
        ctx: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let now = clock::given(now)?;
        PyList::new(py, self.loaded.decide_all(py, self.loaded.given(ctx)?, now)?)
    }

    /// Decides a flag for many contexts, in their order. The clock is read once at the most.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    /// >>> users = ({"userId": f"user_{number}"} for number in range(1000))
    /// >>> 450 < sum(decision.value for decision in engine.decide_batch("beta", users)) < 550
    /// True
    #[pyo3(signature = (key, contexts, *, now=None, default=None))]
    fn decide_batch<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyString>,
        contexts: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let flag = self.loaded.flag(py, key)?;
        let now = loaded::time(clock::given(now)?, flag.is_some_and(|flag| flag.reads_time));
        let mut decisions = Vec::new();
        for ctx in contexts.try_iter()? {
            let ctx = ctx?;
            decisions.push(match flag {
                Some(flag) => {
                    let outcome = self.loaded.outcome(py, flag, self.loaded.given(&ctx)?, Some(now))?;
                    self.loaded.decision(py, flag, outcome, default)?
                }
                None => self.loaded.unknown(py, key, default)?,
            });
        }
        PyList::new(py, decisions)
    }

    /// Decides a flag and tells how it came about: a dict with the `decision`, as a dict, and the `steps`, in order.
    /// What is not among the steps was not looked at.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tier, is: premium}, serve: on}]}}")
    /// >>> step = engine.explain("beta", {"tier": "free"})["steps"][0]
    /// >>> step["step"], step["expected"], step["found"], step["result"]
    /// ('condition', ['premium'], 'free', 'false')
    #[pyo3(signature = (key, ctx, *, now=None))]
    fn explain(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        ctx: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let given_now = clock::given(now)?;
        let name = convert::text(key);
        let nothing =
            |error| Explanation { decision: self.loaded.engine.no_decision(&name, error), steps: Vec::new() };
        let Some(flag) = self.loaded.flag(py, key)? else {
            return records::make(py, "explanation", &wire::to_json(&nothing(ErrorCode::FlagNotFound)));
        };
        let now = loaded::time(given_now, flag.reads_time);
        let json = self.loaded.given(ctx)?.look(py, &self.loaded.keys, Some(&flag.reads), |look| {
            wire::to_json(&self.loaded.engine.explain_view(flag.id, &look, now))
        })?;
        let json = json.unwrap_or_else(|| wire::to_json(&nothing(ErrorCode::InvalidContext)));
        records::make(py, "explanation", &json)
    }

    /// Decides a migration: where to read, where to write, and what that may cost.
    ///
    /// `switches` says how the migration's switches stand: a mapping of their names to `bool`, or to `str` as in
    /// `os.environ`, of which only those names are looked up. A migration that there is not gives a route with the
    /// error `FLAG_NOT_FOUND`, nothing to read and nothing to write. Raises `TypeError` where `switches` is no mapping.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str('''
    /// ... cutover: 1
    /// ... migrations:
    /// ...   recruiters:
    /// ...     old: recruiters
    /// ...     new: jobs_partners
    /// ...     ladder: recruiters_four_phase
    /// ...     phase: dual_read
    /// ...     switches: { emergency: FORCE_FALLBACK }
    /// ... ''')
    /// >>> engine.route("recruiters").read.from_
    /// 'jobs_partners'
    /// >>> engine.route("recruiters", switches={"FORCE_FALLBACK": "true"}).read.from_
    /// 'recruiters'
    #[pyo3(signature = (name, ctx=None, *, switches=None, now=None))]
    fn route(
        &self,
        py: Python<'_>,
        name: &Bound<'_, PyString>,
        ctx: Option<&Bound<'_, PyAny>>,
        switches: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let now = clock::given(now)?;
        let text = convert::text(name);
        let unknown = || migration::to_python(py, &Route::unknown(&text, self.loaded.engine.digest()));
        let Some(migration) = self.loaded.migration(py, &text) else { return unknown() };
        let switches = migration.switches(switches)?;
        let now = loaded::time(now, migration.reads_time);
        let none = py.None().into_bound(py);
        let given = self.loaded.given(ctx.unwrap_or(&none))?;
        let engine = &self.loaded.engine;
        let chosen = given.look(py, &self.loaded.keys, Some(&migration.reads), |look| {
            engine.choose(migration.id, &look, now, &switches)
        })?;
        let choice = chosen.unwrap_or_else(|| {
            let choice = engine.choose(migration.id, &PackedContext::new(&[]), now, &switches);
            choice.map(|choice| RouteChoice { error: Some(ErrorCode::InvalidContext), ..choice })
        });
        choice.map_or_else(unknown, |choice| migration.route(py, &self.loaded.engine, choice, &switches))
    }

    fn __repr__(&self) -> String {
        let (flags, migrations) = (self.loaded.flags.len(), self.loaded.engine.migrations().len());
        format!("<cutover.Engine {}, {flags} flags, {migrations} migrations>", self.loaded.engine.digest())
    }

    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __deepcopy__(this: Py<Self>, _memo: Bound<'_, PyDict>) -> Py<Self> {
        this
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("an Engine cannot be pickled: send the ruleset, and load it there"))
    }
}
