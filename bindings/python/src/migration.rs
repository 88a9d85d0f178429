//! Migrations as Python sees them: what an engine knows of one, the switches that a caller gives, and the routes
//! that it has handed out.

use crate::attributes::{Source, harmless};
use crate::convert;
use crate::records;
use cutover::wire::{self, MigrationRow};
use cutover::{Engine, MigrationId, Route, RouteChoice, SwitchSource, SwitchValue};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use std::sync::OnceLock;

/// A migration of an engine.
pub(crate) struct Migration {
    pub(crate) id: MigrationId,
    pub(crate) name: Py<PyString>,
    /// The attributes that it may read, sorted.
    pub(crate) reads: Box<[u32]>,
    pub(crate) reads_time: bool,
    switches: Box<[(Box<str>, Py<PyString>)]>,
    /// The routes of its table, each made once.
    routes: Box<[OnceLock<Py<PyAny>>]>,
}

impl Migration {
    pub(crate) fn new(py: Python<'_>, id: MigrationId, row: &MigrationRow<'_>) -> Self {
        let switch = |name: &&str| (Box::from(*name), PyString::intern(py, name).unbind());
        Self {
            id,
            name: PyString::intern(py, row.name).unbind(),
            reads: row.reads.iter().filter_map(|attribute| u32::try_from(*attribute).ok()).collect(),
            reads_time: row.reads_time,
            switches: row.switches.iter().map(switch).collect(),
            routes: row.routes.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Reads the switches of this migration, and no others.
    ///
    /// # Errors
    /// `TypeError` where `given` is no mapping.
    pub(crate) fn switches(&self, given: Option<&Bound<'_, PyAny>>) -> PyResult<Switches<'_>> {
        let Some(given) = given else { return Ok(Switches(Vec::new())) };
        let Some(source) = Source::of(given)? else {
            let name = given.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "switches are a mapping of names to bool or str, not {name}"
            )));
        };
        let mut read = Vec::new();
        for (name, key) in &self.switches {
            let value = match harmless(given.py(), source.get(key))? {
                Some(Some(value)) => Switch::of(&value),
                Some(None) => continue,
                // A switch that cannot be read is reported by the route, like one that means nothing.
                None => Switch::Other,
            };
            read.push((&**name, value));
        }
        Ok(Switches(read))
    }

    /// The route that a choice stands for.
    pub(crate) fn route(
        &self,
        py: Python<'_>,
        engine: &Engine,
        choice: RouteChoice,
        switches: &Switches<'_>,
    ) -> PyResult<Py<PyAny>> {
        let make = || {
            let route = engine.route_of(self.id, choice, switches);
            let name = convert::text(self.name.bind(py)).into_owned();
            to_python(py, &route.unwrap_or_else(|| Route::unknown(&name, engine.digest())))
        };
        let plain = choice.error.is_none() && choice.unreadable == 0;
        let Some(kept) = self.routes.get(choice.index).filter(|_| plain) else { return make() };
        if let Some(route) = kept.get() {
            return Ok(route.clone_ref(py));
        }
        let route = make()?;
        // Where another thread was first, there are two of them from now on, which are equal.
        let _ = kept.set(route.clone_ref(py));
        Ok(route)
    }
}

/// A route as an object of the class `Route`.
pub(crate) fn to_python(py: Python<'_>, route: &Route<'_>) -> PyResult<Py<PyAny>> {
    records::make(py, "route", &wire::to_json(route))
}

/// The switches that a caller gives, by name.
pub(crate) struct Switches<'a>(Vec<(&'a str, Switch)>);

enum Switch {
    Bool(bool),
    Text(String),
    Other,
    /// `None` is no switch.
    Absent,
}

impl Switch {
    fn of(value: &Bound<'_, PyAny>) -> Self {
        if let Ok(bool) = value.cast::<PyBool>() {
            Self::Bool(bool.is_true())
        } else if let Ok(string) = value.cast::<PyString>() {
            Self::Text(convert::text(string).into_owned())
        } else if value.is_none() {
            Self::Absent
        } else {
            Self::Other
        }
    }
}

impl SwitchSource for Switches<'_> {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        let (_, switch) = self.0.iter().find(|(key, _)| *key == name)?;
        match switch {
            Switch::Bool(on) => Some(SwitchValue::Bool(*on)),
            Switch::Text(text) => Some(SwitchValue::Text(text)),
            Switch::Other => Some(SwitchValue::Other),
            Switch::Absent => None,
        }
    }
}
