//! Migrations: which side of a move serves a request, and what that may cost.
//!
//! A ladder is a table of phases; a phase is a [`shape`](shape::Shape). Compiling a migration lays out every route
//! it can take as one table, hazards included, so that a decision is an index into it.

pub(crate) mod builtin;
mod cohort;
mod combination;
mod compiled;
mod hazard;
mod job;
pub(crate) mod ladder;
pub(crate) mod read;
mod route;
mod shape;
mod switches;
#[cfg(all(test, feature = "yaml"))]
mod tests;

pub(crate) use cohort::losses;
pub(crate) use compiled::CompiledMigration;
pub(crate) use hazard::Stores;
pub use hazard::{Hazard, HazardCode};
pub use job::JobVariant;
pub(crate) use job::{Job, JobKind};
pub use route::{
    Route, RouteChoice, RouteCompare, RouteJobs, RouteRead, RouteStreams, RouteWrite, RouteWrites,
};
pub use shape::{Ack, FallbackOn, StreamState};
pub use switches::{SwitchSource, SwitchValue};
pub(crate) use switches::{Role, Switch, Switches};
