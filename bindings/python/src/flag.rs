//! Flags as Python sees them: what an engine knows of a flag, and the decisions that it has handed out for it.

use crate::decision::{Decision, Served};
use cutover::wire::FlagRow;
use cutover::{Engine, FlagId, Outcome, Value};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::OnceLock;

/// A flag of an engine.
pub(crate) struct Flag {
    pub(crate) id: FlagId,
    pub(crate) name: Py<PyString>,
    /// The attributes that it may read, sorted.
    pub(crate) reads: Box<[usize]>,
    pub(crate) reads_time: bool,
    /// The outcome for everybody, where the flag reads neither attributes nor time.
    pub(crate) fixed: Option<Outcome>,
    /// For each variant its value, and whether that is true or false.
    variants: Box<[(Served, Option<bool>)]>,
    decisions: Decisions,
}

impl Flag {
    pub(crate) fn new(py: Python<'_>, id: FlagId, row: &FlagRow<'_>) -> PyResult<Self> {
        let variant = |(_, value): &(String, Value)| {
            let truth = if let Value::Bool(truth) = value { Some(*truth) } else { None };
            Ok((Served::new(py, value)?, truth))
        };
        Ok(Self {
            id,
            name: PyString::intern(py, row.name).unbind(),
            reads: row.reads.as_slice().into(),
            reads_time: row.reads_time,
            fixed: row.outcome.and_then(Outcome::unpack),
            variants: row.variants.iter().map(variant).collect::<PyResult<_>>()?,
            decisions: Decisions::default(),
        })
    }

    /// The boolean that an outcome serves; `None` where it serves none.
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

/// The chains that the outcomes of a flag are spread over.
const CHAINS: usize = 16;

/// The decisions of a flag that have been made, by outcome. Looking one up neither locks nor waits, so that threads
/// do not meet here, and a fork finds nothing locked.
#[derive(Default)]
struct Decisions {
    chains: OnceLock<Box<[Link; CHAINS]>>,
}

type Link = OnceLock<Box<Known>>;

struct Known {
    outcome: Outcome,
    decision: Py<Decision>,
    next: Link,
}

impl Decisions {
    fn chain(outcome: Outcome) -> usize {
        // Fibonacci hashing: the upper bits of the product depend on all bits of the outcome.
        (outcome.pack().wrapping_mul(0x9E37_79B9) >> 28) as usize
    }

    fn get(&self, outcome: Outcome) -> Option<&Py<Decision>> {
        let mut link = self.chains.get()?.get(Self::chain(outcome))?;
        loop {
            let known = link.get()?;
            if known.outcome == outcome {
                return Some(&known.decision);
            }
            link = &known.next;
        }
    }

    /// Keeps a decision. Where another thread was first, there are two of them from now on, which are equal.
    fn add(&self, outcome: Outcome, decision: Py<Decision>) {
        let mut link = self.chains.get_or_init(Box::default).get(Self::chain(outcome));
        let mut new = Box::new(Known { outcome, decision, next: Link::new() });
        while let Some(end) = link {
            match end.set(new) {
                Ok(()) => return,
                Err(back) => new = back,
            }
            link = end.get().map(|known| &known.next);
        }
    }
}

impl Drop for Known {
    /// One after the other: by recursion a long chain would be a deep one.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut known) = next {
            next = known.next.take();
        }
    }
}
