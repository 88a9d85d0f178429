//! Flags as Python sees them: what an engine knows of a flag, and the decisions that it has handed out for it.

use crate::decision::{Decision, Served};
use crate::decisions::Decisions;
use cutover::wire::FlagRow;
use cutover::{Engine, FlagId, Outcome, Value};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A flag of an engine.
pub(crate) struct Flag {
    pub(crate) id: FlagId,
    pub(crate) name: Py<PyString>,
    /// The attributes that it may read.
    pub(crate) reads: Box<[u32]>,
    pub(crate) reads_time: bool,
    /// The outcome for everybody, where the flag reads neither attributes nor time.
    pub(crate) fixed: Option<Outcome>,
    /// For each variant its value, and whether that is true or false.
    variants: Box<[(Served, Option<bool>)]>,
    pub(crate) decisions: Decisions,
}

impl Flag {
    pub(crate) fn new(py: Python<'_>, id: FlagId, row: &FlagRow<'_>) -> PyResult<Self> {
        let variant = |value: &Value| {
            let truth = if let Value::Bool(truth) = value { Some(*truth) } else { None };
            Ok((Served::new(py, value)?, truth))
        };
        Ok(Self {
            id,
            name: PyString::intern(py, row.name).unbind(),
            reads: row.reads.iter().filter_map(|attribute| u32::try_from(*attribute).ok()).collect(),
            reads_time: row.reads_time,
            fixed: row.outcome.and_then(Outcome::unpack),
            variants: row.variants.iter().map(|row| variant(row.1)).collect::<PyResult<_>>()?,
            decisions: Decisions::default(),
        })
    }

    /// The boolean that an outcome serves; `None` where it serves none.
    #[inline]
    pub(crate) fn truth(&self, outcome: Outcome) -> Option<bool> {
        self.variants.get(usize::from(outcome.variant?))?.1
    }

    /// The decision that an outcome stands for, made once. Where it serves nothing it carries the default.
    pub(crate) fn decision(
        &self,
        py: Python<'_>,
        engine: &Engine,
        digest: &Py<PyString>,
        outcome: Outcome,
        default: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Decision>> {
        let decision = match self.decisions.get(outcome) {
            Some(known) => known.clone_ref(py),
            None => {
                let made = self.make(py, engine, digest, outcome)?;
                self.decisions.add(outcome, made.clone_ref(py));
                made
            }
        };
        match default {
            Some(default) if !decision.get().serves(py) => {
                Py::new(py, decision.get().with_value(py, default.clone().unbind()))
            }
            _ => Ok(decision),
        }
    }

    fn make(
        &self,
        py: Python<'_>,
        engine: &Engine,
        digest: &Py<PyString>,
        outcome: Outcome,
    ) -> PyResult<Py<Decision>> {
        let served = outcome.variant.and_then(|variant| self.variants.get(usize::from(variant)));
        let value = served.map_or_else(|| Served::Shared(py.None()), |(value, _)| value.clone_ref(py));
        let made = engine.decision(self.id, outcome);
        Py::new(py, Decision::of(py, &made, value, self.name.clone_ref(py), digest.clone_ref(py))?)
    }
}
