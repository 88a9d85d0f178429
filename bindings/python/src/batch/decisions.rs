//! The answers for many rows, as Python sees them.

use super::ffi::{SCHEMA, STREAM};
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::sync::Arc;

/// The decisions for many rows, as Arrow columns: whatever takes the Arrow PyCapsule interface takes them, without a
/// copy, as in `pyarrow.table(decisions)` and `polars.DataFrame(decisions)`.
///
/// Made by `Engine.decide_arrow`, with the columns
///
/// - `variant`: the name of the variant served, a dictionary of texts; null where none was.
/// - `reason`: why, a dictionary of texts.
/// - `rule`: the index of the rule that decided, 16 bits; null where none did.
/// - `error`: why there is no answer, a dictionary of texts; null where there is one.
/// - `value`, only where the values of all variants have one scalar type (null is of every type): booleans, 64-bit
///   integers, 64-bit floats where any number has a fraction, or a dictionary of texts. It is null where the ruleset
///   serves null or nothing: the place for a default.
///
/// or by `Engine.decide_all_arrow`, with a struct of these for each flag. The rows are in the order of the data, in
/// batches as long as those of the data.
///
/// >>> import pyarrow as pa
/// >>> from cutover import Engine
/// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{if: {attribute: tier, is: premium}, serve: on}]}}")
/// >>> decisions = engine.decide_arrow("beta", pa.table({"tier": ["premium", None]}))
/// >>> len(decisions), pa.table(decisions).column_names
/// (2, ['variant', 'reason', 'rule', 'error', 'value'])
#[pyclass(frozen, module = "cutover")]
pub(crate) struct Decisions {
    pub(super) schema: SchemaRef,
    pub(super) batches: Vec<RecordBatch>,
}

#[pymethods]
impl Decisions {
    /// The decisions as a capsule of an Arrow stream, for other libraries. A schema that is asked for is ignored, as
    /// the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
    }

    /// The schema of the decisions as a capsule, for other libraries.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref());
        let schema = schema.map_err(|error| PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, SCHEMA)
    }

    /// The number of rows.
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        let columns: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
        format!("<cutover.Decisions, {} rows: {}>", self.__len__(), columns.join(", "))
    }
}
