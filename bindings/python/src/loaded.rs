//! A loaded ruleset with what Python needs beside it: names as Python texts, and the answers that were handed out.

use crate::attributes::Key;
use crate::clock;
use crate::context::Given;
use crate::convert;
use crate::decision::{Decision, Served};
use crate::flag::Flag;
use crate::flags::Flags;
use crate::migration::Migration;
use crate::view::View;
use cutover::{Engine, ErrorCode, MigrationId, Outcome, Reason};
use pyo3::prelude::*;
use pyo3::types::PyString;
use std::sync::OnceLock;

/// A loaded ruleset.
pub(crate) struct Loaded {
    pub(crate) engine: Engine,
    /// Interned.
    pub(crate) digest: Py<PyString>,
    /// The attributes that anything in the ruleset reads, by their numbers.
    pub(crate) keys: Box<[Key]>,
    pub(crate) flags: Flags,
    /// Made all at once when the first of them is asked for.
    migrations: OnceLock<Box<[Migration]>>,
}

/// The outcome for a context that was prepared for another ruleset, or is none.
pub(crate) const UNUSABLE: Outcome =
    Outcome { variant: None, rule: None, reason: Reason::Error, error: Some(ErrorCode::InvalidContext) };

/// The time to decide at: the clock is read where the answer depends on it.
pub(crate) fn time(given: Option<i64>, reads_time: bool) -> i64 {
    given.unwrap_or_else(|| if reads_time { clock::system() } else { 0 })
}

impl Loaded {
    pub(crate) fn new(py: Python<'_>, engine: Engine) -> Self {
        Self {
            digest: PyString::intern(py, engine.digest()).unbind(),
            keys: engine.attributes().iter().map(|path| Key::new(py, path)).collect(),
            flags: Flags::new(&engine),
            migrations: OnceLock::new(),
            engine,
        }
    }

    pub(crate) fn flag(&self, py: Python<'_>, key: &Bound<'_, PyString>) -> PyResult<Option<&Flag>> {
        self.flags.named(py, &self.engine, key)
    }

    pub(crate) fn migration(&self, py: Python<'_>, name: &str) -> Option<&Migration> {
        let index = self.engine.migration(name)?.index();
        if self.migrations.get().is_none() {
            let rows = (0..).zip(self.engine.table().migrations);
            let made = rows.map(|(index, row)| Migration::new(py, MigrationId::from_index(index), &row));
            // Where another thread was first, its migrations stay.
            let _ = self.migrations.set(made.collect());
        }
        self.migrations.get()?.get(index)
    }

    /// What an object is as a context of this ruleset.
    pub(crate) fn given<'a, 'py>(&self, ctx: &'a Bound<'py, PyAny>) -> PyResult<Given<'a, 'py>> {
        Given::of(ctx, &self.digest)
    }

    /// Decides a flag.
    #[inline]
    pub(crate) fn outcome<'a, 'py>(
        &'a self,
        py: Python<'py>,
        flag: &'a Flag,
        given: Given<'a, 'py>,
        now: Option<i64>,
    ) -> PyResult<Outcome> {
        match (given, flag.fixed) {
            (Given::Unusable, _) => Ok(UNUSABLE),
            (_, Some(fixed)) => Ok(fixed),
            (Given::Prepared(context), None) => {
                Ok(self.engine.outcome(flag.id, context, time(now, flag.reads_time)))
            }
            (Given::Attributes(source), None) => {
                let mut view = View::new(py, source, &self.keys, Some(&flag.reads));
                let outcome = self.engine.outcome(flag.id, &view, time(now, flag.reads_time));
                view.finish()?;
                Ok(outcome)
            }
        }
    }

    /// Decides every flag, in the order of their names.
    pub(crate) fn decide_all<'a, 'py>(
        &'a self,
        py: Python<'py>,
        given: Given<'a, 'py>,
        now: Option<i64>,
    ) -> PyResult<Vec<Py<Decision>>> {
        match given {
            Given::Prepared(context) => {
                self.each(py, |flag, now| self.engine.outcome(flag.id, context, now), now)
            }
            Given::Attributes(source) => {
                let mut view = View::new(py, source, &self.keys, None);
                let decisions = self.each(py, |flag, now| self.engine.outcome(flag.id, &view, now), now);
                view.finish()?;
                decisions
            }
            Given::Unusable => {
                let mut decisions = Vec::with_capacity(self.flags.len());
                for flag in self.flags.all(py, &self.engine) {
                    decisions.push(self.decision(py, flag?, UNUSABLE, None)?);
                }
                Ok(decisions)
            }
        }
    }

    /// The decisions of all flags by what `outcome` says at a time.
    fn each(
        &self,
        py: Python<'_>,
        outcome: impl Fn(&Flag, i64) -> Outcome,
        mut now: Option<i64>,
    ) -> PyResult<Vec<Py<Decision>>> {
        let mut decisions = Vec::with_capacity(self.flags.len());
        for flag in self.flags.all(py, &self.engine) {
            let flag = flag?;
            if flag.reads_time && now.is_none() {
                // Read once, for all of them.
                now = Some(clock::system());
            }
            let outcome = flag.fixed.unwrap_or_else(|| outcome(flag, now.unwrap_or(0)));
            decisions.push(self.decision(py, flag, outcome, None)?);
        }
        Ok(decisions)
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
