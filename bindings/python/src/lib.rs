//! The Python package `cutover`: the engine, for Python.
//!
//! A wrapper: it packs, calls and unpacks. Attributes are read straight from the caller's mapping, and only those
//! that a flag asks for; decisions are made once for each outcome and handed out again.

mod attributes;
mod batch;
mod call;
mod cells;
mod clock;
mod context;
mod convert;
mod decision;
mod decisions;
mod delivery;
mod engine;
mod flag;
mod flags;
mod hot;
mod loaded;
mod migration;
mod raw;
mod records;
mod rollout;
mod view;

use pyo3::prelude::*;

/// The engine of the package `cutover`, which re-exports all of it.
#[pymodule(gil_used = false)]
mod _cutover {
    use pyo3::prelude::*;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name of a version in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    use crate::batch::Decisions;
    #[pymodule_export]
    use crate::batch::Reconciliation;
    #[pymodule_export]
    use crate::batch::reconcile::reconcile;
    #[pymodule_export]
    use crate::context::Context;
    #[pymodule_export]
    use crate::decision::Decision;
    #[pymodule_export]
    use crate::delivery::{Breaker, changed, draw, ed25519_verify, overlay, read_machine, step, stores};
    #[pymodule_export]
    use crate::engine::Engine;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::hot::install(module.py())
    }
}
