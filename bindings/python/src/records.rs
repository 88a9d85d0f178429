//! Answers that are not asked for by the million: made in Python, by the module `cutover._records`, from the JSON
//! that every language writes.

use cutover::{Diagnostic, LoadError, wire};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// What the function `name` of `cutover._records` makes of a JSON text.
pub(crate) fn make(py: Python<'_>, name: &str, json: &str) -> PyResult<Py<PyAny>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || py.import("cutover._records").map(Bound::unbind))?;
    Ok(module.bind(py).call_method1(name, (json,))?.unbind())
}

/// A list of objects of the class `Diagnostic`.
pub(crate) fn diagnostics(py: Python<'_>, diagnostics: &[Diagnostic]) -> PyResult<Py<PyAny>> {
    make(py, "diagnostics", &wire::to_json(&diagnostics))
}

/// The exception for what is wrong without a place in a document, and its code, if it has one.
pub(crate) fn failed(py: Python<'_>, message: &str, code: Option<&str>) -> PyErr {
    raised(py, message, &[], code)
}

/// The exception for a refused ruleset.
pub(crate) fn refused(py: Python<'_>, error: &LoadError) -> PyErr {
    raised(py, &error.to_string(), &error.diagnostics, None)
}

fn raised(py: Python<'_>, message: &str, diagnostics: &[Diagnostic], code: Option<&str>) -> PyErr {
    let made = make(py, "refused", &wire::to_json(&(message, diagnostics, code)));
    made.map_or_else(|error| error, |exception| PyErr::from_value(exception.into_bound(py)))
}
