//! The control plane over HTTP, on SQLite and on a real PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test that fails may panic"
)]

mod away;
mod channel;
mod emergency;
mod hostile;
mod instances;
mod mail;
mod notify;
mod ofrep;
mod partitions;
mod plans;
mod prometheus;
mod publish;
mod status;
mod store;
mod stream;
mod support;
mod tls;
mod trace;
