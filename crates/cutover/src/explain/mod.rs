//! Explanations: what a decision looked at, step by step.

mod expected;
mod record;

pub(crate) use record::Recorder;
pub use record::{Explanation, Step};
