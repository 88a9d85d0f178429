//! The control plane over HTTP, on SQLite and on a real PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test that fails may panic"
)]

mod approval;
mod away;
mod channel;
mod client;
mod emergency;
mod hostile;
mod instances;
mod issuer;
mod limits;
mod mail;
mod matrix;
mod notify;
mod ofrep;
mod oidc;
mod partitions;
mod plans;
mod prometheus;
mod publish;
mod revoked;
mod status;
mod store;
mod stream;
mod support;
mod tls;
mod trace;
