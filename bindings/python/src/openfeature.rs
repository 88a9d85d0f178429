//! Decisions in OpenFeature's words, for the provider.

use crate::engine::Engine;
use crate::records;
use pyo3::prelude::*;

/// A decision of an engine in OpenFeature's words: the question `openfeature`, in JSON.
#[pyfunction]
#[pyo3(signature = (engine, arguments, /))]
pub(crate) fn openfeature(py: Python<'_>, engine: &Engine, arguments: &str) -> PyResult<String> {
    let told = engine.loaded.engine.call("openfeature", arguments);
    told.map_err(|error| records::failed(py, &error.to_string(), Some(error.code())))
}
