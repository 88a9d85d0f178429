//! Decisions as Python sees them.

use crate::convert;
use cutover::{Value, wire};
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use serde::Serialize;
use std::sync::Arc;

/// A value that is served.
pub(crate) enum Served {
    /// One object for everybody: it cannot be changed, or it is the caller's own.
    Shared(Py<PyAny>),
    /// A list or mapping of the ruleset: everybody gets a copy.
    Copied(Arc<Value>),
}

impl Served {
    pub(crate) fn new(py: Python<'_>, value: &Value) -> PyResult<Self> {
        Ok(match value {
            Value::List(_) | Value::Map(_) => Self::Copied(Arc::new(value.clone())),
            _ => Self::Shared(convert::to_python(py, value)?.unbind()),
        })
    }

    fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Shared(object) => Ok(object.bind(py).clone()),
            Self::Copied(value) => convert::to_python(py, value),
        }
    }

    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        match self {
            Self::Shared(object) => Self::Shared(object.clone_ref(py)),
            Self::Copied(value) => Self::Copied(Arc::clone(value)),
        }
    }
}

/// The answer for a flag, and why. It cannot be changed; an engine hands the same one out again for the same answer.
///
/// Where there is an `error`, and where no variant was served, `value` is the caller's default. A value that is a
/// list or a mapping is a new copy each time that it is asked for, to do with as you like.
///
/// Engines make decisions. They can be made by hand for tests, compared, hashed, copied and pickled.
///
/// >>> from cutover import Engine
/// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: on}]}}")
/// >>> decision = engine.decide("beta", {})
/// >>> decision.value, decision.variant, decision.reason, decision.rule, decision.error
/// (True, 'on', 'STATIC', 0, None)
#[pyclass(frozen, module = "cutover")]
pub(crate) struct Decision {
    /// The flag asked for.
    #[pyo3(get)]
    flag: Py<PyString>,
    value: Served,
    /// The name of the variant served; `None` where none was.
    #[pyo3(get)]
    variant: Py<PyAny>,
    /// Why: `STATIC`, `DEFAULT`, `TARGETING_MATCH`, `SPLIT`, `DISABLED` or `ERROR`.
    #[pyo3(get)]
    reason: Py<PyString>,
    /// The index of the rule that decided, from 0; `None` where none did.
    #[pyo3(get)]
    rule: Py<PyAny>,
    /// Why there is no answer: `FLAG_NOT_FOUND`, `TYPE_MISMATCH`, `MISSING_UNIT` or `INVALID_CONTEXT`; `None` where
    /// there is one.
    #[pyo3(get)]
    error: Py<PyAny>,
    /// The digest of the ruleset that decided.
    #[pyo3(get)]
    digest: Py<PyString>,
}

impl Decision {
    /// The decision of the engine, with `value` for what it serves.
    pub(crate) fn of(
        py: Python<'_>,
        made: &cutover::Decision<'_>,
        value: Served,
        flag: Py<PyString>,
        digest: Py<PyString>,
    ) -> PyResult<Self> {
        let name = |name: Option<&str>| {
            name.map_or_else(|| py.None(), |name| PyString::intern(py, name).unbind().into_any())
        };
        Ok(Self {
            flag,
            value,
            variant: name(made.variant),
            reason: PyString::intern(py, made.reason.name()).unbind(),
            rule: made.rule.into_pyobject(py)?.unbind(),
            error: name(made.error.map(cutover::ErrorCode::name)),
            digest,
        })
    }

    /// The same decision with another value: the caller's default.
    pub(crate) fn with_value(&self, py: Python<'_>, value: Py<PyAny>) -> Self {
        Self {
            flag: self.flag.clone_ref(py),
            value: Served::Shared(value),
            variant: self.variant.clone_ref(py),
            reason: self.reason.clone_ref(py),
            rule: self.rule.clone_ref(py),
            error: self.error.clone_ref(py),
            digest: self.digest.clone_ref(py),
        }
    }

    /// The value, where everybody gets the same object.
    #[inline]
    pub(crate) fn shared(&self) -> Option<&Py<PyAny>> {
        match &self.value {
            Served::Shared(object) => Some(object),
            Served::Copied(_) => None,
        }
    }

    /// True where the ruleset serves a value, so that the caller's default does not apply.
    pub(crate) fn serves(&self, py: Python<'_>) -> bool {
        !self.variant.is_none(py)
    }

    fn fields<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyAny>; 7]> {
        let of = |object: &Py<PyAny>| object.bind(py).clone();
        Ok([
            of(self.flag.as_any()),
            self.value.get(py)?,
            of(&self.variant),
            of(self.reason.as_any()),
            of(&self.rule),
            of(&self.error),
            of(self.digest.as_any()),
        ])
    }
}

/// The names of the fields, in the order of their JSON.
const FIELDS: [&str; 7] = ["flag", "value", "variant", "reason", "rule", "error", "digest"];

#[pymethods]
impl Decision {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "one for each field")]
    fn new(
        py: Python<'_>,
        flag: Py<PyString>,
        value: Py<PyAny>,
        variant: Option<Py<PyString>>,
        reason: Py<PyString>,
        rule: Option<u32>,
        error: Option<Py<PyString>>,
        digest: Py<PyString>,
    ) -> PyResult<Self> {
        let or_none = |text: Option<Py<PyString>>| text.map_or_else(|| py.None(), Py::into_any);
        let rule = rule.into_pyobject(py)?.unbind();
        Ok(Self {
            flag,
            value: Served::Shared(value),
            variant: or_none(variant),
            reason,
            rule,
            error: or_none(error),
            digest,
        })
    }

    /// The value served, or the caller's default.
    #[getter]
    pub(crate) fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.value.get(py)
    }

    /// The decision as a new dict, its keys in the order that every language writes them in.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1")
    /// >>> engine.decide("beta", {}, default=False).to_dict()["error"]
    /// 'FLAG_NOT_FOUND'
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, value) in FIELDS.iter().zip(self.fields(py)?) {
            dict.set_item(PyString::intern(py, name), value)?;
        }
        Ok(dict)
    }

    /// The decision as one line of JSON, byte for byte that of the other languages.
    ///
    /// Raises `TypeError` where the value is a default that JSON has no value for, and `ValueError` where that
    /// default is nested in itself.
    ///
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {}}")
    /// >>> engine.decide("beta", {}).to_json()[:62]
    /// '{"flag":"beta","value":false,"variant":"off","reason":"STATIC"'
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let value = match &self.value {
            Served::Shared(object) => Arc::new(convert::to_value(object.bind(py), 0)?),
            Served::Copied(value) => Arc::clone(value),
        };
        let or_null = |object: &Py<PyAny>| match object.bind(py).cast::<PyString>() {
            Ok(text) => Some(convert::text(text).into_owned()),
            Err(_) => None,
        };
        Ok(wire::to_json(&Row {
            flag: &convert::text(self.flag.bind(py)),
            value: &value,
            variant: or_null(&self.variant),
            reason: &convert::text(self.reason.bind(py)),
            rule: self.rule.extract(py)?,
            error: or_null(&self.error),
            digest: &convert::text(self.digest.bind(py)),
        }))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut fields = Vec::new();
        for (name, value) in FIELDS.iter().zip(self.fields(py)?) {
            fields.push(format!("{name}={}", convert::text(&value.repr()?)));
        }
        Ok(format!("Decision({})", fields.join(", ")))
    }

    fn __richcmp__(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PyAny>,
        operator: CompareOp,
    ) -> PyResult<Py<PyAny>> {
        let (Ok(other), CompareOp::Eq | CompareOp::Ne) = (other.cast_exact::<Self>(), operator) else {
            return Ok(py.NotImplemented());
        };
        let same = PyTuple::new(py, self.fields(py)?)?.eq(PyTuple::new(py, other.get().fields(py)?)?)?;
        let answer = same == matches!(operator, CompareOp::Eq);
        Ok(answer.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    /// The value is left out, since it may be a list or a mapping: equal decisions still hash alike.
    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        let [flag, _, variant, reason, rule, error, digest] = self.fields(py)?;
        PyTuple::new(py, [flag, variant, reason, rule, error, digest])?.hash()
    }

    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __deepcopy__(this: Py<Self>, _memo: Bound<'_, PyDict>) -> Py<Self> {
        this
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((py.get_type::<Self>().into_any(), PyTuple::new(py, self.fields(py)?)?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.value {
            Served::Shared(object) => visit.call(object),
            Served::Copied(_) => Ok(()),
        }
    }

    fn __bool__(&self) -> PyResult<bool> {
        Err(PyTypeError::new_err(
            "a Decision is neither true nor false: ask for its value, or call Engine.is_enabled",
        ))
    }
}

/// A decision as JSON.
#[derive(Serialize)]
struct Row<'a> {
    flag: &'a str,
    value: &'a Value,
    variant: Option<String>,
    reason: &'a str,
    rule: Option<u32>,
    error: Option<String>,
    digest: &'a str,
}
