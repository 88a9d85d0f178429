//! Many decisions at once: a table of attributes in, columns of answers out, both as Arrow.
//!
//! Nothing of what comes in is copied, and only the columns that a flag reads are looked at. Rows are decided by
//! several threads, with the interpreter detached.

mod column;
mod decisions;
mod ffi;
mod input;
mod output;
pub(crate) mod reconcile;
mod run;
mod shape;

pub(crate) use decisions::Decisions;
pub(crate) use reconcile::Reconciliation;

use crate::engine::Engine;
use crate::loaded::{self, Loaded};
use crate::{clock, convert};
use ffi::Table;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use run::{Asked, Job, MAX_THREADS};
use shape::Shape;
use std::collections::BTreeSet;

#[pymethods]
impl Engine {
    /// Decides a flag for every row of a table, as `decide` does for each.
    ///
    /// `data` is whatever has the Arrow PyCapsule interface: a pyarrow `Table` or `RecordBatch`, a Polars
    /// `DataFrame`, a pandas `DataFrame` (2.2 or later), a DuckDB relation. It is read without a copy, and only the
    /// columns that the flag reads:
    ///
    /// - An attribute `tenant.tier` is the column `tenant.tier`, else the field `tier` of the struct column `tenant`;
    ///   without either it is missing for every row. Null is missing.
    /// - Booleans, integers, floats, texts, timestamps with a time zone (as milliseconds since the epoch) and lists of
    ///   them are what conditions take, also where they are encoded as a dictionary. An unsigned integer that needs all
    ///   64 bits is the nearest float.
    /// - All other types are there, but match nothing: dates, timestamps without a time zone, decimals, binary.
    ///
    /// `now` is for all rows; without it the clock is read once at the most. The work is divided among `threads`
    /// threads, by default one for each core, which end with the call. The interpreter is free meanwhile, and Ctrl-C
    /// is heard. A table larger than memory is decided batch by batch: call this for each of its batches.
    ///
    /// Raises `TypeError` where `data` is no table, and `ValueError` where a column is broken, doubled, or of an
    /// encoding that has to be decoded first (run-end encoded, union, list view).
    ///
    /// >>> import pyarrow as pa
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {beta: {rules: [{serve: {rollout: 50%, by: userId}}]}}")
    /// >>> users = pa.table({"userId": [f"user_{number}" for number in range(100_000)]})
    /// >>> beta = pa.table(engine.decide_arrow("beta", users))
    /// >>> 49_000 < beta["value"].to_pylist().count(True) < 51_000
    /// True
    /// >>> beta["variant"][7].as_py() == engine.decide("beta", {"userId": "user_7"}).variant
    /// True
    #[pyo3(signature = (key, data, *, now=None, threads=None))]
    fn decide_arrow(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        data: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        threads: Option<i64>,
    ) -> PyResult<Decisions> {
        decide(py, &self.loaded, &[asked(&self.loaded, &convert::text(key))], true, data, now, threads)
    }

    /// Decides several flags for every row of a table, by default all of them in the order of their names: the
    /// answers are one struct column for each flag, of the fields that `decide_arrow` gives as columns.
    ///
    /// Arguments are those of `decide_arrow`. Raises `ValueError` where a flag is named twice.
    ///
    /// >>> import pyarrow as pa
    /// >>> from cutover import Engine
    /// >>> engine = Engine.from_str("cutover: 1\nflags: {b: {rules: [{serve: on}]}, a: {}}")
    /// >>> table = pa.table(engine.decide_all_arrow(pa.table({"userId": ["user_1"]})))
    /// >>> table.column_names, table["b"][0].as_py()["variant"]
    /// (['a', 'b'], 'on')
    #[pyo3(signature = (data, *, flags=None, now=None, threads=None))]
    fn decide_all_arrow(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        flags: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        threads: Option<i64>,
    ) -> PyResult<Decisions> {
        let names = match flags {
            None => self.loaded.engine.flags().map(str::to_owned).collect(),
            Some(flags) => names(flags)?,
        };
        let asked: Vec<Asked> = names.iter().map(|name| asked(&self.loaded, name)).collect();
        decide(py, &self.loaded, &asked, false, data, now, threads)
    }
}

/// The names of flags that a caller lists.
fn names(flags: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if flags.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("flags is a list of names, not one: write [name]"));
    }
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    for flag in flags.try_iter()? {
        let flag = flag?;
        let name =
            flag.cast::<PyString>().map_err(|_| PyTypeError::new_err("the name of a flag is a str"))?;
        let name = convert::text(name).into_owned();
        if !seen.insert(name.clone()) {
            return Err(PyValueError::new_err(format!("the flag `{name}` is named twice")));
        }
        names.push(name);
    }
    Ok(names)
}

fn asked(loaded: &Loaded, name: &str) -> Asked {
    let flag = loaded.engine.flag(name);
    Asked { name: name.to_owned(), flag, shape: Shape::new(&loaded.engine, flag) }
}

fn decide(
    py: Python<'_>,
    loaded: &Loaded,
    asked: &[Asked],
    flat: bool,
    data: &Bound<'_, PyAny>,
    now: Option<&Bound<'_, PyAny>>,
    threads: Option<i64>,
) -> PyResult<Decisions> {
    let given = clock::given(now)?;
    let threads = match threads {
        None => std::thread::available_parallelism().map_or(1, usize::from),
        Some(threads) => usize::try_from(threads)
            .ok()
            .filter(|threads| *threads > 0)
            .ok_or_else(|| PyValueError::new_err(format!("threads is at least 1, not {threads}")))?,
    };
    let reads_time = asked.iter().filter_map(|asked| asked.flag).any(|flag| loaded.engine.reads_time(flag));
    let now = loaded::time(given, reads_time);
    let job = Job { engine: &loaded.engine, asked, flat, now, threads: threads.min(MAX_THREADS) };
    let mut table = Table::of(data)?;
    Ok(Decisions { schema: job.schema(), batches: job.run(py, &mut table)? })
}
