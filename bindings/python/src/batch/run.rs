//! Deciding batches on several threads, which live as long as the call.

use super::ffi::Table;
use super::input::Batch;
use super::output::{self, Columns, PIECE_ROWS, Rows};
use super::shape::Shape;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use cutover::{Engine, ErrorCode, FlagId, Outcome, Reason};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Small batches of a stream are decided together, until they have so many rows: enough work for every thread.
const GROUP_ROWS: usize = 1 << 20;

/// How long the threads work before the interpreter is asked whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(100);

/// More threads than this are not started, whatever the caller asks for.
pub(super) const MAX_THREADS: usize = 1024;

/// A flag that is asked for; `None` where the engine has none of that name.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) flag: Option<FlagId>,
    pub(super) shape: Shape,
}

/// What is decided, when, and by how many threads.
pub(super) struct Job<'a> {
    pub(super) engine: &'a Engine,
    pub(super) asked: &'a [Asked],
    /// True where the answer is one flag's columns, and not a column for each flag.
    pub(super) flat: bool,
    pub(super) now: i64,
    pub(super) threads: usize,
}

/// Some rows of a batch, to be decided for a flag.
struct Task<'a> {
    batch: &'a Batch,
    asked: &'a Asked,
    first: usize,
    rows: Rows<'a>,
}

type Queue<'a> = Mutex<std::vec::IntoIter<Task<'a>>>;

const UNKNOWN: Outcome =
    Outcome { variant: None, rule: None, reason: Reason::Error, error: Some(ErrorCode::FlagNotFound) };

impl Job<'_> {
    /// The schema of the answers.
    pub(super) fn schema(&self) -> SchemaRef {
        match (self.asked, self.flat) {
            ([asked], true) => Arc::new(Schema::new(asked.shape.fields.clone())),
            _ => {
                let column =
                    |asked: &Asked| Field::new_struct(&asked.name, asked.shape.fields.clone(), false);
                Arc::new(Schema::new(self.asked.iter().map(column).collect::<Vec<_>>()))
            }
        }
    }

    /// Decides every row of a table. The answers have a batch for each batch of the table.
    ///
    /// # Errors
    /// `ValueError` where the table is broken, and what a signal handler raises.
    pub(super) fn run(&self, py: Python<'_>, table: &mut Table) -> PyResult<Vec<RecordBatch>> {
        let flags: Vec<FlagId> = self.asked.iter().filter_map(|asked| asked.flag).collect();
        let schema = self.schema();
        let mut answers = Vec::new();
        loop {
            let group = py.detach(|| self.group(table, &flags)).map_err(PyValueError::new_err)?;
            if group.is_empty() {
                return Ok(answers);
            }
            let new = |batch: &Batch| {
                self.asked.iter().map(|asked| Columns::new(batch.rows, &asked.shape)).collect()
            };
            let mut columns: Vec<Vec<Columns>> = group.iter().map(new).collect();
            let queue = Mutex::new(self.tasks(&group, &mut columns).into_iter());
            while py.detach(|| self.work(&queue)).map_err(PyValueError::new_err)? {
                py.check_signals()?;
            }
            drop(queue);
            for (batch, columns) in group.iter().zip(columns) {
                let made = py.detach(|| self.batch(&schema, columns, batch.rows));
                answers.push(made.map_err(|error| PyValueError::new_err(error.to_string()))?);
            }
            py.check_signals()?;
        }
    }

    /// The next batches of a table, until they have enough rows; none at its end.
    fn group(&self, table: &mut Table, flags: &[FlagId]) -> Result<Vec<Batch>, String> {
        let (mut group, mut rows) = (Vec::new(), 0_usize);
        while rows < GROUP_ROWS
            && let Some(data) = table.next()?
        {
            rows = rows.saturating_add(data.len().max(1));
            group.push(Batch::new(&data, self.engine, flags)?);
        }
        Ok(group)
    }

    fn tasks<'a>(&'a self, group: &'a [Batch], columns: &'a mut [Vec<Columns>]) -> Vec<Task<'a>> {
        let mut tasks = Vec::new();
        for (batch, columns) in group.iter().zip(columns) {
            for (asked, columns) in self.asked.iter().zip(columns) {
                let pieces = columns.pieces();
                tasks.extend(pieces.map(|(first, rows)| Task { batch, asked, first, rows }));
            }
        }
        tasks
    }

    /// Works on the queue for a while, with as many threads as have something to do; true where there may be more.
    fn work(&self, queue: &Queue<'_>) -> Result<bool, String> {
        let left = queue.lock().unwrap_or_else(PoisonError::into_inner).len();
        if left == 0 {
            return Ok(false);
        }
        let until = Instant::now() + PATIENCE;
        thread::scope(|scope| {
            let mut others = Vec::new();
            for _ in 1..self.threads.min(left) {
                // A machine that has no thread left decides with those that there are.
                let Ok(other) = thread::Builder::new().spawn_scoped(scope, || self.take_turns(queue, until))
                else {
                    break;
                };
                others.push(other);
            }
            let mut done = self.take_turns(queue, until);
            for other in others {
                done = done.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        })?;
        Ok(true)
    }

    fn take_turns(&self, queue: &Queue<'_>, until: Instant) -> Result<(), String> {
        let mut outcomes = Vec::with_capacity(PIECE_ROWS);
        while Instant::now() < until {
            let Some(task) = queue.lock().unwrap_or_else(PoisonError::into_inner).next() else { break };
            self.decide(task, &mut outcomes)?;
        }
        Ok(())
    }

    fn decide(&self, mut task: Task<'_>, outcomes: &mut Vec<u32>) -> Result<(), String> {
        let count = PIECE_ROWS.min(task.batch.rows.saturating_sub(task.first));
        outcomes.clear();
        match task.asked.flag {
            Some(flag) => {
                let rows = task.first..task.first + count;
                let mut view = task.batch.view(rows.clone())?;
                for row in rows {
                    view.go(row);
                    outcomes.push(self.engine.outcome(flag, &view, self.now).pack());
                }
                view.finish()?;
            }
            None => outcomes.resize(count, UNKNOWN.pack()),
        }
        task.rows.fill(outcomes, &task.asked.shape);
        Ok(())
    }

    fn batch(
        &self,
        schema: &SchemaRef,
        columns: Vec<Columns>,
        rows: usize,
    ) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (asked, columns) in self.asked.iter().zip(columns) {
            let made = columns.arrays(&asked.shape)?;
            if self.flat {
                arrays.extend(made);
            } else {
                arrays.push(output::nested(made, &asked.shape)?);
            }
        }
        output::batch(schema, arrays, rows)
    }
}
