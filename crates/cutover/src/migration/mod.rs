//! Migrations: which side of a move serves a request, and what that may cost.
//!
//! A ladder is a table of phases; a phase is a [shape](shape::Shape). Compiling a migration lays out every route
//! it can take as one table, hazards included, so that a decision is an index into it.

pub(crate) mod builtin;
mod cohort;
mod combination;
mod compiled;
#[cfg(feature = "plans")]
mod guarded;
pub(crate) mod hazard;
pub(crate) mod job;
pub(crate) mod ladder;
pub(crate) mod read;
mod route;
mod shape;
pub(crate) mod switches;
#[cfg(test)]
#[cfg(feature = "yaml")]
mod tests;
mod words;

#[cfg(feature = "runbook")]
pub(crate) use combination::index as combination_index;
pub(crate) use compiled::CompiledMigration;
#[cfg(feature = "diff")]
pub(crate) use compiled::RouteData;
#[cfg(feature = "plans")]
pub(crate) use guarded::guards as data_guards;
pub use hazard::{Hazard, HazardCode};
pub use job::JobVariant;
pub use route::{
    Route, RouteChoice, RouteCompare, RouteJobs, RouteRead, RouteStreams, RouteWrite, RouteWrites,
};
#[cfg(feature = "runbook")]
pub(crate) use shape::Reach;
pub(crate) use shape::Shape;
pub(crate) use switches::Role;
pub use switches::{SwitchSource, SwitchValue};
pub(crate) use words::Side;
pub use words::{Ack, FallbackOn, StreamState};
