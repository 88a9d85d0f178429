//! Contexts: prepared ones, and whatever else the caller gives for one.

use crate::attributes::{Key, Source, harmless};
use crate::convert;
use crate::view::View;
use cutover::{AttributeId, ContextView, Value, ValueRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// What is known of a request, prepared for one engine: each attribute that its ruleset reads, looked up and
/// converted once, for any number of decisions.
///
/// Made by `Engine.context`. It keeps the values of the moment that it was made at, and is good for every engine of
/// the same digest; with another one, decisions have the error `INVALID_CONTEXT`.
///
/// >>> from cutover import Engine
/// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
/// >>> context = engine.context({"userId": "user_123"})
/// >>> engine.decide("beta", context) == engine.decide("beta", {"userId": "user_123"})
/// True
#[pyclass(frozen, module = "cutover")]
pub(crate) struct Context {
    /// Interned, as it is in engines: equal digests are one object.
    digest: Py<PyString>,
    slots: Box<[Value]>,
}

impl Context {
    /// Reads every attribute that the ruleset of this digest reads.
    pub(crate) fn read(
        py: Python<'_>,
        attributes: &Bound<'_, PyAny>,
        keys: &[Key],
        digest: &Py<PyString>,
    ) -> PyResult<Self> {
        let Some(source) = source_of(attributes)? else {
            let name = attributes.get_type().name()?;
            return Err(PyTypeError::new_err(format!("a context is a mapping of attributes, not {name}")));
        };
        let mut view = View::new(py, source, keys, None);
        let slots = (0..keys.len()).map(|attribute| view.take(attribute)).collect();
        view.finish()?;
        Ok(Self { digest: digest.clone_ref(py), slots })
    }
}

#[pymethods]
impl Context {
    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<cutover.Context for {}>", convert::text(self.digest.bind(py)))
    }

    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __deepcopy__(this: Py<Self>, _memo: Bound<'_, PyDict>) -> Py<Self> {
        this
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Context cannot be pickled: send the attributes, and prepare them there"))
    }
}

/// A mapping, or nothing at all; `None` for anything else.
fn source_of<'a, 'py>(object: &'a Bound<'py, PyAny>) -> PyResult<Option<Source<'a, 'py>>> {
    if object.is_none() { Ok(Some(Source::Nothing)) } else { Source::of(object) }
}

impl ContextView for Context {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        self.slots.get(attribute.index()).map_or(ValueRef::Missing, Value::as_ref)
    }

    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        match self.value(attribute) {
            ValueRef::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Whatever stands for a context in one call.
pub(crate) enum Given<'a, 'py> {
    /// Prepared for this ruleset.
    Prepared(&'a Context),
    /// To be read.
    Attributes(Source<'a, 'py>),
    /// Prepared for another ruleset, or no context at all.
    Unusable,
}

impl<'a, 'py> Given<'a, 'py> {
    /// What `object` is to the ruleset of this digest.
    pub(crate) fn of(object: &'a Bound<'py, PyAny>, digest: &Py<PyString>) -> PyResult<Self> {
        if let Some(given) = Self::plain(object, digest) {
            return Ok(given);
        }
        let source = harmless(object.py(), Source::of(object))?.flatten();
        Ok(source.map_or(Self::Unusable, Self::Attributes))
    }

    /// What `object` is, where it is what contexts usually are: a dict, a prepared context, `None`.
    #[inline]
    pub(crate) fn plain(object: &'a Bound<'py, PyAny>, digest: &Py<PyString>) -> Option<Self> {
        if object.is_exact_instance_of::<PyDict>() {
            return object.cast_exact().ok().map(|dict| Self::Attributes(Source::Dict(dict)));
        }
        if object.is_exact_instance_of::<Context>() {
            let context = object.cast_exact::<Context>().ok()?.get();
            return Some(if context.digest.is(digest) { Self::Prepared(context) } else { Self::Unusable });
        }
        object.is_none().then_some(Self::Attributes(Source::Nothing))
    }

    /// What `ask` learns from the context; `None` where it is unusable.
    pub(crate) fn look<T>(
        &self,
        py: Python<'py>,
        keys: &'a [Key],
        reads: Option<&'a [u32]>,
        ask: impl FnOnce(Look<'_>) -> T,
    ) -> PyResult<Option<T>> {
        match *self {
            Self::Prepared(context) => Ok(Some(ask(Look(context)))),
            Self::Attributes(source) => {
                let mut view = View::new(py, source, keys, reads);
                let answer = ask(Look(&view));
                // An interrupt that came meanwhile is the caller's.
                view.finish()?;
                Ok(Some(answer))
            }
            Self::Unusable => Ok(None),
        }
    }
}

/// A context during one decision, whatever it is.
pub(crate) struct Look<'v>(&'v dyn ContextView);

impl ContextView for Look<'_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        self.0.value(attribute)
    }
}
