//! The machines of delivery, for the executors of `cutover.migrate`: whatever they do next comes from here.

use crate::engine::Engine;
use crate::{convert, records};
use cutover_delivery::breaker::{self, Asked, Force, Outcome, Permit, Reported};
use cutover_delivery::read;
use ed25519_dalek::{Signature, VerifyingKey};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One step of a machine, in JSON: `{"state": …, "effects": […]}`.
#[pyfunction]
#[pyo3(signature = (machine, config, state, event, /))]
pub(crate) fn step(
    py: Python<'_>,
    machine: &str,
    config: &str,
    state: &str,
    event: &str,
) -> PyResult<String> {
    cutover_delivery::step_json(machine, config, state, event)
        .map_err(|error| records::failed(py, &error, None))
}

/// The machine of a read as a table, in JSON: `{"events": […], "effects": […], "table": […]}`.
#[pyfunction]
#[pyo3(signature = (fallback_on, /))]
pub(crate) fn read_machine(fallback_on: u8) -> String {
    #[derive(Serialize)]
    struct Machine {
        events: [&'static str; read::EVENTS],
        effects: &'static [&'static str],
        table: Vec<u32>,
    }
    let (events, effects) = (read::EVENT_NAMES, &read::EFFECT_NAMES[..]);
    cutover::wire::to_json(&Machine { events, effects, table: read::table(fallback_on) })
}

/// A draw below 1,000,000 for a key, the same in every language.
#[pyfunction]
#[pyo3(signature = (key, /))]
pub(crate) fn draw(key: &Bound<'_, PyString>) -> u32 {
    read::draw(&convert::text(key))
}

/// What may decide otherwise in another version of a ruleset: the question `changed`, in JSON.
#[pyfunction]
#[pyo3(signature = (engine, arguments, /))]
pub(crate) fn changed(py: Python<'_>, engine: &Engine, arguments: &str) -> PyResult<String> {
    let asked = py.detach(|| engine.loaded.engine.call("changed", arguments));
    asked.map_err(|error| records::failed(py, &error.to_string(), Some(error.code())))
}

/// A ruleset with some of its answers fixed: the question `overlay`, in JSON.
#[pyfunction]
#[pyo3(signature = (engine, arguments, /))]
pub(crate) fn overlay(py: Python<'_>, engine: &Engine, arguments: &str) -> PyResult<String> {
    let asked = py.detach(|| engine.loaded.engine.call("overlay", arguments));
    asked.map_err(|error| records::failed(py, &error.to_string(), Some(error.code())))
}

/// Whether an Ed25519 signature of 64 bytes is that of a message by the owner of a public key of 32 bytes. What has another
/// length is not.
#[pyfunction]
#[pyo3(signature = (key, message, signature, /))]
pub(crate) fn ed25519_verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = <[u8; 32]>::try_from(key).ok().and_then(|key| VerifyingKey::from_bytes(&key).ok());
    let signature = Signature::from_slice(signature).ok();
    key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(message, &signature).is_ok())
}

/// The names of the old and the new store of a migration.
#[pyfunction]
#[pyo3(signature = (engine, migration, /))]
pub(crate) fn stores(engine: &Engine, migration: &Bound<'_, PyString>) -> Option<(String, String)> {
    let (old, new) = engine.loaded.engine.stores(&convert::text(migration))?;
    Some((old.to_owned(), new.to_owned()))
}

/// Whether a store is asked at all. Threads may share one.
#[pyclass(frozen, module = "cutover._cutover")]
pub(crate) struct Breaker(Mutex<breaker::Breaker>);

impl Breaker {
    /// No step of a breaker leaves it half done, so that one is good whatever became of the thread that held it.
    fn held(&self) -> MutexGuard<'_, breaker::Breaker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A word of a breaker, by its name.
fn word<T: DeserializeOwned>(what: &str, name: &str) -> PyResult<T> {
    let named: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        serde::de::IntoDeserializer::into_deserializer(name);
    T::deserialize(named).map_err(|error| PyValueError::new_err(format!("{what}: {error}")))
}

#[pymethods]
impl Breaker {
    #[new]
    #[pyo3(signature = (config, /))]
    fn new(py: Python<'_>, config: &str) -> PyResult<Self> {
        let asked = cutover_delivery::breaker_of(config);
        asked.map(|breaker| Self(Mutex::new(breaker))).map_err(|error| records::failed(py, &error, None))
    }

    /// Leave for one call, to be given back by `report`; `None` where it is refused.
    #[pyo3(signature = (now, /))]
    fn ask(&self, now: i64) -> Option<u64> {
        match self.held().ask(now) {
            Asked::Permit(permit) => Some(u64::from(permit.generation) << 32 | u64::from(permit.attempt)),
            Asked::Refused { .. } => None,
        }
    }

    /// What came of a call: `success`, `failure` or `ignored`. It is false where it came too late to be counted.
    #[pyo3(signature = (permit, outcome, duration_ms, now, /))]
    fn report(&self, permit: u64, outcome: &str, duration_ms: u64, now: i64) -> PyResult<bool> {
        let outcome: Outcome = word("outcome", outcome)?;
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
        let permit = Permit { generation: half(permit >> 32), attempt: half(permit) };
        Ok(self.held().report(permit, outcome, duration_ms, now) != Reported::Stale)
    }

    /// The state as of the last call, in JSON.
    #[getter]
    fn state(&self) -> String {
        cutover::wire::to_json(&self.held().state())
    }

    /// What was done since it was made, in JSON.
    #[getter]
    fn counts(&self) -> String {
        cutover::wire::to_json(&self.held().counts())
    }

    /// Puts it into a state by hand.
    #[pyo3(signature = (to, now, /))]
    fn force(&self, to: &str, now: i64) -> PyResult<()> {
        let to: Force = word("state", to)?;
        self.held().force(to, now);
        Ok(())
    }
}
