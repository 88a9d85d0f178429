//! Questions that are not asked by the million: they and their answers cross as JSON.

use crate::records;
use cutover::{Engine, Value, wire};
use pyo3::prelude::*;

/// The answer to a question of [`Engine::call`], made by the function of the same name in `cutover._records`.
pub(crate) fn ask<const N: usize>(
    py: Python<'_>,
    engine: &Engine,
    name: &str,
    arguments: [(&str, Value); N],
) -> PyResult<Py<PyAny>> {
    let arguments = Value::map(arguments.map(|(name, value)| (name.to_owned(), value)));
    let arguments = wire::to_json(&arguments);
    let answer = py.detach(|| engine.call(name, &arguments));
    let answer = answer.map_err(|error| records::failed(py, &error.to_string()))?;
    records::make(py, name, &answer)
}
