//! A loaded ruleset with what Python needs beside it: names as Python texts, and the answers that were handed out.

use crate::attributes::Key;
use crate::clock;
use crate::context::Given;
use crate::convert;
use crate::decision::{Decision, Served};
use crate::flag::Flag;
use crate::migration::Migration;
use cutover::{Engine, ErrorCode, FlagId, MigrationId, Outcome, Reason};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A loaded ruleset.
pub(crate) struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) digest: Py<PyString>,
    /// The attributes that anything in the ruleset reads, by their numbers.
    pub(crate) keys: Box<[Key]>,
    pub(crate) flags: Box<[Flag]>,
    pub(crate) migrations: Box<[Migration]>,
}

/// The outcome for a context that was prepared for another ruleset, or is none.
pub(crate) const UNUSABLE: Outcome =
    Outcome { variant: None, rule: None, reason: Reason::Error, error: Some(ErrorCode::InvalidContext) };

/// The time to decide at: the clock is read where the answer depends on it.
pub(crate) fn time(given: Option<i64>, reads_time: bool) -> i64 {
    given.unwrap_or_else(|| if reads_time { clock::system() } else { 0 })
}

impl Loaded {
    pub(crate) fn new(py: Python<'_>, engine: Engine) -> PyResult<Self> {
        let table = engine.table();
        let flags = (0..).zip(&table.flags).map(|(index, row)| Flag::new(py, FlagId::from_index(index), row));
        let migrations = (0..).zip(&table.migrations);
        let migrations =
            migrations.map(|(index, row)| Migration::new(py, MigrationId::from_index(index), row));
        Ok(Self {
            digest: PyString::intern(py, engine.digest()).unbind(),
            keys: engine.attributes().iter().map(|path| Key::new(py, path)).collect(),
            flags: flags.collect::<PyResult<_>>()?,
            migrations: migrations.collect(),
            engine,
        })
    }

    pub(crate) fn flag(&self, key: &Bound<'_, PyString>) -> Option<&Flag> {
        self.flags.get(self.engine.flag(&convert::text(key))?.index())
    }

    /// What an object is as a context of this ruleset.
    pub(crate) fn given<'a, 'py>(&self, ctx: &'a Bound<'py, PyAny>) -> PyResult<Given<'a, 'py>> {
        Given::of(ctx, self.engine.digest())
    }

    /// Decides a flag.
    pub(crate) fn outcome(
        &self,
        py: Python<'_>,
        flag: &Flag,
        ctx: &Bound<'_, PyAny>,
        now: Option<i64>,
    ) -> PyResult<Outcome> {
        let given = self.given(ctx)?;
        if let (Some(fixed), false) = (flag.fixed, matches!(given, Given::Unusable)) {
            return Ok(fixed);
        }
        let Some(look) = given.look(py, &self.keys, Some(&flag.reads)) else { return Ok(UNUSABLE) };
        let outcome = self.engine.outcome(flag.id, &look, time(now, flag.reads_time));
        look.finish()?;
        Ok(outcome)
    }

    /// The decision that an outcome stands for, with the caller's default where nothing is served.
    pub(crate) fn decision(
        &self,
        py: Python<'_>,
        flag: &Flag,
        outcome: Outcome,
        default: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Decision>> {
        flag.decision(py, &self.engine, &self.digest, outcome, default)
    }

    /// The decision for a flag that there is not.
    pub(crate) fn unknown(
        &self,
        py: Python<'_>,
        key: &Bound<'_, PyString>,
        default: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Decision>> {
        let name = convert::text(key);
        let value = Served::Shared(default.map_or_else(|| py.None(), |default| default.clone().unbind()));
        let made = self.engine.no_decision(&name, ErrorCode::FlagNotFound);
        let flag = PyString::new(py, &name).unbind();
        Py::new(py, Decision::of(py, &made, value, flag, self.digest.clone_ref(py))?)
    }
}
