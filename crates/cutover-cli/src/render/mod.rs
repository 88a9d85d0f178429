//! Answers for people. Everything here gives text with styles; the screen leaves them out where nobody wants them.

pub(crate) mod annotations;
pub(crate) mod comparison;
pub(crate) mod decision;
pub(crate) mod diagnostic;
pub(crate) mod diff;
pub(crate) mod diff_markdown;
pub(crate) mod drill;
pub(crate) mod explanation;
pub(crate) mod gate;
pub(crate) mod incident;
pub(crate) mod path;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod route;
pub(crate) mod safety;
mod snippet;
mod style;
#[cfg(feature = "switches")]
pub(crate) mod switches;
mod table;
mod text;
pub(crate) mod work;
