//! Two sets of records in, the corrections owed out.
//!
//! One side *owns* the truth, the other is *owing*: a [`Spec`] says by which columns their records meet and which
//! fields the owing side takes over. Cells are written in [one canonical form](Cell::write), in which equal values are
//! equal bytes, so that a record is compared, sorted and kept on a disk as bytes.
//!
//! [`merge`] walks over two sides that are in order, and keeps one record of each. Sides without order are first
//! divided by the hash of their keys, [`partition`], and each part is put in order by itself, [`Part`]. The corrections
//! come in the order of these hashes, so that they do not depend on how many parts there are.
//!
//! By default nothing is lost: numbers compare as decimals of any size, texts as they are, and `1` is `1.0`, but
//! neither `true` nor `"1"`. A key that a side has twice is a finding, and so is a record without a key.
//!
//! ```
//! use cutover_reconcile::{Cell, Counters, Part, Row, Spec, merge};
//! let spec = Spec::new(("job_id", "_id"), [("status", "recruiter_status")]);
//! let side = |rows: &[(i64, &str)]| {
//!     let (mut row, mut bytes) = (Row::new(&spec), Vec::new());
//!     for (id, status) in rows {
//!         row.key(&Cell::Int(*id))?;
//!         row.field(&Cell::Text(status))?;
//!         bytes.extend(row.take());
//!     }
//!     Ok::<_, cutover_reconcile::Error>(bytes)
//! };
//! let recruiters = side(&[(1, "ACTIF"), (2, "ARCHIVE")])?;
//! let jobs_partners = side(&[(2, "ACTIF"), (1, "ACTIF"), (3, "ACTIF")])?;
//! let (owner, owing) = (Part::new(&spec, &recruiters)?, Part::new(&spec, &jobs_partners)?);
//! let (mut counters, mut owed) = (Counters::new(&spec), Vec::new());
//! merge(&spec, owner.records(), owing.records(), &mut counters, |correction| {
//!     owed.push(format!("{} {} {:?}", correction.key_json(), correction.kind.name(), correction.owed.json(&spec)));
//! })?;
//! assert_eq!(owed, [r#"2 update Some("\"ARCHIVE\"")"#]);
//! assert_eq!((counters.compared, counters.equal, counters.extra), (2, 1, 1));
//! # Ok::<(), cutover_reconcile::Error>(())
//! ```

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

mod cell;
mod correction;
mod counters;
mod error;
mod json;
mod merge;
mod moment;
mod number;
mod part;
mod record;
mod spec;

pub use cell::{Cell, KeyKinds};
pub use correction::{Correction, Kind, Said};
pub use counters::Counters;
pub use error::Error;
pub use merge::merge;
pub use moment::Moment;
pub use part::{Part, partition};
pub use record::{Record, Row};
pub use spec::{Policy, Spec, Times};
