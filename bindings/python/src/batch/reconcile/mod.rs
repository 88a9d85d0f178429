//! Two sets of records in, the corrections owed out, for sets larger than memory.

mod output;
mod side;
mod store;

use super::ffi::{SCHEMA, STREAM};
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_schema::SchemaRef;
use cutover_reconcile::{Counters, Kind, Policy, Spec, Times};
use output::{Progress, Reader};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};
use side::{KeyType, Side};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Spill, Store};

/// More parts than this are not made: each has a buffer on both sides.
const MAX_PARTITIONS: u32 = 1 << 14;

type Pair = (String, String);

/// Reads both sides. The arguments are those of `cutover.reconcile`, which prepares them.
#[pyfunction]
#[pyo3(signature = (owner, owing, key, fields, missing, extra, times, folder, memory, partitions))]
#[expect(clippy::too_many_arguments, reason = "they are the arguments of a function in Python")]
pub(crate) fn reconcile(
    owner: &Bound<'_, PyAny>,
    owing: &Bound<'_, PyAny>,
    key: Pair,
    fields: Vec<Pair>,
    missing: &str,
    extra: &str,
    times: &str,
    folder: Option<PathBuf>,
    memory: usize,
    partitions: u32,
) -> PyResult<Reconciliation> {
    let policy = |argument: &str, name: &str| {
        let expected = || PyValueError::new_err(format!("{argument} is 'owe' or 'ignore', not '{name}'"));
        Policy::of(name).ok_or_else(expected)
    };
    let (missing, extra) = (policy("missing", missing)?, policy("extra", extra)?);
    let times = Times::of(times)
        .ok_or_else(|| PyValueError::new_err(format!("times is 'exact' or 'ms', not '{times}'")))?;
    if !(1..=MAX_PARTITIONS).contains(&partitions) {
        return Err(PyValueError::new_err(format!(
            "partitions is from 1 to {MAX_PARTITIONS}, not {partitions}"
        )));
    }
    let mut owing_names: Vec<&String> = fields.iter().map(|(_, name)| name).collect();
    owing_names.sort_unstable();
    if let Some(name) = owing_names
        .iter()
        .zip(owing_names.iter().skip(1))
        .find_map(|(one, other)| (one == other).then_some(one))
    {
        return Err(PyValueError::new_err(format!("the field `{name}` of the owing side is owed twice")));
    }
    let spec = Spec { key, fields, missing, extra, null_is_missing: false, times };
    let spill = folder.map_or(Spill::Never, Spill::Folder);
    // What one side has on the disk does not take the other's memory.
    let store = || Store::new(partitions, memory / 2, spill.clone());
    let columns = |of: fn(&Pair) -> &String| {
        std::iter::once(&spec.key).chain(&spec.fields).map(|pair| of(pair).as_str()).collect()
    };
    let mut one = Side::new("owner", &spec, columns(|pair| &pair.0), store());
    one.read(owner)?;
    let mut other = Side::new("owing", &spec, columns(|pair| &pair.1), store());
    other.read(owing)?;
    let (owner, owner_kinds, owner_key) = one.finish()?;
    let (owing, owing_kinds, owing_key) = other.finish()?;
    if !owner_kinds.can_meet(owing_kinds) {
        return Err(PyValueError::new_err(format!(
            "no keys can be equal: `{}` of the owner holds {}, `{}` of the owing side {}; cast one of them",
            spec.key.0,
            owner_kinds.names().join(" and "),
            spec.key.1,
            owing_kinds.names().join(" and ")
        )));
    }
    let key = match (owner_key, owing_key) {
        (Some(one), Some(other)) if one != other => KeyType::Other,
        (one, other) => one.or(other).unwrap_or(KeyType::Text),
    };
    let progress = Arc::new(Mutex::new(Progress { counters: Counters::new(&spec), complete: false }));
    let names = spec.fields.iter().map(|(_, owing)| owing.clone()).collect();
    let (schema, spilled) = (output::schema(key), owner.spilled() + owing.spilled());
    let reader = Reader {
        spec,
        owner,
        owing,
        key,
        schema: Arc::clone(&schema),
        parts: 0..partitions as usize,
        ready: VecDeque::new(),
        progress: Arc::clone(&progress),
    };
    Ok(Reconciliation { schema, names, spilled, reader: Mutex::new(Some(reader)), progress })
}

/// The corrections that one set of records is owed, as a stream of Arrow batches, and how many there are.
///
/// Made by `cutover.reconcile`. Whatever takes the Arrow PyCapsule interface reads it, once, as in
/// `pyarrow.RecordBatchReader.from_stream(it)` or `polars.DataFrame(it)`; what was spilled is gone when the stream ends
/// or is dropped, or with `close`.
#[pyclass(frozen, module = "cutover")]
pub(crate) struct Reconciliation {
    schema: SchemaRef,
    names: Vec<String>,
    spilled: u64,
    reader: Mutex<Option<Reader>>,
    progress: Arc<Mutex<Progress>>,
}

#[pymethods]
impl Reconciliation {
    /// The corrections as a capsule of an Arrow stream, for other libraries. A schema that is asked for is ignored, as
    /// the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = reader.ok_or_else(|| {
            PyValueError::new_err("the corrections have been read already, or closed: they are read once")
        })?;
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
    }

    /// The schema of the corrections as a capsule, for other libraries.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref());
        let schema = schema.map_err(|error| PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, SCHEMA)
    }

    /// How many records were compared, and what is owed, as far as the stream was read; `complete` says whether that
    /// is to its end.
    ///
    /// - `owner`, `owing`: records of each side.
    /// - `compared`: keys that both have once; `equal`: those of them with nothing owed.
    /// - `missing`, `extra`: keys that the owner alone has, or the owing side, owed or not.
    /// - `kinds`: corrections by kind; `fields`: updates by field.
    /// - `spilled`: bytes that went to the disk.
    #[getter]
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (counters, complete) = (progress.counters.clone(), progress.complete);
        drop(progress);
        let (all, kinds, fields) = (PyDict::new(py), PyDict::new(py), PyDict::new(py));
        for kind in Kind::ALL {
            kinds.set_item(kind.name(), counters.of(kind))?;
        }
        for (name, count) in self.names.iter().zip(&counters.fields) {
            fields.set_item(name, count)?;
        }
        all.set_item("complete", complete)?;
        all.set_item("owner", counters.owner)?;
        all.set_item("owing", counters.owing)?;
        all.set_item("compared", counters.compared)?;
        all.set_item("equal", counters.equal)?;
        all.set_item("missing", counters.missing)?;
        all.set_item("extra", counters.extra)?;
        all.set_item("kinds", kinds)?;
        all.set_item("fields", fields)?;
        all.set_item("spilled", self.spilled)?;
        Ok(all)
    }

    /// Drops what was not read, and what was spilled.
    fn close(&self) {
        drop(self.reader.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn __repr__(&self) -> String {
        let columns: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
        format!("<cutover.Reconciliation: {}>", columns.join(", "))
    }
}
