//! Path tables: which service and which side of a migration serve a request.
//!
//! A [`Table`] is the strangler router as data: entries of a path, conditions, a service and a side. The crate finds
//! the entry of a request, and does nothing else: proxying is the host's.
//!
//! ```
//! use cutover_paths::{Entry, Request, Side, Table};
//! let table = Table::new("api", vec![
//!     Entry { store: Some("mongodb".into()), ..Entry::new("/api/products", "product-service-mongo", Side::New) },
//!     Entry { store: Some("sql".into()), ..Entry::new("/api/orders", "order-service-sql", Side::Old) },
//! ]).unwrap();
//!
//! let request = Request::new("GET", "/api/products/42?fields=name").unwrap();
//! let found = table.find(&request, 1_706_000_000_000).unwrap();
//! assert_eq!((found.service(), found.side()), ("product-service-mongo", Side::New));
//! let headers: Vec<_> = found.headers().collect();
//! assert_eq!(headers, [
//!     ("X-Data-Source", "mongodb"),
//!     ("X-Service", "product-service-mongo"),
//!     ("X-Migrated", "true"),
//! ]);
//! ```
//!
//! # What a path of an entry matches
//!
//! | path | matches |
//! |---|---|
//! | `/api/products` | itself and all below it, by whole segments: `/api/products/42`, not `/api/products2` |
//! | the same with `exact` | itself |
//! | `/api/products/:id`, `/api/products/{id}` | any one segment in place of the parameter, and all below |
//! | `/api/products/*` | what is below, not itself; the parameter `*` holds it |
//! | `/` | everything |
//!
//! # Which entry is taken
//!
//! Segment by segment, a literal goes before a parameter, and a parameter before the end of a path; of two that end
//! at one place, `exact` and `*` go before the one that takes both. Then more conditions (methods, each header, a
//! rollout that lets others go on) go before fewer; then the order of the document decides. An entry whose conditions
//! are not met is passed over.
//!
//! # What a path of a request is
//!
//! The raw target of the request, not decoded by anybody: see [`Path`] for what is read as one and what is refused.

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod check;
mod date;
mod entry;
mod explain;
mod found;
mod json;
mod meets;
mod overlap;
mod path;
mod pattern;
mod problem;
mod request;
mod segment;
mod table;
mod trie;

pub use cutover_decider::bucket::Unit;
pub use date::{http_date, iso_date};
pub use entry::{By, Entry, Fallback, Header, HeaderTest, Otherwise, Rollout, Side, Target};
pub use explain::{Considered, Verdict};
pub use found::{Found, Lifecycle};
pub use path::{BadPath, MAX_PATH_BYTES, MAX_SEGMENTS, Path};
pub use problem::Problem;
pub use request::Request;
pub use table::Table;
