//! The Arrow C data interface, where memory of other libraries comes in: all of the package's `unsafe` is here.
//!
//! What is trusted is what the interface cannot prove: that the pointers of an array point to memory of the lengths
//! that the array's type, length and offsets say. What the memory holds is not trusted; [`column`](super::column)
//! checks each offset, key and text that it follows.

#![expect(unsafe_code, reason = "foreign memory, by the rules of the Arrow C data interface")]

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_data::ArrayData;
use arrow_schema::{DataType, FieldRef};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use std::ffi::CStr;
use std::sync::Arc;

/// The names that the PyCapsule interface gives to its capsules.
pub(super) const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
/// See [`SCHEMA`].
pub(super) const STREAM: &CStr = c"arrow_array_stream";

/// A table that is read batch by batch: each a struct, with a child for each column.
pub(super) struct Table {
    data_type: DataType,
    batches: Batches,
}

enum Batches {
    One(Option<FFI_ArrowArray>),
    Stream(FFI_ArrowArrayStream),
}

impl Table {
    /// Takes what an object exports by the Arrow PyCapsule interface.
    ///
    /// # Errors
    /// `TypeError` where the object exports nothing, or no table; what the object raises, and `ValueError` where
    /// what it exports is not of the interface.
    pub(super) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let table = if let Some(export) = object.getattr_opt("__arrow_c_stream__")? {
            Self::of_stream(&export.call0()?)?
        } else if let Some(export) = object.getattr_opt("__arrow_c_array__")? {
            Self::of_array(&export.call0()?)?
        } else {
            return Err(PyTypeError::new_err(format!(
                "data is a table with the Arrow PyCapsule interface, as pyarrow, Polars, pandas (2.2 or later) and DuckDB \
                 have them, not {}",
                object.get_type().name()?
            )));
        };
        if !matches!(table.data_type, DataType::Struct(_)) {
            return Err(PyTypeError::new_err(format!(
                "data is a table, whose columns are attributes, not one array of {}: give the column a name, as \
                 pyarrow.table({{\"userId\": array}}) does",
                table.data_type
            )));
        }
        Ok(table)
    }

    /// The type of the batches, a struct.
    pub(super) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    fn of_stream(export: &Bound<'_, PyAny>) -> PyResult<Self> {
        let pointer = capsule(export, STREAM)?.cast::<FFI_ArrowArrayStream>();
        // SAFETY: a capsule of this name holds a valid stream, which its consumer takes over by moving it out; the
        // interpreter is attached, and whoever reads the capsule next finds it released.
        let mut stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer) };
        let Some(get_schema) = stream.get_schema().filter(|_| stream.release().is_some()) else {
            return Err(PyValueError::new_err("the Arrow stream of data has been read already"));
        };
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the callback is the stream's own, which has not been released; the schema is ours to be written.
        let code = unsafe { get_schema(&raw mut stream, &raw mut schema) };
        if code != 0 {
            return Err(PyValueError::new_err(failure(&mut stream, code)));
        }
        Ok(Self { data_type: data_type(&schema)?, batches: Batches::Stream(stream) })
    }

    fn of_array(export: &Bound<'_, PyAny>) -> PyResult<Self> {
        let pair = export.cast::<PyTuple>().map_err(|_| no_capsule(export, ARRAY))?;
        let (schema, array) = (pair.get_item(0)?, pair.get_item(1)?);
        let schema = capsule(&schema, SCHEMA)?.cast::<FFI_ArrowSchema>();
        let array = capsule(&array, ARRAY)?.cast::<FFI_ArrowArray>();
        // SAFETY: as for a stream.
        let (schema, array) = unsafe { (FFI_ArrowSchema::from_raw(schema), FFI_ArrowArray::from_raw(array)) };
        if array.is_released() {
            return Err(PyValueError::new_err("the Arrow array of data has been read already"));
        }
        Ok(Self { data_type: data_type(&schema)?, batches: Batches::One(Some(array)) })
    }

    /// The next batch; `None` at the end. The interpreter is best detached: the other library may wait for threads
    /// that want it.
    ///
    /// # Errors
    /// What the other library says about its failure.
    pub(super) fn next(&mut self) -> Result<Option<ArrayData>, String> {
        let array = match &mut self.batches {
            Batches::One(array) => array.take(),
            Batches::Stream(stream) => {
                let Some(get_next) = stream.get_next() else { return Ok(None) };
                let mut array = FFI_ArrowArray::empty();
                // SAFETY: the callback is the stream's own, which has not been released, and is called by one thread
                // at a time; the array is ours to be written.
                let code = unsafe { get_next(&raw mut *stream, &raw mut array) };
                if code != 0 {
                    return Err(failure(stream, code));
                }
                // The end is an array that is released.
                (!array.is_released()).then_some(array)
            }
        };
        let Some(array) = array else { return Ok(None) };
        // SAFETY: the array came with this type, by the interface.
        let data = unsafe { from_ffi_and_data_type(array, self.data_type.clone()) };
        data.map(Some).map_err(|error| format!("the Arrow data cannot be read: {error}"))
    }
}

fn capsule(object: &Bound<'_, PyAny>, name: &CStr) -> PyResult<*mut std::ffi::c_void> {
    let capsule = object.cast::<PyCapsule>().map_err(|_| no_capsule(object, name))?;
    let pointer = capsule.pointer_checked(Some(name)).map_err(|_| no_capsule(object, name))?;
    Ok(pointer.as_ptr())
}

fn no_capsule(object: &Bound<'_, PyAny>, name: &CStr) -> PyErr {
    PyValueError::new_err(format!("data exports {object:?} where a capsule named {name:?} is expected"))
}

fn data_type(schema: &FFI_ArrowSchema) -> PyResult<DataType> {
    DataType::try_from(schema)
        .map(|data_type| without_nulls(&data_type))
        .map_err(|error| PyValueError::new_err(format!("the Arrow schema of data cannot be read: {error}")))
}

/// What columns of nulls alone are read as: a type of which nobody has a value. Some libraries export such a column
/// with a bitmap of validity, which the type of nulls has no place for, so that a column that nobody reads would spoil
/// the table.
pub(super) const NULLS: DataType = DataType::FixedSizeBinary(i32::MAX);

fn without_nulls(data_type: &DataType) -> DataType {
    let inner = |field: &FieldRef| {
        let data_type = without_nulls(field.data_type());
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    match data_type {
        DataType::Null => NULLS,
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(field) => DataType::List(inner(field)),
        DataType::LargeList(field) => DataType::LargeList(inner(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(inner(field), *size),
        DataType::Map(field, sorted) => DataType::Map(inner(field), *sorted),
        DataType::Dictionary(keys, values) => {
            DataType::Dictionary(keys.clone(), Box::new(without_nulls(values)))
        }
        other => other.clone(),
    }
}

/// What a stream says about the call that has just failed.
fn failure(stream: &mut FFI_ArrowArrayStream, code: i32) -> String {
    let text = stream.get_last_error().map(|get_last_error| {
        // SAFETY: the callback is the stream's own, and its last call failed.
        unsafe { get_last_error(&raw mut *stream) }
    });
    match text {
        Some(text) if !text.is_null() => {
            // SAFETY: a text with a NUL at its end, which lives until the next call on the stream.
            unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
        }
        _ => format!("the Arrow stream of data failed with code {code}"),
    }
}
