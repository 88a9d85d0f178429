//! Contexts: prepared ones, and whatever else the caller gives for one.

use crate::attributes::{Key, Source, View, harmless};
use cutover::{AttributeId, ContextView, Value, ValueRef};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

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
    digest: Box<str>,
    slots: Box<[Value]>,
}

impl Context {
    /// Reads every attribute that the ruleset of this digest reads.
    pub(crate) fn read(
        py: Python<'_>,
        attributes: &Bound<'_, PyAny>,
        keys: &[Key],
        digest: &str,
    ) -> PyResult<Self> {
        let Some(source) = source_of(attributes)? else {
            let name = attributes.get_type().name()?;
            return Err(PyTypeError::new_err(format!("a context is a mapping of attributes, not {name}")));
        };
        let view = View::new(py, source, keys, None);
        let slots = (0..keys.len()).map(|attribute| view.take(attribute)).collect();
        view.finish()?;
        Ok(Self { digest: digest.into(), slots })
    }
}

#[pymethods]
impl Context {
    fn __repr__(&self) -> String {
        format!("<cutover.Context for {}>", self.digest)
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
    pub(crate) fn of(object: &'a Bound<'py, PyAny>, digest: &str) -> PyResult<Self> {
        if object.is_exact_instance_of::<Context>()
            && let Ok(context) = object.cast_exact::<Context>()
        {
            let context = context.get();
            return Ok(if *context.digest == *digest { Self::Prepared(context) } else { Self::Unusable });
        }
        let source = harmless(object.py(), source_of(object))?.flatten();
        Ok(source.map_or(Self::Unusable, Self::Attributes))
    }

    /// The context as the engine sees it for one decision; `None` where it is unusable.
    pub(crate) fn look(
        &self,
        py: Python<'py>,
        keys: &'a [Key],
        reads: Option<&'a [usize]>,
    ) -> Option<Look<'a, 'py>> {
        match *self {
            Self::Prepared(context) => Some(Look::Prepared(context)),
            Self::Attributes(source) => Some(Look::Read(View::new(py, source, keys, reads))),
            Self::Unusable => None,
        }
    }
}

/// A context during one decision.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack for one call")]
pub(crate) enum Look<'a, 'py> {
    Prepared(&'a Context),
    Read(View<'a, 'py>),
}

impl Look<'_, '_> {
    /// Ends the decision, and passes on an interrupt that came meanwhile.
    pub(crate) fn finish(self) -> PyResult<()> {
        match self {
            Self::Prepared(_) => Ok(()),
            Self::Read(view) => view.finish(),
        }
    }
}

impl ContextView for Look<'_, '_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        match self {
            Self::Prepared(context) => {
                context.slots.get(attribute.index()).map_or(ValueRef::Missing, Value::as_ref)
            }
            Self::Read(view) => view.value(attribute),
        }
    }
}
