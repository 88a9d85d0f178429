//! The control plane of Cutover: it keeps rulesets, hands them to every service the moment they change, and runs plans.
//!
//! [`Server::start`] opens a store and listens, [`Server::run`] serves. Reads never ask the database: what is published is in
//! memory, and an emergency has its effect there and in a file before anybody asks the database to remember it. The interface
//! is in `docs/control-plane.md`, and as an OpenAPI document at `/openapi.json`.

#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may panic")
)]

mod app;
pub mod audit;
mod channel;
mod clock;
mod copy;
mod edit;
mod emergency;
mod environments;
mod http;
mod journal;
pub mod keys;
mod listener;
mod log;
mod mail;
mod metrics;
mod nodes;
mod notify;
mod ofrep;
mod options;
mod problem;
mod publish;
mod published;
mod runner;
mod serve;
pub mod sign;
mod status;
pub mod store;
mod stream;
mod trace;

pub use log::{Log, log};
pub use options::Options;
pub use serve::{ServeError, Server, ended};
