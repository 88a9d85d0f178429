//! Reading a side: tables or streams of them in, records out.

use super::super::column::{Column, has_cells};
use super::super::ffi::{NULLS, Table};
use super::super::input::{find, said};
use super::store::Store;
use arrow_data::ArrayData;
use arrow_schema::DataType;
use cutover_reconcile::{KeyKinds, Row, Spec};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use std::time::{Duration, Instant};

/// How long batches are read before the interpreter is asked whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a key is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyType {
    Int,
    Text,
    /// As JSON.
    Other,
}

impl KeyType {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Dictionary(_, values) => Self::of(values),
            DataType::UInt64 => Self::Other,
            other if other.is_integer() => Self::Int,
            _ => Self::Other,
        }
    }
}

/// A side that is being read.
pub(super) struct Side<'a> {
    /// What the side is called in messages.
    name: &'static str,
    columns: Vec<&'a str>,
    row: Row<'a>,
    store: Store,
    key: Option<KeyType>,
}

/// Why reading ended early.
enum Stop {
    Data(String),
    Disk(std::io::Error),
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Data(message)
    }
}

impl<'a> Side<'a> {
    pub(super) fn new(name: &'static str, spec: &'a Spec, columns: Vec<&'a str>, store: Store) -> Self {
        Self { name, columns, row: Row::new(spec), store, key: None }
    }

    /// Reads all that an object exports, or what its items do.
    ///
    /// # Errors
    /// What is wrong with the data, what the object raises, and `OSError` of the disk.
    pub(super) fn read(&mut self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        let exports = object.hasattr("__arrow_c_stream__")? || object.hasattr("__arrow_c_array__")?;
        match object.try_iter() {
            Ok(items) if !exports => items.into_iter().try_for_each(|item| self.table(&item?)),
            _ => self.table(object),
        }
    }

    fn table(&mut self, object: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut table = Table::of(object)?;
        self.check(table.data_type()).map_err(PyValueError::new_err)?;
        let py = object.py();
        loop {
            let more = py.detach(|| self.some(&mut table)).map_err(|stop| match stop {
                Stop::Data(message) => PyValueError::new_err(format!("{}: {message}", self.name)),
                Stop::Disk(error) => PyOSError::new_err(format!("{} cannot be spilled: {error}", self.name)),
            })?;
            py.check_signals()?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Whether a table has the columns, of types that have cells.
    fn check(&mut self, table: &DataType) -> Result<(), String> {
        for (place, column) in self.columns.iter().enumerate() {
            let Some(data_type) = typed(table, column) else {
                return Err(format!("{} has no column `{column}`", self.name));
            };
            if !has_cells(data_type) {
                return Err(format!(
                    "{}: the column `{column}` is of the type {data_type}, which is not compared: choose plain \
                     columns, or fields of a struct by their path",
                    self.name
                ));
            }
            if place == 0 {
                let key = KeyType::of(data_type);
                self.key =
                    Some(if self.key.is_none_or(|before| before == key) { key } else { KeyType::Other });
            }
        }
        Ok(())
    }

    /// Reads some batches; true where there may be more.
    fn some(&mut self, table: &mut Table) -> Result<bool, Stop> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let Some(data) = table.next()? else { return Ok(false) };
            self.batch(&data)?;
        }
        Ok(true)
    }

    fn batch(&mut self, data: &ArrayData) -> Result<(), Stop> {
        let mut columns = Vec::new();
        for path in &self.columns {
            let window = find(data, path)?.ok_or_else(|| format!("there is no column `{path}`"))?;
            let column = Column::new(&window).map_err(|fault| said(path, fault))?;
            columns.push((*path, column));
        }
        for row in 0..data.len() {
            for (place, (path, column)) in columns.iter().enumerate() {
                let cell = column.cell(row).map_err(|fault| said(path, fault))?;
                let written =
                    if place == 0 { self.row.key(&cell) } else { self.row.field(&cell).map(|_| ()) };
                written.map_err(|error| format!("the column `{path}`: {error}"))?;
            }
            self.store.push(self.row.hash(), self.row.take()).map_err(Stop::Disk)?;
        }
        Ok(())
    }

    /// The records, the types of their keys, and what keys are written as.
    pub(super) fn finish(mut self) -> PyResult<(Store, KeyKinds, Option<KeyType>)> {
        self.store
            .finish()
            .map_err(|error| PyOSError::new_err(format!("{} cannot be spilled: {error}", self.name)))?;
        Ok((self.store, self.row.kinds(), self.key))
    }
}

/// The type of the column at a path, by the rule of [`find`].
fn typed<'a>(table: &'a DataType, path: &str) -> Option<&'a DataType> {
    let child = |data_type: &'a DataType, name: &str| {
        let DataType::Struct(fields) = data_type else { return None };
        fields.iter().find(|field| field.name() == name).map(|field| field.data_type())
    };
    let found = child(table, path).or_else(|| path.split('.').try_fold(table, child))?;
    Some(if *found == NULLS { &DataType::Null } else { found })
}
